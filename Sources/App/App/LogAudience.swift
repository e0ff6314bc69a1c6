import Commons
import EvidenceLog
import MeasureKit
import NationalCrypto

/// Those who are told what came into the log, each entry once and in its order: the measures' projections
/// and the second tree. On its own so that a batch is told of while the next one is being written.
actor LogAudience {
  private let measures: [any Measure]
  /// The second root and signature; it has taken in what the measures were told of.
  private var national: NationalHead?
  /// Entries that were told.
  private(set) var told: Int64 = 0
  /// Whether there is a second root.
  nonisolated let isNational: Bool

  init(_ measures: [any Measure], national: SM2NoteSigner?) {
    self.measures = measures
    self.national = national.map { NationalHead(signer: $0) }
    isNational = national != nil
  }

  /// Tells of entries whose indexes begin with `first`; those that were told already are passed over. The
  /// answer is false, and nothing was told, if some before them are missing.
  @discardableResult
  func tell(_ entries: [LogEntry], from first: Int64) -> Bool {
    guard first <= told else { return false }
    for entry in entries.dropFirst(Int(told - first)) {
      national?.take(entry)
      let act = PublicAct(
        kind: entry.kind, matter: entry.matter, recordedAt: entry.recordedAt,
        effectiveAt: entry.effectiveAt, fields: entry.publicFields)
      for measure in measures { measure.consume(act) }
    }
    told = max(told, first + Int64(entries.count))
    return true
  }

  /// The text and second signature of a checkpoint over what was told and these entries; nil without a
  /// second root.
  ///
  /// - Throws: ``Problem`` 503 if something else was told meanwhile.
  func head(
    _ point: Checkpoint, adding entries: [LogEntry]
  ) throws -> (text: String, signature: SignedNote.Signature)? {
    try national?.head(point, adding: entries)
  }
}
