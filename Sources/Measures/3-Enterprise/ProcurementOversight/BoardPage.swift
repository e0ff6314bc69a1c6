import Books
import CaseEngine
import CaseWork
import Charts
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import RedFlags
import Storage

/// The supervisor's board, open to everybody: what is alerted, how it is handled, and how to count it again.
struct BoardPage {
  let measure: ProcurementMeasure

  private static let doors: [FrontDoor] = [
    FrontDoor(
      Phrase("监督看板", en: "Board"),
      Phrase("预警、等级、处置与趋势，每条可核验。", en: "Alerts, grades, handling and trend; each can be verified."),
      "/procurement/board"
    ),
    FrontDoor(
      Phrase("采购公告", en: "Public notices"),
      Phrase(
        "全部采购，可按企业、方式、阶段查找。", en: "Every purchase, by firm, method and phase."),
      "/procurement/notices"
    ),
    FrontDoor(
      Phrase("递交密封响应", en: "Hand in a sealed bid"),
      Phrase(
        "在本机加密，到时由两人共同开启。", en: "Encrypted on your machine, opened by two persons at the hour."),
      "/procurement/bids"
    ),
    FrontDoor(
      Phrase("关系与价格", en: "Network and prices"),
      Phrase(
        "谁向谁投标，哪里有预警，价格差距与围栏。", en: "Who bids to whom, where alerts lie, price gaps and fences."),
      "/procurement/network"
    ),
    FrontDoor(
      Phrase("开放数据", en: "Open data"),
      Phrase("OCDS 1.1 发布包。", en: "Release packages of OCDS 1.1."), "/procurement/data"
    ),
    FrontDoor(
      Phrase("询问与异议", en: "Ask or object"),
      Phrase(
        "异议三日内答复，答复前采购暂停。", en: "Answered in three days; until then the purchase stands still."),
      "/procurement/objections"
    ),
  ]

  func front(_ visit: Visit) async throws -> Response {
    let found = measure.watch.withLock { $0.index.latest(limit: 12).rows }
    return measure.front(visit, doors: BoardPage.doors) { h in
      h.section(
        Phrase("最近的采购", en: "The latest purchases"), more: Phrase("全部公告", en: "All notices"),
        NoticesPage.path)
      self.purchases(&h, found)
    }
  }

  func purchases(_ h: inout HTML, _ all: [PurchaseIndex.Notice]) {
    guard !all.isEmpty else { return h.empty(Phrase("没有这样的采购。", en: "There is no such purchase.")) }
    h.table(
      Phrase("采购", en: "Purchases"),
      columns: [
        (Phrase("项目", en: "Title"), false), (Phrase("企业", en: "Firm"), false),
        (Phrase("方式", en: "Method"), false), (Phrase("阶段", en: "Phase"), false),
        (Phrase("成交价（元）", en: "Price (yuan)"), true), (Phrase("预警", en: "Alerts"), true),
      ], isCaptionHidden: true
    ) { rows in
      for one in all {
        rows.row([
          {
            $0.a(
              ProjectPage.address(one.ocid), .same(one.title.isEmpty ? one.ocid : one.title))
          }, { $0.text(measure.name(of: one.buyer, one.buyerName)) },
          { $0.text(BoardPage.method(one.method)) }, { $0.text(one.phase.name) },
          { $0.text(one.price.map { Figures.fixed($0, 2) } ?? "—") },
          { $0.text(one.alerts == 0 ? "—" : String(one.alerts)) },
        ])
      }
    }
  }

  /// The method by its word; what a platform calls its own methods stands as it was sent.
  static func method(_ word: String) -> Phrase {
    ProcurementMethod(rawValue: word)?.name ?? .same(word)
  }

  // MARK: Board

  func board(_ visit: Visit) async throws -> Response {
    let latest = try await measure.desk.store.all(
      AlertTables.latest(before: (.max, .max), limit: 50))
    let (grades, codes, months, figures) = measure.watch.withLock { watch in
      (
        watch.figures.grades, watch.index.codes, watch.figures.months,
        watch.figures.indicators
      )
    }
    let trail = [PageShell.Link(ProcurementMeasure.card.name, "/procurement")]
    let title = Phrase("监督看板", en: "Board")
    let isLive = visit.request.query["live"] == "1"
    var response = visit.page(title, trail: trail) { h in
      h.heading(title)
      live(&h, visit, isLive)
      measure.office.figures(&h, figures)
      charts(&h, grades, codes, months)
      h.section(Phrase("最近的预警", en: "The latest alerts"))
      alerts(&h, latest)
      recount(&h)
    }
    if isLive { response.headers.set("refresh", String(BoardPage.refreshSeconds)) }
    return response
  }

  /// Seconds after which the live board is loaded again.
  private static let refreshSeconds = 20

  /// As of when the board is, and the switch by which it stays up to date: whoever reads it decides, since a page that
  /// changes by itself is taken from under a reader's eyes.
  private func live(_ h: inout HTML, _ visit: Visit, _ isLive: Bool) {
    h.element("p", .class("now")) { h in
      h.text(Phrase("截至 ", en: "As of "))
      h.time(visit.now, in: measure.rules.profile.zone)
      h.text(
        isLive
          ? Phrase(
            "，每\(BoardPage.refreshSeconds)秒更新。",
            en: ", brought up to date every \(BoardPage.refreshSeconds) seconds. ")
          : Phrase("。", en: ". "))
      h.a(
        isLive ? "/procurement/board" : "/procurement/board?live=1",
        isLive ? Phrase("停止更新", en: "Stop") : Phrase("保持更新", en: "Keep it live"))
    }
  }

  private func charts(
    _ h: inout HTML, _ grades: [String: Int], _ codes: [String: Int],
    _ months: [ProcurementReplay.Month]
  ) {
    BarChart(
      Phrase("预警等级", en: "Alerts by grade"),
      ["red", "amber", "yellow"].map { grade in
        .init(
          AlertCatalogue.gradeName(grade), Double(grades[grade] ?? 0),
          text: "\(grades[grade] ?? 0)",
          isBad: grade == "red")
      }
    ).render(&h)
    let byCode = codes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    h.table(
      Phrase("预警类别", en: "Alerts by class"),
      columns: [
        (Phrase("指标", en: "Indicator"), false), (Phrase("名称", en: "Name"), false),
        (Phrase("等级", en: "Grade"), false), (Phrase("依据", en: "Source"), false),
        (Phrase("条数", en: "Count"), true),
      ]
    ) { rows in
      for (code, count) in byCode {
        rows.row([
          { $0.text(code) }, { $0.text(AlertCatalogue.name(code)) },
          { BoardPage.grade(&$0, AlertCatalogue.grade(code)) },
          { $0.text(AlertCatalogue.source(code)) }, { $0.text(String(count)) },
        ])
      }
    }
    trend(&h, months)
  }

  private func trend(_ h: inout HTML, _ months: [ProcurementReplay.Month]) {
    let formula = Phrase(
      "当月发出的预警×1000÷当月定标的宗数", en: "alerts raised in the month × 1,000 ÷ deals awarded in it")
    TrendChart(
      Phrase("每千宗预警的趋势", en: "Trend of alerts per 1,000 deals"),
      series: Phrase("每千宗预警", en: "alerts per 1,000 deals"),
      months.map { .init($0.name, $0.rate) }, note: formula
    ).render(&h)
    h.table(
      Phrase("每月成交与预警", en: "Deals and alerts by month"),
      columns: [
        (Phrase("月份", en: "Month"), false), (Phrase("成交宗数", en: "Deals"), true),
        (Phrase("预警条数", en: "Alerts"), true), (Phrase("每千宗预警", en: "Per 1,000 deals"), true),
      ]
    ) { rows in
      for month in months {
        rows.row(texts: [
          month.name, "\(month.deals)", "\(month.alerts)",
          month.rate.map { Figures.fixed($0, 0) } ?? "—",
        ])
      }
    }
  }

  static func grade(_ h: inout HTML, _ grade: String) {
    h.tag(
      AlertCatalogue.gradeName(grade), grade == "red" ? .bad : grade == "amber" ? .warn : .info)
  }

  /// Whom an alert names: an organisation with its page, or those of the process that have to do with it.
  private static func subject(_ h: inout HTML, _ subject: String, _ names: [String]) {
    let parts = subject.split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      if names.isEmpty { return h.text(Phrase("采购过程", en: "the process")) }
      for (place, id) in names.enumerated() {
        if place > 0 { h.text("，") }
        h.a(FirmPage.address(id), .same(id))
      }
      return
    }
    let role = parts[0] == "buyer" ? Phrase("采购企业", en: "buyer") : Phrase("供应商", en: "bidder")
    h.text(role + .same(" "))
    h.a(FirmPage.address(parts[1]), .same(parts[1]))
  }

  /// A value with at most three decimals: the exact one stands in the act.
  private static func value(_ text: String) -> String {
    guard let value = Double(text), value != value.rounded() else { return text }
    return Figures.fixed(value, 3)
  }

  func alerts(_ h: inout HTML, _ rows: [AlertRow]) {
    guard !rows.isEmpty else { return h.empty(Phrase("没有预警。", en: "No alert.")) }
    let names = measure.watch.withLock { watch in rows.map { watch.index.names[$0.id] ?? [] } }
    h.table(
      Phrase("预警", en: "Alerts"),
      columns: [
        (Phrase("等级", en: "Grade"), false), (Phrase("指标", en: "Indicator"), false),
        (Phrase("采购", en: "Purchase"), false), (Phrase("对象", en: "Subject"), false),
        (Phrase("数值", en: "Value"), true), (Phrase("发出时间", en: "Raised"), false),
      ]
    ) { table in
      for (row, names) in zip(rows, names) {
        table.row([
          { BoardPage.grade(&$0, row.grade) },
          { $0.text(.same("\(row.code) ") + AlertCatalogue.name(row.code)) },
          {
            $0.a(ProjectPage.address(row.ocid), .same(row.ocid))
          }, { BoardPage.subject(&$0, row.subject, names) },
          { $0.text(BoardPage.value(row.value)) },
          { $0.time(row.raisedAt, in: measure.rules.profile.zone) },
        ])
      }
    }
  }

  private func recount(_ h: inout HTML) {
    h.details(Phrase("如何自己数一遍", en: "How to count them yourself")) { h in
      h.p(
        Phrase(
          "每条预警是公开日志中的一条“procurement.alerts.raise”记录。下载全部条目（/log/entries.jsonl），用 tequ oversight recount 重新折叠各步公布的 OCDS、重新计算全部红旗：条数应与上面相同，应发未发的和无由发出的逐条列出。",
          en:
            "Each alert is an entry “procurement.alerts.raise” of the public log. Fetch all entries (/log/entries.jsonl) and run tequ oversight recount: it folds what each step published as OCDS and computes every flag again. The number is the one above; alerts that were passed over, or raised without reason, are named."
        ))
      h.a("/log", Phrase("公开日志", en: "The public log"))
    }
  }
}
