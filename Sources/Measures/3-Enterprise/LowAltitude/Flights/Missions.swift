import CaseEngine
import CaseWork
import Commons
import Rulebook

/// What a flight is for (regulation, art. 27 item 3), with what is asked about it besides. The texts stand in
/// the store and in the interface and never change.
enum Mission: String, Sendable, CaseIterable {
  /// Parcels and meals to the door.
  case delivery
  /// Passengers' views, shows, aerial photography of sights.
  case scenic
  /// Vaccines, reagents, blood products.
  case biological
  /// Lines, roads, building sites, waters.
  case inspection
  /// Plant protection, sowing, feeding.
  case agriculture
  /// Counter-terrorism, rescue, medical emergencies.
  case emergency
  /// Surveying and mapping.
  case survey
  /// Anything else.
  case other

  /// How people call it.
  var name: Phrase {
    switch self {
    case .delivery: Phrase("末端配送", en: "last-mile delivery")
    case .scenic: Phrase("低空旅游", en: "scenic flight")
    case .biological: Phrase("生物制剂运输", en: "biological products")
    case .inspection: Phrase("巡检巡查", en: "inspection")
    case .agriculture: Phrase("农林牧渔作业", en: "agriculture")
    case .emergency: Phrase("应急救援", en: "emergency")
    case .survey: Phrase("测绘", en: "surveying")
    case .other: Phrase("其他", en: "other")
    }
  }

  /// The choices of a form.
  static let choices = allCases.map { CaseField.Choice($0.rawValue, $0.name) }

  /// The field that names the mission.
  static let field = "mission"

  /// Dangerous-goods classes in which biological products travel (UN numbers with their classes).
  static let goodsClasses: [CaseField.Choice] = [
    .init("none", Phrase("不属于危险品", en: "no dangerous goods")),
    .init("un3373", Phrase("UN3373 B类生物物质（6.2）", en: "UN 3373 biological substance B (6.2)")),
    .init("un2814", Phrase("UN2814 感染人的感染性物质（6.2）", en: "UN 2814 infectious to humans (6.2)")),
    .init("un1845", Phrase("UN1845 干冰（9）", en: "UN 1845 dry ice (9)")),
    .init("un1977", Phrase("UN1977 冷冻液氮（2.2）", en: "UN 1977 refrigerated nitrogen (2.2)")),
  ]

  private static let group = Phrase("按任务填写", en: "About the mission")

  private static func asked(
    _ name: String, _ zh: String, _ en: String, _ kind: CaseField.Kind, required: Bool = true,
    keeping: CaseField.Keeping = .fact, of missions: String...
  ) -> CaseField {
    let condition =
      missions.count == 2
      ? CaseField.Condition(field, is: missions[0], missions[1])
      : CaseField.Condition(field, is: missions[0])
    return CaseField(
      name, Phrase(zh, en: en), kind, required: required, keeping: keeping, when: condition,
      group: group)
  }

  /// What is asked for besides the items of article 27, each only for its missions.
  static let fields: [CaseField] = [
    asked(
      "parcel-grams", "货物重量（克）", "Weight of the goods (g)", .count(0...150_000),
      of: "delivery", "biological"),
    asked(
      "passengers", "观光人数（无人载客填0）", "People carried (0 if none)", .count(0...100), of: "scenic"),
    asked(
      "product", "生物制剂种类", "Kind of product",
      .choice([
        .init("vaccine", Phrase("疫苗", en: "vaccine")),
        .init("reagent", Phrase("诊断试剂", en: "reagent")),
        .init("blood", Phrase("血液制品", en: "blood product")),
        .init("specimen", Phrase("检验样本", en: "specimen")),
      ]), keeping: .open, of: "biological"),
    asked(
      "cold-least", "冷链温度下限（0.1℃）", "Cold chain, least (0.1 °C)", .count(-2000...500),
      of: "biological"),
    asked(
      "cold-most", "冷链温度上限（0.1℃）", "Cold chain, most (0.1 °C)", .count(-2000...500),
      of: "biological"),
    asked(
      "goods-class", "危险品类别", "Dangerous-goods class", .choice(goodsClasses), keeping: .open,
      of: "biological"),
    asked(
      "handed-by", "计划交付人（单位、岗位）", "To be handed over by (organisation, post)", .line(120),
      keeping: .sealed, of: "biological"),
    asked(
      "handed-to", "计划接收人（单位、岗位）", "To be received by (organisation, post)", .line(120),
      keeping: .sealed, of: "biological"),
    asked(
      "area-hectares", "作业面积（公顷）", "Area worked (ha)", .count(0...100_000), required: false,
      of: "agriculture"),
    asked(
      "survey-licence", "测绘资质证书编号", "Number of the surveying licence", .line(60), of: "survey"),
  ]

  /// What is wrong with the answers about a mission; nothing if all is well.
  static func faults(_ said: CaseFacts) -> [Problem.Field] {
    guard said.string(field) == Mission.biological.rawValue else { return [] }
    guard let least = said.integer("cold-least"), let most = said.integer("cold-most"),
      least < most
    else {
      return [
        Problem.Field(
          "cold-most",
          Phrase("冷链温度上限应高于下限。", en: "The most must be above the least of the cold chain."))
      ]
    }
    return []
  }

  /// What does not fit the aircraft: goods that no aircraft of the flight can lift, by its registered weights.
  static func faults(_ said: CaseFacts, aircraft: [CaseFacts]) -> [Problem.Field] {
    guard let goods = said.integer("parcel-grams") else { return [] }
    let lifts = aircraft.map { one in
      (one.integer("takeoff-grams") ?? 0) - (one.integer("empty-grams") ?? 0)
    }
    guard let most = lifts.max(), goods > most else { return [] }
    return [
      Problem.Field(
        "parcel-grams",
        Phrase(
          "超出航空器登记的载重：最大起飞重量与空机重量之差为\(most)克。",
          en: "The aircraft cannot lift it: take-off weight less empty weight is \(most) g."))
    ]
  }

  /// Whether goods change hands before and after it, consignment by consignment.
  var hasConsignments: Bool { self == .delivery || self == .biological }
  /// Whether it may not take off before the hand-over is on record: goods in a cold chain.
  var needsCustody: Bool { self == .biological }
}
