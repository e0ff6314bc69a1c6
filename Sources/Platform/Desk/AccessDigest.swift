import Books
import Commons
import Storage

/// Puts a digest of the reads of personal data since the last digest into the journal, so that the
/// access log cannot be shortened or rewritten later without it showing.
public struct DigestAccessLog: Command {
  /// Nothing: the decision itself asks for the reads since the last digest.
  public typealias Loaded = Void
  /// Rows that one digest covers at most.
  public static let limit = 100_000
  /// The act whose public fields are the number of reads and their digest.
  public let kind = "access.digest"
  /// In no role: only the program's own sweep submits it.
  public let permission = "access.digest"
  /// nil: every digest is an aggregate of its own.
  public var aggregate: Int64? { nil }
  /// Empty: which reads it covers is found when it is decided.
  public var content: JSONValue { [:] }

  /// A wish to digest what is new.
  public init() {}

  /// Digests the reads after the last digest, ``limit`` at most, the oldest first.
  ///
  /// - Throws: ``Problem`` 422 `nothing-new` if there are none.
  public func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    let last = try view.first(AccessBook.lastDigest)
    let rows = try view.all(
      AccessBook.recorded(after: last?.through ?? 0, limit: DigestAccessLog.limit))
    guard let end = rows.last else {
      throw Problem.refused(
        "nothing-new", Phrase("没有新的读取记录。", en: "No reads have been recorded since."))
    }
    let digest = AccessBook.Digested(
      key: context.aggregate, from: last?.through ?? 0, through: end.key,
      count: Int64(rows.count), digest: AccessBook.digest(rows, context.ring))
    return .accepted(
      publicFields: [
        "reads": .integer(digest.count), "digest": .string(Hex.encode(digest.digest)),
      ],
      changes: [AccessBook.keep(digest, context.ring)])
  }
}
