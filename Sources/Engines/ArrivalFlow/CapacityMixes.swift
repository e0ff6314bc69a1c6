import Commons

/// Movements an hour that may be given out as slots: of each kind, and of both together.
public struct SlotLimits: Hashable, Sendable {
  /// Landings an hour.
  public let arrivals: Int
  /// Take-offs an hour.
  public let departures: Int
  /// Both together, with as many of one as of the other.
  public let movements: Int
}

extension CapacityStudy {
  /// What may be given out under some rules: the declared share of what the runways can do, whole movements
  /// only. An hour may have all its arrivals or all its departures, but not both at once.
  public func limits(_ rules: SpacingRules, _ uses: [RunwayUse]) -> SlotLimits {
    let rate = RunwayCapacity(fleet, rules).rate(uses)
    // What is declared is whole; the share times the rate must not fall below it by a rounding.
    func whole(_ value: Double) -> Int { Int((value * declaredShare + 1e-9).rounded(.down)) }
    return SlotLimits(
      arrivals: whole(rate.arrivals), departures: whole(rate.departures),
      movements: whole(rate.balanced))
  }

  /// The same change for another traffic.
  public struct Mix: Hashable, Sendable {
    /// The share of aircraft of 136 t and more.
    public let heavies: Double
    /// The study with that traffic: the declared share stays, so the figure before is another.
    public let study: CapacityStudy
  }

  /// The study for so many traffics, from no heavy aircraft to a share of them, in even steps; within the heavy
  /// and within the others the proportions stay.
  ///
  /// - Throws: ``Problem`` 422 if the traffic has only heavy aircraft or none.
  public func mixes(_ count: Int, upTo most: Double = 0.6) throws(Problem) -> [Mix] {
    func isHeavy(_ group: FleetGroup) -> Bool { group.type.mass_kg >= 136_000 }
    func sum(_ heavy: Bool) -> Double {
      fleet.filter { isHeavy($0) == heavy }.reduce(0) { $0 + $1.weight }
    }
    let (heavy, light) = (sum(true), sum(false))
    guard heavy > 0, light > 0 else {
      throw .invalid([
        Problem.Field(
          "/fleet",
          Phrase(
            "比较机队构成需要既有136吨及以上的机型，也有较轻的机型。",
            en: "To compare mixes the fleet must have types of 136 t and more and lighter ones."))
      ])
    }
    let share = declaredShare
    return (0..<count).map { index in
      let heavies = count == 1 ? most : most * Double(index) / Double(count - 1)
      let traffic = fleet.map { group in
        FleetGroup(
          group.type,
          weight: isHeavy(group)
            ? group.weight / heavy * heavies : group.weight / light * (1 - heavies),
          profile: group.profile, occupancy_s: group.occupancy_s)
      }
      let declared = share * RunwayCapacity(traffic, before).rate(runways).balanced
      return Mix(
        heavies: heavies,
        study: CapacityStudy(
          fleet: traffic, before: before, after: after, runways: runways,
          declaredBefore: declared, peakHours: peakHours, expansions: expansions))
    }
  }
}
