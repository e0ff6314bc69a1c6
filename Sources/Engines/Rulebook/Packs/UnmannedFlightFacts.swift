import Commons
import LegalTime

// The numbers of the Regulation, each with its place, and the facts that its rules ask for.
extension UnmannedFlight {
  private static func number(
    _ name: String, _ zh: String, _ en: String, _ value: Int64, _ citation: Citation
  ) -> Parameter {
    Parameter(
      ParameterID("uas.\(name)"), Phrase(zh, en: en), [.init(from: start, .count(value), citation)])
  }

  private static let limits: [Parameter] = [
    number(
      "micro-empty", "微型空机重量（小于，克）", "micro: empty weight below (g)", 250, regulation(62, item: 2)),
    number(
      "micro-height", "微型最大飞行真高（米）", "micro: greatest height (m)", 50, regulation(62, item: 2)),
    number(
      "micro-speed", "微型最大平飞速度（千米/小时）", "micro: greatest speed (km/h)", 40, regulation(62, item: 2)),
    number("light-empty", "轻型空机重量（克）", "light: empty weight (g)", 4000, regulation(62, item: 3)),
    number(
      "light-takeoff", "轻型最大起飞重量（克）", "light: take-off weight (g)", 7000, regulation(62, item: 3)),
    number(
      "light-speed", "轻型最大平飞速度（千米/小时）",
      "light: greatest speed (km/h)", 100, regulation(62, item: 3)),
    number("small-empty", "小型空机重量（克）", "small: empty weight (g)", 15_000, regulation(62, item: 4)),
    number(
      "small-takeoff", "小型最大起飞重量（克）", "small: take-off weight (g)", 25_000, regulation(62, item: 4)),
    number(
      "medium-takeoff", "中型最大起飞重量（克）",
      "medium: take-off weight (g)", 150_000, regulation(62, item: 5)),
    number(
      "farm-height", "农用最大飞行真高（米）",
      "agricultural: greatest height (m)", 30, regulation(62, item: 8)),
    number(
      "farm-speed", "农用最大平飞速度（千米/小时）",
      "agricultural: greatest speed (km/h)", 50, regulation(62, item: 8)),
    number(
      "farm-radius", "农用最大飞行半径（米）",
      "agricultural: greatest radius (m)", 2000, regulation(62, item: 8)),
    number("suitable-below", "适飞空域真高（米，以下）", "suitable airspace below (m)", 120, regulation(19, 2)),
    number(
      "shared-height", "融合飞行最大真高（米，轻型、小型、中型）",
      "shared airspace: greatest height of light, small, medium (m)", 300,
      regulation(22, 2, item: 3)),
  ]

  /// The moments that the Regulation names, each a parameter and a rule of the same name.
  private static let moments: [Parameter] = [
    number(
      "application-hour", "申请截止（飞行前1日，时）",
      "application by (hour of the day before)", 12, regulation(26, 1)),
    number(
      "decision-hour", "决定截止（飞行前1日，时）",
      "decision by (hour of the day before)", 21, regulation(26, 1)),
    number(
      "record-hour", "长期申请的飞行计划备案截止（飞行前1日，时）",
      "plans under a standing approval by (hour of the day before)", 12, regulation(26, 2)),
    number(
      "urgent-application", "紧急任务申请提前（分钟）", "urgent application ahead (min)", 30, regulation(29)),
    number("urgent-decision", "紧急任务决定提前（分钟）", "urgent decision ahead (min)", 10, regulation(29)),
    number("report-ahead", "起飞前报告提前（分钟）", "report before take-off (min)", 60, regulation(30)),
    number(
      "closure-ahead", "重大活动临时管制空域公告提前（分钟）",
      "notice of a temporary closure for an event (min)", 1440, regulation(20, 2)),
    number(
      "urgent-closure-ahead", "紧急任务临时管制空域公告提前（分钟）",
      "notice of an urgent temporary closure (min)", 30, regulation(20, 3)),
    number(
      "incident-report", "飞行安全问题报告时限（降落后，分钟）",
      "report of an incident after landing (min)", 1440, regulation(40)),
  ]

  static let parameters = limits + moments

  static let clocks: [Rule] = moments.flatMap { parameter in
    parameter.series.map { value in
      Rule(
        RuleID(parameter.id.text), parameter.name, value.citation, from: value.span.from,
        to: value.span.to, .value(.parameter(parameter.id)))
    }
  }

  // MARK: Facts

  private static func flag(_ name: String, _ zh: String, _ en: String) -> FactDeclaration {
    FactDeclaration(
      FactID("uas.\(name)"), Phrase(zh, en: en), .truth,
      meaning: Phrase("是否\(zh)", en: "whether it is so: \(en)"), whenSilent: .truth(false))
  }

  private static func count(_ name: String, _ zh: String, _ en: String) -> FactDeclaration {
    FactDeclaration(
      FactID("uas.\(name)"), Phrase(zh, en: en), .count, meaning: Phrase(zh, en: en))
  }

  static let facts: [FactDeclaration] = [
    count("empty-grams", "空机重量（克）", "empty weight (g)"),
    count("takeoff-grams", "最大起飞重量（克）", "greatest take-off weight (g)"),
    count("height-metres", "最大飞行真高（米）", "greatest height the aircraft can fly (m)"),
    count("speed-kmh", "最大平飞速度（千米/小时）", "greatest level speed (km/h)"),
    FactDeclaration(
      "uas.radius-metres", Phrase("最大飞行半径（米）", en: "greatest radius (m)"), .count,
      meaning: Phrase("农用机型的最大飞行半径", en: "of agricultural aircraft"),
      whenSilent: .count(1_000_000)),
    flag("low-power", "无线电符合微功率短距离要求", "radio of micro power and short range"),
    flag("intervention", "全程可以随时人工介入操控", "a person can take over at any time"),
    flag("keeps-airspace", "具备空域保持能力", "keeps within its airspace by itself"),
    flag("surveyed", "具备可靠被监视能力", "can be followed reliably"),
    flag("farm-only", "专门用于农林牧渔作业", "made for agricultural work only"),
    FactDeclaration(
      "uas.class", Phrase("分类", en: "class"), .choice(classChoices),
      meaning: Phrase("由 uas.class 规则算出", en: "what the rule uas.class gives")),
    flag("agricultural", "农用无人驾驶航空器", "an agricultural aircraft"),
    FactDeclaration(
      "uas.mission", Phrase("任务", en: "mission"),
      .choice([
        .init("other", Phrase("其他", en: "other")),
        .init("farming", Phrase("农林牧渔作业", en: "agricultural work")),
        .init("aerodrome", Phrase("机场巡检、勘察、校验", en: "inspection of an aerodrome")),
      ]), meaning: Phrase("飞行任务性质", en: "what the flight is for"), whenSilent: .choice("other")),
    flag("over-farmland", "在农林牧渔区域上方", "over farmland"),
    flag("organisation", "由单位使用", "used by an organisation"),
    flag("commercial", "从事经营性飞行", "flown commercially"),
    flag("in-published-controlled", "进入公布的管制空域", "enters published controlled airspace"),
    FactDeclaration(
      "uas.height-metres-flown", Phrase("飞行真高（米）", en: "height flown (m)"), .count,
      meaning: Phrase("本次飞行的最大真高，向上取整", en: "the greatest of the flight, rounded up")),
    flag("state-aircraft", "警察、海关、应急管理部门辖有", "of the police, customs or emergency authorities"),
    flag("own-ground", "在其驻地、训练场、靶场上方", "over their own ground"),
    flag("civil-control-zone", "在民用运输机场管制地带内", "within the control zone of a civil aerodrome"),
    flag("relayed", "通过通信基站或者互联网中继飞行", "relayed by base stations or the internet"),
    flag("dangerous-or-dropping", "运载危险品或者投放物品", "carries dangerous goods or drops things"),
    flag("over-crowd", "飞越集会人群上空", "over a gathering of people"),
    flag("from-vehicle", "在移动的交通工具上操控", "controlled from a moving vehicle"),
    flag("swarm", "分布式操作或者集群飞行", "distributed operation or a swarm"),
    flag("shared", "与有人驾驶航空器同时在同一空域内飞行（融合飞行）", "flown in one airspace with manned aircraft"),
    flag(
      "own-manned", "有人驾驶航空器属于本部门、本单位", "the manned aircraft are of the same authority"),
    flag("airworthy", "已取得适航许可", "has its airworthiness approval"),
    flag("cannot-identify", "条例施行前生产且不能自动报送识别信息", "made before 2024 and cannot identify itself"),
    FactDeclaration(
      "uas.extent", Phrase("飞行范围", en: "extent"),
      .choice([
        .init("sector", Phrase("飞行管制分区内", en: "within a sector")),
        .init("area", Phrase("超出分区，在飞行管制区内", en: "beyond a sector, within a control area")),
        .init("beyond", Phrase("超出飞行管制区", en: "beyond a control area")),
      ]), meaning: Phrase("飞行超出哪一级范围", en: "how far the flight goes"), whenSilent: .choice("sector")
    ),
  ]
}
