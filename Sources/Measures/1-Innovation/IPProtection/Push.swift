import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import MeasureKit

/// What is pushed to a platform, and when: version 1 of the shared interface.
enum IPPush {
  /// The kind of effect in the outbox.
  static let kind = "platform-push"

  /// The events: what the platform is asked to do, or told.
  static let events = ["notice", "terminate", "keep", "order", "outcome"]

  /// What a step asks the platform to be told; nil if nothing.
  static func event(of draft: CaseDraft) -> String? {
    switch draft.command {
    case .notify: "notice"
    case .waitDue: "terminate"
    case .order: "order"
    case .pushAgain:
      draft.before?.base.stage == StageID.liftUndelivered.text ? "terminate" : "notice"
    case .complain, .sue:
      draft.before?.base.stage == StageID.declined.text ? nil : "keep"
    case .decide, .judge, .withdraw, .notAccept, .notDocket, .refer: "outcome"
    default: nil
    }
  }

  /// The message that an effect stands for; nil if its case was forgotten.
  static func body(
    _ effect: OutboxBook.Waiting, _ file: CaseFile, _ rules: IPRules
  ) -> JSONValue? {
    guard let event = (try? JSONValue(parsing: effect.payload))?["event"]?.string,
      let opening = file.opening,
      let act = file.events.first(where: { $0.row.key == effect.entry })
    else { return nil }
    let facts = file.facts
    var fields: [String: JSONValue] = [
      "interface": .string(ExchangeContract.version), "id": .string(effect.key),
      "event": .string(event), "number": .string(file.row.base.number.description),
      "version": .integer(effect.entry.version), "stage": .string(file.row.base.stage),
      "city": .string(rules.profile.code), "platform": .string(facts.text("platform")),
      "at": .string(act.row.recordedAt.description),
      "right": .string(facts.text("right")), "right_number": .string(opening.text("right-number")),
      "links": .array(links(opening).map { .string($0) }),
      "packets": .array(PacketShelf(facts).entries.map { .string($0.content.hex) }),
    ]
    if event == "notice" {
      fields["holder"] = .string(opening.text("holder"))
      fields["statement"] = .string(opening.text("statement"))
      fields["measures"] = .array(opening.list("wanted").map { .string($0) })
    }
    if event == "outcome" {
      fields["outcome"] = .string(
        facts.string("judgment") ?? facts.string("outcome") ?? act.command.text)
    }
    if event == "order" { fields["text"] = .string(act.said?.text("text") ?? "") }
    return .object(fields)
  }

  private static func links(_ opening: CaseFacts) -> [String] {
    (try? NoticeLinks(opening.text("links")))?.addresses ?? []
  }
}

extension IPMeasure {
  /// The kind of effect that is pushed to platforms.
  public static let pushKind = IPPush.kind

  /// The platform to which an effect of this measure's goes.
  public static func receiver(_ effect: OutboxBook.Waiting) -> String {
    (try? JSONValue(parsing: effect.payload))?["platform"]?.string ?? ""
  }

  /// The message behind an effect of this measure's, for ``PushWorker``; nil if it is none, or its
  /// case was forgotten.
  public func push(_ effect: OutboxBook.Waiting) async throws -> PlatformMessage? {
    guard effect.kind == IPPush.kind,
      let file = try await CaseFile.load(effect.entry.aggregate, desk, office.setting),
      let body = IPPush.body(effect, file, rules)
    else { return nil }
    return PlatformMessage(to: IPMeasure.receiver(effect), body: body)
  }

  /// Records that an effect was given up: its case goes to an official, who serves it otherwise.
  public func gaveUp(_ effect: OutboxBook.Waiting) async throws {
    do {
      _ = try await desk.submit(
        MoveCase(.undelivered, as: .system, on: effect.entry.aggregate, in: office.setting),
        by: program, CommandDesk.Terms(idempotencyKey: "undelivered.\(effect.key)"))
    } catch let problem as Problem where [403, 409, 422].contains(problem.status) {
      // The case has gone on: the failed delivery stands among its deliveries.
    }
  }
}

/// A message for a platform.
public struct PlatformMessage: Sendable {
  /// The platform.
  public let platform: String
  /// What it says.
  public let body: JSONValue

  /// A message.
  public init(to platform: String, body: JSONValue) {
    self.platform = platform
    self.body = body
  }
}
