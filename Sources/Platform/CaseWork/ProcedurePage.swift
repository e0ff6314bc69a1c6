import CaseEngine
import CityProfiles
import Commons
import HTTPValues
import LegalTime
import Markup
import MeasureKit

/// “How this works and under which law”: written from the declaration that is carried out, so that it
/// cannot say anything else than what is done.
struct ProcedurePage {
  let setting: CaseSetting
  private var type: CaseType { setting.type }
  private var procedure: any Procedure { setting.procedure }

  init(setting: CaseSetting) { self.setting = setting }

  func render(_ visit: Visit) -> Response {
    let title = Phrase("怎么办、依据什么", en: "How it works, under which law")
    let trail = [PageShell.Link(procedure.card.name, "/\(procedure.path)")]
    return visit.page(title, trail: trail) { h in
      h.heading(
        title,
        lead: Phrase(
          "本页由程序实际执行的规则生成。", en: "Written from the very rules that the program carries out."))
      clocks(&h)
      h.section(Phrase("阶段与步骤", en: "Stages and steps"))
      h.details(Phrase("\(type.stages.count)个阶段", en: "\(type.stages.count) stages")) {
        stages(&$0)
      }
      h.details(
        Phrase("\(type.transitions.count)个步骤", en: "\(type.transitions.count) steps"), isOpen: true
      ) { moves(&$0) }
      let documents = procedure.documents
      if !documents.isEmpty {
        h.section(Phrase("文书", en: "Documents"))
        h.element("ul") { h in
          for document in documents {
            h.element("li") { h in
              h.text(document.title)
              h.text(Phrase("：", en: ": "))
              h.text(document.commands.map { procedure.name(of: $0) }.listed)
            }
          }
        }
      }
    }
  }

  private func clocks(_ h: inout HTML) {
    h.table(
      Phrase("时限", en: "Clocks"),
      columns: [
        (Phrase("时限", en: "Clock"), false), (Phrase("推动的阶段", en: "Drives"), false),
        (Phrase("到期时", en: "When it runs out"), false), (Phrase("依据", en: "Basis"), false),
      ]
    ) { table in
      for clock in type.clocks {
        table.row([
          { $0.element("strong", text: clock.name) },
          { h in
            h.text(
              clock.drives.compactMap { id in type.stages.first { $0.id == id }?.name }.listed)
          },
          { $0.text(procedure.name(of: clock.onExpiry)) },
          { $0.basis(clock.basis) },
        ])
      }
    }
  }

  private func stages(_ h: inout HTML) {
    h.table(
      Phrase("阶段", en: "Stages"),
      columns: [(Phrase("阶段", en: "Stage"), false), (Phrase("由谁推进", en: "Who must act"), false)],
      isCaptionHidden: true
    ) { table in
      for stage in type.stages {
        table.row([
          { $0.text(stage.name) },
          { h in
            switch stage.duty {
            case .owed(let actor): h.text(actor.name)
            case .nobody(let why): h.text(why)
            case .over: h.text(Phrase("已结束", en: "over"))
            }
          },
        ])
      }
    }
  }

  private func moves(_ h: inout HTML) {
    h.table(
      Phrase("步骤", en: "Steps"),
      columns: [
        (Phrase("步骤", en: "Step"), false), (Phrase("由谁", en: "By"), false),
        (Phrase("从", en: "From"), false), (Phrase("到", en: "To"), false),
        (Phrase("依据", en: "Basis"), false),
      ], isCaptionHidden: true
    ) { table in
      for move in type.transitions {
        let names = { (ids: [StageID]) in
          ids.compactMap { id in type.stages.first { $0.id == id }?.name }.listed
        }
        table.row([
          { $0.element("strong", text: move.name) },
          { $0.text(move.actors.map(\.name).listed) },
          { $0.text(move.isOpening ? Phrase("（新办件）", en: "(new)") : names(move.from)) },
          { $0.text(move.to.map { names([$0]) } ?? Phrase("不变", en: "stays")) },
          { h in if let basis = move.basis { h.basis(basis) } },
        ])
      }
    }
  }
}
