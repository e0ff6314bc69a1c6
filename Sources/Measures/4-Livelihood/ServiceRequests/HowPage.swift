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
      h.bases(RequestsMeasure.card.bases)
      flow(&h, visit)
      h.element("p") { h in
        h.a(
          "/requests/catalogue",
          Phrase("事项目录与承办单位 ›", en: "Catalogue and responsible agencies ›"))
      }
      periods(&h, visit)
      h.section(Phrase("阶段与步骤", en: "Stages and steps"))
      h.details(
        Phrase("\(type.stages.count)个阶段，由谁推进", en: "\(type.stages.count) stages, and who must act")
      ) {
        stages(&$0)
      }
      for (name, part) in HowPage.parts {
        h.details(name + Phrase("（\(part.count)步）", en: " (\(part.count) steps)")) { h in
          moves(&h, name, part)
        }
      }
    }
  }

  private static let parts: [(name: Phrase, [Transition])] = [
    (Phrase("收集与受理", en: "Collecting"), ServiceRequestCases.intake),
    (Phrase("分拨", en: "Dispatching"), ServiceRequestCases.dispatching),
    (Phrase("办理", en: "Handling"), ServiceRequestCases.handling),
    (Phrase("监督", en: "Supervising"), ServiceRequestCases.supervision),
    (Phrase("回访与评价", en: "Evaluating"), ServiceRequestCases.evaluation),
    (Phrase("终结", en: "Ending"), ServiceRequestCases.ending),
  ]

  /// The usual way in five steps with the periods that hold today.
  func flow(_ h: inout HTML, _ visit: Visit) {
    let day = rules.day(visit.now)
    func within(_ clock: ClockID) -> Phrase {
      let period = rules.period(clock, on: day)
      return Phrase("\(period.zh)内", en: "within \(period.en)")
    }
    let steps: [(Phrase, Phrase)] = [
      (
        Phrase("提出", en: "Report"),
        Phrase("网页、电话等渠道，当场得编号和回执", en: "online, by telephone …; number and receipt at once")
      ),
      (Phrase("派单", en: "Dispatch"), within(.dispatch)),
      (Phrase("签收", en: "Accept"), within(.accept)),
      (Phrase("办理、答复", en: "Handle and answer"), within(.handle)),
      (
        Phrase("评价", en: "Rate"),
        Phrase("不满意的，审核后重办", en: "if you are not satisfied, it is reviewed and redone")
      ),
    ]
    h.element("ol", .class("flow")) { h in
      for (name, note) in steps {
        h.element("li") { h in
          h.element("strong", text: name)
          h.p(note)
        }
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
          { $0.element("strong", text: name) },
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
      ], isCaptionHidden: true
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

  private func moves(_ h: inout HTML, _ caption: Phrase, _ part: [Transition]) {
    h.table(
      caption,
      columns: [
        (Phrase("步骤", en: "Step"), false), (Phrase("谁可以", en: "Who may"), false),
        (Phrase("从", en: "From"), false), (Phrase("到", en: "To"), false),
        (Phrase("依据", en: "Basis"), false),
      ], isCaptionHidden: true
    ) { table in
      for move in part {
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
          .named(
            "placeholder", Phrase("例如：路灯、噪声、医保", en: "Such as: street light, noise, insurance")),
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
        h.details(category.name + Phrase("（\(items.count)项）", en: " (\(items.count))")) { h in
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
      ], isCaptionHidden: true
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

extension RequestRules {
  /// The city's period for a clock on a day, as people say it.
  func period(_ clock: ClockID, on day: CivilDate) -> Phrase {
    let step = profile.parameter(RequestRules.prefix + clock.text, on: day)
    let period = step.flatMap { Period($0.value, rollsOver: true, basis: $0.basis) }
    return period?.phrase ?? Phrase("规定时限", en: "the period of the rules")
  }
}
