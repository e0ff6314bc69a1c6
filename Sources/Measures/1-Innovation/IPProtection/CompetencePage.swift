import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit
import Rulebook

/// “Who is competent?”: court and agency for a matter, on any day, each answer with its articles. Nothing
/// is kept.
struct CompetencePage: Sendable {
  let rules: IPRules

  /// What an address asks.
  private struct Question {
    let matter: IPRules.Matter
    let day: CivilDate

    init(_ query: QueryItems, today: CivilDate) throws(Problem) {
      var faults: [Problem.Field] = []
      func code(_ name: String, _ choices: [FactType.Choice], else silent: String?) -> String {
        let text = query[name] ?? ""
        if text.isEmpty, let silent { return silent }
        if !choices.contains(where: { $0.code == text }) {
          let known = choices.map(\.code).joined(separator: ", ")
          faults.append(
            Problem.Field(name, Phrase("请选择：\(known)。", en: "Choose one of: \(known).")))
        }
        return text
      }
      var matter = IPRules.Matter(right: code("right", IPCompetence.rights, else: nil))
      matter.procedure = code("procedure", IPCompetence.procedures, else: "civil")
      matter.defendant = code("defendant", IPCompetence.defendants, else: "other")
      matter.isAtBorder = query["border"] != nil
      matter.isCrime = query["crime"] != nil
      matter.crossesDistricts = query["crosses"] != nil
      matter.basicCourtApproved = query["approved"] != nil
      matter.district = query["district"]
      let amount = query["amount"] ?? ""
      if !amount.isEmpty {
        let yuan = Int64(amount).flatMap { $0 >= 0 && $0 < 1_000_000_000_000 ? $0 : nil }
        if let yuan {
          matter.amount = yuan * 100
        } else {
          faults.append(
            Problem.Field("amount", Phrase("应为整数元。", en: "A whole number of yuan is expected.")))
        }
      }
      let on = query["on"] ?? ""
      let day = on.isEmpty ? today : CivilDate(on)
      if day == nil {
        faults.append(
          Problem.Field("on", Phrase("请填真实存在的日期。", en: "Give a day that exists.")))
      }
      guard faults.isEmpty, let day else { throw .invalid(faults) }
      self.matter = matter
      self.day = day
    }
  }

  private func today(_ visit: Visit) -> CivilDate { visit.now.date(in: rules.profile.zone) }

  func json(_ visit: Visit) throws -> Response {
    let question = try Question(visit.request.query, today: today(visit))
    let found = try rules.competence(question.matter, on: question.day)
    return .json([
      "on": .string(question.day.description), "court": found.court.json,
      "court_id": .string(found.courtID), "agency": found.agency.json,
      "agency_id": .string(found.agencyID), "level": found.level.json,
      "technical": .bool(found.isTechnical),
    ])
  }

  func render(_ visit: Visit) -> Response {
    let title = Phrase("归谁管？", en: "Who is competent?")
    let query = visit.request.query
    var problem: Problem?
    var found: IPRules.Competence?
    if query["right"] != nil {
      do throws(Problem) {
        let question = try Question(query, today: today(visit))
        found = try rules.competence(question.matter, on: question.day)
      } catch { problem = error }
    }
    let state = FormState(
      values: query.items.isEmpty
        ? [("on", today(visit).description)] : query.items.map { ($0.name, $0.value) },
      problem: problem)
    let trail = [PageShell.Link(IPMeasure.card.name, "/ip-protection")]
    return visit.page(title, trail: trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        title,
        lead: Phrase(
          "行政机关和法院用同一份案由代码、同一套规则；不登录、不留痕。",
          en: "One list of codes and one set of rules for agencies and courts. Nothing is kept."))
      if let found { answer(&h, found, visit.language) }
      form(&h, state)
    }
  }

  private func answer(_ h: inout HTML, _ found: IPRules.Competence, _ language: Language) {
    h.tiles { h in
      h.tile(
        Phrase("一审法院", en: "Court of first instance"), rules.name(found.courtID)[language],
        note: name(found.court))
      h.tile(
        Phrase("行政机关", en: "Agency"), rules.name(found.agencyID)[language],
        note: name(found.agency))
      h.tile(
        Phrase("技术类案件", en: "Technical case"),
        (found.isTechnical ? Phrase("是", en: "yes") : Phrase("否", en: "no"))[language])
    }
    if found.findings.contains(where: \.isUnverified) {
      h.banner(
        Phrase(
          "所依据的部分条文未与官方文本核对。", en: "Some of the articles were not compared with the official text."),
        .warn)
    }
    h.element("ul", .class("rows")) { h in
      for finding in [found.court, found.agency, found.level] {
        let reason = finding.because.last { $0.kind == .exception } ?? finding.because.first
        h.element("li") { h in
          h.element("strong", text: reason?.text ?? .same(finding.rule.text))
          h.text(Phrase("：", en: ": "))
          h.text(name(finding))
          if let citation = reason?.citation {
            h.element("div", .class("sub")) { $0.basis(.law(citation)) }
          }
        }
      }
    }
    h.details(Phrase("每一步推理", en: "Every step")) { h in
      for finding in [found.court, found.agency, found.level] {
        h.element("pre", .class("mono wrap"), text: finding.explanation(language))
      }
    }
  }

  /// The answer of a rule in words.
  private func name(_ finding: Finding) -> Phrase {
    guard case .choice(let code) = finding.outcome else { return finding.outcome.phrase }
    return IPCompetence.phrase(of: code)
  }

  private func form(_ h: inout HTML, _ state: FormState) {
    func options(_ choices: [FactType.Choice]) -> [(value: String, label: Phrase)] {
      choices.map { (value: $0.code, label: $0.name) }
    }
    h.element("div", .class("panel reading")) { h in
      h.element("form", .action("/ip-protection/competence"), .named("method", "get")) { h in
        h.select(
          "right", Phrase("权利或案由", en: "Right or cause"), state,
          groups: [(nil, options(IPCompetence.rights))])
        h.select(
          "procedure", Phrase("民事或行政", en: "Civil or administrative"), state,
          groups: [(nil, options(IPCompetence.procedures))])
        h.select(
          "defendant", Phrase("被告", en: "Defendant"), state,
          groups: [(nil, options(IPCompetence.defendants))])
        h.textField(
          "amount", Phrase("标的额（元）", en: "Amount (CNY)"), state, inputMode: "numeric")
        h.select(
          "district", Phrase("行为地", en: "Where"), state,
          groups: [(nil, rules.profile.districts.map { (value: $0.id, label: $0.name) })])
        h.checkbox("crosses", Phrase("涉及几个区", en: "Several districts"), state)
        h.checkbox("border", Phrase("进出境货物", en: "Goods at the border"), state)
        h.checkbox("crime", Phrase("涉嫌犯罪", en: "A crime is suspected"), state)
        h.checkbox(
          "approved", Phrase("当地基层法院经批准", en: "A basic court of the place is approved"), state)
        h.textField("on", Phrase("哪一天", en: "On"), state, type: "date")
        h.button(Phrase("看结果", en: "See the answer"))
      }
    }
  }
}
