import CaseWork
import Commons
import Rulebook

/// What is asked when somebody registers.
enum RegisterFields {
  private static func yes(_ name: String, _ zh: String, _ en: String) -> CaseField {
    CaseField(name, Phrase(zh, en: en), .flag, required: false, keeping: .fact)
  }
  private static func line(
    _ name: String, _ zh: String, _ en: String, required: Bool = true,
    keeping: CaseField.Keeping = .sealed, _ basis: Basis? = nil
  ) -> CaseField {
    CaseField(name, Phrase(zh, en: en), .line(120), required: required, keeping: keeping, basis)
  }
  private static func count(
    _ name: String, _ zh: String, _ en: String, upTo limit: Int64
  ) -> CaseField {
    CaseField(
      name, Phrase(zh, en: en), .count(0...limit), keeping: .fact,
      FlightBasis.regulation(62))
  }

  private static let email = line("email", "电子邮箱", "E-mail", required: false)

  static func opening(_ kind: RegisterKind) -> [CaseField] {
    switch kind {
    case .operators: operators
    case .aircraft: aircraft
    case .pilots: pilots
    case .insurance: insurance
    }
  }

  private static let operators: [CaseField] = [
    CaseField(
      "form", Phrase("类型", en: "Kind"),
      .choice([
        .init("firm", Phrase("营利法人", en: "profit-making legal person")),
        .init("body", Phrase("其他单位", en: "other organisation")),
        .init("person", Phrase("个人", en: "a person")),
      ]), keeping: .open, FlightBasis.regulation(11, 1, item: 4)),
    yes("commercial", "从事经营性飞行", "Flies commercially"),
    line("name", "名称或者姓名", "Name"), line("phone", "联系电话", "Telephone"), email,
    line(
      "certificate", "运营合格证编号（免证的不填）", "Number of the operating certificate (none if exempt)",
      required: false, keeping: .fact, FlightBasis.regulation(11, 1)),
    CaseField(
      "certificate-through", Phrase("运营合格证有效期至", en: "Certificate valid through"), .date,
      required: false, keeping: .fact),
  ]

  private static let aircraft: [CaseField] = [
    line("model", "机型", "Model", keeping: .fact),
    line(
      "product-id", "唯一产品识别码", "Unique product id", keeping: .fact, FlightBasis.regulation(9, 1)),
    line(
      "mark", "实名登记号", "Real-name registration mark", keeping: .fact, FlightBasis.regulation(10, 1)),
    line("owner", "所有者", "Owner"), email,
    count("empty-grams", "空机重量（克）", "Empty weight (g)", upTo: 100_000_000),
    count("takeoff-grams", "最大起飞重量（克）", "Greatest take-off weight (g)", upTo: 100_000_000),
    count("height-metres", "最大飞行真高（米）", "Greatest height (m)", upTo: 30_000),
    count("speed-kmh", "最大平飞速度（千米/小时）", "Greatest level speed (km/h)", upTo: 2000),
    count("radius-metres", "最大飞行半径（米）", "Greatest radius (m)", upTo: 10_000_000),
    yes("low-power", "无线电发射设备符合微功率短距离技术要求", "Radio of micro power and short range"),
    yes("intervention", "全程可以随时人工介入操控", "A person can take over at any time"),
    yes("keeps-airspace", "具备符合要求的空域保持能力", "Keeps within its airspace as required"),
    yes("surveyed", "具备符合要求的可靠被监视能力", "Can be followed reliably as required"),
    yes("farm-only", "专门用于农林牧渔作业", "Made for agricultural work only"),
    yes("cannot-identify", "2024年前生产且不能自动报送识别信息", "Made before 2024 and cannot identify itself"),
    line(
      "airworthiness", "适航许可编号（中型、大型）", "Airworthiness approval (medium, large)",
      required: false, keeping: .fact, FlightBasis.regulation(8, 1)),
  ]

  private static let pilots: [CaseField] = [
    line("name", "姓名", "Name"), line("phone", "联系电话", "Telephone"), email,
    CaseField(
      "capacity", Phrase("民事行为能力", en: "Legal capacity"),
      .choice([
        .init("full", Phrase("完全民事行为能力", en: "full")),
        .init("limited", Phrase("限制民事行为能力", en: "limited")),
        .init("none", Phrase("无民事行为能力", en: "none")),
      ]), keeping: .fact, FlightBasis.regulation(17, 2)),
    CaseField(
      "papers", Phrase("持有", en: "Holds"),
      .choices([
        .init("small", Phrase("小型操控员执照", en: "licence for small")),
        .init("medium", Phrase("中型操控员执照", en: "licence for medium")),
        .init("large", Phrase("大型操控员执照", en: "licence for large")),
        .init("farming", Phrase("农用操作证书", en: "certificate for agricultural work")),
        .init("training", Phrase("轻型管制空域培训合格", en: "training for light in controlled airspace")),
      ]), required: false, keeping: .fact, FlightBasis.regulation(16, 1)),
    line("licence", "执照或者证书编号", "Number of the licence", required: false),
  ]

  private static let insurance: [CaseField] = [
    line("aircraft", "航空器登记编号", "Number of the aircraft's registration", keeping: .fact),
    line("insurer", "保险人", "Insurer"), line("policy", "保单号", "Policy"), email,
    CaseField(
      "sum", Phrase("责任限额（元）", en: "Sum insured (CNY)"), .money(.cny), keeping: .fact,
      FlightBasis.regulation(12)),
    CaseField("policy-through", Phrase("保险期间至", en: "Insured through"), .date, keeping: .fact),
  ]

  /// What is wrong with what was said; nothing if all is well.
  static func faults(
    _ kind: RegisterKind, _ said: CaseFacts, today: CivilDate
  ) -> [Problem.Field] {
    var faults: [Problem.Field] = []
    func fault(_ field: String, _ zh: String, _ en: String) {
      faults.append(Problem.Field(field, Phrase(zh, en: en)))
    }
    switch kind {
    case .operators:
      if said.flag("commercial"), said.text("form") == "body" {
        fault(
          "form", "从事经营性活动的单位应当为营利法人（条例第十一条）。",
          "An organisation that flies commercially is a profit-making legal person (art. 11).")
      }
      if said.string("certificate") != nil, said.date("certificate-through") == nil {
        fault("certificate-through", "请填写合格证有效期。", "Say until when the certificate is valid.")
      }
    case .aircraft:
      let id = said.text("product-id")
      if !(6...40).contains(id.utf8.count)
        || !id.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) })
      {
        fault("product-id", "应为6至40位字母和数字。", "6 to 40 letters and digits are expected.")
      }
      if (said.integer("empty-grams") ?? 0) > (said.integer("takeoff-grams") ?? 0) {
        fault("takeoff-grams", "最大起飞重量小于空机重量。", "It is below the empty weight.")
      }
    case .pilots: break
    case .insurance:
      if let through = said.date("policy-through"), through < today {
        fault("policy-through", "保单已经到期。", "The policy has ended.")
      }
    }
    return faults
  }

  /// The figures of an aircraft as the rules ask for them.
  static func performance(_ facts: CaseFacts) -> [FactID: FactValue] {
    var stated: [FactID: FactValue] = [:]
    for name in ["empty-grams", "takeoff-grams", "height-metres", "speed-kmh", "radius-metres"] {
      stated[FactID("uas.\(name)")] = .count(facts.integer(name) ?? 0)
    }
    for name in ["low-power", "intervention", "keeps-airspace", "surveyed", "farm-only"] {
      stated[FactID("uas.\(name)")] = .truth(facts.flag(name))
    }
    return stated
  }
}
