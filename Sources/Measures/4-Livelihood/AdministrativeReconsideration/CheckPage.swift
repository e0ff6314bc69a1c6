import CaseWork
import CityProfiles
import Commons
import HTTPValues
import LegalTime
import Markup
import MeasureKit
import Rulebook

/// “Can I still file?”: asked before anybody logs in, answered by the rules that examine the
/// application later.
struct CheckPage: Sendable {
  let procedure: ReconsiderationProcedure
  private var rules: ReconsiderationRules { procedure.rules }

  private static let names: Set<String> = [
    "respondent", "respondent-other", "act-kind", "on-the-spot", "camera", "warning",
    "failure-to-act", "disclosure-refused", "acquired-resource", "real-property", "amount",
    "excluded", "taken-by-court", "known-on", "acted-on", "told", "told-on", "asked-on",
    "obstacle-from", "obstacle-to", "statute-days",
  ]
  private static let fields = (ReconsiderationProcedure.act + ReconsiderationProcedure.time)
    .filter { names.contains($0.name) }

  /// What the rules say to the facts on a day.
  struct Answer: Sendable {
    let period: FilingPeriod
    let obstacles: [Finding]
    let first: [Finding]
    let authority: (finding: Finding, isOurs: Bool)?
    let canBeSimplified: Bool
    let needsEvidence: Bool
    let viaAgency: Bool

    func isInTime(_ today: CivilDate) -> Bool { today <= period.deadline }
  }

  func answer(_ said: CaseFacts, on today: CivilDate) throws -> Answer {
    guard said.string("respondent") != nil || said.string("respondent-other") != nil else {
      throw Problem.invalid([
        Problem.Field(
          "respondent", Phrase("请选择或者填写作出行为的单位。", en: "Name the body that made the act."))
      ])
    }
    let period = try FilingPeriod(
      procedure.filingFacts(said, today, today: today), rules, on: today)
    var facts = procedure.actFacts(said)
    facts["clear"] = .truth(true)
    facts["filed-on"] = .date(today)
    facts["last-day"] = .date(period.lastDay)
    facts["bar-day"] = .date(period.barDay ?? period.lastDay)
    let asked: [RuleID] = ["recon.in-time", "recon.scope", "recon.first-time"]
    return Answer(
      period: period,
      obstacles: try asked.map { try rules.finding($0, facts, on: today) }
        .filter { $0.outcome != .truth(true) },
      first: try ReconsiderationLaw.firstRules.filter { try rules.holds($0, facts, on: today) }
        .map { try rules.finding($0, facts, on: today) },
      authority: try said.string("respondent").map { try rules.authority(of: $0, on: today) },
      canBeSimplified: try ReconsiderationLaw.simplifiedRules.contains {
        try rules.holds($0, facts, on: today)
      }, needsEvidence: try rules.holds("recon.evidence-due", facts, on: today),
      viaAgency: try rules.holds("recon.via-agency", facts, on: today))
  }

  // MARK: Page

  func render(_ visit: Visit) -> Response {
    let query = visit.request.query
    let today = visit.now.date(in: rules.profile.zone)
    let form = CaseForm(Self.fields, in: rules.profile)
    var problem: Problem?
    var found: Answer?
    if query["act-kind"] != nil {
      do {
        let said = try form.read(FormFields(values: query.items, files: []))
        found = try answer(said, on: today)
      } catch let caught as Problem { problem = caught } catch {}
    }
    let values = query["excluded"] == nil ? [("excluded", "none")] : []
    let state = FormState(
      values: query.items.map { ($0.name, $0.value) } + values, problem: problem)
    let title = Phrase("我还能申请行政复议吗", en: "Can I still apply?")
    let trail = [PageShell.Link(procedure.card.name, "/reconsideration")]
    return visit.page(title, trail: trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        title,
        lead: Phrase(
          "不用登录，不留记录。填几项事实，就知道能不能申请、最后一天是哪天、向谁申请。",
          en:
            "No log-in, nothing is kept: a few facts tell whether, until when and where you can apply."
        ))
      if let found { write(&h, found, today, query) }
      h.element("div", .class("panel reading")) { h in
        h.element("form", .action("/reconsideration/check"), .named("method", "get")) { h in
          form.write(&h, state)
          h.button(Phrase("看结果", en: "Show the answer"))
        }
      }
    }
  }

  private func write(
    _ h: inout HTML, _ answer: Answer, _ today: CivilDate, _ query: QueryItems
  ) {
    let isFree = answer.obstacles.isEmpty && answer.authority?.isOurs != false
    h.element("div", .class("panel panel-key")) { h in
      h.element("h2", text: verdict(answer, today))
      for finding in answer.obstacles {
        h.element("p") { h in
          h.text(Phrase("不符合：", en: "Not met: "))
          if let reason = finding.because.first {
            h.text(reason.text)
            h.text("　")
            if let citation = reason.citation { h.basis(.law(citation)) }
          }
        }
      }
      h.summary(rows(answer))
      if isFree {
        h.element("p") {
          $0.buttonLink(
            Phrase("现在申请", en: "Apply now"),
            "/reconsideration/new?" + QueryItems(query.items.filter { !$0.value.isEmpty }).encoded)
        }
      }
    }
  }

  private func verdict(_ answer: Answer, _ today: CivilDate) -> Phrase {
    if let first = answer.obstacles.first {
      return first.rule == "recon.in-time"
        ? Phrase(
          "已经超过申请期限（最后一天是 \(answer.period.deadline)）",
          en: "The time to apply has ended (the last day was \(answer.period.deadline))")
        : Phrase("这件事不能申请行政复议", en: "Reconsideration is not open for this")
    }
    if answer.authority?.isOurs == false {
      return Phrase("可以申请，但应向其他机关提出", en: "You can apply, but to another authority")
    }
    let left = today.days(to: answer.period.deadline)
    return Phrase(
      "可以申请，最后一天是 \(answer.period.deadline)（还有\(left)天）",
      en: "You can apply until \(answer.period.deadline) (\(left) days left)")
  }

  private func rows(_ answer: Answer) -> [(name: Phrase, value: (inout HTML) -> Void)] {
    var rows: [(name: Phrase, value: (inout HTML) -> Void)] = [
      (
        Phrase("期限从何时起算", en: "Counted from"),
        { $0.text(answer.period.startsOn.phrase + Phrase("的次日", en: ", the day after")) }
      ),
      (
        Phrase("依据", en: "Under"),
        { h in
          for period in answer.period.periods {
            h.text(period.phrase)
            h.text("　")
            h.basis(period.basis)
            h.void("br")
          }
        }
      ),
    ]
    if let authority = answer.authority, case .choice(let code) = authority.finding.outcome {
      rows.append(
        (
          Phrase("向谁申请", en: "Apply to"),
          { h in
            h.text(
              authority.isOurs
                ? rules.profile.name + Phrase("人民政府", en: " government")
                : ReconsiderationRules.name(ofAuthority: code))
            if let citation = authority.finding.decisiveCitation {
              h.text("　")
              h.basis(.law(citation))
            }
          }
        ))
    }
    rows.append(
      (
        Phrase("能否直接起诉", en: "Can you sue at once?"),
        { h in
          guard let first = answer.first.first?.because.first else {
            h.text(Phrase("可以复议，也可以直接向法院起诉（不能同时）。", en: "Either is open, but not both at once."))
            return
          }
          h.text(Phrase("不能，应当先申请行政复议。", en: "No, reconsideration comes first. "))
          if let citation = first.citation { h.basis(.law(citation)) }
        }
      ))
    return rows + hints(answer)
  }

  /// What helps to decide and to prepare.
  private func hints(_ answer: Answer) -> [(name: Phrase, value: (inout HTML) -> Void)] {
    var rows: [(name: Phrase, value: (inout HTML) -> Void)] = []
    if answer.canBeSimplified {
      rows.append(
        (
          Phrase("可能适用简易程序", en: "Simplified procedure likely"),
          { h in
            h.text(Phrase("争议不大的，办理更快。", en: "If little is disputed, it is decided sooner. "))
            h.basis(ReconsiderationCases.law(53))
          }
        ))
    }
    if answer.needsEvidence {
      rows.append(
        (
          Phrase("您需要提供证据", en: "You must give evidence"),
          { $0.basis(ReconsiderationCases.law(44, 2)) }
        ))
    }
    if answer.viaAgency {
      rows.append(
        (
          Phrase("也可以通过处罚机关提交", en: "Also through the fining agency"),
          { $0.basis(ReconsiderationCases.law(32, 1)) }
        ))
    }
    if answer.period.isProvisional {
      rows.append(
        (
          Phrase("提示", en: "Note"),
          {
            $0.text(
              Phrase("该年度放假安排尚未公布，最后一天可能调整。", en: "That year's days off are not announced yet."))
          }
        ))
    }
    rows.append(
      (
        Phrase("收费", en: "Fee"),
        { h in
          h.text(Phrase("不收任何费用。", en: "None. "))
          h.basis(ReconsiderationCases.law(87))
        }
      ))
    return rows
  }
}

extension Finding {
  /// Where the rule stands that gave the answer: the exception that applied, else the general rule.
  fileprivate var decisiveCitation: Citation? {
    let rule = because.first
    return rule?.because.first { $0.kind == .exception }?.citation ?? rule?.citation
  }
}
