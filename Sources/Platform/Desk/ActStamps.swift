import Commons

/// Under which jurisdiction and authorisation acts are done, by measure and date: the first word of an
/// act's kind is its measure's. It is worked out before there is a desk, so that an act costs one look.
public struct ActStamps: Sendable {
  /// From a moment on.
  public struct Term: Sendable {
    /// The first moment.
    public let from: Instant
    /// The number of the stamp.
    public let number: Int64
    /// Why nothing new may be opened; nil if it may.
    public let opening: Problem?

    /// A term.
    public init(from: Instant, number: Int64, opening: Problem? = nil) {
      self.from = from
      self.number = number
      self.opening = opening
    }
  }

  /// What is known of one measure.
  public struct Series: Sendable {
    /// The terms in order of time.
    public let terms: [Term]
    /// Why nothing may be done before the first of them.
    public let before: Problem

    /// A series; without terms nothing may be done at all.
    public init(_ terms: [Term], before: Problem) {
      self.terms = terms
      self.before = before
    }
  }

  private let other: Term
  private let series: [Substring: Series]

  /// One stamp for every act.
  public init(_ number: Int64) { self.init(other: number, [:]) }

  /// A series for each measure, by the first word of its acts' kinds.
  ///
  /// - Parameter other: the stamp of acts that belong to none of them.
  public init(other: Int64, _ series: [String: Series]) {
    self.other = Term(from: Instant(microseconds: 0), number: other)
    self.series = Dictionary(
      uniqueKeysWithValues: series.map { (Substring($0.key), $0.value) })
  }

  /// The term under which an act is done.
  ///
  /// - Throws: ``Problem`` if its measure may do nothing at that moment.
  func term(of kind: String, at moment: Instant) throws(Problem) -> Term {
    guard let series = series[kind.prefix { $0 != "." }] else { return other }
    guard let term = series.terms.last(where: { $0.from <= moment }) else { throw series.before }
    return term
  }
}
