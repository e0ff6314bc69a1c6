import Commons
import LegalTime

extension CivilProcedurePeriods {
  /// One period: its rule, and its parameter with the value of each edition.
  struct Line {
    let name: String
    let title: Phrase
    let amount: Int
    let unit: Period.Unit
    let place: Citation
    /// Where the number stands if the article refers to another.
    var number: Citation?
    /// The place in the edition of 2021; nil where nothing asks for it.
    var earlier: Citation?
    var exceptionOf: String?
    var condition = Condition.always

    private var value: ParameterValue { .period(amount, unit, rollsOver: true) }

    var parameter: Parameter {
      let now = Parameter.Value(from: start, value, number ?? place)
      let before = earlier.map { Parameter.Value(from: earlierStart, to: start, value, $0) }
      return Parameter(
        ParameterID("civil-procedure.\(name)"), title, [before, now].compactMap(\.self))
    }

    var rule: Rule { rule(place, from: start) }

    var earlierRule: Rule? {
      earlier.map { rule($0, from: earlierStart, to: start) }
    }

    private func rule(_ citation: Citation, from: CivilDate, to: CivilDate? = nil) -> Rule {
      Rule(
        RuleID("civil-procedure.\(name)"), title, citation, from: from, to: to,
        exceptionOf: exceptionOf.map { RuleID("civil-procedure.\($0)") }, when: condition,
        .period(ParameterID("civil-procedure.\(name)")), counting: .civilProcedure)
    }
  }

  private static func line(
    _ name: String, _ zh: String, _ en: String, _ amount: Int, _ unit: Period.Unit,
    _ place: Citation, earlier: Citation? = nil
  ) -> Line {
    Line(
      name: name, title: Phrase(zh, en: en), amount: amount, unit: unit, place: place,
      earlier: earlier)
  }

  /// The longer period of a party without domicile in China.
  private static func abroad(
    _ general: String, _ zh: String, _ en: String, _ amount: Int, _ place: Citation,
    earlier: Citation? = nil
  ) -> Line {
    Line(
      name: "\(general).abroad", title: Phrase(zh, en: en), amount: amount, unit: .days,
      place: place, earlier: earlier, exceptionOf: general, condition: .holds("procedure.abroad"))
  }

  /// Time for the court to try a case; foreign-related cases have none (art. 287).
  private static func trial(
    _ name: String, _ zh: String, _ en: String, _ amount: Int, _ unit: Period.Unit,
    _ place: Citation
  ) -> Line {
    Line(
      name: name, title: Phrase(zh, en: en), amount: amount, unit: unit, place: place,
      condition: .not(.holds("procedure.foreign-related")))
  }

  static let table: [Line] = firstInstance + appeals + retrials + special + enforcement

  private static let firstInstance: [Line] = [
    line(
      "docketing", "立案或裁定不予受理", "Docketing or refusing", 7, .days, law(126),
      earlier: earlierLaw(126)),
    line("serve-claim", "向被告发送起诉状副本", "Sending the claim to the defendant", 5, .days, law(128, 1)),
    line(
      "defence", "提出答辩状", "Defence", 15, .days, law(128, 1), earlier: earlierLaw(128, 1)),
    abroad(
      "defence", "境内无住所的被告提出答辩状", "Defence from abroad", 30, law(285),
      earlier: earlierLaw(275)),
    line(
      "serve-defence", "向原告发送答辩状副本", "Sending the defence to the plaintiff", 5, .days,
      law(128, 1)),
    Line(
      name: "jurisdiction-objection",
      title: Phrase("提出管辖权异议（答辩期间内）", en: "Objection to jurisdiction"), amount: 15,
      unit: .days, place: law(130, 1), number: law(128, 1)),
    abroad(
      "jurisdiction-objection", "境内无住所的被告提出管辖权异议",
      "Objection to jurisdiction from abroad", 30, law(285)),
    line("recusal", "决定回避申请", "Deciding a recusal", 3, .days, law(50)),
    line("recusal-review", "复议回避决定", "Reviewing a refusal to recuse", 3, .days, law(50)),
    line(
      "reinstatement", "申请顺延期限（障碍消除后，由法院决定是否准许）",
      "Asking for reinstatement after the obstacle (the court decides)", 10, .days, law(86)),
    line("notice-service", "公告送达视为送达", "Service by public notice", 30, .days, law(95, 1)),
    abroad(
      "notice-service", "境内无住所的公告送达视为送达", "Service by public notice abroad", 60,
      law(283, 2)),
    line(
      "preservation-suit", "诉前保全后起诉或申请仲裁", "Suing after preservation before suit", 30, .days,
      law(104, 3)),
    line(
      "judgment-service", "当庭宣判后发送判决书", "Sending a judgment given in court", 10, .days, law(151, 2)),
    line(
      "third-party-revocation", "第三人撤销之诉", "Third party's suit to revoke", 6, .months, law(59, 3)),
    trial("trial-ordinary", "普通程序审结", "Trial by ordinary procedure", 6, .months, law(152)),
    line("trial-simplified", "简易程序审结", "Trial by simplified procedure", 3, .months, law(164)),
    line("trial-small-claims", "小额诉讼审结", "Trial of small claims", 2, .months, law(168)),
  ]

  private static let appeals: [Line] = [
    line(
      "appeal-judgment", "对判决上诉", "Appeal of a judgment", 15, .days, law(171, 1),
      earlier: earlierLaw(171, 1)),
    abroad(
      "appeal-judgment", "境内无住所的当事人对判决上诉", "Appeal of a judgment from abroad", 30, law(286),
      earlier: earlierLaw(276)),
    line(
      "appeal-ruling", "对裁定上诉", "Appeal of a ruling", 10, .days, law(171, 2),
      earlier: earlierLaw(171, 2)),
    abroad(
      "appeal-ruling", "境内无住所的当事人对裁定上诉", "Appeal of a ruling from abroad", 30, law(286),
      earlier: earlierLaw(276)),
    line(
      "appeal-forward", "移交直接提交的上诉状", "Passing on an appeal lodged above", 5, .days, law(173, 2)),
    line("appeal-serve", "送达上诉状副本", "Serving the appeal", 5, .days, law(174, 1)),
    line("appeal-answer", "上诉答辩", "Answer to an appeal", 15, .days, law(174, 1)),
    abroad("appeal-answer", "境内无住所的被上诉人答辩", "Answer to an appeal from abroad", 30, law(286)),
    trial(
      "trial-appeal-judgment", "审结对判决的上诉", "Trial of an appeal of a judgment", 3, .months,
      law(183, 1)),
    trial(
      "trial-appeal-ruling", "审结对裁定的上诉", "Trial of an appeal of a ruling", 30, .days,
      law(183, 2)),
  ]

  private static let retrials: [Line] = [
    line(
      "retrial", "申请再审（自裁判生效，或自知道第211条第1、3、12、13项情形）",
      "Asking for a retrial (from legal force, or from knowledge of art. 211 items 1, 3, 12, 13)",
      6,
      .months, law(216)),
    line("retrial-serve", "发送再审申请书副本", "Sending the application for a retrial", 5, .days, law(214)),
    line(
      "retrial-opinion", "对再审申请提交意见", "Opinion on an application for a retrial", 15, .days, law(214)
    ),
    line(
      "retrial-review", "审查再审申请", "Examining an application for a retrial", 3, .months, law(215, 1)),
    line("prosecutor-review", "检察院审查监督申请", "Review by the procuratorate", 3, .months, law(220, 2)),
    line("protest-retrial", "接受抗诉后裁定再审", "Retrial upon a protest", 30, .days, law(222)),
  ]

  private static let special: [Line] = [
    line("trial-special", "特别程序审结", "Trial by special procedure", 30, .days, law(187)),
    line(
      "mediation-confirmation", "申请司法确认调解协议", "Asking to confirm a mediated settlement", 30, .days,
      law(205)),
    line(
      "payment-order-accept", "通知是否受理支付令申请", "Accepting a payment order's application", 5, .days,
      law(226)),
    line("payment-order-issue", "发出支付令", "Issuing a payment order", 15, .days, law(227, 1)),
    line(
      "payment-order-objection", "清偿或对支付令提出异议", "Paying, or objecting to a payment order", 15,
      .days, law(227, 2)),
    line("public-summons-notice", "发出公示催告公告", "Publishing a public summons", 3, .days, law(230)),
    line("public-summons", "公示催告期间（不少于）", "Public summons, at least", 60, .days, law(230)),
    line(
      "public-summons-suit", "未申报的利害关系人起诉", "Suit after an invalidating judgment", 1, .years,
      law(234)),
  ]

  private static let enforcement: [Line] = [
    line("enforcement", "申请执行", "Asking for enforcement", 2, .years, law(250, 1)),
    line(
      "enforcement-objection", "审查执行行为异议", "Examining an objection to enforcement", 15, .days,
      law(236)),
    line(
      "enforcement-review", "对执行异议裁定申请复议", "Review of a ruling on an objection", 10, .days, law(236)
    ),
    line(
      "enforcement-unperformed", "未执行的向上一级申请", "Enforcement not begun: asking the court above", 6,
      .months, law(237)),
    line("outsider-objection", "审查案外人异议", "Examining an outsider's objection", 15, .days, law(238)),
    line("outsider-suit", "执行异议之诉", "Suit after an outsider's objection", 15, .days, law(238)),
    line(
      "enforcement-entrusted", "受委托法院开始执行", "Entrusted court begins enforcement", 15, .days,
      law(240, 1)),
    line(
      "recognition-review", "对承认外国裁判的裁定申请复议", "Review of a ruling on recognition", 10, .days,
      law(303)),
  ]
}
