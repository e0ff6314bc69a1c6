import Commons

/// The compiled release of each process, kept as its canonical text: parsed, a release takes several times the room,
/// and a city has hundreds of thousands.
struct CompiledReleases {
  /// What every look at a purchase asks of its release.
  struct Outline {
    /// Whether its documents are out.
    let isOut: Bool
    /// The buyer's id; empty if none is named.
    let firm: String
    let tenderers: [String]

    init(_ release: JSONValue) {
      let status = release["tender"]?["status"]?.string ?? ""
      isOut = !["planning", "planned", ""].contains(status) || release["awards"] != nil
      firm = release["buyer"]?["id"]?.string ?? ""
      tenderers = (release["tender"]?["tenderers"]?.array ?? []).compactMap { $0["id"]?.string }
    }
  }

  private var kept: [String: (text: [UInt8], outline: Outline)] = [:]

  var count: Int { kept.count }
  /// All of them, in no order.
  var values: some Collection<JSONValue> {
    kept.values.lazy.compactMap { try? JSONValue(parsing: $0.text) }
  }

  /// The release of a process; nil if nothing was published of it.
  subscript(ocid: String) -> JSONValue? {
    kept[ocid].flatMap { try? JSONValue(parsing: $0.text) }
  }

  /// The same as canonical text.
  func text(_ ocid: String) -> [UInt8]? { kept[ocid]?.text }

  func outline(_ ocid: String) -> Outline? { kept[ocid]?.outline }

  /// Keeps the release of a process; the answer is its canonical text.
  mutating func keep(_ release: JSONValue, _ ocid: String) -> [UInt8] {
    let text = release.canonicalBytes
    kept[ocid] = (text, Outline(release))
    return text
  }
}
