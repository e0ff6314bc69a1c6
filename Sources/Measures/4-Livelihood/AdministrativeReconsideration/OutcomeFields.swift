import CaseEngine
import CaseWork
import Commons
import Rulebook

// What is said when a case is decided and afterwards.
extension ReconsiderationProcedure {
  static let outcomeFields: [CommandID: [CaseField]] = [
    "propose": proposal,
    "propose-duty": proposal + [days(Phrase("履行期限（日）", en: "Days to perform"))],
    "send-back": [words(Phrase("退回理由", en: "Why"), law(61, 1))],
    "decide": [
      CaseField(
        "agreed-by", Phrase("如何同意", en: "How it was agreed"),
        .choice([
          .init("head", Phrase("负责人同意", en: "by the head")),
          .init("collective", Phrase("集体讨论通过", en: "after discussion")),
        ]), keeping: .open, law(61, 1))
    ],
    "mediate": [
      words(Phrase("协议内容", en: "The agreement"), law(73, 1)),
      CaseField(
        "lawful-agreement", Phrase("自愿、合法，不损害国家、公共和他人利益", en: "Voluntary, lawful, harming nobody"),
        .flag, law(5, 2)),
    ],
    "back-out": [words(Phrase("理由", en: "Why"), law(73, 2))],
    "sign": [signed], "sign-duty": [signed, days(Phrase("履行期限（日）", en: "Days to perform"))],
    "deliver": [
      CaseField(
        "delivered-by", Phrase("送达方式", en: "How it was served"),
        .choice([
          .init("direct", Phrase("直接送达", en: "in person")),
          .init("electronic", Phrase("电子送达（经同意）", en: "electronically, with consent")),
          .init("post", Phrase("邮寄送达", en: "by post")),
          .init("left", Phrase("留置送达", en: "left at the address")),
          .init("notice", Phrase("公告送达", en: "by public notice")),
        ]), keeping: .open, law(88, 1))
    ],
    "report": [
      words(Phrase("履行情况", en: "What was done"), law(77, 1)), files,
      flag(
        "same-act", Phrase("重新作出的行为与原行为相同或者基本相同", en: "The new act is the same as before"),
        law(64, 2)),
    ],
    "confirm": [words(Phrase("核实情况", en: "What was found"), law(77, 1))],
    "order": [
      days(Phrase("限期（日）", en: "Days")), words(Phrase("责令内容", en: "The order"), law(77, 2)),
    ],
    "interview": [words(Phrase("约谈或者通报情况", en: "What was said"), law(77, 2))],
    "refer": [words(Phrase("移送的事实材料", en: "Facts referred"), law(85))],
    "issue-opinion": [words(Phrase("违法或者不当情况与建议", en: "What is wrong, and advice"), law(76))],
    "answer-opinion": [words(Phrase("纠正情况", en: "What was put right"), law(76)), files],
    "publish": [
      words(
        Phrase("公开文本（已隐去个人信息）", en: "Text to publish, with no personal data"), law(79, 1))
    ],
    "enforce": [
      CaseField(
        "enforcer", Phrase("执行机关", en: "Who enforces"),
        .choice([
          .init("respondent", Phrase("作出行为的机关", en: "the body that made the act")),
          .init("authority", Phrase("复议机关", en: "the authority")),
          .init("court", Phrase("申请人民法院强制执行", en: "the court, on application")),
        ]), keeping: .open, law(78))
    ],
    "suggest": [words(Phrase("建议内容", en: "The suggestion"))],
    "archive": [
      CaseField("volume", Phrase("卷宗号", en: "File number"), .line(40)),
      CaseField("pages", Phrase("页数", en: "Pages"), .count(1...99_999), keeping: .fact),
    ],
  ]

  private static let signed = CaseField(
    "all-signed", Phrase("各方已签字或者签章，并加盖复议机关印章", en: "All have signed, and it is sealed"), .flag,
    law(73, 1))

  private static func days(_ label: Phrase) -> CaseField {
    CaseField("days", label, .count(1...3650), law(77, 2))
  }

  private static let proposal: [CaseField] = [
    CaseField(
      "decision", Phrase("决定种类", en: "Kind of decision"),
      choices(ReconsiderationLaw.decisionKinds.filter { $0.code != "mediated" }), keeping: .fact,
      law(61, 1)),
    CaseField(
      "ground", Phrase("理由", en: "Ground"), choices(ReconsiderationLaw.grounds), keeping: .fact,
      law(61, 1)),
    CaseField("content", Phrase("决定内容", en: "The decision"), .words(2000), law(75, 1)),
    words(Phrase("认定的事实和理由", en: "Facts found, and reasons"), law(61, 1)),
    flag("redo", Phrase("责令重新作出", en: "Order to act anew"), law(64, 1)),
    flag("worse", Phrase("对申请人更为不利", en: "It is worse for the applicant"), law(63, 2)),
    CaseField(
      "compensation", Phrase("赔偿请求", en: "Compensation"),
      .choice([
        .init("none", Phrase("没有请求", en: "not asked for")),
        .init("granted", Phrase("应予赔偿", en: "granted")),
        .init("rejected", Phrase("驳回赔偿请求", en: "rejected")),
      ]), keeping: .fact, law(72, 1)),
    flag(
      "returns", Phrase("责令返还财产、解除强制或者赔偿价款", en: "Return, release or pay the value"),
      law(72, 2)),
    flag(
      "third-interest", Phrase("涉及第三人合法权益", en: "A third party's rights are concerned"), law(70)),
    flag("major", Phrase("重大、疑难、复杂案件", en: "Major, difficult or complex"), law(50, 1)),
    flag("technical", Phrase("专业性、技术性较强", en: "Technical"), law(52, 2, item: 2)),
  ]
}
