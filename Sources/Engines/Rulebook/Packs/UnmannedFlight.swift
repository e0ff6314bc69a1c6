import Commons
import LegalTime

/// The Interim Regulation on the Administration of the Flight of Unmanned Aircraft (无人驾驶航空器飞行管理暂行条例,
/// State Council and Central Military Commission, 2023-05-31, in force since 2024-01-01, art. 63) as rules: which
/// class an aircraft has, what its operator, its pilot and the aircraft need, whether a flight must be applied for,
/// who decides and by when. Every article was compared with the official text.
///
/// Where the text says “120 m and above” (真高120米以上) the height itself counts as controlled.
public enum UnmannedFlight {
  /// All of it.
  public static let pack = RulePack(
    facts: facts, parameters: parameters, rules: classes + needs + airspace + sharing + clocks)

  /// The day on which it came into force (art. 63).
  static let start = CivilDate(dayNumber: 19_723)

  /// A place in the Regulation.
  public static func regulation(
    _ article: Int, _ paragraph: Int? = nil, item: Int? = nil
  ) -> Citation {
    Citation(
      "无人驾驶航空器飞行管理暂行条例", edition: "2023-05-31 国务院、中央军委令第761号", article: article,
      paragraph: paragraph, item: item)
  }

  static func holds(_ fact: String) -> Condition { .holds(FactID("uas.\(fact)")) }
  static func lacks(_ fact: String) -> Condition { .not(holds(fact)) }
  static func equals(_ fact: String, _ code: String) -> Condition {
    .equals(FactID("uas.\(fact)"), code)
  }
  static func isOne(of codes: String..., fact: String) -> Condition {
    .any(codes.map { equals(fact, $0) })
  }
  static func most(_ fact: String, _ parameter: String) -> Condition {
    .compare(
      .fact(FactID("uas.\(fact)")), .atMost, .parameter(ParameterID("uas.\(parameter)")))
  }

  /// A question answered with no unless its condition holds.
  static func question(
    _ name: String, _ title: Phrase, _ citation: Citation, when condition: Condition
  ) -> [Rule] {
    [
      Rule(RuleID("uas.\(name)"), title, citation, from: start, .truth(false)),
      Rule(
        RuleID("uas.\(name).yes"), title, citation, from: start,
        exceptionOf: RuleID("uas.\(name)"), when: condition, .truth(true)),
    ]
  }

  // MARK: Article 62: classes

  /// The classes, smallest first.
  public static let classChoices: [FactType.Choice] = [
    .init("micro", Phrase("微型", en: "micro")), .init("light", Phrase("轻型", en: "light")),
    .init("small", Phrase("小型", en: "small")), .init("medium", Phrase("中型", en: "medium")),
    .init("large", Phrase("大型", en: "large")),
  ]

  private static let isMicro: Condition = .all([
    .compare(.fact("uas.empty-grams"), .less, .parameter("uas.micro-empty")),
    most("height-metres", "micro-height"), most("speed-kmh", "micro-speed"), holds("low-power"),
    holds("intervention"),
  ])
  private static let isAble: Condition = .all([
    holds("keeps-airspace"), holds("surveyed"), holds("intervention"),
  ])
  private static let isLight: Condition = .all([
    .not(isMicro), isAble, most("empty-grams", "light-empty"),
    most("takeoff-grams", "light-takeoff"),
    most("speed-kmh", "light-speed"),
  ])
  private static let isSmall: Condition = .all([
    .not(isMicro), .not(isLight), isAble, most("empty-grams", "small-empty"),
    most("takeoff-grams", "small-takeoff"),
  ])

  private static func kind(_ code: String, _ item: Int, when condition: Condition) -> Rule {
    Rule(
      RuleID("uas.class.\(code)"), Phrase("分类", en: "Class"), regulation(62, item: item),
      from: start, exceptionOf: "uas.class", when: condition, choice(code))
  }

  private static func choice(_ code: String) -> Answer {
    .choice(code, classChoices.first { $0.code == code }?.name ?? .same(code))
  }

  static let classes: [Rule] =
    [
      Rule(
        "uas.class", Phrase("无人驾驶航空器分类", en: "Class of the aircraft"), regulation(62, item: 5),
        from: start, choice("medium")),
      kind("micro", 2, when: isMicro), kind("light", 3, when: isLight),
      kind("small", 4, when: isSmall),
      kind(
        "large", 6,
        when: .all([
          .compare(.fact("uas.takeoff-grams"), .greater, .parameter("uas.medium-takeoff")),
          .not(isMicro),
        ])),
    ]
    + question(
      "agricultural", Phrase("农用无人驾驶航空器", en: "Agricultural aircraft"), regulation(62, item: 8),
      when: .all([
        most("height-metres", "farm-height"), most("speed-kmh", "farm-speed"),
        most("radius-metres", "farm-radius"), holds("keeps-airspace"), holds("surveyed"),
        holds("intervention"), holds("farm-only"),
      ]))

  // MARK: Articles 8, 11, 12, 16, 17: what it takes

  /// Routine agricultural work (art. 11, paragraph 3).
  static let isRoutineFarming: Condition = .all([
    holds("agricultural"), most("takeoff-grams", "medium-takeoff"), equals("mission", "farming"),
    holds("over-farmland"), isSuitable,
  ])
  private static let isTiny: Condition = isOne(of: "micro", "light", "small", fact: "class")
  private static let isHeavy: Condition = isOne(of: "medium", "large", fact: "class")

  static let needs: [Rule] =
    question(
      "routine-farming", Phrase("常规农用无人驾驶航空器作业飞行活动", en: "Routine agricultural work"),
      regulation(11, 3), when: isRoutineFarming)
    + question(
      "airworthiness-needed", Phrase("须取得适航许可", en: "Airworthiness approval needed"),
      regulation(8, 1), when: isHeavy)
    + question(
      "certificate-needed", Phrase("须取得运营合格证", en: "Operating certificate needed"),
      regulation(11, 1),
      when: .all([
        holds("organisation"), .not(equals("class", "micro")), .not(isRoutineFarming),
      ]))
    + question(
      "insurance-needed", Phrase("须投保责任保险", en: "Liability insurance needed"), regulation(12),
      when: .any([
        holds("commercial"), isOne(of: "small", "medium", "large", fact: "class"),
      ]))
    + question(
      "licence-needed", Phrase("须持有操控员执照", en: "Pilot licence needed"), regulation(16, 1),
      when: .all([
        isOne(of: "small", "medium", "large", fact: "class"), .not(isRoutineFarming),
      ]))
    + question(
      "farm-certificate-needed",
      Phrase("须持有农用操作证书", en: "Certificate for agricultural work needed"),
      regulation(16, 2), when: isRoutineFarming)
    + question(
      "training-needed", Phrase("须经培训合格", en: "Training needed"), regulation(17, 3),
      when: .all([equals("class", "light"), .not(isSuitable)]))
    + question(
      "adult-needed", Phrase("操控人员须具有完全民事行为能力", en: "Pilot of full capacity needed"),
      regulation(17, 2),
      when: .any([
        isOne(of: "small", "medium", "large", fact: "class"),
        .all([equals("class", "light"), .not(isSuitable)]),
      ]))

  // MARK: Articles 19, 26, 28, 30, 31: whether, where, who

  static let isSuitable: Condition = .all([
    lacks("in-published-controlled"),
    .compare(.fact("uas.height-metres-flown"), .less, .parameter("uas.suitable-below")),
  ])

  private static let isExemptSmall: Condition = .all([isTiny, isSuitable])
  private static let isExemptState: Condition = .all([
    holds("state-aircraft"), holds("own-ground"),
    most("height-metres-flown", "suitable-below"),
  ])
  private static let isExemptAerodrome: Condition = .all([
    equals("mission", "aerodrome"), holds("civil-control-zone"),
  ])
  /// Article 31, paragraph 2, apart from goods and dropping.
  private static let isGrave: Condition = .any([
    holds("relayed"), holds("over-crowd"), holds("from-vehicle"), holds("swarm"),
  ])
  private static let isGraveWithGoods: Condition = .any([isGrave, holds("dangerous-or-dropping")])

  private static func exempt(
    _ code: String, _ title: Phrase, item: Int, when condition: Condition, despite: Condition
  ) -> [Rule] {
    let id = RuleID("uas.application-needed.\(code)")
    return [
      Rule(
        id, title, regulation(31, 1, item: item), from: start,
        exceptionOf: "uas.application-needed", when: condition, .truth(false)),
      Rule(
        RuleID("uas.application-needed.\(code)-despite"),
        Phrase("属于应当申请的情形", en: "One of the cases that must be applied for"), regulation(31, 2),
        from: start, exceptionOf: id, when: despite, .truth(true)),
      Rule(
        RuleID("uas.application-needed.\(code)-silent"),
        Phrase("不能自动报送识别信息的旧机型", en: "An older aircraft that cannot identify itself"),
        regulation(61), from: start, exceptionOf: id,
        when: .all([holds("cannot-identify"), .not(despite)]), .truth(true)),
    ]
  }

  static let airspace: [Rule] =
    question(
      "controlled", Phrase("在管制空域内", en: "Within controlled airspace"), regulation(19, 2),
      when: .not(isSuitable))
    + [
      Rule(
        "uas.application-needed", Phrase("须提出飞行活动申请", en: "Must be applied for"),
        regulation(26, 1), from: start, .truth(true))
    ]
    + exempt(
      "farming", Phrase("常规农用作业飞行，无需申请", en: "Routine agricultural work: exempt"), item: 2,
      when: isRoutineFarming, despite: isGrave)
    + exempt(
      "suitable",
      Phrase("微型、轻型、小型在适飞空域内，无需申请", en: "Micro, light, small in suitable airspace: exempt"),
      item: 1, when: .all([isExemptSmall, .not(isRoutineFarming)]), despite: isGraveWithGoods)
    + exempt(
      "state",
      Phrase("警察、海关、应急管理部门在自有场地，无需申请", en: "Police, customs, emergency on own ground: exempt"),
      item: 3, when: .all([isExemptState, .not(isExemptSmall), .not(isRoutineFarming)]),
      despite: isGraveWithGoods)
    + exempt(
      "aerodrome",
      Phrase("民用运输机场管制地带内巡检、勘察、校验，无需申请", en: "Inspection within a civil control zone: exempt"),
      item: 4,
      when: .all([
        isExemptAerodrome, .not(isExemptSmall), .not(isRoutineFarming), .not(isExemptState),
      ]), despite: isGraveWithGoods)
    + question(
      "confirmation-needed", Phrase("起飞前须经确认", en: "Confirmation before take-off needed"),
      regulation(30),
      when: .any([
        .not(.any([isExemptSmall, isRoutineFarming])), isGrave,
        .all([holds("dangerous-or-dropping"), .not(isRoutineFarming)]), holds("cannot-identify"),
      ]))
    + [
      Rule(
        "uas.level", Phrase("由谁批准", en: "Who approves"), regulation(28, item: 1), from: start,
        .choice("sector", Phrase("飞行管制分区的空中交通管理机构", en: "the body of the sector"))),
      Rule(
        "uas.level.area", Phrase("由谁批准", en: "Who approves"), regulation(28, item: 2), from: start,
        exceptionOf: "uas.level", when: equals("extent", "area"),
        .choice("area", Phrase("飞行管制区的空中交通管理机构", en: "the body of the control area"))),
      Rule(
        "uas.level.national", Phrase("由谁批准", en: "Who approves"), regulation(28, item: 3),
        from: start, exceptionOf: "uas.level", when: equals("extent", "beyond"),
        .choice(
          "national", Phrase("国家空管领导机构授权的机构", en: "the body that the national lead authorises"))),
    ]
}
