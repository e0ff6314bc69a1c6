import Books
import Commons
import Desk
import HTTPValues
import Storage

/// A notice to another provider of what became of an entity of the city's. The act itself puts it in the outbox, so
/// that none is lost; it is tried until it is taken or the entity's time is over. It names the entity only: what it
/// says of it is what holds when it goes, so that a late one brings no old news.
struct PeerNotice: Sendable {
  /// What it is about, and in which edition of F3411.
  enum About: String, Sendable {
    case intent, constraint
    case area19 = "area-v19"
    case area22 = "area-v22a"
  }

  let about: About
  /// The entity.
  let id: String
  /// The address of the provider that is told.
  let to: String
  /// Its subscriptions, with their indices, as the DSS gave them.
  let subscriptions: JSONValue
  /// When the entity's time is over.
  let until: Instant
  /// The extents of an area as they were sent to the DSS; null otherwise.
  let extents: JSONValue

  /// The notices that an answer of the DSS asks for; none goes to the city itself.
  static func effects(
    _ about: About, _ id: String, _ reply: JSONValue, until: Instant, extents: JSONValue = .null,
    except own: String
  ) -> [Effect] {
    (reply["subscribers"]?.array ?? []).compactMap { subscriber in
      guard let to = (subscriber["uss_base_url"] ?? subscriber["url"])?.string, to != own else {
        return nil
      }
      return Effect(
        LowAltitudeMeasure.noticeKind,
        [
          "about": .string(about.rawValue), "id": .string(id), "to": .string(to),
          "subscriptions": subscriber["subscriptions"] ?? [],
          "until": .integer(until.microseconds), "extents": extents,
        ])
    }
  }

  /// Reads the payload of an effect; nil if it is no such notice.
  init?(_ effect: OutboxBook.Waiting) {
    guard effect.kind == LowAltitudeMeasure.noticeKind,
      let value = try? JSONValue(parsing: Array(effect.payload.utf8)),
      let about = value["about"]?.string.flatMap(About.init(rawValue:)),
      let id = value["id"]?.string, let to = value["to"]?.string,
      let until = value["until"]?.integer
    else { return nil }
    (self.about, self.id, self.to) = (about, id, to)
    self.until = Instant(microseconds: until)
    subscriptions = value["subscriptions"] ?? []
    extents = value["extents"] ?? .null
  }
}

/// What came of a try to tell another provider something.
public enum PeerTelling: Sendable {
  /// It took it; its answer.
  case told(String)
  /// It may take it another time.
  case later(String)
  /// It never will.
  case never(String)
}

extension LowAltitudeMeasure {
  /// The kind of effect that is told to other providers.
  public static let noticeKind = "air-notice"

  /// Whether the city is a provider among others, which tells them things.
  public var tellsPeers: Bool { provider != nil }

  /// The address to which an effect of this measure's goes.
  public static func receiver(_ effect: OutboxBook.Waiting) -> String {
    PeerNotice(effect)?.to ?? ""
  }

  /// Notices of one line go one after another: those to one provider about one entity, so that what it hears
  /// last is what holds.
  public static func line(_ effect: OutboxBook.Waiting) -> String {
    PeerNotice(effect).map { $0.to + " " + $0.id } ?? ""
  }

  /// Seconds until the next try after so many: 2, 4, 8 … 60; after an hour once an hour, until the entity's time is
  /// over (city policy).
  public static func pause(after attempts: Int64) -> Int64 {
    attempts < oftenTried ? min(2 << min(attempts, 10), 60) : 3600
  }
  private static let oftenTried: Int64 = 64

  /// Tells another provider what an effect stands for. The request and its answer are noted, whatever they are.
  public func tellPeer(_ effect: OutboxBook.Waiting) async throws -> PeerTelling {
    guard let provider, let notice = PeerNotice(effect) else { return .never("nothing to tell") }
    let (path, scope, body) = try await message(notice, provider)
    let exchange = await provider.ask(.post, notice.to, path, scope: scope, body: body)
    try await FlightDesk(measure: self, provider: provider)
      .note([(.exchange, notice.id, exchange.record)])
    if exchange.isTaken { return .told("HTTP \(exchange.answer?.status ?? 0)") }
    let why = exchange.problem ?? "HTTP \(exchange.answer?.status ?? 0)"
    if provider.time.now >= notice.until { return .never("its time is over; last: " + why) }
    return LowAltitudeMeasure.isFinal(exchange.answer?.status) ? .never(why) : .later(why)
  }

  /// Whether asking again is no use: the receiver took the request for wrong. Of tokens and of load it may think
  /// otherwise later.
  private static func isFinal(_ status: Int?) -> Bool {
    guard let status else { return false }
    return (400..<500).contains(status) && ![401, 403, 404, 408, 425, 429].contains(status)
  }

  private func message(
    _ notice: PeerNotice, _ provider: AirProvider
  ) async throws -> (path: String, scope: String, body: JSONValue) {
    var body: [String: JSONValue] = ["subscriptions": notice.subscriptions]
    switch notice.about {
    case .intent:
      let flights = FlightDesk(measure: self, provider: provider)
      body["operational_intent_id"] = .string(notice.id)
      if let known = try await flights.known(notice.id) {
        body["operational_intent"] = try await flights.told(known)
      }
      return ("/uss/v1/operational_intents", "utm.strategic_coordination", .object(body))
    case .constraint:
      let constraints = ConstraintDesk(measure: self, provider: provider)
      body["constraint_id"] = .string(notice.id)
      body["constraint"] = try await constraints.told(notice.id)
      return ("/uss/v1/constraints", "utm.constraint_management", .object(body))
    case .area19, .area22:
      let edition: RemoteID = notice.about == .area19 ? .v19 : .v22a
      if let area = try await desk.store.first(AirBook.find(.area, notice.id)) {
        body["service_area"] = area.areaRecord(edition)
        body["extents"] = notice.extents
      }
      let path = edition == .v19 ? "/" : "/uss/identification_service_areas/"
      return (path + notice.id, edition.writeScope, .object(body))
    }
  }

  /// Notes that a provider could not be told.
  public func gaveUpTelling(_ effect: OutboxBook.Waiting) async throws {
    guard let provider, let notice = PeerNotice(effect) else { return }
    try await FlightDesk(measure: self, provider: provider).note([
      (
        .untold, notice.id,
        [
          "about": .string(notice.about.rawValue), "to": .string(notice.to),
          "tries": .integer(effect.attempts + 1),
        ]
      )
    ])
  }
}
