import CaseEngine
import CityProfiles
import Commons
import HTTPValues
import LegalTime
import Markup
import MeasureKit

/// “How this works and under which law”: written from the case type and the city's parameters, so
/// that it cannot say anything else than what is done.
struct HowPage {
  let rules: RequestRules
  private let type = ServiceRequestCases.request
  private var profile: CityProfile { rules.profile }

  init(rules: RequestRules) { self.rules = rules }

  func render(_ visit: Visit) -> Response {
    let title = Phrase("怎么办、依据什么", en: "How it works, under which law")
    return visit.page(title, trail: IntakePages.trail) { h in
      h.heading(
        title,
        lead: Phrase(
          "本页由程序实际执行的规则生成。", en: "Written from the very rules that the program carries out."))
      h.element("p") { h in
        for (index, basis) in RequestsMeasure.card.bases.enumerated() {
          if index > 0 { h.text("　") }
          h.basis(basis)
        }
      }
      periods(&h, visit)
      stages(&h)
      moves(&h)
      h.element("p") { h in
        h.a("/requests/catalogue", Phrase("事项目录与承办单位", en: "Catalogue and responsible agencies"))
      }
    }
  }

  private func periods(_ h: inout HTML, _ visit: Visit) {
    let day = rules.day(visit.now)
    h.table(
      Phrase("时限", en: "Periods"),
      columns: [
        (Phrase("时限", en: "Clock"), false), (Phrase("期限", en: "Period"), false),
        (Phrase("依据", en: "Basis"), false),
      ]
    ) { table in
      let names =
        type.clocks.map { ($0.name, RequestRules.prefix + $0.id.text) }
        + [(Phrase("一次延期", en: "one extension"), RequestRules.extensionName)]
      for (name, parameter) in names {
        let step = profile.parameter(parameter, on: day)
        table.row([
          { $0.text(name) },
          { h in
            if let step, let period = Period(step.value, rollsOver: true, basis: step.basis) {
              h.text(period.phrase)
            }
          },
          { h in if let step { h.basis(step.basis) } },
        ])
      }
    }
  }

  private func stages(_ h: inout HTML) {
    h.table(
      Phrase("阶段", en: "Stages"),
      columns: [
        (Phrase("阶段", en: "Stage"), false), (Phrase("由谁推进", en: "Who must act"), false),
      ]
    ) { table in
      for stage in type.stages {
        table.row([
          { $0.text(stage.name) },
          { h in
            if case .owed(let actor) = stage.duty {
              h.text(actor.name)
            } else {
              h.text(Phrase("已终结", en: "it is over"))
            }
          },
        ])
      }
    }
  }

  private func moves(_ h: inout HTML) {
    h.table(
      Phrase("步骤及依据", en: "Steps and what they rest on"),
      columns: [
        (Phrase("步骤", en: "Step"), false), (Phrase("谁可以", en: "Who may"), false),
        (Phrase("从", en: "From"), false), (Phrase("到", en: "To"), false),
        (Phrase("依据", en: "Basis"), false),
      ]
    ) { table in
      for move in type.transitions {
        table.row([
          { $0.text(move.name) },
          { h in
            for (index, actor) in move.actors.enumerated() {
              if index > 0 { h.text("、") }
              h.text(actor.name)
            }
          },
          { h in
            for (index, stage) in move.from.enumerated() {
              if index > 0 { h.text("、") }
              h.text(name(stage))
            }
          },
          { h in if let to = move.to { h.text(name(to)) } else { h.text("—") } },
          { h in if let basis = move.basis { h.basis(basis) } },
        ])
      }
    }
  }

  private func name(_ id: StageID) -> Phrase {
    type.stages.first { $0.id == id }?.name ?? .same(id.text)
  }

  // MARK: Catalogue

  func catalogue(_ visit: Visit) -> Response {
    let query = visit.request.query["q"] ?? ""
    let title = Phrase("事项目录", en: "Catalogue")
    return visit.page(title, trail: IntakePages.trail) { h in
      h.heading(
        title,
        lead: Phrase(
          "\(profile.categories.count)个大类，\(profile.items.count)个事项，每项都有承办单位。",
          en:
            "\(profile.categories.count) categories, \(profile.items.count) items, each with its agency."
        ))
      h.element("form", .action("/requests/catalogue"), .named("method", "get"), .class("search")) {
        h in
        h.void(
          "input", .type("search"), .name("q"), .value(query),
          .label(Phrase("查找事项", en: "Find an item")))
        h.button(Phrase("查找", en: "Find"))
      }
      if !query.isEmpty {
        table(
          &h, Phrase("与“\(query)”相近的事项", en: "Items close to “\(query)”"),
          profile.suggestItems(for: query, limit: 20).map(\.item))
      }
      for category in profile.categories {
        let items = profile.items(in: category.id)
        h.details(category.name + .same(" (\(items.count))")) { h in
          table(&h, category.name, items)
        }
      }
    }
  }

  private func table(_ h: inout HTML, _ caption: Phrase, _ items: [CatalogueItem]) {
    h.table(
      caption,
      columns: [
        (Phrase("事项", en: "Item"), false), (Phrase("承办单位", en: "Agency"), false),
        (Phrase("时限", en: "Period"), false),
      ]
    ) { table in
      for item in items {
        table.row([
          { $0.a("/requests/new?item=\(item.id)", item.name) },
          { h in
            if item.isByDistrict {
              h.text(Phrase("所在区政府", en: "the district's government"))
            } else if let agency = profile.agency(item.agency) {
              h.text(agency.name)
            }
          },
          { h in
            let period = item.handlePeriod.flatMap {
              Period($0, rollsOver: true, basis: HotlineLaw.city)
            }
            h.text(period?.phrase ?? Phrase("通用时限", en: "the general one"))
          },
        ])
      }
    }
  }
}
