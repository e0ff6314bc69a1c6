import App
import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import FaultInjection
import SQLiteStorage
import ServiceRequests
import Storage
import Testing

@testable import Simulation

/// Legal clocks on a machine whose clock is set back.
@Suite struct ClockLeapTests {
  private static let actor = Actor(
    kind: .staff, account: 5,
    permissions: ["requests.file", "requests.as-dispatcher", "requests.as-handler"],
    agency: "urban", agencies: nil)

  /// A clock that is started anew on an earlier day may end at the very moment at which it has run out
  /// before; it must run out again.
  @Test func aClockRunsOutAgainAfterTheDateWasSetBack() async throws {
    let folder = "/tmp/tequ-leap-\(UInt64.random(in: 0 ... .max))"
    let template = try await FaultTemplate(folder)
    defer { FaultCampaign.remove(folder) }
    let disk = SimulatedDisk(template.image, seed: 1)
    let address = disk.uri(FaultTemplate.file)
    let time = ManualTime(FaultTemplate.start)
    var options = RunningCity.Options()
    options.creates = true
    options.time = time
    options.profile = template.profile
    options.connectors = []
    options.store = { try SQLiteStore(.init(path: address), migrations: $0) }
    let city = try await RunningCity(
      DataFolder(folder, database: .sqlite(path: address)), options)
    defer { city.close() }
    let intake = Intake(
      item: template.profile.items[0].id, title: "路灯不亮", text: "不亮", channel: "phone",
      district: "donghu")
    let key = try await city.desk.submit(
      SubmitRequest(intake, rules: city.rules), by: ClockLeapTests.actor
    ).aggregate
    func move(_ command: CommandID, _ text: String = "", agency: String? = nil) async throws {
      _ = try await city.desk.submit(
        MoveRequest(
          command, as: .dispatcher, on: key, text: text, agency: agency, rules: city.rules),
        by: ClockLeapTests.actor)
    }
    func stage() async throws -> String? {
      let row: CaseRow? = try await city.desk.store.first(CaseBook.find(key))
      return row?.stage
    }
    try await move("dispatch", agency: "urban")
    // Nobody accepts it by the end of the next working day.
    time.advance(seconds: 2 * 86_400)
    #expect(try await city.tick() == 1)
    #expect(try await stage() == "handling")
    time.advance(seconds: -2 * 86_400)
    try await move("transfer", "请转办。", agency: "urban")
    #expect(try await stage() == "dispatched")
    time.advance(seconds: 2 * 86_400)
    #expect(try await city.tick() == 1)
    #expect(try await stage() == "handling", "the clock must run out a second time")
    #expect(try await city.tick() == 0, "and then rest")
  }
}
