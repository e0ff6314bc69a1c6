import Commons

/// Reads one object of a profile file; every fault names the file and the place (JSON Pointer).
struct ProfileReader {
  let file: String
  let pointer: String
  let value: JSONValue

  init(_ files: [String: [UInt8]], _ name: String) throws {
    guard let bytes = files[name] else {
      throw Problem.notFound(
        Phrase("城市档案缺少文件 \(name)。", en: "The city profile lacks the file \(name)."))
    }
    do { value = try JSONValue(parsing: bytes) } catch {
      throw Problem.malformed(
        Phrase("\(name)：\(error.problem.detail.zh)", en: "\(name): \(error.problem.detail.en)"))
    }
    file = name
    pointer = ""
  }

  private init(file: String, pointer: String, value: JSONValue) {
    self.file = file
    self.pointer = pointer
    self.value = value
  }

  func at(_ name: String, _ value: JSONValue) -> ProfileReader {
    ProfileReader(file: file, pointer: "\(pointer)/\(name)", value: value)
  }

  func fault(_ name: String) -> Problem {
    .malformed(
      Phrase(
        "\(file) 中 \(pointer)/\(name) 缺失或有误。",
        en: "\(file): \(pointer)/\(name) is missing or wrong."))
  }

  func text(_ name: String) throws(Problem) -> String {
    guard let text = value[name]?.string, !text.isEmpty else { throw fault(name) }
    return text
  }

  /// An address of https with a host and nothing behind it; nil if the member is absent.
  func site(_ name: String) throws(Problem) -> String? {
    guard value[name] != nil else { return nil }
    let text = try text(name)
    let host = text.dropFirst("https://".count)
    guard text.hasPrefix("https://"), !host.isEmpty,
      host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ".-:".contains($0)) })
    else { throw fault(name) }
    return text
  }

  func integer(_ name: String) throws(Problem) -> Int64 {
    guard let integer = value[name]?.integer else { throw fault(name) }
    return integer
  }

  func number(_ name: String) throws(Problem) -> Double {
    guard let number = value[name]?.double else { throw fault(name) }
    return number
  }

  func date(_ name: String) throws(Problem) -> CivilDate {
    guard let date = CivilDate(try text(name)) else { throw fault(name) }
    return date
  }

  /// A wording as `["中文", "English"]`.
  func phrase(_ name: String) throws(Problem) -> Phrase {
    let parts = value[name]?.array?.compactMap(\.string) ?? []
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { throw fault(name) }
    return Phrase(parts[0], en: parts[1])
  }

  func list<Element>(_ name: String, _ read: (ProfileReader) throws -> Element) throws -> [Element]
  {
    guard let rows = value[name]?.array else { throw fault(name) }
    return try rows.enumerated().map { index, row in
      try read(ProfileReader(file: file, pointer: "\(pointer)/\(name)/\(index)", value: row))
    }
  }

  static func unique(_ ids: [String], _ place: String) throws(Problem) -> [String: Int] {
    var index: [String: Int] = [:]
    for (position, id) in ids.enumerated() {
      guard index.updateValue(position, forKey: id) == nil else {
        throw .malformed(
          Phrase("\(place)：编号“\(id)”重复。", en: "\(place): the id “\(id)” is there twice."))
      }
    }
    return index
  }
}
