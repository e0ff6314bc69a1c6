import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import Foundation
import Storage
import Testing

@testable import LowAltitude

@Suite("A simulated life of the domestic side")
struct FlightYearTests {
  /// Days that are lived through; TEQU_FLIGHT_DAYS=365 is a year.
  private static let days =
    ProcessInfo.processInfo.environment["TEQU_FLIGHT_DAYS"].flatMap { Int($0) } ?? 30

  /// A clock of the statute: until when, the steps that answer it, and the alarm if nobody does.
  private struct Clock {
    let name: String
    let end: Instant
    let answers: Set<CommandID>
    let alarm: CommandID
  }

  @Test(
    "Every statutory clock is met or alarms at its very moment, and no two flights come too near")
  func year() async throws {
    let bench = try FlightBench()
    let agents = FlightAgents(bench.measure, seed: 3, citizen: 900)
    let first = CivilDate("2026-03-02")!
    let zone = bench.measure.rules.profile.zone
    for hour in 0..<(24 * FlightYearTests.days) {
      let now = Instant(first, in: zone).adding(seconds: Int64(hour) * 3600)
      bench.time.set(now)
      try await bench.settle()
      _ = try await bench.measure.nightly(at: now)
      try await agents.turn(at: now)
    }
    let rows = try await bench.desk.store.report { view in
      var rows: [CaseFileRow] = []
      try CaseFileBook.forEach(FlightCases.kind, view) { rows.append($0) }
      return rows
    }
    #expect(rows.count > 6 * (FlightYearTests.days - 10))
    var (met, alarmed) = (0, 0)
    var stages: [String: Int] = [:]
    for row in rows {
      stages[row.base.stage, default: 0] += 1
      let file = try await bench.measure.office.file(row.base.key)
      for clock in try clocks(of: file, zone) where clock.end <= bench.time.now {
        let answer = file.events.first { clock.answers.contains($0.command) && !$0.isRefused }
        if let answer, answer.row.effectiveAt <= clock.end {
          met += 1
          continue
        }
        let alarm = file.events.first { $0.command == clock.alarm }
        // The world's clock goes by the hour: the alarm is there at the first full hour that is not before.
        let isPrompt = alarm.map {
          $0.row.effectiveAt >= clock.end && $0.row.effectiveAt.seconds - clock.end.seconds < 3600
        }
        #expect(isPrompt == true, "\(row.base.number) \(clock.name): \(clock.end)")
        alarmed += 1
      }
    }
    print(
      "clocks met \(met), alarmed \(alarmed); \(rows.count) flights \(stages.sorted { $0.key < $1.key })"
    )
    #expect(met > 0 && alarmed > 0)
    for stage in ["ended", "refused", "undecided"] { #expect(stages[stage] ?? 0 > 0) }
    #expect(try await bench.problems() == [])
  }

  /// The clocks that a flight's plan and history call for, computed here from the articles.
  private func clocks(of file: CaseFile, _ zone: ZoneOffset) throws -> [Clock] {
    let plan = try FlightPlan(file.facts["plan"])
    var found: [Clock] = []
    // Article 26: 21:00 of the day before the flight that was applied for.
    if let start = file.opening?.string("start"),
      let asked = FlightPlan.moment(start, try FlightBench.rules())
    {
      let evening = Instant(asked.date(in: zone).adding(days: -1), secondOfDay: 21 * 3600, in: zone)
      found.append(
        Clock(
          name: "decide", end: evening, answers: [.approve, .refuse, "withdraw"],
          alarm: "decide-due"))
    }
    // Article 30: reported an hour ahead; a plan that a closure moved is reported by its own hour.
    let wasClosed = file.events.contains { $0.command == .closeAirspace }
    if file.events.contains(where: { $0.command == .approve && !$0.isRefused }), !wasClosed {
      found.append(
        Clock(
          name: "report", end: plan.start.adding(seconds: -3600), answers: [.report, "withdraw"],
          alarm: "report-due"))
    }
    if file.events.contains(where: { $0.command == .report }), !wasClosed {
      found.append(
        Clock(
          name: "confirm", end: plan.start, answers: [.confirmReady, .deny, "withdraw"],
          alarm: "confirm-due"))
    }
    if file.events.contains(where: { $0.command == .activate }) {
      found.append(Clock(name: "land", end: plan.end, answers: [.land], alarm: "land-due"))
    }
    return found
  }
}
