import Airspace
import Commons
import Storage

/// What stands against a plan in the air, and the nearest plan against which nothing stands.
struct Deconfliction {
  /// Something that a plan meets.
  struct Found: Hashable, Sendable {
    /// The number of a flight's case, or the zone.
    let with: String
    let name: Phrase
    /// The first moment.
    let at: Instant
    let isFlight: Bool
  }

  /// A plan that meets nothing, and how it differs from the one that was asked for.
  struct Offer: Hashable, Sendable {
    let plan: FlightPlan
    let delaySeconds, climbMetres, detourMetres, costSeconds: Double
  }

  private let rules: FlightRules
  private let plane: CityPlane
  private let flights: [ApprovedFlight]
  private let zones: [AirZone]
  private let index: ConflictIndex
  private let areas: [(flight: ApprovedFlight, volume: PlaneVolume)]
  private let closed: [(zone: AirZone, volume: PlaneVolume)]
  private let isUrgent: Bool
  private let slots: RouteSlots?

  /// Seconds around a plan in which flights are looked at: the longest delay that may be offered.
  static let slack: Int64 = 1800

  /// What stands in the air around a plan; `id` is the flight itself, which is in nobody's way.
  init(
    _ plan: FlightPlan, of id: Int64, isUrgent: Bool, _ slots: RouteSlots?, _ rules: FlightRules,
    _ view: any View
  ) throws {
    let (from, to) = (plan.start, plan.end.adding(seconds: Deconfliction.slack))
    let flights = try view.all(FlightBook.during(from, to)).filter { $0.id != id && $0.state.holds }
    let zones =
      try AirZone.lasting(rules, view) + view.all(ClosureBook.during(from, to)).map(\.zone)
    try self.init(
      flights: flights, zones: zones, isUrgent: isUrgent, slots?.without(flight: id), rules)
  }

  /// The same over flights and zones at hand.
  init(
    flights: [ApprovedFlight], zones: [AirZone], isUrgent: Bool, _ slots: RouteSlots? = nil,
    _ rules: FlightRules
  ) throws(Problem) {
    self.rules = rules
    self.slots = slots
    self.isUrgent = isUrgent
    self.flights = flights
    self.zones = zones
    let plane = rules.plane
    self.plane = plane
    var index = ConflictIndex(rules.keptMinima)
    var areas: [(flight: ApprovedFlight, volume: PlaneVolume)] = []
    for (number, flight) in flights.enumerated() {
      if let volume = flight.plan.volume {
        areas.append((flight, PlaneVolume(volume, in: plane)))
      } else if let path = try flight.plan.trajectory(in: plane) {
        // Those of urgent tasks may meet others; all of them count.
        index.force(Int64(number), path)
      }
    }
    self.index = index
    self.areas = areas
    closed = zones.filter { $0.kind != .controlled && !isUrgent }
      .map { ($0, PlaneVolume($0.volume, in: plane)) }
  }

  // MARK: What a plan meets

  /// Everything that a plan meets, in the order of time.
  func found(_ plan: FlightPlan) throws(Problem) -> [Found] {
    var found: [Found] = []
    func add(_ flight: ApprovedFlight, _ time: Double) {
      found.append(
        Found(
          with: flight.number, name: flight.mission.name, at: Deconfliction.moment(time),
          isFlight: true))
    }
    if let volume = plan.volume {
      let own = PlaneVolume(volume, in: plane)
      for (number, flight) in flights.enumerated() where !flight.isArea {
        guard let path = try flight.plan.trajectory(in: plane) else { continue }
        if let time = own.firstEntry(of: path, rules.keptMinima) { add(flights[number], time) }
      }
      for (flight, area) in areas where own.meets(area, rules.keptMinima) {
        add(flight, Double(max(flight.start, plan.start).microseconds) / 1e6)
      }
      for (zone, closed) in closed where own.meets(closed) {
        found.append(
          Found(
            with: zone.id, name: zone.kind.name,
            at: max(plan.start, zone.volume.start ?? plan.start),
            isFlight: false))
      }
    } else if let path = try plan.trajectory(in: plane) {
      for conflict in index.conflicts(of: path) {
        add(flights[Int(conflict.flight)], conflict.time)
      }
      for (flight, area) in areas {
        if let time = area.firstEntry(of: path, rules.keptMinima) { add(flight, time) }
      }
      for (zone, closed) in closed {
        guard let time = closed.firstEntry(of: path) else { continue }
        found.append(
          Found(
            with: zone.id, name: zone.kind.name, at: Deconfliction.moment(time), isFlight: false))
      }
    }
    if let slots, let entry = try slots.entry(of: plan), !slots.isFree(at: entry) {
      found.append(
        Found(
          with: slots.code, name: Phrase("航路时隙已满", en: "slot of the route taken"),
          at: Deconfliction.moment(entry), isFlight: false))
    }
    return found.sorted { ($0.at, $0.with) < ($1.at, $1.with) }
  }

  private static func moment(_ seconds: Double) -> Instant {
    Instant(microseconds: Int64((seconds * 1e6).rounded(.down)))
  }

  /// The conflict-free plan that costs least; nil if there is none within the limits, and for an area, which
  /// its applicant draws anew.
  func offer(_ plan: FlightPlan) throws(Problem) -> Offer? {
    guard let path = try plan.trajectory(in: plane) else { return nil }
    var limits = ReplanningLimits()
    limits.longestDelay = Double(Deconfliction.slack) / 2
    // No higher than the flight would be anyway, or than the air is free for all.
    let ceiling = max(rules.ground + 119, Double(plan.upperCM) / 100)
    limits.altitudes = (rules.ground + 1)...max(ceiling, rules.ground + 2)
    // To the next free slot at once: nothing earlier can be had on the route.
    guard let wait = slots?.leastDelay(of: path) ?? .some(0), wait <= limits.longestDelay else {
      return nil
    }
    limits.longestDelay -= wait
    let found = index.replan(path.shifted(seconds: wait), limits) { moved in
      if let slots {
        guard let entry = slots.entry(of: moved), slots.isFree(at: entry) else { return false }
      }
      guard !areas.contains(where: { $0.volume.firstEntry(of: moved, rules.keptMinima) != nil }),
        !closed.contains(where: { $0.volume.firstEntry(of: moved) != nil })
      else { return false }
      return moved.end <= path.end + Double(Deconfliction.slack)
    }
    guard let found else { return nil }
    let next = plan.along(found.path, in: plane, ground: rules.ground)
    // Whole centimetres may not bring it back into a conflict.
    guard try self.found(next).isEmpty else { return nil }
    return Offer(
      plan: next, delaySeconds: found.delay + wait, climbMetres: found.climb,
      detourMetres: found.detour, costSeconds: found.cost + wait)
  }

  /// The published controlled airspace that a plan enters.
  func controlled(_ plan: FlightPlan) throws(Problem) -> [AirZone] {
    var found: [AirZone] = []
    let own = plan.volume.map { PlaneVolume($0, in: plane) }
    let path = try plan.trajectory(in: plane)
    for zone in zones {
      let volume = PlaneVolume(zone.volume, in: plane)
      let isIn =
        own.map { $0.meets(volume) } ?? path.map { volume.firstEntry(of: $0) != nil } ?? false
      if isIn { found.append(zone) }
    }
    return found
  }
}

extension ApprovedFlight {
  /// Where and when it is.
  var plan: FlightPlan {
    FlightPlan(
      points: points, isArea: isArea, lowerCM: lowerCM, upperCM: upperCM, start: start, end: end)
  }

  /// Whether a plan in a zone's volume is hit by it.
  func isHit(by zone: AirZone, _ rules: FlightRules) throws(Problem) -> Bool {
    let volume = PlaneVolume(zone.volume, in: rules.plane)
    if let own = plan.volume { return PlaneVolume(own, in: rules.plane).meets(volume) }
    return try plan.trajectory(in: rules.plane).map { volume.firstEntry(of: $0) != nil } ?? false
  }
}
