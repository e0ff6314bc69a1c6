import Books
import Commons
import Storage

/// A declared wish to change something: a value that knows what it needs, who may wish it and what
/// it comes to. The desk carries it out; nothing else writes.
public protocol Command: Sendable {
  /// What the decision is about, as it stands before the act.
  associatedtype Loaded: Sendable

  /// The kind of act in the journal, such as `requests.accept`.
  var kind: String { get }
  /// The permission without which nothing is even loaded.
  var permission: String { get }

  /// The aggregate it changes; nil if it opens a new one.
  var aggregate: Int64? { get }
  /// All that the wish says, as it goes into the act's private part. Canonical, so that the same
  /// wish has the same digest.
  var content: JSONValue { get }

  /// Loads what the decision is about; throws 404 if it is not there.
  func load(_ view: any View, _ context: Context) throws -> Loaded
  /// Checks the actor's relation to it; throws 403, or 404 where existence is secret.
  func authorise(_ loaded: Loaded, _ context: Context) throws
  /// The version of what was loaded; 0 for a new aggregate.
  func version(of loaded: Loaded) -> Int64
  /// Decides. Pure: it asks the view and reads the context, nothing else. Throws a ``Problem`` to
  /// refuse without a trace.
  func decide(_ loaded: Loaded, _ view: any View, _ context: Context) throws -> Decision
}

extension Command where Loaded == Void {
  /// A command that opens a new aggregate has nothing to load.
  public func load(_ view: any View, _ context: Context) throws {}
  /// Checks nothing more: there is nothing yet to which the actor could stand in a relation.
  public func authorise(_ loaded: Void, _ context: Context) throws {}
  /// 0: the act makes version 1.
  public func version(of loaded: Void) -> Int64 { 0 }
}

/// Everything that may vary between two runs of the same decision, fixed when it was submitted.
public struct Context: Sendable {
  /// Who acts.
  public let actor: Actor
  /// When the act is recorded.
  public let recordedAt: Instant
  /// When it takes effect: the same moment, but for imports and back-dated acts.
  public let effectiveAt: Instant
  /// The key of the aggregate; fresh for a command that opens one.
  public let aggregate: Int64
  /// The alias of the aggregate in the log, 16 bytes; drawn for a new one.
  public let matter: [UInt8]
  /// The key under which personal words of the aggregate are sealed.
  public let sealing: SealingKey
  /// The store's secrets, for row marks.
  public let ring: KeyRing
  /// Random draws fixed at submit: sealing nonces and lotteries.
  public let random: any RandomSource
  /// True for imports: no notices leave, clocks of the past do not fire.
  public let isBackfill: Bool
}

/// What a decision comes to.
public struct Decision: Sendable {
  /// The public fields of the act: all that an outsider needs to recompute the indicators.
  public let publicFields: JSONValue
  /// The rows that change, besides the journal.
  public let changes: [Change]
  /// What leaves the store after the commit.
  public let effects: [Effect]
  /// Set if the wish is refused and the refusal itself is an act.
  public let refusal: Problem?
  /// What the caller is told besides the act: kept nowhere, so that a repeated request goes without.
  public let reply: JSONValue

  /// The wish is granted.
  public static func accepted(
    publicFields: JSONValue, changes: [Change], effects: [Effect] = [], reply: JSONValue = .null
  ) -> Decision {
    Decision(
      publicFields: publicFields, changes: changes, effects: effects, refusal: nil, reply: reply)
  }

  /// The wish is refused, and the refusal is recorded; `changes` may only bring the aggregate to
  /// the act's version.
  public static func refusedOnRecord(
    _ problem: Problem, publicFields: JSONValue, changes: [Change]
  ) -> Decision {
    Decision(
      publicFields: publicFields, changes: changes, effects: [], refusal: problem, reply: .null)
  }
}

/// Something that shall happen outside the store once the act is durable.
public struct Effect: Sendable {
  /// What it is, such as `notice`.
  public let kind: String
  /// What the worker needs besides the act itself, naming things by key: no personal words.
  public let payload: JSONValue

  /// An effect.
  public init(_ kind: String, _ payload: JSONValue = [:]) {
    self.kind = kind
    self.payload = payload
  }
}

/// What the desk answers once an act is durable.
public struct Acknowledged: Sendable {
  /// The act as it stands in the journal.
  public let row: JournalRow
  /// The salt of its commitment, 16 bytes.
  public let salt: [UInt8]
  /// The private part, canonical JSON.
  public let privatePart: [UInt8]
  /// Set if the wish was refused on record.
  public let refusal: Problem?
  /// Whether the same request was answered before and this is that answer.
  public let isRepeat: Bool
  /// What the decision said to the caller alone; null on a repeat.
  public let reply: JSONValue

  /// The aggregate.
  public var aggregate: Int64 { row.key.aggregate }
}
