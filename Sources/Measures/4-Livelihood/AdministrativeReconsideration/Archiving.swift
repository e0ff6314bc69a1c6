import Books
import CaseEngine
import CaseWork
import Commons
import LegalTime
import Rulebook
import Storage

// Files of cases that are over: to be archived in time, and kept as long as the rules say.
extension ReconsiderationProcedure {
  /// Stages in which a case leaves a file to be archived.
  private static let filed: Set<StageID> = [
    .closed, .refused, .abandoned, .withdrawn, .terminated,
  ]

  func archive(_ draft: inout CaseDraft, _ view: any View) throws {
    let wasOver = draft.before?.base.isClosed ?? false
    let stage = draft.stage(type)
    if draft.command == "archive" { return try putAway(&draft, view) }
    if stage.isFinal, !wasOver, Self.filed.contains(stage.id) {
      let period = try rules.cityPeriod("archive", on: draft.today)
      let row = ArchiveRow(
        caseKey: draft.key, closedOn: draft.today,
        dueOn: draft.calendar.due(period, from: draft.today).date)
      draft.rows.append { [ReconsiderationTables.open(row, $0)] }
    } else if wasOver, !stage.isFinal {
      // A superior orders that it is accepted after all.
      if let row = try view.first(ReconsiderationTables.file(draft.key)) {
        draft.changes.append(ReconsiderationTables.drop(row))
      }
    }
  }

  /// Archives the file: how long it is kept follows from how the case ended, by the rules of that day.
  private func putAway(_ draft: inout CaseDraft, _ view: any View) throws {
    let facts: [String: FactValue] = [
      "decided": .truth(draft.facts.date("decided-on") != nil),
      "major": .truth(draft.facts.flag("major")),
    ]
    let finding = try rules.finding("retention", facts, on: draft.today)
    guard case .choice(let code) = finding.outcome else { return }
    draft.findings.append(finding)
    let kept = try rules.lawful("retention-\(code)", on: draft.today)
      .map { draft.calendar.due($0, from: draft.today).date }
    draft.facts.set("archived-on", draft.today)
    draft.facts.set("retention", code)
    draft.facts.set("kept-through", kept)
    guard let row = try view.first(ReconsiderationTables.file(draft.key)) else { return }
    var next = row
    next.archivedOn = draft.today
    next.retention = code
    next.keptThrough = kept
    draft.rows.append { [next] in [ReconsiderationTables.move(next, from: row, $0)] }
  }

  /// How a class of retention is called.
  static func name(ofRetention code: String?) -> Phrase {
    switch code {
    case "permanent": Phrase("永久", en: "for ever")
    case "long": Phrase("长期", en: "long")
    case "short": Phrase("短期", en: "short")
    default: .same("—")
    }
  }

  /// What must hold of the files: each case that left one has it, and both say the same.
  static func files(_ type: CaseType, _ view: any View) throws -> [(row: Int64, what: Phrase)] {
    var found: [(row: Int64, what: Phrase)] = []
    try ReconsiderationTables.forEachFile(view) { row in
      guard let file = try view.first(CaseFileBook.find(row.caseKey)), file.kind == type.id,
        file.base.isClosed
      else {
        found.append((row.caseKey, Phrase("没有对应的办结案件。", en: "its case is missing or open")))
        return
      }
      let facts = (try? CaseFacts(file.facts)) ?? CaseFacts()
      if facts.date("archived-on") != row.archivedOn
        || facts.date("kept-through") != row.keptThrough
      {
        found.append((row.caseKey, Phrase("归档记载与案件不符。", en: "it says otherwise than its case")))
      }
    }
    try CaseFileBook.forEach(type.id, view) { file in
      guard file.base.isClosed, filed.contains(StageID(file.base.stage)),
        try view.first(ReconsiderationTables.file(file.base.key)) == nil
      else { return }
      found.append((file.base.key, Phrase("办结案件没有归档记录。", en: "the case has no file to archive")))
    }
    return found
  }
}
