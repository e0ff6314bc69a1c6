import CaseEngine
import CaseWork
import Commons
import Rulebook

// What is said when a case is opened and examined.
extension ReconsiderationProcedure {
  static let whoGroup = Phrase("申请人", en: "Who applies")
  static let actGroup = Phrase("对什么行为不服", en: "Against which act")
  static let timeGroup = Phrase("时间", en: "Time")
  static let requestGroup = Phrase("请求、事实和理由", en: "Request, facts and reasons")

  static func law(_ article: Int, _ paragraph: Int? = nil, item: Int? = nil) -> Basis {
    ReconsiderationCases.law(article, paragraph, item: item)
  }

  static func choices(_ list: [FactType.Choice]) -> CaseField.Kind {
    .choice(list.map { CaseField.Choice($0.code, $0.name) })
  }

  static let persons: CaseField.Kind = .choice([
    .init("person", Phrase("公民", en: "a person")),
    .init("organisation", Phrase("法人或者其他组织", en: "a legal person or organisation")),
  ])

  /// Who applies (实施条例 art. 19).
  private static let who: [CaseField] = [
    CaseField(
      "applicant-kind", Phrase("申请人是", en: "The applicant is"), persons, keeping: .fact,
      group: whoGroup),
    CaseField(
      "name", Phrase("姓名或者名称", en: "Name"), .line(60), group: whoGroup, law(30, 1, item: 1)),
    CaseField(
      "identity", Phrase("身份证号或者统一社会信用代码", en: "Identity or credit code"),
      hint: Phrase("只密封保存，不公开。", en: "Kept sealed, never published."), .line(30),
      required: false, group: whoGroup),
    CaseField("phone", Phrase("电话", en: "Telephone"), .line(30), group: whoGroup),
    CaseField("email", Phrase("电子邮件", en: "E-mail"), .line(120), required: false, group: whoGroup),
    CaseField("address", Phrase("送达地址", en: "Address for service"), .line(200), group: whoGroup),
    CaseField(
      "e-service", Phrase("同意电子送达", en: "I agree to electronic service"), .flag, required: false,
      keeping: .fact, group: whoGroup, law(88, 1)),
    CaseField(
      "agent", Phrase("代理人（律师等，一至二名）", en: "Agents, such as lawyers (one or two)"), .line(120),
      required: false, group: whoGroup, law(17, 1)),
    CaseField(
      "applicants", Phrase("申请人人数（多人时）", en: "Number of applicants, if several"), .count(1...9999),
      required: false, keeping: .fact, group: whoGroup, law(15, 1)),
    CaseField(
      "representatives", Phrase("推选的代表人", en: "Representatives chosen"), .line(200),
      required: false, group: whoGroup, law(15, 1)),
  ]

  /// Against which act (行政复议法 art. 11, 12, 19).
  static let act: [CaseField] = [
    CaseField(
      "respondent", Phrase("作出行为的单位", en: "The body that made the act"),
      hint: Phrase("列表中没有的，留空并填下一项。", en: "If it is not listed, leave this and fill in the next."),
      .agency, required: false, keeping: .fact, group: actGroup, law(19, 1)),
    CaseField(
      "respondent-other", Phrase("其他单位的名称", en: "Another body's name"), .line(80),
      required: false, keeping: .fact, group: actGroup),
    CaseField(
      "act-kind", Phrase("行为的种类", en: "Kind of act"), choices(ReconsiderationLaw.actKinds),
      keeping: .open, group: actGroup, law(11)),
    CaseField(
      "act-number", Phrase("决定书文号", en: "Number of the decision"),
      hint: Phrase("没有书面决定的可不填。", en: "Leave it if there is no written decision."), .line(60),
      required: false, group: actGroup),
    flag("on-the-spot", Phrase("是当场作出的", en: "It was made on the spot"), law(53, 1, item: 1)),
    flag("camera", Phrase("是电子监控记录的处罚", en: "It rests on a record by equipment"), law(32, 1)),
    flag(
      "warning", Phrase("是警告或者通报批评", en: "It is a warning or public criticism"), law(53, 1, item: 2)
    ),
    flag(
      "failure-to-act", Phrase("单位该做而没有做或者不答复", en: "The body did not act or answer"),
      law(23, 1, item: 3)),
    flag(
      "disclosure-refused", Phrase("申请信息公开被拒绝", en: "Disclosure was refused"), law(23, 1, item: 4)),
    flag(
      "acquired-resource", Phrase("侵犯已取得的自然资源权利", en: "It infringes a resource right I hold"),
      law(23, 1, item: 2)),
    flag("real-property", Phrase("因不动产提出", en: "It is about real property"), law(21)),
    CaseField(
      "amount", Phrase("涉及金额（元）", en: "Amount involved (yuan)"), .money(.cny), required: false,
      keeping: .fact, group: actGroup, law(53, 1, item: 3)),
    CaseField(
      "excluded", Phrase("是否属于下列事项", en: "Is it one of these matters?"),
      choices(ReconsiderationLaw.exclusions), keeping: .fact, group: actGroup, law(12)),
    flag(
      "taken-by-court", Phrase("法院已经受理同一行为的诉讼", en: "A court has taken a suit about it"),
      law(29, 2)),
  ]

  private static func flag(_ name: String, _ label: Phrase, _ basis: Basis) -> CaseField {
    CaseField(
      name, label, .flag, required: false, keeping: .fact, group: actGroup, basis)
  }

  /// When what happened (行政复议法 art. 20, 21; 实施条例 art. 16).
  static let time: [CaseField] = [
    CaseField(
      "known-on", Phrase("何时知道或者应当知道该行为", en: "When did you know, or should have known, of it?"),
      hint: Phrase("一般是签收决定书的日子。", en: "Usually the day on which you signed for it."), .date,
      keeping: .fact, group: timeGroup, law(20, 1)),
    CaseField(
      "acted-on", Phrase("该行为何时作出", en: "When was it made?"), .date, required: false,
      keeping: .fact, group: timeGroup, law(21)),
    CaseField(
      "told", Phrase("当时是否告知了复议权利、机关和期限", en: "Were right, authority and period told then?"),
      .choice([
        .init("yes", Phrase("告知了", en: "yes")), .init("no", Phrase("没有告知", en: "no")),
      ]), keeping: .fact, group: timeGroup, law(20, 3)),
    CaseField(
      "told-on", Phrase("后来何时知道的", en: "When did you learn of them later?"), .date, required: false,
      keeping: .fact, when: .init("told", is: "no"), group: timeGroup, law(20, 3)),
    CaseField(
      "asked-on", Phrase("该单位何时收到您的请求", en: "When did the body receive your request?"),
      hint: Phrase(
        "单位没有做、法律又没有规定期限的填写。", en: "If it did not act and no term is set for it."), .date,
      required: false, keeping: .fact, when: .init("failure-to-act", is: "true"),
      group: timeGroup, .law(ReconsiderationLaw.regulations(16, 1, item: 2))),
    CaseField(
      "obstacle-from", Phrase("因不可抗力等不能申请，从何时", en: "Kept from applying, from"), .date,
      required: false, keeping: .fact, group: timeGroup, law(20, 2)),
    CaseField(
      "obstacle-to", Phrase("到何时（障碍消除之日）", en: "until (the day it ended)"), .date,
      required: false, keeping: .fact, group: timeGroup, law(20, 2)),
    CaseField(
      "statute-days", Phrase("其他法律规定了更长期限（日）", en: "Another statute gives more days"),
      .count(61...3650), required: false, keeping: .fact, group: timeGroup, law(20, 1)),
  ]

  /// What is asked for and why (实施条例 art. 19, 行政复议法 art. 13, 44, 50, 72).
  private static let request: [CaseField] = [
    CaseField(
      "request", Phrase("复议请求", en: "What you ask for"),
      hint: Phrase("例如：撤销该处罚决定。", en: "Such as: revoke the penalty."), .words(500),
      group: requestGroup, law(30, 1, item: 3)),
    CaseField(
      "reasons", Phrase("主要事实和理由", en: "Main facts and reasons"), .words(4000),
      group: requestGroup, law(30, 1, item: 3)),
    CaseField(
      "asks-compensation", Phrase("一并请求行政赔偿", en: "I also ask for compensation"), .flag,
      required: false, keeping: .fact, group: requestGroup, law(72, 1)),
    CaseField(
      "asks-void", Phrase("请求确认无效", en: "I ask to declare it void"), .flag, required: false,
      keeping: .fact, group: requestGroup, law(67)),
    CaseField(
      "norm", Phrase("一并审查的规范性文件名称", en: "A norm to be reviewed as well"), .line(120),
      required: false, keeping: .fact, group: requestGroup, law(13, 1)),
    CaseField(
      "hearing-asked", Phrase("请求听证", en: "I ask for a hearing"), .flag, required: false,
      keeping: .fact, group: requestGroup, law(50, 2)),
    CaseField(
      "consents-simplified", Phrase("同意适用简易程序", en: "I agree to the simplified procedure"), .flag,
      required: false, keeping: .fact, group: requestGroup, law(53, 2)),
    CaseField(
      "evidence", Phrase("证据材料", en: "Evidence"), .files, required: false, group: requestGroup,
      law(44, 2)),
  ]

  static let received = CaseField(
    "received-on", Phrase("收到申请之日", en: "Day of receipt here"),
    hint: Phrase("申请以这一天为准，不因转交而推迟。", en: "The application keeps this day."), .date,
    keeping: .open, law(22, 2))

  static let filing = who + act + time + request

  /// What the acceptance tests ask of whoever examines (行政复议法 art. 30).
  static let tests: [CaseField] = [
    test("applicant-clear", Phrase("申请人明确", en: "Applicant identified"), 1),
    test("respondent-fits", Phrase("被申请人符合规定", en: "Respondent fits"), 1),
    test("interest", Phrase("有利害关系", en: "Interest in the act"), 2),
    test("request-concrete", Phrase("请求和理由具体", en: "Concrete request"), 3),
    test("has-jurisdiction", Phrase("属于本机关管辖", en: "Within our jurisdiction"), 6),
  ]

  private static func test(_ name: String, _ label: Phrase, _ item: Int) -> CaseField {
    CaseField(name, label, .flag, required: false, keeping: .fact, law(30, 1, item: item))
  }
}
