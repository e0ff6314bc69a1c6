import CaseEngine
import CaseWork
import Commons

/// What is said with each step, in the order in which a form asks for it.
enum DormancyFields {
  /// The fields of a step; whether shares are pledged is asked only where no register answers it.
  static func of(_ command: CommandID, asksPledge: Bool) -> [CaseField] {
    switch command {
    case .apply: application.filter { asksPledge || $0.name != "pledged" }
    case .supply: correction
    case .finish: counter
    case "ask": [words("text", Phrase("需要补正的内容", en: "What is to be corrected"))]
    case .file, .extend, "uphold", "changed", "close":
      [words("text", Phrase("备注", en: "Note"), required: false)]
    case "refuse", .deny, .setAside: [words("text", Phrase("理由", en: "Reasons"))]
    case "object": [words("text", Phrase("异议理由", en: "Why you disagree")), files]
    case "fine": penalty
    case "order": [words("text", Phrase("责令改正的内容", en: "What is to be done"))]
    case "deregister", "withdraw":
      [words("text", Phrase("说明", en: "Remarks"), required: false)]
    case .askExtension: extending
    case .deem: evidence
    case .resumeEarlier, .resumeChanged: [resumption(required: command == .resumeEarlier)]
    default: []
    }
  }

  private static func words(
    _ name: String, _ label: Phrase, hint: Phrase? = nil, required: Bool = true, limit: Int = 500,
    group: Phrase? = nil, _ basis: Basis? = nil
  ) -> CaseField {
    CaseField(name, label, hint: hint, .words(limit), required: required, group: group, basis)
  }

  private static let files = CaseField(
    "files", Phrase("附件", en: "Files"), .files, required: false)

  // MARK: Application

  static let causes: [CaseField.Choice] = [
    .init("natural-disaster", Phrase("自然灾害", en: "natural disaster")),
    .init("accident", Phrase("事故灾难", en: "accident")),
    .init("public-health", Phrase("公共卫生事件", en: "public-health event")),
    .init("social-security", Phrase("社会安全事件", en: "social-security event")),
    .init("economic-crisis", Phrase("经济危机等不可抗力", en: "economic crisis or other force majeure")),
    .init("other", Phrase("其他困难", en: "other trouble")),
  ]

  private static let who = Phrase("一、经营主体", en: "1 The business")
  private static let why = Phrase("二、原因与打算", en: "2 Why, and how it will go on")
  private static let when = Phrase("三、歇业期限", en: "3 The term")
  private static let place = Phrase("四、法律文书送达地址", en: "4 Address for service")
  private static let pledges = Phrase("五、承诺", en: "5 Commitments")
  private static let money = Phrase("六、税费（选填）", en: "6 Taxes and costs (optional)")

  private static func flag(
    _ name: String, _ zh: String, _ en: String, required: Bool = false, group: Phrase,
    when condition: CaseField.Condition? = nil, _ basis: Basis? = nil
  ) -> CaseField {
    CaseField(
      name, Phrase(zh, en: en), .flag, required: required, keeping: .fact, when: condition,
      group: group, basis)
  }

  // What the register knows of the business is not asked for.
  private static let business: [CaseField] = [
    CaseField(
      "code", Phrase("统一社会信用代码", en: "Unified social credit code"),
      hint: Phrase("18位；名称、成立日期和登记状态由登记库带出", en: "18 characters; the rest comes from the register"),
      .line(18), group: who),
    CaseField(
      "contact", Phrase("联系人", en: "Contact"), .line(60), group: who),
    CaseField(
      "phone", Phrase("联系电话", en: "Telephone"), .line(30), group: who),
    CaseField(
      "pledged", Phrase("股权（份额）是否已出质", en: "Are shares of it pledged?"),
      hint: Phrase(
        "担保信息互联互通（举措3）尚未接入，以登记库记载和您的声明为准，窗口核对。",
        en:
          "The search over pledges (measure 3) is not connected yet: the register and your word count, "
          + "and are checked at the counter."),
      .choice([.init("no", Phrase("否", en: "no")), .init("yes", Phrase("是", en: "yes"))]),
      keeping: .fact, group: who),
  ]

  private static let reasons: [CaseField] = [
    CaseField(
      "cause", Phrase("歇业事由", en: "Cause"), .choice(causes), keeping: .open, group: why,
      DormancyBasis.regulation(30, 1)),
    words(
      "reason", Phrase("具体情况", en: "What happened"),
      hint: Phrase("发生了什么，如何影响经营", en: "and how it affects the business"), group: why),
    flag(
      "difficulty", "因上述原因经营困难", "The business is in difficulty because of it", group: why,
      DormancyBasis.regulation(30, 1)),
    flag(
      "means", "仍有持续经营的意愿和能力", "There is intent and ability to go on", group: why,
      DormancyProcedure.notice),
    words("plan", Phrase("恢复经营的打算", en: "How the business will go on"), group: why),
  ]

  private static let term: [CaseField] = [
    CaseField(
      "from", Phrase("歇业起始日", en: "First day"),
      hint: Phrase("不早于申请日", en: "not before today"), .date, keeping: .open, group: when,
      DormancyBasis.rules(41, 1)),
    CaseField(
      "through", Phrase("歇业截止日", en: "Last day"), .date, keeping: .open, group: when,
      DormancyBasis.regulation(30, 4)),
  ]

  private static let address: [CaseField] = [
    CaseField(
      "address", Phrase("法律文书送达地址", en: "Address for service"),
      hint: Phrase("备案后依法向社会公示", en: "Published by law once dormancy is filed"), .line(200),
      keeping: .fact, group: place,
      DormancyBasis.regulation(30, 3)),
    flag(
      "replaces", "歇业期间以该地址代替住所（主要经营场所）", "It replaces the domicile while dormant", group: place,
      DormancyBasis.regulation(30, 5)),
    flag(
      "confirmed", "确认：送达到该地址即视为送达（送达地址确认书）",
      "I confirm: what is delivered there is served (letter confirming the address)", group: place,
      when: CaseField.Condition("replaces", is: "true"), DormancyBasis.rules(41, 2)),
    flag("electronic", "同意电子送达", "I agree to electronic service", group: place),
    CaseField(
      "email", Phrase("电子邮箱", en: "E-mail"), .line(120),
      when: CaseField.Condition("electronic", is: "true"), group: place),
  ]

  private static let commitments: [CaseField] = [
    flag(
      "labour", "已与职工依法协商劳动关系处理等事项", "Labour relations were settled with the staff",
      group: pledges, DormancyBasis.regulation(30, 2)),
    flag(
      "truthful", "所填内容真实、合法、有效", "What I state is true, lawful and valid", required: true,
      group: pledges, DormancyBasis.regulation(17)),
    flag(
      "no-business", "歇业期间不开展经营活动；开展的视为恢复营业", "No business while dormant; doing any means resuming",
      required: true, group: pledges, DormancyBasis.regulation(30, 4)),
    flag(
      "annual-report", "歇业期间按时公示年度报告", "The annual report is still published in time",
      required: true, group: pledges, DormancyBasis.rules(63, 3)),
    flag(
      "publish-end", "恢复经营的，30日内公示终止歇业", "On resuming, the end is published within 30 days",
      required: true, group: pledges, DormancyBasis.rules(42, 1)),
  ]

  private static let taxes: [CaseField] = [
    flag("monthly", "目前按月预缴所得税", "Income tax is prepaid monthly now", group: money),
    flag("branches", "设有分支机构", "There are branches", group: money),
    CaseField(
      "rent", Phrase("住所月租金（元）", en: "Monthly rent of the domicile (CNY)"),
      hint: Phrase("只用于估算节省，不公开", en: "for the estimate of savings only; not published"),
      .money(.cny), required: false, keeping: .fact, group: money),
  ]

  static let application = business + reasons + term + address + commitments + taxes

  // MARK: Later steps

  // Only what changes is said again.
  private static let correction: [CaseField] =
    [
      words(
        "text", Phrase("补正说明", en: "What was corrected"),
        hint: Phrase("下列各项只填需要更改的", en: "Below, fill in only what changes"))
    ]
    + ["from", "through", "address", "reason", "plan"].compactMap { name in
      application.first { $0.name == name }.map {
        CaseField(
          $0.name, $0.label, hint: nil, $0.kind, required: false, keeping: $0.keeping, group: nil,
          $0.basis)
      }
    } + [files]

  private static let counter: [CaseField] = [
    CaseField(
      "identity", Phrase("到场核验", en: "Who came"),
      .choice([
        .init("head", Phrase("法定代表人（负责人、经营者）本人", en: "the legal representative or owner")),
        .init("agent", Phrase("委托代理人，授权书已核对", en: "an agent; the authorisation was checked")),
      ]), keeping: .open),
    CaseField(
      "seen",
      Phrase("身份证件已核验，上列内容经本人核对无误", en: "Identity was checked; the person confirms the above"),
      .flag, keeping: .fact),
  ]

  private static let extending: [CaseField] = [
    CaseField(
      "new-through", Phrase("延长至", en: "Extend to"), .date, keeping: .open,
      DormancyBasis.rules(41, 3)),
    words("text", Phrase("延期理由", en: "Why")),
  ]

  private static func resumption(required isRequired: Bool) -> CaseField {
    CaseField(
      "resumed-on", Phrase("恢复经营日", en: "Day of resuming"),
      hint: isRequired ? nil : Phrase("不填即为今天", en: "Today if left empty"), .date,
      required: isRequired, keeping: .open)
  }

  private static let penalty: [CaseField] = [
    CaseField(
      "penalty-number", Phrase("行政处罚决定书文号", en: "Number of the penalty decision"), .line(60)),
    CaseField("fined-on", Phrase("决定日期", en: "Decided on"), .date, keeping: .fact),
    CaseField(
      "fine", Phrase("罚款（元）", en: "Fine (yuan)"), .money(.cny), keeping: .fact,
      DormancyBasis.rules(74)),
    words("text", Phrase("拒不改正的事实", en: "How it refused to correct")),
  ]

  private static let evidence: [CaseField] = [
    CaseField(
      "event", Phrase("事件", en: "Event"),
      .choice([
        .init("invoice", Phrase("开具发票", en: "invoice issued")),
        .init("social-insurance", Phrase("新增参保人员", en: "new staff insured")),
        .init("licence-use", Phrase("使用行政许可", en: "licence used")),
        .init("bid", Phrase("参加投标", en: "bid made")),
      ]), keeping: .open),
    CaseField("event-on", Phrase("发生日期", en: "Day"), .date, keeping: .open),
    CaseField("event-source", Phrase("来源", en: "Source"), .line(40), keeping: .fact),
    CaseField("event-id", Phrase("来源编号", en: "Number there"), .line(80), keeping: .fact),
  ]
}
