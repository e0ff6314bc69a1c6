import ArrivalFlow
import Commons

/// What a sequence is made with.
struct BoardField: Sendable {
  let airport: Airport
  let book: AirportBook
  let configuration: RunwayConfiguration
  let arcs: LiveArcs
  let options: Resequencing.Options
}

extension ArrivalBoard {
  private static let sequencedAtMost = 80
  /// What can be lost before the arcs by slowing down and holding, in seconds.
  private static let speedAndHolding: Int64 = 1800
  /// What can be lost after the turn to the merge point, in seconds.
  private static let afterTurn: Int64 = 60
  /// What a take-off may be late, in seconds.
  private static let onTheGround: Int64 = 3600
  /// What a second of delay weighs: in the air it costs more than on the ground (city policy).
  private static let weights: [RunwayMovement.Kind: Int] = [.arrival: 10, .departure: 4]
  private static let width = 60

  /// Puts the flights in order; the answer is how many there are in the sequence.
  mutating func sequence(_ field: BoardField, now: Int64) -> Int {
    locate(field)
    let chosen = Array(
      flights.indices.filter { index in
        guard let time = flights[index].planned ?? flights[index].target else { return false }
        return time < now + Self.horizon && isServed(flights[index], field)
      }.sorted { key($0) < key($1) }.prefix(Self.sequencedAtMost))
    for index in flights.indices where !chosen.contains(index) { flights[index].forgetPlan() }
    (turn, reason) = (Turn(), nil)
    guard !chosen.isEmpty else {
      making = .asRuled
      return 0
    }
    giveLevels(chosen, field, now: now)
    var free = field.options
    (free.freeze, free.shift) = (0, 10)
    // Times that have passed cannot be changed, but two of them may be nearer than is asked now: only the last on each
    // runway leads the next.
    let rest = withoutPassed(chosen, now: now)
    for (way, own, hold, members) in [
      (Making.asRuled, field.options, Int64(0), chosen), (.holding, field.options, 3600, chosen),
      (.afresh, free, 3600, rest),
    ] {
      do throws(Problem) {
        let made = try flow(members, field, own, hold: hold, now: now)
        adopt(made, members, field, frozenBefore: now + Int64(own.freeze), now: now)
        making = way
        return chosen.count
      } catch {
        // The first reason is the one that a controller can do something about.
        if reason == nil { reason = error.detail }
      }
    }
    making = .none
    return 0
  }

  private func withoutPassed(_ chosen: [Int], now: Int64) -> [Int] {
    var last: [String: Int] = [:]
    let passed = chosen.filter { (flights[$0].planned ?? .max) < now }
    for index in passed {
      let runway = flights[index].runway ?? ""
      if flights[index].planned ?? 0 > last[runway].flatMap({ flights[$0].planned }) ?? 0 {
        last[runway] = index
      }
    }
    return chosen.filter { !passed.contains($0) || last[flights[$0].runway ?? ""] == $0 }
  }

  private func key(_ index: Int) -> (Int64, String) {
    (flights[index].planned ?? flights[index].target ?? .max, flights[index].callsign)
  }

  private func isServed(_ flight: BoardFlight, _ field: BoardField) -> Bool {
    flight.isDeparture ? field.configuration.takesDepartures : flight.way != nil
  }

  // MARK: Where each is

  /// Says for each flight which arc it flies, when it enters and when it would land.
  private mutating func locate(_ field: BoardField) {
    let landing = field.configuration.landing
    for index in flights.indices {
      var flight = flights[index]
      defer { flights[index] = flight }
      guard !flight.isDeparture else {
        flight.target = flight.estimate
        continue
      }
      chooseArc(&flight, field, landing)
      guard let way = field.arcs.way(flight.way) else {
        flight.target = nil
        continue
      }
      let level = Self.level(flight, way)
      let shortest = way.tables.shortest_s(group: field.arcs.group(flight.type), level: level)
      if let found = field.arcs.estimate(flight, level: level) {
        flight.phase = max(flight.phase, found.phase)
        flight.entry = Int64(found.entry.rounded())
        flight.target = Int64((found.landing ?? found.entry + shortest).rounded())
      } else if let estimate = flight.estimate {
        flight.entry = estimate - Int64(shortest.rounded())
        flight.target = estimate
      }
      if flight.firstTarget == nil { flight.firstTarget = flight.target }
    }
  }

  /// The arc of the plan, else that whose entry is nearest, else that with the fewest; kept once it is entered or
  /// the landing is frozen.
  private func chooseArc(_ flight: inout BoardFlight, _ field: BoardField, _ landing: [String]) {
    let isOpen = flight.way.map { landing.contains($0) } ?? false
    if isOpen, flight.isArcGiven || flight.phase != .outside || flight.isFrozen { return }
    if let place = flight.place {
      if let found = field.arcs.nearest(place, landing: landing) {
        (flight.way, flight.arc) = (found.way, found.arc)
      }
      return
    }
    if isOpen { return }
    (flight.way, flight.arc) = (nil, nil)
    guard flight.estimate != nil else { return }
    var least = Int.max
    for way in field.arcs.ways where landing.contains(way.runway) {
      for arc in way.merge.arcs {
        let count = flights.filter { $0.way == way.runway && $0.arc == arc.name }.count
        if count < least {
          least = count
          (flight.way, flight.arc) = (way.runway, arc.name)
        }
      }
    }
  }

  /// The place in the tables of the level that a flight has, or of the first of its arc.
  static func level(_ flight: BoardFlight, _ way: LiveArcs.Way) -> Int {
    let own = way.tables.levels.indices.filter {
      way.merge.arcs[way.tables.levels[$0].arc].name == flight.arc
    }
    return own.first { Int64(way.tables.levels[$0].level_m) == flight.arcLevel_m } ?? own.first ?? 0
  }

  /// Gives each a level of its arc that is free when it enters; where none is, it must wait before the entry.
  private mutating func giveLevels(_ chosen: [Int], _ field: BoardField, now: Int64) {
    var last: [String: (group: Int, time: Int64)] = [:]
    let arriving = chosen.filter { !flights[$0].isDeparture && flights[$0].entry != nil }
    let order = arriving.sorted { (flights[$0].entry ?? 0, $0) < (flights[$1].entry ?? 0, $1) }
    for index in order {
      let flight = flights[index]
      guard let way = field.arcs.way(flight.way), let entry = flight.entry else { continue }
      let group = field.arcs.group(flight.type)
      let levels = way.tables.levels.indices.filter {
        way.merge.arcs[way.tables.levels[$0].arc].name == flight.arc
      }
      func name(_ level: Int) -> String { "\(way.runway) \(level)" }
      func free(_ level: Int) -> Int64 {
        guard let ahead = last[name(level)] else { return 0 }
        return ahead.time + Int64(way.tables.entryGap_s(ahead.group, group).rounded(.up))
      }
      // Who is on an arc stays on its level; so does who has one that is free.
      let kept = Self.level(flight, way)
      let isKept = flight.phase != .outside || (flight.arcLevel_m != nil && free(kept) <= entry)
      guard
        let level = isKept
          ? kept
          : levels.first(where: { free($0) <= entry }) ?? levels.min(by: { free($0) < free($1) })
      else { continue }
      let wait = flight.phase == .outside ? max(0, free(level) - entry) : 0
      flights[index].arcLevel_m = Int64(way.tables.levels[level].level_m)
      flights[index].wait_s = wait
      if flight.phase == .outside, flight.place != nil || wait > 0 {
        let shortest = way.tables.shortest_s(group: group, level: level)
        flights[index].target = entry + wait + Int64(shortest.rounded())
      }
      last[name(level)] = (group, entry + wait)
    }
  }

  // MARK: The runways

  private func flow(
    _ chosen: [Int], _ field: BoardField, _ options: Resequencing.Options, hold: Int64, now: Int64
  ) throws(Problem) -> RunwayFlow {
    let base = now - 7200
    let types = Set(chosen.map { flights[$0].type })
    let known = field.book.types.keys.filter { types.contains($0) }.sorted()
    let fleet = known.compactMap { field.book.types[$0] }
    let hasUnknown = types.contains { field.book.types[$0] == nil }
    let frozenBefore = now + Int64(options.freeze)
    let movements = chosen.map { index in
      let flight = flights[index]
      return movement(
        flight, group: known.firstIndex(of: flight.type) ?? known.count, field, base: base,
        now: now, hold: hold, frozenBefore: frozenBefore)
    }
    return try RunwayFlow(
      movements, on: Self.system(field, fleet, hasUnknown: hasUnknown),
      RunwayFlow.Options(
        shift: options.shift, stability: options.stability, width: Self.width))
  }

  /// The runways in use for a fleet; an aircraft of an unknown type keeps what that type of the book keeps which
  /// needs most.
  static func system(_ field: BoardField, _ fleet: [FleetGroup], hasUnknown: Bool)
    -> RunwaySystem
  {
    let all = field.book.types.values.sorted { $0.type.designator < $1.type.designator }
    let stand = all.max { $0.type.mass_kg < $1.type.mass_kg }
    let groups = fleet + (hasUnknown ? [stand].compactMap { $0 } : [])
    var floors: [Double] = []
    for leader in groups.indices {
      for follower in groups.indices {
        // The tables know the types that are there; an unknown one flies like the commonest.
        let pair = [leader, follower].map { index in
          index < fleet.count
            ? field.arcs.group(groups[index].type.designator) : field.arcs.usual
        }
        floors.append(field.arcs.ways.map { $0.tables.landingGap_s(pair[0], pair[1]) }.max() ?? 0)
      }
    }
    return RunwaySystem(
      uses: field.configuration.uses.map(\.kinds), relation: field.configuration.relation,
      fleet: groups, rules: field.airport.scenario.study.after, landingFloors_s: floors,
      anyOf: hasUnknown ? [fleet.count: all] : [:])
  }

  private func movement(
    _ flight: BoardFlight, group: Int, _ field: BoardField, base: Int64, now: Int64, hold: Int64,
    frozenBefore: Int64
  ) -> RunwayMovement {
    let kind: RunwayMovement.Kind = flight.isDeparture ? .departure : .arrival
    let uses = field.configuration.uses
    let planned = flight.runway.flatMap { name in
      uses.firstIndex { $0.runway == name && $0.kinds.contains(kind) }
    }
    if let runway = planned, let time = flight.planned, time < frozenBefore {
      let at = Int(time - base)
      return RunwayMovement(
        callsign: flight.callsign, kind: kind, group: group, earliest: at, target: at, latest: at,
        weight: 0, runway: runway)
    }
    let earliest = max(flight.target ?? flight.planned ?? now, now - Self.afterLanding)
    // After the frozen ones, as controllers have announced them.
    let target = max(earliest, frozenBefore)
    let way = flight.way.flatMap { name in uses.firstIndex { $0.runway == name } }
    return RunwayMovement(
      callsign: flight.callsign, kind: kind, group: group, earliest: Int(earliest - base),
      target: Int(target - base),
      latest: Int(target - base + room(flight, field) + hold), weight: Self.weights[kind] ?? 1,
      runway: flight.isDeparture ? nil : way,
      announced: planned == nil ? nil : flight.planned.map { Int($0 - base) })
  }

  /// What a flight can lose on its way, in seconds.
  private func room(_ flight: BoardFlight, _ field: BoardField) -> Int64 {
    guard !flight.isDeparture else { return Self.onTheGround }
    guard flight.phase != .direct, let way = field.arcs.way(flight.way), let entry = flight.entry
    else { return Self.afterTurn }
    let group = field.arcs.group(flight.type)
    let level = Self.level(flight, way)
    let whole = entry + Int64(way.tables.longest_s(group: group, level: level))
    let onArc = max(0, whole - (flight.target ?? whole))
    return onArc + (flight.phase == .outside ? Self.speedAndHolding : Self.afterTurn)
  }

  private mutating func adopt(
    _ made: RunwayFlow, _ chosen: [Int], _ field: BoardField, frozenBefore: Int64, now: Int64
  ) {
    let base = now - 7200
    turn.isBest = made.isBest
    for slot in made.slots {
      let index = chosen[slot.movement]
      var flight = flights[index]
      let (time, runway) = (
        base + Int64(slot.time), field.configuration.uses[slot.runway].runway
      )
      flight.moved_s = 0
      if let before = flight.planned {
        turn.known += 1
        flight.moved_s = time - before
        if before != time || flight.runway != runway {
          turn.moved += 1
          flight.moves += 1
          turn.mostMoved_s = max(turn.mostMoved_s, abs(time - before))
        }
      }
      (flight.planned, flight.runway) = (time, runway)
      flight.shift = Int64(made.shifts[slot.movement])
      flight.isFrozen = time < frozenBefore
      turn.frozen += flight.isFrozen ? 1 : 0
      advise(&flight, field)
      flights[index] = flight
    }
  }

  /// How far along its arc a flight goes so that it lands as planned, and when it turns.
  private func advise(_ flight: inout BoardFlight, _ field: BoardField) {
    (flight.along_m, flight.turn, flight.missing_s) = (nil, nil, 0)
    guard !flight.isDeparture, flight.phase != .direct, let way = field.arcs.way(flight.way),
      let planned = flight.planned, let entry = flight.entry
    else { return }
    let group = field.arcs.group(flight.type)
    let level = Self.level(flight, way)
    let begun = Double(entry + flight.wait_s)
    let wanted = Double(planned) - begun
    let longest = way.tables.longest_s(group: group, level: level)
    let shortest = way.tables.shortest_s(group: group, level: level)
    var along = way.tables.along_m(group: group, level: level, seconds: wanted)
    var late = 0.0
    if along == nil, wanted > longest {
      late = wanted - longest
      along = way.tables.flight(group: group, level: level).arc.length_m
      flight.missing_s = Int64(late.rounded(.up))
    } else if along == nil, wanted < shortest {
      along = 0
    }
    guard let along else { return }
    flight.along_m = Int64(along.rounded())
    let turn = field.arcs.turn_s(way, group: group, level: level, along_m: along)
    flight.turn = Int64((begun + late + turn).rounded())
  }
}

extension BoardFlight.Phase: Comparable {
  static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}
