import AccessControl
import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import Interchange
import LegalTime
import MeasureKit
import RedFlags
import Storage

/// Measure 16 (国有企业“阳光采购”智慧监督平台): one chain for each method of buying, duties kept apart, bids sealed
/// until the hour, and alerts that nobody can alter, delete or pick.
public final class ProcurementMeasure: CaseMeasure {
  /// Number 16 of the notice, under enterprise.
  public static let card = MeasureCard(
    16, .enterprise, slug: "procurement",
    Phrase("国有企业“阳光采购”智慧监督", en: "Oversight of state firms' procurement"),
    Phrase(
      "全链条采购、密封开启、分级预警；预警不可删改、不可挑选。",
      en: "Purchases step by step, sealed bids, graded alerts that nobody can alter or pick."),
    bases: [ProcurementBasis.law(3), ProcurementBasis.regulations(55), ProcurementBasis.notice],
    standards: ["OCDS 1.1", "age-encryption.org/v1"])

  /// The kinds of case that the measure has.
  public static func procedures(_ rules: ProcurementRules) -> [any Procedure] {
    ProcurementMethod.allCases.map { ChainProcedure(rules, $0) }
      + [
        BodiesProcedure(rules: rules), BidProcedure(rules: rules),
        ObjectionProcedure(rules: rules), AlertProcedure(rules: rules), DrawProcedure(rules: rules),
        ExchangeProcedure(rules: rules), FeedProcedure(rules: rules),
      ]
  }

  let rules: ProcurementRules
  /// Where its cases are handled, an office for each kind.
  public let offices: [CaseOffice]
  let desk: CommandDesk
  private let ring: KeyRing
  let watch: Locked<AlertWatch>
  private let program: Actor
  let partners: [String: SharedSecret]
  let feeds: [String: SignedFeed]
  let feedTimes = Locked(FeedTimes())

  /// The measure under a city's rules. `partners` are the secrets shared with platforms that push, `feeds` those
  /// from which the city fetches.
  ///
  /// - Throws: ``Problem`` 422 if the rules on adoption or the values of the law are wrong.
  public init(
    desk: CommandDesk, rules: ProcurementRules, ring: KeyRing, acknowledger: Acknowledger,
    partners: [String: SharedSecret] = [:], feeds: [String: SignedFeed] = [:]
  ) throws(Problem) {
    self.rules = rules
    self.desk = desk
    self.ring = ring
    self.partners = partners
    self.feeds = feeds
    var offices: [CaseOffice] = []
    for procedure in ProcurementMeasure.procedures(rules) {
      offices.append(
        CaseOffice(
          try CaseSetting(procedure, in: rules.profile, calendar: rules.calendar), desk: desk,
          ring: ring, acknowledger: acknowledger))
    }
    self.offices = offices
    watch = Locked(try AlertWatch(rules))
    program = .system(Set(offices.map { $0.procedure.permission(.system) }))
  }

  /// The day as of which flags take the law's values: these have been the same since 2019.
  static let lawOfFlags = CivilDate(dayNumber: 20_454)

  /// That of open tenders.
  public var office: CaseOffice { offices[0] }

  func office(_ word: String) -> CaseOffice? {
    offices.first { $0.procedure.path == "procurement/\(word)" }
  }

  // MARK: Who may do what

  private static func role(
    _ id: String, _ name: Phrase, _ capacity: String, more: Set<String> = []
  ) -> Role {
    let chains = ProcurementMethod.allCases.map { "procurement.\($0.rawValue)" }
    return Role(
      "procurement.\(id)", name,
      Set(chains.map { "\($0).desk" } + chains.map { "\($0).as-\(capacity)" })
        .union(["procurement.desk"]).union(more))
  }

  /// Posts of a firm.
  public static let needs = role("needs", Phrase("采购需求岗", en: "Post that states needs"), "need")
  /// Approves needs, awards and terminations; declares the bodies.
  public static let approver = role(
    "approver", Phrase("采购审批岗", en: "Post that approves"), "approve",
    more: ["procurement.bodies.desk", "procurement.bodies.as-declare"])
  /// Conducts purchases, answers objections, speaks for the firm on alerts.
  public static let conductor = role(
    "conductor", Phrase("采购执行岗", en: "Post that conducts"), "conduct",
    more: [
      "procurement.objections.desk", "procurement.objections.as-conduct", "procurement.alerts.desk",
      "procurement.alerts.as-firm",
    ])
  /// Keeps one of the two opening keys.
  public static let keeper = role(
    "keeper", Phrase("开标钥匙保管人", en: "Keeper of an opening key"), "open")
  /// Accepts what is delivered and pays.
  public static let acceptor = role(
    "acceptor", Phrase("验收付款岗", en: "Post that accepts and pays"), "accept")
  /// Handles alerts that were drawn to its agency.
  public static let handler = Role(
    "procurement.handler", Phrase("采购预警处置人员", en: "Handler of procurement alerts"),
    ["procurement.desk", "procurement.alerts.desk", "procurement.alerts.as-handle"])
  /// Decides on appeals and second looks.
  public static let reviewer = Role(
    "procurement.reviewer", Phrase("采购预警复核人员", en: "Reviewer of procurement alerts"),
    [
      "procurement.desk", "procurement.alerts.desk", "procurement.alerts.as-review",
      "procurement.draws.desk", "procurement.draws.as-review",
    ])

  private static let posts = [needs, approver, conductor, keeper, acceptor]

  /// The posts of firms and those of supervision.
  public var roles: [Role] {
    ProcurementMeasure.posts + [ProcurementMeasure.handler, ProcurementMeasure.reviewer]
  }

  /// Need, approval, execution and acceptance are different posts (notice, 16.1); who buys does not oversee, and
  /// who handled an alert does not review it.
  public var separations: [RoleSeparation] {
    let posts = ProcurementMeasure.posts
    var found: [RoleSeparation] = []
    for (index, one) in posts.enumerated() {
      for other in posts[(index + 1)...] {
        found.append(RoleSeparation(one.id, other.id, ProcurementBasis.notice))
      }
      for overseer in [ProcurementMeasure.handler, ProcurementMeasure.reviewer] {
        found.append(RoleSeparation(one.id, overseer.id, ProcurementBasis.notice))
      }
    }
    return found + [
      RoleSeparation(
        ProcurementMeasure.handler.id, ProcurementMeasure.reviewer.id, ProcurementBasis.city)
    ]
  }

  /// One door for all desks of the measure.
  public var deskEntrance: DeskEntrance? {
    DeskEntrance("procurement.desk", ProcurementMeasure.card.name, "/desk/procurement")
  }

  /// The alerts.
  public var schema: [Migration] { AlertTables.migrations }
  /// The alerts.
  public var markedTables: [MarkedTable] { [AlertTables.table] }

  // MARK: Figures and alerts

  /// Takes an act into releases, flags and figures; acts of other measures are passed over.
  public func consume(_ act: PublicAct) { watch.withLock { $0.consume(act) } }

  /// Deals, amount, savings, alerts.
  public func indicators(at moment: Instant) -> [IndicatorValue] {
    watch.withLock { $0.figures.indicators }
  }

  /// Alerts of one call at most.
  private static let portion = 200

  /// Fetches from platforms, draws alerts of the days before, commits to the seed of the day, raises what the flags
  /// call for; the answer is how many releases were taken or refused and alerts raised or assigned.
  public func nightly(at moment: Instant) async throws -> Int {
    var done = try await draw(at: moment) + pull(at: moment)
    let wanted = watch.withLock { watch in
      Array(watch.waiting.values.sorted { $0.id < $1.id }.prefix(ProcurementMeasure.portion))
    }
    guard let office = office("alerts") else { return done }
    for one in wanted {
      let said: [String: JSONValue] = [
        "alert": .string(one.id), "ocid": .string(one.ocid), "subject": .string(one.subject),
        "code": .string(one.code), "grade": .string(AlertCatalogue.grade(one.code)),
        "value": .string(one.valueText), "firm": .string(one.firm),
        "names": .string(
          one.names.isEmpty ? "" : JSONValue.array(one.names.map { .string($0) }).canonical),
      ].filter { $0.value != "" }
      done += try await submit(
        OpenCase("raise", as: .system, said: CaseFacts(said), in: office.setting),
        key: "alert.\(Digest.of(one.id).hex)")
    }
    return done
  }

  /// The seed of a day's draw: known to whoever holds the store's secrets and to nobody else.
  private func seed(_ day: CivilDate) -> String {
    Digest.of(ring.secret(for: "procurement draw \(day)")).hex
  }

  private func draw(at moment: Instant) async throws -> Int {
    guard let draws = office("draws"), let alerts = office("alerts") else { return 0 }
    let today = moment.date(in: rules.profile.zone)
    var done = 0
    for row in try await rows(draws, "committed") {
      guard let day = try CaseFacts(row.facts).date("day"), day < today else { continue }
      let said = CaseFacts(["seed": .string(seed(day))])
      // The draw itself is not counted: it calls for nothing more to be done.
      _ = try await submit(
        MoveCase("reveal", as: .system, on: row.base.key, said: said, in: draws.setting),
        key: "reveal.\(row.base.key)")
      guard let drawn = try await desk.store.first(CaseFileBook.find(row.base.key)) else {
        continue
      }
      let places = try CaseFacts(drawn.facts)["places"]?.object ?? [:]
      for alert in try await rows(alerts, "raised") {
        guard let place = places[alert.subject ?? ""]?.integer else { continue }
        let command: CommandID = DrawProcedure.isSampled(place) ? "assign-sample" : "assign"
        let draw = CaseFacts(["draw": .string(drawn.base.number.description)])
        done += try await submit(
          MoveCase(command, as: .system, on: alert.base.key, said: draw, in: alerts.setting),
          key: "assign.\(alert.base.key)")
      }
    }
    let subject = "draw:\(today)"
    if try await desk.store.all(CaseFileBook.about(subject, kind: DrawProcedure.kind)).isEmpty {
      let said: [String: JSONValue] = [
        "day": .string(today.description), "commitment": .string(Digest.of(seed(today)).hex),
      ]
      _ = try await submit(
        OpenCase("commit", as: .system, said: CaseFacts(said), in: draws.setting), key: subject)
    }
    return done
  }

  private func rows(_ office: CaseOffice, _ stage: StageID) async throws -> [CaseFileRow] {
    try await desk.store.all(
      CaseFileBook.at(
        stage, kind: office.setting.type.id, after: (.min, .min), limit: DrawProcedure.limit))
  }

  /// Carries out a step of the program; one that another node has taken, or that the city has not
  /// switched on, is no fault.
  func submit(_ command: some Command, key: String) async throws -> Int {
    do {
      return try await desk.submit(command, by: program, .init(idempotencyKey: key)).isRepeat
        ? 0 : 1
    } catch let problem as Problem where [403, 409, 422].contains(problem.status) { return 0 }
  }

  // MARK: Routes

  /// The measure's own pages, then those of its kinds of case.
  public func routes(_ routes: inout Routes) {
    ownRoutes(&routes)
    for office in offices {
      CaseRoutes(office) { [watch] _ in watch.withLock { $0.figures.indicators } }.declare(&routes)
    }
  }
}
