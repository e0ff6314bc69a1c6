import AccessControl
import AccessTokens
import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import MeasureKit
import Rulebook
import Storage

/// Measure 12 (创新低空经济发展新机制): who flies what over the city and under which approval, kept clear of each other
/// in four dimensions; the networks and the picture of the air; and beside it where the providers of services for
/// unmanned aircraft find each other (a DSS after ASTM F3548-21 and F3411-19 and -22a), and the city as one of them.
public struct LowAltitudeMeasure: CaseMeasure {
  let desk: CommandDesk
  let ring: KeyRing
  let tokens: TokenVerifier
  let issuer: TokenIssuer?
  let telemetry = Telemetry()
  let live = LiveFlights()
  let provider: AirProvider?
  let authority: TokenAuthority?
  let rules: FlightRules
  var profile: CityProfile { rules.profile }
  /// Where its cases are handled, an office for each kind.
  public let offices: [CaseOffice]
  private let counts = Locked(AirCounts())
  private let networkCounts = Locked(NetworkCounts())
  /// When this process last looked for what is over.
  let lookedForEnded = Locked<Instant?>(nil)

  /// The kinds of case that the measure has.
  public static func procedures(_ rules: FlightRules) -> [any Procedure] {
    [FlightProcedure(rules: rules), StandingProcedure(rules: rules)]
      + RegisterKind.allCases.map { RegisterProcedure(rules: rules, kind: $0) }
      + [
        ClosureProcedure(rules: rules), IncidentProcedure(rules: rules),
        TrialProcedure(rules: rules),
      ]
  }

  /// The measure under a city's rules.
  ///
  /// - Parameters:
  ///   - tokens: whose tokens are taken; one without keys takes none.
  ///   - issuer: who gives a token to whoever asks, for tests; nil if nobody does.
  ///   - authority: who gives tokens to registered clients; nil if nobody does.
  ///   - provider: under which name and address the city plans flights itself; nil if it does not.
  /// - Throws: ``Problem`` 422 if the rules on adoption are wrong.
  public init(
    desk: CommandDesk, ring: KeyRing, rules: FlightRules, acknowledger: Acknowledger,
    tokens: TokenVerifier, issuer: TokenIssuer? = nil, provider: AirProvider? = nil,
    authority: TokenAuthority? = nil
  ) throws(Problem) {
    self.issuer = issuer
    self.authority = authority
    self.provider = provider
    self.desk = desk
    self.ring = ring
    self.tokens = tokens
    self.rules = rules
    var offices: [CaseOffice] = []
    for procedure in LowAltitudeMeasure.procedures(rules) {
      offices.append(
        CaseOffice(
          try CaseSetting(procedure, in: rules.profile, calendar: rules.calendar), desk: desk,
          ring: ring, acknowledger: acknowledger))
    }
    self.offices = offices
  }

  /// That of the flights.
  public var office: CaseOffice { offices[0] }

  func office(_ word: String) -> CaseOffice? {
    offices.first { $0.procedure.path == "low-altitude/\(word)" }
  }

  /// Without it nothing is written for another program; nobody holds it, it comes with a good token.
  static let exchange = "low-altitude.exchange"

  /// What it is.
  public static let card = MeasureCard(
    12, .enterprise, slug: "low-altitude", Phrase("低空经济发展", en: "Low-altitude economy"),
    Phrase(
      "飞行活动申请、批准和自动避让，登记、临时管制空域；服务商互相发现的数据交换。",
      en:
        "Flights applied for, approved and kept apart; registers, closures; an exchange between providers."
    ),
    bases: [
      FlightBasis.regulation(26), FlightBasis.regulation(31),
      .cityPolicy(
        Phrase("低空飞行服务采用国际通用接口", en: "low-altitude services speak the common interfaces")),
    ],
    standards: [
      "ASTM F3548-21", "ASTM F3411-19", "ASTM F3411-22a", "JWT RFC 7519", "OAuth 2.0 RFC 6749",
      "RFC 7523",
    ])

  // MARK: Who may do what

  private static func role(
    _ id: String, _ name: Phrase, _ words: [String], more: Set<String> = []
  ) -> Role {
    Role(
      "low-altitude.\(id)", name,
      Set(words.flatMap { ["low-altitude.\($0).desk", "low-altitude.\($0).as-handler"] })
        .union(["low-altitude.desk"]).union(more))
  }

  /// Air traffic control: decides on flights, closes airspace, looks into incidents.
  public static let controller = role(
    "controller", Phrase("空中交通管制人员", en: "Air traffic controller"),
    ["flights", "standing", "closures", "incidents"])
  /// The civil aviation authority: keeps the registers, also that of programs that get tokens.
  public static let registrar = role(
    "registrar", Phrase("低空登记人员", en: "Registrar of unmanned aviation"),
    RegisterKind.allCases.map(\.rawValue), more: [AirClients.permission])

  /// The office that approves firms' trials, supports and evaluates them.
  public static let trialOffice = Role(
    "low-altitude.trial-office", Phrase("低空飞行试点主管人员", en: "Trial office of low altitude"),
    ["low-altitude.trials.desk", "low-altitude.trials.as-reviewer", "low-altitude.desk"])

  /// Controller, registrar and trial office, and those of the networks.
  public var roles: [Role] {
    [
      LowAltitudeMeasure.controller, LowAltitudeMeasure.registrar, LowAltitudeMeasure.trialOffice,
    ] + LowAltitudeMeasure.networkRoles
  }

  /// To open cases and go on with them, and to complain about a flight.
  public var publicPermissions: Set<String> {
    casePermissions.union([FileComplaint.permission])
  }

  /// Who registers operators does not decide on their flights, who builds does not accept (city policy).
  public var separations: [RoleSeparation] {
    [
      RoleSeparation(
        LowAltitudeMeasure.controller.id, LowAltitudeMeasure.registrar.id, FlightBasis.city)
    ] + LowAltitudeMeasure.networkSeparations
  }

  /// One door for all desks of the measure.
  public var deskEntrance: DeskEntrance? {
    DeskEntrance("low-altitude.desk", LowAltitudeMeasure.card.name, "/desk/low-altitude")
  }

  // MARK: Tables

  /// Its tables.
  public var schema: [Migration] { LowAltitudeMeasure.migrations }
  /// Its tables with marks.
  public var markedTables: [MarkedTable] { LowAltitudeMeasure.allMarkedTables }
  /// That entities are found where they are and are those of the journal, that cases hold together, and that
  /// a flight and its case agree.
  public var invariants: [StoreInvariant] {
    CaseInvariants.all(offices.map(\.setting)) + [
      StoreInvariant("air_slots", broken: AirBook.misplaced),
      StoreInvariant("air_entities", broken: AirBook.unfounded),
      StoreInvariant("air_assets", broken: NetworkBook.broken),
      StoreInvariant("air_own", broken: AirBook.halves),
      StoreInvariant("air_flights", broken: FlightInvariant.broken),
      StoreInvariant("air_bookings", broken: BookingBook.broken),
    ]
  }

  /// All schema steps of the measure.
  public static let migrations = [
    AirBook.migration, FlightBook.migration, ClosureBook.migration, NetworkBook.migration,
    ComplaintBook.migration, AlarmBook.migration, OwnFlightBook.migration, ClientBook.migration,
    RemoteBook.migration, OwnConstraintBook.migration, DistantBook.migration,
    FlightBook.operatorMigration, BookingBook.migration,
  ]
  /// All tables whose rows carry a mark.
  public static let allMarkedTables = [
    AirBook.table, FlightBook.table, ClosureBook.table, NetworkBook.table, ComplaintBook.table,
    AlarmBook.table, OwnFlightBook.flights, OwnFlightBook.notices, ClientBook.table,
    RemoteBook.table, OwnConstraintBook.table, DistantBook.table, DistantBook.references,
    BookingBook.table,
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
    "exchange": Phrase("记录向外部数据交换的变更", en: "Change at an exchange elsewhere noted"),
    "notice": Phrase("记录与其他服务商的往来", en: "Exchange with another provider noted"),
    "report": Phrase("收到服务商问题报告", en: "Report of a provider taken"),
  ]

  /// What an act on the exchange is called.
  public func stepName(_ kind: String) -> Phrase? {
    let prefix = LowAltitudeMeasure.card.slug + "."
    guard kind.hasPrefix(prefix) else { return nil }
    if let name = LowAltitudeMeasure.citySteps(kind) { return name }
    if let name = LowAltitudeMeasure.steps[String(kind.dropFirst(prefix.count))] { return name }
    for procedure in offices.map(\.procedure) {
      if let command = procedure.command(kind) { return procedure.name(of: command) }
    }
    return nil
  }

  /// Takes away what is over, sees whose aircraft has fallen silent, tells the flights that a closure hits, see
  /// ``ClosureWatch``, and publishes closures that are not published, see ``ConstraintDesk``.
  public func nightly(at moment: Instant) async throws -> Int {
    let alarms = telemetry.look(at: moment)
    try await raise(alarms)
    let told = try await ClosureWatch(measure: self).tell(at: moment)
    var published = try await settleConstraints(at: moment)
    published += try await settleLiveFlights(at: moment)
    return try await expire(at: moment) + alarms.count + told + published
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

  /// What became of complaints, who makes room for an urgent task, and which plans are only kept on record; closures,
  /// where the city is a provider.
  public var subscriptions: [ActSubscription] {
    [complaintProgress, displacement, recording] + closureProgress
  }

  /// The pages of the measure, its kinds of case, and the addresses of the standards.
  public func routes(_ routes: inout Routes) {
    startRoutes(&routes)
    flightRoutes(&routes)
    for office in offices {
      CaseRoutes(office) { [counts] _ in
        office.procedure is FlightProcedure ? counts.withLock { $0.flights } : []
      }.declare(&routes)
    }
    if provider?.exchangeURL == nil {
      trafficRoutes(&routes)
      remoteRoutes(&routes)
    }
    auxiliaryRoutes(&routes)
    tokenRoutes(&routes)
    authorityRoutes(&routes)
    providerRoutes(&routes)
    peerRoutes(&routes)
    remoteProviderRoutes(&routes)
    cityRoutes(&routes)
    contractRoutes(&routes)
  }
}
