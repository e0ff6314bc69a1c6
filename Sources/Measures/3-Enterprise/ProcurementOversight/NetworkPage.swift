import CaseWork
import Charts
import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit
import RedFlags

/// Who bids to whom, where alerts lie, what prices look like, and what is known of one firm.
struct NetworkPage {
  let measure: ProcurementMeasure

  private typealias Named = (bidder: String, buyer: String, tie: PurchaseIndex.Tie)

  private var trail: [PageShell.Link] {
    [PageShell.Link(ProcurementMeasure.card.name, "/procurement")]
  }

  /// Lines drawn at first, and of one organisation: more cannot be told apart.
  private static let lines = 24
  private static let linesOfOne = 40
  /// Organisations offered in the filter, those with the most ties first.
  private static let offered = 200

  /// Ties told in the table.
  private static let rows = 80

  func network(_ visit: Visit) -> Response {
    let wanted = visit.request.query["organisation"] ?? ""
    let (count, all, offered) = measure.watch.withLock { watch in
      let found = watch.index.ties(of: wanted.isEmpty ? nil : wanted, limit: Self.rows)
      let named: [Named] = found.first.map {
        (watch.index.id($0.pair.bidder), watch.index.id($0.pair.buyer), $0.tie)
      }
      return (found.count, named, watch.index.busiest(limit: Self.offered))
    }
    let shown = Array(all.prefix(wanted.isEmpty ? Self.lines : Self.linesOfOne))
    let title = Phrase("采购关系与价格", en: "Network and prices")
    return visit.page(title, trail: trail) { h in
      h.heading(
        title,
        lead: Phrase("最受关注的往来：有预警的在前。", en: "The ties that matter most, those with alerts first."))
      filter(&h, offered, wanted)
      h.p(
        Phrase(
          "共\(count)条往来，图中为\(shown.count)条：先是有预警的，再是响应最多的。",
          en:
            "\(count) ties; the \(shown.count) drawn are first those with alerts, then those with most bids."
        ))
      if shown.isEmpty {
        h.empty(Phrase("没有这样的往来。", en: "There is no such tie."))
      } else {
        draw(&h, shown)
        table(&h, all)
      }
      prices(&h)
    }
  }

  private func filter(
    _ h: inout HTML, _ offered: [PurchaseIndex.Organisation], _ wanted: String
  ) {
    func options(_ isBuyer: Bool) -> [(value: String, label: Phrase)] {
      offered.filter { $0.isBuyer == isBuyer }.sorted { $0.id < $1.id }
        .map { ($0.id, measure.name(of: $0.id, $0.name)) }
    }
    h.element(
      "form", .action("/procurement/network"), .named("method", "get"), .class("filters")
    ) { h in
      h.select(
        "organisation", Phrase("单位", en: "Organisation"),
        FormState(values: [("organisation", wanted)], problem: nil),
        groups: [
          (nil, [("", Phrase("全部（最受关注的）", en: "all (those that matter most)"))]),
          (Phrase("采购企业", en: "Buyers"), options(true)),
          (Phrase("供应商", en: "Bidders"), options(false)),
        ])
      h.button(Phrase("显示", en: "Show"))
    }
  }

  private func draw(_ h: inout HTML, _ shown: [Named]) {
    // In the order of the lines, so that what belongs together stands together.
    func inOrder(_ names: [String]) -> [String] {
      var seen: Set<String> = []
      return names.filter { seen.insert($0).inserted }
    }
    let buyers = inOrder(shown.map(\.buyer))
    let bidders = inOrder(
      shown.sorted {
        (buyers.firstIndex(of: $0.buyer) ?? 0) < (buyers.firstIndex(of: $1.buyer) ?? 0)
      }.map(\.bidder))
    NetworkChart(
      Phrase("供应商与采购企业", en: "Bidders and buyers"), left: bidders.map { .same($0) },
      right: buyers.map { measure.rules.firmName($0) },
      shown.compactMap { bidder, buyer, tie in
        guard let left = bidders.firstIndex(of: bidder),
          let right = buyers.firstIndex(of: buyer)
        else { return nil }
        return .init(left, right, weight: tie.bids, isFlagged: tie.alerts > 0)
      }
    ).render(&h)
  }

  private func table(_ h: inout HTML, _ shown: [Named]) {
    h.table(
      Phrase("往来", en: "Ties"),
      columns: [
        (Phrase("供应商", en: "Bidder"), false), (Phrase("企业", en: "Buyer"), false),
        (Phrase("响应", en: "Bids"), true), (Phrase("中标", en: "Won"), true),
        (Phrase("预警", en: "Alerts"), true),
      ]
    ) { rows in
      for (bidder, buyer, tie) in shown {
        rows.row([
          { $0.a(FirmPage.address(bidder), .same(bidder)) },
          { $0.a(FirmPage.address(buyer), measure.rules.firmName(buyer)) },
          { $0.text(String(tie.bids)) },
          { $0.text(String(tie.wins)) }, { $0.text(String(tie.alerts)) },
        ])
      }
    }
  }

  // MARK: Prices

  /// By how much the second-lowest valid price lies above the winner's, of each deal in which they are compared, with the fences of R024
  /// and R058 as the engine has them.
  private func prices(_ h: inout HTML) {
    let (ratios, widest, fences) = measure.watch.withLock {
      ($0.index.ratios.values.sorted(), $0.index.widest(limit: 30), $0.fences())
    }
    h.section(Phrase("价格差距", en: "Price gaps"))
    FenceChart(
      Phrase("次低价高出最低价的比例", en: "Second-lowest price above the lowest, as a share"),
      ratios, low: fences.low, high: fences.high
    ).render(&h)
    h.table(
      Phrase("差距最大的成交", en: "Deals with the widest gaps"),
      columns: [
        (Phrase("采购过程", en: "Process"), false), (Phrase("比例", en: "Share"), true),
      ]
    ) { table in
      for row in widest {
        table.row([
          { $0.a(ProjectPage.address(row.ocid), .same(row.ocid)) },
          { $0.text(Figures.fixed(row.ratio * 100, 2) + "%") },
        ])
      }
    }
  }

  // MARK: Open data

  func data(_ visit: Visit) -> Response {
    let title = Phrase("开放数据", en: "Open data")
    return visit.page(title, trail: trail) { h in
      h.heading(title, lead: Phrase("全部采购过程，OCDS 1.1。", en: "Every process, OCDS 1.1."))
      h.element("ul", .class("rows")) { h in
        for (name, target) in [
          (Phrase("发布包（JSON）", en: "Release package (JSON)"), "/api/procurement/releases.json"),
          (
            Phrase("逐条发布（JSON，分页）", en: "Releases one by one (JSON, paged)"),
            "/api/procurement/history.json"
          ),
          (Phrase("接口说明", en: "Contract"), "/api/procurement/openapi.json"),
          (Phrase("公开日志", en: "Public log"), "/log"),
        ] { h.element("li") { $0.a(target, name, class: "main") } }
      }
    }
  }
}
