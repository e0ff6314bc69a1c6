import Books
import Commons
import Desk
import EvidenceLog

/// Writes the acknowledgement of an act: what was recorded, the salt with which its holder can prove
/// later what was said, and where the receipt will be. The receipt itself is ready once the act is
/// in the log.
public struct Acknowledger: Sendable {
  private let jurisdiction: String
  private let authorisation: String

  /// Acknowledgements of acts under a jurisdiction and an authorisation.
  public init(jurisdiction: String, authorisation: String) {
    self.jurisdiction = jurisdiction
    self.authorisation = authorisation
  }

  /// The document: `number`, `version`, `entry` (canonical text), `salt` (hex), `receipt` (address).
  public func json(
    _ done: Acknowledged, number: CaseNumber, token: String? = nil
  ) throws -> [String: JSONValue] {
    let row = done.row
    let entry = LogEntry(
      kind: row.kind, recordedAt: row.recordedAt, effectiveAt: row.effectiveAt,
      jurisdiction: jurisdiction, authorisation: authorisation, matter: row.matter,
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
