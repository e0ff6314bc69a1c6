import Airspace
import CaseEngine
import CaseWork
import Commons
import LegalTime
import MeasureKit
import Rulebook
import Storage

/// Temporary controlled airspace (art. 20): announced a day ahead for events, half an hour ahead for urgent tasks.
struct ClosureProcedure: Procedure {
  static let kind = "air-closure"
  let rules: FlightRules

  var card: MeasureCard {
    MeasureCard(
      12, .enterprise, slug: "low-altitude", Phrase("临时管制空域", en: "Temporary closures"),
      Phrase(
        "临时增加管制空域：提前公告、自动复核已批准飞行并通知。",
        en:
          "Airspace closed for a time: announced ahead; approved flights are looked at again and told."
      ),
      bases: [FlightBasis.regulation(20)])
  }
  var path: String { "low-altitude/closures" }
  var type: CaseType { ClosureProcedure.closure }
  var openingCommand: CommandID { "announce" }
  var isOpenToPeople: Bool { false }
  func function(of command: CommandID) -> String { "networks" }
  var trays: [CaseTray] {
    [CaseTray("open", Phrase("公告和生效中", en: "Announced and in force"), for: .control, .agency)]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("公告", en: "Announced"), ["announced"]), (Phrase("生效", en: "In force"), ["active"]),
      (Phrase("结束", en: "Over"), ["over", "lifted"]),
    ]
  }

  private static func waiting(_ zh: String, _ en: String) -> Stage.Duty {
    .nobody(because: Phrase(zh, en: en))
  }

  private static let closure = CaseType(
    kind, Phrase("临时管制空域", en: "temporary closure"),
    stages: [
      Stage(
        "announced", Phrase("已公告", en: "Announced"), waiting("等待生效。", "It waits for its hour.")),
      Stage("active", Phrase("生效", en: "In force"), waiting("到时自动结束。", "It ends by itself.")),
      .final("over", Phrase("已结束", en: "Over")), .final("lifted", Phrase("已解除", en: "Lifted")),
    ],
    clocks: [
      ClockSpec(
        "begin", Phrase("生效时刻", en: "beginning"), drives: ["announced"], FlightBasis.regulation(20)),
      ClockSpec("end", Phrase("结束时刻", en: "end"), drives: ["active"], FlightBasis.regulation(20)),
    ],
    transitions: [
      .opening(
        "announce", Phrase("公告临时管制空域", en: "announce a closure"), by: [.control],
        to: "announced", then: [.start("begin")], FlightBasis.regulation(20, 1)),
      Transition(
        "lift", Phrase("解除", en: "lift"), by: [.control], from: ["announced", "active"],
        to: "lifted", then: [.stopAll], FlightBasis.regulation(20, 1)),
      Transition(
        "begin-due", Phrase("生效", en: "comes into force"), by: [.system], from: ["announced"],
        to: "active", then: [.stopAll, .start("end")], FlightBasis.regulation(20, 1)),
      Transition(
        "end-due", Phrase("结束", en: "ends"), by: [.system], from: ["active"], to: "over",
        then: [.stopAll], FlightBasis.regulation(20, 1)),
    ])

  /// Reasons that make a closure urgent (art. 20, paragraph 3); the others are events (paragraph 2).
  static let urgent: Set<String> = [
    "military", "counter-terror", "rescue", "medical", "other-urgent",
  ]

  func fields(of command: CommandID) -> [CaseField] {
    guard command == "announce" else {
      return command == "lift" ? [CaseField("text", Phrase("理由", en: "Reasons"), .words(1000))] : []
    }
    let time = Phrase("例如 2026-03-02T14:30", en: "Such as 2026-03-02T14:30")
    return [
      CaseField(
        "reason", Phrase("原因", en: "Reason"),
        .choice([
          .init("state-event", Phrase("国家重大活动", en: "a major state event")),
          .init("event", Phrase("其他大型活动", en: "another large event")),
          .init("military", Phrase("军事任务", en: "a military task")),
          .init("counter-terror", Phrase("反恐维稳", en: "counter-terrorism")),
          .init("rescue", Phrase("抢险救灾", en: "disaster relief")),
          .init("medical", Phrase("医疗救护", en: "medical care")),
          .init("other-urgent", Phrase("其他紧急任务", en: "another urgent task")),
        ]), keeping: .open, FlightBasis.regulation(20)),
      CaseField(
        "path", Phrase("水平范围", en: "Outline"),
        hint: Phrase("每行“经度, 纬度”，或者GeoJSON", en: "Lines of “longitude, latitude”, or GeoJSON"),
        .words(20_000)),
      CaseField(
        "height-low", Phrase("下限真高（米）", en: "From height (m)"), .count(0...20_000), keeping: .fact),
      CaseField(
        "height-high", Phrase("上限真高（米）", en: "To height (m)"), .count(1...20_000), keeping: .fact),
      CaseField(
        "start", Phrase("生效时刻", en: "In force from"), hint: time, .line(32), keeping: .fact),
      CaseField("end", Phrase("结束时刻", en: "Until"), hint: time, .line(32), keeping: .fact),
      CaseField("notice", Phrase("公告文号", en: "Number of the notice"), .line(80), keeping: .fact),
    ]
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    throw FlightRules.missing(clock.text)
  }

  // MARK: Deciding

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    switch draft.command {
    case "announce": try announce(&draft, view)
    case "begin-due":
      if let end = FlightPlan.moment(draft.facts.text("end"), rules) { draft.endsAt["end"] = end }
    case "lift":
      guard let row = try view.first(ClosureBook.find(draft.key)) else { return }
      var next = row
      next.isLifted = true
      draft.rows.append { [next] ring in [ClosureBook.move(next, from: row, ring)] }
    default: break
    }
  }

  private func announce(_ draft: inout CaseDraft, _ view: any View) throws {
    let outline = try ClosureProcedure.outline(draft.said, rules)
    let (start, end) = try span(draft)
    try requireNotice(draft, start)
    let (low, high) = (
      draft.said.integer("height-low") ?? 0, draft.said.integer("height-high") ?? 0
    )
    guard low < high else {
      throw Problem.invalid([
        Problem.Field("height-high", Phrase("上限应高于下限。", en: "It must be above the lower height."))
      ])
    }
    let number = CaseNumber(
      measure: 12, year: draft.today.year, serial: draft.key)
    let row = ClosureRow(
      id: draft.key, number: number.description, reason: draft.said.text("reason"),
      outline: outline, lowerCM: Int64((rules.ground * 100).rounded()) + low * 100,
      upperCM: Int64((rules.ground * 100).rounded()) + high * 100, start: start, end: end,
      isLifted: false)
    let hit = try view.all(FlightBook.during(start, end)).filter { $0.state.holds }
      .filter { try $0.isHit(by: row.zone, rules) }
    draft.facts["hit"] = .array(hit.map { .string($0.number) })
    draft.publicFields["hit"] = .integer(Int64(hit.count))
    draft.agency = rules.controller("sector")
    draft.title = "临时管制空域"
    draft.endsAt["begin"] = start
    draft.rows.append { ring in [ClosureBook.add(row, ring)] }
  }

  private func span(_ draft: CaseDraft) throws -> (Instant, Instant) {
    guard let start = FlightPlan.moment(draft.said.text("start"), rules),
      let end = FlightPlan.moment(draft.said.text("end"), rules), start < end,
      end.seconds - start.seconds <= ClosureBook.longest
    else {
      throw Problem.invalid([
        Problem.Field(
          "end",
          Phrase("请给出起止时刻，最长7日；更长的分次公告。", en: "Give both moments, a week apart at most."))
      ])
    }
    return (start, end)
  }

  private func requireNotice(_ draft: CaseDraft, _ start: Instant) throws {
    let isUrgent = ClosureProcedure.urgent.contains(draft.said.text("reason"))
    let latest = try rules.before(
      start, isUrgent ? "urgent-closure-ahead" : "closure-ahead", on: draft.today)
    guard draft.at > latest else { return }
    let limit = isUrgent ? Phrase("30分钟", en: "30 minutes") : Phrase("24小时", en: "24 hours")
    throw Problem.refused(
      "late-notice",
      Phrase(
        "应当在生效\(limit.zh)前公告（\(rules.text(latest))前）。",
        en: "It is announced \(limit.en) before it comes into force (by \(rules.text(latest)))."),
      because: [FlightBasis.regulation(20, isUrgent ? 3 : 2)])
  }

  /// The corners that a form gives, checked: degrees × 10⁷.
  static func outline(_ said: CaseFacts, _ rules: FlightRules) throws(Problem) -> [[Int64]] {
    do throws(Problem) {
      let places = try PathReader.read(said.text("path"), isArea: true).map(\.place)
      try FlightPlan.checkPlaces(places, rules)
      try Volume4D(.polygon(places)).check()
      return places.map {
        [Int64(($0.longitude * 1e7).rounded()), Int64(($0.latitude * 1e7).rounded())]
      }
    } catch {
      throw .invalid([Problem.Field("path", error.detail)])
    }
  }

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    let hit = facts.list("hit")
    return [
      (Phrase("时间", en: "Time"), .same("\(facts.text("start")) – \(facts.text("end"))")),
      (Phrase("公告时受影响的飞行", en: "Flights hit when announced"), .same(String(hit.count))),
    ]
  }
}
