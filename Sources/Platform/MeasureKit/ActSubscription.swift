import Books
import Commons

/// An act of another measure as a subscriber hears of it.
public struct HeardAct: Sendable {
  /// Its place in the log: the only total order there is.
  public let index: Int64
  /// Its case and version.
  public let key: JournalKey
  /// What everybody reads of it.
  public let act: PublicAct
  /// What was said in it; nil unless the subscription opens acts, and if it was destroyed.
  public let content: JSONValue?

  /// An act as it is told.
  public init(index: Int64, key: JournalKey, act: PublicAct, content: JSONValue?) {
    self.index = index
    self.key = key
    self.act = act
    self.content = content
  }
}

/// The wish of a measure to hear of acts of others, which it never imports: it knows them by the names of their
/// kinds alone, as an outsider knows them from the log.
///
/// Each act is heard at least once, in the order of the log, after it is in the log; how far a subscriber has come
/// stands in the store. What comes of hearing must therefore have a natural key, so that twice is the same as once.
public struct ActSubscription: Sendable {
  /// The subscriber, unique in a city and never changed.
  public let name: String
  /// The kinds of acts.
  public let kinds: Set<String>
  /// Whether it is told what was said, and not only what everybody reads. Only for acts by which somebody turns
  /// to the subscriber through another measure.
  public let opensActs: Bool
  /// What is done. To throw means to be told again later; what can never succeed must not throw.
  public let hear: @Sendable (HeardAct) async throws -> Void

  /// A subscription.
  public init(
    _ name: String, to kinds: Set<String>, opensActs: Bool = false,
    hear: @escaping @Sendable (HeardAct) async throws -> Void
  ) {
    self.name = name
    self.kinds = kinds
    self.opensActs = opensActs
    self.hear = hear
  }
}
