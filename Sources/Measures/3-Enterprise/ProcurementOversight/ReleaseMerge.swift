import Commons

/// Merges releases into a compiled release by the rules of OCDS 1.1, as far as the platform's own releases
/// need them: objects member by member, lists of objects by id, everything else replaced, null taken away.
enum ReleaseMerge {
  static func merged(_ old: JSONValue?, _ new: JSONValue) -> JSONValue? {
    switch new {
    case .null: return nil
    case .object(let members):
      var result = old?.object ?? [:]
      for (name, value) in members { result[name] = merged(result[name], value) }
      return .object(result)
    case .array(let elements):
      guard elements.allSatisfy({ $0.object != nil }), !elements.isEmpty else { return new }
      var result = old?.array ?? []
      for element in elements {
        let id = element["id"]
        if let id, let place = result.firstIndex(where: { $0["id"] == id }) {
          result[place] = merged(result[place], element) ?? result[place]
        } else if let clean = merged(nil, element) {
          result.append(clean)
        }
      }
      return .array(result)
    default: return new
    }
  }

  /// A release taken into the compiled one.
  static func take(_ release: JSONValue, into compiled: JSONValue?) -> JSONValue {
    var members = merged(compiled, release)?.object ?? [:]
    members["tag"] = ["compiled"]
    members["id"] = .string(
      "\(release["ocid"]?.string ?? "")-\(release["date"]?.string ?? "")")
    return .object(members)
  }
}
