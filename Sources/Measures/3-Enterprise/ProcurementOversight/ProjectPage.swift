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
import Storage

/// The public page of a purchase: its chain, its bids once they are open, its alerts, its data.
struct ProjectPage {
  let measure: ProcurementMeasure

  /// The number of a purchase of the platform's own, from its ocid; the ocid of any other.
  static func number(_ ocid: String) -> String {
    guard ocid.hasPrefix(ReleaseParts.prefix + "-"),
      let key = ocid.split(separator: "-").last.flatMap({ Int64($0) })
    else { return ocid }
    return String(key)
  }

  static func status(_ code: String) -> Phrase {
    switch code {
    case "planning": Phrase("筹划", en: "planning")
    case "planned": Phrase("已公告", en: "announced")
    case "active": Phrase("征集响应", en: "taking bids")
    case "complete": Phrase("已开启", en: "opened")
    case "cancelled": Phrase("已终止", en: "terminated")
    case "unsuccessful": Phrase("失败", en: "failed")
    case "withdrawn": Phrase("未获批准", en: "not approved")
    default: .same(code)
    }
  }

  private static var unknown: Problem {
    .notFound(Phrase("没有这一采购项目。", en: "There is no such purchase."))
  }

  func show(_ visit: Visit) async throws -> Response {
    let text = visit["number"]
    guard let key = Int64(text) ?? CaseNumber(text)?.serial,
      let row = try await measure.desk.store.first(CaseFileBook.find(key)),
      let office = measure.offices.first(where: { $0.handles(row) }),
      let procedure = office.procedure as? ChainProcedure
    else { throw ProjectPage.unknown }
    let facts = try CaseFacts(row.facts)
    let ocid = facts.text("ocid")
    let (history, alerts) = try await measure.desk.store.read { view in
      (try view.all(JournalBook.history(key)), try view.all(AlertTables.alerts(of: ocid)))
    }
    let release = measure.watch.withLock { $0.compiled[ocid] } ?? .null
    let trail = [PageShell.Link(ProcurementMeasure.card.name, "/procurement")]
    return visit.page(.same(facts.text("title")), trail: trail) { h in
      h.heading(.same(facts.text("title")), lead: .same(row.base.number.description))
      if let stage = procedure.type.stages.first(where: { $0.id.text == row.base.stage }),
        let place = procedure.way.firstIndex(where: { $0.stages.contains(stage.id) })
      {
        h.steps(procedure.way.map(\.name), current: place)
        h.p(stage.name, class: "now")
      }
      h.summary(
        procedure.summary(row, facts).map { fact in (fact.name, { $0.text(fact.value) }) })
      if row.base.stage == "bidding" {
        let keys = ["key-1", "key-2"].map { facts.text($0) }
        h.buttonLink(
          Phrase("在浏览器中密封响应", en: "Seal a bid in the browser"),
          SealPage.address(row.base.number.description, keys))
      }
      bids(&h, facts, release)
      h.section(Phrase("预警", en: "Alerts"))
      BoardPage(measure: measure).alerts(&h, alerts)
      h.section(Phrase("链条", en: "The chain"))
      chain(&h, procedure, history)
    }
  }

  private func bids(_ h: inout HTML, _ facts: CaseFacts, _ release: JSONValue) {
    let details = release["bids"]?["details"]?.array ?? []
    guard !details.isEmpty else { return }
    let ceiling = Double(facts.integer("ceiling") ?? 0) / 100
    h.section(Phrase("响应", en: "Bids"))
    BarChart(
      Phrase("报价（元），轨道为最高限价", en: "Prices (yuan); the track is the ceiling"),
      details.map { bid in
        let amount = bid["value"]?["amount"]?.double ?? 0
        return .init(
          .same(bid["id"]?.string ?? ""), amount, text: Figures.fixed(amount / 10_000, 1),
          isBad: bid["status"]?.string == "disqualified")
      }, maximum: ceiling > 0 ? ceiling : nil,
      note: Phrase("图中数字为万元。", en: "Figures at the bars: ten thousands.")
    ).render(&h)
    h.table(
      Phrase("响应", en: "Bids"),
      columns: [
        (Phrase("编号", en: "Number"), false), (Phrase("响应人", en: "Bidder"), false),
        (Phrase("报价（元）", en: "Price (yuan)"), true), (Phrase("状态", en: "Status"), false),
      ]
    ) { rows in
      for bid in details {
        rows.row(texts: [
          bid["id"]?.string ?? "", bid["tenderers"]?.array?.first?["id"]?.string ?? "—",
          Figures.fixed(bid["value"]?["amount"]?.double ?? 0, 2), bid["status"]?.string ?? "",
        ])
      }
    }
  }

  private func chain(_ h: inout HTML, _ procedure: ChainProcedure, _ history: [JournalRow]) {
    h.timeline { h in
      for act in history.reversed() {
        let isRefused = act.kind.hasSuffix(".refused")
        let name = procedure.command(act.kind).map { procedure.name(of: $0) } ?? .same(act.kind)
        let move = procedure.command(act.kind).flatMap { command in
          procedure.type.transitions.first { $0.command == command }
        }
        h.event(
          isRefused ? name + Phrase("（被拒绝）", en: " (refused)") : name, by: move?.actors.first?.name,
          at: act.effectiveAt, in: measure.rules.profile.zone, isRefused ? .warn : .plain
        ) { h in
          if let basis = move?.basis { h.basis(basis) }
        }
      }
    }
  }
}
