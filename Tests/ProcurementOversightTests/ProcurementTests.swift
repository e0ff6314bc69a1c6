import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import LegalTime
import MeasureKit
import RedFlags
import SealedFiles
import Storage
import Testing

@testable import ProcurementOversight

@Suite struct ProcurementTypeTests {
  @Test func everyKindOfCaseIsSound() throws {
    for procedure in ProcurementMeasure.procedures(try ProcurementBench.rules()) {
      let report = try ModelCheck.explore(procedure.type)
      #expect(report.isSound, "\(report.text(.en))")
    }
  }

  @Test func theFlagsHaveTheValuesOfTheLaw() throws {
    let rules = try ProcurementBench.rules()
    for (code, parameter, name) in ProcurementRules.shared {
      let flag = try #require(CatalogueFlag.named(code))
      let standard = try #require(flag.parameters.first { $0.name == parameter }?.standard)
      let day = CivilDate(dayNumber: 20_454)
      let period = try? rules.legal(name, on: day).amount
      let own = try period.map(Double.init) ?? rules.bound(name, on: day)
      #expect(abs(own - standard) < 1e-12, "\(code)")
    }
  }
}

@Suite struct BodiesTests {
  @Test func onePersonInTwoBodiesIsRefusedAndRecorded() async throws {
    let bench = try ProcurementBench()
    let key = try await bench.open("bodies", "register", as: .declarant, ["firm": "utilities"])
    let refusal = try await bench.step(
      "bodies", "declare", as: .declarant, on: key,
      ["decision": "2", "organisation": "3", "technology": "2", "supervision": "6"])
    #expect(refusal?.detail.en.contains("two bodies") == true)
    #expect(try await bench.row(key).base.version == 2)
    #expect(try await bench.row(key).base.stage == "begun")
    // Nothing is bought without a declaration in force.
    let problem = await problem {
      _ = try await bench.open("tender", .need, as: .needing, ProcurementBench.need)
    }
    #expect(problem?.detail.en.contains("four bodies") == true)
    try await refusalIsOnRecord(bench)
  }

  /// The attempt to open a purchase is an act with its reason, and no case came of it.
  private func refusalIsOnRecord(_ bench: ProcurementBench) async throws {
    let last = Statement("SELECT entry_key FROM journal ORDER BY entry_key DESC LIMIT 1")
    let found = try await bench.desk.store.first(
      Query(last) { JournalKey(raw: $0.integer(0)) })
    let key = try #require(found)
    let act = try #require(try await bench.desk.store.first(JournalBook.entry(key)))
    #expect(act.kind == "procurement.tender.need.refused" && act.key.version == 1)
    let reason = try JSONValue(parsing: act.publicFields)["refusal"]
    #expect(reason?["slug"]?.string == "procurement-no-bodies")
    #expect(try await bench.desk.store.first(CaseFileBook.find(act.key.aggregate)) == nil)
    #expect(try await bench.broken() == [])
    try await bench.feed()
    // The declaration and the need: two attempts.
    #expect(
      bench.measure.indicators(at: bench.time.now).first { $0.id == "procurement.refusals" }?.value
        == 2)
  }

  @Test func postsAreKeptApart() async throws {
    let bench = try ProcurementBench()
    try await bench.declare()
    let key = try await bench.open("tender", .need, as: .needing, ProcurementBench.need)
    // The right post, but a person of another body.
    let outsider = ProcurementBench.staff(3, ProcurementMeasure.approver)
    let refusal = try await bench.step("tender", .approve, as: .approving, by: outsider, on: key)
    #expect(refusal?.detail.en.contains("not in the body") == true)
    #expect(try await bench.row(key).base.stage == "needed")
    // Whoever states the need may not accept what is delivered.
    #expect(try await bench.step("tender", .approve, as: .approving, on: key) == nil)
    // A second person in a post is bound by it like the first: the keeper conducts a step and may not open then.
    let second = ProcurementBench.staff(5, ProcurementMeasure.conductor)
    #expect(
      try await bench.step(
        "tender", .plan, as: .conducting, on: key, ["ceiling": 96_000_000, "text": "公开招标。"]) == nil)
    let notice: [String: JSONValue] = [
      "sale-from": "2026-03-02", "sale-to": "2026-03-07", "opens-on": "2026-03-26",
      "opens-hour": 10,
    ]
    #expect(
      try await bench.step("tender", .announce, as: .conducting, by: second, on: key, notice) == nil
    )
    #expect(
      ChainStep.duties(try CaseFacts(try await bench.row(key).facts))
        == ["need": 1, "approve": 2, "conduct": 3, "conduct#2": 5])
    let issued = try await bench.step(
      "tender", .issue, as: .conducting, on: key,
      [
        "text": "综合评分。", "key-1": .string(bench.keys.0.recipient.text),
        "key-2": .string(bench.keys.1.recipient.text),
      ])
    #expect(issued == nil)
    bench.set("2026-03-26T10:00:00+08:00")
    let opening = try await bench.step(
      "tender", .unsealFirst, as: .opening, on: key, ["envelopes": "{}"])
    #expect(opening?.slug == "procurement-two-posts", "\(opening?.slug ?? "")")
    #expect(try await bench.broken() == [])
  }
}

@Suite struct ChainTests {
  @Test func aFirmsOwnLimitsCountByDate() async throws {
    let bench = try ProcurementBench()
    let rules = bench.measure.rules
    func limit(_ firm: String, _ day: String) throws -> Int64? {
      rules.parameter(
        "limit", of: .direct, firm: firm, on: try #require(CivilDate(day)))?.value
    }
    #expect(try limit("utilities", "2026-03-02") == 2_000_000)
    #expect(try limit("port", "2026-03-02") == 500_000)
    // Before its own rule the port group is held to the city's.
    #expect(try limit("port", "2024-12-31") == 2_000_000)
    #expect(
      rules.parameter("limit", of: .tender, firm: "port", on: CivilDate(dayNumber: 20_500)) == nil)
    try await bench.declare()
    var need = ProcurementBench.need
    need["estimate"] = 200_000_001
    let above = await problem { _ = try await bench.open("direct", .need, as: .needing, need) }
    #expect(
      above?.slug == "procurement-above-limit" && above?.detail.en.contains("2,000,000") == true)
    need["estimate"] = 200_000_000
    _ = try await bench.open("direct", .need, as: .needing, need)
    // Days and bids of an inquiry are the city's.
    let key = try await bench.open("inquiry", .need, as: .needing, ProcurementBench.need)
    try await bench.step("inquiry", .approve, as: .approving, on: key)
    try await bench.step(
      "inquiry", .plan, as: .conducting, on: key, ["ceiling": 96_000_000, "text": "询比。"])
    func announce(_ opens: String) async throws -> Problem? {
      try await bench.step(
        "inquiry", .announce, as: .conducting, on: key,
        [
          "sale-from": "2026-03-02", "sale-to": "2026-03-03", "opens-on": .string(opens),
          "opens-hour": 10,
        ])
    }
    #expect(try await announce("2026-03-04")?.fields.map(\.pointer) == ["opens-on"])
    #expect(try await announce("2026-03-05") == nil)
  }

  @Test func theLawIsKept() async throws {
    let bench = try ProcurementBench()
    try await bench.declare()
    let key = try await bench.open("tender", .need, as: .needing, ProcurementBench.need)
    try await bench.step("tender", .approve, as: .approving, on: key)
    try await bench.step(
      "tender", .plan, as: .conducting, on: key, ["ceiling": 96_000_000, "text": "x"])
    func announce(_ changes: [String: JSONValue]) async throws -> [String]? {
      let said: [String: JSONValue] = [
        "sale-from": "2026-03-02", "sale-to": "2026-03-07", "opens-on": "2026-03-22",
        "opens-hour": 10,
      ]
      return try await bench.step(
        "tender", .announce, as: .conducting, on: key, said.merging(changes) { $1 }
      )?.fields.map(\.pointer)
    }
    // Five days of sale, twenty to prepare, two per cent: one less or more of each is refused.
    #expect(try await announce(["sale-to": "2026-03-06"]) == ["sale-to"])
    #expect(try await announce(["opens-on": "2026-03-21"]) == ["opens-on"])
    #expect(try await announce(["deposit": 2_000_001]) == ["deposit"])
    #expect(try await announce(["deposit": 2_000_000]) == nil)
    #expect(try await bench.row(key).base.version == 7)
  }

  @Test func anOpenTenderFromNeedToPayment() async throws {
    let bench = try ProcurementBench()
    try await bench.declare()
    let key = try await bench.bidding()
    var bids: [Int64] = []
    for (number, amount) in [(1, 90_000_000), (2, 88_000_000), (3, 93_000_000)] as [(Int, Int64)] {
      bids.append(try await bench.bid(key, number, amount))
    }
    // Nobody learns from public fields which purchase a bid is for, and no row holds its text.
    let file = try #require(
      try await CaseFile.load(bids[0], bench.desk, bench.office("bids").setting))
    #expect(file.events[0].fields["project"] == nil)
    let both = try await bench.unsealed(bids)
    // Not before the hour.
    bench.set("2026-03-26T09:59:59+08:00")
    let early = try await bench.step(
      "tender", .unsealFirst, as: .opening, on: key, ["envelopes": both.envelopes])
    #expect(early?.detail.en.contains("hour") == true)
    bench.set("2026-03-26T10:00:00+08:00")
    // Late bids are refused.
    #expect(
      await problem { _ = try await bench.bid(key, 4, 80_000_000) }?.detail.en.contains("late")
        == true)
    // All bids, unaltered.
    let some = try await bench.unsealed(Array(bids.prefix(2)))
    #expect(
      try await bench.step(
        "tender", .unsealFirst, as: .opening, on: key, ["envelopes": some.envelopes]) != nil)
    #expect(
      try await bench.step(
        "tender", .unsealFirst, as: .opening, on: key, ["envelopes": both.envelopes]) == nil)
    // The second seal takes a second person.
    let alone = try await bench.step(
      "tender", .unsealSecond, as: .opening, on: key, ["contents": both.contents])
    #expect(alone?.detail.en.contains("another post") == true)
    let altered = JSONValue.string(
      (both.contents.string ?? "").replacing("88000000", with: "68000000"))
    #expect(
      try await bench.step(
        "tender", .unsealSecond, as: .opening, by: ProcurementBench.otherKeeper, on: key,
        ["contents": altered])?.fields.map(\.pointer) == ["contents"])
    #expect(
      try await bench.step(
        "tender", .unsealSecond, as: .opening, by: ProcurementBench.otherKeeper, on: key,
        ["contents": both.contents]) == nil)
    #expect(try await bench.step("tender", .draw, as: .conducting, on: key) == nil)
    let drawn = try CaseFacts(try await bench.row(key).facts)
    #expect(drawn.list("experts").count == 4)
    // An expert who works for the buyer is never drawn.
    let employers = bench.measure.rules.experts.filter { drawn.list("experts").contains($0.id) }
    #expect(!employers.contains { $0.employer == "utilities" })
    #expect(
      try await bench.step(
        "tender", .evaluate, as: .conducting, on: key,
        ["scores": "b1 80\nb2 91\nb3 x 未实质性响应", "text": "报告"]) == nil)
    #expect(try await bench.step("tender", .candidates, as: .conducting, on: key) == nil)
    // Not while the candidates are published.
    #expect(
      await problem { try await bench.step("tender", .award, as: .approving, on: key) } != nil)
    try await bench.tick(at: "2026-03-31T00:00:00+08:00")
    #expect(try await bench.step("tender", .award, as: .approving, on: key) == nil)
    let facts = try CaseFacts(try await bench.row(key).facts)
    #expect(facts.string("winner") == "91990000BID1002X")
    try await finish(bench, key)
  }

  private func finish(_ bench: ProcurementBench, _ key: Int64) async throws {
    let wrong = try await bench.step(
      "tender", .contract, as: .conducting, on: key,
      ["value": 89_000_000, "perform-by": "2026-06-01"])
    #expect(wrong?.fields.map(\.pointer) == ["value"])
    #expect(
      try await bench.step(
        "tender", .contract, as: .conducting, on: key,
        ["value": 88_000_000, "bond": 8_800_001, "perform-by": "2026-06-01"])?.fields.map(\.pointer)
        == ["bond"])
    for (command, capacity, said) in [
      (.contract, .conducting, ["value": 88_000_000, "perform-by": "2026-06-01"]),
      (.returnDeposits, .conducting, [:]), (.accept, .accepting, [:]),
      (.pay, .accepting, ["amount": 88_000_000]), (.close, .accepting, [:]),
    ] as [(CommandID, ActorKind, [String: JSONValue])] {
      #expect(try await bench.step("tender", command, as: capacity, on: key, said) == nil)
    }
    #expect(try await bench.row(key).base.stage == "closed")
    #expect(try await bench.broken() == [])
    try await bench.feed()
    let compiled = bench.measure.watch.withLock { $0.compiled.values.first }
    #expect(compiled?["contracts"]?.array?.first?["status"]?.string == "terminated")
    #expect(compiled?["tender"]?["numberOfTenderers"]?.integer == 3)
    let indicators = bench.measure.indicators(at: bench.time.now)
    #expect(indicators.first { $0.id == "procurement.deals" }?.value == 1)
    #expect(indicators.first { $0.id == "procurement.saved" }?.value == 80_000)
  }

  @Test func anObjectionSuspends() async throws {
    let bench = try ProcurementBench()
    try await bench.declare()
    let key = try await bench.bidding()
    let number = try await bench.row(key).base.number.description
    let objection = try await bench.open(
      "objections", "raise", as: .owners, by: ProcurementBench.bidder(1),
      ["project": .string(number), "about": "documents", "text": "倾向性条款。", "firm-name": "甲"])
    var bids: [Int64] = []
    for place in 1...3 { bids.append(try await bench.bid(key, place, 90_000_000 - Int64(place))) }
    let both = try await bench.unsealed(bids)
    bench.set("2026-03-26T10:00:00+08:00")
    let suspended = try await bench.step(
      "tender", .unsealFirst, as: .opening, on: key, ["envelopes": both.envelopes])
    #expect(suspended?.detail.en.contains("stands still") == true)
    try await bench.step("objections", "answer", as: .conducting, on: objection, ["text": "已删除。"])
    // Answered, the purchase goes on; the bidder may still complain.
    #expect(try await bench.row(objection).base.stage == "answered")
  }
}

@Suite struct AlertTests {
  @Test func collusionIsAlertedDrawnAndHandled() async throws {
    let bench = try ProcurementBench(window: 0)
    try await bench.declare()
    _ = try await bench.measure.nightly(at: bench.time.now)
    let key = try await bench.bidding()
    var bids: [Int64] = []
    for place in 0..<4 {
      bids.append(
        try await bench.bid(key, 90 + place, 90_000_000 + Int64(place) * 1_000_000, isRing: true))
    }
    let both = try await bench.unsealed(bids)
    try await bench.tick(at: "2026-03-26T10:00:00+08:00")
    try await bench.step(
      "tender", .unsealFirst, as: .opening, on: key, ["envelopes": both.envelopes])
    try await bench.step(
      "tender", .unsealSecond, as: .opening, by: ProcurementBench.otherKeeper, on: key,
      ["contents": both.contents])
    try await bench.feed()
    #expect(try await bench.measure.nightly(at: bench.time.now) > 0)
    let rows = try await bench.desk.store.all(
      AlertTables.latest(before: (.max, .max), limit: 200))
    // Equal differences, and deposits from one account, are deemed collusion (条例第40条).
    #expect(Set(rows.map(\.code)).isSuperset(of: ["CN26", "CN28"]))
    // What happened once is one alert, which names all bidders that have to do with it.
    #expect(rows.filter { $0.code == "CN28" }.map(\.subject) == ["process"])
    let ring = (0..<4).map { "91990000BID\(1090 + $0)X" }
    let named = try await bench.acts().first {
      $0.kind == "procurement.alerts.raise" && $0.fields["code"]?.string == "CN28"
    }
    #expect(AlertProcedure.names(named?.fields["names"]?.string ?? "") == ring)
    #expect(rows.allSatisfy { !["R003", "R010", "R021", "R063"].contains($0.code) })
    // Asked again, nothing is raised twice.
    try await bench.feed()
    _ = try await bench.measure.nightly(at: bench.time.now)
    #expect(
      try await bench.desk.store.all(AlertTables.latest(before: (.max, .max), limit: 200)).count
        == rows.count)
    // The next day the seed is revealed and every alert is where the lot put it.
    bench.set("2026-03-27T09:00:00+08:00")
    _ = try await bench.measure.nightly(at: bench.time.now)
    for alert in rows {
      let row = try await bench.row(alert.key)
      #expect(row.base.stage == "assigned")
      let place = try #require(try CaseFacts(row.facts).integer("place"))
      let handlers = bench.measure.rules.handlers
      #expect(row.base.agency == handlers[Int(place) % handlers.count])
    }
    #expect(try await bench.broken() == [])
    try await handling(bench, rows.map(\.key))
    try await counting(bench, rows)
  }

  /// Alerts are handled in the order of the lot, but for as many as the city lets wait.
  private func handling(_ bench: ProcurementBench, _ keys: [Int64]) async throws {
    var waiting: [CaseFileRow] = []
    for key in keys { waiting.append(try await bench.row(key)) }
    let queue = try AlertProcedure.queues(waiting)["finance"] ?? []
    let window = bench.measure.rules.window
    try #require(queue.count > window + 1, "\(keys.count) \(queue.count)")
    func handle(_ place: Int) async throws -> Problem? {
      try await bench.step(
        "alerts", "handle", as: .handling, by: ProcurementBench.handler, on: queue[place].base.key,
        ["outcome": "explained", "text": "已核实。"])
    }
    let early = try await handle(window + 1)
    #expect(early?.slug == "procurement-not-its-turn")
    #expect(early?.detail.en.contains(queue[0].base.number.description) == true)
    #expect(try await bench.row(queue[window + 1].base.key).base.stage == "assigned")
    // The first is handled, and the place behind the window moves up.
    #expect(try await handle(0) == nil)
    #expect(try await handle(window + 1) == nil)
    #expect(try await bench.broken() == [])
  }

  /// Whoever has the public acts counts the same alerts, and finds one that was kept back or made up.
  private func counting(_ bench: ProcurementBench, _ rows: [AlertRow]) async throws {
    let acts = try await bench.acts()
    func recount(_ acts: [PublicAct]) throws -> AlertRecount {
      var recount = try AlertRecount(bench.measure.rules)
      for act in acts { recount.take(act) }
      return recount
    }
    let whole = try recount(acts)
    #expect(whole.raised == rows.count && whole.uncalled == [])
    #expect(whole.missing(graceSeconds: 0) == [])
    let one = try #require(rows.first { $0.code == "CN28" })
    let without = acts.filter { $0.fields["alert"]?.string != one.id }
    #expect(try recount(without).missing(graceSeconds: 3600).map(\.id) == [one.id])
    var more = acts
    more.append(
      PublicAct(
        kind: "procurement.alerts.raise", matter: [], recordedAt: bench.time.now,
        effectiveAt: bench.time.now, fields: ["alert": "x|process|R001", "grade": "red"]))
    #expect(try recount(more).uncalled == ["x|process|R001"])
  }
}

/// The problem that a step meets; nil if there is none.
func problem(_ body: () async throws -> Void) async -> Problem? {
  do {
    try await body()
    return nil
  } catch { return error as? Problem }
}
