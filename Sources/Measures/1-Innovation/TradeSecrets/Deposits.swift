import CaseEngine
import CaseWork
import Commons
import DepositProofs
import LegalTime
import MeasureKit
import Storage

extension ActorKind {
  /// Whoever holds the secret: the capacity of the public pages under its own name.
  static let owners = ActorKind("citizen", Phrase("企业", en: "firm"))
}

extension CommandID {
  static let deposit: CommandID = "deposit"
}

/// A deposit without disclosure: one salted digest is registered, nothing else. Nobody's name, no title,
/// no number of files; each deposit is a matter of its own, so that the log does not tell which of them
/// belong together.
struct DepositProcedure: Procedure {
  var card: MeasureCard { SecretCards.deposits }
  var path: String { "trade-secrets/deposits" }
  var openingCommand: CommandID { .deposit }
  var trays: [CaseTray] { [] }
  var way: [(name: Phrase, stages: [StageID])] { [] }
  var links: [(name: Phrase, target: String)] {
    [(Phrase("怎样存证和证明", en: "How to deposit and prove"), "/trade-secrets/proof")]
  }

  let type = CaseType(
    "trade-secret-deposit", Phrase("商业秘密存证", en: "deposit without disclosure"),
    stages: [.final("kept", Phrase("已登记", en: "Registered"))],
    transitions: [
      .opening(
        .deposit, Phrase("登记存证", en: "register a deposit"), by: [.owners], to: "kept", then: [],
        SecretBasis.electronicSignature(8))
    ])

  func function(of command: CommandID) -> String { "self-assessment" }

  func fields(of command: CommandID) -> [CaseField] {
    guard command == .deposit else { return [] }
    return [
      CaseField(
        DepositValue.field, Phrase("存证值", en: "Deposit value"),
        hint: Phrase(
          "64位十六进制，由“tequ secret deposit”在您的电脑上算出；文件、文件名和数量都不会离开您的电脑。",
          en:
            "64 hex digits that “tequ secret deposit” computes on your machine; files, names and their number stay there."
        ),
        .line(64), keeping: .open)
    ]
  }

  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    throw Problem.malformed(Phrase("存证没有时限。", en: "A deposit has no clock."))
  }

  func decide(_ draft: inout CaseDraft, _ view: any View) throws {
    let value = draft.said.text(DepositValue.field)
    guard DepositProcedure.isValue(value) else {
      throw Problem.invalid([
        Problem.Field(
          DepositValue.field,
          Phrase(
            "存证值应为64位小写十六进制；请勿填写内容或文件名。",
            en: "The value has 64 lower-case hex digits. Do not enter contents or file names."))
      ])
    }
    draft.title = "商业秘密存证"
  }

  static func isValue(_ text: String) -> Bool {
    Hex.decode(text).map { $0.count == 32 && Hex.encode($0) == text } ?? false
  }

  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    [(Phrase("存证值", en: "Deposit value"), .same(facts.text(DepositValue.field)))]
  }
}
