import Commons

/// The limits that the notice 发改体改〔2023〕1447号 itself sets on taking over the 22 measures, and what
/// became of them: where a measure may run, what needs an authorisation first, what needs the
/// department's guidance. The notice and the Legislation Law were compared with the official texts; what
/// each measure counts as where the notice names none is this program's reading and says so.
public enum AdoptionScope {
  /// All of it. The rules are asked one after the other; the outcome of one is a fact for the next.
  public static let pack = RulePack(
    facts: facts, parameters: [],
    rules: notice + scope + care + requirement + zones + record + gate)

  /// The day of the notice.
  public static let start = CivilDate(dayNumber: 19_657)
  /// The day on which the Administrative Reconsideration Law of 2023 came into force (art. 90).
  static let reconsideration = CivilDate(dayNumber: 19_723)
  /// The day of the circular that opened the integrated cash pools to the whole country.
  static let cashPools = CivilDate(dayNumber: 20_448)

  static func notice(_ paragraph: Int) -> Citation {
    Citation(
      "关于再次推广借鉴深圳综合改革试点创新举措和典型经验的通知", edition: "发改体改〔2023〕1447号",
      paragraph: paragraph)
  }

  static func legislation(_ article: Int, _ paragraph: Int? = nil, item: Int? = nil) -> Citation {
    Citation("立法法", edition: "2023-03-13", article: article, paragraph: paragraph, item: item)
  }

  static let nationwide = Citation(
    "关于跨国公司本外币一体化资金池业务的通知", edition: "银发〔2025〕251号", verified: false)

  private static func general(
    _ id: RuleID, _ name: Phrase, _ citation: Citation, _ code: String, _ meaning: Phrase
  ) -> Rule {
    Rule(id, name, citation, from: start, .choice(code, meaning))
  }

  private static func exception(
    _ id: RuleID, _ name: Phrase, _ citation: Citation, from: CivilDate = start,
    to: CivilDate? = nil, when condition: Condition, _ code: String, _ meaning: Phrase
  ) -> Rule {
    // The name of an exception is that of its rule with one word more.
    let of = RuleID(id.text.split(separator: ".").dropLast().joined(separator: "."))
    return Rule(
      id, name, citation, from: from, to: to, exceptionOf: of, when: condition,
      .choice(code, meaning))
  }

  private static func measure(_ numbers: Int...) -> Condition {
    numbers.count == 1
      ? .equals("adoption.measure", String(numbers[0]))
      : .any(numbers.map { .equals("adoption.measure", String($0)) })
  }

  // MARK: Where

  static let listed = Condition.any(
    ["11", "31", "33", "44", "61"].map { .equals("place.province", $0) }
      + ["3302", "3702"].map { .equals("place.city", $0) })

  static let local = Phrase("因地制宜复制推广", en: "by local conditions")
  static let qualifying = Phrase("符合条件的特定范围内先行", en: "first within a qualifying scope")
  static let inPlace = Phrase("通知列明的地方，具备条件的", en: "a place that the notice names")
  static let elsewhere = Phrase("不在通知列明的地方", en: "not a place that the notice names")
  static let everywhere = Phrase("全国施行", en: "the whole country")

  /// What the notice says, whatever came after it.
  static let notice: [Rule] = [
    general(
      "adoption.notice-scope", Phrase("通知所定范围", en: "Scope in the notice"), notice(3),
      "reference_by_local_conditions", local),
    exception(
      "adoption.notice-scope.qualifying",
      Phrase("第12、17、19等项先在特定范围", en: "12, 17, 19 and others: a qualifying scope first"),
      notice(2), when: measure(12, 17, 19), "qualifying_scope_only", qualifying),
    exception(
      "adoption.notice-scope.listed",
      Phrase("第9项限七省（市）：在内", en: "9: seven places only, this is in one"), notice(2),
      when: .all([measure(9), listed]), "listed_scope", inPlace),
    exception(
      "adoption.notice-scope.elsewhere",
      Phrase("第9项限七省（市）：不在内", en: "9: seven places only, this is in none"), notice(2),
      when: .all([measure(9), .not(listed)]), "outside_listed_scope", elsewhere),
  ]

  /// The scope as it stands on the day: the notice, and what later law made of it.
  static let scope: [Rule] = [
    general(
      "adoption.scope", Phrase("推广范围", en: "Scope"), notice(3), "reference_by_local_conditions",
      local),
    exception(
      "adoption.scope.qualifying",
      Phrase("先在特定范围（第12、17项）", en: "A qualifying scope first (12, 17)"), notice(2),
      when: measure(12, 17), "qualifying_scope_only", qualifying),
    exception(
      "adoption.scope.reconsideration-first",
      Phrase("先在特定范围（第19项）", en: "A qualifying scope first (19)"), notice(2),
      to: reconsideration, when: measure(19), "qualifying_scope_only", qualifying),
    exception(
      "adoption.scope.reconsideration",
      Phrase("行政复议由本级政府统一管辖，全国施行", en: "One authority per government, by law"),
      Citation("行政复议法", edition: "2023-09-01", article: 24, paragraph: 1),
      from: reconsideration, when: measure(19), "nationwide_scope", everywhere),
    exception(
      "adoption.scope.dormancy",
      Phrase("歇业制度全国施行", en: "Dormancy is the law of the whole country"),
      Citation("市场主体登记管理条例", edition: "2021-07-27", article: 30), when: measure(15),
      "nationwide_scope", everywhere),
    exception(
      "adoption.scope.listed",
      Phrase("限七省（市）：在内（第9项）", en: "Seven places only, this is in one (9)"), notice(2),
      to: cashPools, when: .all([measure(9), listed]), "listed_scope", inPlace),
    exception(
      "adoption.scope.elsewhere",
      Phrase("限七省（市）：不在内（第9项）", en: "Seven places only, this is in none (9)"), notice(2),
      to: cashPools, when: .all([measure(9), .not(listed)]), "outside_listed_scope", elsewhere),
    exception(
      "adoption.scope.cash-pools",
      Phrase("资金池推广至全国（第9项）", en: "Cash pools in the whole country (9)"), nationwide,
      from: cashPools, when: measure(9), "nationwide_scope", everywhere),
  ]

  // MARK: With what care

  /// Measures that this program takes for highly specialised: the notice names none. A city may add to
  /// them, not take from them.
  static let care: [Rule] = [
    Rule(
      "adoption.specialised",
      Phrase("专业性强、复杂程度高", en: "Highly specialised and complex"), notice(3), from: start,
      .truth(false)),
    Rule(
      "adoption.specialised.read",
      Phrase(
        "金融、空域、破产、医疗类（第9、12、13、14、17项，本程序的归类）",
        en: "Finance, airspace, insolvency, medicine (9, 12, 13, 14, 17: this program's reading)"),
      notice(3), from: start, exceptionOf: "adoption.specialised",
      when: measure(9, 12, 13, 14, 17), .truth(true)),
    Rule(
      "adoption.specialised.declared", Phrase("城市自行认定", en: "The city says so"), notice(3),
      from: start, exceptionOf: "adoption.specialised",
      when: .all([.not(measure(9, 12, 13, 14, 17)), .holds("adoption.is-specialised")]),
      .truth(true)),
  ]

  // MARK: Under what authorisation

  /// What a function departs from.
  static let requirement: [Rule] =
    [
      general(
        "adoption.requirement", Phrase("所需授权", en: "Authorisation needed"), notice(3), "none",
        Phrase("在现行规定之内，由城市决定", en: "within the rules in force: the city decides"))
    ]
    + Departure.all.map { departure in
      Rule(
        RuleID("adoption.requirement.\(departure.code)"), departure.why, departure.citation,
        from: start, exceptionOf: "adoption.requirement",
        when: .equals("adoption.function", departure.code),
        .choice(departure.level.rawValue, departure.level.name))
    }

  /// Where a congress may vary law by a special zone's regulation: the Legislation Law says that there are
  /// such places (art. 84), the decisions that made them were not compared.
  static let zones: [Rule] =
    [
      Rule(
        "adoption.zone-powers",
        Phrase("可以制定经济特区法规变通法律", en: "May vary law by a special zone's regulation"),
        legislation(84, 1), from: start, .truth(false))
    ]
    + [
      ("hainan", "46", Phrase("海南", en: "Hainan"), "关于建立海南经济特区的决议", "1988-04-13"),
      (
        "shenzhen", "4403", Phrase("深圳", en: "Shenzhen"),
        "关于授权深圳市制定法规和规章在深圳经济特区实施的决定", "1992-07-01"
      ),
      (
        "xiamen", "3502", Phrase("厦门", en: "Xiamen"),
        "关于授权厦门市制定法规和规章在厦门经济特区实施的决定", "1994-03-22"
      ),
      (
        "zhuhai", "4404", Phrase("珠海", en: "Zhuhai"),
        "关于授权汕头市和珠海市制定法规和规章的决定", "1996-03-17"
      ),
      (
        "shantou", "4405", Phrase("汕头", en: "Shantou"),
        "关于授权汕头市和珠海市制定法规和规章的决定", "1996-03-17"
      ),
    ].map { word, code, name, decision, edition in
      Rule(
        RuleID("adoption.zone-powers.\(word)"),
        name + Phrase("经济特区", en: " special economic zone"),
        Citation(decision, edition: edition, verified: false), from: start, in: Territory(code),
        exceptionOf: "adoption.zone-powers", .truth(true))
    }

  private static func suffices(
    _ word: String, _ name: Phrase, _ citation: Citation, _ level: String,
    _ required: [Departure.Level], _ more: [Condition] = []
  ) -> Rule {
    Rule(
      RuleID("adoption.record.\(word)"), name, citation, from: start,
      exceptionOf: "adoption.record",
      when: .all(
        [
          .equals("record.level", level),
          .any(required.map { .equals("authorisation.required", $0.rawValue) }),
        ] + more), .truth(true))
  }

  /// Whether the record on file is one that can authorise.
  static let record: [Rule] = [
    Rule(
      "adoption.record", Phrase("在案的授权足够", en: "The record on file is sufficient"), notice(3),
      from: start, .truth(false)),
    Rule(
      "adoption.record.city",
      Phrase("不突破现行规定，有决定即可", en: "Nothing is departed from: any decision will do"), notice(3),
      from: start, exceptionOf: "adoption.record",
      when: .all([
        .equals("authorisation.required", "none"), .not(.equals("record.level", "none")),
      ]), .truth(true)),
    suffices(
      "congress",
      Phrase("全国人大及其常委会授权暂时调整或者停止适用", en: "The National People's Congress authorised it"),
      legislation(16, 1), "npc", [.law, .regulation, .policy]),
    suffices(
      "zone", Phrase("经济特区法规依授权变通", en: "A special zone's regulation varies the law there"),
      legislation(101, 2), "zone-regulation", [.law, .regulation, .policy],
      [.holds("place.has-zone-powers")]),
    suffices(
      "council", Phrase("国务院决定暂时调整行政法规", en: "The State Council adjusts its regulations"),
      legislation(79), "state-council", [.regulation, .policy]),
    suffices(
      "department", Phrase("国家主管部门按程序授权", en: "The national department authorised it"),
      notice(3), "department", [.policy]),
  ]

  // MARK: The answer

  private static let outside = Condition.equals("adoption.scope-class", "outside_listed_scope")
  private static let authorised = Condition.holds("record.suffices")
  private static let guided = Condition.any([
    .not(.holds("adoption.needs-care")),
    .all([.holds("record.guidance"), .holds("record.risk-plan")]),
  ])

  static let gate: [Rule] = [
    general(
      "adoption.gate", Phrase("准入结论", en: "Adoption gate"), notice(3), "allowed",
      Phrase("可以实施", en: "allowed")),
    exception(
      "adoption.gate.elsewhere", Phrase("本地不在推广范围", en: "Not in this place"), notice(2),
      when: outside, "not_in_this_place", Phrase("本地不可实施", en: "not in this place")),
    exception(
      "adoption.gate.authorisation",
      Phrase("须先按程序取得授权", en: "An authorisation is needed first"), notice(3),
      when: .all([.not(outside), .not(authorised)]), "needs_authorisation",
      Phrase("须先取得授权", en: "needs an authorisation")),
    exception(
      "adoption.gate.guidance",
      Phrase("须有主管部门指导和风险防控方案", en: "The department's guidance and a risk plan are needed"),
      notice(3), when: .all([.not(outside), authorised, .not(guided)]), "needs_guidance",
      Phrase("须有主管部门指导和风险防控方案", en: "needs the department's guidance and a risk plan")),
    exception(
      "adoption.gate.qualifying",
      Phrase("只在符合条件的特定范围内", en: "Within a qualifying scope only"), notice(2),
      when: .all([
        .not(outside), authorised, guided, .equals("adoption.scope-class", "qualifying_scope_only"),
      ]), "pilot_scope_only", Phrase("只在试点范围内", en: "within the pilot scope only")),
    exception(
      "adoption.gate.wide",
      Phrase("涉及利益广、影响范围大，先行逐步推开", en: "Of wide interest: by stages"), notice(3),
      when: .all([
        .not(outside), authorised, guided, .holds("adoption.is-wide"),
        .not(.equals("adoption.scope-class", "qualifying_scope_only")),
      ]), "pilot_scope_only", Phrase("只在试点范围内", en: "within the pilot scope only")),
  ]
}
