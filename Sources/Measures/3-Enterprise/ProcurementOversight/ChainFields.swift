import CaseEngine
import CaseWork
import Commons
import HTTPValues
import MeasureKit

/// What is said with the steps of a chain.
struct ChainFields {
  let rules: ProcurementRules
  let method: ProcurementMethod

  private static func words(
    _ name: String, _ zh: String, _ en: String, _ limit: Int = 2000, hint: Phrase? = nil,
    required: Bool = true
  ) -> CaseField {
    CaseField(name, Phrase(zh, en: en), hint: hint, .words(limit), required: required)
  }
  private static func money(
    _ name: String, _ zh: String, _ en: String, required: Bool = true
  ) -> CaseField {
    CaseField(name, Phrase(zh, en: en), .money(.cny), required: required, keeping: .fact)
  }
  private static func date(_ name: String, _ zh: String, _ en: String) -> CaseField {
    CaseField(name, Phrase(zh, en: en), .date, keeping: .fact)
  }

  static let categories: [CaseField.Choice] = [
    .init("goods", Phrase("货物", en: "goods")), .init("services", Phrase("服务", en: "services")),
    .init("works", Phrase("工程", en: "works")),
  ]

  /// Characters of all bids of a purchase together.
  static let bundleLimit = 400_000

  func fields(of command: CommandID) -> [CaseField] {
    switch command {
    case .need: need
    case .approve, .accept: [Self.words("text", "意见", "Opinion", required: false)]
    case .reject: [Self.words("text", "理由", "Reasons")]
    case .plan:
      [
        Self.money("ceiling", "最高限价", "Ceiling price"),
        Self.words("text", "采购方案与方式理由", "Plan, and why this method"),
      ]
    case .announce: announcement
    case .issue: documents
    case .clarify:
      [
        Self.words("text", "澄清或者修改内容", "What is clarified or amended"),
        CaseField(
          "opens-on", Phrase("开启日期（不变可不填）", en: "Day of opening (if it moves)"), .date,
          required: false, keeping: .fact),
      ]
    case .unsealFirst:
      [
        Self.words(
          "envelopes", "去掉外层密封后的内容（JSON）", "Bids without their outer seal (JSON)",
          Self.bundleLimit,
          hint: Phrase("由 tequ bid unseal 生成。", en: "Written by tequ bid unseal."))
      ]
    case .unsealSecond:
      [
        Self.words(
          "contents", "开启后的内容（JSON）", "Bids opened (JSON)", Self.bundleLimit,
          hint: Phrase("由 tequ bid unseal 生成。", en: "Written by tequ bid unseal."))
      ]
    case .evaluate: evaluation
    case .quote:
      [
        Self.money("price", "商定价格", "Price agreed"),
        Self.words("text", "商定过程", "How it was agreed"),
      ]
    default: afterwards(command)
    }
  }

  private func afterwards(_ command: CommandID) -> [CaseField] {
    switch command {
    case .contract:
      [
        Self.money("value", "合同金额", "Value of the contract"),
        Self.money("bond", "履约保证金", "Performance bond", required: false),
        Self.date("perform-by", "履约截止日期", "To be performed by"),
      ]
    case .change:
      [
        Self.money("value", "变更后合同金额", "Value after the change"),
        Self.words("text", "变更理由", "Why it is changed"),
      ]
    case .pay: [Self.money("amount", "付款金额", "Amount paid")]
    case .fail:
      [
        CaseField(
          "why", Phrase("原因", en: "Why"),
          .choice([
            .init("too-few", Phrase("响应不足", en: "too few bids")),
            .init("all-rejected", Phrase("全部否决", en: "all bids rejected")),
            .init("terminated", Phrase("采购人终止", en: "terminated")),
          ]), keeping: .open), Self.words("text", "说明", "Explanation"),
      ]
    default: []
    }
  }

  private var need: [CaseField] {
    [
      CaseField(
        "firm", Phrase("采购企业", en: "Firm"),
        .choice(rules.firms.map { .init($0, rules.firmName($0)) }), keeping: .open),
      CaseField("title", Phrase("采购项目名称", en: "Title"), .line(120), keeping: .fact),
      CaseField(
        "category", Phrase("类别", en: "Category"), .choice(Self.categories), keeping: .open),
      CaseField(
        "classification", Phrase("品目编码", en: "Classification"), .line(20), required: false,
        keeping: .fact),
      Self.money("estimate", "估算价", "Estimate"),
      Self.words("text", "需求说明", "What is needed"),
    ]
  }

  private var announcement: [CaseField] {
    guard method.hasBids else {
      return [
        CaseField(
          "supplier", Phrase("供应商统一社会信用代码", en: "Supplier's credit code"), .line(40),
          keeping: .fact),
        CaseField("supplier-name", Phrase("供应商名称", en: "Supplier"), .line(120), keeping: .fact),
        Self.words("text", "单一来源理由", "Why a single source"),
      ]
    }
    var all = [
      Self.date("sale-from", "文件发售开始", "Documents on sale from"),
      Self.date("sale-to", "文件发售截止", "Documents on sale to"),
      Self.date("opens-on", "开启日期", "Day of opening"),
      CaseField(
        "opens-hour", Phrase("开启时刻（时）", en: "Hour of opening"), .count(0...23), keeping: .fact),
      Self.money("deposit", "投标保证金", "Deposit", required: false),
    ]
    if method == .invited || method == .negotiation {
      all.append(
        CaseField(
          "invited", Phrase("邀请家数", en: "How many are invited"), .count(1...200), keeping: .open)
      )
    }
    return all
  }

  private var documents: [CaseField] {
    let hint = Phrase(
      "由保管人各自生成（tequ bid key），私钥不上传。",
      en: "Each keeper makes one (tequ bid key); the secret half never leaves the keeper.")
    return [
      Self.words("text", "评审标准和合同主要条款", "Award criteria and terms"),
      CaseField(
        "key-1", Phrase("开标公钥之一", en: "First opening key"), hint: hint, .line(80), keeping: .fact),
      CaseField(
        "key-2", Phrase("开标公钥之二", en: "Second opening key"), hint: hint, .line(80), keeping: .fact),
    ]
  }

  private var evaluation: [CaseField] {
    guard method.hasCommittee else { return [Self.words("text", "说明", "Remarks", required: false)] }
    return [
      Self.words(
        "scores", "评分", "Scores", 20_000,
        hint: Phrase(
          "每行一份：编号 得分；否决写：编号 x 理由。", en: "A line each: number score; rejected: number x reason.")),
      Self.words("text", "评审报告", "Report"),
    ]
  }
}
