import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import HTTPValues
import Interchange
import MeasureKit

// The shared interface: what platforms answer, signed with the secret that they share with the city.
extension IPMeasure {
  func exchangeRoutes(_ routes: inout Routes) {
    routes.get("/api/ip-protection/exchange/openapi.json", .everybody, .interface) { _ in
      .json(ExchangeContract.document(self.rules))
    }
    routes.post("/api/ip-protection/exchange/{platform}/answers", .everybody, .interface) {
      try await self.answer($0)
    }
  }

  /// The steps that a platform may take by message.
  static let answers: [CommandID] = [.measures, .decline, .counter, .lift]

  private func answer(_ visit: Visit) async throws -> Response {
    let platform = visit["platform"]
    guard let secret = partners[platform] else {
      throw Problem.notFound(Phrase("没有这个平台，或尚未交换密钥。", en: "No such platform, or no secret yet."))
    }
    let headers = visit.request.headers
    let key = try SignedMessage.check(
      visit.request.body, time: headers[SignedMessage.timeHeader.lowercased()],
      key: headers[SignedMessage.keyHeader.lowercased()],
      signature: headers[SignedMessage.signatureHeader.lowercased()], secret, now: visit.now)
    guard var members = try visit.request.json().object,
      members.removeValue(forKey: "interface")?.string == ExchangeContract.version
    else {
      throw Problem.malformed(
        Phrase(
          "interface 应为 \(ExchangeContract.version)。",
          en: "interface must be \(ExchangeContract.version)."))
    }
    let command = CommandID(members.removeValue(forKey: "command")?.string ?? "")
    guard IPMeasure.answers.contains(command) else {
      throw Problem.malformed(
        Phrase(
          "command 应为 \(IPMeasure.answers.map(\.text).joined(separator: "、"))。",
          en: "command must be one of \(IPMeasure.answers.map(\.text).joined(separator: ", "))."))
    }
    let row = try await office.row(members.removeValue(forKey: "number")?.string ?? "")
    guard row.party == platform else {
      throw Problem.notFound(Phrase("没有发给此平台的这件。", en: "No such case of this platform."))
    }
    let said = try office.said(command, .object(members))
    let actor = Actor(
      kind: .system, account: -1, permissions: [office.procedure.permission(.platform)],
      agencies: [platform])
    let done = try await desk.submit(
      MoveCase(command, as: .platform, on: row.base.key, said: said, in: office.setting),
      by: actor, CommandDesk.Terms(idempotencyKey: "\(platform).\(key)"))
    return .json(
      .object(try office.acknowledgement(done, number: row.base.number)), status: 201)
  }
}
