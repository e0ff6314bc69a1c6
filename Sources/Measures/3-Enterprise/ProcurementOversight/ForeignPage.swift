import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// The public page of a connected platform's process: what its releases say, its bids, its alerts, and when each
/// release was taken. The platform's own purchases lead to their page.
struct ForeignPage {
  let measure: ProcurementMeasure

  func show(_ visit: Visit) async throws -> Response {
    let ocid = visit.request.query["ocid"] ?? visit["number"]
    let own = ProjectPage.number(ocid)
    if own != ocid { return .seeOther("/procurement/projects/\(own)") }
    let known = measure.watch.withLock { watch in
      watch.compiled[ocid].map { ($0, watch.index.notices[ocid]) }
    }
    guard let (release, notice) = known, let notice else {
      throw Problem.notFound(Phrase("没有这一采购过程。", en: "There is no such process."))
    }
    let (rows, alerts) = try await measure.desk.store.read { view in
      let rows = try view.all(
        CaseFileBook.about("ocid:\(ocid)", kind: ExchangeProcedure.kind, limit: 1))
      let acts = try rows.first.map { try view.all(JournalBook.history($0.base.key)) } ?? []
      return (
        (platform: rows.first?.party, acts: acts), try view.all(AlertTables.alerts(of: ocid))
      )
    }
    let title = notice.title.isEmpty ? Phrase.same(ocid) : .same(notice.title)
    let trail = [
      PageShell.Link(ProcurementMeasure.card.name, "/procurement"),
      PageShell.Link(Phrase("采购公告", en: "Public notices"), NoticesPage.path),
    ]
    return visit.page(title, trail: trail) { h in
      h.heading(title, lead: .same(ocid))
      h.p(notice.phase.name, class: "now")
      summary(&h, release, notice, rows.platform)
      ProjectPage.bids(
        &h, release, ceiling: release["tender"]?["maximumValue"]?["amount"]?.double ?? 0)
      h.section(Phrase("预警", en: "Alerts"))
      BoardPage(measure: measure).alerts(&h, alerts)
      h.section(Phrase("收到的发布", en: "Releases taken"))
      releases(&h, rows.acts)
      h.a(
        "/api/procurement/records/\(PercentCoding.encode(ocid))",
        Phrase("合并后的发布（OCDS，JSON）", en: "The compiled release (OCDS, JSON)"))
    }
  }

  private func summary(
    _ h: inout HTML, _ release: JSONValue, _ notice: PurchaseIndex.Notice, _ platform: String?
  ) {
    var rows: [(name: Phrase, value: (inout HTML) -> Void)] = []
    func add(_ name: Phrase, _ text: String?) {
      if let text, !text.isEmpty { rows.append((name, { $0.text(text) })) }
    }
    func money(_ value: JSONValue?) -> String? {
      value?["amount"]?.double.map {
        "\(Figures.fixed($0, 2)) \(value?["currency"]?.string ?? "")"
      }
    }
    add(Phrase("交易平台", en: "Platform"), platform)
    if !notice.buyer.isEmpty {
      rows.append(
        (
          Phrase("采购企业", en: "Firm"),
          {
            $0.a(
              FirmPage.address(notice.buyer),
              measure.name(of: notice.buyer, notice.buyerName.isEmpty ? nil : notice.buyerName))
          }
        ))
    }
    rows.append((Phrase("方式", en: "Method"), { $0.text(BoardPage.method(notice.method)) }))
    add(Phrase("估算价", en: "Estimate"), money(release["tender"]?["value"]))
    add(Phrase("最高限价", en: "Ceiling"), money(release["tender"]?["maximumValue"]))
    add(Phrase("响应截止", en: "Bids until"), release["tender"]?["tenderPeriod"]?["endDate"]?.string)
    let award = release["awards"]?.array?.first { $0["status"]?.string == "active" }
    add(Phrase("成交价", en: "Price"), money(award?["value"]))
    for supplier in (award?["suppliers"]?.array ?? []).compactMap({ $0["id"]?.string }) {
      rows.append(
        (
          Phrase("中标人", en: "Winner"),
          { $0.a(FirmPage.address(supplier), .same(supplier)) }
        ))
    }
    h.summary(rows)
  }

  private func releases(_ h: inout HTML, _ acts: [JournalRow]) {
    h.timeline { h in
      for act in acts.reversed() {
        let release = (try? JSONValue(parsing: act.publicFields))?[ReleaseParts.field]
        let tags = (release?["tag"]?.array ?? []).compactMap(\.string).joined(separator: "、")
        let name =
          release == nil
          ? Phrase("结束跟踪", en: "followed no longer")
          : Phrase("收到发布：\(tags)", en: "release taken: \(tags)")
        h.event(
          name, by: ActorKind.exchange.name, at: act.effectiveAt, in: measure.rules.profile.zone,
          .plain
        ) { h in
          if let date = release?["date"]?.string {
            h.text(Phrase("发布日期 \(date)", en: "dated \(date)"))
          }
        }
      }
    }
  }
}
