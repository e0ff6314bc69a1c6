import Commons

// Article 22: apart from manned aircraft as a rule; in one airspace with them (融合飞行) in five cases with an approval
// and in two without.
extension UnmannedFlight {
  private static let free: Condition = .any([
    .all([isOne(of: "micro", "light", fact: "class"), isSuitable]), isRoutineFarming,
  ])
  /// Police, customs and emergency authorities with their own manned aircraft (paragraph 2, item 1).
  private static let isOneAuthority: Condition = .all([
    holds("state-aircraft"), holds("own-manned"),
  ])
  private static let isLow = most("height-metres-flown", "shared-height")
  private static let isAboveSuitable: Condition = .all([
    lacks("in-published-controlled"), .not(isSuitable), isLow,
  ])

  /// The answers: apart, free, to be approved, barred.
  private static func answer(_ code: String) -> Answer {
    let names = [
      "apart": Phrase("隔离飞行", en: "apart from manned aircraft"),
      "free": Phrase("可以融合飞行，无需批准", en: "may share the airspace, without an approval"),
      "approval": Phrase("经批准可以融合飞行", en: "may share the airspace with an approval"),
      "barred": Phrase("不得融合飞行", en: "may not share the airspace"),
    ]
    return .choice(code, names[code] ?? .same(code))
  }

  private static func shared(
    _ code: String, _ answerCode: String, _ title: Phrase, _ paragraph: Int, item: Int,
    when condition: Condition
  ) -> Rule {
    Rule(
      RuleID("uas.sharing.shared.\(code)"), title, regulation(22, paragraph, item: item),
      from: start, exceptionOf: "uas.sharing.shared", when: condition, answer(answerCode))
  }

  private static func approval(
    _ code: String, _ zh: String, _ en: String, item: Int, when condition: Condition
  ) -> Rule {
    // Each case stands alone: what an earlier one has, a later one does not answer again.
    let others: [Condition] = item == 1 ? [.not(free)] : [.not(free), .not(isOneAuthority)]
    return shared(
      code, "approval", Phrase(zh, en: en), 2, item: item, when: .all(others + [condition]))
  }

  static let sharing: [Rule] = [
    Rule(
      "uas.sharing", Phrase("能否与有人驾驶航空器融合飞行", en: "Whether it may share the airspace"),
      regulation(22, 1), from: start, answer("apart")),
    Rule(
      "uas.sharing.shared", Phrase("融合飞行", en: "In one airspace with manned aircraft"),
      regulation(22, 1), from: start, exceptionOf: "uas.sharing", when: holds("shared"),
      answer("barred")),
    shared(
      "suitable", "free",
      Phrase("微型、轻型在适飞空域内", en: "Micro and light within suitable airspace"), 3, item: 1,
      when: .all([
        isOne(of: "micro", "light", fact: "class"), isSuitable, .not(isRoutineFarming),
      ])),
    shared(
      "farming", "free", Phrase("常规农用作业飞行", en: "Routine agricultural work"), 3, item: 2,
      when: isRoutineFarming),
    approval(
      "state", "警察、海关、应急管理部门与本单位有人驾驶航空器",
      "Police, customs, emergency with their own manned aircraft", item: 1, when: isOneAuthority),
    approval(
      "large", "取得适航许可的大型", "Large with an airworthiness approval", item: 2,
      when: .all([equals("class", "large"), holds("airworthy")])),
    approval(
      "medium", "取得适航许可的中型不超过真高300米", "Medium with an airworthiness approval, up to 300 m",
      item: 3, when: .all([equals("class", "medium"), holds("airworthy"), isLow])),
    approval(
      "small", "小型不超过真高300米", "Small, up to 300 m", item: 4,
      when: .all([equals("class", "small"), isLow])),
    approval(
      "light", "轻型在适飞空域上方不超过真高300米", "Light above suitable airspace, up to 300 m", item: 5,
      when: .all([equals("class", "light"), isAboveSuitable])),
  ]
}
