import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import Interchange
import MeasureKit
import Storage

/// What the citizen is told when something happens to a request.
enum RequestNotices {
  static let words: [String: (subject: Phrase, body: Phrase)] = [
    "file": (
      Phrase("已收到您的诉求", en: "We have your request"),
      Phrase("您的诉求已登记，我们会尽快派单。", en: "Your request has been registered.")
    ),
    "dispatch": (
      Phrase("您的诉求已派单", en: "Your request was sent to an agency"),
      Phrase("已交承办单位办理。", en: "An agency has it now.")
    ),
    "ask": (
      Phrase("请补充材料", en: "Information is needed"),
      Phrase(
        "承办单位请您补充材料，补充前办理时限暂停计算。",
        en: "The agency needs information; the period stands still until then.")
    ),
    "extend": (
      Phrase("办理期限已依法延长", en: "The period was extended"),
      Phrase("延长的理由见办理过程。", en: "The reason stands in the history.")
    ),
    "reply": (
      Phrase("您的诉求已答复", en: "Your request was answered"),
      Phrase("请查看答复，并对结果作出评价。", en: "Please read the answer and rate the result.")
    ),
    "answer": (
      Phrase("您的诉求已答复", en: "Your request was answered"),
      Phrase("请查看答复。", en: "Please read the answer.")
    ),
    "call-back": (
      Phrase("请评价办理结果", en: "Please rate the result"),
      Phrase("请在期限内评价；逾期视为办结。", en: "Please do so in time; otherwise it counts as closed.")
    ),
    "redo": (
      Phrase("您的诉求将重新办理", en: "Your request is handled again"),
      Phrase(
        "因您不满意，已要求承办单位重新办理。", en: "As you were not satisfied, the agency was told to do it again.")
    ),
    "explain": (
      Phrase("您的诉求已说明理由并办结", en: "Your request was closed with reasons"),
      Phrase("理由见办理过程。", en: "The reasons stand in the history.")
    ),
    "terminate": (
      Phrase("您的诉求已终止办理", en: "Your request was terminated"),
      Phrase("理由见办理过程。", en: "The reason stands in the history.")
    ),
  ]

  private static let refused = (
    subject: Phrase("您的诉求不属于受理范围", en: "Your request was not taken up"),
    body: Phrase("理由和应当去的部门见办理过程。", en: "The reason, and where to go, stand in the history.")
  )

  /// What is said of an act with this command.
  static func text(_ command: CommandID) -> (subject: Phrase, body: Phrase) {
    words[command.text] ?? refused
  }
}

extension RequestsMeasure {
  /// The message that an effect of this measure calls for; nil if it is another measure's, or the
  /// citizen left no address. The message names the number, never what it is about.
  public func notice(_ effect: OutboxBook.Waiting) async throws -> Notice? {
    guard let row = try await desk.store.first(RequestTables.find(effect.entry.aggregate)),
      let file = try await RequestFile.load(row.base.key, desk), let intake = file.intake
    else { return nil }
    let recipient = intake.email.isEmpty ? intake.phone : intake.email
    guard !recipient.isEmpty,
      let act = file.events.first(where: { $0.row.key == effect.entry })
    else { return nil }
    let words = RequestNotices.text(act.command)
    let number = row.base.number.description
    return Notice(
      id: "\(profile.slug)-\(effect.key)", recipient: recipient,
      subject: "\(words.subject.zh)（\(number)）",
      body: """
        \(words.body.zh)
        \(words.body.en)

        \(number)
        /requests/\(number)?token=\(trackingToken(row.base.key))
        """, date: act.row.recordedAt)
  }
}
