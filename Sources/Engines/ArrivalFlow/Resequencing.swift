import Commons

/// An aircraft of a running sequence.
public struct SequencedArrival: Hashable, Sendable {
  /// Its callsign.
  public let callsign: String
  /// The airline, for figures of fairness.
  public let airline: String
  /// Its window and penalties as known now.
  public let arrival: Arrival
  /// When it was to land by the running sequence, and where; nil if it is new.
  public let planned: Landing?

  /// An aircraft of a sequence; the landing's aircraft number is not used.
  public init(callsign: String, airline: String, arrival: Arrival, planned: Landing?) {
    self.callsign = callsign
    self.airline = airline
    self.arrival = arrival
    self.planned = planned
  }
}

/// Puts a running sequence in order again when times change.
///
/// Aircraft that land within the freeze horizon keep time and runway. The others move at most so many
/// places from first come, first served, and moving an announced time costs something, so that
/// controllers are not made to announce a new one for little.
public struct Resequencing: Hashable, Sendable {
  /// The rules of a re-sequencing.
  public struct Options: Hashable, Sendable {
    /// Aircraft planned to land before now + this stay as they are, in units of time.
    public var freeze: Int
    /// The most places that an aircraft may move from first come, first served.
    public var shift: Int
    /// The cost of moving an announced time by a unit, either way.
    public var stability: Int
    /// The most part sequences that are looked at.
    public var steps: Int
    /// The most that are kept of each length.
    public var width: Int
    /// Options.
    public init(
      freeze: Int, shift: Int = 3, stability: Int = 0, steps: Int = 40_000, width: Int = 12
    ) {
      self.freeze = freeze
      self.shift = shift
      self.stability = stability
      self.steps = steps
      self.width = width
    }
  }

  /// The new sequence.
  public let schedule: LandingSchedule
  /// What it costs, without the cost of moving announced times.
  public let cost: Int
  /// Whether nothing better exists within the allowed moves.
  public let isBest: Bool
  /// How many aircraft were frozen.
  public let frozen: Int
  /// For each aircraft its places moved from first come, first served; positive is later. On several
  /// runways places count in the order in which runways were given out.
  public let shifts: [Int]
  /// For each aircraft the change of its planned time; nil if it is new.
  public let moves: [Int?]
  /// Part sequences looked at.
  public let steps: Int

  /// Re-sequences aircraft on runways.
  ///
  /// - Parameter separations: Row after row, as in ``LandingProblem``.
  /// - Throws: ``Problem`` 422 if the aircraft cannot be landed, or not with moves so small.
  public init(
    _ aircraft: [SequencedArrival], separations: [Int], runways: Int, now: Int,
    _ options: Options
  ) throws(Problem) {
    var arrivals: [Arrival] = []
    var frozen = 0
    for each in aircraft {
      guard let planned = each.planned else {
        arrivals.append(each.arrival)
        continue
      }
      let isFrozen = planned.time < now + options.freeze
      frozen += isFrozen ? 1 : 0
      arrivals.append(Resequencing.arrival(each.arrival, planned.time, isFrozen, options))
    }
    let problem = try LandingProblem(
      arrivals: arrivals, separations: separations, runways: runways)
    let order = Resequencing.firstComeFirstServed(aircraft, frozenBefore: now + options.freeze)
    let model = LandingModel(problem, ordersAlike: false)
    var search = LandingSearch(model, steps: options.steps)
    search.positions = PositionLimits(order, shift: options.shift)
    search.runwayOf = aircraft.map { each in
      each.planned.flatMap { $0.time < now + options.freeze ? $0.runway : nil }
    }
    let outcome = search.run(
      from: 0, to: model.count, below: model.ceiling, width: options.width, span: model.count)
    guard let best = outcome.best else { throw Resequencing.impossible(options) }
    let schedule = model.schedule(best.steps)
    self.schedule = schedule
    self.frozen = frozen
    isBest = outcome.lost >= best.cost
    steps = search.steps
    cost = schedule.landings.reduce(0) { $0 + aircraft[$1.aircraft].arrival.cost(at: $1.time) }
    var shifts = Array(repeating: 0, count: aircraft.count)
    var moves: [Int?] = Array(repeating: nil, count: aircraft.count)
    var rank = shifts
    for (place, aircraft) in order.enumerated() { rank[aircraft] = place }
    for (place, step) in best.steps.enumerated() {
      shifts[Int(step.aircraft)] = place - rank[Int(step.aircraft)]
    }
    for landing in schedule.landings {
      moves[landing.aircraft] = aircraft[landing.aircraft].planned.map { landing.time - $0.time }
    }
    self.shifts = shifts
    self.moves = moves
  }

  private static func arrival(
    _ arrival: Arrival, _ planned: Int, _ isFrozen: Bool, _ options: Options
  ) -> Arrival {
    if isFrozen {
      return Arrival(
        earliest: planned, target: planned, latest: planned,
        penalty: Arrival.Penalty(early: 0, late: 0))
    }
    guard options.stability > 0 else { return arrival }
    let time = min(max(planned, arrival.earliest), arrival.latest)
    return Arrival(
      earliest: arrival.earliest, target: arrival.target, latest: arrival.latest,
      penalty: arrival.penalty,
      announced: Arrival.Wish(
        time, Arrival.Penalty(early: options.stability, late: options.stability)))
  }

  /// Frozen aircraft as they are planned, then the others by target time.
  static func firstComeFirstServed(
    _ aircraft: [SequencedArrival], frozenBefore: Int
  ) -> [Int] {
    func key(_ index: Int) -> (Int, Int) {
      let planned = aircraft[index].planned?.time ?? .max
      return (
        planned < frozenBefore ? planned : max(frozenBefore, aircraft[index].arrival.target), index
      )
    }
    return aircraft.indices.sorted { key($0) < key($1) }
  }

  private static func impossible(_ options: Options) -> Problem {
    .refused(
      "no-sequence",
      Phrase(
        "在位置移动不超过\(options.shift)的限制内没有可行的序列。请放宽限制、缩短冻结时间或改变时间窗。",
        en:
          "No sequence exists with moves of at most \(options.shift) places. Allow more, freeze less or"
          + " widen the windows."))
  }
}

/// How the burden of a sequence falls.
public struct SequenceFairness: Hashable, Sendable {
  /// The burden of some aircraft.
  public struct Share: Hashable, Sendable {
    /// The airline; empty for all.
    public let airline: String
    /// How many aircraft.
    public let aircraft: Int
    /// The mean delay beyond the target; early ones count as none.
    public let meanDelay: Double
    /// Half of the aircraft have at most this delay, in units of time.
    public let medianDelay: Int
    /// Nine of ten have at most this.
    public let ninthDecile: Int
    /// The largest.
    public let longestDelay: Int
    /// The mean of the places moved, positive is later.
    public let meanShift: Double
    /// How many moved back and forward.
    public let movedBack: Int
    /// How many moved forward.
    public let movedForward: Int
  }

  /// All aircraft.
  public let all: Share
  /// Airline by airline, in the order of their names.
  public let airlines: [Share]
  /// The Gini coefficient of the airlines' mean delays: 0 all alike, towards 1 one bears all.
  public let inequality: Double

  /// The figures of a re-sequencing of these aircraft.
  public init(_ aircraft: [SequencedArrival], _ sequence: Resequencing) {
    var delays = Array(repeating: 0, count: aircraft.count)
    for landing in sequence.schedule.landings {
      delays[landing.aircraft] = max(0, landing.time - aircraft[landing.aircraft].arrival.target)
    }
    func share(_ name: String, _ members: [Int]) -> Share {
      let sorted = members.map { delays[$0] }.sorted()
      let shifts = members.map { sequence.shifts[$0] }
      let count = Double(max(1, members.count))
      func quantile(_ tenths: Int) -> Int {
        sorted.isEmpty ? 0 : sorted[(sorted.count * tenths + 9) / 10 - 1]
      }
      return Share(
        airline: name, aircraft: members.count,
        meanDelay: Double(sorted.reduce(0, +)) / count, medianDelay: quantile(5),
        ninthDecile: quantile(9), longestDelay: sorted.last ?? 0,
        meanShift: Double(shifts.reduce(0, +)) / count,
        movedBack: shifts.filter { $0 > 0 }.count,
        movedForward: shifts.filter { $0 < 0 }.count)
    }
    all = share("", Array(aircraft.indices))
    let names = Set(aircraft.map(\.airline)).sorted()
    airlines = names.map { name in
      share(name, aircraft.indices.filter { aircraft[$0].airline == name })
    }
    let means = airlines.map(\.meanDelay).sorted()
    let total = means.reduce(0, +)
    let weighted = means.enumerated().reduce(0) {
      $0 + Double(2 * ($1.offset + 1) - means.count - 1) * $1.element
    }
    inequality = total > 0 ? weighted / (Double(means.count) * total) : 0
  }
}
