import Commons

extension MergeTables {
  /// Aircraft at random: entries at any moment of so many seconds, groups by their shares, arcs alike.
  public func draw(
    _ count: Int, seconds: Double, random: inout SeededRandom
  ) -> [MergeScenario.Entry] {
    let total = scenario.fleet.reduce(0) { $0 + $1.weight }
    let drawn = (0..<count).map { _ in
      var at = random.unit() * total
      var group = 0
      while group < scenario.fleet.count - 1, at >= scenario.fleet[group].weight {
        at -= scenario.fleet[group].weight
        group += 1
      }
      return (
        random.unit() * seconds, group, random.below(scenario.merge.arcs.count), random.below(6)
      )
    }
    return drawn.sorted { $0.0 < $1.0 }.enumerated().map { index, each in
      MergeScenario.Entry(
        callsign: "T\(100 + index)", airline: "A\(each.3)", group: each.1, arc: each.2,
        time: (each.0 * 10).rounded() / 10)
    }
  }

  /// Gives each aircraft a level on its arc that is free when it enters.
  ///
  /// - Parameter mayHold: Whether an aircraft may be held before its entry until a level is free;
  ///   otherwise that is a fault.
  private func enter(
    _ entries: [MergeScenario.Entry], mayHold: Bool
  ) -> (entered: [Double], levels: [Int], faults: [Problem.Field]) {
    var last: [(group: Int, time: Double)?] = Array(repeating: nil, count: levels.count)
    var entered = entries.map(\.time)
    var given = Array(repeating: 0, count: entries.count)
    var faults: [Problem.Field] = []
    for index in entries.indices.sorted(by: { (entries[$0].time, $0) < (entries[$1].time, $1) }) {
      let entry = entries[index]
      let open = levels.indices.filter { levels[$0].arc == entry.arc }.map { level in
        (level: level, from: last[level].map { $0.time + entryGaps[$0.group][entry.group] } ?? 0)
      }
      guard
        let best = open.first(where: { $0.from <= entry.time })
          ?? open.min(by: { $0.from < $1.from })
      else { continue }
      given[index] = best.level
      if best.from > entry.time {
        entered[index] = best.from
        if !mayHold {
          let wait = Int((best.from - entry.time).rounded(.up))
          let arc = scenario.merge.arcs[entry.arc].name
          faults.append(
            Problem.Field(
              entry.callsign,
              Phrase(
                "高度层冲突：弧“\(arc)”的高度层均被占用，需在进入点前等待\(wait)秒。",
                en:
                  "Level conflict: all levels of arc “\(arc)” are taken when it enters; it must wait"
                  + " \(wait) s before the entry.")))
        }
      }
      last[best.level] = (entry.group, entered[index])
    }
    return (entered, given, faults)
  }

  /// Sequences aircraft and gives each its way along the arc.
  ///
  /// - Parameters:
  ///   - mayHold: Whether aircraft may be held before the entry where levels are taken.
  ///   - wider: Seconds added to the gap of pairs, by place of leader × count + follower.
  ///   - width: The most part sequences kept of one length; with more, more sequences are proved best.
  /// - Throws: ``Problem`` 422 if there is no sequence at all, or too many aircraft.
  public func plan(
    _ entries: [MergeScenario.Entry], mayHold: Bool = false, wider: [Int: Int] = [:],
    width: Int = 200
  ) throws(Problem) -> MergePlan {
    let (entered, levels, held) = enter(entries, mayHold: mayHold)
    let count = entries.count
    let kinds = entries.indices.map { kind(entries[$0].group, levels[$0]) }
    let earliest = entries.indices.map { Int((entered[$0] + shortest[kinds[$0]]).rounded(.up)) }
    let latest = entries.indices.map { Int((entered[$0] + longest[kinds[$0]]).rounded(.down)) }
    var separations: [Int] = []
    separations.reserveCapacity(count * count)
    for leader in 0..<count {
      for follower in 0..<count {
        let gap = gaps[kinds[leader] * flights.count + kinds[follower]]
        separations.append(
          Int(gap.rounded(.up)) + (wider[leader * count + follower] ?? 0))
      }
    }
    func sequence(_ more: Int) throws(Problem) -> ([SequencedArrival], Resequencing) {
      let arrivals = entries.indices.map { index in
        SequencedArrival(
          callsign: entries[index].callsign, airline: entries[index].airline,
          arrival: Arrival(
            earliest: earliest[index], target: earliest[index], latest: latest[index] + more,
            penalty: Arrival.Penalty(early: 0, late: 1)), planned: nil)
      }
      return (
        arrivals,
        try Resequencing(
          arrivals, separations: separations, runways: 1, now: 0,
          Resequencing.Options(
            freeze: 0, shift: scenario.shift, steps: max(40_000, width * 4000), width: width))
      )
    }
    let (arrivals, best) = try within(sequence)
    var landings = Array(repeating: 0, count: count)
    for landing in best.schedule.landings { landings[landing.aircraft] = landing.time }
    var faults = held
    let planned = entries.indices.map { index in
      let way = along_m(kinds[index], seconds: Double(landings[index]) - entered[index])
      if way == nil { faults.append(runOut(entries[index], landings[index] - latest[index])) }
      return MergePlan.Flight(
        entry: entries[index], entered: entered[index], level: levels[index],
        landing: Double(landings[index]), earliest: Double(earliest[index]), along_m: way,
        shift: best.shifts[index])
    }
    return MergePlan(
      flights: planned, faults: faults, cost: best.cost, isBest: best.isBest,
      fairness: SequenceFairness(arrivals, best))
  }

  /// Within the arcs if that can be, otherwise with as much time as it takes.
  private func within(
    _ sequence: (Int) throws(Problem) -> ([SequencedArrival], Resequencing)
  ) throws(Problem) -> ([SequencedArrival], Resequencing) {
    // What is wrong but for the windows is found again below, and thrown.
    if let found = try? sequence(0) { return found }
    return try sequence(7200)
  }

  private func runOut(_ entry: MergeScenario.Entry, _ missing: Int) -> Problem.Field {
    let arc = scenario.merge.arcs[entry.arc].name
    return Problem.Field(
      entry.callsign,
      Phrase(
        "弧用尽：弧“\(arc)”可吸收的延误比所需少\(missing)秒。请在进入点前等待、加长弧或减少流量。",
        en:
          "Arc run-out: arc “\(arc)” absorbs \(missing) s less than the delay that is needed. Hold before the"
          + " entry, lengthen the arc or take less traffic."))
  }

  /// The flights of a plan as points, in its order; nil where the arc is too short.
  public func trajectories(_ plan: MergePlan, every: Double = 4) -> [MergeTrajectory?] {
    plan.flights.map { flight in
      flight.along_m.map {
        flights[kind(flight.entry.group, flight.level)].trajectory(
          along_m: $0, begin: flight.entered, every: every)
      }
    }
  }
}
