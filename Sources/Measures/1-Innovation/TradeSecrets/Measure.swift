import AccessControl
import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import MeasureKit
import Storage

/// Measure 4 (商业秘密规范保护): a firm takes stock of its secrets, assesses how it guards them, deposits
/// proof of them without showing them, and finds help. The rule of the measure: what is secret stays on
/// the firm's own machine; the city learns digests, and of a request for help what the firm writes in it.
public final class TradeSecretsMeasure: CaseMeasure {
  /// Number 4 of the notice, under innovation.
  public static let card = MeasureCard(
    4, .innovation, slug: "trade-secrets", Phrase("商业秘密规范保护", en: "Trade secrets"),
    Phrase(
      "自评、不公开内容的存证、刑事保护合规指引；工作站和志愿者上门服务。",
      en:
        "Self-assessment, deposits that disclose nothing, a guide to criminal protection; stations and "
        + "volunteers that come to you."),
    bases: [SecretBasis.competition(9), SecretBasis.court(6), SecretBasis.notice],
    standards: ["RFC 9162", "C2SP tlog-proof"])

  /// The kinds of case that the measure has.
  public static func procedures(_ rules: SecretRules) -> [any Procedure] {
    [
      DepositProcedure(), AssessmentProcedure(rules: rules), StationProcedure(rules: rules),
      ConferenceProcedure(rules: rules),
    ]
  }

  let rules: SecretRules
  /// Where its cases are handled, an office for each kind.
  public let offices: [CaseOffice]
  private let figures = Locked(SecretFigures())

  /// The measure under a city's rules.
  ///
  /// - Throws: ``Problem`` 422 if the rules on adoption are wrong.
  public init(
    desk: CommandDesk, rules: SecretRules, ring: KeyRing, acknowledger: Acknowledger
  ) throws(Problem) {
    self.rules = rules
    var offices: [CaseOffice] = []
    for procedure in TradeSecretsMeasure.procedures(rules) {
      offices.append(
        CaseOffice(
          try CaseSetting(procedure, in: rules.profile, calendar: rules.calendar), desk: desk,
          ring: ring, acknowledger: acknowledger))
    }
    self.offices = offices
  }

  /// That of the deposits.
  public var office: CaseOffice { offices[0] }

  // MARK: Who may do what

  /// The market regulator's office: assigns requests, keeps the joint conference.
  public static let coordinator = Role(
    "trade-secrets.coordinator", Phrase("商业秘密保护统筹人员", en: "Coordinator for trade secrets"),
    [
      "trade-secrets.desk", "trade-secrets.stations.desk", "trade-secrets.stations.as-clerk",
      "trade-secrets.conference.desk", "trade-secrets.conference.as-clerk",
    ])
  /// Staff of a station, who also enter what volunteers found.
  public static let station = Role(
    "trade-secrets.station", Phrase("保护工作站人员", en: "Staff of a protection station"),
    ["trade-secrets.desk", "trade-secrets.stations.desk", "trade-secrets.stations.as-handler"])
  /// Whoever sits in the joint conference for an agency.
  public static let member = Role(
    "trade-secrets.member", Phrase("联席会议成员", en: "Member of the joint conference"),
    [
      "trade-secrets.desk", "trade-secrets.conference.desk",
      "trade-secrets.conference.as-handler",
    ])

  /// Coordinator, station and member.
  public var roles: [Role] {
    [TradeSecretsMeasure.coordinator, TradeSecretsMeasure.station, TradeSecretsMeasure.member]
  }

  /// Who assigns requests does not carry them out, and who checks a task has not done it (city policy).
  public var separations: [RoleSeparation] {
    [TradeSecretsMeasure.station, TradeSecretsMeasure.member].map {
      RoleSeparation(TradeSecretsMeasure.coordinator.id, $0.id, SecretBasis.city)
    }
  }

  /// One door for all desks of the measure.
  public var deskEntrance: DeskEntrance? {
    DeskEntrance("trade-secrets.desk", TradeSecretsMeasure.card.name, "/desk/trade-secrets")
  }

  // MARK: Figures

  /// Takes an act into the figures; acts of other measures are passed over.
  public func consume(_ act: PublicAct) { figures.withLock { $0.consume(act) } }

  /// Deposits, assessments, industries, visits, matters.
  public func indicators(at moment: Instant) -> [IndicatorValue] {
    figures.withLock { $0.indicators }
  }

  // MARK: Routes

  /// The measure's own pages, then those of its kinds of case.
  public func routes(_ routes: inout Routes) {
    ownRoutes(&routes)
    for office in offices {
      CaseRoutes(office) { [figures] _ in
        figures.withLock { $0.indicators(of: office.procedure.path) }
      }.declare(&routes)
    }
  }
}

/// What the kinds of case of the measure are called on their pages.
enum SecretCards {
  private static func card(_ name: Phrase, _ summary: Phrase, _ bases: [Basis]) -> MeasureCard {
    MeasureCard(4, .innovation, slug: "trade-secrets", name, summary, bases: bases)
  }

  static let deposits = card(
    Phrase("商业秘密存证", en: "Deposit without disclosure"),
    Phrase(
      "文件在您自己的电脑上计算摘要，只登记一个加盐的数值和时间；日后可以证明当时已经持有。",
      en:
        "Files are hashed on your own machine; one salted value and the time are registered. Later you "
        + "can prove that you had them then."),
    [SecretBasis.electronicSignature(8), SecretBasis.court(27), SecretBasis.evidence(26)])
  static let assessments = card(
    Phrase("保密措施自评登记", en: "Self-assessments on file"),
    Phrase(
      "只登记行业、条款版本和结果的加盐摘要；答案、证据和得分留在企业。",
      en:
        "Industry, edition and a salted digest of the result are registered; answers, evidence and score stay with the "
        + "firm."), [SecretBasis.court(6), SecretBasis.notice])
  static let stations = card(
    Phrase("保护工作站服务", en: "Protection stations"),
    Phrase(
      "工作站和志愿者上门看、出意见、跟整改、做回访。", en: "Stations and volunteers visit, advise, and look again."),
    [SecretBasis.notice, SecretBasis.competition(15)])
  static let conference = card(
    Phrase("商业秘密保护联席会议", en: "Joint conference on trade secrets"),
    Phrase("议题、议定事项、牵头单位和完成日期。", en: "Matters, resolutions, lead agencies and days."),
    [SecretBasis.notice])
}
