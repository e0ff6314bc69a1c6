/// The methods that the program answers (RFC 9110 §9).
public enum Method: String, Hashable, Sendable, CaseIterable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"
  /// Any other; no address answers it.
  case other = "?"
}

/// Header fields in their order; names are compared without regard to case.
public struct Headers: Hashable, Sendable {
  /// The fields, names in lower case.
  public private(set) var fields: [Field] = []

  /// One field.
  public struct Field: Hashable, Sendable {
    /// The name, in lower case.
    public let name: String
    /// The value.
    public let value: String
  }

  /// No fields.
  public init() {}

  /// Fields from pairs.
  public init(_ pairs: [(String, String)]) {
    for (name, value) in pairs { add(name, value) }
  }

  /// The first value under a name.
  public subscript(name: String) -> String? {
    fields.first { $0.name == name }?.value ?? fields.first { $0.name == name.lowercased() }?.value
  }

  /// All values under a name.
  public func all(_ name: String) -> [String] {
    let name = name.lowercased()
    return fields.filter { $0.name == name }.map(\.value)
  }

  /// Adds a field.
  public mutating func add(_ name: String, _ value: String) {
    fields.append(Field(name: name.lowercased(), value: Headers.singleLine(value)))
  }

  /// Replaces all fields of a name by one.
  public mutating func set(_ name: String, _ value: String) {
    let name = name.lowercased()
    fields.removeAll { $0.name == name }
    add(name, value)
  }

  /// A value can never end the header: line breaks and NUL become spaces.
  private static func singleLine(_ value: String) -> String {
    guard value.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) else { return value }
    return String(
      decoding: value.utf8.map { $0 == 0x0A || $0 == 0x0D || $0 == 0 ? 0x20 : $0 },
      as: UTF8.self)
  }
}
