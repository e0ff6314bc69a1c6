import Commons
import MeasureKit

/// What the kinds of case of the measure are called on their pages.
enum ProcurementCards {
  private static func card(_ name: Phrase, _ summary: Phrase, _ bases: [Basis]) -> MeasureCard {
    MeasureCard(16, .enterprise, slug: "procurement", name, summary, bases: bases)
  }

  static func chain(_ method: ProcurementMethod) -> MeasureCard {
    card(
      method.name,
      Phrase("从需求到付款的全链条，一步一记录。", en: "From the need to the last payment, each step on record."),
      method.isTendering
        ? [ProcurementBasis.law(3), ProcurementBasis.notice] : [ProcurementBasis.notice])
  }
  static let bids = card(
    Phrase("密封响应", en: "Sealed bids"),
    Phrase(
      "在您自己的电脑上加密；两位保管人到时才能共同开启。",
      en: "Encrypted on your own machine; two keepers open it together when the hour has come."),
    [ProcurementBasis.law(28, 1), ProcurementBasis.law(34)])
  static let bodies = card(
    Phrase("采购四机构申报", en: "The four bodies"),
    Phrase(
      "决策、组织、技术、监督四机构分离。", en: "Decision, organisation, technology and supervision are separate."),
    [ProcurementBasis.notice])
  static let objections = card(
    Phrase("采购询问与异议", en: "Questions and objections"),
    Phrase("异议三日内答复；答复前采购暂停。", en: "Answered in three days; the purchase stands still until then."),
    [ProcurementBasis.regulations(22), ProcurementBasis.regulations(54, 1)])
  static let alerts = card(
    Phrase("采购预警", en: "Alerts"),
    Phrase(
      "分级预警：不可删改，按抽签分派，逐条说明理由。",
      en: "Graded, unalterable, assigned by lot, each handled with reasons."),
    [ProcurementBasis.notice])
  static let exchange = card(
    Phrase("交易平台接入", en: "Connected platforms"),
    Phrase("产权交易所、招标公司推送 OCDS，逐条签名。", en: "Exchanges push OCDS, each release signed."),
    [ProcurementBasis.notice])
  static let feeds = card(
    Phrase("平台数据拉取", en: "Feeds of platforms"),
    Phrase(
      "定时拉取交易平台的 OCDS 发布；拒收的逐条说明原因。",
      en: "OCDS fetched from exchanges; what is refused stands with its reason."),
    [ProcurementBasis.notice])
  static let draws = card(
    Phrase("预警分派抽签", en: "Draw of alerts"),
    Phrase(
      "先公布种子摘要，次日公布种子，人人可复算。",
      en: "A digest first, the seed a day later: everybody computes it again."),
    [ProcurementBasis.notice])
}
