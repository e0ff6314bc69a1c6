import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Rulebook
import Storage

/// What everybody may read: published decisions, service standards with how they are kept, experts.
struct ReconsiderationPages: Sendable {
  let office: CaseOffice
  let rules: ReconsiderationRules
  private var trail: [PageShell.Link] {
    [PageShell.Link(office.procedure.card.name, "/reconsideration")]
  }

  // MARK: Decisions (art. 79)

  private static let pageSize = 20
  private static let scanLimit = 2000

  func decisions(_ visit: Visit) async throws -> Response {
    let cursor = try visit.cursor(count: 2).map { ($0.keys[0], $0.keys[1]) } ?? (.max, .max)
    let kind = office.setting.type.id
    let found = try await office.desk.store.read { view in
      var found: [CaseFileRow] = []
      var place = cursor
      var seen = 0
      while found.count <= Self.pageSize, seen < Self.scanLimit {
        let rows = try view.all(
          CaseFileBook.latest(at: .closed, kind: kind, before: place, limit: 200))
        guard let last = rows.last else { break }
        seen += rows.count
        found += rows.filter { (try? CaseFacts($0.facts))?.string("published") != nil }
        place = (last.base.closedAt?.microseconds ?? .max, last.base.key)
      }
      return found
    }
    let title = Phrase("行政复议决定书公开", en: "Published decisions")
    let shown = found.prefix(Self.pageSize)
    let next = found.count > Self.pageSize ? shown.last : nil
    return visit.page(title, trail: trail) { h in
      h.heading(
        title,
        lead: Phrase("已隐去个人信息。", en: "Personal data has been taken out."))
      h.element("p") { $0.basis(ReconsiderationCases.law(79, 1)) }
      if shown.isEmpty { h.empty(Phrase("还没有公开的决定书。", en: "No decision has been published yet.")) }
      for row in shown { decision(&h, row) }
      h.next(
        next.flatMap { row in
          row.base.closedAt.map {
            visit.target(after: PageCursor($0.microseconds, row.base.key))
          }
        })
    }
  }

  private func decision(_ h: inout HTML, _ row: CaseFileRow) {
    guard let facts = try? CaseFacts(row.facts) else { return }
    let kind = ReconsiderationProcedure.name(
      facts.string("decision"), in: ReconsiderationLaw.decisionKinds)
    h.element("div", .class("panel")) { h in
      h.element("p") { h in
        if let kind { h.tag(kind) }
        h.text("　")
        h.text(.same(row.base.title))
        if let day = facts.date("decided-on") {
          h.text("　")
          h.text(day.phrase)
        }
      }
      h.prose(facts.text("published"))
    }
  }

  // MARK: Standards

  func standards(_ visit: Visit, _ figures: ReconsiderationStatistics) -> Response {
    let title = Phrase("服务标准与执行情况", en: "Service standards and how they are kept")
    return visit.page(title, trail: trail) { h in
      h.heading(
        title,
        lead: Phrase(
          "能由公开记录算出的，列出执行情况；不能算出的，写明为承诺。",
          en: "Where public records allow it, the figure is computed; elsewhere it is a promise."))
      h.table(
        title,
        columns: [
          (Phrase("标准", en: "Standard"), false), (Phrase("执行情况", en: "Kept"), true),
          (Phrase("依据", en: "Basis"), false),
        ], isCaptionHidden: true
      ) { table in
        for standard in ServiceStandard.all(figures) {
          table.row([
            { $0.text(standard.name) },
            { h in
              h.text(
                standard.share.map { .same(Figures.fixed($0 * 100, 1) + "%") }
                  ?? Phrase("承诺", en: "promise"))
            }, { $0.basis(standard.basis) },
          ])
        }
      }
    }
  }

  // MARK: Experts

  func experts(_ visit: Visit) -> Response {
    let title = Phrase("行政复议咨询专家库", en: "Roster of experts")
    let experts = rules.experts
    return visit.page(title, trail: trail) { h in
      h.heading(
        title,
        lead: Phrase(
          "提请咨询时由程序抽取；与被申请人有关的回避。抽签种子由程序随机取得并公开，任何人可以据此重算。",
          en:
            "Some are drawn when the committee is asked; whoever belongs to the respondent stands "
            + "aside. The seed is random and public, so anybody can draw again."))
      h.element("p") { $0.basis(ReconsiderationCases.law(52, 1)) }
      h.table(
        title,
        columns: [
          (Phrase("编号", en: "Id"), false), (Phrase("姓名", en: "Name"), false),
          (Phrase("专业", en: "Field"), false), (Phrase("单位", en: "Belongs to"), false),
        ], isCaptionHidden: true
      ) { table in
        for expert in experts {
          table.row([
            { $0.text(expert.id) }, { $0.text(expert.name) }, { $0.text(expert.field) },
            { $0.text(rules.profile.agency(expert.employer)?.name ?? .same(expert.employer)) },
          ])
        }
      }
    }
  }
}

/// A standard of service, with the share in which it was kept where public acts tell.
struct ServiceStandard: Sendable {
  let name: Phrase
  let share: Double?
  let basis: Basis

  static func all(_ figures: ReconsiderationStatistics) -> [ServiceStandard] {
    func share(_ part: Int, _ whole: Int) -> Double? {
      whole > 0 ? Double(part) / Double(whole) : nil
    }
    let city = ReconsiderationCases.city
    return [
      ServiceStandard(
        name: Phrase("在审查期限内明确是否受理（未因逾期视为受理）", en: "Acceptance decided in time"),
        share: share(figures.accepted - figures.deemed, figures.accepted),
        basis: ReconsiderationCases.law(30)),
      ServiceStandard(
        name: Phrase("在期限内发送被申请人", en: "Sent to the respondent in time"),
        share: share(figures.accepted - figures.lateServices, figures.accepted),
        basis: ReconsiderationCases.law(48)),
      ServiceStandard(
        name: Phrase("被申请人在期限内答复", en: "Respondents reply in time"),
        share: share(figures.replied, figures.replied + figures.silent),
        basis: ReconsiderationCases.law(48)),
      ServiceStandard(
        name: Phrase("在期限内作出决定", en: "Decided in time"),
        share: share(figures.decided - figures.lateDecisions, figures.decided),
        basis: ReconsiderationCases.law(62)),
      ServiceStandard(
        name: Phrase("办结后归档", en: "Archived once over"),
        share: share(figures.archived, figures.closed), basis: city),
      ServiceStandard(
        name: Phrase("不收取任何费用", en: "Free of charge"), share: nil,
        basis: ReconsiderationCases.law(87)),
      ServiceStandard(
        name: Phrase(
          "线上线下同一标准，窗口提供口头申请记录", en: "Same online and at the counter; oral applications taken down"),
        share: nil, basis: ReconsiderationCases.law(22)),
      ServiceStandard(
        name: Phrase("窗口无障碍，工作时间有律师值班", en: "Accessible counter, a lawyer on duty in office hours"),
        share: nil, basis: city),
    ]
  }
}
