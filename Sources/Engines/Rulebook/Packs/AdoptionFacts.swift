import Commons

extension AdoptionScope {
  /// A function of a measure that the rules in force do not cover, with what it departs from.
  public struct Departure: Hashable, Sendable {
    /// What may be varied only by whom.
    public enum Level: String, CaseIterable, Sendable {
      /// Reserved to national law (Legislation Law art. 11).
      case law
      /// An administrative regulation says otherwise.
      case regulation
      /// A rule of a national department or court says otherwise.
      case policy

      /// How it is called.
      public var name: Phrase {
        switch self {
        case .law: Phrase("须法律层级的授权", en: "an authorisation at the level of law")
        case .regulation: Phrase("须国务院以上授权", en: "of the State Council or higher")
        case .policy: Phrase("须国家主管部门以上授权", en: "of the national department or higher")
        }
      }
    }

    /// The measure, 1–22.
    public let measure: Int
    /// The function's name in profiles and rules.
    public let code: String
    /// What it is.
    public let name: Phrase
    /// From what it departs.
    public let level: Level
    /// Why, in a few words.
    public let why: Phrase
    /// Where that stands.
    public let citation: Citation

    /// All that this program knows; the reading of each is its own, the articles are as cited.
    public static let all: [Departure] = [
      Departure(
        measure: 10, code: "fund-names",
        name: Phrase("备注代表基金登记", en: "registration noted “for the fund”"), level: .policy,
        why: Phrase("以“代表基金”备注登记，登记事项未作规定", en: "A note “for the fund” is no item of the register"),
        citation: Citation(
          "市场主体登记管理条例", edition: "2021-07-27", article: 8, paragraph: 2)),
      Departure(
        measure: 11, code: "penalties",
        name: Phrase("地方金融部门处罚权限", en: "penalties by the local regulator"), level: .law,
        why: Phrase("金融基本制度只能由法律规定", en: "Basic rules of finance are reserved to law"),
        citation: legislation(11, item: 9)),
      Departure(
        measure: 11, code: "disclosure-duty",
        name: Phrase("强制环境信息披露", en: "duty to disclose"), level: .law,
        why: Phrase("没有上位法依据不得增设义务", en: "No duty without a basis in higher law"),
        citation: legislation(93, 6)),
      Departure(
        measure: 14, code: "personal-bankruptcy",
        name: Phrase("个人破产", en: "personal bankruptcy"), level: .law,
        why: Phrase("民事基本制度只能由法律规定", en: "Basic civil institutions are reserved to law"),
        citation: legislation(11, item: 8)),
      Departure(
        measure: 14, code: "hong-kong-recognition",
        name: Phrase("认可协助香港破产程序", en: "recognition of Hong Kong cases"), level: .policy,
        why: Phrase(
          "香港破产程序的认可协助限最高人民法院指定的试点", en: "Recognition is a pilot of courts that are named"),
        citation: Citation(
          "关于开展认可和协助香港特别行政区破产程序试点工作的意见", edition: "法发〔2021〕15号",
          verified: false)),
      Departure(
        measure: 17, code: "hong-kong-settlement",
        name: Phrase("香港公费医疗结算", en: "settlement with Hong Kong"), level: .policy,
        why: Phrase("境外公费医疗结算没有现行规定", en: "No rule in force covers settlement from abroad"),
        citation: notice(3)),
      Departure(
        measure: 18, code: "fee-relief",
        name: Phrase("公益诉讼起诉人免交诉讼费", en: "exemption of plaintiffs from fees"), level: .law,
        why: Phrase(
          "诉讼制度只能由法律规定；免交诉讼费现只适用于自然人",
          en: "Procedure is reserved to law; only natural persons may be exempted from fees"),
        citation: legislation(11, item: 10)),
    ]
  }

  private static func yes(_ id: FactID, _ name: Phrase, _ meaning: Phrase) -> FactDeclaration {
    FactDeclaration(id, name, .truth, meaning: meaning, whenSilent: .truth(false))
  }

  static let facts: [FactDeclaration] = [
    FactDeclaration(
      "adoption.measure", Phrase("举措序号", en: "measure"),
      .choice((1...22).map { .init(String($0), Phrase("第\($0)项", en: "measure \($0)")) }),
      meaning: Phrase("通知附件中的序号", en: "its number in the notice")),
    FactDeclaration(
      "adoption.function", Phrase("功能", en: "function"),
      .choice(
        [.init(ordinary, Phrase("在现行规定之内的功能", en: "one within the rules in force"))]
          + Departure.all.map { .init($0.code, $0.name) }),
      meaning: Phrase("要开通的功能", en: "what is to be switched on"),
      whenSilent: .choice(ordinary)),
    FactDeclaration(
      "place.province", Phrase("省级行政区", en: "province"), .choice(provinces),
      meaning: Phrase("行政区划代码前两位", en: "the first two digits of the code of the place")),
    FactDeclaration(
      "place.city", Phrase("单列市", en: "city under separate planning"), .choice(cities),
      meaning: Phrase("通知单独列明的市", en: "a city that the notice names by itself")),
    yes(
      "place.has-zone-powers", Phrase("可制定经济特区法规", en: "may vary law by a zone's regulation"),
      Phrase("规则 adoption.zone-powers 的结果", en: "what adoption.zone-powers gives")),
    yes(
      "adoption.is-specialised", Phrase("城市认定专业性强", en: "the city calls it specialised"),
      Phrase("城市档案中的认定", en: "as the city's profile says")),
    yes(
      "adoption.is-wide", Phrase("涉及利益广", en: "of wide interest"),
      Phrase("城市档案中的认定", en: "as the city's profile says")),
    FactDeclaration(
      "record.level", Phrase("在案授权的层级", en: "who issued the record on file"), .choice(levels),
      meaning: Phrase("发布授权文件的机关", en: "the body that issued the authorising document"),
      whenSilent: .choice("none")),
    yes(
      "record.guidance", Phrase("主管部门指导在案", en: "the department's guidance is on file"),
      Phrase("文件已生效", en: "a document that is in force")),
    yes(
      "record.risk-plan", Phrase("风险防控方案在案", en: "a risk plan is on file"),
      Phrase("文件已生效", en: "a document that is in force")),
    FactDeclaration(
      "adoption.scope-class", Phrase("推广范围", en: "scope"),
      .choice([
        .init("reference_by_local_conditions", local),
        .init("qualifying_scope_only", qualifying), .init("listed_scope", inPlace),
        .init("outside_listed_scope", elsewhere), .init("nationwide_scope", everywhere),
      ]), meaning: Phrase("规则 adoption.scope 的结果", en: "what adoption.scope gives")),
    FactDeclaration(
      "authorisation.required", Phrase("所需授权", en: "authorisation needed"),
      .choice(
        [.init("none", Phrase("在现行规定之内", en: "none from above"))]
          + Departure.Level.allCases.map { .init($0.rawValue, $0.name) }),
      meaning: Phrase("规则 adoption.requirement 的结果", en: "what adoption.requirement gives")),
    FactDeclaration(
      "record.suffices", Phrase("授权足够", en: "the record is sufficient"), .truth,
      meaning: Phrase("规则 adoption.record 的结果", en: "what adoption.record gives")),
    FactDeclaration(
      "adoption.needs-care", Phrase("专业性强", en: "highly specialised"), .truth,
      meaning: Phrase("规则 adoption.specialised 的结果", en: "what adoption.specialised gives")),
  ]

  /// The code of a function within the rules in force.
  public static let ordinary = "ordinary"
  /// The code of a place that is none of those listed.
  public static let other = "other"

  /// Who may have issued a record: the higher, the later.
  public static let levels: [FactType.Choice] = [
    .init("none", Phrase("无", en: "no record")), .init("city", Phrase("市", en: "the city")),
    .init("province", Phrase("省", en: "the province")),
    .init("department", Phrase("国家主管部门、最高人民法院", en: "a national department or court")),
    .init("state-council", Phrase("国务院", en: "the State Council")),
    .init("zone-regulation", Phrase("经济特区法规", en: "a special zone's regulation")),
    .init("npc", Phrase("全国人大及其常委会", en: "the National People's Congress")),
  ]

  /// Provinces by the first two digits of GB/T 2260.
  public static let provinces: [FactType.Choice] =
    [
      ("11", "北京", "Beijing"), ("12", "天津", "Tianjin"), ("13", "河北", "Hebei"),
      ("14", "山西", "Shanxi"), ("15", "内蒙古", "Inner Mongolia"), ("21", "辽宁", "Liaoning"),
      ("22", "吉林", "Jilin"), ("23", "黑龙江", "Heilongjiang"), ("31", "上海", "Shanghai"),
      ("32", "江苏", "Jiangsu"), ("33", "浙江", "Zhejiang"), ("34", "安徽", "Anhui"),
      ("35", "福建", "Fujian"), ("36", "江西", "Jiangxi"), ("37", "山东", "Shandong"),
      ("41", "河南", "Henan"), ("42", "湖北", "Hubei"), ("43", "湖南", "Hunan"),
      ("44", "广东", "Guangdong"), ("45", "广西", "Guangxi"), ("46", "海南", "Hainan"),
      ("50", "重庆", "Chongqing"), ("51", "四川", "Sichuan"), ("52", "贵州", "Guizhou"),
      ("53", "云南", "Yunnan"), ("54", "西藏", "Tibet"), ("61", "陕西", "Shaanxi"),
      ("62", "甘肃", "Gansu"), ("63", "青海", "Qinghai"), ("64", "宁夏", "Ningxia"),
      ("65", "新疆", "Xinjiang"),
    ].map { .init($0.0, Phrase($0.1, en: $0.2)) }
    + [.init(other, Phrase("其他", en: "another"))]

  /// Cities that the notice names beside provinces, by the first four digits of GB/T 2260.
  public static let cities: [FactType.Choice] = [
    .init("3302", Phrase("宁波", en: "Ningbo")), .init("3702", Phrase("青岛", en: "Qingdao")),
    .init(other, Phrase("其他", en: "another")),
  ]
}

extension AdoptionScope {
  /// That a measure is taken over by local conditions.
  public static let byLocalConditions = notice(3)
  /// That a measure may go by stages.
  public static let byStages = notice(3)
  /// Where it stands who may authorise what only law may do: the National People's Congress (art. 16),
  /// a special zone's regulation under its powers (arts 84, 101).
  public static let lawRoutes = [
    legislation(16, 1), legislation(84, 1), legislation(101, 2),
  ]
  /// Where it stands who may authorise what an administrative regulation forbids.
  public static let regulationRoutes = [legislation(79), legislation(16, 1)]
}
