import CaseEngine
import CaseWork
import Commons

extension ReconsiderationProcedure {
  /// Of which steps the applicant is told (art. 30, 31, 39, 51, 62, 75).
  public var notices: [CommandID: (subject: Phrase, body: Phrase)] { Self.told }

  private static let told: [CommandID: (subject: Phrase, body: Phrase)] = [
    "ask-correction": notice(
      "请补正复议申请", "Please correct your application", "请在期限内一次补正，逾期视为放弃。",
      "Please correct it in time; otherwise it counts as abandoned."),
    "refuse": notice(
      "不予受理决定", "Not accepted", "申请未被受理，理由见办件页面。", "It was not accepted; the page says why."),
    "accept": notice("已受理", "Accepted", "您的复议申请已受理。", "Your application was accepted."),
    "accept-simplified": notice(
      "已受理（简易程序）", "Accepted, simplified", "您的复议申请已受理。", "Your application was accepted."),
    "review-due": notice(
      "视为受理", "Deemed accepted", "审查期限届满，您的申请视为受理。",
      "The time to examine has ended: your application is deemed accepted."),
    "inquire": notice(
      "请回答询问", "A question for you", "复议人员有问题请您回答。", "There is a question for you."),
    "call-hearing": notice(
      "听证通知", "Hearing", "请按通知时间参加听证，可远程参加。", "Please attend the hearing; you may do so remotely."),
    "suspend": notice("中止通知", "Suspended", "案件已中止。", "The case stands still."),
    "suspend-norm": notice("中止通知", "Suspended", "案件已中止。", "The case stands still."),
    "suspend-norm-elsewhere": notice("中止通知", "Suspended", "案件已中止。", "The case stands still."),
    "resume": notice("恢复审理通知", "Resumed", "案件已恢复审理。", "The case goes on."),
    "rule-norm-lawful": notice("恢复审理通知", "Resumed", "案件已恢复审理。", "The case goes on."),
    "rule-norm-unlawful": notice("恢复审理通知", "Resumed", "案件已恢复审理。", "The case goes on."),
    "return-norm": notice("恢复审理通知", "Resumed", "案件已恢复审理。", "The case goes on."),
    "extend": notice("延长审理期限通知", "Extended", "审理期限已延长。", "The time to decide was extended."),
    "convert": notice(
      "转为普通程序通知", "Converted", "案件已转为普通程序。", "It follows the ordinary procedure now."),
    "terminate": notice("终止决定", "Ended", "复议已终止。", "The case has ended."),
    "allow-withdrawal": notice("准予撤回", "Withdrawn", "已准予撤回，复议终止。", "The withdrawal was allowed."),
    "deliver": notice(
      "复议决定送达", "Decision served", "复议决定书已送达并生效。", "The decision was served and is in force."),
  ]

  private static func notice(
    _ subject: String, _ subjectEn: String, _ body: String, _ bodyEn: String
  ) -> (subject: Phrase, body: Phrase) {
    (subject: Phrase(subject, en: subjectEn), body: Phrase(body, en: bodyEn))
  }
}
