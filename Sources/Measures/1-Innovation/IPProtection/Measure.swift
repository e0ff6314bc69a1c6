import AccessControl
import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import EvidenceLog
import Interchange
import MeasureKit
import Storage

/// Measure 2 (新领域新业态知识产权保护): notices that reach platforms at once, evidence that a court can
/// check by itself, and one answer to the question who is competent.
public final class IPMeasure: CaseMeasure {
  /// Number 2 of the notice, under innovation.
  public static let card = MeasureCard(
    2, .innovation, slug: "ip-protection",
    Phrase("新领域新业态知识产权保护", en: "IP protection in new fields"),
    Phrase(
      "侵权通知直达平台，证据包离线可验，投诉、移交、诉讼一件到底。",
      en:
        "Notices reach the platform at once, evidence verifies offline, one case from complaint to court."
    ),
    bases: [
      IPBasis.commerce(42), IPBasis.commerce(43), IPBasis.online(16), IPBasis.jurisdiction(1),
    ],
    standards: ["JSON Schema 2020-12", "OpenAPI 3.1", "C2SP tlog-tiles"])

  /// Its kind of case.
  public static let caseType = IPCases.notice

  /// What the city and the law say.
  public let rules: IPRules
  /// Where its cases are handled.
  public let office: CaseOffice
  let proofs: @Sendable (JournalKey) async throws -> Receipt?
  let logKey: NoteVerifier
  let partners: [String: SharedSecret]
  let random: any RandomSource
  let program: Actor
  private let figures = Locked(IPFigures())

  var desk: CommandDesk { office.desk }

  /// The measure under a city's rules. `partners` are the secrets shared with platforms, by platform;
  /// `proofs` gives the receipt of an act once it is in the log.
  ///
  /// - Throws: ``Problem`` 422 if the rules on adoption are wrong.
  public init(
    desk: CommandDesk, rules: IPRules, ring: KeyRing, acknowledger: Acknowledger,
    partners: [String: SharedSecret], logKey: NoteVerifier, random: any RandomSource,
    proofs: @escaping @Sendable (JournalKey) async throws -> Receipt?
  ) throws(Problem) {
    self.rules = rules
    self.partners = partners
    self.random = random
    self.logKey = logKey
    self.proofs = proofs
    let procedure = IPProcedure(rules: rules)
    office = CaseOffice(
      try CaseSetting(procedure, in: rules.profile, calendar: rules.calendar), desk: desk,
      ring: ring, acknowledger: acknowledger)
    program = .system([procedure.permission(.system), procedure.permission(.platform)])
  }

  // MARK: Who may do what

  /// Who acts for a platform.
  public static let platform = Role(
    "ip-protection.platform", Phrase("平台知识产权专员", en: "Platform's IP officer"),
    ["ip-protection.desk", "ip-protection.as-platform"])
  /// Who handles complaints.
  public static let officer = Role(
    "ip-protection.officer", Phrase("知识产权执法人员", en: "IP officer"),
    ["ip-protection.desk", "ip-protection.as-handler"])
  /// Who receives evidence at the court and keeps its cases.
  public static let court = Role(
    "ip-protection.court", Phrase("法院立案和审判人员", en: "Court officer"),
    ["ip-protection.desk", "ip-protection.as-court"])

  /// Platform, officer, court.
  public var roles: [Role] { [IPMeasure.platform, IPMeasure.officer, IPMeasure.court] }

  /// Nobody acts on two sides (city policy).
  public var separations: [RoleSeparation] {
    let (platform, officer, court) = (
      IPMeasure.platform.id, IPMeasure.officer.id, IPMeasure.court.id
    )
    return [(platform, officer), (platform, court), (officer, court)].map {
      RoleSeparation($0.0, $0.1, IPBasis.city)
    }
  }

  // MARK: Figures

  /// Takes an act into the figures; acts of other measures are passed over.
  public func consume(_ act: PublicAct) { figures.withLock { $0.consume(act) } }

  /// Links, administrative cases, cases before the court, technical cases.
  public func indicators(at moment: Instant) -> [IndicatorValue] {
    figures.withLock { $0.indicators }
  }

  // MARK: Routes

  /// Competence, guidance, evidence and the shared interface, then what the declaration gives.
  public func routes(_ routes: inout Routes) {
    ownRoutes(&routes)
    CaseRoutes(office) { [figures] _ in figures.withLock { $0.indicators } }.declare(&routes)
  }
}
