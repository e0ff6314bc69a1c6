import Commons

/// Forms with files (RFC 7578).
enum Multipart {
  static let partLimit = 200

  static func parse(_ body: [UInt8], contentType: String) throws(Problem) -> FormFields {
    guard let boundary = parameter("boundary", in: contentType),
      (1...70).contains(boundary.utf8.count)
    else { throw broken("boundary") }
    let delimiter = Array("--\(boundary)".utf8)
    guard body.starts(with: delimiter) else { throw broken("--") }
    var position = delimiter.count
    var values: [QueryItems.Item] = []
    var files: [UploadedFile] = []
    let separator = [0x0D, 0x0A] + delimiter
    while true {
      if body[position...].starts(with: [0x2D, 0x2D]) { break }
      guard body[position...].starts(with: [0x0D, 0x0A]) else { throw broken("CRLF") }
      position += 2
      guard let headEnd = find([0x0D, 0x0A, 0x0D, 0x0A], in: body, from: position) else {
        throw broken("header")
      }
      let contentStart = headEnd + 4
      // A part without content has its delimiter right after the empty line.
      guard let contentEnd = find(separator, in: body, from: contentStart - 2) else {
        throw broken("end")
      }
      guard values.count + files.count < partLimit else { throw broken("> \(partLimit)") }
      let content = contentEnd < contentStart ? [] : Array(body[contentStart..<contentEnd])
      try add(Array(body[position..<headEnd]), content, &values, &files)
      position = contentEnd + separator.count
    }
    return FormFields(values: values, files: files)
  }

  private static func add(
    _ head: [UInt8], _ content: [UInt8], _ values: inout [QueryItems.Item],
    _ files: inout [UploadedFile]
  ) throws(Problem) {
    guard let text = String(validating: head, as: UTF8.self) else { throw WebProblems.notUTF8 }
    let disposition = text.split(separator: "\r\n").first {
      $0.lowercased().hasPrefix("content-disposition:")
    }
    guard let disposition, let name = parameter("name", in: String(disposition)) else {
      throw broken("Content-Disposition")
    }
    if let filename = parameter("filename", in: String(disposition)) {
      if !filename.isEmpty || !content.isEmpty {
        files.append(UploadedFile(field: name, filename: filename, bytes: content))
      }
      return
    }
    guard let value = String(validating: content, as: UTF8.self), !value.utf8.contains(0) else {
      throw WebProblems.notUTF8
    }
    values.append(QueryItems.Item(name, value))
  }

  /// A parameter of a header value, quoted or not.
  private static func parameter(_ name: String, in header: String) -> String? {
    var parts: [String] = [""]
    var isQuoted = false
    for character in header {
      if character == "\"" { isQuoted.toggle() }
      if character == ";", !isQuoted {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    for part in parts.dropFirst() {
      let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2,
        halves[0].filter({ $0 != " " }).lowercased() == name.lowercased()
      else { continue }
      var value = halves[1]
      if value.hasPrefix("\""), value.hasSuffix("\""), value.count >= 2 {
        value = value.dropFirst().dropLast()
      }
      return String(value)
    }
    return nil
  }

  static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard let first = needle.first, bytes.count >= needle.count, start >= 0 else { return nil }
    let last = bytes.count - needle.count
    var index = start
    return bytes.withUnsafeBufferPointer { bytes in
      while index <= last {
        if bytes[index] == first {
          var length = 1
          while length < needle.count, bytes[index + length] == needle[length] { length += 1 }
          if length == needle.count { return index }
        }
        index += 1
      }
      return nil
    }
  }

  private static func broken(_ where_: String) -> Problem {
    .malformed(
      Phrase(
        "multipart/form-data 格式有误（\(where_)）。",
        en: "The multipart/form-data body is broken (\(where_))."))
  }
}
