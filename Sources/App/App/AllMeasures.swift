import AdministrativeReconsideration
import ArrivalManagement
import BusinessDormancy
import Commons
import IPProtection
import LowAltitude
import MeasureKit
import ProcurementOversight
import ServiceRequests
import TradeSecrets

/// The table of contents: all 22 measures of the notice, in its order. Those that run have a module;
/// the others are named as planned, with nothing behind them.
public enum AllMeasures {
  /// The cards.
  public static let cards: [MeasureCard] = [
    planned(
      1, .innovation, "technology-transfer", Phrase("科技成果转移全链条服务", en: "Technology transfer"),
      Phrase("成果与需求挂牌、撮合、见证和结算。", en: "Listings, matching, contracts and settlement.")),
    IPMeasure.card,
    planned(
      3, .innovation, "security-interests",
      Phrase("知识产权与征信担保信息互联互通", en: "Security interests, one search"),
      Phrase("动产和权利担保一次查询。", en: "One search over movables and rights.")),
    TradeSecretsMeasure.card,
    planned(
      5, .factors, "mixed-land", Phrase("二三产业混合用地", en: "Mixed use of land"),
      Phrase("用途比例与均衡校核。", en: "Ratios of uses, checked and balanced.")),
    planned(
      6, .factors, "stratified-land", Phrase("地上地表地下分层设立建设用地使用权", en: "Stratified land rights"),
      Phrase("三维权属登记与查询。", en: "Three-dimensional rights and their register.")),
    planned(
      7, .factors, "vertical-industry", Phrase("产业用地提容增质“工业上楼”", en: "Industry upstairs"),
      Phrase("分行业建筑标准与供需对接。", en: "Building standards by industry, supply and demand.")),
    planned(
      8, .factors, "qualifications", Phrase("国际职称视同认可", en: "Recognised qualifications"),
      Phrase("目录、申请、核验和证书。", en: "Catalogue, application, check, certificate.")),
    planned(
      9, .factors, "cash-pools", Phrase("跨国公司本外币一体化资金池", en: "Integrated cash pools"),
      Phrase("归集、轧差和额度管理。", en: "Pooling, netting and limits.")),
    planned(
      10, .factors, "fund-registration",
      Phrase("契约型私募基金投资企业商事登记", en: "Registration of contractual funds"),
      Phrase("管理人代表基金登记。", en: "The manager registers for the fund.")),
    planned(
      11, .enterprise, "green-finance", Phrase("绿色金融监管服务", en: "Green finance"),
      Phrase("披露义务、报告和核算。", en: "Duties, reports and accounts.")),
    LowAltitudeMeasure.card,
    ArrivalMeasure.card,
    planned(
      14, .enterprise, "insolvency", Phrase("破产制度突破", en: "Insolvency"),
      Phrase("个人破产、清算、重整与和解。", en: "Personal bankruptcy, liquidation, rescue.")),
    DormancyMeasure.card,
    ProcurementMeasure.card,
    planned(
      17, .livelihood, "cross-border-health", Phrase("医疗服务跨境衔接", en: "Cross-border health"),
      Phrase("转诊、执业和用药用械。", en: "Referral, licences, medicines and devices.")),
    planned(
      18, .livelihood, "environmental-cases", Phrase("生态环境案件办理", en: "Environmental cases"),
      Phrase("裁判指引与公益诉讼。", en: "Guides and public-interest suits.")),
    ReconsiderationMeasure.card,
    planned(
      20, .livelihood, "international-law", Phrase("国际法律服务和协作", en: "International legal services"),
      Phrase("域外法查明、仲裁与调解。", en: "Foreign law, arbitration, mediation.")),
    RequestsMeasure.card,
    planned(
      22, .livelihood, "incentives", Phrase("改革正向激励", en: "Incentives for reform"),
      Phrase("揭榜、容错和评选。", en: "Challenges, tolerance, awards.")),
  ]

  private static func planned(
    _ number: Int, _ chapter: MeasureCard.Chapter, _ slug: String, _ name: Phrase,
    _ summary: Phrase
  ) -> MeasureCard {
    MeasureCard(number, chapter, slug: slug, name, summary, isRunning: false)
  }
}
