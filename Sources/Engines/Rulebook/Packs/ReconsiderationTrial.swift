import Commons

extension ReconsiderationLaw {
  // MARK: Articles 50–53: which procedure

  /// The grounds of the simplified procedure, in the order of article 53.
  public static let simplifiedRules: [RuleID] = [
    "recon.simplified.spot", "recon.simplified.warning", "recon.simplified.amount",
    "recon.simplified.disclosure", "recon.simplified.consent",
  ]

  static let procedure: [Rule] =
    question(
      "simplified.spot", Phrase("当场作出的行为可以适用简易程序", en: "Made on the spot: simplified"),
      law(53, 1, item: 1), when: .all([holds("clear"), holds("on-the-spot")]))
    + question(
      "simplified.warning", Phrase("警告、通报批评可以适用简易程序", en: "Warning or criticism: simplified"),
      law(53, 1, item: 2), when: .all([holds("clear"), holds("warning")]))
    + question(
      "simplified.amount", Phrase("款额较小可以适用简易程序", en: "A small amount: simplified"),
      law(53, 1, item: 3),
      when: .all([
        holds("clear"), holds("has-amount"),
        .compare(.fact("recon.amount"), .atMost, .parameter("recon.small-amount")),
      ]))
    + question(
      "simplified.disclosure", Phrase("信息公开案件可以适用简易程序", en: "Disclosure: simplified"),
      law(53, 1, item: 4), when: .all([holds("clear"), equals("act-kind", "disclosure")]))
    + question(
      "simplified.consent", Phrase("各方同意可以适用简易程序", en: "All consent: simplified"), law(53, 2),
      when: holds("consent"))
    + question(
      "hearing.must", Phrase("应当组织听证", en: "A hearing must be held"), law(50, 1),
      when: holds("major"))
    + question(
      "hearing.may", Phrase("可以组织听证", en: "A hearing may be held"), law(50, 2),
      when: .any([holds("hearing-needed"), holds("hearing-asked")]))
    + question(
      "hearing.panel", Phrase("听证员人数足够", en: "Enough assessors"), law(50, 3),
      when: .compare(.fact("recon.officers"), .atLeast, .parameter("recon.least-assessors")))
    + question(
      "officers", Phrase("调查人员人数足够", en: "Enough officers"), law(45, 2),
      when: .compare(.fact("recon.officers"), .atLeast, .parameter("recon.least-officers")))
    + question(
      "committee", Phrase("应当提请行政复议委员会咨询", en: "The committee must be asked"), law(52, 2),
      when: .any([
        holds("major"), holds("technical"), holds("self-review"), holds("opinion-needed"),
      ]))
    + question(
      "mediation", Phrase("可以调解", en: "May be mediated"), law(5, 1), when: .always)
    + question(
      "mediation", Phrase("可以调解", en: "May be mediated"), regulations(50, 1),
      from: regulationsStart, to: start,
      when: .any([holds("discretionary"), holds("compensation-dispute")]))

  // MARK: Articles 39–42: standing still, ending, stay of execution

  static let standingStill: [Rule] =
    [
      Rule(
        "recon.suspension", Phrase("中止事由成立", en: "A ground to stand still"), law(39, 1),
        from: start, .truth(false)),
      Rule(
        "recon.termination", Phrase("终止事由成立", en: "A ground to end the case"), law(41), from: start,
        .truth(false)),
      Rule(
        "recon.stay", Phrase("应当停止执行", en: "Execution must be stayed"), law(42), from: start,
        .truth(false)),
    ]
    + suspensions.enumerated().map { place, ground in
      exception(
        "suspension", ground.code, ground.name, law(39, 1, item: place + 1),
        when: .all([equals("suspension", ground.code)] + suspensionNeeds(ground.code)))
    }
    + terminations.enumerated().map { place, ground in
      exception(
        "termination", ground.code, ground.name, law(41, item: place + 1),
        when: .all([equals("termination", ground.code)] + terminationNeeds(ground.code)))
    }
    + stays.dropFirst().enumerated().map { place, ground in
      exception(
        "stay", ground.code, ground.name, law(42, item: place + 1),
        when: .all(
          [equals("stay", ground.code)]
            + (ground.code == "party" ? [holds("stay-reasonable")] : [])))
    }

  private static func exception(
    _ of: String, _ name: String, _ title: Phrase, _ citation: Citation, when condition: Condition
  ) -> Rule {
    Rule(
      rule("\(of).\(name)"), title, citation, from: start, exceptionOf: rule(of),
      when: condition, .truth(true))
  }

  private static func suspensionNeeds(_ ground: String) -> [Condition] {
    switch ground {
    case "death", "incapacity", "missing": [equals("applicant-kind", "person")]
    case "ended": [equals("applicant-kind", "organisation")]
    case "mediation": [holds("both-agree")]
    default: []
    }
  }

  private static func terminationNeeds(_ ground: String) -> [Condition] {
    switch ground {
    case "withdrawn": [holds("withdrawal-allowed")]
    case "no-heir": [equals("applicant-kind", "person")]
    case "no-successor": [equals("applicant-kind", "organisation")]
    default: []
    }
  }
}
