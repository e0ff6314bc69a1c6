import Books
import CaseEngine
import CaseWork
import Commons
import Testing

@testable import LowAltitude

@Suite("Firms' trials and goods that change hands")
struct TrialTests {
  private func problem(_ body: () async throws -> Void) async -> Problem? {
    do {
      try await body()
      return nil
    } catch { return error as? Problem }
  }

  private func application(
    _ party: FlightBench.Party, _ more: [String: JSONValue] = [:]
  ) -> [String: JSONValue] {
    let said: [String: JSONValue] = [
      "operator": .string(party.operators), "contact": "李四", "phone": "13800000000",
      "mission": "biological", "months": 2, "flights-a-day": 4, "parcel-grams": 1500,
      "product": "vaccine", "cold-least": 20, "cold-most": 80, "goods-class": "none",
      "text": "医院之间固定航线。",
    ]
    return said.merging(more) { $1 }
  }

  private static let goods: [String: JSONValue] = [
    "mission": "biological", "parcel-grams": 1500, "product": "vaccine", "cold-least": 20,
    "cold-most": 80, "goods-class": "un3373", "handed-by": "疾控中心", "handed-to": "医院",
  ]

  private func handOver(_ id: String, _ temperature: Int64?) -> [String: JSONValue] {
    var said: [String: JSONValue] = [
      "consignment": .string(id), "handed-by": "甲单位发放岗", "handed-to": "乙单位接收岗",
    ]
    said["temperature"] = temperature.map { .integer($0) }
    return said
  }

  @Test("A trial is applied for, approved, supported, reported and evaluated")
  func life() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    var row = try await bench.open("trials", "apply", application(party))
    #expect(row.base.agency == "transport" && row.base.stage == "applied")
    row = try await bench.move(
      "trials", "approve", as: .trialOffice, by: FlightBench.trialOffice, on: row,
      ["text": "同意"])
    #expect(row.base.dueAt == Instant(rfc3339: "2026-05-07T00:00:00+08:00"))
    row = try await bench.move(
      "trials", "support", as: .trialOffice, by: FlightBench.trialOffice, on: row,
      ["support": "funds", "amount": 5_000_000])
    row = try await bench.move(
      "trials", "report", on: row,
      ["flights": 12, "incidents": 0, "on-time": 98, "text": "平稳"])
    #expect(row.base.stage == "reported")
    let facts = try CaseFacts(row.facts)
    #expect(facts.integer("flown") == 0 && facts.integer("funds") == 5_000_000)
    row = try await bench.move(
      "trials", "pass", as: .trialOffice, by: FlightBench.trialOffice, on: row, ["text": "通过"])
    #expect(row.base.stage == "passed")
    #expect(try await bench.problems() == [])
  }

  @Test("A term that is over goes to evaluation, where the report may still come once")
  func overdue() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    var row = try await bench.open("trials", "apply", application(party, ["months": 1]))
    bench.at("2026-03-24T00:00")
    try await bench.settle()
    row = try await bench.row(row.base.key)
    let type = TrialCases.trial
    #expect(type.count("overdue", of: try type.status(row.base.status)) == 1)
    row = try await bench.move(
      "trials", "approve", as: .trialOffice, by: FlightBench.trialOffice, on: row, ["text": "同意"])
    bench.at("2026-04-30T00:00")
    try await bench.settle()
    row = try await bench.row(row.base.key)
    #expect(row.base.stage == "reported")
    let said: [String: JSONValue] = [
      "flights": 0, "incidents": 0, "on-time": 0, "text": "未开展",
    ]
    row = try await bench.move("trials", "report", on: row, said)
    #expect(
      await problem { try await bench.move("trials", "report", on: row, said) }?.slug
        == "case-guard")
  }

  @Test("What a mission asks for is checked against its answers and against the registers")
  func fields() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    func faults(_ word: String, _ command: CommandID, _ said: [String: JSONValue]) async -> [String]
    {
      await problem { try await bench.open(word, command, said) }?.fields.map(\.pointer) ?? []
    }
    let upside: [String: JSONValue] = ["cold-least": 90]
    #expect(await faults("trials", "apply", application(party, upside)) == ["cold-most"])
    #expect(
      await faults("trials", "apply", application(party, ["operator": "12-2026-1"])) == ["operator"]
    )
    var flight = FlightBench.application(party, TrialTests.goods)
    flight["product"] = nil
    #expect(await faults("flights", "file", flight) == ["product"])
    // The aircraft weighs 10 kg and takes off with 20 kg.
    let heavy = FlightBench.application(party, ["parcel-grams": 10_001])
    #expect(await faults("flights", "file", heavy) == ["parcel-grams"])
    // Dangerous goods must be applied for, whatever else holds (art. 31).
    flight = FlightBench.application(party, TrialTests.goods)
    flight["dropping"] = nil
    let row = try await bench.open("flights", "file", flight)
    #expect(try CaseFacts(row.facts).flag("needed"))
  }

  @Test(
    "Goods in a cold chain are handed over consignment by consignment, before and after the flight")
  func custody() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    var row = try await bench.open(
      "flights", "file", FlightBench.application(party, TrialTests.goods))
    row = try await bench.move(
      "flights", "approve", as: .control, by: FlightBench.controller, on: row)
    bench.at("2026-03-03T08:30")
    row = try await bench.move("flights", "report", on: row, ["text": "就绪"])
    row = try await bench.move(
      "flights", "confirm", as: .control, by: FlightBench.controller, on: row)
    bench.at("2026-03-03T10:00")
    #expect(
      await problem { try await bench.move("flights", "activate", on: row) }?.slug == "no-custody")
    let unread = await problem {
      try await bench.move("flights", "load", on: row, handOver("A-1", nil))
    }
    #expect(unread?.fields.map(\.pointer) == ["temperature"])
    row = try await bench.move("flights", "load", on: row, handOver("A-1", 40))
    row = try await bench.move("flights", "load", on: row, handOver("A-2", 45))
    let twice = await problem {
      try await bench.move("flights", "load", on: row, handOver("A-2", 45))
    }
    #expect(twice?.fields.map(\.pointer) == ["consignment"])
    row = try await bench.move("flights", "activate", on: row)
    bench.at("2026-03-03T10:20")
    row = try await bench.move("flights", "land", on: row)
    #expect(row.base.stage == "handing")
    #expect(row.base.dueAt == Instant(rfc3339: "2026-03-03T11:20:00+08:00"))
    // It was too warm: that is recorded all the same.
    row = try await bench.move("flights", "receive", on: row, handOver("A-1", 95))
    let missing = await problem { try await bench.move("flights", "settle", on: row) }
    #expect(missing?.fields.first?.message.en.contains("A-2") == true)
    bench.at("2026-03-03T11:20")
    try await bench.settle()
    row = try await bench.row(row.base.key)
    let status = try FlightCases.flight.status(row.base.status)
    #expect(FlightCases.flight.count("overdue", of: status) == 1)
    row = try await bench.move("flights", "receive", on: row, handOver("A-2", 50))
    row = try await bench.move("flights", "settle", on: row)
    #expect(row.base.stage == "ended")
    let goods = CustodyStep.consignments(try CaseFacts(row.facts))
    #expect(goods.map(\.isCold) == [false, true])
    #expect(try await bench.problems() == [])
  }

  @Test("A flight without goods has nothing to load")
  func noGoods() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    var said = FlightBench.application(party, ["mission": "inspection"])
    said["parcel-grams"] = nil
    var row = try await bench.open("flights", "file", said)
    row = try await bench.move(
      "flights", "approve", as: .control, by: FlightBench.controller, on: row)
    #expect(
      await problem { try await bench.move("flights", "load", on: row, handOver("X", nil)) }?.slug
        == "no-goods")
  }
}
