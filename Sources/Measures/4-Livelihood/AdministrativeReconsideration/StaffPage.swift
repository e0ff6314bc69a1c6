import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Rulebook
import Storage

/// The roster of officers with their fields and loads, and how the head of the authority changes it.
struct StaffPage: Sendable {
  let office: CaseOffice

  private static let fields: [CaseField] = [
    CaseField("number", Phrase("工号", en: "Staff number"), .count(1...999_999)),
    CaseField("name", Phrase("姓名", en: "Name"), .line(40)),
    CaseField(
      "fields", Phrase("专业领域", en: "Fields"),
      hint: Phrase("不选即为各类案件", en: "None ticked: all kinds of case"),
      .choices(ReconsiderationLaw.actKinds.map { .init($0.code, $0.name) }), required: false),
    CaseField(
      "qualified",
      Phrase("已取得法律职业资格并参加统一职前培训", en: "Legally qualified and trained before taking up the post"),
      .flag, required: false, ReconsiderationCases.law(6, 2)),
    CaseField("active", Phrase("在岗", en: "On duty"), .flag, required: false),
  ]

  func show(_ visit: Visit, _ problem: Problem? = nil) async throws -> Response {
    let roster = try await office.desk.store.all(ReconsiderationTables.allOfficers)
    let chosen = visit.request.query["number"].flatMap { number in
      roster.first { "\($0.number)" == number }
    }
    let state = visit.entered(problem, else: StaffPage.values(of: chosen))
    let title = Phrase("复议人员与办案量", en: "Officers and their loads")
    let trail = [PageShell.Link(office.procedure.card.name, "/desk/reconsideration")]
    return visit.page(title, trail: trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      if visit.request.query["done"] != nil { h.banner(Phrase("已登记。", en: "Done."), .good) }
      h.heading(
        title,
        lead: Phrase(
          "受理时由程序分给专业相符、在办最少的人员；同等的按工号。负责人可以在案件页改派。",
          en:
            "On acceptance a case goes to officers of its field with the fewest open cases, equal ones by number. The head may reassign it on its page."
        ))
      h.element("p") { h in
        h.basis(ReconsiderationCases.law(6, 1))
        h.text("　")
        h.basis(.law(ReconsiderationLaw.regulations(32)))
      }
      table(&h, roster, mayEdit: visit.actor.may(office.procedure.permission(.approver)))
      guard visit.actor.may(office.procedure.permission(.approver)) else { return }
      h.element("div", .class("panel reading")) { h in
        h.element(
          "h2",
          text: chosen.map { Phrase("修改：\($0.name)", en: "Change: \($0.name)") }
            ?? Phrase("登记人员", en: "Put somebody on the roster"))
        h.form(
          "/desk/reconsideration/staff", csrf: visit.csrf, idempotencyKey: visit.freshKey
        ) { h in
          CaseForm(StaffPage.fields, in: office.setting.profile).write(&h, state)
          h.button(Phrase("保存", en: "Save"))
        }
      }
    }
  }

  private static func values(of officer: OfficerRow?) -> [(String, String)] {
    guard let officer else { return [("active", "1")] }
    var values = [("number", "\(officer.number)"), ("name", officer.name)]
    values += officer.fields.map { ("fields", $0) }
    if officer.isQualified { values.append(("qualified", "1")) }
    if officer.isActive { values.append(("active", "1")) }
    return values
  }

  private func table(_ h: inout HTML, _ roster: [OfficerRow], mayEdit: Bool) {
    guard !roster.isEmpty else {
      h.empty(
        Phrase("名册是空的：受理时不自动分案，由负责人指定。", en: "The roster is empty: the head assigns each case."))
      return
    }
    let most = max(1, roster.map(\.load).max() ?? 1)
    h.table(
      Phrase("复议人员", en: "Officers"),
      columns: [
        (Phrase("工号", en: "Number"), false), (Phrase("姓名", en: "Name"), false),
        (Phrase("专业领域", en: "Fields"), false), (Phrase("资格", en: "Qualified"), false),
        (Phrase("状态", en: "State"), false), (Phrase("在办", en: "Open cases"), true),
      ], isCaptionHidden: true
    ) { table in
      for officer in roster {
        table.row([
          { h in
            mayEdit
              ? h.a(
                "/desk/reconsideration/staff?number=\(officer.number)", .same("\(officer.number)"))
              : h.text("\(officer.number)")
          },
          { $0.text(officer.name) }, { $0.text(StaffPage.names(officer.fields)) },
          { h in
            h.text(
              officer.isQualified ? Phrase("已具备", en: "yes") : Phrase("未登记", en: "not on record"))
          },
          { h in
            officer.isActive
              ? h.tag(Phrase("在岗", en: "on duty"), .good) : h.tag(Phrase("不在岗", en: "off"))
          },
          { h in
            h.text("\(officer.load)")
            if officer.isActive, officer.load == most, roster.count > 1, most > 1 {
              h.text(" ")
              h.tag(Phrase("最多", en: "most"), .warn)
            }
          },
        ])
      }
    }
  }

  private static func names(_ fields: [String]) -> Phrase {
    fields.isEmpty
      ? Phrase("各类", en: "all")
      : fields.map {
        ReconsiderationProcedure.name($0, in: ReconsiderationLaw.actKinds) ?? .same($0)
      }.listed
  }

  func take(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    do {
      let said = try CaseForm(StaffPage.fields, in: office.setting.profile).read(form)
      let command = SetOfficer(
        number: said.integer("number") ?? 0, name: said.text("name"), fields: said.list("fields"),
        isQualified: said.flag("qualified"), isActive: said.flag("active"))
      _ = try await office.desk.submit(command, by: visit.actor, visit.terms(form))
      return .seeOther("/desk/reconsideration/staff?done=1")
    } catch let problem as Problem where problem.status == 422 {
      return try await show(visit, problem)
    }
  }
}
