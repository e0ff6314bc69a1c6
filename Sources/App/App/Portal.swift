import Books
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import ServiceRequests
import Storage

/// The start page with the 22 measures, and the search over them.
struct Portal: Sendable {
  let city: RunningCity

  func routes(_ routes: inout Routes) {
    routes.get("/") { try await home($0) }
    routes.get("/search") { try search($0) }
    routes.get("/measures/{slug}") { try measure($0) }
  }

  private func home(_ visit: Visit) async throws -> Response {
    let panels = try await city.requests.startPanels(visit)
    let log = try await city.desk.store.first(LogBook.state)
    return visit.page(Phrase("首页", en: "Home")) { h in
      let offersRequests = isInUse(RequestsMeasure.card)
      hero(&h, offersRequests)
      if offersRequests {
        panels.own(&h, visit)
        panels.strip(&h)
      }
      h.element("div", .class("two")) { h in
        if offersRequests { h.element("div") { panels.latest(&$0, visit) } }
        h.element("div") { trust(&$0, log) }
      }
      plans(&h)
    }
  }

  private func hero(_ h: inout HTML, _ offersRequests: Bool) {
    h.element("section", .class("hero")) { h in
      h.element("h1", text: Phrase("您要办什么？", en: "What can we do for you?"))
      h.p(
        Phrase(
          "反映身边的问题，看到谁在办、何时办结。每一步都有期限、依据和回执。",
          en:
            "Report a problem and see who is handling it and by when. Every step has its deadline, legal basis and receipt."
        ))
      searchForm(&h, "")
      h.element("ul", .class("hints")) { h in
        h.element("li", text: Phrase("常见：", en: "Often:"))
        for words in Portal.examples {
          h.element("li") { h in
            h.a("/search?q=\(PercentCoding.encode(words[h.language]))", words)
          }
        }
      }
      h.element("div", .class("actions")) { h in
        if offersRequests {
          h.buttonLink(Phrase("提出诉求", en: "Report or ask"), "/requests/new")
          h.buttonLink(Phrase("查询进展", en: "Follow a request"), "/requests/track", .quiet)
        }
        h.buttonLink(Phrase("核验回执", en: "Check a receipt"), "/receipts", .quiet)
      }
    }
  }

  private static let examples = [
    Phrase("路灯不亮", en: "street light"), Phrase("施工噪声", en: "noise"),
    Phrase("占道停车", en: "parking"), Phrase("医保报销", en: "insurance"),
    Phrase("小区物业", en: "property"),
  ]

  /// Why one may believe what stands here.
  private func trust(_ h: inout HTML, _ log: LogBook.State?) {
    h.element("div", .class("panel")) { h in
      h.element("h2", text: Phrase("每一步都可核验", en: "Every step is verifiable"))
      h.p(
        Phrase(
          "每次办理都写入公开的存证日志，只增不改；诉求人得到的回执断网也能核验，公布的数字人人可以复算。",
          en:
            "Every act goes into a public log that only grows. Receipts verify without a network, and anybody can compute the figures again."
        ))
      if let log {
        h.summary([
          (Phrase("日志条目", en: "Entries"), { $0.text(Figures.grouped(log.size)) }),
          (
            Phrase("最新检查点", en: "Checkpoint"),
            { $0.time(log.signedAt, in: city.profile.zone) }
          ),
        ])
      }
      h.element("p") { h in
        h.a("/log", Phrase("查看日志 ›", en: "See the log ›"))
        h.text(" · ")
        h.a("/law", Phrase("查看所依的规则 ›", en: "See the rules of law ›"))
      }
    }
    h.element("div", .class("panel")) { h in
      h.element("h2", text: Phrase("其他方式", en: "Other ways"))
      h.summary([
        (Phrase("电话", en: "Telephone"), { $0.a("tel:12345", Phrase("12345", en: "12345")) }),
        (Phrase("紧急情况", en: "Emergency"), { $0.text("110 · 119 · 120") }),
        (
          Phrase("应用程序", en: "Programs"),
          { $0.a("/openapi.yaml", Phrase("开放接口（Open311等）", en: "Interface (Open311 …)")) }
        ),
      ])
    }
  }

  /// The 22 measures: what runs, and what is only planned.
  private func plans(_ h: inout HTML) {
    let running = AllMeasures.cards.count(where: isInUse)
    h.section(
      Phrase("改革试点22条举措", en: "The 22 measures of the reform pilot"),
      more: Phrase("采用情况与成效 ›", en: "What we adopted, with what effect ›"), "/adoption")
    h.p(
      Phrase(
        "已上线\(running)项，其余\(AllMeasures.cards.count - running)项本市尚未采用或者尚在规划，本系统还不能办理。",
        en:
          "Running: \(running). The other \(AllMeasures.cards.count - running) are not adopted here or only planned; nothing can be done yet."
      ), class: "hint")
    h.element("div", .class("panel plans")) { h in
      for chapter in MeasureCard.Chapter.allCases {
        h.element("section") { h in
          h.element("h3") { h in
            h.text(
              Phrase(
                "第\(["一", "二", "三", "四"][chapter.rawValue - 1])篇　", en: "\(chapter.rawValue). "))
            h.text(chapter.name)
          }
          h.element("ol") { h in
            for card in AllMeasures.cards where card.chapter == chapter { planned(&h, card) }
          }
        }
      }
    }
  }

  /// Whether something can be done under a measure here and now.
  private func isInUse(_ card: MeasureCard) -> Bool {
    card.isRunning
      && city.adoptions.isAdopted(card.number, on: city.time.now.date(in: city.profile.zone))
  }

  private func planned(_ h: inout HTML, _ card: MeasureCard) {
    h.element("li") { h in
      h.element("span", .class("no"), text: String(card.number))
      h.element("span") { h in
        h.a(isInUse(card) ? "/\(card.slug)" : "/measures/\(card.slug)", card.name)
        if isInUse(card) {
          h.text(" ")
          h.tag(Phrase("已上线", en: "running"), .good)
        }
      }
    }
  }

  private func searchForm(_ h: inout HTML, _ query: String) {
    h.element(
      "form", .action("/search"), .named("method", "get"), .class("search"),
      .named("role", "search")
    ) { h in
      h.void(
        "input", .type("search"), .name("q"), .value(query),
        .named("placeholder", Phrase("说说什么事，或输入办件编号", en: "What it is about, or a number")),
        .label(Phrase("搜索", en: "Search")))
      h.button(Phrase("搜索", en: "Search"))
    }
  }

  private func card(_ h: inout HTML, _ card: MeasureCard) {
    h.element("div", .class("card")) { h in
      h.element("h3") {
        $0.a(isInUse(card) ? "/\(card.slug)" : "/measures/\(card.slug)", card.name)
      }
      h.p(card.summary)
      h.element("p") { h in
        h.tag(
          isInUse(card) ? Phrase("已上线", en: "running") : Phrase("未开通", en: "not in use"),
          isInUse(card) ? .good : .plain)
      }
    }
  }

  // MARK: Search

  private func search(_ visit: Visit) throws -> Response {
    let query = String((visit.request.query["q"] ?? "").prefix(100))
    if let number = CaseNumber(query), number.measure == RequestsMeasure.card.number {
      return .seeOther("/requests/track?number=\(number)")
    }
    let items = query.isEmpty ? [] : city.profile.suggestItems(for: query, limit: 12).map(\.item)
    let wanted = query.lowercased()
    let cards = AllMeasures.cards.filter { card in
      !wanted.isEmpty
        && [card.name.zh, card.name.en, card.summary.zh, card.summary.en].contains {
          $0.lowercased().contains(wanted)
        }
    }
    return visit.page(Phrase("搜索", en: "Search")) { h in
      h.heading(Phrase("搜索", en: "Search"))
      searchForm(&h, query)
      if !items.isEmpty { found(&h, query, items) }
      if !cards.isEmpty {
        h.section(Phrase("相关举措", en: "Measures"))
        h.element("div", .class("grid")) { h in for card in cards { self.card(&h, card) } }
      }
      guard items.isEmpty, !query.isEmpty else { return }
      h.element("div", .class("panel reading")) { h in
        h.element("h2", text: Phrase("没有找到对应的事项", en: "No such item was found"))
        h.p(
          Phrase(
            "不用自己找部门：直接提出诉求，由热线中心判断并派单。",
            en: "You need not know who is responsible: simply report it, and the centre decides."))
        h.buttonLink(Phrase("提出诉求", en: "Report or ask"), "/requests/new")
      }
    }
  }

  private func found(_ h: inout HTML, _ query: String, _ items: [CatalogueItem]) {
    h.section(Phrase("可以办的事项", en: "What you can ask for"))
    h.table(
      Phrase("可以办的事项", en: "What you can ask for"),
      columns: [
        (Phrase("事项", en: "Item"), false), (Phrase("类别", en: "Category"), false),
        (Phrase("承办单位", en: "Agency"), false),
      ], isCaptionHidden: true
    ) { table in
      for item in items {
        table.row([
          { $0.a("/requests/new?item=\(item.id)", item.name, class: "main") },
          { $0.text(city.profile.category(item.category)?.name ?? .same("")) },
          { h in
            if item.isByDistrict {
              h.text(Phrase("所在区政府", en: "the district's government"))
            } else {
              h.text(city.profile.agency(item.agency)?.name ?? .same(""))
            }
          },
        ])
      }
    }
    h.element("p") { h in
      h.text(Phrase("都不是？", en: "None of these? "))
      h.a("/requests/new", Phrase("直接提出诉求，由热线中心判断", en: "Simply report it; the centre decides"))
    }
  }

  private func measure(_ visit: Visit) throws -> Response {
    guard let card = AllMeasures.cards.first(where: { $0.slug == visit["slug"] }) else {
      throw Problem.notFound(Phrase("没有这项举措。", en: "There is no such measure."))
    }
    if isInUse(card) { return .seeOther("/\(card.slug)") }
    return visit.page(card.name) { h in
      h.heading(card.name, lead: card.summary)
      h.banner(
        card.isRunning
          ? Phrase(
            "本市没有采用本举措，不能在此办理。需要办事请直接联系主管部门。",
            en:
              "This city has not adopted this measure; nothing can be done here. Please turn to the agency in charge."
          )
          : Phrase(
            "本举措尚在规划，本系统还不能办理。需要办事请直接联系主管部门。",
            en:
              "This measure is planned; nothing can be done here yet. Please turn to the agency in charge."
          ), .warn)
      h.element("p") { h in
        h.a(
          "/adoption/\(card.number)",
          Phrase("采用本举措需要什么 ›", en: "What adopting it would take ›"))
      }
      h.p(
        Phrase(
          "出处：国家发展改革委 发改体改〔2023〕1447号，第\(card.number)条。",
          en: "Source: NDRC notice 发改体改〔2023〕1447号, item \(card.number)."))
    }
  }
}
