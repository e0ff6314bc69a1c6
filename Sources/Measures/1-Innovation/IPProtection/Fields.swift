import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Rulebook

/// What is said with each step, in the order in which a form asks for it.
struct IPFields: Sendable {
  let rules: IPRules

  /// The fields of a step.
  func of(_ command: CommandID) -> [CaseField] {
    switch command {
    case .notify: notice
    case .measures: IPFields.measures
    case .decline, .notAccept, .notDocket, .sendBack:
      [words("text", Phrase("理由", en: "Reasons"))]
    case .counter: IPFields.statement
    case .complain: IPFields.complaint
    case .sue: IPFields.suit
    case .served:
      [words("text", Phrase("送达方式、时间和收件人", en: "How, when and to whom it was served"))]
    case .order: [words("text", Phrase("责令改正的内容和期限", en: "What is to be done, until when"))]
    case .transfer:
      [
        CaseField("to-agency", Phrase("移送到", en: "To"), .agency, keeping: .fact),
        words("text", Phrase("理由", en: "Reasons")),
      ]
    case .refer:
      [
        CaseField(
          "authority", Phrase("移送到", en: "To"),
          .choice([
            .init("police", Phrase("公安机关（涉嫌犯罪）", en: "the police (suspected crime)")),
            .init("customs", Phrase("海关", en: "the customs")),
            .init("national", Phrase("国家知识产权局", en: "the national IP administration")),
            .init("elsewhere", Phrase("外地有管辖权的机关", en: "an agency elsewhere")),
          ]), keeping: .open), words("text", Phrase("理由", en: "Reasons")),
      ]
    case .decide: IPFields.decision
    case .handOver:
      [
        CaseField(
          "to-court", Phrase("移交到", en: "To"),
          .choice(rules.courts.map { .init($0.id, $0.name) }), required: false, keeping: .fact,
          IPBasis.jurisdiction(3)),
        words("text", Phrase("移交说明", en: "Remarks"), required: false),
      ]
    case .docket:
      [CaseField("docket-number", Phrase("案号", en: "Docket number"), .line(60))]
    case .receive:
      [
        CaseField(
          "checked", Phrase("已逐项核验证据包，摘要与日志一致", en: "Every packet was verified against the log"),
          .flag, keeping: .fact, IPBasis.online(16)),
        CaseField(
          "docket-number", Phrase("案号", en: "Docket number"), .line(60), required: false),
      ]
    case .judge: IPFields.judgment
    case .deposit: IPFields.deposit
    case .prolong: [words("text", Phrase("特殊情况", en: "The special circumstances"))]
    case .accept, .lift, .withdraw:
      [words("text", Phrase("说明", en: "Remarks"), required: false)]
    default: []
    }
  }

  private func words(
    _ name: String, _ label: Phrase, required: Bool = true
  ) -> CaseField { CaseField(name, label, .words(1000), required: required) }

  // MARK: Notice

  private static let holder = Phrase("一、权利人", en: "1 The right holder")
  private static let right = Phrase("二、权利", en: "2 The right")
  private static let target = Phrase("三、侵权链接", en: "3 The links")
  private static let evidence = Phrase("四、初步证据", en: "4 Preliminary evidence")

  private static let rights = IPCompetence.rights.filter {
    !["monopoly", "technology-contract"].contains($0.code)
  }.map { CaseField.Choice($0.code, $0.name) }

  private var notice: [CaseField] {
    [
      CaseField("holder", Phrase("权利人", en: "Right holder"), .line(120), group: IPFields.holder),
      CaseField("contact", Phrase("联系人", en: "Contact"), .line(60), group: IPFields.holder),
      CaseField(
        "phone", Phrase("联系电话", en: "Telephone"), .line(30), group: IPFields.holder),
      CaseField(
        "email", Phrase("电子邮箱", en: "E-mail"),
        hint: Phrase("声明转送、期限提醒发到这里", en: "statements and reminders go here"), .line(120),
        required: false, group: IPFields.holder),
      CaseField(
        "right", Phrase("权利种类", en: "Kind of right"), .choice(IPFields.rights), keeping: .open,
        group: IPFields.right),
      CaseField(
        "right-number", Phrase("权利编号或权属说明", en: "Number or title of the right"), .line(120),
        group: IPFields.right),
      CaseField(
        "platform", Phrase("平台", en: "Platform"),
        .choice(rules.platforms.map { .init($0.id, $0.name) }), keeping: .fact,
        group: IPFields.target),
      CaseField(
        "links", Phrase("侵权链接", en: "Links"),
        hint: Phrase("每行一个网址，最多50个", en: "one address a line, 50 at most"), .words(8000),
        group: IPFields.target),
      CaseField(
        "wanted", Phrase("请求采取的措施", en: "Measures asked for"), .choices(IPFields.kinds),
        keeping: .fact, group: IPFields.target, IPBasis.commerce(42, 1)),
      CaseField(
        "place", Phrase("侵权行为地", en: "Where it happens"),
        .choice(rules.profile.districts.map { .init($0.id, $0.name) }), keeping: .fact,
        group: IPFields.target),
      CaseField(
        "crosses", Phrase("涉及几个区", en: "Several districts"), .flag, required: false,
        keeping: .fact, group: IPFields.target),
      CaseField(
        "border", Phrase("涉及进出境货物", en: "Goods at the border"), .flag, required: false,
        keeping: .fact, group: IPFields.target),
      CaseField(
        "amount", Phrase("涉案金额（元）", en: "Amount (CNY)"),
        hint: Phrase("不知道可不填；用于确定管辖", en: "if known; it decides who is competent"),
        .money(.cny), required: false, keeping: .fact, group: IPFields.target),
      CaseField(
        "statement", Phrase("构成侵权的理由和初步证据说明", en: "Why it infringes, and what shows it"),
        .words(3000), group: IPFields.evidence, IPBasis.commerce(42, 1)),
      CaseField(
        "files", Phrase("附件", en: "Files"), .files, required: false, group: IPFields.evidence),
      CaseField(
        "truthful",
        Phrase(
          "知道错误通知造成损害须赔偿，恶意的加倍",
          en: "I know that a wrong notice makes liable, a malicious one doubly"),
        .flag, keeping: .fact, group: IPFields.evidence, IPBasis.commerce(42, 3)),
    ]
  }

  static let kinds: [CaseField.Choice] = [
    .init("delete", Phrase("删除", en: "delete")), .init("block", Phrase("屏蔽", en: "block")),
    .init("disconnect", Phrase("断开链接", en: "disconnect")),
    .init("end-service", Phrase("终止交易和服务", en: "end trade and service")),
  ]

  // MARK: Platform

  private static let measures: [CaseField] = [
    CaseField("kinds", Phrase("采取的措施", en: "Measures"), .choices(kinds), keeping: .open),
    CaseField(
      "taken", Phrase("下架链接数", en: "Links taken down"), .count(0...50), keeping: .open),
    CaseField(
      "forwarded-on", Phrase("通知转送平台内经营者之日", en: "Day on which it was forwarded"), .date,
      keeping: .fact, IPBasis.commerce(42, 2)),
    CaseField("text", Phrase("说明", en: "Remarks"), .words(1000), required: false),
  ]

  private static let statement: [CaseField] = [
    CaseField(
      "merchant", Phrase("平台内经营者", en: "Merchant"), .line(120)),
    CaseField(
      "text", Phrase("不存在侵权行为的声明和初步证据", en: "The statement, with preliminary evidence"),
      .words(3000),
      IPBasis.commerce(43, 1)),
    CaseField(
      "arrived-on", Phrase("声明到达权利人之日", en: "Day on which it reached the right holder"), .date,
      keeping: .open, IPBasis.commerce(43, 2)),
  ]

  // MARK: Right holder

  private static let complaint: [CaseField] = [
    CaseField("text", Phrase("投诉请求和理由", en: "What is asked for, and why"), .words(2000)),
    CaseField("files", Phrase("附件", en: "Files"), .files, required: false),
  ]

  private static let suit: [CaseField] = [
    CaseField("filed-on", Phrase("起诉之日", en: "Day of the suit"), .date, keeping: .fact),
    CaseField(
      "text", Phrase("诉讼请求", en: "What is asked for"), .words(2000), required: false),
  ]

  // MARK: Agency and court

  private static let decision: [CaseField] = [
    CaseField(
      "outcome", Phrase("结果", en: "Outcome"),
      .choice([
        .init("infringing", Phrase("侵权成立", en: "infringing")),
        .init("not-infringing", Phrase("侵权不成立", en: "not infringing")),
        .init("settled", Phrase("调解", en: "settled")),
      ]), keeping: .open),
    CaseField(
      "decision-number", Phrase("处理决定文号", en: "Number of the decision"), .line(60),
      required: false),
    CaseField(
      "penalty", Phrase("罚款（元）", en: "Fine (CNY)"), .money(.cny), required: false,
      keeping: .open),
    CaseField("text", Phrase("认定的事实和理由", en: "Facts found and reasons"), .words(3000)),
  ]

  private static let judgment: [CaseField] = [
    CaseField(
      "judgment", Phrase("结果", en: "Outcome"),
      .choice([
        .init("upheld", Phrase("支持", en: "upheld")),
        .init("partly", Phrase("部分支持", en: "partly upheld")),
        .init("dismissed", Phrase("驳回", en: "dismissed")),
        .init("settled", Phrase("调解或撤诉", en: "settled or withdrawn")),
      ]), keeping: .open),
    CaseField(
      "damages", Phrase("判赔金额（元）", en: "Damages (CNY)"), .money(.cny), required: false,
      keeping: .open),
    CaseField("text", Phrase("裁判要旨", en: "Gist"), .words(2000), required: false),
  ]

  private static let deposit: [CaseField] = [
    CaseField("packet", Phrase("证据包摘要", en: "Digest of the packet"), .line(64)),
    CaseField("file", Phrase("文件摘要", en: "Digest of the file"), .line(64)),
    CaseField("packet-title", Phrase("证明内容", en: "What it shows"), .line(200)),
    CaseField("depositor", Phrase("存入人身份", en: "Capacity of whoever deposits"), .line(20)),
    CaseField("files", Phrase("证据包", en: "The packet"), .files),
  ]
}
