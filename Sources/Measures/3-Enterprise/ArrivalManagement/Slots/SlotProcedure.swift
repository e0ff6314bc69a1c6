import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import LegalTime
import MeasureKit
import Storage

/// Requests of airlines for series of slots, and the replies.
struct SlotProcedure: Procedure {
  let rules: ArrivalRules
  var card: MeasureCard { ArrivalCards.slots }
  var path: String { "arrivals/slots" }
  var type: CaseType { SlotCases.series }
  var openingCommand: CommandID { .request }

  var trays: [CaseTray] {
    [
      CaseTray(
        "requested", Phrase("待答复", en: "To be replied to"), for: .coordinator,
        .stages(["requested"])),
      CaseTray(
        "offered", Phrase("待航空公司确认", en: "With airlines"), for: .coordinator, .stages(["offered"])),
    ]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("申请", en: "Requested"), ["requested"]), (Phrase("答复", en: "Offered"), ["offered"]),
      (Phrase("分配", en: "Allocated"), ["allocated"]),
      (Phrase("结束", en: "Ended"), ["refused", "declined", "returned"]),
    ]
  }
  var notices: [CommandID: (subject: Phrase, body: Phrase)] {
    [
      .offer: (
        Phrase("时刻申请已有答复", en: "Your request for slots has a reply"),
        Phrase("请在期限内确认。", en: "Confirm in time.")
      ),
      .refuse: (
        Phrase("时刻申请未获分配", en: "Your request for slots was refused"),
        Phrase("请查看理由。", en: "See the reasons.")
      ),
    ]
  }

  func function(of command: CommandID) -> String { "point-merge" }

  // MARK: Fields

  static let priorities: [CaseField.Choice] = [
    .init("historic", Phrase("历史时刻", en: "historic slots")),
    .init("new-entrant", Phrase("新进入者", en: "new entrant")),
    .init("other", Phrase("其他", en: "other")),
  ]

  private static let weekdays: [CaseField.Choice] = zip(
    ["一", "二", "三", "四", "五", "六", "日"], ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  ).enumerated().map { .init(String($0.offset + 1), Phrase("周\($0.element.0)", en: $0.element.1)) }

  func fields(of command: CommandID) -> [CaseField] {
    switch command {
    case .request: application
    case .offer:
      [
        CaseField(
          "text", Phrase("说明", en: "Remarks"), .words(1000), required: false)
      ]
    case .refuse, .giveBack:
      [CaseField("text", Phrase("理由", en: "Reasons"), .words(1000))]
    case .decline, "withdraw":
      [CaseField("text", Phrase("说明", en: "Remarks"), .words(1000), required: false)]
    default: []
    }
  }

  private var application: [CaseField] {
    [
      CaseField(
        "airport", Phrase("机场", en: "Airport"),
        .choice(rules.airportChoices.map { .init($0.id, $0.name) }), keeping: .open),
      CaseField(
        "airline", Phrase("航空公司三字代码", en: "Airline (ICAO, three letters)"), .line(3), keeping: .open
      ),
      CaseField(
        "movement", Phrase("进港或离港", en: "Arrival or departure"),
        .choice([
          .init("arrival", Phrase("进港", en: "arrival")),
          .init("departure", Phrase("离港", en: "departure")),
        ]), keeping: .open),
      CaseField("from", Phrase("首日", en: "First day"), .date, keeping: .open),
      CaseField("to", Phrase("末日", en: "Last day"), .date, keeping: .open),
      CaseField(
        "weekdays", Phrase("星期", en: "Days of the week"), .choices(Self.weekdays), keeping: .open),
      CaseField(
        "time", Phrase("时间（当地，HH:MM）", en: "Time (local, HH:MM)"), .line(5), keeping: .open),
      CaseField(
        "tolerance", Phrase("可接受的偏移（分钟）", en: "Shift that is acceptable (minutes)"),
        .count(0...360), keeping: .open),
      CaseField(
        "priority", Phrase("优先类别", en: "Priority"), .choice(Self.priorities), keeping: .open,
        ArrivalBasis.slots),
      CaseField("contact", Phrase("联系人和邮箱", en: "Contact and e-mail"), .line(120)),
    ]
  }

  // MARK: Deciding

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    try rules.period(clock.text, on: draft.today)
  }

  private static func fault(_ name: String, _ zh: String, _ en: String) -> Problem {
    .invalid([Problem.Field(name, Phrase(zh, en: en))])
  }

  /// The series that facts describe; nil if they do not.
  static func series(_ facts: CaseFacts, offered: Bool = false) -> SlotSeries? {
    guard let from = facts.date("from"), let to = facts.date("to"),
      let minute = SlotSeries.minute(facts.text(offered ? "offered" : "time"))
    else { return nil }
    return SlotSeries(
      from: from, to: to, weekdays: Set(facts.list("weekdays").compactMap { Int($0) }),
      minute: minute, isArrival: facts.text("movement") != "departure")
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    switch draft.command {
    case .request: try request(&draft)
    case .offer: try offer(&draft, view)
    default: break
    }
  }

  /// Days of a series at most: a season has some thirty weeks.
  private static let daysAtMost = 366

  private func request(_ draft: inout CaseDraft) throws {
    let airport = try rules.airport(draft.said.text("airport"))
    let airline = draft.said.text("airline").uppercased()
    guard airline.utf8.count == 3, airline.utf8.allSatisfy({ (65...90).contains($0) }) else {
      throw Self.fault("airline", "应为三个字母。", "It has three letters.")
    }
    guard let series = Self.series(draft.said) else {
      throw Self.fault("time", "应如08:35。", "Write it like 08:35.")
    }
    guard draft.today <= series.from, series.from <= series.to,
      series.from.days(to: series.to) < Self.daysAtMost
    else {
      throw Self.fault(
        "to", "首日不早于今天，末日不早于首日且在一年之内。",
        "The first day is not past; the last is not before it and within a year.")
    }
    guard !series.days.isEmpty else {
      throw Self.fault("weekdays", "期间内没有所选的星期。", "The period has no such day of the week.")
    }
    draft.facts.set("airline", airline)
    draft.publicFields["airline"] = .string(airline)
    draft.subject = "airport:\(airport.id)"
    draft.agency = rules.agency
    draft.title = "\(airline) \(airport.icao) \(SlotSeries.text(series.minute))"
  }

  private static func rank(_ facts: CaseFacts) -> Int {
    priorities.firstIndex { $0.code == facts.text("priority") } ?? priorities.count
  }

  /// Finds the nearest time with room. Requests of a higher priority for the same hour come first.
  private func offer(_ draft: inout CaseDraft, _ view: any View) throws {
    guard let before = draft.before, let subject = before.subject,
      let wish = Self.series(draft.facts)
    else { return }
    let airport = try rules.airport(draft.facts.text("airport"))
    var plan = SlotPlan(limits: airport.slotLimits)
    let days = Set(wish.days)
    var cursor = Int64.max
    while true {
      let rows = try view.all(
        CaseFileBook.about(subject, kind: SlotCases.kind, before: cursor))
      for row in rows where row.base.key != before.base.key {
        let facts = try CaseFacts(row.facts)
        switch row.base.stage {
        case "allocated", "offered":
          if let series = Self.series(facts, offered: true) { plan.add(series) }
        case "requested":
          guard let other = Self.series(facts), other.minute / 60 == wish.minute / 60,
            Self.rank(facts) < Self.rank(draft.facts), !days.isDisjoint(with: other.days)
          else { break }
          throw Problem.refused(
            "priority",
            Phrase(
              "同一小时有优先级更高的申请待答复：\(row.base.number)。请先答复该件。",
              en: "\(row.base.number) has a higher priority in the same hour: reply to it first."),
            because: [ArrivalBasis.slots])
        default: break
        }
      }
      guard rows.count == 200, let last = rows.last else { break }
      cursor = last.base.key
    }
    let tolerance = Int(draft.facts.integer("tolerance") ?? 0)
    let bound = plan.bound(wish)
    guard let minute = plan.nearest(wish, tolerance: tolerance) else {
      let name = (bound ?? .total).name
      let limit = plan.limit(bound ?? .total)
      throw Problem.refused(
        "no-room",
        Phrase(
          "\(SlotSeries.text(wish.minute))前后\(tolerance)分钟内没有空位：每小时\(name.zh)\(limit)架次的上限已用完。请不予分配并说明理由。",
          en:
            "Within \(tolerance) minutes of \(SlotSeries.text(wish.minute)) there is no room: the limit of \(limit)"
            + " an hour (\(name.en)) is used up. Refuse, with reasons."
        ), because: [ArrivalBasis.slots])
    }
    if minute != wish.minute, let bound { draft.facts.set("bound", bound.rawValue) }
    draft.facts.set("offered", SlotSeries.text(minute))
    draft.publicFields["offered"] = .string(SlotSeries.text(minute))
    draft.publicFields["shift"] = .integer(Int64(abs(minute - wish.minute)))
    draft.publicFields["slots"] = .integer(Int64(wish.days.count))
  }

  func broken(_ row: CaseFileRow, _ facts: CaseFacts) -> [Phrase] {
    guard ["offered", "allocated"].contains(row.base.stage),
      Self.series(facts, offered: true) == nil
    else { return [] }
    return [Phrase("已提出的时刻无法读取。", en: "The slots offered cannot be read.")]
  }

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    var rows: [(name: Phrase, value: Phrase)] = [
      (Phrase("机场", en: "Airport"), rules.book[facts.text("airport")]?.name ?? .same("—")),
      (Phrase("航空公司", en: "Airline"), .same(facts.text("airline"))),
      (Phrase("申请时间", en: "Asked for"), .same(facts.text("time"))),
      (Phrase("期间", en: "Period"), .same("\(facts.text("from")) – \(facts.text("to"))")),
    ]
    if let offered = facts.string("offered") {
      rows.append((Phrase("提出时间", en: "Offered"), .same(offered)))
    }
    if let why = reason(facts) { rows.append((Phrase("移动的原因", en: "Why another time"), why)) }
    return rows
  }

  /// Why another time was offered than was asked for; nil if it was not.
  private func reason(_ facts: CaseFacts) -> Phrase? {
    guard let bound = facts.string("bound").flatMap({ SlotPlan.Bound(rawValue: $0) }),
      let airport = rules.book[facts.text("airport")]
    else { return nil }
    let limit = SlotPlan(limits: airport.slotLimits).limit(bound)
    return Phrase(
      "申请的小时内\(bound.name.zh)已达上限（每小时\(limit)架次）",
      en: "in the hour asked for, \(bound.name.en) are at their limit (\(limit) an hour)")
  }

  var documents: [CaseDocument] {
    [
      CaseDocument(
        "reply", Phrase("时刻申请答复书", en: "Reply to a request for slots"),
        with: [.offer, .refuse], numbered: "时刻答"
      ) { source in
        let isRefused = source.row.base.stage == "refused"
        return [
          .pairs([
            .init(Phrase("航空公司", en: "Airline"), .same(source.facts.text("airline"))),
            .init(
              Phrase("机场", en: "Airport"),
              rules.book[source.facts.text("airport")]?.name ?? .same("—")),
            .init(Phrase("申请时间", en: "Asked for"), .same(source.facts.text("time"))),
            .init(
              Phrase("答复", en: "Reply"),
              isRefused
                ? Phrase("不予分配", en: "refused") : .same(source.facts.text("offered"))),
            .init(
              Phrase("移动的原因", en: "Why another time"), reason(source.facts) ?? .same("—")),
          ]), .words(source.said.text("text")), .bases([ArrivalBasis.slots, ArrivalBasis.city]),
        ]
      }
    ]
  }
}
