import Commons

/// One act as everybody may read it: version 1 of the entry format, which never changes (see
/// `docs/reference/evidence-format.md`). Names and documents are not in it; of the private part
/// there is only a commitment.
public struct LogEntry: Hashable, Sendable {
  /// What was done, such as `requests.reply`.
  public let kind: String
  /// When it was recorded.
  public let recordedAt: Instant
  /// When it takes effect.
  public let effectiveAt: Instant
  /// GB/T 2260 code of the city.
  public let jurisdiction: String
  /// The document that authorises the measure there; empty where none is needed.
  public let authorisation: String
  /// The random alias of the matter, 16 bytes.
  public let matter: [UInt8]
  /// The public fields: an object as canonical JSON.
  public let publicText: String
  /// SHA-256(salt ‖ private part), 32 bytes.
  public let commitment: [UInt8]

  /// An entry from its parts.
  public init(
    kind: String, recordedAt: Instant, effectiveAt: Instant, jurisdiction: String,
    authorisation: String, matter: [UInt8], publicText: String, commitment: [UInt8]
  ) {
    self.kind = kind
    self.recordedAt = recordedAt
    self.effectiveAt = effectiveAt
    self.jurisdiction = jurisdiction
    self.authorisation = authorisation
    self.matter = matter
    self.publicText = publicText
    self.commitment = commitment
  }

  /// The bytes that are hashed: canonical JSON (RFC 8785).
  public var canonicalBytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(512)
    write(to: &out)
    return out
  }

  /// Appends ``canonicalBytes``.
  public func write(to out: inout [UInt8]) {
    // The members stand in the order that RFC 8785 gives them; none of the names needs an escape.
    func name(_ text: StaticString) {
      out.append(
        contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
    name(#"{"authorisation":"#)
    JSONValue.write(authorisation, to: &out)
    name(#","commitment":""#)
    Hex.write(commitment, to: &out)
    name(#"","effective_at":""#)
    effectiveAt.write(in: .utc, to: &out)
    name(#"","jurisdiction":"#)
    JSONValue.write(jurisdiction, to: &out)
    name(#","kind":"#)
    JSONValue.write(kind, to: &out)
    name(#","matter":""#)
    Hex.write(matter, to: &out)
    name(#"","public":"#)
    out.append(contentsOf: publicText.utf8)
    name(#","recorded_at":""#)
    recordedAt.write(in: .utc, to: &out)
    name(#"","v":1}"#)
  }

  /// Reads exactly what ``canonicalBytes`` writes; throws 400 for anything else.
  public init(canonicalBytes bytes: [UInt8]) throws(Problem) {
    let value: JSONValue
    do { value = try JSONValue(parsing: bytes) } catch { throw error.problem }
    func wrong(_ what: String) -> Problem {
      .malformed(
        Phrase("日志条目有误：\(what)。", en: "The log entry is wrong: \(what)."))
    }
    guard value["v"]?.integer == 1 else { throw wrong("v") }
    guard let kind = value["kind"]?.string,
      let recorded = value["recorded_at"]?.string.flatMap({ Instant(rfc3339: $0) }),
      let effective = value["effective_at"]?.string.flatMap({ Instant(rfc3339: $0) }),
      let jurisdiction = value["jurisdiction"]?.string,
      let authorisation = value["authorisation"]?.string,
      let matter = value["matter"]?.string.flatMap(Hex.decode), matter.count == 16,
      let publicFields = value["public"], publicFields.object != nil,
      let commitment = value["commitment"]?.string.flatMap(Hex.decode), commitment.count == 32
    else { throw wrong("members") }
    self.init(
      kind: kind, recordedAt: recorded, effectiveAt: effective, jurisdiction: jurisdiction,
      authorisation: authorisation, matter: matter, publicText: publicFields.canonical,
      commitment: commitment)
    guard canonicalBytes == bytes else { throw wrong("not in canonical form") }
  }

  /// The public fields, read; none if the text is not JSON.
  public var publicFields: JSONValue { (try? JSONValue(parsing: publicText)) ?? [:] }

  /// The entry's leaf in the tree.
  public var leafHash: [UInt8] { MerkleTree.leafHash(canonicalBytes) }

  /// The leaves of many entries, 32 bytes each.
  public static func leafHashes(_ entries: [LogEntry]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(512 * entries.count)
    var ends: [Int64] = []
    ends.reserveCapacity(entries.count)
    for entry in entries {
      entry.write(to: &bytes)
      ends.append(Int64(bytes.count))
    }
    return TreeHasher.best.leaves(bytes, ends: ends)
  }

  /// What an entry says of a private part.
  public static func commitment(salt: [UInt8], privatePart: [UInt8]) -> [UInt8] {
    Digest.of(salt, privatePart).bytes
  }
}
