import CaseWork
import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit

/// All purchases as public notices, the latest first, narrowed by words, firm, method and phase.
struct NoticesPage {
  let measure: ProcurementMeasure

  static let path = "/procurement/notices"
  private static let rows = 50

  func show(_ visit: Visit) throws -> Response {
    let query = visit.request.query
    var filter = PurchaseIndex.Filter()
    filter.words = String((query["q"] ?? "").prefix(80))
    filter.buyer = query["firm"] ?? ""
    filter.method = query["method"] ?? ""
    if let phase = query["phase"], !phase.isEmpty {
      guard let known = PurchaseIndex.Phase(rawValue: phase) else {
        throw Problem.malformed(
          Phrase("没有“\(phase)”这一阶段。", en: "There is no phase “\(phase)”."))
      }
      filter.phase = known
    }
    let before = try query["before"].map { try place($0) }
    let (all, found, buyers) = measure.watch.withLock { watch in
      (
        watch.index.count,
        watch.index.latest(filter, before: before, limit: NoticesPage.rows),
        watch.index.organisations.filter(\.isBuyer)
      )
    }
    let title = Phrase("采购公告", en: "Public notices")
    let trail = [PageShell.Link(ProcurementMeasure.card.name, "/procurement")]
    return visit.page(title, trail: trail) { h in
      h.heading(
        title,
        lead: Phrase(
          "全部采购过程\(all)宗，每宗有链条、响应、预警和数据。",
          en: "All \(all) purchases, each with its chain, bids, alerts and data."))
      form(&h, visit, filter, buyers)
      BoardPage(measure: measure).purchases(&h, found.rows)
      h.next(found.next.map { next($0, query) })
    }
  }

  /// `microseconds.ocid`, as ``next(_:_:)`` writes it.
  private func place(_ text: String) throws(Problem) -> PurchaseIndex.Place {
    guard let dot = text.firstIndex(of: "."), let at = Int64(text[..<dot]) else {
      throw .malformed(Phrase("before 无法读取。", en: "before cannot be read."))
    }
    return PurchaseIndex.Place(at: at, ocid: String(text[text.index(after: dot)...]))
  }

  private func next(_ place: PurchaseIndex.Place, _ query: QueryItems) -> String {
    var words: [String] = []
    for name in ["q", "firm", "method", "phase"] {
      if let value = query[name], !value.isEmpty {
        words.append("\(name)=\(PercentCoding.encode(value))")
      }
    }
    words.append("before=\(PercentCoding.encode("\(place.at).\(place.ocid)"))")
    return "\(NoticesPage.path)?\(words.joined(separator: "&"))"
  }

  private func form(
    _ h: inout HTML, _ visit: Visit, _ filter: PurchaseIndex.Filter,
    _ buyers: [PurchaseIndex.Organisation]
  ) {
    let state = FormState(
      values: [
        ("q", filter.words), ("firm", filter.buyer), ("method", filter.method),
        ("phase", filter.phase?.rawValue ?? ""),
      ], problem: nil)
    let any = (value: "", label: Phrase("全部", en: "all"))
    h.element(
      "form", .action(NoticesPage.path), .named("method", "get"), .class("filters")
    ) { h in
      h.textField(
        "q", Phrase("项目名称、企业或者 ocid", en: "Title, firm or ocid"), state, type: "search")
      h.select(
        "firm", Phrase("企业", en: "Firm"), state,
        groups: [
          (
            nil,
            [any]
              + buyers.sorted { $0.id < $1.id }.prefix(500)
              .map { ($0.id, measure.name(of: $0.id, $0.name)) }
          )
        ])
      h.select(
        "method", Phrase("方式", en: "Method"), state,
        groups: [(nil, [any] + ProcurementMethod.allCases.map { ($0.rawValue, $0.name) })])
      h.select(
        "phase", Phrase("阶段", en: "Phase"), state,
        groups: [(nil, [any] + PurchaseIndex.Phase.allCases.map { ($0.rawValue, $0.name) })])
      h.button(Phrase("查找", en: "Find"))
    }
  }
}
