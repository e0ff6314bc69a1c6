import Books
import Commons
import Desk
import EvidenceLog
import Storage

/// Writes the acknowledgement of an act: what was recorded, the salt with which its holder can prove
/// later what was said, and where the receipt will be. The receipt itself is ready once the act is
/// in the log.
public struct Acknowledger: Sendable {
  private let stamps: [Int64: StampBook.Stamp]

  /// Acknowledgements of acts under a city's stamps.
  public init(_ stamps: [StampBook.Stamp]) {
    self.stamps = Dictionary(
      stamps.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The document: `number`, `version`, `entry` (canonical text), `salt` (hex), `receipt` (address).
  public func json(
    _ done: Acknowledged, number: CaseNumber, token: String? = nil
  ) throws -> [String: JSONValue] {
    let row = done.row
    guard let stamp = stamps[row.stamp] else {
      throw StorageError("the act \(row.key.aggregate)/\(row.key.version) has no known stamp")
    }
    let entry = LogEntry(
      kind: row.kind, recordedAt: row.recordedAt, effectiveAt: row.effectiveAt,
      jurisdiction: stamp.jurisdiction, authorisation: stamp.authorisation, matter: row.matter,
      publicText: row.publicFields, commitment: row.commitment)
    let version = row.key.version
    var fields: [String: JSONValue] = [
      "number": .string(number.description), "version": .integer(version),
      "entry": .string(String(decoding: entry.canonicalBytes, as: UTF8.self)),
      "salt": .string(Hex.encode(done.salt)),
      "receipt": .string("/receipts/\(number)/\(version)" + (token.map { "?token=\($0)" } ?? "")),
      "repeated": .bool(done.isRepeat),
    ]
    if let token { fields["token"] = .string(token) }
    return fields
  }
}
