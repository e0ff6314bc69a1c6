import Commons
import Foundation
import Testing

@testable import ArrivalFlow

@Suite struct RunwayScenarioTests {
  static let one =
    "{\"callsign\": \"X\", \"kind\": \"arrival\", \"type\": \"A320\", \"earliest_s\": 1}"

  static func document() throws -> String {
    try String(contentsOfFile: repository("docs/reference/arrivals-runways.json"), encoding: .utf8)
  }

  @Test func anHourIsDrawnAndSequenced() throws {
    let scenario = try RunwayScenario(JSONValue(parsing: RunwayScenarioTests.document()))
    let movements = scenario.traffic(seed: 4)
    #expect(movements.filter { $0.kind == .arrival }.count == 30 && movements.count == 60)
    #expect(movements == scenario.traffic(seed: 4) && movements != scenario.traffic(seed: 5))
    let flow = try RunwayFlow(movements, on: scenario.system, scenario.options)
    #expect(RunwayFlowTests.faults(flow, movements, scenario.system) == 0)
  }

  @Test func listedMovementsAreReadWithTheirRunways() throws {
    let text = try RunwayScenarioTests.document().replacingOccurrences(
      of: "\"hourly_arrivals\": 30,",
      with: """
        "movements": [
          {"callsign": "CA1", "kind": "arrival", "type": "A320", "earliest_s": 60, "target_s": 90,
           "latest_s": 900, "weight": 2, "runway": "34", "announced_s": 100},
          {"callsign": "CA2", "kind": "departure", "type": "A333", "earliest_s": 60}
        ],
        """)
    let scenario = try RunwayScenario(JSONValue(parsing: text))
    let (one, two) = (scenario.movements[0], scenario.movements[1])
    #expect(one.runway == 1 && one.announced == 100 && one.weight == 2 && one.latest == 900)
    #expect(two.kind == .departure && two.target == 60 && two.latest == 3660 && two.group == 0)
    #expect(two.runway == nil && two.announced == nil)
  }

  @Test func whatIsAnnouncedWithinTheFreezeStays() throws {
    func scenario(_ freeze: Int) throws -> RunwayScenario {
      let text = try RunwayScenarioTests.document().replacingOccurrences(
        of: "\"hourly_arrivals\": 30,",
        with: """
          "now_s": 100, "freeze_s": \(freeze), "movements": [
            {"callsign": "A", "kind": "arrival", "type": "A320", "earliest_s": 150,
             "announced_s": 200, "runway": "33"},
            {"callsign": "B", "kind": "arrival", "type": "A320", "earliest_s": 150, "runway": "33"}
          ],
          """)
      return try RunwayScenario(JSONValue(parsing: text))
    }
    let frozen = try scenario(600)
    let flow = try RunwayFlow(frozen.movements, on: frozen.system, frozen.options)
    #expect(flow.slots.first { $0.movement == 0 }?.time == 200)
    let free = try scenario(60)
    let next = try RunwayFlow(free.movements, on: free.system, free.options)
    #expect(next.slots.map(\.time).min() == 150)
  }

  @Test(arguments: [
    ("\"use\": \"mixed\"}, {", "\"use\": \"both\"}, {", "/runways/0/use"),
    ("\"name\": \"34\"", "\"name\": \"33\"", "/runways"),
    ("\"independent\"", "\"near\"", "/relation"), ("\"shift\": 3", "\"shift\": 30", "/shift"),
    ("\"independent\"", "\"staggered\"", "/slant_km"),
    ("\"hourly_arrivals\": 30", "\"hourly_arrivals\": -3", "/hourly_arrivals"),
    (
      "\"hourly_arrivals\": 30",
      "\"movements\": [\(RunwayScenarioTests.one), \(RunwayScenarioTests.one)]",
      "/movements/1/callsign"
    ),
    (
      "\"hourly_arrivals\": 30",
      "\"movements\": [{\"callsign\": \"X\", \"kind\": \"arrival\", \"type\": \"Y\", \"earliest_s\": 1}]",
      "/movements/0/type"
    ),
    (
      "\"hourly_arrivals\": 30",
      "\"movements\": [{\"callsign\": \"X\", \"kind\": \"arrival\", \"type\": \"A320\", \"earliest_s\": -1}]",
      "/movements/0/earliest_s"
    ),
  ])
  func whatIsWrongIsNamed(text: String, other: String, pointer: String) throws {
    let json = try RunwayScenarioTests.document().replacingOccurrences(of: text, with: other)
    #expect {
      try RunwayScenario(JSONValue(parsing: json))
    } throws: { ($0 as? Problem)?.fields.first?.pointer == pointer }
  }
}
