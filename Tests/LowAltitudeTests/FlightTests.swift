import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import LegalTime
import Rulebook
import Storage
import Testing

@testable import LowAltitude

@Suite("Flights from the application to the landing")
struct FlightTests {
  private func refused<Value: Sendable>(
    _ slug: String, _ body: () async throws -> Value
  ) async throws -> Problem {
    do {
      _ = try await body()
    } catch let problem as Problem {
      #expect(problem.slug == slug, "\(problem.slug): \(problem.detail.en) \(problem.fields)")
      return problem
    }
    Issue.record("nothing was refused, \(slug) was expected")
    return Problem.stale
  }

  @Test("Every kind of case holds in all its reachable states")
  func models() throws {
    for procedure in LowAltitudeMeasure.procedures(try FlightBench.rules()) {
      let report = try ModelCheck.explore(procedure.type)
      #expect(report.faults.isEmpty, "\(procedure.path): \(report.faults.map(\.message.en))")
    }
  }

  @Test("A flight is applied for, approved, confirmed, flown and closed")
  func life() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    var row = try await bench.open("flights", "file", FlightBench.application(party))
    #expect(row.base.agency == "air-sector")
    #expect(row.base.dueAt == Instant(rfc3339: "2026-03-02T21:00:00+08:00"))
    row = try await bench.move(
      "flights", "approve", as: .control, by: FlightBench.controller, on: row)
    #expect(row.base.dueAt == Instant(rfc3339: "2026-03-03T09:00:00+08:00"))
    let flights = try await bench.desk.store.all(
      FlightBook.during(
        Instant(rfc3339: "2026-03-03T02:01:00Z")!, Instant(rfc3339: "2026-03-03T02:02:00Z")!))
    #expect(flights.map(\.number) == [row.base.number.description])
    bench.at("2026-03-03T08:30")
    row = try await bench.move("flights", "report", on: row, ["text": "准备就绪"])
    row = try await bench.move(
      "flights", "confirm", as: .control, by: FlightBench.controller, on: row)
    _ = try await refused("too-early") { try await bench.move("flights", "activate", on: row) }
    bench.at("2026-03-03T10:00")
    row = try await bench.move("flights", "activate", on: row)
    bench.at("2026-03-03T10:20")
    row = try await bench.move("flights", "land", on: row)
    #expect(row.base.stage == "ended")
    #expect(try await bench.problems() == [])
  }

  @Test("After noon of the day before an application is late, unless the task is urgent")
  func late() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    bench.at("2026-03-02T12:00")
    let said = FlightBench.application(party)
    let row = try await bench.open("flights", "file", said)
    #expect(row.base.stage == "filed")
    bench.at("2026-03-02T12:01")
    let problem = try await refused("late-application") {
      try await bench.open("flights", "file", said)
    }
    #expect(problem.because.contains(FlightBasis.regulation(26, 1)))
    let urgent: [String: JSONValue] = [
      "urgency": "urgent", "urgent-task": "medical", "mission": "emergency",
      "start": "2026-03-02T13:00", "end": "2026-03-02T13:20",
      "path": "114.00, 22.63\n114.04, 22.63",
    ]
    var hurried = FlightBench.application(party, urgent)
    hurried["parcel-grams"] = nil
    bench.at("2026-03-02T12:30")
    let second = try await bench.open("flights", "file", hurried)
    #expect(second.base.dueAt == Instant(rfc3339: "2026-03-02T12:50:00+08:00"))
    bench.at("2026-03-02T12:31")
    _ = try await refused("late-application") { try await bench.open("flights", "file", hurried) }
    hurried["urgency"] = "special"
    let third = try await bench.open("flights", "file", hurried)
    #expect(third.base.dueAt == Instant(rfc3339: "2026-03-02T13:00:00+08:00"))
  }

  @Test("A decision that is not made by 21:00 alarms, and at take-off the application is over")
  func alarms() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    let row = try await bench.open("flights", "file", FlightBench.application(party))
    bench.at("2026-03-02T20:59")
    try await bench.settle()
    #expect(try await bench.row(row.base.key).base.version == 1)
    bench.at("2026-03-02T21:00")
    try await bench.settle()
    let late = try await bench.row(row.base.key)
    let status = try FlightCases.flight.status(late.base.status)
    #expect(FlightCases.flight.count("overdue", of: status) == 1)
    bench.at("2026-03-03T10:00")
    try await bench.settle()
    #expect(try await bench.row(row.base.key).base.stage == "undecided")
    #expect(try await bench.problems() == [])
  }

  @Test("A conflict is found, another plan is offered, and taken it can be approved")
  func conflict() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    let first = try await bench.open("flights", "file", FlightBench.application(party))
    _ = try await bench.move(
      "flights", "approve", as: .control, by: FlightBench.controller, on: first)
    let crossing: [String: JSONValue] = ["path": "114.02, 22.6015, 100\n114.02, 22.64, 100"]
    var second = try await bench.open(
      "flights", "file", FlightBench.application(party, crossing))
    let facts = try CaseFacts(second.facts)
    #expect(facts["conflicts"]?.array?.first?["with"]?.string == first.base.number.description)
    _ = try await refused("conflict") {
      try await bench.move(
        "flights", "approve", as: .control, by: FlightBench.controller, on: second)
    }
    #expect(facts["offer"]?["cost"]?.integer ?? 0 > 0)
    second = try await bench.move("flights", "take-offer", on: second)
    second = try await bench.move(
      "flights", "approve", as: .control, by: FlightBench.controller, on: second)
    #expect(second.base.stage == "approved")
    #expect(try await bench.problems() == [])
  }

  @Test("What is missing is told at once, each with its article")
  func missing() async throws {
    let bench = try FlightBench()
    let party = try await bench.party(papers: [], insured: false, certificate: false)
    let problem = try await refused("flight-papers") {
      try await bench.open("flights", "file", FlightBench.application(party))
    }
    #expect(Set(problem.fields.map(\.pointer)) == ["operator", "pilots", "aircraft"])
    for article in [11, 12, 16] {
      #expect(
        problem.because.contains { basis in
          guard case .law(let citation) = basis else { return false }
          return citation.article == article
        })
    }
  }

  @Test("An urgent task goes before what is planned, and not before what flies")
  func priority() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    var planned = try await bench.open(
      "flights", "file", FlightBench.application(party, ["end": "2026-03-03T11:00"]))
    planned = try await bench.move(
      "flights", "approve", as: .control, by: FlightBench.controller, on: planned)
    bench.at("2026-03-03T08:30")
    planned = try await bench.move("flights", "report", on: planned, ["text": "就绪"])
    func urgent(_ start: String) -> [String: JSONValue] {
      var said = FlightBench.application(
        party,
        [
          "urgency": "special", "urgent-task": "rescue", "mission": "emergency",
          "start": .string("2026-03-03T\(start)"), "end": "2026-03-03T11:00",
          "path": "114.02, 22.6173, 100\n114.02, 22.64, 100",
        ])
      said["parcel-grams"] = nil
      return said
    }
    let rescue = try await bench.move(
      "flights", "approve", as: .control, by: FlightBench.controller,
      on: bench.open("flights", "file", urgent("10:02")))
    #expect(try CaseFacts(rescue.facts).list("before") == [planned.base.number.description])
    try await bench.measure.makeRoom(for: rescue.base.key)
    planned = try await bench.row(planned.base.key)
    #expect(planned.base.stage == "blocked")
    #expect(try CaseFacts(planned.facts)["offer"] != nil)
    planned = try await bench.move("flights", "take-offer", on: planned)
    #expect(planned.base.stage == "approved")
    _ = try await bench.move("flights", "withdraw", on: rescue)
    // In the air the planned one is not moved: the urgent one is offered another plan instead.
    planned = try await bench.move("flights", "report", on: planned, ["text": "就绪"])
    planned = try await bench.move(
      "flights", "confirm", as: .control, by: FlightBench.controller, on: planned)
    let plan = try FlightPlan(CaseFacts(planned.facts)["plan"])
    bench.time.set(plan.start)
    planned = try await bench.move("flights", "activate", on: planned)
    let second = try await bench.open("flights", "file", urgent("10:02"))
    if try CaseFacts(second.facts)["conflicts"] != nil {
      _ = try await refused("conflict") {
        try await bench.move(
          "flights", "approve", as: .control, by: FlightBench.controller, on: second)
      }
    }
    #expect(try await bench.problems() == [])
  }

  @Test("Whoever shares the airspace with manned aircraft needs article 22 for it")
  func shared() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    var said = FlightBench.application(party, ["shared": true])
    said["dropping"] = nil
    // Small, below 120 m: exempt by article 31, but to be approved by article 22.
    let row = try await bench.open("flights", "file", said)
    let facts = try CaseFacts(row.facts)
    #expect(facts.flag("needed") && facts.text("sharing") == "approval")
    said["path"] = "114.00, 22.62, 310\n114.04, 22.62, 310"
    said["height-high"] = 310
    let high = try await refused("flight-papers") { try await bench.open("flights", "file", said) }
    #expect(high.fields.map(\.pointer) == ["shared"])
    #expect(high.because.contains(FlightBasis.regulation(22, 1)))
  }

  @Test(
    "A closure needs its notice; flights that it hits lose their approval and are offered a plan")
  func closure() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    var row = try await bench.open("flights", "file", FlightBench.application(party))
    row = try await bench.move(
      "flights", "approve", as: .control, by: FlightBench.controller, on: row)
    var said: [String: JSONValue] = [
      "reason": "event",
      "path": "114.015 22.610; 114.020 22.610; 114.020 22.6215; 114.015 22.6215", "height-low": 0,
      "height-high": 300, "start": "2026-03-03T08:59", "end": "2026-03-03T12:00", "notice": "公告1号",
    ]
    let problem = try await refused("late-notice") {
      try await bench.open(
        "closures", "announce", as: .control, by: FlightBench.controller, said)
    }
    #expect(problem.because == [FlightBasis.regulation(20, 2)])
    said["reason"] = "rescue"
    let closure = try await bench.open(
      "closures", "announce", as: .control, by: FlightBench.controller, said)
    #expect(try CaseFacts(closure.facts).list("hit") == [row.base.number.description])
    #expect(try await bench.measure.nightly(at: bench.time.now) == 1)
    #expect(try await bench.measure.nightly(at: bench.time.now) == 0)
    row = try await bench.row(row.base.key)
    #expect(row.base.stage == "blocked")
    row = try await bench.move("flights", "take-offer", on: row)
    #expect(row.base.stage == "approved")
    #expect(try await bench.measure.nightly(at: bench.time.now) == 0)
    bench.at("2026-03-03T12:00")
    try await bench.settle()
    #expect(try await bench.row(closure.base.key).base.stage == "over")
    #expect(try await bench.row(row.base.key).base.stage == "lapsed")
    #expect(try await bench.problems() == [])
  }

  @Test("An incident is reported within 24 hours of landing, or the clock alarms")
  func incident() async throws {
    let bench = try FlightBench()
    let row = try await bench.open(
      "incidents", "notify",
      [
        "kind": "link", "landed": "2026-03-02T08:30", "place": "江北区", "phone": "13800000000",
        "text": "链路中断，就近降落",
      ])
    #expect(row.base.dueAt == Instant(rfc3339: "2026-03-03T08:30:00+08:00"))
    bench.at("2026-03-03T08:30")
    try await bench.settle()
    let type = IncidentProcedure(rules: try FlightBench.rules()).type
    let status = try type.status(try await bench.row(row.base.key).base.status)
    #expect(type.count("overdue", of: status) == 1)
    let done = try await bench.move(
      "incidents", "report", on: row, ["text": "报告", "measures": "更换天线"])
    #expect(done.base.stage == "reported")
  }

  @Test("A plan under a standing approval stays within its airspace")
  func standing() async throws {
    let bench = try FlightBench()
    let party = try await bench.party()
    var permit = try await bench.open(
      "standing", "apply",
      [
        "operator": .string(party.operators), "from": "2026-03-03", "through": "2026-06-30",
        "path": "113.99 22.61; 114.05 22.61; 114.05 22.63; 113.99 22.63", "height-high": 119,
        "purpose": "末端配送",
      ])
    permit = try await bench.move(
      "standing", "approve", as: .control, by: FlightBench.controller, on: permit)
    let under: [String: JSONValue] = [
      "urgency": "standing", "permit": .string(permit.base.number.description),
    ]
    let row = try await bench.open("flights", "file", FlightBench.application(party, under))
    #expect(row.base.stage == "filed")
    // Nothing stands in its way: it is on record without a decision (art. 26, paragraph 2).
    try await bench.measure.keepOnRecord(row.base.key)
    #expect(try await bench.row(row.base.key).base.stage == "approved")
    let ordinary = try await bench.open(
      "flights", "file",
      FlightBench.application(party, ["start": "2026-03-03T14:00", "end": "2026-03-03T14:30"]))
    try await bench.measure.keepOnRecord(ordinary.base.key)
    #expect(try await bench.row(ordinary.base.key).base.stage == "filed")
    #expect(try await bench.problems() == [])
    var outside = FlightBench.application(party, under)
    outside["path"] = "114.00, 22.62, 100\n114.06, 22.62, 100"
    _ = try await refused("outside-standing") { try await bench.open("flights", "file", outside) }
  }

  @Test(
    "Paths that cannot be are refused with what is wrong",
    arguments: [
      ("area", "114.00 22.60; 114.02 22.62; 114.02 22.60; 114.00 22.62", "crosses"),
      ("path", "180, 0\n-179.9, 0", "km from the middle"),
      ("path", "0, 90\n1, 90", "km from the middle"),
      ("path", "114, 91\n114, 22", "out of range"), ("path", "114.0, 22.6", "points"),
      ("path", "{\"type\":\"Polygon\",\"coordinates\":[]}", "LineString"),
      ("path", "114.00, 22.62, 100\n114.00, 22.62, 100", "is the point before"),
      ("area", "113.3 22.1; 114.8 22.1; 114.8 23.1; 113.3 23.1", "2,500"),
      ("path", "114.00, 22.62, 500\n114.04, 22.62, 100", "outside the heights"),
      ("path", "114.00, 22.62, 100\n114.4, 22.62, 100", "after the end"),
    ])
  func badPaths(_ shape: String, _ path: String, _ words: String) throws {
    let party = FlightBench.Party(operators: "", aircraft: "", pilots: "")
    let said = CaseFacts(
      FlightBench.application(party, ["shape": .string(shape), "path": .string(path)]))
    let rules = try FlightBench.rules()
    do throws(Problem) {
      _ = try FlightPlan(said, rules)
      Issue.record("\(path) was taken")
    } catch {
      #expect(
        error.fields.contains { $0.message.en.contains(words) }, "\(error.fields.map(\.message.en))"
      )
    }
  }
}
