import Commons

/// What a change of rules is made of.
public enum CapacityCause: String, Hashable, Sendable, CaseIterable {
  /// Other wake minima.
  case wake
  /// Another least distance between any two.
  case radar
  /// Spacing that is met more exactly.
  case buffer

  /// How it is called.
  public var name: Phrase {
    switch self {
    case .wake: Phrase("尾流间隔标准", en: "wake minima")
    case .radar: Phrase("雷达最小间隔", en: "radar minimum")
    case .buffer: Phrase("间隔精度（缓冲）", en: "precision of spacing (buffer)")
    }
  }

  fileprivate func apply(_ after: SpacingRules, to rules: inout SpacingRules) {
    switch self {
    case .wake: rules.scheme = after.scheme
    case .radar: rules.radarMinimum_m = after.radarMinimum_m
    case .buffer: rules.buffer = after.buffer
    }
  }
}

/// An airport's hourly capacity before and after a change, and what each part of it contributes.
///
/// The declared figure of the airport before the change fixes one number, the share of the best rate that
/// is declared; everything after is predicted with that share.
public struct CapacityStudy: Hashable, Sendable {
  /// The traffic.
  public let fleet: [FleetGroup]
  /// The rules before.
  public let before: SpacingRules
  /// The rules after.
  public let after: SpacingRules
  /// The runways, as they are used before and after.
  public let runways: [RunwayUse]
  /// Movements an hour that are declared before.
  public let declaredBefore: Double
  /// Hours a day in which the capacity is used up.
  public let peakHours: Int
  /// Further ways to use the runways after the change, by name.
  public let expansions: [Expansion]

  /// Another set of runways.
  public struct Expansion: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// How its runways are used.
    public let runways: [RunwayUse]
    /// The figure that was published for it, if any.
    public let published: Double?
    /// A set with its name.
    public init(_ name: String, _ runways: [RunwayUse], published: Double? = nil) {
      self.name = name
      self.runways = runways
      self.published = published
    }
  }

  /// A study.
  public init(
    fleet: [FleetGroup], before: SpacingRules, after: SpacingRules, runways: [RunwayUse],
    declaredBefore: Double, peakHours: Int, expansions: [Expansion] = []
  ) {
    self.fleet = fleet
    self.before = before
    self.after = after
    self.runways = runways
    self.declaredBefore = declaredBefore
    self.peakHours = peakHours
    self.expansions = expansions
  }

  private func best(_ rules: SpacingRules, _ uses: [RunwayUse]) -> Double {
    RunwayCapacity(fleet, rules).rate(uses).balanced
  }

  /// The declared share of the best balanced rate, from the figures before.
  public var declaredShare: Double { declaredBefore / best(before, runways) }

  /// Movements an hour that are predicted after the change.
  public var predictedAfter: Double { declaredShare * best(after, runways) }

  /// Movements an hour that are predicted for another set of runways.
  public func predicted(_ expansion: Expansion) -> Double {
    declaredShare * best(after, expansion.runways)
  }

  /// Slots a day that the change adds: what an hour gains, whole movements only, in each peak hour.
  public var slotsPerDay: Int {
    Int((predictedAfter - declaredBefore).rounded(.down)) * peakHours
  }

  /// What each cause contributes, in movements an hour; they add up to the whole change.
  ///
  /// Causes help or hinder each other, so what one adds depends on which came before. The mean over
  /// all orders is the only fair division (Shapley 1953).
  public var causes: [(cause: CapacityCause, movements: Double)] {
    let orders = CapacityStudy.orders(CapacityCause.allCases)
    var sums: [CapacityCause: Double] = [:]
    for order in orders {
      var rules = before
      var at = declaredBefore
      for cause in order {
        cause.apply(after, to: &rules)
        let next = declaredShare * best(rules, runways)
        sums[cause, default: 0] += next - at
        at = next
      }
    }
    return CapacityCause.allCases.map { ($0, (sums[$0] ?? 0) / Double(orders.count)) }
  }

  private static func orders(_ causes: [CapacityCause]) -> [[CapacityCause]] {
    guard let first = causes.first else { return [[]] }
    return orders(Array(causes.dropFirst())).flatMap { rest in
      (0...rest.count).map { Array(rest[..<$0]) + [first] + Array(rest[$0...]) }
    }
  }
}
