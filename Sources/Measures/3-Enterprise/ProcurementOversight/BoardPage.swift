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
    let purchases = measure.watch.withLock { watch in
      watch.compiled.values.sorted { ($0["date"]?.string ?? "") > ($1["date"]?.string ?? "") }
        .prefix(40).map { $0 }
    }
    return measure.front(visit, doors: BoardPage.doors) { h in
      h.section(Phrase("采购公告", en: "Purchases"))
      self.purchases(&h, purchases)
    }
  }

  func purchases(_ h: inout HTML, _ all: [JSONValue]) {
    guard !all.isEmpty else { return h.empty(Phrase("还没有采购。", en: "No purchase yet.")) }
    h.table(
      Phrase("最近的采购", en: "The latest purchases"),
      columns: [
        (Phrase("项目", en: "Title"), false), (Phrase("企业", en: "Firm"), false),
        (Phrase("方式", en: "Method"), false), (Phrase("状态", en: "Status"), false),
        (Phrase("成交价（元）", en: "Price (yuan)"), true),
      ]
    ) { rows in
      for one in all {
        let price = one["awards"]?.array?.first?["value"]?["amount"]?.double
        let number = ProjectPage.number(one["ocid"]?.string ?? "")
        rows.row([
          {
            $0.a(
              "/procurement/projects/\(number)", .same(one["tender"]?["title"]?.string ?? number))
          }, { $0.text(one["buyer"]?["name"]?.string ?? "") },
          { $0.text(BoardPage.method(one["tender"]?["procurementMethodDetails"]?.string ?? "")) },
          { $0.text(ProjectPage.status(one["tender"]?["status"]?.string ?? "")) },
          { $0.text(price.map { Figures.fixed($0, 2) } ?? "—") },
        ])
      }
    }
  }

  /// The method as releases name it; what an exchange calls its own methods stands as it was sent.
  private static func method(_ details: String) -> Phrase {
    ProcurementMethod.allCases.first { $0.name.zh == details }?.name ?? .same(details)
  }

  // MARK: Board

  func board(_ visit: Visit) async throws -> Response {
    let latest = try await measure.desk.store.all(
      AlertTables.latest(before: (.max, .max), limit: 50))
    let (grades, codes, months, figures) = measure.watch.withLock { watch in
      (
        watch.figures.grades, watch.raised, watch.figures.months,
        watch.figures.indicators
      )
    }
    let trail = [PageShell.Link(ProcurementMeasure.card.name, "/procurement")]
    let title = Phrase("监督看板", en: "Board")
    return visit.page(title, trail: trail) { h in
      h.heading(title)
      measure.office.figures(&h, figures)
      charts(&h, grades, codes, months)
      h.section(Phrase("最近的预警", en: "The latest alerts"))
      alerts(&h, latest)
      recount(&h)
    }
  }

  private func charts(
    _ h: inout HTML, _ grades: [String: Int], _ raised: Set<String>,
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
    let byCode = raised.reduce(into: [String: Int]()) { counts, id in
      counts[String(id.split(separator: "|").last ?? ""), default: 0] += 1
    }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
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

  func alerts(_ h: inout HTML, _ rows: [AlertRow]) {
    guard !rows.isEmpty else { return h.empty(Phrase("没有预警。", en: "No alert.")) }
    h.table(
      Phrase("预警", en: "Alerts"),
      columns: [
        (Phrase("等级", en: "Grade"), false), (Phrase("指标", en: "Indicator"), false),
        (Phrase("采购", en: "Purchase"), false), (Phrase("对象", en: "Subject"), false),
        (Phrase("数值", en: "Value"), true), (Phrase("发出时间", en: "Raised"), false),
      ]
    ) { table in
      for row in rows {
        table.row([
          { BoardPage.grade(&$0, row.grade) },
          { $0.text(.same("\(row.code) ") + AlertCatalogue.name(row.code)) },
          {
            $0.a(
              "/procurement/projects/\(ProjectPage.number(row.ocid))", .same(row.ocid))
          }, { $0.text(row.subject) }, { $0.text(row.value) },
          { $0.time(row.raisedAt, in: measure.rules.profile.zone) },
        ])
      }
    }
  }

  private func recount(_ h: inout HTML) {
    h.details(Phrase("如何自己数一遍", en: "How to count them yourself")) { h in
      h.p(
        Phrase(
          "每条预警是公开日志中的一条“procurement.alerts.raise”记录；下载日志各片，数这类条目，应与上面的条数相同。各步公布的 OCDS 片段也在日志中，用 tequ flags 可以重新得出全部预警。",
          en:
            "Each alert is an entry “procurement.alerts.raise” of the public log: fetch its tiles and count them; the number is the one above. What each step published as OCDS stands there too: tequ flags finds the same alerts again."
        ))
      h.a("/log", Phrase("公开日志", en: "The public log"))
    }
  }
}
