import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import MeasureKit
import SQLiteStorage
import Storage

/// A desk over a store in memory, with a clock that is set by hand and randomness from a seed.
public struct MemoryDesk: Sendable {
  /// Monday, 2 March 2026, 9:00: where the clock starts.
  public static let start = Instant(rfc3339: "2026-03-02T09:00:00+08:00")!

  /// Takes commands.
  public let desk: CommandDesk
  /// The clock.
  public let time: ManualTime
  /// The keys that seal columns.
  public let ring: KeyRing

  /// Makes the tables of all books, of case files and of `migrations`.
  public init(_ migrations: [Migration] = [], at start: Instant = MemoryDesk.start) throws {
    let store = try SQLiteStore(
      .init(path: nil),
      migrations: BookShelf.migrations + [CaseFileBook.migration] + migrations)
    time = ManualTime(start)
    ring = try KeyRing(master: [UInt8](repeating: 5, count: 32))
    desk = CommandDesk(
      store: store, ring: ring, time: time, random: SeededBytes(seed: 4), stamps: ActStamps(1))
  }
}

/// A measure at such a desk: its tests take steps of its cases, move the clock and look at what is stored.
public protocol MeasureBench: Sendable {
  associatedtype Measured: CaseMeasure

  var measure: Measured { get }
  var desk: CommandDesk { get }
  var time: ManualTime { get }
}

extension MeasureBench {
  /// Opens a case; the answer is its key. A refusal on record is thrown.
  public func open(
    _ office: CaseOffice, _ command: CommandID, as capacity: ActorKind, by actor: Actor,
    _ said: CaseFacts
  ) async throws -> Int64 {
    let done = try await desk.submit(
      OpenCase(command, as: capacity, said: said, in: office.setting), by: actor)
    if let refusal = done.refusal { throw refusal }
    return done.aggregate
  }

  /// Takes a step of a case; the answer is the case after it. A refusal on record is thrown.
  @discardableResult
  public func step(
    _ office: CaseOffice, _ command: CommandID, as capacity: ActorKind, by actor: Actor,
    on key: Int64, _ said: [String: JSONValue] = [:]
  ) async throws -> CaseFileRow {
    let done = try await desk.submit(
      MoveCase(command, as: capacity, on: key, said: CaseFacts(said), in: office.setting),
      by: actor)
    if let refusal = done.refusal { throw refusal }
    return try await row(key)
  }

  /// A case as it is stored.
  public func row(_ key: Int64) async throws -> CaseFileRow {
    guard let row = try await desk.store.first(CaseFileBook.find(key)) else {
      throw Problem.notFound(Phrase("没有此件：\(key)。", en: "No case has the key \(key)."))
    }
    return row
  }

  /// What is known of a case.
  public func facts(_ key: Int64) async throws -> CaseFacts {
    try CaseFacts(try await row(key).facts)
  }

  /// Sets the clock and takes every step that is due; the answer is how many were.
  @discardableResult
  public func tick(at moment: String) async throws -> Int {
    guard let moment = Instant(rfc3339: moment) else {
      throw Problem.malformed(Phrase("不是时间：\(moment)", en: "not a moment: \(moment)"))
    }
    time.set(moment)
    return try await CaseExpiry(desk: desk, measure.offices.map(\.setting)).settle(at: time.now)
  }

  /// What `tequ verify` would find wrong.
  public func broken() async throws -> [String] {
    let invariants = measure.invariants
    return try await desk.store.read { view in
      try invariants.flatMap { try $0.broken(view) }.map(\.what.en)
    }
  }
}

/// The problem that something throws; nil if it throws nothing. Another error is a problem of the slug `?`.
public func problem(_ body: () async throws -> Void) async -> Problem? {
  do {
    try await body()
    return nil
  } catch let problem as Problem {
    return problem
  } catch {
    let what = Phrase("\(error)", en: "\(error)")
    return Problem(
      "?", status: 0, title: what, detail: what, fields: [Problem.Field("?", what)])
  }
}

/// The fields that such a problem names.
public func fields(_ body: () async throws -> Void) async -> [String] {
  await problem(body)?.fields.map(\.pointer) ?? []
}

/// What such a problem is called.
public func slug(_ body: () async throws -> Void) async -> String? {
  await problem(body)?.slug
}
