import Commons

extension JSONValue {
  /// JSON that people read and edit: members in the order of their names, two spaces a level, short
  /// values on one line.
  var pretty: String { pretty(indent: "") }

  private func pretty(indent: String) -> String {
    let flat = canonical
    let inner = indent + "  "
    switch self {
    case .array(let elements) where flat.count + indent.count > 96 && !elements.isEmpty:
      return "[\n" + elements.map { inner + $0.pretty(indent: inner) }.joined(separator: ",\n")
        + "\n\(indent)]"
    case .object(let members) where flat.count + indent.count > 96 && !members.isEmpty:
      let lines = members.sorted { $0.key < $1.key }.map { name, value in
        "\(inner)\(JSONValue.string(name).canonical): \(value.pretty(indent: inner))"
      }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    default: return flat
    }
  }
}
