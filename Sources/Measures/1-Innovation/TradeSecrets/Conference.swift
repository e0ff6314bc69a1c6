import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import Storage

extension ActorKind {
  /// An agency that sits in the joint conference.
  static let member = ActorKind("handler", Phrase("成员单位", en: "member agency"))
  /// The office of the joint conference.
  static let secretariat = ActorKind("clerk", Phrase("联席会议办公室", en: "office of the conference"))
}

extension CommandID {
  static let raise: CommandID = "raise"
  static let schedule: CommandID = "schedule"
  static let resolve: CommandID = "resolve"
}

/// Matters of the joint conference (联席会议): raised by a member, put on a day, resolved with a task for an
/// agency and a day by which it reports. Among officials alone. The party of a matter is the member whose
/// turn it was last: whoever raised it, then the lead agency.
struct ConferenceProcedure: Procedure {
  let rules: SecretRules
  var card: MeasureCard { SecretCards.conference }
  var path: String { "trade-secrets/conference" }
  var openingCommand: CommandID { .raise }
  var isOpenToPeople: Bool { false }
  var type: CaseType { ConferenceProcedure.matter }

  var trays: [CaseTray] {
    [
      CaseTray(
        "office", Phrase("联席会议议题", en: "Matters"), for: .secretariat,
        .stages(["raised", "scheduled", "reported", "tasked"])),
      CaseTray("tasks", Phrase("本单位任务", en: "Tasks of my agency"), for: .member, .party),
    ]
  }
  var way: [(name: Phrase, stages: [StageID])] {
    [
      (Phrase("提出", en: "Raised"), ["raised"]), (Phrase("上会", en: "On the agenda"), ["scheduled"]),
      (Phrase("落实", en: "Carried out"), ["tasked"]), (Phrase("验收", en: "Checked"), ["reported"]),
      (Phrase("办结", en: "Closed"), ["closed", "dismissed"]),
    ]
  }

  // MARK: Case type

  private static func clock(
    _ id: ClockID, _ zh: String, _ en: String, drives: [StageID], _ command: CommandID
  ) -> ClockSpec {
    ClockSpec(id, Phrase(zh, en: en), drives: drives, onExpiry: command, SecretBasis.city)
  }

  private static func move(
    _ command: CommandID, _ zh: String, _ en: String, by actor: ActorKind, from: [StageID],
    to: StageID? = nil, then effects: [CaseEffect]
  ) -> Transition {
    Transition(
      command, Phrase(zh, en: en), by: [actor], from: from, to: to, then: effects,
      SecretBasis.city)
  }

  private static let afresh = Lateness.ended

  static let matter = CaseType(
    "secret-conference-matter", Phrase("联席会议议题", en: "matter of the joint conference"),
    stages: [
      Stage("raised", Phrase("待上会", en: "To be scheduled"), owedBy: .secretariat),
      Stage("scheduled", Phrase("已排会", en: "Scheduled"), owedBy: .secretariat),
      Stage("tasked", Phrase("落实中", en: "Being carried out"), owedBy: .member),
      Stage("reported", Phrase("待验收", en: "To be checked"), owedBy: .secretariat),
      .final("closed", Phrase("已办结", en: "Closed")),
      .final("dismissed", Phrase("不予上会", en: "Not taken up")),
    ],
    counters: Lateness.counters(SecretBasis.city) + [
      Counter("returned", Phrase("退回", en: "returned"), upTo: 3, SecretBasis.city)
    ],
    clocks: [
      clock("schedule", "排会时限", "time to schedule", drives: ["raised"], "schedule-due"),
      clock("meeting", "会议及纪要时限", "meeting and minutes", drives: ["scheduled"], "meeting-due"),
      clock("task", "落实时限", "time to carry it out", drives: ["tasked"], "task-due"),
      clock("check", "验收时限", "time to check", drives: ["reported"], "check-due"),
      Lateness.clock(SecretBasis.city),
    ],
    transitions: steps + lateness)

  private static let steps: [Transition] = [
    .opening(
      .raise, Phrase("提出议题", en: "raise a matter"), by: [.member, .secretariat], to: "raised",
      then: [.start("schedule")], SecretBasis.notice),
    move(
      .schedule, "列入会议", "put on the agenda", by: .secretariat, from: ["raised", "scheduled"],
      to: "scheduled", then: afresh + [.start("meeting")]),
    move(
      .resolve, "议定并分派任务", "resolve, with a task", by: .secretariat, from: ["scheduled"],
      to: "tasked", then: afresh + [.start("task")]),
    move(
      "report", "报告落实情况", "report on the task", by: .member, from: ["tasked"], to: "reported",
      then: afresh + [.start("check")]),
    move(
      "accept", "验收办结", "accept and close", by: .secretariat, from: ["reported"], to: "closed",
      then: [.stopAll]),
    move(
      "return", "退回继续落实", "return", by: .secretariat, from: ["reported"], to: "tasked",
      then: afresh + [.count("returned"), .start("task")]),
    move(
      "dismiss", "不予上会", "do not take it up", by: .secretariat, from: ["raised", "scheduled"],
      to: "dismissed", then: [.stopAll]),
  ]

  private static func late(_ clock: ClockID, _ zh: String, _ en: String, _ stage: StageID)
    -> Transition
  {
    Lateness.late(clock, Phrase(zh, en: en), from: [stage], SecretBasis.city)
  }

  private static let lateness: [Transition] = [
    late("schedule", "排会逾期", "not scheduled in time", "raised"),
    late("meeting", "会议纪要逾期", "no minutes in time", "scheduled"),
    late("task", "落实逾期", "not carried out in time", "tasked"),
    late("check", "验收逾期", "not checked in time", "reported"),
    Lateness.chasing(from: ["raised", "scheduled", "tasked", "reported"], SecretBasis.city),
  ]

  // MARK: Fields

  private static func words(_ name: String, _ zh: String, _ en: String) -> CaseField {
    CaseField(name, Phrase(zh, en: en), .words(2000))
  }

  func function(of command: CommandID) -> String { "stations" }

  func fields(of command: CommandID) -> [CaseField] {
    switch command {
    case .raise:
      [
        CaseField(
          "topic", Phrase("类别", en: "Kind"),
          .choice([
            .init("case", Phrase("重大案件会商", en: "an important case")),
            .init("rule", Phrase("制度与标准", en: "rules and standards")),
            .init("link", Phrase("行刑、行民衔接", en: "links between agencies, police and courts")),
            .init("publicity", Phrase("宣传培训", en: "publicity and training")),
            .init("station", Phrase("工作站建设", en: "stations")),
          ]), keeping: .open),
        CaseField("raised-by", Phrase("提出单位", en: "Raised by"), .agency, keeping: .fact),
        CaseField(
          "request", Phrase("关联的服务办件编号", en: "Number of the request it comes from"), .line(30),
          required: false),
        Self.words("text", "议题与建议", "The matter and what is proposed"),
      ]
    case .schedule:
      [
        CaseField("meeting-on", Phrase("会议日期", en: "Day of the meeting"), .date, keeping: .fact),
        CaseField("place", Phrase("地点", en: "Place"), .line(120), required: false),
      ]
    case .resolve:
      [
        Self.words("text", "议定事项", "What was resolved"),
        CaseField("agency", Phrase("牵头单位", en: "Lead agency"), .agency, keeping: .open),
        CaseField("due-on", Phrase("完成日期", en: "To be done by"), .date, keeping: .open),
      ]
    case "report": [Self.words("text", "落实情况", "What was done")]
    case "return":
      [
        Self.words("text", "退回理由", "Why"),
        CaseField("due-on", Phrase("完成日期", en: "To be done by"), .date, keeping: .open),
      ]
    case "dismiss": [Self.words("text", "理由", "Reasons")]
    case "accept":
      [CaseField("text", Phrase("备注", en: "Note"), .words(500), required: false)]
    default: []
    }
  }

  // MARK: Deciding

  /// The office reaches all matters, a member those that its agency carries out.
  func reach(of capacity: ActorKind, _ row: CaseFileRow) -> CaseReach {
    switch capacity {
    case .member: .agency(row.party)
    default: .all
    }
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    let day: CivilDate? =
      switch clock {
      case "meeting": draft.said.date("meeting-on")
      case "task": draft.said.date("due-on")
      default: nil
      }
    guard let day else { return try rules.period(clock.text, on: draft.today) }
    let more = clock == "meeting" ? try rules.period("meeting", on: draft.today).amount : 0
    return Period(
      max(1, draft.today.days(to: day) + more), .days, rollsOver: true, basis: SecretBasis.city)
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    if draft.command == .raise {
      draft.title = "商业秘密保护联席会议议题"
      draft.agency = rules.agency
      draft.party = draft.said.text("raised-by")
      guard draft.capacity != .member || draft.actor.covers(agency: draft.party) else {
        throw Problem.invalid([
          Problem.Field(
            "raised-by", Phrase("只能以本单位名义提出。", en: "A member raises matters for its own agency."))
        ])
      }
    }
    for name in ["meeting-on", "due-on"] {
      try SecretRules.requireNear(draft.said.date(name), name, draft.today)
    }
    if draft.command == .resolve { draft.party = draft.said.text("agency") }
  }

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    var rows: [(name: Phrase, value: Phrase)] = []
    if let agency = rules.profile.agency(facts.text("raised-by")) {
      rows.append((Phrase("提出单位", en: "Raised by"), agency.name))
    }
    if let day = facts.date("meeting-on") {
      rows.append((Phrase("会议日期", en: "Meeting"), .same(day.description)))
    }
    if let day = facts.date("due-on") {
      rows.append((Phrase("完成日期", en: "To be done by"), .same(day.description)))
    }
    return rows
  }

  var documents: [CaseDocument] {
    [
      CaseDocument(
        "minutes", Phrase("商业秘密保护联席会议纪要", en: "Minutes of the joint conference"), with: [.resolve],
        numbered: "商秘联", forApplicant: false
      ) { source in
        let agency = source.agencyName(source.said.text("agency"))
        return [
          .heading(Phrase("议题", en: "The matter")), .words(source.opening.text("text")),
          .heading(Phrase("议定事项", en: "What was resolved")), .words(source.said.text("text")),
          .pairs([
            .init(Phrase("牵头单位", en: "Lead agency"), agency),
            .init(
              Phrase("完成日期", en: "To be done by"), .same(source.said.text("due-on"))),
          ]),
          .bases([SecretBasis.notice]),
        ]
      }
    ]
  }
}
