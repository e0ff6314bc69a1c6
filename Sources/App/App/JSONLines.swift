import Commons

/// JSON, one object a line, plain or gzip-compressed.
public enum JSONLines {
  /// Hands over each line that is not empty with its number, from 1.
  ///
  /// - Throws: ``Problem`` 400 with the line that is no JSON, and what `body` throws.
  public static func forEach(
    _ path: String, _ body: (Int, JSONValue) throws -> Void
  ) throws {
    let reader = try LineReader(path)
    var number = 0
    while let line = try reader.next() {
      number += 1
      if line.isEmpty { continue }
      guard let value = try? JSONValue(parsing: line) else {
        throw Problem.malformed(
          Phrase("\(path) 第\(number)行不是JSON。", en: "Line \(number) of \(path) is no JSON."))
      }
      try body(number, value)
    }
  }
}
