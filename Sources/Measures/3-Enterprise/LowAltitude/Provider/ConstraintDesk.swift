import Airspace
import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import MeasureKit
import Storage

/// Publishes the city's closures as constraints of F3548-21: the reference in the DSS, the details here, and whoever
/// subscribed to constraints is told. A closure is durable before it is published, and is compared with what is
/// published again and again: what was not done is done the next time, and what is done is not done again.
struct ConstraintDesk: Sendable {
  let measure: LowAltitudeMeasure
  let provider: AirProvider

  /// How far ahead closures are published, in seconds.
  private static let ahead: Int64 = 60 * 86_400
  /// What others read of what it is.
  private static let type = "cn.gov.temporary_controlled_airspace"

  private var store: any Store { measure.desk.store }
  private var exchange: ProviderExchange { ProviderExchange(measure: measure, provider: provider) }

  /// A constraint as other providers are told of it; nil if it is gone.
  func told(_ id: String) async throws -> JSONValue? {
    let caller = provider.caller
    return try await store.read { view in
      guard let own = try view.first(OwnConstraintBook.find(id)),
        let entity = try view.first(AirBook.find(.constraint, id))
      else { return nil }
      let reference =
        try view.first(DistantBook.reference(.constraint, id))
        ?? entity.constraintReference(for: caller, try AirBook.availability(view))
      return ["reference": reference, "details": own.details]
    }
  }

  /// Publishes what is announced and not published, takes back what is lifted; how much that was.
  func settle(at now: Instant) async throws -> Int {
    let (closures, kept) = try await store.read { view in
      (
        try view.all(
          ClosureBook.open(from: now, to: now.adding(seconds: ConstraintDesk.ahead))),
        try view.all(OwnConstraintBook.all)
      )
    }
    let known = Dictionary(kept.map { ($0.closure, $0) }, uniquingKeysWith: { $1 })
    var done = 0
    for closure in closures {
      if try await publish(closure, over: known[closure.id]) { done += 1 }
    }
    let open = Set(closures.map(\.id))
    for own in kept where !open.contains(own.closure) {
      if try await withdraw(own, at: now) { done += 1 }
    }
    return done
  }

  private func publish(_ closure: ClosureRow, over old: OwnConstraint?) async throws -> Bool {
    let id = constraintID(closure)
    let volume = ConstraintDesk.volume(closure)
    let own = OwnConstraint(
      id: id, closure: closure.id, details: ConstraintDesk.details([volume]))
    // Compared as written: 60 and 60.0 are one number there.
    guard own.details.canonical != old?.details.canonical else { return false }
    let tag = try await store.first(AirBook.find(.constraint, id))?.tag
    let body: JSONValue = [
      "extents": [volume], "uss_base_url": .string(provider.baseURL),
    ]
    let (ring, address) = (measure.ring, provider.baseURL)
    do {
      _ = try await exchange.put(.constraint, id, tag, body) { reply, view, _ in
        let before = try view.first(OwnConstraintBook.find(id))
        return ProviderExchange.Beside(
          changes: [OwnConstraintBook.save(own, over: before, ring)],
          effects: PeerNotice.effects(
            .constraint, id, reply, until: closure.end, except: address))
      }
      return true
    } catch let refusal as AirRefusal where refusal.status < 500 {
      // Over meanwhile, wider than a DSS takes, or somebody was quicker: the desk shows what is not published.
      return false
    }
  }

  /// Takes back the constraint of a closure that was lifted, or was over a day ago.
  private func withdraw(_ own: OwnConstraint, at now: Instant) async throws -> Bool {
    let closure = try await store.first(ClosureBook.find(own.closure))
    let bound = now.adding(seconds: -LowAltitudeMeasure.keptSeconds)
    if let closure, !closure.isLifted, closure.end >= bound { return false }
    let (id, address) = (own.id, provider.baseURL)
    let until = closure?.end ?? now
    let entity = try await store.first(AirBook.find(.constraint, id))
    do {
      _ = try await exchange.delete(.constraint, id, entity?.tag ?? "") { reply, _, _ in
        ProviderExchange.Beside(
          effects: PeerNotice.effects(.constraint, id, reply, until: until, except: address))
      }
      return true
    } catch let refusal as AirRefusal where [404, 409].contains(refusal.status) {
      return false
    }
  }

  /// The id follows from the closure, so that it is the same whoever publishes it and however often.
  func constraintID(_ closure: ClosureRow) -> String {
    let text = "constraint \(provider.name) \(provider.baseURL) \(closure.number)"
    var bytes = Array(Digest.of(Array(text.utf8)).bytes.prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    return AirReader.uuid(Hex.encode(bytes)) ?? ""
  }

  /// What others are told of a closure.
  static func details(_ volumes: JSONValue) -> JSONValue {
    ["volumes": volumes, "type": .string(type)]
  }

  /// What a closure closes, as F3548-21 writes a volume.
  static func volume(_ closure: ClosureRow) -> JSONValue {
    func altitude(_ centimetres: Int64) -> JSONValue {
      ["value": .number(Double(centimetres) / 100), "reference": "W84", "units": "M"]
    }
    let vertices = closure.outline.map { corner -> JSONValue in
      ["lat": .number(Double(corner[1]) / 1e7), "lng": .number(Double(corner[0]) / 1e7)]
    }
    return [
      "volume": [
        "outline_polygon": ["vertices": .array(vertices)],
        "altitude_lower": altitude(closure.lowerCM), "altitude_upper": altitude(closure.upperCM),
      ],
      "time_start": JSONValue(moment: closure.start), "time_end": JSONValue(moment: closure.end),
    ]
  }
}

extension LowAltitudeMeasure {
  /// Closures that are announced or lifted are published at once, where the city is a provider.
  var closureProgress: [ActSubscription] {
    guard let provider else { return [] }
    let procedure = ClosureProcedure(rules: rules)
    return [
      ActSubscription(
        "low-altitude.constraints",
        to: [procedure.kind("announce"), procedure.kind("lift")]
      ) { _ in
        _ = try await ConstraintDesk(measure: self, provider: provider)
          .settle(at: provider.time.now)
      }
    ]
  }

  /// Publishes closures, and finds out what became of what was begun at a DSS elsewhere; how many that were.
  func settleConstraints(at moment: Instant) async throws -> Int {
    guard let provider else { return 0 }
    do {
      _ = try await ProviderExchange(measure: self, provider: provider).recover(at: moment)
    } catch is AirRefusal { return 0 }  // It is away still.
    return try await ConstraintDesk(measure: self, provider: provider).settle(at: moment)
  }
}
