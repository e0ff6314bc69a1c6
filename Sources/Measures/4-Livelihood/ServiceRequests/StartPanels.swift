import Books
import CaseEngine
import Charts
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// The pulse of the city: the figures of this measure in one look.
struct RequestPulse: Sendable {
  let moment: Instant
  let indicators: [IndicatorValue]
  let open: Int
  /// Today's counts.
  let today: RequestTally
  /// Received on each of the last 28 days.
  let days: [Int]

  init(_ figures: RequestFigures, at moment: Instant, _ day: CivilDate) {
    self.moment = moment
    indicators = RequestIndicators.all(figures, at: moment)
    open = figures.open
    today = figures.days[day] ?? RequestTally()
    days = (0..<28).map { figures.days[day.adding(days: $0 - 27)]?.received ?? 0 }
  }

  func indicator(_ id: String) -> IndicatorValue? { indicators.first { $0.id == "requests.\(id)" } }
}

/// What the portal's start page shows of this measure.
public struct StartPanels: Sendable {
  let measure: RequestsMeasure
  let pulse: RequestPulse
  let latest: [RequestCase]
  /// The visitor's own requests; nil for somebody who is not known, or works here.
  let own: [CaseRow]?
  /// For staff: what waits in their trays.
  let trays: [(name: Phrase, count: Int64, target: String)]
}

extension RequestsMeasure {
  /// Gathers what the start page shows. Reading one's own list is a read of personal data and is
  /// recorded like any other.
  public func startPanels(_ visit: Visit) async throws -> StartPanels {
    let latest = try await desk.store.all(
      RequestTables.openToAll(
        since: Instant(microseconds: 0), before: (.max, .max), limit: 5))
    var own: [CaseRow]?
    let worksHere = visit.actor.may("requests.desk")
    if !worksHere, let applicant = visit.actor.applicant ?? visit.person?.account {
      try await desk.recordAccess(by: visit.actor, to: applicant, "requests.mine")
      own = try await desk.store.all(
        CaseBook.of(
          applicant: applicant, measure: RequestsMeasure.card.number, before: .max, limit: 5))
    }
    return StartPanels(
      measure: self, pulse: pulse(at: visit.now), latest: latest, own: own,
      trays: worksHere ? try await trayCounts(visit) : [])
  }

  private func trayCounts(
    _ visit: Visit
  ) async throws -> [(name: Phrase, count: Int64, target: String)] {
    let trays = trays(visit.actor).prefix(6)
    var found: [(name: Phrase, count: Int64, target: String)] = []
    for (tray, count) in try await counts(Array(trays), at: visit.now) {
      found.append((deskPages.name(tray), count, "/desk/requests?\(tray.query)"))
    }
    return found
  }
}

extension StartPanels {
  private var profile: CityProfile { measure.profile }

  /// Four figures with how they are computed.
  public func strip(_ h: inout HTML) {
    h.section(
      Phrase("城市脉搏", en: "City pulse"), more: Phrase("全部数据 ›", en: "All figures ›"),
      "/requests/figures")
    h.tiles { h in
      h.tile(
        Phrase("今日受理", en: "Received today"), Figures.grouped(Int64(pulse.today.received)),
        unit: Phrase("件", en: "cases"),
        note: Phrase(
          "累计\(pulse.indicator("received")?.text ?? "—")件；近28天：",
          en: "\(pulse.indicator("received")?.text ?? "—") in all; the last 28 days:")
      ) { Sparkline(pulse.days.map(Double.init)).render(&$0) }
      for id in ["on-time", "satisfaction"] {
        if let one = pulse.indicator(id) { h.tile(one.name, one.text, note: one.formula) }
      }
      if let one = pulse.indicator("days-to-answer") {
        h.tile(one.name, one.text, unit: one.unit, note: one.formula)
      }
      if let late = pulse.indicator("overdue") {
        h.tile(
          late.name, late.text, unit: late.unit,
          note: Phrase(
            "在办\(Figures.grouped(Int64(pulse.open)))件中，\(late.formula.zh)",
            en: "of \(Figures.grouped(Int64(pulse.open))) open: \(late.formula.en)"),
          (late.value ?? 0) > 0 ? .bad : .good)
      }
    }
  }

  /// One's own requests, or the trays of one's post.
  public func own(_ h: inout HTML, _ visit: Visit) {
    if !trays.isEmpty { desk(&h) }
    guard let own else { return }
    h.section(
      Phrase("我的诉求", en: "My requests"),
      more: own.isEmpty ? nil : Phrase("全部 ›", en: "All ›"), "/requests/mine")
    guard !own.isEmpty else {
      h.empty(
        Phrase(
          "您还没有提出过诉求；提出后，进展会显示在这里。",
          en: "You have not reported anything yet; what you report appears here."))
      return
    }
    h.element("div", .class("panel")) { h in
      h.element("ul", .class("rows")) { h in
        for row in own {
          h.element("li") { h in
            h.a("/requests/\(row.number)", .same(row.title))
            h.element("div", .class("sub")) { h in
              CasePages.stageTag(&h, row, at: visit.now)
              if let agency = row.agency.flatMap(profile.agency) { h.text(agency.name) }
              h.time(
                row.openedAt, in: profile.zone, .day(year: visit.now.date(in: profile.zone).year))
            }
          }
        }
      }
    }
  }

  private func desk(_ h: inout HTML) {
    h.section(
      Phrase("我的办理台", en: "My desk"), more: Phrase("打开 ›", en: "Open ›"), "/desk/requests")
    h.element("div", .class("grid")) { h in
      for tray in trays {
        h.element("div", .class("card")) { h in
          h.element("h3") { $0.a(tray.target, tray.name) }
          h.element(
            "p", .class("figure"),
            text: .same(DeskPages.counted(tray.count)) + Phrase("件", en: " waiting"))
        }
      }
    }
  }

  /// What was made public last.
  public func latest(_ h: inout HTML, _ visit: Visit) {
    let year = visit.now.date(in: profile.zone).year
    h.element("div", .class("panel")) { h in
      h.element("h2", text: Phrase("最近公开的诉求", en: "Latest public requests"))
      if latest.isEmpty { h.empty(Phrase("还没有公开的诉求。", en: "Nothing has been made public yet.")) }
      h.element("ul", .class("rows")) { h in
        for row in latest {
          h.element("li") { h in
            h.a("/requests/\(row.base.number)", .same(row.base.title))
            h.element("div", .class("sub")) { h in
              CasePages.stageTag(&h, row.base, at: visit.now)
              if let agency = row.base.agency.flatMap(profile.agency) { h.text(agency.name) }
              h.time(row.request.openedAt, in: profile.zone, .short(year: year))
            }
          }
        }
      }
      h.element("p") { $0.a("/requests", Phrase("查看全部公开诉求 ›", en: "All public requests ›")) }
    }
  }
}
