/// A place in an ordered list from which the next page continues (keyset paging).
///
/// It carries the sort key of the last row shown, opaque to clients. A cursor that somebody made up
/// decodes to nothing or to a harmless place: it selects rows, it never grants access.
public struct PageCursor: Hashable, Sendable {
  /// The sort key of the last row: most significant part first.
  public let keys: [Int64]

  /// A cursor after the row with this sort key.
  public init(_ keys: Int64...) { self.keys = keys }

  /// Reads what ``description`` wrote, for a list sorted by `count` keys.
  public init?(_ text: some StringProtocol, count: Int) {
    guard let bytes = Base64.decode(text, url: true), bytes.count == count * 8 else { return nil }
    keys = (0..<count).map { index in
      bytes[(index * 8)..<(index * 8 + 8)].reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }
  }
}

extension PageCursor: CustomStringConvertible {
  /// URL-safe text.
  public var description: String {
    let bytes = keys.flatMap { key in
      (0..<8).map { UInt8(truncatingIfNeeded: key >> Int64(56 - 8 * $0)) }
    }
    return Base64.encode(bytes, url: true)
  }
}

/// How many rows a list page may have.
public enum PageLimit {
  /// Rows if the client does not say.
  public static let standard = 50
  /// Rows at most.
  public static let maximum = 200
}
