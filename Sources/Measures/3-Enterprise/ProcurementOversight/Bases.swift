import Commons
import Rulebook

/// The law on which the measure rests. Articles were compared with their texts.
enum ProcurementBasis {
  /// 招标投标法.
  static func law(_ article: Int, _ paragraph: Int? = nil) -> Basis {
    .law(ProcurementPeriods.law(article, paragraph))
  }
  /// 招标投标法实施条例.
  static func regulations(_ article: Int, _ paragraph: Int? = nil) -> Basis {
    .law(ProcurementPeriods.regulations(article, paragraph))
  }
  /// The notice from which the measure comes.
  static let notice = Basis.law(
    Citation("关于再次推广借鉴深圳综合改革试点创新举措和典型经验的通知", edition: "发改体改〔2023〕1447号"))
  /// State firms' procurement beyond what the law fixes: the city's own rule.
  static let city = Basis.cityPolicy(
    Phrase(
      "国有企业阳光采购监督规则（城市参数）", en: "rules for oversight of state firms' procurement (city parameter)"))
}
