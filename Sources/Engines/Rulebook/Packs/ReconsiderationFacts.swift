import Commons

extension ReconsiderationLaw {
  // MARK: Facts

  static let facts: [FactDeclaration] = actFacts + applicationFacts + trialFacts + decisionFacts

  private static func fact(
    _ name: String, _ title: Phrase, _ type: FactType, _ meaning: Phrase,
    silent: FactValue? = nil
  ) -> FactDeclaration {
    FactDeclaration(FactID(prefix + name), title, type, meaning: meaning, whenSilent: silent)
  }

  /// A fact that must be stated.
  private static func asked(_ name: String, _ title: Phrase, _ meaning: Phrase) -> FactDeclaration {
    fact(name, title, .truth, meaning)
  }

  /// A fact of which silence means no.
  private static func no(_ name: String, _ title: Phrase, _ meaning: Phrase) -> FactDeclaration {
    fact(name, title, .truth, meaning, silent: .truth(false))
  }

  private static let actFacts: [FactDeclaration] = [
    fact(
      "act-kind", Phrase("行政行为种类", en: "kind of administrative act"), .choice(actKinds),
      Phrase("第十一条所列的情形", en: "which case of article 11 it is")),
    fact(
      "excluded", Phrase("不属于复议范围的事项", en: "matter outside reconsideration"), .choice(exclusions),
      Phrase("第十二条所列的事项", en: "which matter of article 12 it is"), silent: .choice("none")),
    fact(
      "respondent-kind", Phrase("被申请人类别", en: "kind of respondent"), .choice(respondents),
      Phrase("作出行政行为的是哪一类机关或者组织", en: "what kind of body made the act")),
    no(
      "on-the-spot", Phrase("当场作出", en: "made on the spot"),
      Phrase("行政行为是否当场作出", en: "whether the act was made on the spot")),
    no(
      "camera", Phrase("电子监控记录的处罚", en: "penalty recorded by equipment"),
      Phrase("处罚是否依据电子技术监控设备记录", en: "whether the penalty rests on a record by equipment")),
    no(
      "warning", Phrase("警告或者通报批评", en: "warning or public criticism"),
      Phrase("行政行为是否为警告或者通报批评", en: "whether the act is a warning or a public criticism")),
    no(
      "acquired-resource", Phrase("已取得的自然资源权利", en: "resource right already held"),
      Phrase(
        "是否侵犯已经依法取得的自然资源所有权或者使用权",
        en: "whether it infringes a right to natural resources already lawfully held")),
    no(
      "disclosure-refused", Phrase("不予公开政府信息", en: "disclosure refused"),
      Phrase("是否申请信息公开而被拒绝", en: "whether a request for disclosure was refused")),
    no(
      "first-by-statute", Phrase("其他法律规定复议前置", en: "another statute asks for it first"),
      Phrase(
        "是否有其他法律、行政法规规定先申请复议",
        en: "whether another statute or regulation asks for reconsideration first")),
    no(
      "real-property", Phrase("因不动产提出", en: "about real property"),
      Phrase("申请是否因不动产提出", en: "whether the application is about real property")),
    no(
      "failure-to-act", Phrase("不履行法定职责", en: "failure to act"),
      Phrase("是否认为被申请人不履行法定职责", en: "whether a failure to perform a duty is claimed")),
    no(
      "has-amount", Phrase("涉及款额", en: "an amount is involved"),
      Phrase("案件是否涉及款额", en: "whether an amount is involved")),
    fact(
      "amount", Phrase("涉及款额数", en: "amount involved"), .money(.cny),
      Phrase("案件涉及的款额", en: "the amount that the case is about")),
  ]

  private static let applicationFacts: [FactDeclaration] = [
    asked(
      "applicant-clear", Phrase("申请人明确", en: "applicant identified"),
      Phrase("是否有明确的申请人", en: "whether the applicant is identified")),
    asked(
      "respondent-fits", Phrase("被申请人符合规定", en: "respondent fits"),
      Phrase("被申请人是否为依法应列的机关", en: "whether the respondent is the body that the law names")),
    asked(
      "interest", Phrase("有利害关系", en: "interest"),
      Phrase("申请人与行政行为是否有利害关系", en: "whether the applicant has an interest in the act")),
    asked(
      "request-concrete", Phrase("请求和理由具体", en: "concrete request"),
      Phrase("是否有具体的复议请求和理由", en: "whether request and reasons are concrete")),
    asked(
      "has-jurisdiction", Phrase("属于本机关管辖", en: "within jurisdiction"),
      Phrase("是否属于本机关管辖范围", en: "whether this authority has jurisdiction")),
    fact(
      "filed-on", Phrase("提出申请之日", en: "day of the application"), .date,
      Phrase(
        "提出申请之日；误投其他机关的，为该机关收到之日",
        en: "the day of filing; where it was filed with another body, the day of receipt there")),
    fact(
      "last-day", Phrase("申请期限最后一日", en: "last day to apply"), .date,
      Phrase("依第二十条算得的最后一日", en: "the last day as article 20 counts it")),
    fact(
      "bar-day", Phrase("最长期限最后一日", en: "last day of the outer bar"), .date,
      Phrase("依第二十一条算得的最后一日", en: "the last day as article 21 counts it")),
    no(
      "told", Phrase("已告知复议权利", en: "told of the right"),
      Phrase(
        "作出行为时是否告知了复议权利、机关和期限",
        en: "whether right, authority and period were told when the act was made")),
    no(
      "taken-here", Phrase("已受理过同一申请", en: "same application taken before"),
      Phrase(
        "是否受理过该申请人就同一行为提出的申请", en: "whether the same application was accepted before")),
    no(
      "taken-by-court", Phrase("人民法院已受理", en: "taken by a court"),
      Phrase("法院是否受理过就同一行为提起的诉讼", en: "whether a court has accepted a suit about the same act")
    ),
    no(
      "asks-compensation", Phrase("一并请求赔偿", en: "asks for compensation"),
      Phrase("是否一并提出行政赔偿请求", en: "whether compensation is asked for as well")),
    no(
      "own-motion", Phrase("应依职权主动履行", en: "duty of its own motion"),
      Phrase("被申请人是否应当主动履行职责", en: "whether the respondent had to act of its own motion")),
    no(
      "evidence-excused", Phrase("有理由不能提供证据", en: "evidence excused"),
      Phrase(
        "申请人因正当理由、或因被申请人原因不能举证",
        en: "the applicant cannot give evidence for a good reason or because of the respondent")),
    fact(
      "applicants", Phrase("申请人人数", en: "number of applicants"), .count,
      Phrase("同一案件的申请人人数", en: "how many applicants the case has")),
  ]

  private static let trialFacts: [FactDeclaration] = [
    no(
      "simplified", Phrase("适用简易程序", en: "simplified procedure"),
      Phrase("是否适用简易程序审理", en: "whether the simplified procedure is followed")),
    no(
      "clear", Phrase("事实清楚、争议不大", en: "clear and little disputed"),
      Phrase(
        "是否事实清楚、权利义务关系明确、争议不大",
        en: "whether facts and rights are clear and little is disputed")),
    no(
      "consent", Phrase("各方同意简易程序", en: "all consent to it"),
      Phrase("当事人各方是否同意简易程序", en: "whether all parties agree to the simplified procedure")),
    no(
      "major", Phrase("重大、疑难、复杂", en: "major, difficult or complex"),
      Phrase("案情是否重大、疑难、复杂", en: "whether the case is major, difficult or complex")),
    no(
      "decided", Phrase("作出决定或者调解书", en: "ended with a decision"),
      Phrase("案件是否以决定书或者调解书结束", en: "whether it ended with a decision or mediation letter")),
    no(
      "technical", Phrase("专业性、技术性较强", en: "technical"),
      Phrase("案件专业性、技术性是否较强", en: "whether it is of a special or technical nature")),
    no(
      "self-review", Phrase("省级政府自我复议", en: "a province reviews itself"),
      Phrase("是否为第二十四条第二款的案件", en: "whether it is a case of article 24(2)")),
    fact(
      "officers", Phrase("在场人员人数", en: "officers present"), .count,
      Phrase("调查取证的复议人员、听证员人数", en: "how many officers or assessors take part")),
    no(
      "hearing-needed", Phrase("有必要听证", en: "a hearing is useful"),
      Phrase("复议机构是否认为有必要听证", en: "whether the body finds a hearing useful")),
    no(
      "hearing-asked", Phrase("申请人请求听证", en: "a hearing is asked for"),
      Phrase("申请人是否请求听证", en: "whether the applicant asks for a hearing")),
    no(
      "opinion-needed", Phrase("有必要咨询", en: "an opinion is useful"),
      Phrase("复议机构是否认为有必要咨询委员会", en: "whether the body wants the committee's opinion")),
    fact(
      "suspension", Phrase("中止事由", en: "ground of suspension"), .choice(suspensions),
      Phrase("第三十九条所列的情形", en: "which case of article 39 it is")),
    fact(
      "termination", Phrase("终止事由", en: "ground of termination"), .choice(terminations),
      Phrase("第四十一条所列的情形", en: "which case of article 41 it is")),
    fact(
      "stay", Phrase("停止执行事由", en: "ground to stay execution"), .choice(stays),
      Phrase("第四十二条所列的情形", en: "which case of article 42 it is"), silent: .choice("none")),
    no(
      "stay-reasonable", Phrase("停止执行的要求合理", en: "the wish is reasonable"),
      Phrase("复议机关是否认为要求合理", en: "whether the authority finds the wish reasonable")),
    fact(
      "applicant-kind", Phrase("申请人类别", en: "kind of applicant"),
      .choice([
        .init("person", Phrase("公民", en: "person")),
        .init("organisation", Phrase("法人或者其他组织", en: "legal person or organisation")),
      ]), Phrase("申请人是公民还是组织", en: "whether the applicant is a person or an organisation")),
    no(
      "both-agree", Phrase("双方同意中止", en: "both agree to stand still"),
      Phrase("申请人和被申请人是否同意中止", en: "whether applicant and respondent agree")),
    no(
      "withdrawal-allowed", Phrase("准予撤回", en: "withdrawal allowed"),
      Phrase("复议机构是否准予撤回", en: "whether the body allows the withdrawal")),
    no(
      "discretionary", Phrase("行使自由裁量权的行为", en: "act of discretion"),
      Phrase("是否为行使自由裁量权的行为", en: "whether the act was within discretion")),
    no(
      "compensation-dispute", Phrase("赔偿或者补偿纠纷", en: "dispute about compensation"),
      Phrase("是否为行政赔偿或者补偿纠纷", en: "whether it is about compensation")),
  ]

  private static let decisionFacts: [FactDeclaration] = [
    fact(
      "ground", Phrase("决定理由", en: "ground of the decision"), .choice(grounds),
      Phrase("第六十三条至第七十一条所列的情形", en: "which case of articles 63 to 71 it is")),
    fact(
      "decision", Phrase("决定种类", en: "kind of decision"), .choice(decisionKinds),
      Phrase("作出哪一种决定", en: "which decision is made")),
    no(
      "worse", Phrase("对申请人更为不利", en: "worse for the applicant"),
      Phrase("变更是否对申请人更为不利", en: "whether the change is worse for the applicant")),
    no(
      "third-opposes", Phrase("第三人提出相反请求", en: "a third party asks the opposite"),
      Phrase("第三人是否提出相反请求", en: "whether a third party asks the opposite")),
    no(
      "no-reply", Phrase("被申请人未答复举证", en: "no reply by the respondent"),
      Phrase(
        "被申请人是否未依法答复、提交证据", en: "whether the respondent gave no reply and evidence in time")),
    no(
      "third-interest", Phrase("涉及第三人权益", en: "a third party's rights"),
      Phrase("行政行为是否涉及第三人合法权益", en: "whether the act concerns a third party's rights")),
    no(
      "third-evidence", Phrase("第三人提供证据", en: "evidence by a third party"),
      Phrase("第三人是否提供证据", en: "whether the third party gave evidence")),
    no(
      "asks-void", Phrase("申请确认无效", en: "asks to declare it void"),
      Phrase("申请人是否申请确认无效", en: "whether the applicant asks to declare it void")),
    no(
      "same-act", Phrase("相同或者基本相同的行为", en: "the same act again"),
      Phrase(
        "是否以同一事实和理由作出相同或者基本相同的行为",
        en: "whether facts, reasons and act are the same as before")),
    no(
      "enforceable", Phrase("逾期不起诉又不履行", en: "neither suit nor performance"),
      Phrase(
        "申请人、第三人是否逾期不起诉又不履行",
        en: "whether applicant or third party neither sued in time nor performs")),
  ]
}
