import Commons

extension ReconsiderationLaw {
  // MARK: Article 30: what is accepted

  /// The seven tests of acceptance, in the order of article 30, each with its own reason.
  public static let acceptanceTests: [RuleID] = [
    "recon.parties", "recon.interest", "recon.request", "recon.in-time", "recon.scope",
    "recon.jurisdiction-own", "recon.first-time",
  ]

  static let acceptance: [Rule] =
    question(
      "parties", Phrase("有明确的申请人和符合规定的被申请人", en: "Applicant identified, respondent fits"),
      law(30, 1, item: 1), when: .all([holds("applicant-clear"), holds("respondent-fits")]))
    + question(
      "interest", Phrase("申请人与行政行为有利害关系", en: "Interest in the act"), law(30, 1, item: 2),
      when: holds("interest"))
    + question(
      "request", Phrase("有具体的复议请求和理由", en: "Concrete request and reasons"),
      law(30, 1, item: 3), when: holds("request-concrete"))
    + question(
      "in-time", Phrase("在法定申请期限内提出", en: "Filed in time"), law(30, 1, item: 4),
      when: .all([filed(by: "last-day"), filed(by: "bar-day")]))
    + question(
      "in-time", Phrase("在法定申请期限内提出", en: "Filed in time"), former(9), from: formerStart,
      to: start, when: filed(by: "last-day"))
    + question(
      "scope", Phrase("属于行政复议范围", en: "Within the scope of reconsideration"),
      law(30, 1, item: 5), when: equals("excluded", "none"))
    + question(
      "jurisdiction-own", Phrase("属于本机关管辖范围", en: "Within this authority's jurisdiction"),
      law(30, 1, item: 6), when: holds("has-jurisdiction"))
    + question(
      "first-time", Phrase("未经复议机关或者法院受理", en: "Not taken before, here or by a court"),
      law(30, 1, item: 7), when: .not(.any([holds("taken-here"), holds("taken-by-court")])))
    + question(
      "in-scope", Phrase("第十一条所列的行政行为", en: "An act that article 11 lists"), law(11),
      when: .all([
        equals("excluded", "none"), .any(actKinds.map { equals("act-kind", $0.code) }),
      ]))
    + question(
      "evidence-due", Phrase("申请人应当提供证据", en: "The applicant must give evidence"), law(44, 2),
      when: .all([
        lacks("evidence-excused"),
        .any([.all([holds("failure-to-act"), lacks("own-motion")]), holds("asks-compensation")]),
      ]))
    + question(
      "via-agency", Phrase("可以通过作出处罚的机关提交", en: "May be filed through the fining agency"),
      law(32, 1),
      when: .all([
        equals("act-kind", "penalty"), .any([holds("on-the-spot"), holds("camera")]),
      ]))
    + question(
      "representatives", Phrase("应当推选代表人", en: "Representatives must be chosen"), regulations(8),
      from: regulationsStart,
      when: .compare(.fact("recon.applicants"), .greater, .parameter("recon.many")))

  private static func filed(by day: String) -> Condition {
    .compare(.fact("recon.filed-on"), .atMost, .fact(FactID(prefix + day)))
  }

  // MARK: Article 23: reconsideration first

  /// The grounds on which reconsideration comes before the court, in the order of article 23.
  public static let firstRules: [RuleID] = [
    "recon.first.on-the-spot", "recon.first.resource", "recon.first.inaction",
    "recon.first.disclosure", "recon.first.statute",
  ]

  static let firstGrounds: [Rule] =
    question(
      "first.on-the-spot", Phrase("对当场处罚不服，应先申请复议", en: "Penalty on the spot: first"),
      law(23, 1, item: 1), when: .all([equals("act-kind", "penalty"), holds("on-the-spot")]))
    + question(
      "first.resource", Phrase("侵犯已取得的自然资源权利，应先申请复议", en: "Resource right held: first"),
      law(23, 1, item: 2), when: holds("acquired-resource"))
    + question(
      "first.resource", Phrase("侵犯已取得的自然资源权利，应先申请复议", en: "Resource right held: first"),
      former(30, 1), from: formerStart, to: start, when: holds("acquired-resource"))
    + question(
      "first.inaction", Phrase("未履行法定职责，应先申请复议", en: "Duty not performed: first"),
      law(23, 1, item: 3), when: .any([equals("act-kind", "inaction"), holds("failure-to-act")]))
    + question(
      "first.disclosure", Phrase("不予公开政府信息，应先申请复议", en: "Disclosure refused: first"),
      law(23, 1, item: 4),
      when: .all([equals("act-kind", "disclosure"), holds("disclosure-refused")]))
    + question(
      "first.statute", Phrase("其他法律、行政法规规定，应先申请复议", en: "By another statute: first"),
      law(23, 1, item: 5), when: holds("first-by-statute"))

  // MARK: Articles 24–28: which authority

  /// Authorities that decide, with their names: the answers of `recon.jurisdiction`.
  public static let authorities: [FactType.Choice] = [
    .init("own-government", Phrase("本级人民政府", en: "the government of the same level")),
    .init("upper-government", Phrase("上一级人民政府", en: "the government of the next higher level")),
    .init(
      "own-or-local", Phrase("该部门的本级人民政府或者其所在地人民政府", en: "the department's or the local government")
    ),
    .init("itself", Phrase("该机关自己", en: "the body itself")),
    .init("ministry", Phrase("该国务院部门", en: "the department of the State Council")),
    .init("upper-department", Phrase("上一级主管部门", en: "the department of the next higher level")),
    .init(
      "own-or-upper",
      Phrase("本级人民政府或者上一级司法行政部门", en: "its government or the upper justice department")),
  ]

  static let jurisdiction: [Rule] =
    [
      // Departments of a government are the rule, all other bodies the exceptions from it.
      Rule(
        "recon.jurisdiction", Phrase("复议机关", en: "Which authority decides"), law(24, 1, item: 1),
        from: start, choice("own-government"))
    ]
    + [
      authority("lower-government", "upper-government", law(24, 1, item: 2)),
      authority("agency-office", "own-government", law(24, 1, item: 3)),
      authority("authorised", "own-government", law(24, 1, item: 4)),
      authority("branch", "own-government", law(24, 4)),
      authority("local-branch", "own-or-local", law(24, 4)),
      authority("province", "itself", law(24, 2)),
      authority("ministry", "itself", law(25, item: 1)),
      authority("ministry-branch", "ministry", law(25, item: 2)),
      authority("ministry-authorised", "ministry", law(25, item: 3)),
      authority("vertical", "upper-department", law(27)),
      authority("justice", "own-or-upper", law(28)),
    ]
    + question(
      "state-council", Phrase("不服的可以申请国务院裁决", en: "The State Council may be asked to rule"),
      law(26), when: isOne(of: "province", "ministry", fact: "respondent-kind"))

  private static func authority(_ kind: String, _ code: String, _ citation: Citation) -> Rule {
    let name = respondents.first { $0.code == kind }?.name ?? .same(kind)
    return Rule(
      rule("jurisdiction.\(kind)"), name, citation, from: start,
      exceptionOf: "recon.jurisdiction", when: equals("respondent-kind", kind), choice(code))
  }

  private static func choice(_ code: String) -> Answer {
    .choice(code, authorities.first { $0.code == code }?.name ?? .same(code))
  }
}
