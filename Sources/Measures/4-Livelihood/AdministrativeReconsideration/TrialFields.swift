import CaseEngine
import CaseWork
import Commons
import Rulebook

// What is said with the steps after a case was opened.
extension ReconsiderationProcedure {
  static func words(_ label: Phrase, _ basis: Basis? = nil) -> CaseField {
    CaseField("text", label, .words(4000), basis)
  }

  static let files = CaseField("evidence", Phrase("附件", en: "Files"), .files, required: false)

  static func flag(_ name: String, _ label: Phrase, _ basis: Basis? = nil) -> CaseField {
    CaseField(name, label, .flag, required: false, keeping: .fact, basis)
  }

  /// What is said with each step; steps that are not here take nothing.
  static let fields: [CommandID: [CaseField]] = [
    "file": filing, "take-down": filing, "reroute": [received] + filing,
    "lodge": [received] + filing,
    "undo": [words(Phrase("如何改正", en: "What was put right"), law(32, 2))],
    "accept": tests,
    "accept-simplified": tests + [
      flag("clear", Phrase("事实清楚、权利义务关系明确、争议不大", en: "Clear and little disputed"), law(53, 1)),
      flag("consent", Phrase("当事人各方同意", en: "All parties agree"), law(53, 2)),
    ],
    "refuse": [
      CaseField(
        "refused-for", Phrase("不符合哪一项", en: "Which test fails"), .choice(refusalReasons),
        keeping: .open, law(30, 2)), words(Phrase("理由", en: "Reasons"), law(30, 2)),
      CaseField(
        "authority-told", Phrase("有管辖权的机关", en: "The authority that has jurisdiction"),
        .line(80), when: .init("refused-for", is: "jurisdiction-own"), law(30, 2)),
    ],
    "ask-correction": [
      words(Phrase("需要补正的全部事项", en: "Everything that must be corrected"), law(31, 1))
    ],
    "correct": [words(Phrase("补正内容", en: "Corrections"), law(31, 2)), files] + timeCorrections,
    "extend-correction": [
      CaseField(
        "days", Phrase("延长工作日数", en: "More working days"), .count(1...60), law(31, 2)),
      words(Phrase("正当理由", en: "The good reason"), law(31, 2)),
    ],
    "report-suit": [
      CaseField("suit-on", Phrase("受理日期", en: "Taken on"), .date, keeping: .open, law(10))
    ],
    "order-acceptance": [words(Phrase("责令受理的理由", en: "Why it must be accepted"), law(35))],
    "reply": [words(Phrase("书面答复", en: "Reply"), law(48)), files],
    "assign": [
      CaseField(
        "officers", Phrase("承办人（两名以上）", en: "Officers (two or more)"), .line(120),
        .law(ReconsiderationLaw.regulations(32)))
    ],
    "join": [
      CaseField("third", Phrase("第三人", en: "Third party"), .line(80), law(16, 1)),
      flag("third-opposes", Phrase("提出相反请求", en: "Asks the opposite"), law(63, 2)),
    ],
    "third-evidence": [words(Phrase("证据内容", en: "The evidence"), law(70)), files],
    "submit": [words(Phrase("意见", en: "Views")), files],
    "allow-supplement": [
      words(Phrase("申请人提出的新理由或者证据", en: "The new reason or evidence"), law(46, 2))
    ],
    "supplement": [words(Phrase("补充内容", en: "What is added"), law(46, 2)), files],
    "investigate": [
      CaseField(
        "officer-count", Phrase("调查人员人数", en: "Officers present"), .count(1...20), law(45, 2)),
      words(Phrase("调查笔录", en: "Record"), law(45, 1)), files,
    ],
    "inquire": [words(Phrase("问题", en: "Question"), law(45, 1))],
    "answer": [words(Phrase("回答", en: "Answer"), law(45, 3)), files],
    "open-file": [words(Phrase("范围与方式", en: "Which parts, and how"), law(47))],
    "stay": [
      CaseField(
        "stay", Phrase("停止执行的事由", en: "Ground"),
        choices(Array(ReconsiderationLaw.stays.dropFirst())), keeping: .open, law(42)),
      flag("stay-reasonable", Phrase("要求合理", en: "The wish is reasonable"), law(42, item: 3)),
    ],
    "hear": [
      CaseField(
        "manner", Phrase("方式", en: "How"),
        .choice([
          .init("person", Phrase("当面", en: "in person")),
          .init("internet", Phrase("互联网", en: "over the internet")),
          .init("phone", Phrase("电话", en: "by telephone")),
          .init("unable", Phrase("因当事人原因不能听取，书面审理", en: "could not be heard; in writing")),
        ]), keeping: .open, law(49)), words(Phrase("意见记录", en: "Record"), law(49)),
    ],
    "convert": [words(Phrase("不宜适用简易程序的理由", en: "Why it must be converted"), law(55))],
    "extend": [
      CaseField("days", Phrase("延长日数", en: "More days"), .count(1...3650), law(62, 1)),
      words(Phrase("情况复杂的理由", en: "Why the case is complex"), law(62, 1)),
    ],
  ].merging(hearingFields) { $1 }.merging(standingFields) { $1 }.merging(outcomeFields) { $1 }

  /// A day that was left out or wrong may be put right with the corrections.
  private static let timeCorrections = ["known-on", "told-on", "acted-on"].compactMap { name in
    time.first { $0.name == name }.map {
      CaseField(name, $0.label, .date, required: false, keeping: .fact, $0.basis)
    }
  }

  static let refusalReasons: [CaseField.Choice] = [
    .init("parties", Phrase("无明确申请人或者被申请人不符合规定", en: "parties")),
    .init("interest", Phrase("没有利害关系", en: "no interest")),
    .init("request", Phrase("没有具体请求和理由", en: "no concrete request")),
    .init("in-time", Phrase("超过申请期限", en: "out of time")),
    .init("scope", Phrase("不属于复议范围", en: "outside the scope")),
    .init("jurisdiction-own", Phrase("不属于本机关管辖", en: "another authority decides")),
    .init("first-time", Phrase("已被受理过", en: "taken before")),
  ]

  private static let hearingFields: [CommandID: [CaseField]] = [
    "call-hearing": [
      CaseField(
        "hearing-on", Phrase("听证日期", en: "Day of the hearing"), .date, keeping: .fact, law(51, 1)),
      CaseField("place", Phrase("地点（可为线上）", en: "Place (may be online)"), .line(120), law(51, 1)),
      words(Phrase("拟听证事项", en: "What it is about"), law(51, 1)),
      CaseField("chair", Phrase("主持人", en: "Chair"), .line(40), law(50, 3)),
      CaseField(
        "assessors", Phrase("听证员人数", en: "Number of assessors"), .count(0...20), law(50, 3)),
      CaseField("recorder", Phrase("记录员", en: "Recorder"), .line(40), law(50, 3)),
    ],
    "attend": [
      CaseField(
        "mode", Phrase("参加方式", en: "How you attend"),
        .choice([
          .init("remote", Phrase("远程", en: "remotely")),
          .init("room", Phrase("到场", en: "in the room")),
        ])), words(Phrase("陈述", en: "Statement"), law(50, 3)),
      CaseField(
        "identified", Phrase("身份核验", en: "How you were identified"),
        .choice([
          .init("account", Phrase("本人账户", en: "own account")),
          .init("code", Phrase("查询码和证件后四位", en: "token and last digits")),
        ]), required: false
      ).saidByTheMeasure(),
      CaseField(
        "signed", Phrase("我已阅读笔录并确认无误", en: "I have read the record and sign it"), .flag,
        law(50, 3)),
    ],
    "hold-hearing": [
      CaseField(
        "applicant-present", Phrase("申请人到场情况", en: "The applicant"),
        .choice([
          .init("present", Phrase("参加", en: "took part")),
          .init("excused", Phrase("有正当理由未参加", en: "absent with good reason")),
          .init("waived", Phrase("无正当理由未参加，视为放弃", en: "absent without: waived")),
        ]), keeping: .fact, law(51, 2)),
      CaseField(
        "respondent-head", Phrase("被申请人负责人", en: "The respondent's head"),
        .choice([
          .init("present", Phrase("参加", en: "took part")),
          .init("delegated", Phrase("说明理由并委托工作人员参加", en: "gave reasons and sent an official")),
          .init("absent", Phrase("未参加也未说明", en: "absent without reasons")),
        ]), keeping: .open, law(51, 3)), words(Phrase("听证笔录", en: "Record"), law(50, 3)),
    ],
    "cancel-hearing": [words(Phrase("理由", en: "Reasons"), law(51, 1))],
    "consult": [
      flag("major", Phrase("案情重大、疑难、复杂", en: "Major, difficult or complex"), law(52, 2, item: 1)),
      flag("technical", Phrase("专业性、技术性较强", en: "Technical"), law(52, 2, item: 2)),
      words(Phrase("咨询的问题", en: "Questions"), law(52, 2)),
    ],
    "advise": [words(Phrase("咨询意见", en: "Opinion"), law(52, 3))],
  ]

  private static let standingFields: [CommandID: [CaseField]] = [
    "suspend": [
      suspension(["missing", "force-majeure", "mediation", "interpretation", "other-case", "other"]
      ),
      flag("both-agree", Phrase("双方同意中止", en: "Both agree"), law(39, 1, item: 6)),
      words(Phrase("事实", en: "Facts"), law(39, 3)),
    ],
    "suspend-gone": [
      suspension(["death", "incapacity", "ended"]), words(Phrase("事实", en: "Facts"), law(39, 3)),
    ],
    "suspend-norm": [norm, words(Phrase("涉及的条款", en: "The clauses"), law(56))],
    "suspend-norm-elsewhere": [norm, words(Phrase("涉及的条款", en: "The clauses"), law(56))],
    "resume": [words(Phrase("中止原因如何消除", en: "How the reason ended"), law(39, 2))],
    "order-resumption": [words(Phrase("理由", en: "Reasons"), law(40))],
    "rule-norm-lawful": [words(Phrase("审查意见", en: "Opinion"), law(59))],
    "rule-norm-unlawful": [words(Phrase("停止执行的条款与理由", en: "Clauses stopped, and why"), law(59))],
    "return-norm": [words(Phrase("处理意见", en: "Opinion"), law(60))],
    "answer-norm": [words(Phrase("合法性答复", en: "Answer"), law(58, 1)), files],
    "terminate": [
      CaseField(
        "termination", Phrase("终止事由", en: "Ground"),
        choices(
          ReconsiderationLaw.terminations.filter { !["withdrawn", "lapsed"].contains($0.code) }),
        keeping: .open, law(41)),
      words(Phrase("事实", en: "Facts"), law(41)),
    ],
    "ask-withdrawal": [
      CaseField(
        "withdrawal", Phrase("撤回原因", en: "Why"),
        .choice([
          .init("settled", Phrase("已和解", en: "we have settled")),
          .init("own", Phrase("自愿撤回", en: "of my own will")),
        ]), keeping: .open, law(74, 2))
    ],
    "allow-withdrawal": [
      CaseField(
        "voluntary", Phrase("撤回出于自愿，和解不损害他人权益", en: "Of free will; no rights of others are harmed"),
        .flag, law(74))
    ],
    "take-up": [words(Phrase("理由", en: "Reasons"), law(38))],
  ]

  private static let norm = CaseField(
    "norm", Phrase("规范性文件或者依据", en: "The norm"), .line(120), keeping: .fact, law(13, 1))

  private static func suspension(_ codes: [String]) -> CaseField {
    CaseField(
      "suspension", Phrase("中止事由", en: "Ground"),
      choices(ReconsiderationLaw.suspensions.filter { codes.contains($0.code) }), keeping: .open,
      law(39, 1))
  }
}
