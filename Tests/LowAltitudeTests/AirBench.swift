import AccessTokens
import Books
import CaseWork
import Cities
import CityProfiles
import Commons
import Desk
import HTTPValues
import LegalTime
import MeasureFixture
import MeasureKit
import Rulebook
import SQLiteStorage
import Storage

@testable import LowAltitude

/// A DSS over a store in memory, with a clock that is set by hand.
struct AirBench: Sendable {
  let measure: LowAltitudeMeasure
  let time: ManualTime
  let store: any Store

  static let start = MemoryDesk.start
  static let one = AirCaller(
    name: "uss1", scopes: ["utm.strategic_coordination", "utm.constraint_processing"])
  static let two = AirCaller(
    name: "uss2", scopes: ["utm.strategic_coordination", "utm.conformance_monitoring_sa"])

  init() throws {
    let made = try MemoryDesk(LowAltitudeMeasure.migrations)
    (time, store) = (made.time, made.desk.store)
    measure = try LowAltitudeMeasure(
      desk: made.desk, ring: made.ring,
      rules: try FlightRules(BundledCities.shifan(), law: AllLaw.base(), calendar: .stateCouncil),
      acknowledger: Acknowledger([]), tokens: TokenVerifier(keys: [], audiences: []))
  }

  // MARK: What is sent

  /// A UUID of version 4 with a number in it.
  static func id(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
  }

  /// A square of some 200 m at a place, with its height in metres and its time in seconds from the start.
  static func extent(
    _ place: (Double, Double) = (22.54, 114.05), _ height: (Int, Int) = (50, 100),
    _ time: (Int64, Int64) = (60, 600)
  ) -> JSONValue {
    let (south, west) = place
    let corners = [(0.0, 0.0), (0, 0.002), (0.002, 0.002), (0.002, 0)].map { north, east in
      JSONValue.object(["lat": .number(south + north), "lng": .number(west + east)])
    }
    func altitude(_ metres: Int) -> JSONValue {
      ["value": .integer(Int64(metres)), "reference": "W84", "units": "M"]
    }
    return [
      "volume": [
        "outline_polygon": ["vertices": .array(corners)],
        "altitude_lower": altitude(height.0), "altitude_upper": altitude(height.1),
      ],
      "time_start": JSONValue(moment: start.adding(seconds: time.0)),
      "time_end": JSONValue(moment: start.adding(seconds: time.1)),
    ]
  }

  static func intent(
    _ extent: JSONValue = AirBench.extent(), state: String = "Accepted", key: [String] = [],
    _ more: [String: JSONValue] = [:]
  ) -> JSONValue {
    var members: [String: JSONValue] = [
      "extents": [extent], "state": .string(state), "uss_base_url": "https://uss.example/utm",
      "key": .array(key.map { .string($0) }),
    ]
    members.merge(more) { $1 }
    return .object(members)
  }

  static let implicit: [String: JSONValue] = [
    "new_subscription": ["uss_base_url": "https://uss.example/sub"]
  ]

  // MARK: Sending it

  func putIntent(
    _ number: Int, _ body: JSONValue, ovn: String? = nil, by caller: AirCaller = AirBench.one
  ) async throws -> JSONValue {
    let wish = try IntentWish(
      AirReader(body), id: AirBench.id(number), tag: ovn, by: caller, at: time.now)
    let decision = IntentDecision(wish: wish, caller: caller, ring: measure.ring)
    return try await measure.act("intent.put", on: .intent, wish.id, by: caller) {
      try decision.put($0, $1, $2)
    }
  }

  func deleteIntent(
    _ number: Int, ovn: String, by caller: AirCaller = AirBench.one
  ) async throws -> JSONValue {
    let ring = measure.ring
    return try await measure.act("intent.delete", on: .intent, AirBench.id(number), by: caller) {
      try IntentDecision.delete($0, tag: ovn, by: caller, ring, $1, $2)
    }
  }

  func putSubscription(
    _ number: Int, _ extent: JSONValue = AirBench.extent(), version: String? = nil,
    by caller: AirCaller = AirBench.one, constraints: Bool = false
  ) async throws -> JSONValue {
    let body: JSONValue = [
      "extents": extent, "uss_base_url": .string("https://\(caller.name).example"),
      "notify_for_operational_intents": true, "notify_for_constraints": .bool(constraints),
    ]
    let wish = try SubscriptionWish(AirReader(body), id: AirBench.id(number), tag: version)
    let ring = measure.ring
    return try await measure.act("subscription.put", on: .subscription, wish.id, by: caller) {
      try wish.put($0, by: caller, ring, $1, $2)
    }
  }

  func putConstraint(
    _ number: Int, ovn: String? = nil, by caller: AirCaller = AirBench.one
  ) async throws -> JSONValue {
    let body: JSONValue = [
      "extents": [AirBench.extent()], "uss_base_url": "https://uss.example/utm",
    ]
    let wish = try ConstraintWish(
      AirReader(body), id: AirBench.id(number), tag: ovn, at: time.now)
    let ring = measure.ring
    return try await measure.act("constraint.put", on: .constraint, wish.id, by: caller) {
      try wish.put($0, by: caller, ring, $1, $2)
    }
  }

  /// Rows in which cells and entities do not fit.
  func misplaced() async throws -> Int {
    try await store.read { try AirBook.misplaced($0).count }
  }

  func has(_ kind: AirEntity.Kind, _ id: String) async throws -> Bool {
    try await store.first(AirBook.find(kind, id)) != nil
  }
}

/// The status with which something is refused; nil if it is not.
func refusal(_ body: () async throws -> JSONValue) async throws -> (status: Int, body: JSONValue)? {
  do {
    _ = try await body()
    return nil
  } catch let refusal as AirRefusal { return (refusal.status, refusal.body) }
}

extension JSONValue {
  /// The OVN of an answer about an intent or a constraint.
  var ovn: String {
    (self["operational_intent_reference"] ?? self["constraint_reference"])?["ovn"]?.string ?? ""
  }
  /// The subscription of an intent.
  var support: String {
    self["operational_intent_reference"]?["subscription_id"]?.string ?? ""
  }
  /// Notification indices by subscription.
  var notices: [String: Int64] {
    var found: [String: Int64] = [:]
    for subscriber in self["subscribers"]?.array ?? [] {
      for item in subscriber["subscriptions"]?.array ?? [] {
        found[item["subscription_id"]?.string ?? ""] = item["notification_index"]?.integer
      }
    }
    return found
  }
}
