import AccessControl
import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import Storage

/// Measure 21 (民意速办): one intake for all channels, one dispatch, visible throughout, answered,
/// evaluated and closed.
public final class RequestsMeasure: Measure {
  /// Number 21 of the notice, under livelihood. Rests on the hotline ordinances of Beijing (article
  /// 10), Weifang (article 20) and Jinan (article 27).
  public static let card = MeasureCard(
    21, .livelihood, slug: "requests", Phrase("民生诉求“民意速办”", en: "Service requests"),
    Phrase(
      "反映身边的问题，看到谁在办、何时办结，并评价结果。",
      en: "Report a problem, see who is handling it and by when, and rate the result."),
    bases: [HotlineLaw.beijing(10), HotlineLaw.weifang(20, 1, item: 1), HotlineLaw.jinan(27, 1)],
    standards: ["Open311 GeoReport v2"])

  /// Its kind of case.
  public static let caseType = ServiceRequestCases.request

  let desk: CommandDesk
  let rules: RequestRules
  let acknowledger: Acknowledger
  let trackingToken: @Sendable (Int64) -> String
  private let keySecret: [UInt8]
  private let statistics: Locked<RequestStatistics>
  private let lastPulse = Locked<RequestPulse?>(nil)

  /// The measure under a city's rules, with the store's keys for tracking tokens and API keys.
  public init(desk: CommandDesk, rules: RequestRules, ring: KeyRing, acknowledger: Acknowledger) {
    self.desk = desk
    self.rules = rules
    self.acknowledger = acknowledger
    trackingToken = { ring.trackingToken($0) }
    keySecret = ring.secret(for: "open311 api keys 1")
    statistics = Locked(RequestStatistics(zone: rules.profile.zone))
  }

  var profile: CityProfile { rules.profile }

  /// The Open311 `api_key` of an application with this name: it follows from the store's secret, so
  /// that none need be kept.
  public func apiKey(for application: String) -> String {
    let code = MAC.sha256(Array(application.utf8), key: keySecret)
    return application + "-" + Base32.encode(code.prefix(10))
  }

  func isKnown(apiKey: String) -> Bool {
    guard let dash = apiKey.lastIndex(of: "-") else { return false }
    let expected = self.apiKey(for: String(apiKey[..<dash]))
    return constantTimeEqual(Array(apiKey.utf8), Array(expected.utf8))
  }

  /// The table `requests`, the indexes of its lists and that of the centre's tray.
  public var schema: [Migration] { RequestTables.migrations }
  /// The table `requests`; the rows in `cases` are verified with ``CaseBook``.
  public var markedTables: [MarkedTable] { [RequestTables.table] }

  // MARK: Who may do what

  /// The centre that takes requests in and sends them on.
  public static let dispatcher = Role(
    "requests.dispatcher", Phrase("热线中心派单员", en: "Dispatcher"),
    ["requests.file", "requests.desk", "requests.as-dispatcher"], reachesAllAgencies: true)
  /// An agency's officer.
  public static let handler = Role(
    "requests.handler", Phrase("承办单位经办人", en: "Handling officer"),
    ["requests.desk", "requests.as-handler"])
  /// Who rules on disputes of responsibility.
  public static let arbiter = Role(
    "requests.arbiter", Phrase("职责争议裁决人", en: "Arbiter"),
    ["requests.desk", "requests.as-arbiter"], reachesAllAgencies: true)
  /// Who watches over time and quality.
  public static let supervisor = Role(
    "requests.supervisor", Phrase("督办人", en: "Supervisor"),
    ["requests.desk", "requests.supervise", "requests.as-supervisor"], reachesAllAgencies: true)

  /// The four roles of staff; a citizen needs none.
  public var roles: [Role] {
    [
      RequestsMeasure.dispatcher, RequestsMeasure.handler, RequestsMeasure.arbiter,
      RequestsMeasure.supervisor,
    ]
  }

  /// An agency's officer may not also dispatch, rule on disputes or supervise (city policy).
  public var separations: [RoleSeparation] {
    let (handler, others) = (
      RequestsMeasure.handler.id,
      [RequestsMeasure.dispatcher.id, RequestsMeasure.arbiter.id, RequestsMeasure.supervisor.id]
    )
    return others.map { RoleSeparation(handler, $0, HotlineLaw.city) }
  }

  /// To tell the city something, and to go on with it by its token.
  public var publicPermissions: Set<String> { ["requests.file", "requests.as-citizen"] }
  /// The desk with the trays.
  public var deskEntrance: DeskEntrance? {
    DeskEntrance("requests.desk", Phrase("办理台", en: "Desk"), "/desk/requests")
  }

  // MARK: Figures

  /// Takes an act into the figures; acts of other measures are passed over.
  public func consume(_ act: PublicAct) { statistics.withLock { $0.consume(act) } }

  /// Received, on time, satisfied, closed, days to answer, and what is overdue at `moment`.
  public func indicators(at moment: Instant) -> [IndicatorValue] {
    RequestIndicators.all(figures, at: moment)
  }

  /// The figures as the log stands.
  var figures: RequestFigures { statistics.withLock { $0.figures } }

  /// The figures for the start page, at which many look: made once in ten seconds.
  func pulse(at moment: Instant) -> RequestPulse {
    let known = lastPulse.withLock { $0 }
    if let known, (0..<10).contains(moment.seconds - known.moment.seconds) { return known }
    let today = rules.day(moment)
    let fresh = RequestPulse(figures, at: moment, today)
    lastPulse.withLock { $0 = fresh }
    return fresh
  }

  // MARK: Routes

  /// The citizens' pages, the desk of staff, the JSON interface and Open311 GeoReport v2.
  public func routes(_ routes: inout Routes) {
    publicRoutes(&routes)
    deskRoutes(&routes)
    interfaceRoutes(&routes)
    open311Routes(&routes)
  }

  /// What people told another measure and what is this one's to handle.
  public var subscriptions: [ActSubscription] { [referrals] }

  // MARK: Verification

  /// What `tequ verify` proves again for every request: its status is one that the case type
  /// knows, its dates follow from its clocks, and nobody is left without an owner, an answer, an
  /// end or a running clock.
  public var invariants: [StoreInvariant] {
    [
      StoreInvariant("requests") { [rules] view in
        var found: [(row: Int64, what: Phrase)] = []
        try RequestTables.forEach(view) { found += RequestInvariant.broken($0, rules.calendar) }
        return found
      },
      StoreInvariant("cases") { view in
        try RequestTables.withoutRequest(view).map {
          (row: $0, what: Phrase("没有对应的诉求行。", en: "its row in requests is missing"))
        }
      },
      StoreInvariant("requests") { view in
        try RequestTables.withoutCase(view).map {
          (row: $0, what: Phrase("没有对应的办件行。", en: "its row in cases is missing"))
        }
      },
    ]
  }
}

/// What must hold of one request.
enum RequestInvariant {
  static func broken(
    _ row: RequestCase, _ calendar: WorkCalendar
  ) -> [(row: Int64, what: Phrase)] {
    let type = ServiceRequestCases.request
    guard let status = try? type.status(row.base.status),
      let clocks = try? CaseClocks(row.base.clocks)
    else {
      return [
        (row: row.base.key, what: Phrase("状态或时限无法读取。", en: "its status or clocks cannot be read"))
      ]
    }
    let dates = RequestDeadlines(type, status, clocks, calendar)
    var found = CaseInvariants.broken(
      row.base, type, status, clocks, due: dates.due, wake: dates.wake)
    if !type.stage(of: status).isFinal, dates.wake == nil, row.request.repliedAt == nil {
      found.append(
        Phrase("既无人承办、无答复，也无在走的时限。", en: "it has neither an answer, an end nor a running clock"))
    }
    return found.map { (row: row.base.key, what: $0) }
  }
}
