import App
import Books
import CityProfiles
import Commons
import Desk
import Foundation
import MeasureKit
import Storage
import Testing

@testable import Simulation

/// The people of measures 15 and 19 in the simulated city: their cases move through their lives by seed.
@Suite struct CityAgentsTests {
  private struct Life: Equatable {
    var stages: [String: Int] = [:]
    var kinds: [String: Int] = [:]
    var figures: [String: Double?] = [:]
    var broken: [String] = []
  }

  private static let stages = Statement(
    "SELECT kind, stage, count(*) FROM case_files GROUP BY kind, stage ORDER BY kind, stage")
  private static let kinds = Statement(
    "SELECT kind, count(*) FROM journal GROUP BY kind ORDER BY kind")

  /// Two months of a city in which nothing else happens.
  private func live(_ seed: UInt64, days: Int) async throws -> Life {
    let folder = DataFolder("/tmp/tequ-agents-\(getpid())-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let start = Instant(rfc3339: "2026-03-02T00:00:00+08:00")!
    let time = SimulatedTime(start)
    var options = RunningCity.Options()
    options.creates = true
    options.time = time
    options.connectors = []
    options.random = SeededBytes(seed: seed)
    let city = try await RunningCity(folder, options)
    try await city.sequencer.load()
    let agents = CityAgents(city, seed: seed, citizen: nil)
    for hour in 0..<Int64(days * 24) {
      let moment = start.adding(seconds: hour * 3600)
      time.set(moment)
      try await agents.turn(at: moment)
    }
    try await city.settle()
    var life = Life()
    let invariants = city.measures.flatMap(\.invariants)
    let found = try await city.desk.store.read { view in
      (
        stages: try view.all(
          Query(Self.stages) { ("\($0.text(0)) \($0.text(1))", Int($0.integer(2))) }),
        kinds: try view.all(Query(Self.kinds) { ($0.text(0), Int($0.integer(1))) }),
        broken: try invariants.flatMap { try $0.broken(view) }.map { "\($0.row): \($0.what.en)" }
      )
    }
    for (name, count) in found.stages { life.stages[name] = count }
    for (name, count) in found.kinds { life.kinds[name] = count }
    life.broken = found.broken
    for measure in city.measures {
      for indicator in measure.indicators(at: time.now) {
        life.figures[indicator.id] = indicator.value
      }
    }
    await city.retire()
    return life
  }

  @Test func casesMoveThroughTheirLives() async throws {
    let life = try await live(1, days: 75)
    #expect(life.broken == [])
    for step in [
      "file", "accept", "serve", "reply", "hear", "call-hearing", "attend", "hold-hearing",
      "decide", "deliver", "archive", "publish", "court-count", "officer",
    ] { #expect(life.kinds["reconsideration.\(step)"] ?? 0 > 0, "no \(step): \(life.kinds)") }
    for step in ["apply", "finish", "file", "sweep"] {
      #expect(life.kinds["dormancy.\(step)"] ?? 0 > 0, "no \(step)")
    }
    // Every night but the first, which began at midnight before the hour.
    #expect(life.kinds["dormancy.sweep"] == 75)
    #expect(life.stages["reconsideration closed"] ?? 0 > 3, "\(life.stages)")
    let share = try #require(life.figures["reconsideration.first-choice"] ?? nil)
    #expect(share > 0.3 && share < 1)
  }

  @Test func theSameSeedGivesTheSameLives() async throws {
    let (one, same, other) = (
      try await live(7, days: 30), try await live(7, days: 30), try await live(8, days: 30)
    )
    #expect(one == same)
    #expect(one != other)
  }
}
