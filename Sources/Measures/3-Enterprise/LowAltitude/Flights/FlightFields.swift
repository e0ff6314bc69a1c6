import CaseEngine
import CaseWork
import Commons

/// What a flight application says: the thirteen items of article 27 in their order, each with its number, then what
/// decides whether article 31 exempts it, then what its mission asks for.
enum FlightFields {
  private static func item(_ number: Int) -> Basis { FlightBasis.regulation(27, item: number) }

  private static func heading(_ number: Int, _ zh: String, _ en: String) -> Phrase {
    Phrase("（\(number)）\(zh)", en: "\(number). \(en)")
  }

  private static func line(
    _ name: String, _ zh: String, _ en: String, _ number: Int, required: Bool = true,
    hint: Phrase? = nil, keeping: CaseField.Keeping = .sealed, limit: Int = 200,
    in group: Phrase? = nil
  ) -> CaseField {
    CaseField(
      name, Phrase(zh, en: en), hint: hint, .line(limit), required: required, keeping: keeping,
      group: group, item(number))
  }

  private static func words(
    _ name: String, _ zh: String, _ en: String, _ number: Int, required: Bool = true,
    hint: Phrase? = nil, limit: Int = 2000, in group: Phrase
  ) -> CaseField {
    CaseField(
      name, Phrase(zh, en: en), hint: hint, .words(limit), required: required, group: group,
      item(number))
  }

  private static func yes(_ name: String, _ zh: String, _ en: String, _ basis: Basis) -> CaseField {
    CaseField(
      name, Phrase(zh, en: en), .flag, required: false, keeping: .fact,
      group: Phrase("特别情形（第二十二条、第三十一条）", en: "Special cases (art. 22, 31)"), basis)
  }

  private static let time = Phrase("例如 2026-03-02T14:30", en: "Such as 2026-03-02T14:30")
  private static let numbers = Phrase("多个用逗号分开", en: "Several are separated by commas")

  private static let people: [CaseField] = {
    let group = heading(1, "组织者、操控人员和资质", "Organiser, pilots, certificates")
    return [
      line(
        "operator", "运营主体登记编号", "Number of the operator's registration", 1, keeping: .fact,
        in: group),
      line(
        "pilots", "操控员登记编号", "Numbers of the pilots' registrations", 1, hint: numbers,
        keeping: .fact, in: group),
    ]
  }()

  private static let aircraft: [CaseField] = [
    line(
      "aircraft", "航空器登记编号", "Numbers of the aircraft's registrations", 2,
      hint: Phrase("类型、性能和登记信息取自登记；多个用逗号分开", en: "Type, figures and marks come from there"),
      keeping: .fact, limit: 400,
      in: heading(2, "航空器类型、数量、性能和登记", "Aircraft: type, number, figures, registration"))
  ]

  private static let task: [CaseField] = {
    let group = heading(3, "任务性质和飞行方式", "Mission and way of flying")
    return [
      CaseField(
        Mission.field, Phrase("任务性质", en: "Mission"), .choice(Mission.choices), keeping: .open,
        group: group, item(3)),
      CaseField(
        "urgency", Phrase("申请类别", en: "Kind of application"),
        .choice([
          .init("normal", Phrase("一般", en: "ordinary")),
          .init("urgent", Phrase("紧急任务（起飞30分钟前）", en: "urgent task (30 minutes ahead)")),
          .init("special", Phrase("特别紧急任务（随时）", en: "specially urgent task (any time)")),
          .init("standing", Phrase("长期申请下的飞行计划备案", en: "plan under a standing approval")),
        ]), keeping: .open, group: group, FlightBasis.regulation(29)),
      CaseField(
        "urgent-task", Phrase("紧急任务", en: "Urgent task"),
        .choice([
          .init("counter-terror", Phrase("反恐维稳", en: "counter-terrorism")),
          .init("rescue", Phrase("抢险救灾", en: "disaster relief")),
          .init("medical", Phrase("医疗救护", en: "medical care")),
        ]), keeping: .open, when: CaseField.Condition("urgency", is: "urgent", "special"),
        group: group, FlightBasis.regulation(29)),
      CaseField(
        "permit", Phrase("长期申请批准编号", en: "Number of the standing approval"), .line(40),
        keeping: .fact, when: CaseField.Condition("urgency", is: "standing"), group: group,
        FlightBasis.regulation(26, 2)),
      CaseField(
        "mode", Phrase("飞行方式", en: "Way of flying"),
        .choice([
          .init("vlos", Phrase("视距内", en: "within sight")),
          .init("bvlos", Phrase("超视距", en: "beyond sight")),
        ]), keeping: .fact, group: group, item(3)),
      line(
        "approval-document", "特殊通用航空任务批准文件", "Approval of a special mission", 3, required: false,
        in: group),
    ]
  }()

  private static let sites: [CaseField] = {
    let group = heading(4, "起飞、降落和备降场地", "Take-off, landing, alternate")
    return [
      line("takeoff-site", "起飞场地", "Take-off", 4, in: group),
      line("landing-site", "降落场地", "Landing", 4, in: group),
      line("alternate-site", "备降场地", "Alternate", 4, in: group),
    ]
  }()

  private static let contact: [CaseField] = [
    line(
      "contact", "通信联络方法", "How to be reached", 5, in: heading(5, "通信联络方法", "Communication")),
    line(
      "email", "电子邮箱（接收通知）", "E-mail (for notices)", 5, required: false,
      in: heading(5, "通信联络方法", "Communication")),
  ]

  private static let times: [CaseField] = {
    let group = heading(6, "预计开始、结束时刻", "Planned start and end")
    return [
      line("start", "开始时刻", "Start", 6, hint: time, keeping: .fact, limit: 32, in: group),
      line("end", "结束时刻", "End", 6, hint: time, keeping: .fact, limit: 32, in: group),
    ]
  }()

  private static let way: [CaseField] = {
    let group = heading(7, "航线、高度、速度、空域和进出方法", "Route, height, speed, airspace, entry and exit")
    func count(_ name: String, _ zh: String, _ en: String, _ range: ClosedRange<Int64>) -> CaseField
    {
      CaseField(name, Phrase(zh, en: en), .count(range), keeping: .fact, group: group, item(7))
    }
    return [
      CaseField(
        "shape", Phrase("航线还是空域", en: "Route or area"),
        .choice([
          .init("path", Phrase("航线", en: "a route")), .init("area", Phrase("一块空域", en: "an area")),
        ]), keeping: .fact, group: group, item(7)),
      words(
        "path", "航线点或者空域边界", "Points of the route or of the border", 7,
        hint: Phrase(
          "每行“经度, 纬度, 真高（米）”，或者GeoJSON",
          en: "Lines of “longitude, latitude, height (m)”, or GeoJSON"),
        limit: 20_000, in: group),
      count("height-low", "最低真高（米）", "Lowest height (m)", 0...6000),
      count("height-high", "最高真高（米）", "Greatest height (m)", 1...6000),
      count("speed-kmh", "速度（千米/小时）", "Speed (km/h)", 1...400),
      CaseField(
        "extent", Phrase("飞行范围", en: "Extent"),
        .choice([
          .init("sector", Phrase("在飞行管制分区内", en: "within a sector")),
          .init("area", Phrase("超出分区，在飞行管制区内", en: "beyond it, within a control area")),
          .init("beyond", Phrase("超出飞行管制区", en: "beyond a control area")),
        ]), keeping: .open, group: group, FlightBasis.regulation(28)),
      line("entry", "进出空域方法", "How it is entered and left", 7, in: group),
      line(
        "route", "使用的航路代码", "Code of the route that is used", 7, required: false,
        hint: Phrase(
          "使用航路网的航路时填写，批准时占用一个时隙。",
          en: "If it uses a route of the network: the approval takes one of its slots."),
        keeping: .fact, limit: 24, in: group),
    ]
  }()

  private static let systems: [CaseField] = [
    line(
      "link", "指挥控制链路频率和占用带宽", "Command link: frequency and bandwidth", 8,
      in: heading(8, "指挥控制链路", "Command link")),
    line(
      "capabilities", "通信、导航和被监视能力", "Communication, navigation, surveillance", 9,
      in: heading(9, "通信、导航和被监视能力", "Capabilities")),
    line(
      "transponder", "应答机或者自动监视设备的代码申请", "Code asked for a transponder", 10, required: false,
      hint: Phrase("没有安装的不填", en: "Leave empty if there is none"),
      in: heading(10, "代码申请", "Transponder code")),
    words(
      "emergency-procedure", "应急处置程序", "Emergency procedure", 11,
      in: heading(11, "应急处置程序", "Emergency procedure")),
    words(
      "support", "特殊飞行保障需求", "Special support needed", 12, required: false,
      in: heading(12, "特殊飞行保障需求", "Special support")),
    words(
      "other", "其他必要信息", "Other necessary information", 13, required: false,
      in: heading(13, "其他必要信息", "Other information")),
  ]

  /// The facts of article 31 by field and rule.
  static let special: [(field: String, fact: String)] = [
    ("relayed", "relayed"), ("dropping", "dangerous-or-dropping"), ("crowd", "over-crowd"),
    ("vehicle", "from-vehicle"), ("swarm", "swarm"), ("state", "state-aircraft"),
    ("own-ground", "own-ground"), ("control-zone", "civil-control-zone"),
    ("farmland", "over-farmland"), ("shared", "shared"), ("own-manned", "own-manned"),
  ]

  private static let flags: [CaseField] = [
    yes(
      "relayed", "通过通信基站或者互联网中继飞行", "Relayed by base stations or the internet",
      FlightBasis.regulation(31, 2, item: 1)),
    yes(
      "dropping", "运载危险品或者投放物品", "Carries dangerous goods or drops things",
      FlightBasis.regulation(31, 2, item: 2)),
    yes("crowd", "飞越集会人群上空", "Over a gathering of people", FlightBasis.regulation(31, 2, item: 3)),
    yes(
      "vehicle", "在移动的交通工具上操控", "Controlled from a moving vehicle",
      FlightBasis.regulation(31, 2, item: 4)),
    yes(
      "swarm", "分布式操作或者集群飞行", "Distributed operation or a swarm",
      FlightBasis.regulation(31, 2, item: 5)),
    yes(
      "state", "警察、海关、应急管理部门辖有", "Of police, customs or emergency authorities",
      FlightBasis.regulation(31, 1, item: 3)),
    yes(
      "own-ground", "在其驻地、训练场、靶场上方", "Over their own ground", FlightBasis.regulation(31, 1, item: 3)
    ),
    yes(
      "control-zone", "民用运输机场管制地带内", "Within the control zone of a civil aerodrome",
      FlightBasis.regulation(31, 1, item: 4)),
    yes("farmland", "在农林牧渔区域上方", "Over farmland", FlightBasis.regulation(11, 3)),
    yes(
      "shared", "与有人驾驶航空器同时在同一空域内飞行（融合飞行）",
      "In one airspace with manned aircraft at the same time", FlightBasis.regulation(22, 2)),
    yes(
      "own-manned", "该有人驾驶航空器属于本部门、本单位", "The manned aircraft are of the same authority",
      FlightBasis.regulation(22, 2, item: 1)),
  ]

  static let application =
    people + aircraft + task + sites + contact + times + way + systems + flags + Mission.fields

  static func of(_ command: CommandID) -> [CaseField] {
    func text(_ zh: String, _ en: String, required: Bool = true) -> CaseField {
      CaseField("text", Phrase(zh, en: en), .words(2000), required: required)
    }
    switch command {
    case .fileFlight: return application
    case .approve: return [text("批准条件", "Conditions", required: false)]
    case .refuse, .deny:
      return [
        CaseField(
          "reason", Phrase("理由类别", en: "Kind of reason"),
          .choice([
            .init("conflict", Phrase("与其他飞行冲突", en: "a conflict with another flight")),
            .init("airspace", Phrase("空域不可用", en: "airspace not available")),
            .init("papers", Phrase("资质或者材料不符", en: "certificates or papers")),
            .init("safety", Phrase("安全措施不足", en: "safety")),
            .init("weather", Phrase("气象条件", en: "weather")),
          ]), keeping: .open), text("理由", "Reasons"),
      ]
    case .load, .receive, .settle: return CustodyStep.fields(command)
    case .report: return [text("预计起飞时刻和准备情况", "Take-off and readiness")]
    case .land:
      return [
        CaseField(
          "abnormal", Phrase("发生异常情况", en: "Something went wrong"),
          hint: Phrase(
            "导致飞行安全问题的，降落后24小时内另行报告", en: "An incident is reported within 24 h of landing"),
          .flag, required: false, keeping: .open, FlightBasis.regulation(40)),
        text("飞行情况", "How it went", required: false),
      ]
    default: return []
    }
  }
}
