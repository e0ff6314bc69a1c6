import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import LegalTime
import Markup
import MeasureKit
import Storage

/// How the rules of archiving are kept: which files are to be archived, which are late, and of which the
/// period is over.
struct ArchivePage: Sendable {
  let office: CaseOffice
  let rules: ReconsiderationRules

  private struct Found: Sendable {
    let open: (waiting: Int64, late: Int64)
    let due: [Line]
    let over: [Line]
    let next: PageCursor?
  }

  private struct Line: Sendable {
    let file: ArchiveRow
    let base: CaseRow
  }

  private static let shown = 50

  func show(_ visit: Visit) async throws -> Response {
    let today = office.setting.day(visit.now)
    let found = try await find(visit, on: today)
    let title = Phrase("案卷归档与保管", en: "Files: archived and kept")
    let trail = [PageShell.Link(office.procedure.card.name, "/desk/reconsideration")]
    return visit.page(title, trail: trail) { h in
      h.heading(
        title,
        lead: Phrase(
          "办结后在期限内归档；保管期限按归档之日的规定。期满的须鉴定，不自动销毁。",
          en:
            "Archived in time once over, kept by the rules of the day of archiving. Files whose period is over are appraised; nothing is destroyed by itself."
        ))
      h.tiles { h in
        h.tile(Phrase("待归档", en: "To be archived"), Figures.grouped(found.open.waiting))
        h.tile(
          Phrase("逾期未归档", en: "Late"), Figures.grouped(found.open.late),
          found.open.late > 0 ? .bad : .good)
        h.tile(
          Phrase("保管期满", en: "Period over"),
          found.over.count > Self.shown ? "\(Self.shown)+" : "\(found.over.count)")
      }
      periods(&h, today)
      due(&h, found, today)
      over(&h, found)
      h.next(found.next.map { visit.target(after: $0) })
    }
  }

  private func find(_ visit: Visit, on today: CivilDate) async throws -> Found {
    let cursor = try visit.cursor(count: 2).map { ($0.keys[0], $0.keys[1]) } ?? (.min, .min)
    let office = office
    return try await office.desk.store.read { view in
      func lines(_ files: [ArchiveRow]) throws -> [Line] {
        try files.compactMap { file in
          guard let row = try view.first(CaseFileBook.find(file.caseKey)) else { return nil }
          return office.isStaff(visit, row) ? Line(file: file, base: row.base) : nil
        }
      }
      let files = try view.all(
        ReconsiderationTables.toArchive(after: cursor, limit: Self.shown + 1))
      let last = files.count > Self.shown ? files[Self.shown - 1] : nil
      return Found(
        open: try ReconsiderationTables.openFiles(view, on: today),
        due: try lines(Array(files.prefix(Self.shown))),
        over: try lines(view.all(ReconsiderationTables.over(on: today, limit: Self.shown + 1))),
        next: last.map { PageCursor(Int64($0.dueOn.dayNumber), $0.caseKey) })
    }
  }

  /// The periods with their sources.
  private func periods(_ h: inout HTML, _ today: CivilDate) {
    var rows: [(name: Phrase, value: (inout HTML) -> Void)] = []
    func add(_ name: Phrase, _ period: Period?) {
      guard let period else { return }
      rows.append(
        (
          name,
          { h in
            h.text(period.phrase)
            h.text("　")
            h.basis(period.basis)
          }
        ))
    }
    add(Phrase("办结后归档", en: "Archived within"), try? rules.cityPeriod("archive", on: today))
    add(
      Phrase("作出决定、调解书的", en: "With a decision or mediation letter"),
      try? rules.lawful("retention-long", on: today))
    add(Phrase("其他", en: "Others"), try? rules.lawful("retention-short", on: today))
    rows.append(
      (
        Phrase("作出决定的重大案件", en: "Major ones with a decision"),
        { $0.text(Phrase("永久", en: "for ever")) }
      ))
    h.details(Phrase("依据的期限", en: "The periods, and where they stand")) { $0.summary(rows) }
  }

  private func due(_ h: inout HTML, _ found: Found, _ today: CivilDate) {
    h.section(Phrase("待归档", en: "To be archived"))
    guard !found.due.isEmpty else {
      h.empty(Phrase("没有待归档的案卷。", en: "Nothing is to be archived."))
      return
    }
    h.table(
      Phrase("待归档", en: "To be archived"),
      columns: [
        (Phrase("案件", en: "Case"), false), (Phrase("办结", en: "Closed"), false),
        (Phrase("应归档至", en: "Archive by"), false), (Phrase("状态", en: "State"), false),
      ], isCaptionHidden: true
    ) { table in
      for line in found.due {
        table.row(
          [
            { title(&$0, line) }, { $0.text(line.file.closedOn.phrase) },
            { $0.text(line.file.dueOn.phrase) },
            { h in
              let left = today.days(to: line.file.dueOn)
              left < 0
                ? h.tag(Phrase("逾期\(-left)日", en: "\(-left) days late"), .bad)
                : h.tag(Phrase("剩\(left)日", en: "\(left) days left"), left <= 10 ? .warn : .plain)
            },
          ], class: line.file.dueOn < today ? "late" : nil)
      }
    }
  }

  private func over(_ h: inout HTML, _ found: Found) {
    h.section(Phrase("保管期满，待鉴定", en: "Period over, to be appraised"))
    guard !found.over.isEmpty else {
      h.empty(Phrase("没有保管期满的案卷。", en: "No file is past its period."))
      return
    }
    h.table(
      Phrase("保管期满", en: "Period over"),
      columns: [
        (Phrase("案件", en: "Case"), false), (Phrase("归档", en: "Archived"), false),
        (Phrase("保管", en: "Kept"), false), (Phrase("保管至", en: "Kept through"), false),
      ], isCaptionHidden: true
    ) { table in
      for line in found.over.prefix(Self.shown) {
        table.row([
          { title(&$0, line) }, { $0.text(line.file.archivedOn?.phrase ?? .same("—")) },
          { $0.text(ReconsiderationProcedure.name(ofRetention: line.file.retention)) },
          { $0.text(line.file.keptThrough?.phrase ?? .same("—")) },
        ])
      }
    }
  }

  private func title(_ h: inout HTML, _ line: Line) {
    h.a("/desk/reconsideration/\(line.base.number)", .same(line.base.title), class: "main")
    h.element("span", .class("sub mono"), text: line.base.number.description)
  }
}
