import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import Markup
import MeasureKit
import Storage

/// What waits for air traffic control, flight by flight, the earliest deadline first: until when, how long that is, and
/// what each plan meets.
struct ControlBoard: Sendable {
  /// A flight that waits.
  struct Line: Sendable {
    let row: CaseFileRow
    let stage: Phrase
    let mission: Phrase
    let start: Instant
    /// What the plan meets: numbers of flights, zones, closures, routes.
    let conflicts: [String]
    /// Whether another plan is offered.
    let isOffered: Bool
    /// Microseconds since 1970; what has no deadline comes last.
    var due: Int64 { row.base.dueAt?.microseconds ?? .max }
  }

  let lines: [Line]
  let rules: FlightRules

  private static let stages: [StageID] = [.filed, .reported, .active, .handing]
  /// Flights shown at most; the trays have all of them.
  private static let most = 60

  init(_ measure: LowAltitudeMeasure) async throws {
    rules = measure.rules
    var lines: [Line] = []
    for stage in ControlBoard.stages {
      let name = FlightCases.stages.first { $0.id == stage }?.name ?? .same(stage.text)
      let rows = try await measure.desk.store.all(
        CaseFileBook.at(stage, kind: FlightCases.kind, after: (.min, .min), limit: 200))
      for row in rows {
        let facts = try CaseFacts(row.facts)
        guard let plan = try? FlightPlan(facts["plan"]) else { continue }
        let met = (facts["conflicts"]?.array ?? []).compactMap { $0["with"]?.string }
        lines.append(
          Line(
            row: row, stage: name,
            mission: Mission(rawValue: facts.text(Mission.field))?.name ?? .same("—"),
            start: plan.start, conflicts: met, isOffered: facts["offer"] != nil))
      }
    }
    lines.sort { ($0.due, $0.row.base.key) < ($1.due, $1.row.base.key) }
    self.lines = Array(lines.prefix(ControlBoard.most))
  }

  private static func span(_ due: Instant, _ now: Instant) -> Phrase {
    let span = Phrase.span(seconds: due.seconds - now.seconds)
    return due < now ? Phrase("逾期", en: "late by ") + span : Phrase("还有", en: "in ") + span
  }

  func render(_ h: inout HTML, at now: Instant) {
    let title = Phrase("等待办理的飞行", en: "Flights that wait")
    h.section(title)
    guard !lines.isEmpty else {
      return h.empty(Phrase("没有等待办理的飞行。", en: "No flight waits."))
    }
    h.table(
      title,
      columns: [
        (Phrase("飞行", en: "Flight"), false), (Phrase("环节", en: "Stage"), false),
        (Phrase("起飞", en: "Take-off"), false), (Phrase("期限", en: "Due"), false),
        (Phrase("冲突", en: "Conflicts"), false),
      ], isCaptionHidden: true
    ) { table in
      for line in lines {
        table.row([
          { h in
            h.a(
              "/desk/low-altitude/flights/\(line.row.base.number)",
              .same(line.row.base.number.description), class: "main mono")
            h.element("span", .class("sub"), text: line.mission)
          },
          { $0.text(line.stage) }, { $0.text(rules.text(line.start)) },
          { h in
            guard let due = line.row.base.dueAt else { return h.text("—") }
            h.text(rules.text(due) + " ")
            let left = due.seconds - now.seconds
            h.tag(ControlBoard.span(due, now), left <= 0 ? .bad : left < 3600 ? .warn : .plain)
          },
          { conflicts(&$0, line) },
        ])
      }
    }
  }

  private func conflicts(_ h: inout HTML, _ line: Line) {
    guard !line.conflicts.isEmpty else { return h.tag(Phrase("无", en: "none"), .good) }
    h.tag(Phrase("\(line.conflicts.count)处", en: "\(line.conflicts.count)"), .bad)
    h.text(" " + line.conflicts.prefix(3).joined(separator: ", "))
    if line.isOffered {
      h.element("span", .class("sub"), text: Phrase("已给出无冲突计划", en: "another plan is offered"))
    }
  }
}
