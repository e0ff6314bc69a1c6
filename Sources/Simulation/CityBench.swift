import App
import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import MeasureKit
import SQLiteStorage
import ServiceRequests
import Storage

/// Full lives of requests through the desk, as many at once as there are callers.
public struct CityBench: Sendable {
  private let city: RunningCity
  private let latencies = Latencies()

  /// A bench on a city.
  public init(_ city: RunningCity) { self.city = city }

  /// Seconds from handing a command in to its durable answer, of those since the last call.
  public func takeLatencies() -> [Double] { latencies.take() }

  /// Hands a command in and notes how long the answer took.
  private func timed<C: Command>(_ command: C) async throws -> Acknowledged {
    let start = ContinuousClock.now
    let done = try await city.desk.submit(command, by: CityBench.staff)
    latencies.add(ContinuousClock.now - start)
    return done
  }

  private final class Latencies: Sendable {
    private let seconds = Locked<[Double]>([])

    func add(_ time: Duration) {
      let (whole, fraction) = time.components
      seconds.withLock { $0.append(Double(whole) + Double(fraction) * 1e-18) }
    }

    func take() -> [Double] {
      seconds.withLock { seconds in
        defer { seconds.removeAll(keepingCapacity: true) }
        return seconds
      }
    }
  }

  /// Who takes the steps.
  private static let staff = Actor(
    kind: .staff, account: 5,
    permissions: [
      "requests.file", "requests.as-dispatcher", "requests.as-handler", "requests.as-citizen",
    ], agency: "urban", agencies: nil)

  private func intake(_ number: Int) -> Intake {
    let items = city.profile.items
    return Intake(
      item: items[number % items.count].id, title: "路灯不亮 \(number)",
      text: "滨河路路灯不亮，已有两天，影响夜间出行，希望尽快派人维修。", channel: "phone", district: "donghu",
      address: "滨河路12号", phone: "13800000000", isPublic: true)
  }

  /// Intake, dispatch, acceptance, answer, call-back, evaluation: six durable commands. Each waits for
  /// the one before it.
  private func life(_ number: Int) async throws {
    let rules = city.rules
    let key = try await timed(SubmitRequest(intake(number), rules: rules)).aggregate
    let steps: [(CommandID, ActorKind, String?, String, Int64?)] = [
      ("dispatch", .dispatcher, "urban", "", nil), ("accept", .handler, nil, "", nil),
      ("reply", .handler, nil, "已派人维修，现已恢复照明。", nil), ("call-back", .dispatcher, nil, "", nil),
      ("satisfied", .citizen, nil, "", 5),
    ]
    for (command, capacity, agency, text, score) in steps {
      _ = try await timed(
        MoveRequest(
          command, as: capacity, on: key, text: text, agency: agency, score: score, rules: rules))
    }
  }

  /// Commands of one life.
  public static let commandsOfALife = 6

  /// Lives through so many cases with so many callers at once.
  public func lives(_ count: Int, callers: Int) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<callers {
        group.addTask {
          for number in stride(from: caller, to: count, by: callers) { try await life(number) }
        }
      }
      try await group.waitForAll()
    }
  }

  /// Opens so many requests and brings them to where they are being handled; their keys.
  public func handled(_ count: Int) async throws -> [Int64] {
    var keys: [Int64] = []
    for number in 0..<count {
      let key = try await city.desk.submit(
        SubmitRequest(intake(number), rules: city.rules), by: CityBench.staff
      ).aggregate
      for (command, capacity, agency) in [
        ("dispatch", ActorKind.dispatcher, "urban"), ("accept", .handler, nil),
      ] as [(CommandID, ActorKind, String?)] {
        _ = try await city.desk.submit(
          MoveRequest(command, as: capacity, on: key, agency: agency, rules: city.rules),
          by: CityBench.staff)
      }
      keys.append(key)
    }
    return keys
  }

  /// Adds so many notes to cases that are being handled, one caller for each case.
  public func notes(_ count: Int, on keys: [Int64]) async throws {
    let each = count / keys.count
    try await withThrowingTaskGroup(of: Void.self) { group in
      for key in keys {
        group.addTask {
          for number in 0..<each {
            _ = try await timed(
              MoveRequest(
                "note", as: .handler, on: key, text: "已电话联系诉求人，第\(number)次。",
                rules: city.rules))
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// Numbers and tokens of so many cases, by which they can be read.
  public func readable(_ count: Int) async throws -> [(number: CaseNumber, token: String)] {
    guard let keys = try await keys() else { return [] }
    let year = city.time.now.date(in: .beijing).year
    let step = max(1, (keys.upperBound - keys.lowerBound) / Int64(count))
    return stride(from: keys.lowerBound, through: keys.upperBound, by: Int(step)).map { key in
      (CaseNumber(measure: 21, year: year, serial: key), city.ring.trackingToken(key))
    }
  }

  /// Only files so many requests, in groups, to fill a store.
  public func fill(_ count: Int, progress: (Int) -> Void) async throws {
    var done = 0
    while done < count {
      let group = (done..<min(count, done + 1000)).map { number in
        (SubmitRequest(intake(number), rules: city.rules), CommandDesk.Terms())
      }
      for answer in await city.desk.submit(all: group, by: CityBench.staff) { _ = try answer.get() }
      done += group.count
      progress(done)
    }
  }

  /// Sends so many of the oldest cases to an agency.
  public func dispatch(_ count: Int, to agency: String) async throws {
    guard let keys = try await keys() else { return }
    let last = min(keys.upperBound, keys.lowerBound + Int64(count) - 1)
    for first in stride(from: keys.lowerBound, through: last, by: 1000) {
      let group = (first...min(last, first + 999)).map { key in
        (
          MoveRequest(
            "dispatch", as: .dispatcher, on: key, agency: agency, rules: city.rules),
          CommandDesk.Terms()
        )
      }
      for answer in await city.desk.submit(all: group, by: CityBench.staff) { _ = try answer.get() }
    }
  }

  /// Keys of cases in the store: the first and the last.
  public func keys() async throws -> ClosedRange<Int64>? {
    try await city.desk.store.first(RequestTables.keySpan)
  }
}
