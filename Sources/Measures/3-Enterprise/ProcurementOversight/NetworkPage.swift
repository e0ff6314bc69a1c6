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

  /// What bidders and buyers have to do with each other.
  private struct Tie {
    var bids = 0
    var wins = 0
    var alerts = 0
  }

  private struct Pair: Hashable {
    let bidder: String
    let buyer: String
  }

  private func ties() -> [Pair: Tie] {
    let (releases, raised) = measure.watch.withLock { ($0.compiled, $0.raised) }
    let flagged = Dictionary(grouping: raised) { String($0.split(separator: "|").first ?? "") }
    var ties: [Pair: Tie] = [:]
    for (ocid, release) in releases {
      guard let buyer = release["buyer"]?["id"]?.string else { continue }
      let suppliers = (release["awards"]?.array ?? []).flatMap { $0["suppliers"]?.array ?? [] }
        .compactMap { $0["id"]?.string }
      for bid in release["bids"]?["details"]?.array ?? [] {
        for tenderer in (bid["tenderers"]?.array ?? []).compactMap({ $0["id"]?.string }) {
          let own = (flagged[ocid] ?? []).count { $0.contains("|tenderer:\(tenderer)|") }
          var tie = ties[Pair(bidder: tenderer, buyer: buyer)] ?? Tie()
          tie.bids += 1
          tie.wins += suppliers.contains(tenderer) ? 1 : 0
          tie.alerts += own
          ties[Pair(bidder: tenderer, buyer: buyer)] = tie
        }
      }
    }
    return ties
  }

  private var trail: [PageShell.Link] {
    [PageShell.Link(ProcurementMeasure.card.name, "/procurement")]
  }

  /// Lines drawn at first, and of one organisation: more cannot be told apart.
  private static let lines = 24
  private static let linesOfOne = 40
  /// Organisations offered in the filter, those with the most ties first.
  private static let offered = 200

  func network(_ visit: Visit) -> Response {
    let everything = ties()
    let wanted = visit.request.query["organisation"] ?? ""
    let sorted = everything.sorted {
      ($1.value.alerts, $1.value.bids, $0.key.bidder, $0.key.buyer)
        < ($0.value.alerts, $0.value.bids, $1.key.bidder, $1.key.buyer)
    }
    let own = sorted.filter {
      wanted.isEmpty || $0.key.bidder == wanted || $0.key.buyer == wanted
    }
    let shown = Array(own.prefix(wanted.isEmpty ? Self.lines : Self.linesOfOne))
    let title = Phrase("采购关系与价格", en: "Network and prices")
    return visit.page(title, trail: trail) { h in
      h.heading(
        title,
        lead: Phrase("最受关注的往来：有预警的在前。", en: "The ties that matter most, those with alerts first."))
      filter(&h, everything, wanted)
      h.p(
        Phrase(
          "共\(own.count)条往来，图中为\(shown.count)条：先是有预警的，再是响应最多的。",
          en:
            "\(own.count) ties; the \(shown.count) drawn are first those with alerts, then those with most bids."
        ))
      if shown.isEmpty {
        h.empty(Phrase("没有这样的往来。", en: "There is no such tie."))
      } else {
        draw(&h, shown.map { ($0.key, $0.value) })
        table(&h, own.prefix(80).map { ($0.key, $0.value) })
      }
      prices(&h)
    }
  }

  private func filter(_ h: inout HTML, _ ties: [Pair: Tie], _ wanted: String) {
    var counts: [String: Int] = [:]
    var buyers: Set<String> = []
    for pair in ties.keys {
      counts[pair.bidder, default: 0] += 1
      counts[pair.buyer, default: 0] += 1
      buyers.insert(pair.buyer)
    }
    let ids = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.offered)
      .map(\.key)
    func options(_ ids: [String]) -> [(value: String, label: Phrase)] {
      ids.sorted().map { ($0, measure.rules.firmName($0)) }
    }
    h.element(
      "form", .action("/procurement/network"), .named("method", "get"), .class("filters")
    ) { h in
      h.select(
        "organisation", Phrase("单位", en: "Organisation"),
        FormState(values: [("organisation", wanted)], problem: nil),
        groups: [
          (nil, [("", Phrase("全部（最受关注的）", en: "all (those that matter most)"))]),
          (Phrase("采购企业", en: "Buyers"), options(ids.filter(buyers.contains))),
          (Phrase("供应商", en: "Bidders"), options(ids.filter { !buyers.contains($0) })),
        ])
      h.button(Phrase("显示", en: "Show"))
    }
  }

  private func draw(_ h: inout HTML, _ shown: [(Pair, Tie)]) {
    // In the order of the lines, so that what belongs together stands together.
    func inOrder(_ names: [String]) -> [String] {
      var seen: Set<String> = []
      return names.filter { seen.insert($0).inserted }
    }
    let buyers = inOrder(shown.map(\.0.buyer))
    let bidders = inOrder(
      shown.sorted {
        (buyers.firstIndex(of: $0.0.buyer) ?? 0) < (buyers.firstIndex(of: $1.0.buyer) ?? 0)
      }.map(\.0.bidder))
    NetworkChart(
      Phrase("供应商与采购企业", en: "Bidders and buyers"), left: bidders.map { .same($0) },
      right: buyers.map { measure.rules.firmName($0) },
      shown.compactMap { pair, tie in
        guard let left = bidders.firstIndex(of: pair.bidder),
          let right = buyers.firstIndex(of: pair.buyer)
        else { return nil }
        return .init(left, right, weight: tie.bids, isFlagged: tie.alerts > 0)
      }
    ).render(&h)
  }

  private func table(_ h: inout HTML, _ shown: [(Pair, Tie)]) {
    h.table(
      Phrase("往来", en: "Ties"),
      columns: [
        (Phrase("供应商", en: "Bidder"), false), (Phrase("企业", en: "Buyer"), false),
        (Phrase("响应", en: "Bids"), true), (Phrase("中标", en: "Won"), true),
        (Phrase("预警", en: "Alerts"), true),
      ]
    ) { rows in
      for (pair, tie) in shown {
        rows.row([
          { $0.a("/procurement/firms/\(pair.bidder)", .same(pair.bidder)) },
          { $0.text(measure.rules.firmName(pair.buyer)) }, { $0.text(String(tie.bids)) },
          { $0.text(String(tie.wins)) }, { $0.text(String(tie.alerts)) },
        ])
      }
    }
  }

  // MARK: Prices

  /// By how much the second-lowest valid price lies above the lowest, of each deal, with the fences of R024
  /// and R058 as the engine has them.
  private func prices(_ h: inout HTML) {
    let (releases, meta) = measure.watch.withLock { ($0.compiled, $0.fences()) }
    var rows: [(ocid: String, ratio: Double)] = []
    for (ocid, release) in releases where release["awards"] != nil {
      let valid = (release["bids"]?["details"]?.array ?? [])
        .filter { $0["status"]?.string == "valid" }
        .compactMap { $0["value"]?["amount"]?.double }.sorted()
      guard valid.count > 1, valid[0] > 0 else { continue }
      rows.append((ocid, (valid[1] - valid[0]) / valid[0]))
    }
    rows.sort { ($1.ratio, $0.ocid) < ($0.ratio, $1.ocid) }
    h.section(Phrase("价格差距", en: "Price gaps"))
    FenceChart(
      Phrase("次低价高出最低价的比例", en: "Second-lowest price above the lowest, as a share"),
      rows.map(\.ratio), low: meta.low, high: meta.high
    ).render(&h)
    h.table(
      Phrase("差距最大的成交", en: "Deals with the widest gaps"),
      columns: [
        (Phrase("采购过程", en: "Process"), false), (Phrase("比例", en: "Share"), true),
      ]
    ) { table in
      for row in rows.prefix(30) {
        table.row([
          { $0.a("/procurement/projects/\(ProjectPage.number(row.ocid))", .same(row.ocid)) },
          { $0.text(Figures.fixed(row.ratio * 100, 2) + "%") },
        ])
      }
    }
  }

  // MARK: A firm

  func firm(_ visit: Visit) throws -> Response {
    let id = visit["id"]
    let releases = measure.watch.withLock { Array($0.compiled.values) }
    let own = releases.filter { release in
      release["buyer"]?["id"]?.string == id
        || (release["parties"]?.array ?? []).contains { $0["id"]?.string == id }
    }.sorted { ($1["date"]?.string ?? "") < ($0["date"]?.string ?? "") }
    guard !own.isEmpty else {
      throw Problem.notFound(Phrase("没有这一单位的采购。", en: "There is no purchase of this organisation."))
    }
    let won = own.filter { release in
      (release["awards"]?.array ?? []).contains { award in
        (award["suppliers"]?.array ?? []).contains { $0["id"]?.string == id }
      }
    }
    let alerts = measure.watch.withLock { watch in
      watch.raised.count { $0.contains(":\(id)|") }
    }
    let name = measure.rules.firmName(id)
    return visit.page(name, trail: trail) { h in
      h.heading(name, lead: .same(id))
      h.tiles { h in
        h.tile(Phrase("参与的采购", en: "Purchases"), String(own.count))
        h.tile(Phrase("中标", en: "Won"), String(won.count))
        h.tile(Phrase("指向它的预警", en: "Alerts that name it"), String(alerts))
      }
      BoardPage(measure: measure).purchases(&h, Array(own.prefix(100)))
    }
  }

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
