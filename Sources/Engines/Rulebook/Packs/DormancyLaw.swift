import Commons
import LegalTime

/// Dormancy of businesses (歇业): art. 30 of the Regulation on the Registration of Market Entities
/// (State Council Order 746 of 2021-07-27, in force since 2022-03-01), arts 40–43 of its
/// implementing rules, and Shenzhen's own rule of 2021, which is older and stricter. The national
/// articles were compared with their texts; Shenzhen's rule, practice in other cities and the tax
/// notice are known from secondary sources alone, and every citation of them says so.
///
/// A special economic zone's regulation that varies an administrative regulation by authorisation
/// applies in the zone (Legislation Law art. 101(2)): hence Shenzhen's limits stand before the
/// national ones there, also after 2022-03-01.
public enum DormancyLaw {
  /// All of it.
  public static let pack = RulePack(
    facts: facts + fineFacts, parameters: parameters + fineParameters,
    rules: conditions + local + periods + activity + tax + fines)

  /// What must be so before a business may go dormant, in the order in which a person is told.
  public static let conditionIDs: [RuleID] = [
    "dormancy.cause", "dormancy.difficulty", "dormancy.will", "dormancy.law-allows",
    "dormancy.labour", "dormancy.filed-before", "dormancy.address", "dormancy.age",
    "dormancy.abnormal-list", "dormancy.dishonest-list", "dormancy.lock", "dormancy.open-case",
    "dormancy.court-assistance", "dormancy.pledge", "dormancy.listed",
  ]

  /// The day on which the Regulation (art. 55) and its implementing rules (art. 82) came into force.
  static let start = CivilDate(dayNumber: 19_052)
  /// The day on which Shenzhen's rule came into force.
  static let localStart = CivilDate(dayNumber: 18_687)
  /// The day on which the tax notice came into force.
  static let taxStart = CivilDate(dayNumber: 19_187)
  static let shenzhen: Territory = "4403"

  // MARK: Sources

  /// The article from which all of it comes.
  public static let regulation = regulation(30)

  /// A place in the Regulation on the Registration of Market Entities.
  public static func regulation(_ article: Int, _ paragraph: Int? = nil) -> Citation {
    Citation(
      "市场主体登记管理条例", edition: "2021-07-27 国务院令第746号", article: article,
      paragraph: paragraph)
  }
  /// A place in its implementing rules.
  public static func rules(_ article: Int, _ paragraph: Int? = nil) -> Citation {
    Citation(
      "市场主体登记管理条例实施细则", edition: "2022-03-01 市场监管总局令第52号", article: article,
      paragraph: paragraph)
  }
  static let localRule = Citation(
    "深圳经济特区商事登记若干规定", edition: "2020年修订", article: 25, verified: false)
  static let practice = Citation("部分地方歇业备案办事指南（不含上市公司）", edition: "2022", verified: false)
  static let taxNotice = Citation("国家税务总局公告2022年第12号", edition: "2022", verified: false)

  // MARK: Answers

  /// The condition is met.
  static let met = Answer.choice("met", Phrase("符合", en: "met"))
  /// The condition is not met.
  static let failed = Answer.choice("failed", Phrase("不符合", en: "not met"))
  /// Whether it is met, the registrar decides.
  static let judged = Answer.choice("judged", Phrase("由登记机关判断", en: "for the registrar to judge"))

  // MARK: Conditions

  private static func general(
    _ id: RuleID, _ name: Phrase, _ citation: Citation, local: Citation? = localRule
  ) -> [Rule] {
    // Before the Regulation there was only Shenzhen's own rule.
    let earlier = local.map {
      [Rule(id, name, $0, from: localStart, to: start, in: shenzhen, met)]
    }
    return (earlier ?? []) + [Rule(id, name, citation, from: start, met)]
  }

  private static func unless(
    _ of: RuleID, _ suffix: String, _ name: Phrase, _ citation: Citation,
    from: CivilDate = start, to: CivilDate? = nil, in place: Territory? = nil,
    when condition: Condition, _ answer: Answer = failed
  ) -> Rule {
    Rule(
      RuleID("\(of).\(suffix)"), name, citation, from: from, to: to, in: place, exceptionOf: of,
      when: condition, answer)
  }

  private static let outsideTheList: Condition = .any([
    .equals("dormancy.cause", "economic-crisis"), .equals("dormancy.cause", "other"),
  ])

  // In force nationally from the Regulation on, and in Shenzhen by its own rule before it.
  private static func unless(
    _ of: RuleID, _ suffix: String, alsoLocally name: Phrase, _ citation: Citation,
    when condition: Condition
  ) -> [Rule] {
    [
      unless(of, suffix, name, citation, when: condition),
      unless(
        of, "\(suffix)-local", name, localRule, from: localStart, to: start, in: shenzhen,
        when: condition),
    ]
  }

  static let conditions: [Rule] = causes + means + steps

  private static let causes: [Rule] =
    general("dormancy.cause", Phrase("歇业事由", en: "Cause"), regulation(30, 1))
    + unless(
      "dormancy.cause", "none", alsoLocally: Phrase("没有歇业事由", en: "There is no cause"),
      regulation(30, 1), when: .equals("dormancy.cause", "none"))
    + [
      unless(
        "dormancy.cause", "other",
        Phrase("条例列举之外的事由", en: "A cause that the Regulation does not name"),
        regulation(30, 1), when: outsideTheList, judged),
      Rule(
        "dormancy.cause.other.zone",
        Phrase("特区规定包括经济危机和其他困难", en: "The zone's rule takes in economic crisis and other trouble"),
        localRule, from: start, in: shenzhen, exceptionOf: "dormancy.cause.other", met),
    ]
    + general("dormancy.difficulty", Phrase("经营困难", en: "Difficulty"), regulation(30, 1))
    + unless(
      "dormancy.difficulty", "none",
      alsoLocally: Phrase("没有经营困难", en: "The business is not in difficulty"), regulation(30, 1),
      when: .not(.holds("dormancy.in-difficulty")))

  // The Regulation does not ask for intent and ability; Shenzhen's practice does, and the notice
  // that spreads it.
  private static let means: [Rule] =
    general("dormancy.will", Phrase("持续经营的意愿和能力", en: "Intent and ability"), regulation(30, 1))
    + [
      unless(
        "dormancy.will", "none", Phrase("没有持续经营的意愿或能力", en: "No intent or no ability to go on"),
        notice, from: noticeDate, when: .not(.holds("dormancy.means-to-go-on"))),
      unless(
        "dormancy.will", "none-local",
        Phrase("没有持续经营的意愿或能力", en: "No intent or no ability to go on"), localRule,
        from: localStart, to: noticeDate, in: shenzhen,
        when: .not(.holds("dormancy.means-to-go-on"))),
    ]

  private static let steps: [Rule] =
    general(
      "dormancy.law-allows", Phrase("法律、行政法规未另作规定", en: "No other law forbids it"),
      regulation(30, 1), local: nil)
    + [
      unless(
        "dormancy.law-allows", "not", Phrase("法律、行政法规另有规定", en: "A law or regulation forbids it"),
        regulation(30, 1), when: .holds("operator.barred-by-law"))
    ]
    + general(
      "dormancy.labour", Phrase("劳动关系", en: "Labour relations"), regulation(30, 2), local: nil)
    + [
      unless(
        "dormancy.labour", "open", Phrase("尚未与职工协商劳动关系", en: "Staff have not been consulted"),
        regulation(30, 2), when: .not(.holds("dormancy.labour-settled")))
    ]
    + general(
      "dormancy.filed-before", Phrase("歇业前备案", en: "Filed before it begins"), rules(41, 1),
      local: nil)
    + [
      unless(
        "dormancy.filed-before", "late", Phrase("歇业日早于申请日", en: "It begins before it is filed"),
        rules(41, 1), when: .compare(.fact("dormancy.from"), .less, .fact(.decisionDate)))
    ]
    + general(
      "dormancy.address", Phrase("送达地址确认书", en: "Address letter"), rules(41, 2), local: nil)
    + [
      unless(
        "dormancy.address", "unconfirmed",
        Phrase("代替住所的送达地址没有确认书", en: "The address replaces the domicile, unconfirmed"),
        rules(41, 2),
        when: .all([
          .holds("dormancy.address-replaces-domicile"),
          .not(.holds("dormancy.address-confirmed")),
        ]))
    ]

  /// The notice of 2023 by which the measure spreads from Shenzhen; its text is kept with the project.
  static let notice = Citation("关于再次推广借鉴深圳综合改革试点创新举措和典型经验的通知", edition: "发改体改〔2023〕1447号")
  /// The day of the notice.
  static let noticeDate = CivilDate(dayNumber: 19_657)

  // What Shenzhen asks besides. Nationally each is met: the Regulation asks nothing of the kind.
  private static func zone(
    _ id: RuleID, _ name: Phrase, _ failure: Phrase, when condition: Condition
  ) -> [Rule] {
    general(id, name, regulation(30, 1)) + [
      unless(
        id, "zone", failure, localRule, from: localStart, in: shenzhen, when: condition)
    ]
  }

  static let local: [Rule] =
    zone(
      "dormancy.age", Phrase("成立年限", en: "Age of the business"),
      Phrase("成立未满规定年限", en: "The business is too young"),
      when: .compare(.fact("operator.age-months"), .less, .parameter("dormancy.least-age")))
    + zone(
      "dormancy.abnormal-list", Phrase("经营异常名录", en: "List of abnormal operations"),
      Phrase("已列入经营异常名录", en: "On the list of abnormal operations"),
      when: .holds("operator.on-abnormal-list"))
    + zone(
      "dormancy.dishonest-list", Phrase("严重违法失信名单", en: "List of serious dishonesty"),
      Phrase("已列入严重违法失信名单", en: "On the list of serious dishonesty"),
      when: .holds("operator.on-dishonest-list"))
    + zone(
      "dormancy.lock", Phrase("登记锁定", en: "Lock in the register"),
      Phrase("登记信息已被锁定", en: "The register entry is locked"), when: .holds("operator.locked"))
    + zone(
      "dormancy.open-case", Phrase("立案调查", en: "Open case"),
      Phrase("正在被立案调查", en: "A case against it is open"), when: .holds("operator.has-open-case"))
    + zone(
      "dormancy.court-assistance", Phrase("法院协助执行", en: "Request by a court"),
      Phrase("有法院协助执行事项", en: "A court has asked for assistance"),
      when: .holds("operator.court-assistance"))
    + zone(
      "dormancy.pledge", Phrase("股权出质", en: "Pledge of shares"),
      Phrase("股权已出质", en: "Its shares are pledged"), when: .holds("operator.equity-pledged"))
    + general("dormancy.listed", Phrase("上市公司", en: "Listed company"), regulation(30, 1))
    // Guides of Quanzhou, Fengqiu and Heyang.
    + ["3505", "410727", "610524"].map { code in
      unless(
        "dormancy.listed", "practice-\(code)",
        Phrase("上市公司不适用（地方办事指南）", en: "Not for listed companies (local guide)"), practice,
        in: Territory(code), when: .holds("operator.listed"))
    }
}
