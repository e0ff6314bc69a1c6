import Books
import CaseEngine
import CaseWork
import Commons
import LegalTime
import MeasureKit
import Rulebook
import Storage

// Articles 11 to 35: what the rules say to filing, examination and correction.
extension ReconsiderationProcedure {
  /// An application comes in: checks what is said of days, counts the time to apply, finds who
  /// decides and whether reconsideration must come first. Nothing is turned away here: that needs a
  /// decision with reasons (art. 30).
  func opened(_ draft: inout CaseDraft) throws {
    let facts = draft.facts
    guard facts.string("respondent") != nil || facts.string("respondent-other") != nil else {
      throw Problem.invalid([
        Problem.Field(
          "respondent", Phrase("请选择或者填写作出行为的单位。", en: "Name the body that made the act."))
      ])
    }
    let filedOn = facts.date("received-on") ?? draft.today
    draft.facts.set("filed-on", filedOn)
    try count(&draft)
    try representatives(draft)
    let respondent = facts.string("respondent")
    draft.party = respondent
    draft.agency = rules.office
    let kind = Self.name(facts.string("act-kind"), in: ReconsiderationLaw.actKinds)
    draft.title = "不服\(self.respondent(facts)?.zh ?? "")\(kind?.zh ?? "行政行为")"
    if let number = draft.said.string("act-number") {
      let act = "\(respondent ?? facts.text("respondent-other"))|\(number)"
      draft.subject = String(Digest.of(Array(act.utf8)).hex.prefix(32))
    }
    if let respondent {
      let authority = try rules.authority(of: respondent, on: max(filedOn, rules.firstDay))
      draft.findings.append(authority.finding)
      draft.facts.set("ours", authority.isOurs)
      if case .choice(let code) = authority.finding.outcome { draft.facts.set("authority", code) }
    }
    try first(&draft, filedOn)
    if filedOn < draft.today {
      let moment = Instant(filedOn, in: draft.zone)
      draft.startsAt = [.review: moment, .forward: moment]
    }
    draft.publicFields["filed"] = .string(filedOn.description)
  }

  /// Counts the time to apply from the days that were said.
  func count(_ draft: inout CaseDraft) throws {
    let filedOn = draft.facts.date("filed-on") ?? draft.today
    let said = try filingFacts(draft.facts, filedOn, today: draft.today)
    let period = try FilingPeriod(said, rules, on: filedOn)
    draft.facts.set("last-day", period.lastDay)
    draft.facts.set("bar-day", period.barDay)
    draft.findings.append(try inTime(draft.facts))
  }

  /// The days as said; throws 422 with those that contradict each other.
  func filingFacts(
    _ facts: CaseFacts, _ filedOn: CivilDate, today: CivilDate
  ) throws(Problem) -> FilingFacts {
    var faults: [Problem.Field] = []
    func order(_ name: String, _ later: CivilDate?, _ earlier: CivilDate?, _ why: Phrase) {
      guard let later, let earlier, later < earlier else { return }
      faults.append(Problem.Field(name, why))
    }
    let known = facts.date("known-on")
    let (from, to) = (facts.date("obstacle-from"), facts.date("obstacle-to"))
    order(
      "received-on", today, filedOn, Phrase("收到日不能晚于今天。", en: "It cannot be received after today."))
    order(
      "known-on", filedOn, known, Phrase("不能晚于申请之日。", en: "It cannot be after the day of filing."))
    order(
      "acted-on", known, facts.date("acted-on"),
      Phrase("作出日不能晚于知道之日。", en: "It was made before it was known."))
    order(
      "told-on", facts.date("told-on"), known,
      Phrase("不能早于知道该行为之日。", en: "It cannot be before the act was known."))
    order("obstacle-to", to, from, Phrase("障碍结束不能早于开始。", en: "It cannot end before it begins."))
    if (from == nil) != (to == nil) {
      faults.append(
        Problem.Field(
          from == nil ? "obstacle-from" : "obstacle-to",
          Phrase("障碍的起止日期须成对填写。", en: "Give both days of the obstacle.")))
    }
    guard let known else {
      throw .invalid([
        Problem.Field(
          "known-on", Phrase("请填写知道该行为的日期。", en: "Give the day on which you knew of it."))
      ])
    }
    guard faults.isEmpty else { throw .invalid(faults) }
    var said = FilingFacts(knownOn: known)
    said.actedOn = facts.date("acted-on")
    said.isTold = facts.string("told") != "no"
    said.toldOn = facts.date("told-on")
    said.statuteDays = facts.integer("statute-days") ?? 0
    said.isRealProperty = facts.flag("real-property")
    said.askedOn = facts.date("asked-on")
    if let from, let to { said.obstacle = (from, to) }
    return said
  }

  /// Many applicants choose representatives (art. 15).
  private func representatives(_ draft: CaseDraft) throws {
    let many: [String: FactValue] = ["applicants": .count(draft.facts.integer("applicants") ?? 1)]
    guard try rules.holds("recon.representatives", many, on: draft.today),
      draft.said.string("representatives") == nil
    else { return }
    throw Problem.invalid([
      Problem.Field(
        "representatives",
        Phrase("申请人较多的，请推选一至五名代表人。", en: "So many applicants choose representatives."))
    ])
  }

  private func first(_ draft: inout CaseDraft, _ day: CivilDate) throws {
    let facts = actFacts(draft.facts)
    var isFirst = false
    for rule in ReconsiderationLaw.firstRules where try rules.holds(rule, facts, on: day) {
      draft.findings.append(try rules.finding(rule, facts, on: day))
      isFirst = true
    }
    draft.facts["is-first"] = .bool(isFirst)
    draft.publicFields["first"] = .bool(isFirst)
  }

  /// The facts of a case as the rule base names them.
  func actFacts(_ facts: CaseFacts) -> [String: FactValue] {
    var values: [String: FactValue] = [:]
    for name in [
      "on-the-spot", "camera", "warning", "failure-to-act", "disclosure-refused",
      "acquired-resource", "real-property", "taken-by-court", "asks-compensation", "asks-void",
      "worse", "third-opposes", "third-interest", "third-evidence", "clear", "consent",
      "both-agree", "stay-reasonable", "same-act", "major", "technical", "applicant-clear",
      "respondent-fits", "interest", "request-concrete", "has-jurisdiction",
    ] { values[name] = .truth(facts.flag(name)) }
    for name in ["act-kind", "excluded", "ground", "decision", "stay", "applicant-kind"] {
      if let code = facts.string(name) { values[name] = .choice(code) }
    }
    for name in ["filed-on", "last-day", "bar-day"] {
      if let day = facts.date(name) { values[name] = .date(day) }
    }
    if let amount = facts.money("amount", .cny) {
      values["has-amount"] = .truth(true)
      values["amount"] = .money(amount)
    }
    return values
  }

  private func inTime(_ facts: CaseFacts) throws(Problem) -> Finding {
    try rules.finding("in-time", actFacts(facts), on: facts.date("filed-on") ?? rules.firstDay)
  }

  // MARK: Examination

  /// The seven tests of article 30 over what is known; the answer is those that fail.
  func failing(_ draft: CaseDraft, _ view: any View) throws -> [Finding] {
    var facts = actFacts(draft.facts)
    facts["taken-here"] = .truth(try wasTaken(draft, view))
    let day = draft.facts.date("filed-on") ?? draft.today
    var failing: [Finding] = []
    for rule in ReconsiderationLaw.acceptanceTests {
      let finding = try rules.finding(rule, facts, on: max(day, rules.firstDay))
      if finding.outcome != .truth(true) { failing.append(finding) }
    }
    return failing
  }

  /// Whether the same applicant's application about the same act was accepted here before (30, 74).
  private func wasTaken(_ draft: CaseDraft, _ view: any View) throws -> Bool {
    guard let subject = draft.subject, let row = draft.before, let applicant = row.base.applicant
    else { return false }
    let never: Set<String> = [
      "received", "correcting", "forwarding", "refused", "abandoned", "withdrawn", "undone",
    ]
    return try view.all(CaseFileBook.about(subject, kind: type.id, before: row.base.key))
      .contains { $0.base.applicant == applicant && !never.contains($0.base.stage) }
  }

  func accept(_ draft: inout CaseDraft, _ view: any View) throws {
    let failing = try failing(draft, view)
    draft.findings += failing
    guard failing.isEmpty else {
      throw Problem.refused(
        "recon-not-acceptable",
        Phrase(
          "不符合受理条件：\(failing.map { $0.because.first?.text.zh ?? "" }.joined(separator: "；"))。",
          en: "It cannot be accepted: "
            + failing.map { $0.because.first?.text.en ?? "" }.joined(separator: "; ") + "."),
        because: failing.compactMap { $0.because.first?.citation.map(Basis.law) })
    }
    if draft.command == "accept-simplified" {
      let facts = actFacts(draft.facts)
      let grounds = try ReconsiderationLaw.simplifiedRules.filter {
        try rules.holds($0, facts, on: draft.today)
      }
      guard let first = grounds.first else {
        throw Problem.refused(
          "recon-not-simplified",
          Phrase("不符合简易程序的条件，请适用普通程序受理。", en: "It does not qualify for the simplified procedure."),
          because: [Self.law(53)])
      }
      draft.findings.append(try rules.finding(first, facts, on: draft.today))
    }
    draft.facts.set("accepted-on", draft.today)
  }

  /// Silence accepts on the day on which the time to examine ends (30(3)); the times of trial count
  /// from that day, however late the program notices.
  func deemed(_ draft: inout CaseDraft) {
    let day = draft.clocks[.review]?.deadline(draft.calendar)?.lastDay ?? draft.today
    draft.facts.set("accepted-on", day)
    draft.facts.set("deemed", true)
    let moment = Instant(day, in: draft.zone)
    draft.startsAt = [.serve: moment, .decide: moment]
    draft.publicFields["deemed"] = true
  }

  /// A refusal must name a test that does fail: what the rules can count is not up to anybody.
  func refuse(_ draft: inout CaseDraft, _ view: any View) throws {
    let reason = draft.said.text("refused-for")
    let counted: Set<String> = ["in-time", "scope", "first-time"]
    let failing = try failing(draft, view).filter { $0.rule == RuleID("recon.\(reason)") }
    let isOurs = reason == "jurisdiction-own" && draft.facts.flag("ours")
    if isOurs || (counted.contains(reason) && failing.isEmpty) {
      throw Problem.refused(
        "recon-test-met",
        Phrase(
          "按已知事实，这一项符合受理条件，不能以此不予受理。申请期限至 "
            + "\(draft.facts.text("last-day"))，申请日 \(draft.facts.text("filed-on"))。",
          en:
            "On the facts known this test is met and cannot be the reason. It could be filed until "
            + "\(draft.facts.text("last-day")) and was filed on \(draft.facts.text("filed-on"))."),
        because: [Self.law(30, 2)])
    }
    draft.findings += failing
  }
}
