import App
import Books
import CityProfiles
import Commons
import Desk
import ServiceRequests
import Storage

/// A city's requests, lived through hour by hour under a seed: people report, the centre sends on,
/// agencies answer, citizens judge; legal clocks fire at midnight as they do in earnest. The same seed
/// gives the same cases, at the same times, with the same figures.
public struct RequestSimulation: Sendable {
  /// How much happens.
  public struct Options: Sendable {
    /// The seed from which everything follows.
    public var seed: UInt64 = 1
    /// Requests a day on average.
    public var perDay = 80
    /// Told of every act once it is durable; for crash tests.
    public var onAct: (@Sendable (Acknowledged) -> Void)?
    /// Account that files some of the requests itself.
    public var citizen: Int64?
    /// The usual way.
    public init() {}
  }

  /// What happened.
  public struct Summary: Sendable {
    /// Requests that came in.
    public var filed = 0
    /// Steps that people took.
    public var steps = 0
    /// Steps that the program took because a clock ran out.
    public var expiries = 0
  }

  private let city: RunningCity
  private let time: SimulatedTime
  private let options: Options
  private let agents: RequestAgents
  private let arrivals: RequestArrivals
  private let texts = CityTexts()

  /// A simulation on a city that was opened with this time.
  public init(_ city: RunningCity, time: SimulatedTime, _ options: Options = Options()) {
    self.city = city
    self.time = time
    self.options = options
    agents = RequestAgents(rules: city.rules, texts: texts, seed: options.seed)
    arrivals = RequestArrivals(city.profile, seed: options.seed, perDay: options.perDay)
  }

  private struct Pending: Sendable {
    let key: Int64
    let plan: RequestAgents.Plan
  }

  /// Lives from a moment to another; both should be full hours. `onHour` is told the hour and what
  /// happened so far, after it is durable.
  public func run(
    from start: Instant, to end: Instant,
    onHour: @escaping (Instant, Summary) async throws -> Void = { _, _ in }
  ) async throws -> Summary {
    var summary = Summary()
    var waiting: [Int64: [Pending]] = [:]
    var planned: [Int64: Instant] = [:]
    func put(_ pending: Pending) {
      planned[pending.key] = pending.plan.at
      waiting[pending.plan.at.seconds / 3600, default: []].append(pending)
    }
    try await resume(at: start).forEach(put)
    var hour = start
    while hour < end {
      let next = min(hour.adding(seconds: 3600), end)
      time.set(hour)
      for key in try await expire(at: hour, &summary) where planned[key] == nil {
        if let pending = try await plan(key, at: hour) { put(pending) }
      }
      let due = (waiting.removeValue(forKey: hour.seconds / 3600) ?? [])
        .filter { planned[$0.key] == $0.plan.at }.sorted { $0.key < $1.key }
      for pending in due { planned[pending.key] = nil }
      let fresh = try await file(hour, until: next, &summary)
      let (rest, steps) = try await live(due + fresh, until: next)
      summary.steps += steps
      rest.forEach(put)
      time.set(next)
      try await city.notify()
      try await city.sequencer.drain()
      try await onHour(next, summary)
      hour = next
    }
    time.set(end)
    return summary
  }

  /// The plans of the cases that are open, after a stop or a crash.
  private func resume(at now: Instant) async throws -> [Pending] {
    var found: [Pending] = []
    for key in try await city.desk.store.all(RequestTables.openKeys) {
      if let pending = try await plan(key, at: now) { found.append(pending) }
    }
    return found
  }

  private func plan(_ key: Int64, at now: Instant) async throws -> Pending? {
    guard let row = try await city.desk.store.first(RequestTables.find(key)), !row.base.isClosed,
      let plan = try agents.next(row, at: now)
    else { return nil }
    return Pending(key: key, plan: plan)
  }

  /// Lets the clocks that ran out do what they call for; the answer is whose cases changed.
  private func expire(at hour: Instant, _ summary: inout Summary) async throws -> [Int64] {
    let expiry = RequestExpiry(desk: city.desk, rules: city.rules)
    var keys: [Int64] = []
    while true {
      let rows = try await city.desk.store.all(CaseBook.due(by: hour, limit: 500))
      guard !rows.isEmpty else { return keys }
      let done = try await expiry.expire(rows, at: hour)
      summary.expiries += done
      keys += rows.map(\.key)
      if done == 0 { return keys }
    }
  }

  /// The requests of an hour. Places are taken in order first, so that keys follow from the seed
  /// however the writes interleave.
  private func file(
    _ hour: Instant, until end: Instant, _ summary: inout Summary
  ) async throws -> [Pending] {
    let wishes = arrivals.next(hour, until: end, texts)
    guard !wishes.isEmpty else { return [] }
    var places: [Reservation] = []
    for _ in wishes { places.append(try await city.desk.reserve()) }
    let (desk, rules, citizen) = (city.desk, city.rules, options.citizen)
    let filed = try await withThrowingTaskGroup(of: Pending?.self) { group in
      for (wish, place) in zip(wishes, places) {
        group.addTask {
          let actor = wish.isOfCitizen ? citizen.map(RequestSimulation.citizen) : nil
          let done = try await SimulatedTime.$moment.withValue(wish.at) {
            try await desk.submit(
              SubmitRequest(wish.intake, rules: rules), by: actor ?? RequestSimulation.visitor,
              CommandDesk.Terms(
                idempotencyKey: "sim.\(options.seed).\(wish.at.microseconds)",
                reservation: place))
          }
          options.onAct?(done)
          return try await plan(place.aggregate, at: wish.at)
        }
      }
      return try await group.reduce(into: [Pending]()) { if let one = $1 { $0.append(one) } }
    }
    summary.filed += wishes.count
    return filed
  }

  private static let visitor = Actor(
    kind: .anonymous, account: 0, permissions: ["requests.file", "requests.as-citizen"])

  private static func citizen(_ account: Int64) -> Actor {
    Actor(
      kind: .citizen, account: account, permissions: ["requests.file", "requests.as-citizen"])
  }

  /// Everybody takes the steps that fall into the hour; each case is lived through in order.
  private func live(
    _ pending: [Pending], until end: Instant
  ) async throws -> (rest: [Pending], steps: Int) {
    try await withThrowingTaskGroup(of: (Pending?, Int).self) { group in
      for one in pending { group.addTask { try await live(one, until: end) } }
      var rest: [Pending] = []
      var steps = 0
      for try await (left, done) in group {
        if let left { rest.append(left) }
        steps += done
      }
      return (rest, steps)
    }
  }

  private static let stepLimit = 40

  private func live(_ pending: Pending, until end: Instant) async throws -> (Pending?, Int) {
    var (pending, steps) = (pending, 0)
    for _ in 0..<RequestSimulation.stepLimit {
      guard pending.plan.at < end else { return (pending, steps) }
      let plan = pending.plan
      do {
        let done = try await SimulatedTime.$moment.withValue(plan.at) {
          try await city.desk.submit(plan.step, by: plan.actor)
        }
        options.onAct?(done)
        steps += 1
      } catch let problem as Problem where [403, 404, 409, 422].contains(problem.status) {
        // A clock has moved the case meanwhile; whoever it is looks at it anew.
      }
      guard let next = try await self.plan(pending.key, at: plan.at) else { return (nil, steps) }
      pending = next
    }
    return (pending.plan.at < end ? nil : pending, steps)
  }
}
