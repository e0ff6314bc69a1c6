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

  /// The public page of a process.
  static func address(_ ocid: String) -> String {
    let number = number(ocid)
    return number == ocid
      ? "/procurement/processes?ocid=\(PercentCoding.encode(ocid))"
      : "/procurement/projects/\(number)"
  }

  /// Why a bid was rejected: the program's own words, or the committee's as they were written.
  private static func reason(_ word: String) -> Phrase {
    switch word {
    case "content": Phrase("内容不合格式", en: "not in the form of a bid")
    case "price": Phrase("报价高于限价或者不大于零", en: "a price above the ceiling or not above zero")
    case "repeated": Phrase("一人多投", en: "two bids of one bidder")
    case "unopened": Phrase("保管人无法开启", en: "a keeper could not open it")
    default: .same(word)
    }
  }

  /// What a bid's status of OCDS is called.
  static func bidStatus(_ code: String) -> Phrase {
    switch code {
    case "invited": Phrase("已邀请", en: "invited")
    case "pending": Phrase("待评审", en: "pending")
    case "valid": Phrase("有效", en: "valid")
    case "disqualified": Phrase("否决", en: "disqualified")
    case "withdrawn": Phrase("撤回", en: "withdrawn")
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
      ProjectPage.bids(&h, release, ceiling: Double(facts.integer("ceiling") ?? 0) / 100)
      h.section(Phrase("预警", en: "Alerts"))
      BoardPage(measure: measure).alerts(&h, alerts)
      h.section(Phrase("链条", en: "The chain"))
      chain(&h, procedure, history)
    }
  }

  /// The bids of a process once they are open: a bar for each, and a table.
  static func bids(_ h: inout HTML, _ release: JSONValue, ceiling: Double) {
    let details = release["bids"]?["details"]?.array ?? []
    guard !details.isEmpty else { return }
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
      ], isCaptionHidden: true
    ) { rows in
      for bid in details {
        let bidders = (bid["tenderers"]?.array ?? []).compactMap { $0["id"]?.string }
        rows.row([
          { $0.text(bid["id"]?.string ?? "") },
          { h in
            if bidders.isEmpty { h.text("—") }
            for (place, id) in bidders.enumerated() {
              if place > 0 { h.text("，") }
              h.a(FirmPage.address(id), .same(id))
            }
          }, { $0.text(Figures.fixed(bid["value"]?["amount"]?.double ?? 0, 2)) },
          { h in
            h.text(bidStatus(bid["status"]?.string ?? ""))
            if let why = bid["statusDetails"]?.string {
              h.text(Phrase("：", en: ": ") + reason(why))
            }
          },
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
