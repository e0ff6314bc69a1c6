import Commons

/// A file in a form.
public struct UploadedFile: Hashable, Sendable {
  /// The form field.
  public let field: String
  /// The name that the sender gave it, without folders.
  public let filename: String
  /// The media type found by looking at the bytes; nil for a kind that is not accepted.
  public let mediaType: String?
  /// The bytes.
  public let bytes: [UInt8]

  /// A file; its type is found by its first bytes, whatever the sender claims.
  public init(field: String, filename: String, bytes: [UInt8]) {
    self.field = field
    let name = filename.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
    self.filename = String(name.filter { !$0.isNewline }.prefix(120))
    self.bytes = bytes
    mediaType = UploadedFile.sniff(bytes)
  }

  /// The accepted kinds with their first bytes.
  private static func sniff(_ bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
    if bytes.starts(with: Array("RIFF".utf8)), bytes.dropFirst(8).starts(with: Array("WEBP".utf8)) {
      return "image/webp"
    }
    if bytes.starts(with: Array("%PDF-".utf8)) { return "application/pdf" }
    return nil
  }
}

/// What a form says.
public struct FormFields: Sendable {
  /// The fields in their order.
  public let values: [QueryItems.Item]
  /// The files.
  public let files: [UploadedFile]

  /// Fields and files.
  public init(values: [QueryItems.Item], files: [UploadedFile]) {
    self.values = values
    self.files = files
  }

  /// The first value under a name.
  public subscript(name: String) -> String? { values.first { $0.name == name }?.value }

  /// All values under a name.
  public func all(_ name: String) -> [String] { values.filter { $0.name == name }.map(\.value) }
}

/// Reads fields one by one and collects what is wrong, so that a person is told of everything at
/// once.
public struct FieldReader {
  private let form: FormFields
  private var problems: [Problem.Field] = []

  /// A reader of a form.
  public init(_ form: FormFields) { self.form = form }

  /// A text without the white space around it; empty if it is missing and may be.
  public mutating func text(_ name: String, _ label: Phrase, required: Bool = true, limit: Int)
    -> String
  {
    let value = FieldReader.trimmed(form[name] ?? "")
    if required, value.isEmpty {
      fail(name, Phrase("请填写\(label.zh)。", en: "Enter: \(label.en)."))
    } else if value.codePoints > limit {
      fail(
        name,
        Phrase(
          "\(label.zh)最多 \(limit) 字，现为 \(value.codePoints) 字。",
          en: "\(label.en): at most \(limit) characters; there are \(value.codePoints)."))
    }
    return value
  }

  /// A whole number within bounds; nil if it is missing and may be, or wrong.
  public mutating func integer(
    _ name: String, _ label: Phrase, required: Bool = true, in bounds: ClosedRange<Int64>
  ) -> Int64? {
    let value = FieldReader.trimmed(form[name] ?? "")
    if value.isEmpty, !required { return nil }
    if let number = Int64(value), bounds.contains(number) { return number }
    fail(
      name,
      Phrase(
        "\(label.zh)应为 \(bounds.lowerBound) 至 \(bounds.upperBound) 的整数。",
        en: "\(label.en): a whole number from \(bounds.lowerBound) to \(bounds.upperBound)."))
    return nil
  }

  /// Decimal degrees as millionths; nil if it is missing or wrong.
  public mutating func microdegrees(_ name: String, _ label: Phrase, limit: Double) -> Int64? {
    let value = FieldReader.trimmed(form[name] ?? "")
    if value.isEmpty { return nil }
    if let degrees = Double(value), degrees.isFinite, abs(degrees) <= limit {
      return Int64((degrees * 1_000_000).rounded())
    }
    let bound = Int(limit)
    fail(
      name,
      Phrase(
        "\(label.zh)应为 −\(bound) 至 \(bound) 的度数，例如 22.5431。",
        en: "\(label.en): degrees from −\(bound) to \(bound), such as 22.5431."))
    return nil
  }

  /// Whether a box was ticked.
  public func flag(_ name: String) -> Bool { form[name].map { !$0.isEmpty && $0 != "0" } ?? false }

  /// Says that a field is wrong.
  public mutating func fail(_ name: String, _ message: Phrase) {
    problems.append(Problem.Field(name, message))
  }

  /// Throws 422 with all that was wrong.
  public func finish() throws(Problem) {
    if !problems.isEmpty { throw .invalid(problems) }
  }

  /// A text without the white space around it, with plain line ends.
  public static func trimmed(_ text: String) -> String {
    let start = text.drop { $0.isWhitespace }
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    // Line ends of browsers become plain ones, so that lengths mean what a person sees.
    return start[...end].split(separator: "\r\n", omittingEmptySubsequences: false)
      .joined(separator: "\n")
  }
}
