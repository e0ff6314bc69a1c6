import CaseWork
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// What the exchange is and how much it holds, for everybody: numbers, no flight.
extension LowAltitudeMeasure {
  func startRoutes(_ routes: inout Routes) {
    routes.get("/low-altitude") { visit in
      let held = try await desk.store.report { try AirBook.held(at: visit.now, $0) }
      return front(visit, doors: LowAltitudeMeasure.doors) { h in
        h.section(Phrase("登记和管制空域", en: "Registers and airspace"))
        flightDoors(&h)
        heldTable(&h, held)
        standardTable(&h)
      }
    }
  }

  /// Where people go from here.
  private func flightDoors(_ h: inout HTML) {
    h.element("div", .class("actions")) { h in
      h.buttonLink(Phrase("我的飞行", en: "My flights"), "/low-altitude/mine", .quiet)
      for word in RegisterKind.allCases {
        h.buttonLink(word.name, "/low-altitude/\(word.rawValue)", .quiet)
      }
      h.buttonLink(Phrase("长期申请", en: "Standing approvals"), "/low-altitude/standing", .quiet)
      h.buttonLink(Phrase("飞行安全问题", en: "Incidents"), "/low-altitude/incidents", .quiet)
    }
  }

  private static let kinds: [(AirEntity.Kind, Phrase)] = [
    (.intent, Phrase("飞行意图", en: "Operational intents")),
    (.constraint, Phrase("空域限制", en: "Constraints")),
    (.subscription, Phrase("订阅", en: "Subscriptions")),
    (.area, Phrase("识别服务区", en: "Identification service areas")),
    (.areaSubscription, Phrase("识别服务区订阅", en: "Subscriptions to such areas")),
  ]

  private func heldTable(_ h: inout HTML, _ held: [AirEntity.Kind: Int64]) {
    let title = Phrase("数据交换现存", en: "Held by the exchange")
    h.section(title)
    h.table(
      title,
      columns: [(Phrase("种类", en: "Kind"), false), (Phrase("数量", en: "Number"), true)],
      isCaptionHidden: true
    ) { table in
      for (kind, name) in LowAltitudeMeasure.kinds {
        table.row([{ $0.text(name) }, { $0.text(Figures.grouped(held[kind] ?? 0)) }])
      }
    }
  }

  private func standardTable(_ h: inout HTML) {
    let title = Phrase("接口", en: "Interfaces")
    h.section(title)
    h.table(
      title,
      columns: [(Phrase("标准", en: "Standard"), false), (Phrase("地址", en: "Address"), false)],
      isCaptionHidden: true
    ) { table in
      table.row(texts: ["ASTM F3548-21", "/dss/v1"])
      table.row(texts: ["ASTM F3411-22a", "/rid/v2/dss"])
      table.row(texts: ["ASTM F3411-19", "/v1/dss"])
      table.row(texts: ["InterUSS", "/aux/v1"])
    }
    h.p(
      Phrase(
        "飞行服务商凭授权服务器签发的令牌使用；本页只公布数量，不公布任何飞行。",
        en:
          "Providers come in with tokens of an authorisation server. This page tells numbers and no flight."
      ))
  }
}
