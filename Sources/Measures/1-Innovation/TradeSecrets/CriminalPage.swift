import CaseWork
import CityProfiles
import Commons
import HTTPValues
import LegalTime
import Markup
import MeasureKit
import Rulebook

/// The guide to compliance in criminal protection: is the threshold reached, how large is the loss, what
/// evidence to keep, how to report. Amounts that are entered are computed with and kept nowhere.
struct CriminalPage {
  let rules: SecretRules

  private static let title = Phrase("刑事保护合规指引", en: "Guide to criminal protection")
  private static let trail = [PageShell.Link(TradeSecretsMeasure.card.name, "/trade-secrets")]

  private static func money(_ name: String, _ zh: String, _ en: String, hint: Phrase? = nil)
    -> CaseField
  {
    CaseField(
      name, Phrase(zh, en: en), hint: hint, .money(.cny), required: false,
      group: Phrase("金额（元，不知道的不填）", en: "Amounts (CNY; leave empty what you do not know)"))
  }

  private var fields: [CaseField] {
    let declared = TradeSecretLaw.pack.facts.first { $0.id == "trade-secret.conduct" }
    var conducts: [CaseField.Choice] = []
    if case .choice(let choices)? = declared?.type {
      conducts = choices.map { .init($0.code, $0.name) }
    }
    let circumstances = Phrase("情节", en: "Circumstances")
    func flag(_ name: String, _ zh: String, _ en: String) -> CaseField {
      CaseField(name, Phrase(zh, en: en), .flag, required: false, group: circumstances)
    }
    return [
      CaseField(
        "day", Phrase("按哪一天的规则", en: "By the rules of which day"),
        hint: Phrase("不填即为今天", en: "today if left empty"), .date, required: false),
      CaseField("conduct", Phrase("对方做了什么", en: "What was done"), .choice(conducts)),
      CaseField(
        "units", Phrase("少卖的件数", en: "Units not sold"),
        hint: Phrase(
          "减少的销量；算不出时用侵权产品的销量。", en: "sales lost; if unknown, units the infringer sold"),
        .count(0...1_000_000_000), required: false,
        group: Phrase("金额（元，不知道的不填）", en: "Amounts (CNY; leave empty what you do not know)")),
      Self.money("profit", "每件合理利润", "Reasonable profit of each"),
      Self.money("licence-fee", "合理许可使用费", "Reasonable licence fee"),
      Self.money(
        "value", "商业价值", "Commercial value",
        hint: Phrase("研发成本、实施收益等", en: "research cost, income and the like")),
      Self.money("remedy-cost", "补救费用", "Cost of remedy"),
      Self.money("illegal-income", "对方违法所得", "The infringer's illegal income"),
      Self.money("enforcement-cost", "维权合理开支", "Reasonable costs of enforcement"),
      flag("repeated", "对方二年内因此类行为受过处罚", "punished for the like within two years before"),
      flag("ruined", "直接导致本企业破产、倒闭", "the firm went bankrupt because of it"),
      flag("malicious", "恶意且情节严重（民事）", "malice and grave circumstances (civil)"),
    ]
  }

  // MARK: Page

  func show(_ visit: Visit) -> Response { page(visit, FormState(), nil, []) }

  func answer(_ visit: Visit) throws -> Response {
    let form = try visit.request.form()
    let values = form.values.map { ($0.name, $0.value) }
    do throws(Problem) {
      let said = try CaseForm(fields, in: rules.profile).read(form)
      return page(visit, FormState(values: values), nil, try findings(visit, said))
    } catch {
      return page(visit, FormState(values: values, problem: error), error, [])
    }
  }

  private func page(
    _ visit: Visit, _ state: FormState, _ problem: Problem?, _ found: [Line]
  ) -> Response {
    visit.page(Self.title, trail: Self.trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        Self.title,
        lead: Phrase(
          "先止损、再固证、后报案。门槛和方法按日期列出依据；未核对原文的，标明“未核对”。",
          en:
            "Limit the harm, keep the evidence, then report. Thresholds and methods are dated and cited; what was not "
            + "compared with its text says so."))
      if !found.isEmpty { results(&h, found) }
      h.section(Phrase("一、估算损失，看是否达到门槛", en: "1 Estimate the loss; is the threshold reached?"))
      h.element("div", .class("panel reading")) { h in
        h.form("/trade-secrets/criminal", csrf: visit.csrf) { h in
          CaseForm(fields, in: rules.profile).write(&h, state)
          h.p(
            Phrase("填写的内容只用于本次计算，不保存。", en: "What you enter is computed with and not kept."),
            class: "hint")
          h.button(Phrase("估算", en: "Estimate"))
        }
      }
      steps(&h)
    }
  }

  // MARK: Findings

  /// A question with what the rules say, or why they say nothing.
  private struct Line {
    let name: Phrase
    let finding: Finding?
    let obstacle: Phrase?
  }

  /// Units not sold × the profit of each.
  private func lostSales(_ said: CaseFacts) throws(Problem) -> Money {
    let (units, profit) = (said.integer("units") ?? 0, said.integer("profit") ?? 0)
    let product = units.multipliedReportingOverflow(by: profit)
    guard !product.overflow else {
      throw .invalid([.init("units", Phrase("数额过大。", en: "The amount is too large."))])
    }
    return .fen(product.partialValue)
  }

  private func findings(_ visit: Visit, _ said: CaseFacts) throws(Problem) -> [Line] {
    let day = said.date("day") ?? visit.now.date(in: rules.profile.zone)
    let sales = try lostSales(said)
    var facts: [FactID: FactValue] = [
      "trade-secret.conduct": .choice(said.text("conduct")),
      "trade-secret.lost-sales": .money(sales),
    ]
    for name in ["licence-fee", "value", "remedy-cost", "illegal-income", "enforcement-cost"] {
      facts[FactID("trade-secret.\(name)")] = .money(.fen(said.integer(name) ?? 0))
    }
    for name in ["repeated", "ruined", "malicious"] {
      facts[FactID("trade-secret.\(name)")] = .truth(said.flag(name))
    }
    let loss = line("trade-secret.loss", Phrase("损失数额", en: "Loss"), facts, day)
    var amount: Money?
    if case .amount(let found)? = loss.finding?.outcome { amount = found }
    facts["trade-secret.loss-amount"] = .money(amount ?? .fen(0))
    facts["trade-secret.amount-known"] = .truth((amount?.minorUnits ?? 0) > 0)
    let others: [(RuleID, Phrase)] = [
      ("trade-secret.criminal", Phrase("刑事门槛", en: "Criminal threshold")),
      ("trade-secret.damages", Phrase("民事赔偿", en: "Damages")),
      ("trade-secret.fine", Phrase("行政罚款", en: "Administrative fine")),
    ]
    return [loss] + others.map { line($0.0, $0.1, facts, day) }
  }

  private func line(
    _ rule: RuleID, _ name: Phrase, _ facts: [FactID: FactValue], _ day: CivilDate
  ) -> Line {
    do throws(Problem) {
      return Line(
        name: name,
        finding: try rules.law.evaluate(
          rule, rules.law.sheet(facts), asOf: day, in: rules.territory),
        obstacle: nil)
    } catch { return Line(name: name, finding: nil, obstacle: error.detail) }
  }

  private func results(_ h: inout HTML, _ found: [Line]) {
    h.element("div", .class("panel panel-key")) { h in
      h.element("h2", text: Phrase("结果", en: "Result"))
      var rows: [(name: Phrase, value: (inout HTML) -> Void)] = []
      for line in found { rows.append((line.name, { write(&$0, line) })) }
      h.summary(rows)
      h.p(
        Phrase(
          "估算不是鉴定；是否立案由公安机关决定，赔偿由人民法院决定。",
          en:
            "An estimate is no appraisal: the police decide whether to open a case, courts decide damages."
        ),
        class: "hint")
    }
  }

  private func write(_ h: inout HTML, _ line: Line) {
    guard let finding = line.finding else { return h.text(line.obstacle ?? .same("—")) }
    h.element("strong", text: rules.law.name(of: finding))
    if finding.isUnverified {
      h.text(" ")
      h.tag(Phrase("依据未核对原文", en: "law not compared with its text"), .warn)
    }
    h.details(Phrase("为什么", en: "Why")) { h in
      h.element("pre", .class("mono"), text: finding.explanation(h.language))
    }
  }

  // MARK: Guide

  private static let evidence: [Phrase] = [
    Phrase("先保全、后调查：不关机、不重装、不让嫌疑人接触设备。", en: "Preserve before you investigate: no reinstalling."),
    Phrase(
      "导出访问日志、外发记录、门禁和监控，记下导出人、工具和时间，计算摘要并存证。",
      en: "Export logs and records; note who, with what, when; hash and deposit them."),
    Phrase(
      "整理权限名单、岗位职责、保密协议、培训和离职交接记录。",
      en: "Gather lists of access, duties, agreements, training, hand-overs."),
    Phrase(
      "用存证证明报案前已持有该信息；秘密内容另行密封提交。",
      en: "Prove by a deposit that you had it before; hand the secret over sealed."),
    Phrase(
      "公证取证对方产品、网页和宣传；委托鉴定“非公知性”和“同一性”。",
      en: "Have the other's products notarised; have secrecy and identity appraised."),
    Phrase(
      "保存研发费用、许可合同、销售账，供计算损失。",
      en: "Keep accounts of research, licences and sales to compute the loss."),
  ]

  private func steps(_ h: inout HTML) {
    h.section(Phrase("二、保全证据", en: "2 Preserve evidence"))
    h.element("ol") { h in for item in Self.evidence { h.element("li", text: item) } }
    h.element("p") { h in
      h.basis(SecretBasis.competition(32, 1))
      h.text("　")
      h.basis(SecretBasis.court(22))
      h.text("　")
      h.basis(SecretBasis.evidence(26))
    }
    h.section(Phrase("三、选择途径", en: "3 Choose a way"))
    h.element("ul") { h in
      h.element(
        "li",
        text: Phrase(
          "向公安机关经济犯罪侦查部门报案（达到门槛时）。",
          en: "Report to the police for economic crime (threshold reached)."))
      h.element(
        "li",
        text: Phrase(
          "向市场监督管理部门举报，可先行制止。", en: "Report to the market regulator, who can stop it at once."))
      h.element(
        "li",
        text: Phrase(
          "向人民法院起诉；情况紧急可申请行为保全，法院48小时内裁定。",
          en:
            "Sue; in urgent cases ask for an injunction, which the court rules on within 48 hours.")
      )
    }
    h.element("p") { h in
      h.basis(SecretBasis.competition(16))
      h.text("　")
      h.basis(SecretBasis.court(15))
    }
    h.section(Phrase("四、文书", en: "4 Papers"))
    h.element("div", .class("actions")) { h in
      for form in SecretForm.all {
        h.buttonLink(form.title, "/trade-secrets/forms/\(form.id)", .quiet)
      }
    }
  }
}
