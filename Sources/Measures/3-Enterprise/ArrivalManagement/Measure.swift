import AccessControl
import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import Interchange
import MeasureKit
import Storage

/// Measure 13 (点融合飞行程序提升机场容量): procedures designed and coordinated, arrivals put in order, and what an
/// airport gains by both explained.
public final class ArrivalMeasure: CaseMeasure {
  /// Number 13 of the notice, under enterprise.
  public static let card = MeasureCard(
    13, .enterprise, slug: "arrivals", Phrase("点融合飞行程序提升机场容量", en: "Point-merge arrivals"),
    Phrase(
      "看容量怎样从55架次到65架次，设计并协调程序，进港排序，申请时刻。",
      en:
        "See how 55 movements an hour become 65; design procedures, put arrivals in order, ask for slots."
    ),
    bases: [ArrivalBasis.notice],
    standards: ["ASTERIX 062", "BaseStation (SBS-1)"])

  /// The kinds of case that the measure has.
  public static func procedures(_ rules: ArrivalRules) -> [any Procedure] {
    [DesignProcedure(rules: rules), SlotProcedure(rules: rules)]
  }

  /// Without it nothing is written for a feed; nobody holds it, it comes with a good signature.
  static let feedPermission = "arrivals.feed"

  let rules: ArrivalRules
  /// Where its cases are handled, an office for each kind.
  public let offices: [CaseOffice]
  let desk: CommandDesk
  let partners: [String: SharedSecret]
  private let figures = Locked(ArrivalFigures())
  /// Tables of procedures in winds.
  let shelf = Locked(ArcShelf())
  /// Simulated hours that were counted.
  let runs = Locked<[MonteCarloRun.Wish: MonteCarloRun]>([:])
  private let program: Actor

  /// The measure under a city's rules.
  ///
  /// - Throws: ``Problem`` 422 if the rules on adoption are wrong.
  public init(
    desk: CommandDesk, rules: ArrivalRules, ring: KeyRing, acknowledger: Acknowledger,
    partners: [String: SharedSecret] = [:]
  ) throws(Problem) {
    self.rules = rules
    self.desk = desk
    self.partners = partners
    var offices: [CaseOffice] = []
    for procedure in ArrivalMeasure.procedures(rules) {
      offices.append(
        CaseOffice(
          try CaseSetting(procedure, in: rules.profile, calendar: rules.calendar), desk: desk,
          ring: ring, acknowledger: acknowledger))
    }
    self.offices = offices
    program = .system(Set(offices.map { $0.procedure.permission(.system) }))
  }

  /// That of the procedures.
  public var office: CaseOffice { offices[0] }
  var slots: CaseOffice { offices[1] }

  /// All schema steps of the measure.
  public static let migrations = [BoardBook.migration]
  /// All tables whose rows carry a mark.
  public static let allMarkedTables = [BoardBook.table]
  /// The boards.
  public var schema: [Migration] { ArrivalMeasure.migrations }
  /// The boards.
  public var markedTables: [MarkedTable] { ArrivalMeasure.allMarkedTables }
  /// Those of the cases, and that boards can be read.
  public var invariants: [StoreInvariant] {
    CaseInvariants.all(offices.map(\.setting))
      + [StoreInvariant("arrival_boards", broken: BoardBook.unreadable)]
  }

  // MARK: Who may do what

  /// Designs procedures and takes them through.
  public static let designer = Role(
    "arrivals.designer", Phrase("飞行程序设计人员", en: "Procedure designer"),
    ["arrivals.desk", "arrivals.procedures.desk", "arrivals.procedures.as-designer"])
  /// Answers for the units of an agency.
  public static let unit = Role(
    "arrivals.unit", Phrase("空域协调单位人员", en: "Staff of a unit"),
    ["arrivals.desk", "arrivals.procedures.desk", "arrivals.procedures.as-unit"])
  /// Approves procedures.
  public static let approver = Role(
    "arrivals.approver", Phrase("飞行程序批准人", en: "Approver of procedures"),
    ["arrivals.desk", "arrivals.procedures.desk", "arrivals.procedures.as-approver"])
  /// Works at the board of arrivals.
  public static let controller = Role(
    "arrivals.controller", Phrase("进近管制员", en: "Approach controller"),
    ["arrivals.desk", "arrivals.board"])
  /// Replies to requests for slots.
  public static let coordinator = Role(
    "arrivals.coordinator", Phrase("时刻协调人员", en: "Slot coordinator"),
    ["arrivals.desk", "arrivals.slots.desk", "arrivals.slots.as-clerk"])

  /// Designer, unit, approver, controller and coordinator.
  public var roles: [Role] {
    [
      ArrivalMeasure.designer, ArrivalMeasure.unit, ArrivalMeasure.approver,
      ArrivalMeasure.controller, ArrivalMeasure.coordinator,
    ]
  }

  /// Who designs neither answers for a unit nor approves (city policy).
  public var separations: [RoleSeparation] {
    [
      RoleSeparation(
        ArrivalMeasure.designer.id, ArrivalMeasure.approver.id, ArrivalBasis.city),
      RoleSeparation(ArrivalMeasure.designer.id, ArrivalMeasure.unit.id, ArrivalBasis.city),
      RoleSeparation(ArrivalMeasure.unit.id, ArrivalMeasure.approver.id, ArrivalBasis.city),
    ]
  }

  /// One door for all desks of the measure.
  public var deskEntrance: DeskEntrance? {
    DeskEntrance("arrivals.desk", ArrivalMeasure.card.name, "/desk/arrivals")
  }

  /// What an act is called.
  public func stepName(_ kind: String) -> Phrase? {
    switch kind {
    case "arrivals.open": return Phrase("启用进离港看板", en: "Board opened")
    case "arrivals.feed": return Phrase("收到航迹或计划", en: "Reports taken")
    case "arrivals.wind": return Phrase("设定风", en: "Wind set")
    case "arrivals.configure": return Phrase("改变跑道用法", en: "Runways used otherwise")
    default: break
    }
    for procedure in offices.map(\.procedure) {
      if let command = procedure.command(kind) { return procedure.name(of: command) }
    }
    return nil
  }

  // MARK: Figures and nights

  /// Takes an act into the figures; acts of other measures are passed over.
  public func consume(_ act: PublicAct) { figures.withLock { $0.consume(act) } }

  /// Capacity, procedures, board, slots.
  public func indicators(at moment: Instant) -> [IndicatorValue] {
    figures.withLock { $0.indicators(rules.book.airports.first) }
  }

  /// Ends versions whose successor is in effect; the answer is how many.
  public func nightly(at moment: Instant) async throws -> Int {
    let today = moment.date(in: rules.profile.zone)
    let rows = try await desk.store.all(
      CaseFileBook.at("published", kind: DesignCases.kind, after: (.min, .min), limit: 200))
    var newest: [String: Int64] = [:]
    var found: [(row: CaseFileRow, airport: String, version: Int64)] = []
    for row in rows {
      let facts = try CaseFacts(row.facts)
      let runway = rules.book[facts.text("airport")].map { DesignProcedure.runway(facts, $0) }
      let airport = "\(facts.text("airport")) \(runway ?? "")"
      let version = facts.integer("version") ?? 0
      found.append((row, airport, version))
      guard let day = facts.date("effective-on"), day <= today else { continue }
      newest[airport] = max(newest[airport] ?? 0, version)
    }
    var done = 0
    for one in found where one.version < newest[one.airport] ?? 0 {
      let command = MoveCase(
        .supersede, as: .system, on: one.row.base.key, said: CaseFacts(), in: office.setting)
      let key = "supersede.\(one.row.base.key)"
      do {
        let result = try await desk.submit(command, by: program, .init(idempotencyKey: key))
        done += result.isRepeat ? 0 : 1
      } catch let problem as Problem where [403, 409, 422].contains(problem.status) { continue }
    }
    return done
  }

  // MARK: Routes

  /// The measure's own pages, then those of its kinds of case.
  public func routes(_ routes: inout Routes) {
    ownRoutes(&routes)
    for office in offices {
      CaseRoutes(office) { [figures, rules] _ in
        figures.withLock {
          $0.indicators(of: office.procedure.path, rules.book.airports.first)
        }
      }.declare(&routes)
    }
  }
}

/// What the kinds of case of the measure are called on their pages.
enum ArrivalCards {
  private static func card(_ name: Phrase, _ summary: Phrase, _ bases: [Basis]) -> MeasureCard {
    MeasureCard(13, .enterprise, slug: "arrivals", name, summary, bases: bases)
  }

  static let designs = card(
    Phrase("点融合程序", en: "Point-merge procedures"),
    Phrase(
      "设计、校核、单位协调、批准、公布；每个版本不再改动。",
      en: "Designed, checked, coordinated, approved, published; no version is ever changed."),
    [ArrivalBasis.notice, ArrivalBasis.airac])
  static let slots = card(
    Phrase("航班时刻", en: "Airport slots"),
    Phrase(
      "申请时刻系列；按公布容量答复最近的空位，说明理由。",
      en:
        "Ask for a series; the nearest time with room by the declared capacity is offered, with reasons."
    ),
    [ArrivalBasis.notice, ArrivalBasis.slots])
}
