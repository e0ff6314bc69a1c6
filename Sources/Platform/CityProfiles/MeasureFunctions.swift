import Commons
import Rulebook

/// A part of a measure that a city can switch on by itself: the practices that the notice lists for it.
public struct MeasureFunction: Hashable, Sendable {
  /// The measure, 1–22.
  public let measure: Int
  /// The name in profiles, unique within the measure.
  public let code: String
  /// What it is.
  public let name: Phrase

  /// From what it departs; nil for a function within the rules in force.
  public var departure: AdoptionScope.Departure? {
    AdoptionScope.Departure.all.first { $0.measure == measure && $0.code == code }
  }

  /// The functions of a measure.
  public static func of(_ measure: Int) -> [MeasureFunction] {
    all.filter { $0.measure == measure }
  }

  private init(_ measure: Int, _ code: String, _ name: Phrase) {
    self.measure = measure
    self.code = code
    self.name = name
  }

  private static func departing(_ code: String) -> MeasureFunction {
    guard let known = AdoptionScope.Departure.all.first(where: { $0.code == code }) else {
      preconditionFailure("the rules on adoption know no function \(code)")
    }
    return MeasureFunction(known.measure, code, known.name)
  }

  /// All of them, in the order of the notice.
  public static let all: [MeasureFunction] = [
    .init(1, "exchange", Phrase("成果与知识产权交易", en: "exchange of achievements and rights")),
    .init(1, "capital-link", Phrase("技术对接资本", en: "technology meets capital")),
    .init(1, "achievement-zone", Phrase("职务科技成果专区", en: "zone of job-related achievements")),
    .init(2, "guidance", Phrase("新领域保护指引", en: "guidance for new fields")),
    .init(2, "evidence-sharing", Phrase("行政司法证据衔接", en: "evidence shared with courts")),
    .init(3, "register-search", Phrase("担保信息统一查询", en: "one search over security interests")),
    .init(4, "self-assessment", Phrase("商业秘密自评与合规指引", en: "self-assessment and guidance")),
    .init(4, "stations", Phrase("联席会议与保护工作站", en: "joint conference and stations")),
    .init(5, "parcel-mix", Phrase("单宗土地混合利用", en: "mixed use of one parcel")),
    .init(5, "district-balance", Phrase("片区均衡配置", en: "balance over a district")),
    .init(5, "adjustment", Phrase("空间资源弹性调节", en: "adjustment over time")),
    .init(6, "underground-survey", Phrase("地下空间调查评估", en: "survey of the underground")),
    .init(6, "layered-supply", Phrase("分层规划与供地", en: "planning and supply by layers")),
    .init(7, "standards", Phrase("分行业建筑标准", en: "building standards by industry")),
    .init(7, "matching", Phrase("厂房供需对接", en: "matching of supply and demand")),
    .init(7, "low-cost-supply", Phrase("低成本开发供给", en: "supply at near cost")),
    .init(8, "deemed-titles", Phrase("国际职业资格视同职称", en: "titles by foreign qualifications")),
    .init(9, "cross-border-collection", Phrase("境外成员集中收付", en: "collection for members abroad")),
    .init(9, "willing-purchase", Phrase("意愿购汇与额度", en: "willing purchase and quotas")),
    departing("fund-names"),
    .init(11, "platform", Phrase("绿色金融公共服务平台", en: "public platform")),
    .init(11, "project-library", Phrase("气候投融资项目库", en: "climate project library")),
    departing("disclosure-duty"),
    departing("penalties"),
    .init(12, "plan", Phrase("产业发展实施方案", en: "implementation plan")),
    .init(12, "networks", Phrase("设施、空联、航路、服务四张网", en: "the four networks")),
    .init(12, "trials", Phrase("配送、旅游、生物制剂运输试点", en: "trials of firms")),
    .init(13, "point-merge", Phrase("点融合程序", en: "point-merge procedure")),
    .init(13, "wake-classes", Phrase("尾流重新分类", en: "wake re-categorisation")),
    .init(14, "one-window", Phrase("府院一网通办", en: "one window of court and agencies")),
    .init(14, "enterprise-cases", Phrase("企业破产事务", en: "cases of enterprises")),
    departing("personal-bankruptcy"),
    departing("hong-kong-recognition"),
    .init(15, "filing", Phrase("歇业备案与恢复", en: "filing and resumption")),
    .init(16, "separation", Phrase("采购机制分离", en: "separation of duties")),
    .init(16, "risk-indicators", Phrase("分级风险指标与预警", en: "risk indicators and alerts")),
    .init(16, "trading", Phrase("专业交易平台", en: "trading platforms")),
    .init(17, "multi-site-practice", Phrase("港澳医师多点执业", en: "practice at several places")),
    .init(17, "referral", Phrase("跨境转诊与救援", en: "referral and rescue")),
    departing("hong-kong-settlement"),
    .init(18, "guides", Phrase("类案审理指南", en: "adjudication guides")),
    .init(18, "restoration-fund", Phrase("公益基金与慈善信托", en: "fund and charitable trust")),
    departing("fee-relief"),
    .init(19, "unified-authority", Phrase("一级政府一个复议机关", en: "one authority per government")),
    .init(19, "online-filing", Phrase("掌上复议", en: "reconsideration from a phone")),
    .init(19, "local-standards", Phrase("地方标准", en: "local standards")),
    .init(20, "foreign-law", Phrase("域外法查明与适用", en: "ascertainment of foreign law")),
    .init(20, "arbitration", Phrase("跨境仲裁协作", en: "cooperation of arbitration")),
    .init(21, "intake", Phrase("统一受理分拨", en: "one intake and dispatch")),
    .init(21, "catalogue", Phrase("诉求事项目录", en: "catalogue of items")),
    .init(21, "handling", Phrase("限时办理、重办与评价", en: "handling in time, redone, rated")),
    .init(21, "campaigns", Phrase("高频问题专项治理", en: "special campaigns")),
    .init(22, "challenges", Phrase("揭榜挂帅", en: "problems posted and claimed")),
    .init(22, "awards", Phrase("突出贡献奖", en: "awards")),
    .init(22, "tolerance", Phrase("容错纠错正面清单", en: "list of tolerated errors")),
  ]
}
