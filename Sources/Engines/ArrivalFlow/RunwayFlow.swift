import Commons

/// An arrival or a departure of a running sequence.
public struct RunwayMovement: Hashable, Sendable {
  /// What it does on the runway.
  public enum Kind: Int, Hashable, Sendable, CaseIterable {
    /// It lands.
    case arrival
    /// It takes off.
    case departure
  }

  /// Its callsign.
  public let callsign: String
  /// Whether it lands or takes off.
  public let kind: Kind
  /// Which group of the fleet it belongs to.
  public let group: Int
  /// The earliest, preferred and latest second over the threshold or rolling.
  public let earliest: Int
  /// The preferred second.
  public let target: Int
  /// The latest second.
  public let latest: Int
  /// What a second after the target costs.
  public let weight: Int
  /// The runway, if it has no choice.
  public let runway: Int?
  /// The second that was announced, if one was.
  public let announced: Int?

  /// A movement.
  public init(
    callsign: String, kind: Kind, group: Int, earliest: Int, target: Int, latest: Int,
    weight: Int = 1, runway: Int? = nil, announced: Int? = nil
  ) {
    self.callsign = callsign
    self.kind = kind
    self.group = group
    self.earliest = earliest
    self.target = target
    self.latest = latest
    self.weight = weight
    self.runway = runway
    self.announced = announced
  }
}

/// Runways, what each is used for, and how any two hinder each other.
public struct RunwaySystem: Hashable, Sendable {
  /// How movements on two runways hinder each other.
  public enum Relation: Hashable, Sendable {
    /// Not at all.
    case independent
    /// Landings keep a slant distance (dependent parallel approaches).
    case staggered(slant_m: Double, runwaySpacing_m: Double)
    /// So close that wake and spacing hold as on one runway; only the runway itself is free.
    case dependent
  }

  /// What each runway takes.
  public let uses: [Set<RunwayMovement.Kind>]
  /// How any two different ones are related.
  public let relation: Relation
  /// The fleet.
  public let fleet: [FleetGroup]
  /// The rules.
  public let rules: SpacingRules
  /// What pairs of landings on one runway keep at least, in seconds, row by leading group; empty for none.
  /// A procedure before the final approach can ask for more than the rules.
  public let landingFloors_s: [Double]
  /// Groups that stand for any of several, such as aircraft of an unknown type: each pair keeps the most.
  public let anyOf: [Int: [FleetGroup]]

  /// Runways.
  public init(
    uses: [Set<RunwayMovement.Kind>], relation: Relation, fleet: [FleetGroup], rules: SpacingRules,
    landingFloors_s: [Double] = [], anyOf: [Int: [FleetGroup]] = [:]
  ) {
    self.uses = uses
    self.relation = relation
    self.fleet = fleet
    self.rules = rules
    self.landingFloors_s = landingFloors_s
    self.anyOf = anyOf
  }

  /// The least time from one movement to a later one, in seconds; nil if they do not hinder each other.
  public func gap_s(
    _ first: (kind: RunwayMovement.Kind, group: Int, runway: Int),
    _ second: (kind: RunwayMovement.Kind, group: Int, runway: Int)
  ) -> Double? {
    var most: Double?
    for leader in anyOf[first.group] ?? [fleet[first.group]] {
      for follower in anyOf[second.group] ?? [fleet[second.group]] {
        guard let gap = gap_s(first, leader, second, follower) else { continue }
        most = max(most ?? gap, gap)
      }
    }
    let areLandings = first.kind == .arrival && second.kind == .arrival
    let isOne = first.runway == second.runway || relation == .dependent
    guard areLandings, isOne, landingFloors_s.count == fleet.count * fleet.count else {
      return most
    }
    return max(most ?? 0, landingFloors_s[first.group * fleet.count + second.group])
  }

  private func gap_s(
    _ first: (kind: RunwayMovement.Kind, group: Int, runway: Int), _ leader: FleetGroup,
    _ second: (kind: RunwayMovement.Kind, group: Int, runway: Int), _ follower: FleetGroup
  ) -> Double? {
    let isOne = first.runway == second.runway
    if !isOne {
      switch relation {
      case .independent: return nil
      case .staggered(let slant, let spacing):
        guard first.kind == .arrival, second.kind == .arrival else { return nil }
        return rules.staggered_s(leader, follower, slant_m: slant, runwaySpacing_m: spacing)
      case .dependent: break
      }
    }
    switch (first.kind, second.kind) {
    case (.arrival, .arrival): return rules.interval_s(leader, follower)
    case (.departure, .departure): return rules.departureInterval_s(leader, follower)
    case (.arrival, .departure):
      // On the other runway it need not have left its own.
      return isOne ? leader.occupancy_s + rules.reaction_s : 0
    case (.departure, .arrival):
      let clear = follower.profile.seconds(from: rules.departureClearance_m)
      return max(clear, isOne ? rules.departureOccupancy_s : 0) + rules.buffer_s
    }
  }
}

/// A sequence of arrivals and departures together.
public struct RunwayFlow: Hashable, Sendable {
  /// When and where a movement happens.
  public struct Slot: Hashable, Sendable {
    /// The movement, by its place in what was given.
    public let movement: Int
    /// The runway.
    public let runway: Int
    /// The second.
    public let time: Int
  }

  /// The slots in the order of decision.
  public let slots: [Slot]
  /// Weighted seconds after the targets, and what moving announced times costs.
  public let cost: Int
  /// Whether nothing better exists within the allowed moves; with a price on announced times only among
  /// sequences in which each movement is as early as it can be or as announced.
  public let isBest: Bool
  /// For each movement its places moved from first come, first served.
  public let shifts: [Int]

  /// What may be done.
  public struct Options: Hashable, Sendable {
    /// The most places that a movement may move from first come, first served, up to 10.
    public var shift: Int
    /// What moving an announced time by a second costs.
    public var stability: Int
    /// The most part sequences kept of one length.
    public var width: Int
    /// Options.
    public init(shift: Int = 3, stability: Int = 0, width: Int = 400) {
      self.shift = shift
      self.stability = stability
      self.width = width
    }
  }

  /// Sequences movements on runways.
  ///
  /// - Throws: ``Problem`` 422 that names each movement that cannot be, or refuses if none of the
  ///   sequences keeps the windows.
  public init(
    _ movements: [RunwayMovement], on system: RunwaySystem, _ options: Options = Options()
  ) throws(Problem) {
    let faults = RunwayFlow.faults(movements, system, options)
    guard faults.isEmpty else { throw .invalid(Array(faults.prefix(20))) }
    var search = RunwayFlowSearch(movements, system, options)
    guard let best = search.run() else {
      throw .refused(
        "no-sequence", RunwayFlow.impossible(search.stuck.map { movements[$0] }, options))
    }
    slots = best.slots
    cost = best.cost
    isBest = !search.wasCut
    var rank = Array(repeating: 0, count: movements.count)
    for (place, movement) in search.order.enumerated() { rank[movement] = place }
    var shifts = Array(repeating: 0, count: movements.count)
    for (place, slot) in slots.enumerated() { shifts[slot.movement] = place - rank[slot.movement] }
    self.shifts = shifts
  }

  private static func impossible(_ stuck: RunwayMovement?, _ options: Options) -> Phrase {
    guard let stuck else {
      return Phrase("没有可行的序列。", en: "No sequence exists.")
    }
    return Phrase(
      "在位置移动不超过\(options.shift)的限制内没有可行的序列：\(stuck.callsign)须在\(stuck.earliest)至\(stuck.latest)秒，"
        + "最早能排到的序列都已超过。请放宽时间窗、跑道或限制。",
      en:
        "No sequence exists with moves of at most \(options.shift) places: \(stuck.callsign) must move from"
        + " \(stuck.earliest) to \(stuck.latest) s, and no sequence gets to it in time. Widen windows, use"
        + " another runway or allow more moves.")
  }

  private static func faults(
    _ movements: [RunwayMovement], _ system: RunwaySystem, _ options: Options
  ) -> [Problem.Field] {
    var found: [Problem.Field] = []
    func fault(_ pointer: String, _ zh: String, _ en: String) {
      found.append(Problem.Field(pointer, Phrase(zh, en: en)))
    }
    if !(0...10).contains(options.shift) || options.width < 1 || options.stability < 0 {
      fault("options", "位置移动应为0至10，宽度至少为1。", "Moves are 0 to 10 places, the width at least 1.")
    }
    if !(1...8).contains(system.uses.count) {
      fault("runways", "跑道应为1至8条。", "Give 1 to 8 runways.")
    }
    if !(1...1000).contains(movements.count) {
      fault("movements", "架次应为1至1000。", "Give 1 to 1000 movements.")
    }
    for movement in movements {
      let name = movement.callsign
      let isOrdered = movement.earliest <= movement.target && movement.target <= movement.latest
      if !isOrdered || movement.earliest < 0 || movement.latest > 1 << 31 {
        fault(
          name, "最早、目标、最晚时刻应不小于0且依次不减。",
          "Earliest, target and latest must be at least 0 and not fall.")
      }
      if !system.fleet.indices.contains(movement.group) {
        fault(name, "没有该机型组，尾流类别未知。", "It has no group of the fleet, so no wake category.")
      }
      if !(0...1 << 16).contains(movement.weight) {
        fault(name, "权重应为0至65536。", "Its weight must be 0 to 65536.")
      }
      let open = system.uses.indices.filter { system.uses[$0].contains(movement.kind) }
      if open.isEmpty {
        let (zh, en) = movement.kind == .arrival ? ("降落", "landings") : ("起飞", "take-offs")
        fault(name, "没有用于\(zh)的跑道。", "No runway is used for \(en).")
      } else if let runway = movement.runway, !open.contains(runway) {
        fault(
          name, "指定的第\(runway + 1)条跑道不用于该类运行。",
          "Runway number \(runway + 1), which it is given, is not used for it.")
      }
    }
    return found
  }
}
