import Books
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Rulebook
import Storage

/// The reform report for everybody: what the city runs, under what, with what effect; and what the gate
/// says of a measure on any day for any place.
struct AdoptionPages: Sendable {
  let city: RunningCity
  /// What the gate says of every function, worked out once a day.
  private let verdicts = Locked<ReformReport.Verdicts?>(nil)

  init(city: RunningCity) { self.city = city }

  /// The report as of now.
  private func report(at moment: Instant) throws -> ReformReport {
    let day = moment.date(in: city.profile.zone)
    let known = verdicts.withLock { $0 }
    let current =
      if let known, known.day == day { known } else {
        try ReformReport.Verdicts(city.profile, city.adoptions, on: day)
      }
    verdicts.withLock { $0 = current }
    return ReformReport(city, current, at: moment)
  }

  func routes(_ routes: inout Routes) {
    routes.get("/adoption") { try overview($0) }
    routes.get("/adoption/{number}") { try measure($0) }
    routes.get("/api/adoption", .everybody, .interface) { try await report($0) }
  }

  static let title = Phrase("改革举措", en: "Reform measures")

  private func report(_ visit: Visit) async throws -> Response {
    let log = try await city.desk.store.first(LogBook.state)
    return .json(
      try report(at: visit.now).json(
        city.profile,
        log: log.map { ["size": .integer($0.size), "checkpoint": .string($0.checkpoint)] } ?? .null)
    )
  }

  // MARK: Overview

  private func overview(_ visit: Visit) throws -> Response {
    let report = try report(at: visit.now)
    return visit.page(AdoptionPages.title) { h in
      h.heading(
        AdoptionPages.title,
        lead: Phrase(
          "22条举措中本市采用了哪些，依据什么授权，推进到哪一步，成效如何；没有采用的，需要什么才能采用。",
          en:
            "Which of the 22 measures this city runs, under what authorisation, how far and with what effect; and what it would take to adopt the others."
        ))
      tiles(&h, report)
      h.section(
        Phrase("已采用的举措", en: "What we run"),
        more: Phrase("导出报告（JSON）›", en: "Export the report (JSON) ›"), "/api/adoption")
      let adopted = report.entries.filter { $0.adoption != nil }
      if adopted.isEmpty {
        h.empty(Phrase("本市还没有采用任何举措。", en: "This city has not adopted any measure yet."))
      }
      for entry in adopted { AdoptedPanel(entry: entry, city: city).render(&h) }
      absent(&h, report)
      h.p(
        Phrase(
          "指标由公开的存证日志计算，人人可以复算；准入结论由带日期和条文的规则得出，未核对的条文有注明。",
          en:
            "The indicators follow from the public log and anybody can compute them again. What the gate says follows from dated rules with their articles; those that nobody compared are marked."
        ), class: "hint")
    }
  }

  private func tiles(_ h: inout HTML, _ report: ReformReport) {
    let criteria = report.entries.flatMap(\.criteria)
    let met = criteria.count { $0.isMet ?? false }
    h.tiles { h in
      h.tile(
        Phrase("已采用", en: "Adopted"), String(report.count(.open)),
        unit: Phrase("项，共22项", en: "of 22"), .good)
      h.tile(
        Phrase("将采用", en: "To come"), String(report.count(.planned)),
        unit: Phrase("项", en: "measures"))
      h.tile(
        Phrase("授权届满", en: "Ended"), String(report.count(.ended)),
        unit: Phrase("项", en: "measures"),
        report.count(.ended) > 0 ? .warn : .plain)
      h.tile(
        Phrase("触发停止标准", en: "Criteria for stopping met"), String(met),
        unit: Phrase("项，共\(criteria.count)项", en: "of \(criteria.count)"), met > 0 ? .bad : .plain)
    }
  }

  private func absent(_ h: inout HTML, _ report: ReformReport) {
    let title = Phrase("没有采用的举措", en: "What we do not run")
    h.section(title)
    h.p(
      Phrase(
        "下列结论依\(report.day.phrase.zh)施行的规则，针对本市。点开可以换一个日期、换一个城市再问。",
        en:
          "As the rules stand on \(report.day.phrase.en), for this city. Open a measure to ask for another day or another city."
      ), class: "hint")
    let entries = report.entries.filter { $0.adoption == nil }
    // Where the city's decision is all it takes, a list says so once.
    let free = entries.filter { entry in
      entry.functions.allSatisfy { $0.answer.required == "none" && $0.needed?.count == 1 }
    }
    if !free.isEmpty {
      h.element("div", .class("panel")) { h in
        h.element("h3", text: Phrase("由城市决定即可", en: "The city's decision is all it takes"))
        h.element("ul", .class("plain")) { h in
          for entry in free { h.element("li") { AdoptionPages.link(&$0, entry) } }
        }
      }
    }
    let needy = entries.filter { entry in !free.contains { $0.card.number == entry.card.number } }
    guard !needy.isEmpty else { return }
    h.table(
      Phrase("还需要其他条件", en: "More is needed"),
      columns: [
        (Phrase("举措", en: "Measure"), false), (Phrase("今天的结论", en: "Today"), false),
        (Phrase("采用需要", en: "What it takes"), false),
      ]
    ) { table in
      for entry in needy {
        table.row([
          { h in AdoptionPages.link(&h, entry) },
          { h in
            for (place, function) in AdoptionPages.verdicts(entry).enumerated() {
              if place > 0 { h.text(" ") }
              h.tag(function.shortName, function.tone)
            }
          },
          { h in AdoptionPages.needs(&h, entry) },
        ])
      }
    }
  }

  private static func link(_ h: inout HTML, _ entry: ReformReport.Entry) {
    h.a(
      "/adoption/\(entry.card.number)",
      .same("\(entry.card.number)　") + entry.card.name, class: "main")
  }

  /// The different verdicts on a measure's functions, in the order of the functions.
  private static func verdicts(_ entry: ReformReport.Entry) -> [ReformReport.Function] {
    entry.functions.reduce(into: []) { found, function in
      if !found.contains(where: { $0.shortName == function.shortName }) { found.append(function) }
    }
  }

  /// What a measure takes: what all functions need, then what some need besides.
  private static func needs(_ h: inout HTML, _ entry: ReformReport.Entry) {
    let lists = entry.functions.compactMap(\.needed)
    guard let first = lists.first else {
      return h.text(Phrase("本地不在推广范围", en: "not in this place"))
    }
    let common = first.filter { need in lists.allSatisfy { $0.contains(need) } }
    if !common.isEmpty { h.text(joined(common)) }
    for function in entry.functions {
      let own = (function.needed ?? []).filter { !common.contains($0) }
      guard !own.isEmpty else { continue }
      h.element(
        "span", .class("sub"),
        text: Phrase("“\(function.function.name.zh)”：", en: "“\(function.function.name.en)”: ")
          + joined(own))
    }
  }

  static func joined(_ phrases: [Phrase]) -> Phrase {
    Phrase(
      phrases.map(\.zh).joined(separator: "；"), en: phrases.map(\.en).joined(separator: "; "))
  }

  // MARK: One measure, any day, any place

  private func measure(_ visit: Visit) throws -> Response {
    guard let card = AllMeasures.cards.first(where: { String($0.number) == visit["number"] }) else {
      throw Problem.notFound(Phrase("没有这项举措。", en: "There is no such measure."))
    }
    let today = visit.now.date(in: city.profile.zone)
    let question = try GateQuestion(visit.request.query, today, city.profile.code)
    let report = try report(at: visit.now)
    guard let entry = report.entries.first(where: { $0.card.number == card.number }) else {
      throw Problem.notFound(Phrase("没有这项举措。", en: "There is no such measure."))
    }
    let functions = try ReformReport.Verdicts.functions(
      of: card.number, city.profile.gate, in: question.place, on: question.day,
      question.place == city.profile.code ? entry.adoption : nil)
    return visit.page(
      card.name, trail: [.init(AdoptionPages.title, "/adoption")]
    ) { h in
      h.heading(card.name) { h in
        h.text(Phrase("通知第\(card.number)项", en: "Item \(card.number) of the notice"))
        h.tag(entry.state.name, entry.state == .open ? .good : .plain)
      }
      h.p(card.summary)
      if entry.adoption != nil { AdoptedPanel(entry: entry, city: city, isWhole: true).render(&h) }
      h.section(Phrase("准入结论", en: "What the gate says"))
      question.form(&h, "/adoption/\(card.number)")
      for function in functions { FunctionPanel(function: function).render(&h) }
    }
  }
}

/// For which day and place the gate is asked.
struct GateQuestion {
  let day: CivilDate
  let place: String

  init(_ query: QueryItems, _ today: CivilDate, _ own: String) throws(Problem) {
    var faults: [Problem.Field] = []
    let on = query["on"] ?? ""
    if on.isEmpty {
      day = today
    } else if let date = CivilDate(on) {
      day = date
    } else {
      day = today
      faults.append(
        Problem.Field("on", Phrase("日期应为 YYYY-MM-DD。", en: "Give a date as YYYY-MM-DD.")))
    }
    let code = query["place"] ?? ""
    place = code.isEmpty ? own : code
    if place.utf8.count != 6 || !place.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      faults.append(
        Problem.Field(
          "place",
          Phrase(
            "请填写六位行政区划代码，如370100。",
            en: "Give the code of a place, six digits (GB/T 2260), such as 370100.")))
    }
    guard faults.isEmpty else { throw .invalid(faults) }
  }

  func form(_ h: inout HTML, _ target: String) {
    h.element("form", .action(target), .named("method", "get"), .class("filters")) { h in
      h.element("div", .class("field")) { h in
        h.element("label", .for("on"), text: Phrase("日期", en: "Day"))
        h.void("input", .id("on"), .name("on"), .type("date"), .value(day.description))
      }
      h.element("div", .class("field")) { h in
        h.element("label", .for("place"), text: Phrase("行政区划代码", en: "Code of the place"))
        h.void(
          "input", .id("place"), .name("place"), .type("text"), .value(place),
          .named("inputmode", "numeric"), .named("maxlength", "6"))
      }
      h.button(Phrase("再问一次", en: "Ask again"))
    }
  }
}
