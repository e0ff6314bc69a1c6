import CaseWork
import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit

/// What is known of an organisation as buyer and bidder, from public fields alone.
struct FirmProfile: Sendable {
  /// Somebody else in the same purchases: how often, and how often with a success.
  struct Other: Sendable {
    let id: String
    var times = 0
    var won = 0
  }

  let organisation: PurchaseIndex.Organisation
  /// Its latest purchases, as buyer or bidder.
  private(set) var purchases: [PurchaseIndex.Notice] = []
  private(set) var bids = 0
  private(set) var won = 0
  /// What it won and what it bought, in fen, by purchases looked at.
  private(set) var wonFen: Int128 = 0
  private(set) var boughtFen: Int128 = 0
  private(set) var bought = 0
  /// Other bidders in its bids, or the suppliers of a buyer, those met most first.
  private(set) var others: [Other] = []
  /// Purchases looked at: of very large buyers the latest.
  let lookedAt: Int

  /// Purchases that one page looks through.
  static let limit = 2000

  /// The profile of an organisation; nil if no purchase names it.
  init?(_ id: String, _ watch: AlertWatch) {
    guard let organisation = watch.index.organisation(id), !organisation.purchases.isEmpty else {
      return nil
    }
    self.organisation = organisation
    var latest = Leading<PurchaseIndex.Notice>(FirmProfile.limit) { a, b in
      a.at != b.at ? a.at > b.at : a.ocid < b.ocid
    }
    if organisation.purchases.count <= FirmProfile.limit {
      purchases = organisation.purchases.compactMap { watch.index.notices[$0] }
        .sorted { ($1.at, $0.ocid) < ($0.at, $1.ocid) }
    } else {
      for ocid in organisation.purchases {
        if let notice = watch.index.notices[ocid] { latest.take(notice) }
      }
      purchases = latest.elements
    }
    lookedAt = purchases.count
    var met: [String: Other] = [:]
    for notice in purchases {
      guard let release = watch.compiled[notice.ocid] else { continue }
      look(release, as: id, &met)
    }
    others = met.values.sorted { ($1.times, $1.won, $0.id) < ($0.times, $0.won, $1.id) }
  }

  private mutating func look(_ release: JSONValue, as id: String, _ met: inout [String: Other]) {
    let tenderers = Set(
      (release["bids"]?["details"]?.array ?? []).flatMap { $0["tenderers"]?.array ?? [] }
        .compactMap { $0["id"]?.string })
    let awards = (release["awards"]?.array ?? []).filter { $0["status"]?.string == "active" }
    let suppliers = Set(
      awards.flatMap { $0["suppliers"]?.array ?? [] }.compactMap { $0["id"]?.string })
    let fen = awards.reduce(Int128(0)) { $0 + ProcurementFigures.fen($1["value"]) }
    if release["buyer"]?["id"]?.string == id {
      bought += 1
      boughtFen += fen
      for other in tenderers.union(suppliers) {
        met[other, default: Other(id: other)].times += 1
        if suppliers.contains(other) { met[other]?.won += 1 }
      }
    }
    guard tenderers.contains(id) || suppliers.contains(id) else { return }
    bids += 1
    if suppliers.contains(id) {
      won += 1
      wonFen += fen
    }
    for other in tenderers where other != id {
      met[other, default: Other(id: other)].times += 1
      if suppliers.contains(other) { met[other]?.won += 1 }
    }
  }
}

/// The public profile of an organisation.
struct FirmPage {
  let measure: ProcurementMeasure

  /// In a query, because ids of connected platforms may hold any sign.
  static func address(_ id: String) -> String {
    "/procurement/firms?id=\(PercentCoding.encode(id))"
  }

  func show(_ visit: Visit) throws -> Response {
    let id = visit.request.query["id"] ?? visit["id"]
    guard let profile = measure.watch.withLock({ FirmProfile(id, $0) }) else {
      throw Problem.notFound(Phrase("没有这一单位的采购。", en: "There is no purchase of this organisation."))
    }
    let name = measure.name(of: id, profile.organisation.name)
    let trail = [PageShell.Link(ProcurementMeasure.card.name, "/procurement")]
    return visit.page(name, trail: trail) { h in
      h.heading(name, lead: .same(id))
      tiles(&h, profile)
      if profile.lookedAt < profile.organisation.purchases.count {
        h.p(
          Phrase(
            "只统计最近\(profile.lookedAt)宗采购。",
            en: "Counted over the latest \(profile.lookedAt) purchases."))
      }
      alerts(&h, profile)
      others(&h, profile)
      h.section(Phrase("采购", en: "Purchases"))
      BoardPage(measure: measure).purchases(&h, Array(profile.purchases.prefix(100)))
      h.a(
        "/procurement/network?organisation=\(PercentCoding.encode(id))",
        Phrase("关系图", en: "Its network"))
    }
  }

  private func tiles(_ h: inout HTML, _ profile: FirmProfile) {
    func yuan(_ fen: Int128) -> String { Figures.grouped(Int64(clamping: fen / 100)) }
    h.tiles { h in
      h.tile(
        Phrase("参与的采购", en: "Purchases"), String(profile.organisation.purchases.count))
      if profile.bids > 0 {
        h.tile(Phrase("响应", en: "Bids"), String(profile.bids))
        h.tile(Phrase("中标", en: "Won"), String(profile.won))
        h.tile(
          Phrase("中标率", en: "Share won"),
          Figures.fixed(Double(profile.won) * 100 / Double(profile.bids), 1) + "%")
        h.tile(Phrase("中标金额（元）", en: "Won (yuan)"), yuan(profile.wonFen))
      }
      if profile.bought > 0 {
        h.tile(Phrase("发起的采购", en: "Purchases held"), String(profile.bought))
        h.tile(Phrase("采购金额（元）", en: "Bought (yuan)"), yuan(profile.boughtFen))
      }
      h.tile(
        Phrase("指向它的预警", en: "Alerts that name it"), String(profile.organisation.alerts.count))
    }
  }

  private func alerts(_ h: inout HTML, _ profile: FirmProfile) {
    let latest = profile.organisation.alerts.suffix(30).reversed()
    guard !latest.isEmpty else { return }
    h.section(Phrase("指向它的预警", en: "Alerts that name it"))
    h.table(
      Phrase("最近的预警", en: "The latest alerts"),
      columns: [
        (Phrase("等级", en: "Grade"), false), (Phrase("指标", en: "Indicator"), false),
        (Phrase("采购", en: "Purchase"), false),
      ]
    ) { rows in
      for alert in latest {
        rows.row([
          { BoardPage.grade(&$0, AlertCatalogue.grade(alert.code)) },
          { $0.text(.same("\(alert.code) ") + AlertCatalogue.name(alert.code)) },
          { $0.a(ProjectPage.address(alert.ocid), .same(alert.ocid)) },
        ])
      }
    }
  }

  private func others(_ h: inout HTML, _ profile: FirmProfile) {
    guard !profile.others.isEmpty else { return }
    let isBuyer = profile.bought > 0
    let title =
      isBuyer
      ? Phrase("它的供应商", en: "Its bidders") : Phrase("同场的供应商", en: "Others in the same purchases")
    h.section(title)
    h.table(
      title,
      columns: [
        (Phrase("供应商", en: "Bidder"), false), (Phrase("同场次数", en: "Times"), true),
        (Phrase("其中对方中标", en: "Won by it"), true),
      ], isCaptionHidden: true
    ) { rows in
      for other in profile.others.prefix(30) {
        rows.row([
          { $0.a(FirmPage.address(other.id), .same(other.id)) }, { $0.text(String(other.times)) },
          { $0.text(String(other.won)) },
        ])
      }
    }
  }
}

extension ProcurementMeasure {
  /// What an organisation is called: by the city's profile, else by releases, else its id.
  func name(of id: String, _ published: String?) -> Phrase {
    let published = published ?? ""
    return rules.profile.agency(id)?.name ?? .same(published.isEmpty ? id : published)
  }
}
