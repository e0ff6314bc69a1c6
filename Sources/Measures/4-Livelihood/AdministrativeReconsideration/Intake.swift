import CaseEngine
import Commons

extension ReconsiderationCases {
  /// Articles 22 and 30 to 35: filing, examination, correction.
  static let intake: [Transition] =
    openings + examination + [
      Transition(
        "forward", Phrase("转送复议机关", en: "forward"), by: [.respondent], from: [.forwarding],
        to: .received, then: [.stop(.forward), .start(.review)], law(32, 2)),
      Transition(
        "undo", Phrase("自行撤销处罚", en: "undo the penalty"), by: [.respondent], from: [.forwarding],
        to: .undone, then: [.stopAll], law(32, 2)),
      Transition(
        "forward-due", Phrase("逾期未转送，由平台转送", en: "not forwarded: sent on by the program"),
        by: [.system], from: [.forwarding], to: .received,
        then: [.stop(.forward), .start(.review)], law(32, 2)),
      Transition(
        "order-acceptance", Phrase("责令受理", en: "order to accept"), by: [.superior],
        from: [.refused], to: .serving, then: [.start(.serve), .start(.decide)], law(35)),
    ]

  private static let openings: [Transition] = [
    .opening(
      "file", Phrase("申请行政复议", en: "Apply for reconsideration"), by: [.applicant], to: .received,
      then: [.start(.review)], law(22, 1)),
    .opening(
      "take-down", Phrase("记录口头申请", en: "Take down an oral application"), by: [.clerk],
      to: .received, then: [.start(.review)], law(22, 3)),
    .opening(
      "reroute", Phrase("转交误投的申请", en: "Pass on an application filed here"), by: [.respondent],
      to: .received, then: [.start(.review)], law(4, 1)),
    .opening(
      "lodge", Phrase("收到对本机关处罚的复议申请", en: "Take in an application against an own penalty"),
      by: [.respondent], to: .forwarding, then: [.start(.forward)], law(32, 1)),
  ]

  private static let examination: [Transition] = [
    Transition(
      "accept", Phrase("受理", en: "accept"), by: [.clerk], from: [.received], to: .serving,
      then: [.stop(.review), .start(.serve), .start(.decide)], law(30, 1)),
    Transition(
      "accept-simplified", Phrase("受理，适用简易程序", en: "accept, simplified procedure"), by: [.clerk],
      from: [.received], to: .serving,
      then: [.stop(.review), .mark(.simplified), .start(.serve), .start(.decide)], law(53)),
    Transition(
      "refuse", Phrase("不予受理", en: "refuse to accept"), by: [.clerk], from: [.received],
      to: .refused, then: [.stopAll], law(30, 2)),
    Transition(
      "review-due", Phrase("逾期未决定，视为受理", en: "no decision in time: deemed accepted"),
      by: [.system], from: [.received], to: .serving,
      then: [.stop(.review), .start(.serve), .start(.decide)], law(30, 3)),
    Transition(
      "ask-correction", Phrase("通知补正", en: "ask for corrections"), by: [.clerk],
      from: [.received], to: .correcting,
      then: [.count(.corrected), .stop(.review), .start(.correct)], law(31, 1)),
    Transition(
      "correct", Phrase("提交补正材料", en: "hand in corrections"), by: [.applicant],
      from: [.correcting], to: .received, then: [.stop(.correct), .start(.review)], law(31, 3)),
    Transition(
      "extend-correction", Phrase("延长补正期限", en: "extend the time to correct"), by: [.clerk],
      from: [.correcting], then: [.extend(.correct)], law(31, 2)),
    Transition(
      "correct-due", Phrase("逾期未补正，视为放弃", en: "no corrections: taken as abandoned"),
      by: [.system], from: [.correcting], to: .abandoned, then: [.stopAll], law(31, 2)),
    Transition(
      "withdraw", Phrase("受理前撤回", en: "withdraw before acceptance"), by: [.applicant],
      from: [.received, .correcting, .forwarding], to: .withdrawn, then: [.stopAll],
      law(41, item: 1)),
  ]
}
