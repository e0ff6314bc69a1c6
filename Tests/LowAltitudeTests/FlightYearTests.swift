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
    var tally = Tally()
    let flights = try await files(bench, "flights", FlightCases.kind)
    #expect(flights.count > 6 * (FlightYearTests.days - 10))
    var stages: [String: Int] = [:]
    for file in flights {
      stages[file.row.base.stage, default: 0] += 1
      try tally.take(file, clocks(of: file, zone), by: bench.time.now)
    }
    for file in try await files(bench, "incidents", IncidentProcedure.kind) {
      try tally.take(file, incidentClocks(of: file), by: bench.time.now)
    }
    print(
      "clocks met \(tally.met), alarmed \(tally.alarmed), by name \(tally.names.sorted { $0.key < $1.key }); "
        + "\(flights.count) flights \(stages.sorted { $0.key < $1.key })"
    )
    #expect(tally.met > 0 && tally.alarmed > 0)
    for stage in ["ended", "refused", "undecided"] { #expect(stages[stage] ?? 0 > 0) }
    // Every clock of the statute came up, the urgent ones among them.
    for name in ["decide", "urgent decide", "report", "confirm", "land", "incident", "custody"] {
      #expect(tally.names[name] ?? 0 > 0 || FlightYearTests.days < 30, "\(name)")
    }
    #expect(try await bench.problems() == [])
  }

  /// What came of clocks: met, or alarmed at the first full hour that is not before their end.
  private struct Tally {
    var met = 0
    var alarmed = 0
    var names: [String: Int] = [:]

    mutating func take(_ file: CaseFile, _ clocks: [Clock], by now: Instant) throws {
      for clock in clocks where clock.end <= now {
        names[clock.name, default: 0] += 1
        let answer = file.events.first { clock.answers.contains($0.command) && !$0.isRefused }
        if let answer, answer.row.effectiveAt <= clock.end {
          met += 1
          continue
        }
        let alarm = file.events.first { $0.command == clock.alarm }
        let isPrompt = alarm.map {
          $0.row.effectiveAt >= clock.end && $0.row.effectiveAt.seconds - clock.end.seconds < 3600
        }
        #expect(isPrompt == true, "\(file.row.base.number) \(clock.name): \(clock.end)")
        alarmed += 1
      }
    }
  }

  private func files(
    _ bench: FlightBench, _ word: String, _ kind: String
  ) async throws -> [CaseFile] {
    let rows = try await bench.desk.store.report { view in
      var rows: [CaseFileRow] = []
      try CaseFileBook.forEach(kind, view) { rows.append($0) }
      return rows
    }
    var files: [CaseFile] = []
    for row in rows { files.append(try await bench.office(word).file(row.base.key)) }
    return files
  }

  /// Article 40: reported within 24 hours of landing.
  private func incidentClocks(of file: CaseFile) throws -> [Clock] {
    let rules = try FlightBench.rules()
    guard let landed = file.opening?.string("landed").flatMap({ FlightPlan.moment($0, rules) })
    else { return [] }
    return [
      Clock(
        name: "incident", end: landed.adding(seconds: 86_400), answers: ["report"],
        alarm: "report-due")
    ]
  }

  /// The clocks that a flight's plan and history call for, computed here from the articles.
  private func clocks(of file: CaseFile, _ zone: ZoneOffset) throws -> [Clock] {
    let plan = try FlightPlan(file.facts["plan"])
    var found: [Clock] = []
    let isUrgent = file.facts.text("urgency") == "urgent"
    // Article 26: 21:00 of the day before the flight that was applied for; article 29: ten minutes before it.
    if let start = file.opening?.string("start"),
      let asked = FlightPlan.moment(start, try FlightBench.rules())
    {
      let evening = Instant(asked.date(in: zone).adding(days: -1), secondOfDay: 21 * 3600, in: zone)
      found.append(
        Clock(
          name: isUrgent ? "urgent decide" : "decide",
          end: isUrgent ? asked.adding(seconds: -600) : evening,
          answers: [.approve, .record, .refuse, "withdraw"],
          alarm: "decide-due"))
    }
    // Article 30: reported an hour ahead; a plan that a closure moved is reported by its own hour.
    let wasClosed = file.events.contains { $0.command == .closeAirspace }
    if file.events.contains(where: { $0.command == .approve && !$0.isRefused }), !wasClosed {
      found.append(
        Clock(
          name: "report", end: plan.start.adding(seconds: isUrgent ? 0 : -3600),
          answers: [.report, "withdraw"],
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
    // The city's own: goods that were on board are handed over within an hour of landing.
    if let landed = file.events.first(where: { $0.command == .land }),
      file.events.contains(where: { $0.command == .load })
    {
      found.append(
        Clock(
          name: "custody", end: landed.row.effectiveAt.adding(seconds: 3600), answers: [.settle],
          alarm: "custody-due"))
    }
    return found
  }
}
