import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit
import Rulebook

/// Notices, statements and outcomes as the public reads them (E-Commerce Law art. 44): what right, which
/// platform, how many links, where it stands. No person, no number of a case.
struct PublishedNotices: Sendable {
  let rows: [CaseFileRow]

  private func right(_ facts: CaseFacts) -> Phrase {
    IPCompetence.rights.first { $0.code == facts.text("right") }?.name ?? .same("")
  }

  private func facts(_ row: CaseFileRow) -> CaseFacts {
    (try? CaseFacts(row.facts)) ?? CaseFacts()
  }

  private func stage(_ row: CaseFileRow) -> Phrase {
    IPCases.notice.stages.first { $0.id.text == row.base.stage }?.name ?? .same(row.base.stage)
  }

  func render(_ visit: Visit, _ rules: IPRules) -> Response {
    let title = Phrase("通知、声明和处理结果公示", en: "Notices, statements and outcomes")
    let trail = [PageShell.Link(IPMeasure.card.name, "/ip-protection")]
    return visit.page(title, trail: trail) { h in
      h.heading(
        title,
        lead: Phrase(
          "依电子商务法第四十四条公示；不含个人信息。",
          en: "Published by art. 44 of the E-Commerce Law; no personal data."))
      guard !rows.isEmpty else { return h.empty(Phrase("还没有通知。", en: "There is none yet.")) }
      h.table(
        title,
        columns: [
          (Phrase("通知时间", en: "Notice"), false), (Phrase("权利", en: "Right"), false),
          (Phrase("平台", en: "Platform"), false), (Phrase("链接", en: "Links"), true),
          (Phrase("已下架", en: "Down"), true), (Phrase("结果", en: "State"), false),
        ], isCaptionHidden: true
      ) { table in
        for row in rows {
          let facts = facts(row)
          table.row([
            { $0.time(row.base.openedAt, in: rules.profile.zone, .date) },
            { $0.text(right(facts)) },
            { $0.text(rules.name(facts.text("platform"))) },
            { $0.text(String(facts.integer("links") ?? 0)) },
            { $0.text(facts.integer("taken").map(String.init) ?? "—") },
            { $0.tag(stage(row), row.base.isClosed ? .plain : .info) },
          ])
        }
      }
    }
  }

  func json(_ visit: Visit, _ rules: IPRules) -> JSONValue {
    .array(
      rows.map { row in
        let facts = facts(row)
        return [
          "noticed_on": .string(row.base.openedAt.date(in: rules.profile.zone).description),
          "right": .string(facts.text("right")), "platform": .string(facts.text("platform")),
          "links": JSONValue(facts.integer("links")), "taken": JSONValue(facts.integer("taken")),
          "stage": .string(row.base.stage),
          "stage_name": .string(stage(row)[visit.language]),
        ]
      })
  }
}
