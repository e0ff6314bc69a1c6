import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit
import ServiceRequests

/// The start page with the 22 measures, and the search over them.
struct Portal: Sendable {
  let city: RunningCity

  func routes(_ routes: inout Routes) {
    routes.get("/") { try await home($0) }
    routes.get("/search") { try search($0) }
    routes.get("/measures/{slug}") { try measure($0) }
  }

  private func home(_ visit: Visit) async throws -> Response {
    visit.page(Phrase("首页", en: "Home")) { h in
      h.element("section", .class("hero")) { h in
        h.element(
          "h1", text: Phrase("您要办什么？", en: "What can we do for you?"))
        h.p(
          Phrase(
            "反映问题、查询进展、核验回执。每一步都有期限、依据和回执。",
            en:
              "Report a problem, follow it, check a receipt. Every step has its deadline, its law and its receipt."
          ))
        searchForm(&h, "")
        h.element("div", .class("actions")) { h in
          h.buttonLink(Phrase("提出诉求", en: "Report or ask"), "/requests/new", .quiet)
          h.buttonLink(Phrase("查询进展", en: "Follow a request"), "/requests/track", .quiet)
        }
      }
      for chapter in MeasureCard.Chapter.allCases {
        h.element("h2") { h in
          h.text(
            Phrase("第\(["一", "二", "三", "四"][chapter.rawValue - 1])篇 ", en: "\(chapter.rawValue). "))
          h.text(chapter.name)
        }
        h.element("div", .class("grid")) { h in
          for card in AllMeasures.cards where card.chapter == chapter {
            self.card(&h, card, visit)
          }
        }
      }
    }
  }

  private func searchForm(_ h: inout HTML, _ query: String) {
    h.element("form", .action("/search"), .named("method", "get"), .class("search")) { h in
      h.void(
        "input", .type("search"), .name("q"), .value(query),
        .named("placeholder", Phrase("例如：路灯不亮、医保、办件编号", en: "Street light, insurance, a number …")),
        .label(Phrase("搜索", en: "Search")))
      h.button(Phrase("搜索", en: "Search"))
    }
  }

  private func card(_ h: inout HTML, _ card: MeasureCard, _ visit: Visit) {
    let target = card.isRunning ? "/\(card.slug)" : "/measures/\(card.slug)"
    h.element("div", .class(card.isRunning ? "card" : "card card-quiet")) { h in
      h.element("p", .class("hint")) { h in
        h.text("\(card.number) ")
        if card.isRunning {
          h.tag(Phrase("已上线", en: "running"), .good)
        } else {
          h.tag(Phrase("规划中", en: "planned"))
        }
      }
      h.element("h3") { $0.a(target, card.name) }
      h.p(card.summary)
      if card.isRunning, let figure = indicator(of: card, visit) {
        h.element("p", .class("figure")) { h in
          h.text(figure.name)
          h.text(" \(figure.text)")
        }
      }
    }
  }

  /// The card's live figure: the second indicator if it has a value, as the first only counts.
  private func indicator(of card: MeasureCard, _ visit: Visit) -> IndicatorValue? {
    let measure = city.measures.first { type(of: $0).card.number == card.number }
    let all = measure?.indicators(at: visit.now) ?? []
    return all.dropFirst().first { $0.value != nil } ?? all.first
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
      if !cards.isEmpty {
        h.element("div", .class("grid")) { h in for card in cards { self.card(&h, card, visit) } }
      }
      guard !items.isEmpty else {
        if cards.isEmpty {
          h.empty(
            Phrase(
              "没有找到。可以直接提出诉求，由热线中心分派。",
              en:
                "Nothing was found. You can simply report it; the centre finds who is responsible.")
          )
          h.buttonLink(Phrase("提出诉求", en: "Report or ask"), "/requests/new")
        }
        return
      }
      h.table(
        Phrase("可以办的事项", en: "What you can ask for"),
        columns: [
          (Phrase("事项", en: "Item"), false), (Phrase("类别", en: "Category"), false),
          (Phrase("承办单位", en: "Agency"), false),
        ]
      ) { table in
        for item in items {
          table.row([
            { $0.a("/requests/new?item=\(item.id)", item.name) },
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
    }
  }

  private func measure(_ visit: Visit) throws -> Response {
    guard let card = AllMeasures.cards.first(where: { $0.slug == visit["slug"] }) else {
      throw Problem.notFound(Phrase("没有这项举措。", en: "There is no such measure."))
    }
    if card.isRunning { return .seeOther("/\(card.slug)") }
    return visit.page(card.name) { h in
      h.heading(card.name, lead: card.summary)
      h.banner(
        Phrase(
          "本举措尚在规划，本系统还不能办理。需要办事请直接联系主管部门。",
          en:
            "This measure is planned; nothing can be done here yet. Please turn to the agency in charge."
        ),
        .warn)
      h.p(
        Phrase(
          "出处：国家发展改革委 发改体改〔2023〕1447号，第\(card.number)条。",
          en: "Source: NDRC notice 发改体改〔2023〕1447号, item \(card.number)."))
    }
  }
}
