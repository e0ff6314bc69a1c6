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

/// Measure 19 (行政复议职责统一行使): one authority per government, from the question “can I still
/// file?” to the performance of the decision.
public final class ReconsiderationMeasure: CaseMeasure {
  /// Number 19 of the notice, under livelihood.
  public static let card = MeasureCard(
    19, .livelihood, slug: "reconsideration",
    Phrase("行政复议职责统一行使", en: "Administrative reconsideration"),
    Phrase(
      "对行政行为不服？先看还能不能申请，再在手机上申请、参加听证、查进展。",
      en: "Against an act of an authority: see whether you can still apply, file, attend, follow."),
    bases: [
      ReconsiderationCases.law(2, 1), ReconsiderationCases.law(4, 1),
      ReconsiderationCases.law(24, 1),
    ])

  /// Where its cases are handled.
  public let office: CaseOffice
  let rules: ReconsiderationRules
  let statistics = Locked<ReconsiderationStatistics>(ReconsiderationStatistics())

  /// The measure under a city's rules.
  public init(office: CaseOffice, rules: ReconsiderationRules) {
    self.office = office
    self.rules = rules
  }

  /// Roster and files.
  public var schema: [Migration] { ReconsiderationTables.migrations }
  /// Both.
  public var markedTables: [MarkedTable] { ReconsiderationTables.markedTables }

  // MARK: Who may do what

  private static func role(
    _ id: String, _ name: Phrase, _ capacities: [String], everywhere: Bool = false
  ) -> Role {
    Role(
      "reconsideration.\(id)", name,
      Set(["reconsideration.desk"] + capacities.map { "reconsideration.as-\($0)" }),
      reachesAllAgencies: everywhere)
  }

  /// Takes applications in and examines them.
  public static let clerk = role(
    "clerk", Phrase("复议立案人员", en: "Intake officer"), ["clerk"])
  /// Tries cases.
  public static let officer = role(
    "handler", Phrase("行政复议人员", en: "Case officer"), ["handler"])
  /// Agrees to proposals.
  public static let approver = role(
    "approver", Phrase("复议机关负责人", en: "Head of the authority"), ["approver"])
  /// Answers for an agency whose act is under reconsideration.
  public static let respondent = role(
    "respondent", Phrase("被申请人经办人", en: "Respondent's officer"), ["respondent"])
  /// Gives opinions.
  public static let committee = role(
    "committee", Phrase("行政复议委员会委员", en: "Committee member"), ["committee"])
  /// Answers for a norm.
  public static let maker = role(
    "maker", Phrase("规范性文件审查经办人", en: "Officer for norms"), ["maker"])
  /// The authority above.
  public static let superior = role(
    "superior", Phrase("上级行政复议监督", en: "Superior authority"), ["superior"], everywhere: true)
  /// Reads closed cases and tells of suits.
  public static let court = role(
    "court", Phrase("人民法院联络员", en: "Court liaison"), ["court"], everywhere: true)

  /// Watches whether decisions are performed.
  public static let procuratorate = role(
    "procuratorate", Phrase("人民检察院联络员", en: "Procuratorate liaison"), ["procuratorate"],
    everywhere: true)

  /// Nine roles of officials; an applicant needs none.
  public var roles: [Role] {
    [
      Self.clerk, Self.officer, Self.approver, Self.respondent, Self.committee, Self.maker,
      Self.superior, Self.court, Self.procuratorate,
    ]
  }

  /// Who tries does not decide, and who is a party does neither (art. 61; city policy).
  public var separations: [RoleSeparation] {
    let authority = [Self.clerk, Self.officer, Self.approver, Self.committee].map(\.id)
    return [
      RoleSeparation(Self.officer.id, Self.approver.id, ReconsiderationCases.law(61, 1)),
      RoleSeparation(Self.clerk.id, Self.approver.id, ReconsiderationCases.city),
      RoleSeparation(Self.officer.id, Self.committee.id, ReconsiderationCases.law(52, 1)),
    ]
      + roles.flatMap { role in
        ["administrator", "auditor"].map {
          RoleSeparation($0, role.id, ReconsiderationCases.city)
        }
      }
      + authority.flatMap {
        [
          RoleSeparation(Self.respondent.id, $0, ReconsiderationCases.law(3, 2)),
          RoleSeparation(Self.court.id, $0, ReconsiderationCases.city),
          RoleSeparation(Self.procuratorate.id, $0, ReconsiderationCases.city),
        ]
      }
  }

  // MARK: Routes

  /// The question before filing, hearings, what is published, official openings; then the usual.
  public func routes(_ routes: inout Routes) {
    let check = CheckPage(procedure: ReconsiderationProcedure(rules))
    let hearing = HearingPage(office: office)
    let pages = ReconsiderationPages(office: office, rules: rules)
    let opening = OpeningPage(office: office)
    routes.get("/reconsideration/check") { check.render($0) }
    routes.get("/reconsideration/decisions") { try await pages.decisions($0) }
    routes.get("/reconsideration/standards") { [self] visit in
      pages.standards(visit, statistics.withLock { $0 })
    }
    routes.get("/reconsideration/experts") { pages.experts($0) }
    routes.get("/reconsideration/{number}/hearing") { try await hearing.show($0) }
    routes.post("/reconsideration/{number}/hearing") { try await hearing.take($0) }
    let figures = FiguresPage(office: office)
    routes.get("/reconsideration/figures") { [self] visit in
      figures.show(visit, statistics.withLock { $0 })
    }
    let staff = RouteAccess.holding(office.procedure.deskPermission)
    let roster = StaffPage(office: office)
    routes.get("/desk/reconsideration/staff", staff) { try await roster.show($0) }
    routes.post("/desk/reconsideration/staff", staff) { try await roster.take($0) }
    let archive = ArchivePage(office: office, rules: rules)
    routes.get("/desk/reconsideration/archive", staff) { try await archive.show($0) }
    let court = RouteAccess.holding(office.procedure.permission(.court))
    routes.get("/desk/reconsideration/court-counts", court) { [self] visit in
      figures.enter(visit, statistics.withLock { $0 })
    }
    routes.post("/desk/reconsideration/court-counts", court) { [self] visit in
      try await figures.take(visit, statistics.withLock { $0 })
    }
    routes.post("/api/reconsideration/court-counts", court, .interface) {
      try await figures.takeJSON($0)
    }
    routes.get("/api/reconsideration/first-choice", .everybody, .interface) { [self] visit in
      figures.json(visit, statistics.withLock { $0 })
    }
    routes.get("/desk/reconsideration/open/{command}", staff) { try opening.show($0) }
    routes.post("/desk/reconsideration/open/{command}", staff) { try await opening.take($0) }
    CaseRoutes(office) { self.indicators(at: $0) }.declare(&routes)
  }

  // MARK: Figures

  /// Takes an act into the figures; acts of other measures are passed over.
  public func consume(_ act: PublicAct) { statistics.withLock { $0.consume(act) } }

  /// Received, accepted in time, first choice, corrected, resolved, median days.
  public func indicators(at moment: Instant) -> [IndicatorValue] {
    let today = moment.date(in: rules.profile.zone)
    return statistics.withLock { $0.indicators(on: today) }
  }

  /// What the case type calls a step, and the acts about no case.
  public func stepName(_ kind: String) -> Phrase? {
    switch kind {
    case "reconsideration.court-count": return Phrase("法院报数", en: "court figures")
    case "reconsideration.officer": return Phrase("登记复议人员", en: "roster of officers")
    default: return office.procedure.command(kind).map { office.procedure.name(of: $0) }
    }
  }

  /// What holds of every case, of the roster and of the files.
  public var invariants: [StoreInvariant] {
    let type = office.setting.type
    return CaseInvariants(office.setting).all + [
      StoreInvariant("reconsideration_officers") {
        try ReconsiderationProcedure.loads(type, $0)
      },
      StoreInvariant("reconsideration_archive") {
        try ReconsiderationProcedure.files(type, $0)
      },
    ]
  }
}
