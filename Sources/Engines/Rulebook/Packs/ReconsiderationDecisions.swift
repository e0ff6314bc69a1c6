import Commons

extension ReconsiderationLaw {
  // MARK: Articles 33 and 63–71: what may be decided

  /// The respondent gave neither reply nor evidence and no third party's evidence stands in (art. 70).
  static let withoutEvidence = Condition.all([
    holds("no-reply"), .not(.all([holds("third-interest"), holds("third-evidence")])),
  ])

  private static func on(_ codes: String...) -> Condition {
    .any(codes.map { equals("ground", $0) })
  }

  /// A decision that article 70 also orders where there is no evidence.
  private static func orWithoutEvidence(_ condition: Condition) -> Condition {
    .any([condition, .all([on("no-evidence"), withoutEvidence])])
  }

  /// A decision that presumes evidence, and therefore is barred by article 70 without any.
  private static func withEvidence(_ condition: Condition) -> Condition {
    .all([condition, .not(withoutEvidence)])
  }

  static let decisions: [Rule] =
    decision(
      "change", Phrase("可以变更", en: "May be changed"), law(63, 1),
      when: withEvidence(on("improper", "wrong-basis", "facts-found")))
    + decision("revoke", Phrase("可以撤销", en: "May be revoked"), law(64, 1), when: revocable)
    + decision(
      "revoke-part", Phrase("可以部分撤销", en: "May be revoked in part"), law(64, 1), when: revocable)
    + decision(
      "unlawful", Phrase("可以确认违法", en: "May be declared unlawful"), law(65),
      when: orWithoutEvidence(
        on("public-interest", "minor-procedure", "not-revocable", "changed", "pointless")))
    + decision(
      "perform", Phrase("可以责令履行", en: "May be ordered to perform"), law(66),
      when: .all([holds("failure-to-act"), orWithoutEvidence(on("not-performed"))]))
    + decision(
      "void", Phrase("可以确认无效", en: "May be declared void"), law(67),
      when: .all([holds("asks-void"), orWithoutEvidence(on("no-subject", "no-basis"))]))
    + decision(
      "uphold", Phrase("可以维持", en: "May be upheld"), law(68), when: withEvidence(on("lawful")))
    + decision(
      "reject", Phrase("可以驳回请求", en: "The request may be rejected"), law(69),
      when: .all([holds("failure-to-act"), withEvidence(on("no-duty", "performed"))]))
    + decision(
      "agreement", Phrase("可以判令协议责任", en: "Liability under an agreement"), law(71),
      when: .all([equals("act-kind", "agreement"), on("breach", "uncompensated")]))
    + decision(
      "dismiss", Phrase("可以驳回申请", en: "The application may be dismissed"), law(33),
      when: on("inadmissible"))
    + formerDecisions + limits

  private static let revocable = orWithoutEvidence(
    on("facts-unclear", "procedure", "basis-unlawful", "beyond-powers"))

  private static func decision(
    _ name: String, _ title: Phrase, _ citation: Citation, when condition: Condition
  ) -> [Rule] { question("decision.\(name)", title, citation, when: condition) }

  /// What the Implementing Regulations said of decisions before the revision.
  private static let formerDecisions: [Rule] =
    before(
      "change", Phrase("可以变更", en: "May be changed"), 47,
      when: on("improper", "wrong-basis", "facts-found"))
    + before(
      "perform", Phrase("可以责令履行", en: "May be ordered to perform"), 44,
      when: .all([holds("failure-to-act"), on("not-performed")]))
    + before(
      "uphold", Phrase("可以维持", en: "May be upheld"), 43,
      when: .all([on("lawful"), lacks("no-reply")]))
    + before(
      "reject", Phrase("可以驳回申请", en: "May be dismissed"), 48,
      when: .all([holds("failure-to-act"), on("no-duty", "performed")]))

  private static func before(
    _ name: String, _ title: Phrase, _ article: Int, when condition: Condition
  ) -> [Rule] {
    question(
      "decision.\(name)", title, regulations(article), from: regulationsStart, to: start,
      when: condition)
  }

  private static let limits: [Rule] =
    question(
      "no-evidence", Phrase("视为没有证据、依据", en: "Taken as without evidence"), law(70),
      when: withoutEvidence)
    + question(
      "no-evidence", Phrase("视为没有证据、依据", en: "Taken as without evidence"), regulations(46),
      from: regulationsStart, to: start, when: holds("no-reply"))
    + question(
      "worse-barred", Phrase("不得作出对申请人更为不利的变更", en: "No change for the worse"), law(63, 2),
      when: .all([holds("worse"), lacks("third-opposes")]))
    + question(
      "worse-barred", Phrase("不得作出对申请人更为不利的决定", en: "No decision for the worse"),
      regulations(51), from: regulationsStart, to: start, when: holds("worse"))
    + question(
      "same-act-barred", Phrase("不得作出相同的行政行为", en: "Not the same act again"), law(64, 2),
      when: .all([holds("same-act"), .not(equals("ground", "procedure"))]))
    + question(
      "compensation-due", Phrase("应当同时决定赔偿请求", en: "Compensation must be decided too"), law(72, 1),
      when: holds("asks-compensation"))
    + question(
      "return-due", Phrase("应当同时责令返还、解除或者赔偿", en: "Return or release must be ordered"),
      law(72, 2),
      when: .all([
        lacks("asks-compensation"), holds("has-amount"),
        isOne(of: "revoke", "revoke-part", fact: "decision"),
        isOne(of: "penalty", "coercion", "taking", "levy", fact: "act-kind"),
      ]))

  // MARK: Articles 77–79: afterwards

  /// Who enforces a decision that is neither sued over nor performed.
  static let afterwards: [Rule] =
    [
      Rule(
        "recon.enforcement", Phrase("由谁强制执行", en: "Who enforces"), law(78), from: start,
        .choice("nobody", Phrase("无须执行", en: "nothing to enforce"))),
      enforcement("uphold", "respondent", Phrase("作出行为的机关", en: "the body that made the act"), 1),
      enforcement("change", "authority", Phrase("复议机关", en: "the reconsideration authority"), 2),
      enforcement("mediated", "authority", Phrase("复议机关", en: "the reconsideration authority"), 3),
    ]

  private static func enforcement(
    _ kind: String, _ code: String, _ name: Phrase, _ item: Int
  ) -> Rule {
    Rule(
      rule("enforcement.\(kind)"), name, law(78, item: item), from: start,
      exceptionOf: "recon.enforcement",
      when: .all([equals("decision", kind), holds("enforceable")]), .choice(code, name))
  }
}
