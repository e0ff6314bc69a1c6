import Commons

/// A measure that a city has adopted: which of its functions are on, since when, under which documents,
/// how far it has been rolled out.
public struct Adoption: Hashable, Sendable {
  /// 1–22.
  public let number: Int
  /// The functions that are switched on, by their codes in ``MeasureFunction``.
  public let functions: [String]
  /// The first day.
  public let from: CivilDate
  /// The documents that authorise it, in the order of the profile.
  public let authorisations: [Authorisation]
  /// How far it has been rolled out; nil where no stage is on record.
  public let stage: Stage?
  /// The guidance of the department in charge.
  public let guidance: Filing?
  /// How risks are kept in check.
  public let riskPlan: Filing?
  /// Whether the city takes it for highly specialised, beside the measures that always are.
  public let isSpecialised: Bool
  /// Whether the city takes it for one of wide interest, to be rolled out by stages.
  public let isWide: Bool

  /// The days on which a function may begin: the measure's own, and those on which a document that covers
  /// the function comes into force later.
  func starts(of function: String) -> [CivilDate] {
    let later = authorisations.filter { $0.covers(function) }.map(\.from).filter { $0 > from }
    return [from] + Set(later).sorted()
  }

  /// A document that authorises a measure or some of its functions.
  public struct Authorisation: Hashable, Sendable {
    /// Title or number; stands in every act that is done under it.
    public let document: String
    /// Who issued it.
    public let issuer: String
    /// What kind of body that is: a code of the rules' `record.level`.
    public let level: String
    /// What it covers, in its own words; nil if it does not say.
    public let scope: Phrase?
    /// The functions that it covers; nil for all of the measure.
    public let functions: [String]?
    /// The first day on which it is in force.
    public let from: CivilDate
    /// The first day on which it is no longer; nil while it is open.
    public let to: CivilDate?
    /// The day on which the city's use of it ends unless it was reviewed and renewed before.
    public let sunset: CivilDate?
    /// What it demands.
    public let conditions: [Phrase]

    /// The first day on which nothing new may rest on it.
    public var end: CivilDate? { [to, sunset].compactMap { $0 }.min() }

    /// Whether it is in force on a day, and before its sunset.
    public func holds(on day: CivilDate) -> Bool { day >= from && end.map { day < $0 } ?? true }

    func covers(_ function: String) -> Bool { functions?.contains(function) ?? true }
  }

  /// How far a measure has been rolled out, when to stop and what comes next.
  public struct Stage: Hashable, Sendable {
    /// What it is called.
    public let name: Phrase
    /// Its first day.
    public let from: CivilDate
    /// The districts in it; empty for all.
    public let districts: [String]
    /// The agencies in it; empty for all.
    public let agencies: [String]
    /// Amounts that may not be exceeded.
    public let limits: [Limit]
    /// When to stop.
    public let stopCriteria: [StopCriterion]
    /// What comes next, and not before when; it takes a change of the profile to go there.
    public let next: Next?

    var hasScope: Bool { !(districts.isEmpty && agencies.isEmpty && limits.isEmpty) }

    /// The next stage.
    public struct Next: Hashable, Sendable {
      /// What it is called.
      public let name: Phrase
      /// The first day on which it may begin.
      public let from: CivilDate
    }
  }

  /// An amount that a stage may not exceed.
  public struct Limit: Hashable, Sendable {
    /// The name by which the measure states the amount, such as `persons`.
    public let name: String
    /// What is limited.
    public let label: Phrase
    /// The most that is allowed.
    public let atMost: Int64
  }

  /// A figure at which a measure is to be stopped.
  public struct StopCriterion: Hashable, Sendable {
    /// The indicator, by id.
    public let indicator: String
    /// Whether the figure is bad below the bound; else above it.
    public let isBelow: Bool
    /// The bound, in the indicator's own unit.
    public let bound: Double
    /// The criterion in words.
    public let label: Phrase

    /// Whether a figure calls for stopping; nil before there is one.
    public func isMet(by value: Double?) -> Bool? {
      value.map { isBelow ? $0 < bound : $0 > bound }
    }
  }

  /// A document on file.
  public struct Filing: Hashable, Sendable {
    /// Title or number.
    public let document: String
    /// Whose it is.
    public let issuer: String
    /// The first day on which it counts.
    public let from: CivilDate
  }
}
