import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import LegalTime
import Markup
import MeasureKit
import SecrecyMeasures
import Storage

/// Requests to the stations and their volunteers.
struct StationProcedure: Procedure {
  let rules: SecretRules
  var card: MeasureCard { SecretCards.stations }
  var path: String { "trade-secrets/stations" }
  var type: CaseType { StationCases.request }
  var openingCommand: CommandID { .request }

  var trays: [CaseTray] {
    [
      CaseTray(
        "received", Phrase("待分派", en: "To be assigned"), for: .coordinator, .stages(["received"])),
      CaseTray("mine", Phrase("本站办件", en: "Cases of the station"), for: .station, .agency),
    ]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("分派", en: "Assigned"), ["received", "assigned"]),
      (Phrase("上门", en: "Visited"), ["planned"]),
      (Phrase("整改", en: "Mended"), ["advised"]),
      (Phrase("回访", en: "Looked at again"), ["mended"]),
      (Phrase("办结", en: "Closed"), ["closed", "referred", "withdrawn"]),
    ]
  }
  var notices: [CommandID: (subject: Phrase, body: Phrase)] {
    [
      .plan: (
        Phrase("工作站已约定上门日期", en: "A visit is planned"),
        Phrase("请查看约定的日期；如不便，可联系工作站。", en: "See the day; call the station if it does not suit.")
      ),
      .visit: (
        Phrase("上门意见已出具", en: "The advice is there"),
        Phrase("请查看意见并在期限内整改。", en: "Read the advice and mend in time.")
      ),
      "mend-due": (
        Phrase("整改期已满", en: "The time to mend is over"),
        Phrase("工作站将回访。", en: "The station will look again.")
      ),
    ]
  }

  /// Coordinators see all requests; a station those that were assigned to it.
  func reach(of capacity: ActorKind, _ row: CaseFileRow) -> CaseReach {
    switch capacity {
    case .citizen: .applicant
    case .system, .coordinator: .all
    default: .agency(row.base.agency)
    }
  }

  // MARK: Fields

  static let topics: [CaseField.Choice] = [
    .init("inventory", Phrase("梳理商业秘密", en: "finding out what is secret")),
    .init("algorithm", Phrase("算法保护", en: "algorithms")),
    .init("agreements", Phrase("保密协议与制度", en: "agreements and rules")),
    .init("leavers", Phrase("离职人员管理", en: "leavers")),
    .init("systems", Phrase("信息系统管控", en: "information systems")),
    .init("leak", Phrase("疑似泄密", en: "a suspected leak")),
    .init("criminal", Phrase("刑事保护合规", en: "criminal protection")),
    .init("training", Phrase("培训", en: "training")),
  ]

  private static func words(
    _ name: String, _ zh: String, _ en: String, hint: Phrase? = nil, required: Bool = true
  ) -> CaseField {
    CaseField(name, Phrase(zh, en: en), hint: hint, .words(1000), required: required)
  }

  private var stationField: CaseField {
    CaseField(
      "station", Phrase("工作站", en: "Station"),
      .choice(rules.stations.map { .init($0.id, $0.name) }), keeping: .open)
  }

  private static let warning = Phrase(
    "请勿写出秘密本身：只说遇到了什么问题。内容加密保存，只有办理人员可见。",
    en:
      "Do not write the secret itself, only what the trouble is. It is kept sealed; only staff see it."
  )

  func function(of command: CommandID) -> String { "stations" }

  func fields(of command: CommandID) -> [CaseField] {
    switch command {
    case .request: application
    case .assign:
      [stationField, Self.words("text", "备注", "Note", required: false)]
    case .plan:
      [
        CaseField("visit-on", Phrase("上门日期", en: "Day of the visit"), .date, keeping: .fact),
        CaseField(
          "volunteers", Phrase("志愿者人数", en: "Volunteers"), .count(0...20), keeping: .open),
        Self.words("names", "上门人员", "Who comes", required: false),
      ]
    case .visit: findings
    case "report": [Self.words("text", "整改情况", "What was mended", hint: Self.warning)]
    case .followUp:
      [
        CaseField(
          "outcome", Phrase("结果", en: "Outcome"),
          .choice([
            .init("mended", Phrase("已整改", en: "mended")),
            .init("partly", Phrase("部分整改", en: "mended in part")),
            .init("not", Phrase("未整改", en: "not mended")),
          ]), keeping: .open), Self.words("text", "回访记录", "What was found", required: false),
      ]
    case .revisit:
      [
        CaseField("visit-on", Phrase("上门日期", en: "Day of the visit"), .date, keeping: .fact),
        Self.words("text", "原因", "Why"),
      ]
    case "refer": [Self.words("text", "转介去向和理由", "Where to, and why")]
    case "withdraw": [Self.words("text", "说明", "Remarks", required: false)]
    default: []
    }
  }

  private var application: [CaseField] {
    [
      CaseField(
        "topic", Phrase("需要什么帮助", en: "What is it about"), .choice(Self.topics), keeping: .open),
      CaseField(
        "district", Phrase("所在区", en: "District"),
        .choice(rules.profile.districts.map { .init($0.id, $0.name) }), keeping: .fact),
      CaseField("firm", Phrase("企业名称", en: "Firm"), .line(120)),
      CaseField("contact", Phrase("联系人", en: "Contact"), .line(60)),
      CaseField("phone", Phrase("联系电话", en: "Telephone"), .line(30)),
      CaseField("email", Phrase("电子邮箱", en: "E-mail"), .line(120), required: false),
      Self.words("text", "情况说明", "What the matter is", hint: Self.warning),
    ]
  }

  private var findings: [CaseField] {
    [
      CaseField(
        "visited-on", Phrase("实际上门日期", en: "Day of the visit"), .date, keeping: .open),
      CaseField(
        "chapters", Phrase("发现问题的方面", en: "Where something was found"),
        hint: Phrase("不公开；没有问题可不选。", en: "Not public; leave empty if nothing was found."),
        .choices(
          SecrecyClause.Chapter.allCases.map { .init($0.rawValue, $0.name) }), required: false),
      CaseField(
        "findings", Phrase("意见条数", en: "Number of findings"), .count(0...100), keeping: .open),
      Self.words("text", "意见", "Advice", hint: Self.warning),
    ]
  }

  // MARK: Deciding

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    guard clock == "visit", let day = draft.said.date("visit-on") else {
      return try rules.period(clock.text, on: draft.today)
    }
    // From the planned day on the station has its time to advise.
    let advice = try rules.period("visit", on: draft.today).amount
    return Period(
      draft.today.days(to: day) + advice, .days, rollsOver: true, basis: SecretBasis.city)
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    switch draft.command {
    case .request:
      let topic = Self.topics.first { $0.code == draft.said.text("topic") }
      draft.title = "商业秘密保护服务：\(topic?.name.zh ?? "")"
      draft.agency = rules.agency
    case .assign:
      guard let station = rules.stations.first(where: { $0.id == draft.said.text("station") })
      else { return }
      draft.agency = station.agency
      draft.facts["station-name"] = .string(station.name.zh)
    case .plan, .revisit:
      try SecretRules.requireNear(draft.said.date("visit-on"), "visit-on", draft.today)
    case .visit:
      guard let day = draft.said.date("visited-on"), day > draft.today else { return }
      throw Self.fault("visited-on", Phrase("日期在将来。", en: "The day is in the future."))
    default: break
    }
  }

  private static func fault(_ name: String, _ message: Phrase) -> Problem {
    .invalid([Problem.Field(name, message)])
  }

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    let topic = Self.topics.first { $0.code == facts.text("topic") }?.name
    var rows = [(name: Phrase("事项", en: "About"), value: topic ?? .same("—"))]
    if let station = rules.stations.first(where: { $0.id == facts.text("station") }) {
      rows.append((Phrase("工作站", en: "Station"), station.name))
    }
    if let day = facts.date("visit-on") {
      rows.append((Phrase("约定上门", en: "Visit planned for"), day.weekdayPhrase))
    }
    return rows
  }

  var documents: [CaseDocument] {
    [
      CaseDocument(
        "visit-advice", Phrase("商业秘密保护服务意见书", en: "Advice on protecting trade secrets"),
        with: [.visit], numbered: "商秘服"
      ) { source in
        [
          .pairs([
            .init(Phrase("企业", en: "Firm"), .same(source.opening.text("firm"))),
            .init(
              Phrase("上门日期", en: "Day of the visit"),
              source.said.date("visited-on")?.phrase ?? .same("—")),
            .init(
              Phrase("工作站", en: "Station"), .same(source.facts.text("station-name"))),
          ]),
          .heading(Phrase("意见", en: "Advice")), .words(source.said.text("text")),
          .paragraph(
            Phrase(
              "工作人员和志愿者对知悉的商业秘密负有保密义务；本意见不公开。",
              en:
                "Staff and volunteers keep secret what they learned; this advice is not published.")
          ),
          .bases([SecretBasis.competition(15), SecretBasis.court(6)]),
        ]
      }
    ]
  }
}
