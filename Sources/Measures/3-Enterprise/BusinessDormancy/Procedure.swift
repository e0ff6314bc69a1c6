import CityProfiles
import Books
import CaseEngine
import CaseWork
import Commons
import Dormancy
import LegalTime
import MeasureKit
import Rulebook
import Storage

/// How dormancy is filed, kept and ended: what the steps of a case decide.
struct DormancyProcedure: Procedure {
  let rules: DormancyRules
  let ring: KeyRing
  let pledges: any PledgeQuery

  /// Number 15 of the notice.
  var card: MeasureCard { DormancyMeasure.card }
  var type: CaseType { DormancyCases.dormancy }
  var openingCommand: CommandID { .apply }
  var links: [(name: Phrase, target: String)] {
    [
      (Phrase("能不能歇业？", en: "May I go dormant?"), "/dormancy/check"),
      (Phrase("歇业公示", en: "Register"), "/dormancy/register"),
    ]
  }

  static let notice = Basis.law(
    Citation("关于再次推广借鉴深圳综合改革试点创新举措和典型经验的通知", edition: "发改体改〔2023〕1447号"))

  /// All of it is one function.
  func function(of command: CommandID) -> String { "filing" }
  func fields(of command: CommandID) -> [CaseField] {
    DormancyFields.of(command, asksPledge: !pledges.isConnected)
  }

  // MARK: Clocks

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    let facts = draft.facts
    let day = draft.today
    func law(_ period: Period?, else name: String) throws -> Period {
      try period ?? rules.period(name, on: day)
    }
    switch clock {
    case .term, .remind:
      guard let from = facts.date("from"), let through = facts.date("through") else {
        throw Problem.malformed(Phrase("缺少歇业期限。", en: "The term is missing."))
      }
      var days = from.days(to: through)
      if clock == .remind { days -= try rules.period("remind", on: day).amount }
      return Period(days, .days, rollsOver: false, basis: DormancyBasis.regulation(30, 4))
    case .publish: return try law(rules.terms(on: day).publishEnd, else: "settle")
    case .changes: return try law(rules.terms(on: day).registerChanges, else: "settle")
    case .settle: return try law(rules.terms(on: day).endAfterTerm, else: "settle")
    default: return try rules.period(clock.text, on: day)
    }
  }

  // MARK: Deciding

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    try content(&draft, view)
    publicise(&draft)
  }

  private func content(_ draft: inout CaseDraft, _ view: any View) throws {
    switch draft.command {
    case .apply: try apply(&draft, view)
    case .supply, .file: try review(&draft, view)
    case .finish:
      try requireNoOther(draft, view)
      try review(&draft, view)
    case .askExtension: try askExtension(draft, view)
    case .extend: try extend(&draft, view)
    case .resume, .resumeEarlier, .resumeChanged: try resume(&draft, view)
    case .deem: try deem(&draft, view)
    case .setAside: try setAside(&draft, view)
    case .publish, .publishChanged: try mind(draft.facts, draft.command == .publishChanged)
    case .confirm, .confirmChanged: try mind(draft.facts, draft.command == .confirmChanged)
    case .termDue: try end(&draft, view, on: nil)
    case "fine": try fine(&draft)
    case "deregister": try deregister(&draft, view)
    // The address is published by law once dormancy is filed; where it is not filed, it goes.
    case "refuse", "withdraw", "finish-due", "correct-due": draft.facts["address"] = nil
    default: break
    }
  }

  private func apply(_ draft: inout CaseDraft, _ view: any View) throws {
    let code = draft.said.text("code").uppercased()
    guard CreditCode.isValid(code) else {
      throw Problem.invalid([
        Problem.Field(
          "code",
          Phrase(
            "“\(code)”不是统一社会信用代码（校验码不符），请核对。",
            en: "“\(code)” is no unified social credit code: its check character does not fit."))
      ])
    }
    let key = DormancyTables.key(of: code, ring)
    guard let business = try view.first(DormancyTables.business(key)) else {
      throw Problem.invalid([
        Problem.Field(
          "code",
          Phrase(
            "登记库中没有此代码。请核对；刚设立的主体次日可查。",
            en:
              "The register does not know this code. Check it; new businesses appear the next day.")
        )
      ])
    }
    draft.subject = String(key)
    draft.agency = rules.agency
    draft.title = "歇业备案：\(business.name)"
    draft.facts["operator"] = .string(business.name)
    draft.facts["kind"] = .string(business.kind)
    draft.facts.set("filed-on", draft.today)
    draft.facts.set("registered-on", business.registeredOn)
    draft.publicFields["kind"] = .string(business.kind)
    if case .pledged(let found) = try pledges.pledge(of: code, view) {
      draft.facts["pledged"] = .string(found ? "yes" : "no")
    }
    try requireNoOther(draft, view)
    try review(&draft, view)
  }

  /// One case of a business at a time, from the moment on at which somebody has shown who they are: an
  /// application that anybody may send in bars nobody.
  private func requireNoOther(_ draft: CaseDraft, _ view: any View) throws {
    let others = try view.all(
      CaseFileBook.about(draft.subject ?? "", kind: type.id, limit: 20))
    let unproven = [StageID.ready.text, StageID.correcting.text]
    let open = others.first {
      !$0.base.isClosed && $0.base.key != draft.key && !unproven.contains($0.base.stage)
    }
    guard let open else { return }
    throw Problem.refused(
      "dormancy-open",
      Phrase(
        "该主体已有未办结的歇业办件（\(open.base.number)）。",
        en: "A case of this business is open already (\(open.base.number))."),
      because: [DormancyBasis.city])
  }

  /// All conditions in one pass, then the term; whatever stands against it is told at once.
  private func review(_ draft: inout CaseDraft, _ view: any View) throws {
    let business = try business(draft, view)
    let marks = OperatorRow.Flags.names.filter { business.flags.contains($0.flag) }
    draft.facts["marks"] = marks.isEmpty ? nil : .array(marks.map { .string($0.name) })
    let outcome = try DormancyDecision(rules, draft.facts, business, draft.today, view).checked()
    draft.findings = outcome.review.conditions.map(\.finding)
    draft.facts.set("last-possible", outcome.limit)
    draft.facts.set("used-before", Int64(outcome.usedBefore))
    draft.facts["to-judge"] =
      outcome.review.judged.isEmpty
      ? nil : .array(outcome.review.judged.map { .string($0.id.text) })
    guard draft.command == .file, let spell = outcome.spell else { return }
    let row = SpellRow(
      key: draft.key, business: business.key, hasCase: true, name: business.name,
      address: draft.facts.text("address"), spell: spell)
    draft.changes.append(DormancyTables.add(row, ring))
    begin(&draft, spell)
  }

  /// The term and its reminder run from the first day of dormancy, whenever it was filed.
  private func begin(_ draft: inout CaseDraft, _ spell: DormancySpell) {
    draft.startsAt[.term] = Instant(spell.from, in: draft.zone)
    draft.startsAt[.remind] = draft.startsAt[.term]
    draft.publicFields["from"] = .string(spell.from.description)
    draft.publicFields["through"] = .string(spell.through.description)
  }

  func business(_ draft: CaseDraft, _ view: any View) throws -> OperatorRow {
    guard let key = draft.subject.flatMap({ Int64($0) }),
      let business = try view.first(DormancyTables.business(key))
    else {
      throw Problem.notFound(Phrase("登记库中没有此主体。", en: "The register does not know the business."))
    }
    return business
  }

  private func spell(_ draft: CaseDraft, _ view: any View) throws -> SpellRow {
    guard let row = try view.first(DormancyTables.spell(draft.key)) else {
      throw Problem.notFound(Phrase("没有对应的歇业记录。", en: "There is no spell of this case."))
    }
    return row
  }

  // MARK: Extension

  private func askExtension(_ draft: CaseDraft, _ view: any View) throws {
    let row = try spell(draft, view)
    let terms = try rules.terms(on: draft.today)
    if let window = terms.extensionWindow(row.spell.through), !window.contains(draft.today) {
      throw Problem.refused(
        "outside-extension-window",
        Phrase(
          "延长歇业期限应于\(window.lowerBound)至\(window.upperBound)之间办理。",
          en: "An extension is filed from \(window.lowerBound) through \(window.upperBound)."),
        because: [DormancyBasis.rules(41, 3)])
    }
    try checkExtension(draft, row, view)
  }

  private func checkExtension(_ draft: CaseDraft, _ row: SpellRow, _ view: any View) throws {
    guard let through = draft.facts.date("new-through"), through > row.spell.through else {
      throw Problem.invalid([
        Problem.Field(
          "new-through",
          Phrase(
            "应晚于现期限\(row.spell.through)。", en: "It must be later than \(row.spell.through)."))
      ])
    }
    let others = try view.all(DormancyTables.spells(of: row.business))
      .filter { $0.key != row.key && $0.spell.from < row.spell.from }
    let limit = try DormancyDecision.limit(
      rules, row.spell.from, after: others.map(\.spell), on: draft.today)
    guard through <= limit.day else {
      throw Problem.invalid([DormancyDecision.beyond("new-through", limit, row.spell.from)])
    }
  }

  private func extend(_ draft: inout CaseDraft, _ view: any View) throws {
    let row = try spell(draft, view)
    try checkExtension(draft, row, view)
    guard let through = draft.facts.date("new-through") else { return }
    var next = row
    next.spell = DormancySpell(from: row.spell.from, through: through)
    draft.changes.append(DormancyTables.move(next, from: row, ring))
    draft.facts.set("through", through)
    draft.facts["new-through"] = nil
    draft.facts.set("extensions", (draft.facts.integer("extensions") ?? 0) + 1)
    begin(&draft, next.spell)
  }

  // MARK: Resuming

  /// A domicile that an address replaced must be registered anew: then the other button is right.
  private func mind(_ facts: CaseFacts, _ hasChanges: Bool) throws {
    guard facts.flag("replaces"), !hasChanges else { return }
    throw Problem.refused(
      "domicile-to-register",
      Phrase(
        "歇业期间以送达地址代替了住所，恢复时须办理住所变更登记。请选择“有事项待变更登记”。",
        en:
          "An address for service replaced the domicile, which must be registered anew on resuming. "
          + "Choose “with changes to register”."),
      because: [DormancyBasis.rules(42, 2)])
  }

  private func resume(_ draft: inout CaseDraft, _ view: any View) throws {
    try mind(draft.facts, draft.command == .resumeChanged)
    let row = try spell(draft, view)
    let day = draft.said.date("resumed-on") ?? draft.today
    guard day >= row.spell.from || day == draft.today, day <= draft.today else {
      throw Problem.invalid([
        Problem.Field(
          "resumed-on",
          Phrase(
            "应在歇业首日\(row.spell.from)至今天\(draft.today)之间。",
            en: "It lies between \(row.spell.from) and \(draft.today)."))
      ])
    }
    try end(&draft, view, on: max(day, row.spell.from))
    let terms = try rules.terms(on: draft.today)
    if let period = terms.publishEnd,
      draft.calendar.due(period, from: day).date < draft.today
    {
      draft.publicFields["late"] = true
    }
  }

  private func deregister(_ draft: inout CaseDraft, _ view: any View) throws {
    guard draft.before?.base.stage != StageID.resuming.text,
      draft.before?.base.stage != StageID.returned.text
    else { return }
    try end(&draft, view, on: draft.today)
  }

  /// Ends the spell on record: on a day, or with its term.
  private func end(_ draft: inout CaseDraft, _ view: any View, on day: CivilDate?) throws {
    let row = try spell(draft, view)
    let over = row.spell.through.adding(days: 1)
    let resumed = max(min(day ?? over, over), row.spell.from)
    var next = row
    next.spell = DormancySpell(
      from: row.spell.from, through: row.spell.through, resumedOn: resumed)
    if next != row { draft.changes.append(DormancyTables.move(next, from: row, ring)) }
    let days = max(0, row.spell.from.days(to: resumed.adding(days: -1)))
    draft.facts.set("resumed", resumed)
    draft.facts.set("days", Int64(days))
    draft.publicFields["resumed"] = .string(resumed.description)
    draft.publicFields["days"] = .integer(Int64(days))
  }

  private func deem(_ draft: inout CaseDraft, _ view: any View) throws {
    let row = try spell(draft, view)
    guard let kind = DormancyEvent.Kind(code: draft.said.text("event")),
      let day = draft.said.date("event-on")
    else { throw Problem.malformed(Phrase("缺少事件。", en: "The event is missing.")) }
    let finding = try rules.activity(kind, on: draft.today)
    guard finding.outcome == .choice("resumed") else {
      throw Problem.refused(
        "no-business", Phrase("此事件不属于经营活动。", en: "This event is no business."),
        because: [DormancyBasis.regulation(30, 4)])
    }
    guard day >= row.spell.from, day <= row.spell.through, day <= draft.today else {
      throw Problem.invalid([
        Problem.Field(
          "event-on",
          Phrase(
            "事件日期不在歇业期间（\(row.spell.phrase.zh)）内。",
            en: "The event does not lie within the dormancy (\(row.spell.phrase.en))."))
      ])
    }
    draft.findings = [finding]
    draft.startsAt[.publish] = Instant(day, in: draft.zone)
    try end(&draft, view, on: day)
  }

  private func setAside(_ draft: inout CaseDraft, _ view: any View) throws {
    let row = try spell(draft, view)
    var next = row
    next.spell = DormancySpell(from: row.spell.from, through: row.spell.through)
    draft.changes.append(DormancyTables.move(next, from: row, ring))
    if let kind = DormancyEvent.Kind(code: draft.facts.text("event")),
      let day = draft.facts.date("event-on")
    {
      let event = DormancyEvent(
        kind, on: day, source: draft.facts.text("event-source"), id: draft.facts.text("event-id"))
      let found = try view.first(DormancyTables.event(DormancyTables.key(of: event, ring)))
      if let found { draft.changes.append(DormancyTables.setAside(found, ring)) }
    }
    for name in ["resumed", "days", "event", "event-on", "event-source", "event-id"] {
      draft.facts[name] = nil
    }
    begin(&draft, next.spell)
  }
}
