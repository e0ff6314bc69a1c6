import AccessControl
import AccessTokens
import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import MeasureKit
import Rulebook
import Storage

/// Measure 12: the low-altitude economy. So far its side that other programs see: where the providers of
/// services for unmanned aircraft find each other (a DSS after ASTM F3548-21 and F3411-19 and -22a), and the
/// city as one of them.
public struct LowAltitudeMeasure: Measure {
  let desk: CommandDesk
  let ring: KeyRing
  let tokens: TokenVerifier
  let issuer: TokenIssuer?
  let profile: CityProfile
  let telemetry = Telemetry()
  let provider: AirProvider?
  let authority: TokenAuthority?
  private let counts = Locked(AirCounts())
  private let networkCounts = Locked(NetworkCounts())
  /// When this process last looked for what is over.
  let lookedForEnded = Locked<Instant?>(nil)

  /// The measure.
  ///
  /// - Parameters:
  ///   - tokens: whose tokens are taken; one without keys takes none.
  ///   - issuer: who gives a token to whoever asks, for tests; nil if nobody does.
  ///   - authority: who gives tokens to registered clients; nil if nobody does.
  ///   - provider: under which name and address the city plans flights itself; nil if it does not.
  public init(
    desk: CommandDesk, ring: KeyRing, profile: CityProfile, tokens: TokenVerifier,
    issuer: TokenIssuer? = nil, provider: AirProvider? = nil, authority: TokenAuthority? = nil
  ) {
    self.profile = profile
    self.issuer = issuer
    self.authority = authority
    self.provider = provider
    self.desk = desk
    self.ring = ring
    self.tokens = tokens
  }

  /// Without it nothing is written for another program; nobody holds it, it comes with a good token.
  static let exchange = "low-altitude.exchange"

  /// What it is.
  public static let card = MeasureCard(
    12, .enterprise, slug: "low-altitude", Phrase("低空经济发展", en: "Low-altitude economy"),
    Phrase(
      "无人机飞行服务商互相发现、避让的数据交换。",
      en: "An exchange by which providers of drone services find and avoid each other."),
    bases: [
      .cityPolicy(
        Phrase("低空飞行服务采用国际通用接口", en: "low-altitude services speak the common interfaces"))
    ],
    standards: [
      "ASTM F3548-21", "ASTM F3411-19", "ASTM F3411-22a", "JWT RFC 7519", "OAuth 2.0 RFC 6749",
      "RFC 7523",
    ])

  /// Its tables.
  public var schema: [Migration] { LowAltitudeMeasure.migrations }
  /// Its table with marks.
  public var markedTables: [MarkedTable] { LowAltitudeMeasure.allMarkedTables }
  /// That entities are found where they are, and are those of the journal.
  public var invariants: [StoreInvariant] {
    [
      StoreInvariant("air_slots", broken: AirBook.misplaced),
      StoreInvariant("air_entities", broken: AirBook.unfounded),
      StoreInvariant("air_assets", broken: NetworkBook.broken),
    ]
  }

  /// All schema steps of the measure.
  public static let migrations = [
    AirBook.migration, FlightBook.migration, NetworkBook.migration, ComplaintBook.migration,
    AlarmBook.migration, OwnFlightBook.migration, ClientBook.migration, RemoteBook.migration,
  ]
  /// All tables whose rows carry a mark.
  public static let allMarkedTables = [
    AirBook.table, FlightBook.table, NetworkBook.table, ComplaintBook.table, AlarmBook.table,
    OwnFlightBook.flights, OwnFlightBook.notices, ClientBook.table, RemoteBook.table,
  ]

  private static let steps: [String: Phrase] = [
    "intent.put": Phrase("登记或更新飞行意图", en: "Operational intent kept"),
    "intent.delete": Phrase("撤销飞行意图", en: "Operational intent removed"),
    "constraint.put": Phrase("登记或更新空域限制", en: "Constraint kept"),
    "constraint.delete": Phrase("撤销空域限制", en: "Constraint removed"),
    "subscription.put": Phrase("登记或更新订阅", en: "Subscription kept"),
    "subscription.delete": Phrase("撤销订阅", en: "Subscription removed"),
    "area.put": Phrase("登记或更新识别服务区", en: "Identification service area kept"),
    "area.delete": Phrase("撤销识别服务区", en: "Identification service area removed"),
    "availability.put": Phrase("设定服务商可用状态", en: "Availability of a provider set"),
    "intent.expired": Phrase("清除已结束的飞行意图", en: "Operational intent over and removed"),
    "constraint.expired": Phrase("清除已结束的空域限制", en: "Constraint over and removed"),
    "subscription.expired": Phrase("清除已结束的订阅", en: "Subscription over and removed"),
    "area.expired": Phrase("清除已结束的识别服务区", en: "Service area over and removed"),
    "instance.heartbeat": Phrase("收到系统心跳", en: "Heartbeat of the exchange taken"),
    "client.put": Phrase("登记令牌客户端", en: "Client of tokens registered"),
    "client.close": Phrase("停用令牌客户端", en: "Client of tokens closed"),
    "token": Phrase("签发访问令牌", en: "Access token issued"),
    "notice": Phrase("记录与其他服务商的往来", en: "Exchange with another provider noted"),
    "report": Phrase("收到服务商问题报告", en: "Report of a provider taken"),
  ]

  /// What an act on the exchange is called.
  public func stepName(_ kind: String) -> Phrase? {
    let prefix = LowAltitudeMeasure.card.slug + "."
    guard kind.hasPrefix(prefix) else { return nil }
    if let name = LowAltitudeMeasure.citySteps(kind) { return name }
    return LowAltitudeMeasure.steps[String(kind.dropFirst(prefix.count))]
  }

  /// Takes away what is over, and sees whose aircraft has fallen silent.
  public func nightly(at moment: Instant) async throws -> Int {
    let alarms = telemetry.look(at: moment)
    try await raise(alarms)
    return try await expire(at: moment) + alarms.count
  }

  /// Counts the public acts.
  public func consume(_ act: PublicAct) {
    counts.withLock { $0.take(act) }
    networkCounts.withLock { $0.take(act) }
  }

  /// Its figures.
  public func indicators(at moment: Instant) -> [IndicatorValue] {
    counts.withLock { $0.values } + networkCounts.withLock { $0.values }
  }

  /// The posts of the networks.
  public var roles: [Role] { LowAltitudeMeasure.networkRoles }
  /// Who builds does not accept.
  public var separations: [RoleSeparation] { LowAltitudeMeasure.networkSeparations }
  /// To complain about a flight.
  public var publicPermissions: Set<String> { [FileComplaint.permission] }
  /// The desk of the networks.
  public var deskEntrance: DeskEntrance? {
    DeskEntrance(
      NetworkDuty.keep, LowAltitudeMeasure.card.name, "/desk/low-altitude/networks")
  }
  /// What became of complaints.
  public var subscriptions: [ActSubscription] { [complaintProgress] }

  /// The addresses of the standards.
  public func routes(_ routes: inout Routes) {
    startRoutes(&routes)
    trafficRoutes(&routes)
    remoteRoutes(&routes)
    auxiliaryRoutes(&routes)
    tokenRoutes(&routes)
    authorityRoutes(&routes)
    providerRoutes(&routes)
    remoteProviderRoutes(&routes)
    cityRoutes(&routes)
  }
}
