import Commons

/// The law on which the measure rests. Articles were compared with their texts; what was not says so.
enum SecretBasis {
  /// 反不正当竞争法, edition of 2019.
  static func competition(_ article: Int, _ paragraph: Int? = nil) -> Basis {
    .law(
      Citation(
        "反不正当竞争法", edition: "2019-04-23修正", article: article, paragraph: paragraph))
  }
  /// The Supreme People's Court's provisions of 2020 on civil trade-secret cases.
  static func court(_ article: Int, item: Int? = nil) -> Basis {
    .law(
      Citation(
        "最高人民法院关于审理侵犯商业秘密民事案件适用法律若干问题的规定", edition: "2020-09-10",
        article: article, item: item))
  }
  /// 电子签名法: what makes a data message an original.
  static func electronicSignature(_ article: Int) -> Basis {
    .law(Citation("电子签名法", edition: "2019-04-23修正", article: article))
  }
  /// 知识产权民事诉讼证据规定.
  static func evidence(_ article: Int) -> Basis {
    .law(
      Citation(
        "最高人民法院关于知识产权民事诉讼证据的若干规定", edition: "2020-11-16", article: article))
  }
  /// The notice from which the measure comes.
  static let notice = Basis.law(
    Citation("关于再次推广借鉴深圳综合改革试点创新举措和典型经验的通知", edition: "发改体改〔2023〕1447号"))
  /// Stations, volunteers and the joint conference are the city's own arrangement.
  static let city = Basis.cityPolicy(
    Phrase("商业秘密保护服务规则（城市参数）", en: "rules for protecting trade secrets (city parameter)"))
}
