import Books
import Commons
import Storage

/// Puts a digest of the reads of personal data since the last digest into the journal, so that the
/// access log cannot be shortened or rewritten later without it showing.
public struct DigestAccessLog: Command {
  public typealias Loaded = Void
  /// Rows that one digest covers at most.
  public static let limit = 100_000
  public let kind = "access.digest"
  public let permission = "access.digest"
  public var aggregate: Int64? { nil }
  public var content: JSONValue { [:] }

  /// A wish to digest what is new.
  public init() {}

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
      count: Int64(rows.count), digest: AccessBook.digest(rows))
    return .accepted(
      publicFields: [
        "reads": .integer(digest.count), "digest": .string(Hex.encode(digest.digest)),
      ],
      changes: [AccessBook.keep(digest, context.ring)])
  }
}
