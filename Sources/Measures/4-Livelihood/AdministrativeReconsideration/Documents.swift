import Books
import CaseEngine
import CaseWork
import Commons
import LegalTime
import Markup
import Rulebook

extension ReconsiderationProcedure {
  /// The standard forms, each numbered per agency and year. What decides issues in the name of the
  /// government, which is the authority (arts 4, 61, 75); what prepares and tells, in that of its body.
  public var documents: [CaseDocument] {
    (opening + underWay + closing).map { document in
      Self.ofAuthority.contains(document.id) ? document.ofGovernment() : document
    }
  }

  private static let ofAuthority: Set<String> = [
    "acceptance", "refusal", "stay", "decision", "mediation", "termination", "opinion",
  ]

  private typealias Block = CaseDocument.Block

  private func parties(_ source: CaseDocument.Source) -> Block {
    .pairs([
      .init(Phrase("申请人", en: "Applicant"), .same(source.opening.string("name") ?? "—")),
      .init(Phrase("被申请人", en: "Respondent"), respondent(source.facts) ?? .same("—")),
      .init(
        Phrase("行政行为", en: "Act"),
        Self.name(source.facts.string("act-kind"), in: ReconsiderationLaw.actKinds) ?? .same("—")),
      .init(Phrase("申请日期", en: "Filed on"), source.facts.date("filed-on")?.phrase ?? .same("—")),
    ])
  }

  private func form(
    _ id: String, _ title: Phrase, _ commands: [CommandID], _ word: String?,
    _ bases: [Basis], forApplicant: Bool = true, within period: String? = nil, _ text: Phrase
  ) -> CaseDocument {
    CaseDocument(id, title, with: commands, numbered: word, forApplicant: forApplicant) { source in
      var blocks = [parties(source), .paragraph(text)]
      for name in ["text", "content", "authority-told", "place"] {
        if let words = source.said.string(name) { blocks.append(.words(words)) }
      }
      if let day = source.said.date("hearing-on") {
        blocks.append(
          .pairs([
            .init(Phrase("听证日期", en: "Day of the hearing"), day.phrase),
            .init(
              Phrase("远程参加", en: "Attend remotely"),
              .same("/reconsideration/\(source.row.base.number)/hearing")),
          ]))
      }
      if let period, let length = try? rules.period(period, on: source.issuedOn) {
        let end = rules.calendar.due(length, from: source.issuedOn).date
        blocks.append(
          .pairs([
            .init(
              Phrase("期限（今日收到的）", en: "Time (if received today)"),
              Phrase("\(length.phrase.zh)，至 \(end)", en: "\(length.phrase.en), until \(end)"))
          ]))
      }
      return blocks + [.bases(bases)]
    }
  }

  private var opening: [CaseDocument] {
    [
      form(
        "acceptance", Phrase("行政复议受理通知书", en: "Notice of acceptance"),
        ["accept", "accept-simplified", "review-due", "order-acceptance"], "复受",
        [Self.law(30)],
        Phrase(
          "您提出的行政复议申请，本机关已予受理（审查期限届满未作决定的，视为受理）。行政复议不收取任何费用。",
          en: "Your application has been accepted (or is deemed so, the time to examine it having "
            + "ended). Reconsideration is free of charge.")),
      form(
        "correction", Phrase("补正行政复议申请通知书", en: "Notice to correct"), ["ask-correction"], "复补",
        [Self.law(31)], within: "correct",
        Phrase(
          "请自收到本通知之日起在期限内一次性补正下列事项；无正当理由逾期不补正的，视为放弃申请。",
          en:
            "Please correct the following, counted from receipt of this notice, in time; otherwise, "
            + "without good reason, the application counts as abandoned.")),
      form(
        "refusal", Phrase("不予受理行政复议申请决定书", en: "Decision not to accept"), ["refuse"], "复不受",
        [Self.law(30, 2), Self.law(34)], within: "sue",
        Phrase(
          "经审查，该申请不符合受理条件，决定不予受理。依法应当先复议的，可以自收到本决定书之日起在期限内提起行政诉讼。",
          en: "The application does not meet the tests of acceptance and is not accepted. Where "
            + "reconsideration must come first, a suit may be brought in time, counted from receipt."
        )),
      form(
        "reply-notice", Phrase("行政复议答复通知书", en: "Notice to reply"), ["serve"], "复答",
        [Self.law(48), Self.law(54, 1), Self.law(70)], forApplicant: false,
        Phrase(
          "现将申请书副本发送你单位。请在期限内提出书面答复，并提交作出行政行为的证据、依据；逾期视为没有证据、依据。",
          en:
            "A copy of the application is sent to you. Reply in writing in time, with evidence and "
            + "grounds; otherwise the act counts as without evidence.")),
    ]
  }

  private var underWay: [CaseDocument] {
    [
      form(
        "hearing-notice", Phrase("行政复议听证通知书", en: "Notice of a hearing"), ["call-hearing"], "复听",
        [Self.law(50), Self.law(51)],
        Phrase(
          "本机关决定举行听证。申请人无正当理由拒不参加的，视为放弃听证权利；被申请人的负责人应当参加。可以远程参加。",
          en:
            "A hearing will be held. An applicant who stays away without good reason waives it; the "
            + "respondent's head must attend. One may attend remotely.")),
      form(
        "hearing-record", Phrase("行政复议听证笔录", en: "Record of the hearing"), ["hold-hearing"], nil,
        [Self.law(50, 3), Self.law(61, 2)],
        Phrase("听证情况记录如下。", en: "What was said and done is recorded as follows.")),
      form(
        "suspension", Phrase("行政复议中止通知书", en: "Notice of suspension"),
        ["suspend", "suspend-gone", "suspend-norm", "suspend-norm-elsewhere"], "复中",
        [Self.law(39)], Phrase("因法定事由，本案中止审理。", en: "On a ground of the law the case stands still.")
      ),
      form(
        "resumption", Phrase("行政复议恢复审理通知书", en: "Notice of resumption"),
        [
          "resume", "order-resumption", "rule-norm-lawful", "rule-norm-unlawful", "return-norm",
        ], "复恢", [Self.law(39, 2)],
        Phrase("中止原因已消除，本案恢复审理。", en: "The reason has ended and the case goes on.")),
      form(
        "extension", Phrase("行政复议延期通知书", en: "Notice of extension"), ["extend"], "复延",
        [Self.law(62, 1)],
        Phrase("因情况复杂，审理期限予以延长。", en: "The case is complex and its time is extended.")),
      form(
        "stay", Phrase("停止执行决定书", en: "Stay of execution"), ["stay"], "复停", [Self.law(42)],
        Phrase("行政复议期间，决定停止执行该行政行为。", en: "Execution of the act is stayed meanwhile.")),
    ]
  }

  private var closing: [CaseDocument] {
    [
      CaseDocument(
        "decision", Phrase("行政复议决定书", en: "Decision"), with: ["decide"], numbered: "复决"
      ) { source in
        let kind = source.facts.string("decision")
        return [
          parties(source),
          .pairs([
            .init(
              Phrase("决定", en: "Decision"),
              Self.name(kind, in: ReconsiderationLaw.decisionKinds) ?? .same("—")),
            .init(
              Phrase("理由", en: "Ground"),
              Self.name(source.facts.string("ground"), in: ReconsiderationLaw.grounds)
                ?? .same("—")),
          ]), .heading(Phrase("请求", en: "Request")), .words(source.opening.text("request")),
          .paragraph(
            Phrase(
              "对本决定不服的，可以依照《行政诉讼法》向人民法院提起行政诉讼；法律规定为最终裁决的除外。本决定书一经送达，即发生法律效力。",
              en:
                "Whoever does not agree may sue under the Administrative Litigation Law, unless a "
                + "statute makes this decision final. It is in force once served.")),
          .bases([Self.law(61), Self.law(10), Self.law(75)]),
        ]
      },
      form(
        "mediation", Phrase("行政复议调解书", en: "Mediation letter"), ["sign", "sign-duty"], "复调",
        [Self.law(73)],
        Phrase(
          "当事人自愿达成调解协议。本调解书经各方签字或者签章并加盖印章，即具有法律效力。",
          en:
            "The parties have agreed of their own will. Signed by all and sealed, this letter is in "
            + "force.")),
      form(
        "termination", Phrase("行政复议终止决定书", en: "Decision to end the case"),
        ["terminate", "allow-withdrawal", "gone-due"], "复终", [Self.law(41)],
        Phrase("因法定事由，决定终止行政复议。", en: "On a ground of the law the case ends.")),
      form(
        "opinion", Phrase("行政复议意见书", en: "Opinion letter"), ["issue-opinion"], "复意",
        [Self.law(76)], forApplicant: false, within: "opinion",
        Phrase(
          "办理中发现下列行政行为违法或者不当。请自收到之日起在期限内报送纠正情况。",
          en:
            "The following was found unlawful or improper. Report in time, counted from receipt, what was put "
            + "right.")),
      form(
        "order", Phrase("责令履行通知书", en: "Order to perform"), ["order"], "复责", [Self.law(77, 2)],
        forApplicant: false,
        Phrase("你单位逾期未履行，现责令限期履行。", en: "You have not performed in time and are ordered to do so.")),
    ]
  }
}
