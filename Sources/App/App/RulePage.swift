import Commons
import HTTPValues
import LegalTime
import Markup
import MeasureKit
import Rulebook

/// One rule on a day, for a place: what it rests on, a form with a field for every fact that it may ask
/// for, and its answer with the reasons.
struct RulePage {
  let base: RuleBase
  let name: String
  let visit: Visit
  let trail: [PageShell.Link]

  /// What came of the facts that were entered.
  private enum Answer {
    case none
    case found(Finding, DatedFinding?)
    case refused(Problem)
  }

  func response() throws -> Response {
    let query = visit.request.query
    var faults: [Problem.Field] = []
    let today = visit.now.date(in: .beijing)
    var day = today
    if let text = query["on"], !text.isEmpty {
      if let fault = CivilDate.fault(text) {
        faults.append(Problem.Field("on", fault))
      } else {
        day = CivilDate(text) ?? today
      }
    }
    var place: Territory?
    if let code = query["city"], !code.isEmpty {
      if [2, 4, 6].contains(code.utf8.count), code.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
        place = Territory(code)
      } else {
        faults.append(
          Problem.Field(
            "city",
            Phrase(
              "地域应为2、4或6位的GB/T 2260代码。", en: "The place is a GB/T 2260 code of 2, 4 or 6 digits.")))
      }
    }
    let id = base.general(of: RuleID(name))
    guard base.rules.contains(where: { $0.id == id }) else {
      throw Problem.notFound(
        Phrase("没有名为“\(name)”的规则。", en: "There is no rule called “\(name)”."))
    }
    let needs: RuleNeeds
    do throws(Problem) { needs = try base.needs(of: id, asOf: day, in: place) } catch {
      return notInForce(id, error, day)
    }
    let answer = faults.isEmpty ? ask(id, needs, day, place) : .refused(.invalid(faults))
    return page(needs, answer, day)
  }

  // MARK: Asking

  /// The facts that the form asks for: those of the rule, and the day from which a period runs.
  private func asked(_ needs: RuleNeeds) -> [FactDeclaration] {
    let isPeriod = needs.rule.countingPlaces(on: needs.rule.span.from) != nil
    guard isPeriod, !needs.facts.contains(where: { $0.id == .factDate }) else { return needs.facts }
    let start = FactDeclaration(
      .factDate, Phrase("起算的事件之日", en: "Day of the event"), .date,
      meaning: Phrase(
        "期间自这一天的次日起算；不填则只给出期间",
        en: "the period runs from the day after; without it, the period alone is given"))
    return [start] + needs.facts
  }

  private func ask(
    _ id: RuleID, _ needs: RuleNeeds, _ day: CivilDate, _ place: Territory?
  ) -> Answer {
    let query = visit.request.query
    guard query["ask"] != nil else { return .none }
    do throws(Problem) {
      var texts: [String: String] = [:]
      for fact in asked(needs) {
        if let text = query[fact.id.text], !text.isEmpty { texts[fact.id.text] = text }
      }
      let sheet = try base.sheet(reading: texts)
      let open = try base.opened(id, asOf: day, in: place)
      if case .date(let start)? = sheet.value(of: .factDate),
        let dated = try open.dated(sheet, from: start, under: .stateCouncil)
      {
        return .found(dated.finding, dated)
      }
      return .found(try open.finding(sheet), nil)
    } catch { return .refused(error) }
  }

  // MARK: The page

  private func page(_ needs: RuleNeeds, _ answer: Answer, _ day: CivilDate) -> Response {
    var problem: Problem?
    if case .refused(let refusal) = answer { problem = refusal }
    let state = FormState(
      values: visit.request.query.items.map { ($0.name, $0.value) }, problem: problem)
    return visit.page(needs.rule.name, trail: trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(needs.rule.name) { h in
        h.element("span", .class("mono"), text: needs.rule.id.text)
        h.basis(.law(needs.rule.citation))
      }
      if case .found(let finding, let dated) = answer { result(&h, finding, dated) }
      h.section(Phrase("按事实推算", en: "What it gives for facts"))
      form(&h, needs, state, day)
      basis(&h, needs, day)
    }
  }

  private func result(_ h: inout HTML, _ finding: Finding, _ dated: DatedFinding?) {
    h.element("div", .class("panel"), .named("role", "status")) { h in
      h.element("h2", text: Phrase("结果", en: "Result"))
      h.summary(
        [
          (Phrase("结果", en: "Result"), { $0.element("strong", text: base.name(of: finding)) })
        ]
          + (dated.map { dated in
            [
              (
                Phrase("最后一日", en: "Last day"),
                { h in
                  h.element("strong", text: dated.due.date.description)
                  if dated.due.isProvisional {
                    h.text(" ")
                    h.tag(Phrase("暂定", en: "provisional"), .warn)
                  }
                }
              )
            ]
          } ?? [])
          + [
            (Phrase("所依规则", en: "Rules as of"), { $0.text(finding.asOf.description) }),
            (
              Phrase("规则集", en: "Rule set"),
              { $0.element("span", .class("mono"), text: base.digest.hex) }
            ),
          ])
      if finding.isUnverified {
        h.banner(
          Phrase(
            "结果所依的一处出处尚未与官方文本核对。",
            en: "A place on which the result rests was not compared with the official text."), .warn
        )
      }
      h.element("h3", text: Phrase("理由", en: "Reasons"))
      reasons(&h, finding.because + (dated?.counting ?? []))
    }
  }

  private func reasons(_ h: inout HTML, _ steps: [Reason]) {
    let applied = steps.filter { $0.kind != .notApplied }
    if !applied.isEmpty { list(&h, applied) }
    // What had no part in the result stands by, out of the way of what had.
    let others = steps.filter { $0.kind == .notApplied }
    if !others.isEmpty {
      h.details(
        Phrase("未适用的例外：\(others.count)项", en: "Exceptions that did not apply: \(others.count)")
      ) { list(&$0, others) }
    }
  }

  private func list(_ h: inout HTML, _ steps: [Reason]) {
    h.element("ul", .class("reasons")) { h in
      for step in steps {
        h.element("li") { h in
          h.text(step.text)
          if let citation = step.citation {
            h.text(" ")
            h.basis(.law(citation))
          }
          if !step.because.isEmpty { reasons(&h, step.because) }
        }
      }
    }
  }

  private func form(
    _ h: inout HTML, _ needs: RuleNeeds, _ state: FormState, _ day: CivilDate
  ) {
    let moment = state.value("on").isEmpty ? state.setting("on", day.description) : state
    h.element(
      "form", .action("/law/\(needs.rule.id)"), .named("method", "get"), .class("panel")
    ) { h in
      h.hidden("ask", "1")
      h.textField("on", Phrase("依哪一天的规则", en: "By the law of"), moment, type: "date")
      h.textField(
        "city", Phrase("地域", en: "Place"),
        hint: Phrase(
          "GB/T 2260代码，不填为全国。有专门规则的：\(places.joined(separator: "、"))",
          en: "A GB/T 2260 code; national if empty. With rules of their own: "
            + places.joined(separator: ", ")),
        state, inputMode: "numeric")
      for fact in asked(needs) { field(&h, fact, state) }
      h.element("div", .class("actions")) { $0.button(Phrase("推算", en: "Find out")) }
    }
  }

  private var places: [String] {
    Set((base.rules.compactMap(\.territory) + base.parameters.compactMap(\.territory)).map(\.code))
      .sorted()
  }

  private func field(_ h: inout HTML, _ fact: FactDeclaration, _ state: FormState) {
    let name = fact.id.text
    switch fact.type {
    case .truth:
      h.select(
        name, fact.name, hint: fact.meaning, state,
        groups: [
          (
            nil,
            [
              ("", silence(fact)), ("true", Phrase("是", en: "yes")),
              ("false", Phrase("否", en: "no")),
            ]
          )
        ])
    case .choice(let choices):
      h.select(
        name, fact.name, hint: fact.meaning, state,
        groups: [(nil, [("", silence(fact))] + choices.map { ($0.code, $0.name) })])
    case .date: h.textField(name, fact.name, hint: fact.meaning, state, type: "date")
    case .count:
      h.textField(name, fact.name, hint: fact.meaning, state, inputMode: "numeric")
    case .money, .share:
      let hint = Phrase(
        "\(fact.meaning.zh)。\(fact.type.phrase.zh)",
        en: "\(fact.meaning.en). \(fact.type.phrase.en)")
      h.textField(name, fact.name, hint: hint, state, inputMode: "decimal")
    }
  }

  /// What it means to choose nothing.
  private func silence(_ fact: FactDeclaration) -> Phrase {
    guard let value = fact.whenSilent else { return Phrase("请选择", en: "Choose") }
    var words = value.phrase
    if case .choice(let code) = value, case .choice(let choices) = fact.type {
      words = choices.first { $0.code == code }?.name ?? words
    }
    return Phrase("未说明（视为：\(words.zh)）", en: "Not stated (taken as: \(words.en))")
  }

  private func basis(_ h: inout HTML, _ needs: RuleNeeds, _ day: CivilDate) {
    h.section(Phrase("所依的规则和数值", en: "What it rests on"))
    h.element("div", .class("panel")) { h in
      h.summary([
        (Phrase("施行", en: "In force"), { $0.text(needs.rule.span.phrase) }),
        (
          Phrase("地域", en: "Place"),
          { $0.text(needs.rule.territory.map { .same($0.code) } ?? Phrase("全国", en: "national")) }
        ),
        (Phrase("内容", en: "Content"), { $0.text(base.words(of: needs.rule)) }),
      ])
      for place in needs.rule.countingPlaces(on: day) ?? [] {
        h.element("p") { h in
          h.text(Phrase("期间的计算：", en: "Counting: "))
          h.basis(.law(place))
        }
      }
    }
    if !needs.exceptions.isEmpty {
      rows(
        &h, Phrase("例外", en: "Exceptions"), Phrase("结果", en: "Gives"),
        needs.exceptions.map { ($0.name, base.words(of: $0), $0.citation) })
    }
    if !needs.parameters.isEmpty {
      rows(
        &h, Phrase("数值", en: "Numbers"), Phrase("值", en: "Value"),
        needs.parameters.map {
          (
            $0.parameter.name,
            Phrase(
              "\($0.value.value.phrase.zh)（\($0.value.span.phrase.zh)）",
              en: "\($0.value.value.phrase.en) (\($0.value.span.phrase.en))"), $0.value.citation
          )
        })
    }
  }

  private func rows(
    _ h: inout HTML, _ caption: Phrase, _ middle: Phrase,
    _ rows: [(name: Phrase, value: Phrase, place: Citation)]
  ) {
    h.table(
      caption,
      columns: [
        (caption, false), (middle, false), (Phrase("出处", en: "Source"), false),
      ]
    ) { table in
      for row in rows {
        table.row([
          { $0.text(row.name) }, { $0.text(row.value) }, { $0.basis(.law(row.place)) },
        ])
      }
    }
  }

  /// A rule that holds on other days or elsewhere: when and where.
  private func notInForce(_ id: RuleID, _ problem: Problem, _ day: CivilDate) -> Response {
    visit.page(base.title(of: id), trail: trail, status: problem.status) { h in
      h.errorSummary(problem)
      h.heading(base.title(of: id)) { $0.element("span", .class("mono"), text: id.text) }
      h.section(Phrase("各版本", en: "Editions"))
      h.table(
        Phrase("各版本", en: "Editions"),
        columns: [
          (Phrase("施行", en: "In force"), false), (Phrase("地域", en: "Place"), false),
          (Phrase("出处", en: "Source"), false),
        ], isCaptionHidden: true
      ) { table in
        for rule in base.rules where rule.id == id {
          let place = rule.territory?.code ?? ""
          let from = max(rule.span.from, rule.span.contains(day) ? day : rule.span.from)
          table.row([
            { h in
              h.a("/law/\(id)?on=\(from)&city=\(place)", rule.span.phrase)
            },
            { $0.text(rule.territory.map { .same($0.code) } ?? Phrase("全国", en: "national")) },
            { $0.basis(.law(rule.citation)) },
          ])
        }
      }
    }
  }
}
