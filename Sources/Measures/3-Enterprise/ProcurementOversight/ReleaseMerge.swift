import Commons
import RedFlags

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

  /// The compiled release of these releases, by their dates and by the rules that the schema of OCDS 1.1.5 marks; nil
  /// if they cannot be merged so: a date is missing, or a path is a value in one and an object in another.
  static func compiled(_ releases: [[UInt8]]) -> JSONValue? {
    var text: [UInt8] = []
    for release in releases {
      text += release
      text.append(0x0A)
    }
    let count = text.count
    text += [UInt8](repeating: 0, count: FlagFold.padding)
    return text.withUnsafeMutableBufferPointer { buffer -> JSONValue? in
      guard let base = buffer.baseAddress else { return nil }
      let compiler = ReleaseCompiler()
      compiler.index(base, count: count)
      guard compiler.processCount == 1, let record = compiler.record(0) else { return nil }
      return (try? JSONValue(parsing: record))?["compiledRelease"]
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
