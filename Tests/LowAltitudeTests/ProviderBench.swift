import AccessTokens
import Books
import Commons
import Desk
import HTTPValues
import MeasureKit
import SQLiteStorage
import Storage

@testable import LowAltitude

/// Another provider that answers as it is told and notes what it is asked.
final class StandInPeer: PeerClient {
  struct Asked: Sendable {
    let method: Method
    let address: String
    let body: JSONValue?
  }

  /// What it answers, by address; 204 for what is not named.
  let answers = Locked<[String: PeerAnswer]>([:])
  let asked = Locked<[Asked]>([])

  func send(
    _ method: Method, _ address: String, token: String, body: JSONValue?
  ) async throws -> PeerAnswer {
    asked.withLock { $0.append(Asked(method: method, address: address, body: body)) }
    guard let answer = answers.withLock({ $0[address] }) else {
      if method == .get { throw Problem.unavailable() }
      return PeerAnswer(204, .null)
    }
    return answer
  }

  func token(audience: String, scope: String) async throws -> String { audience + " " + scope }

  func asked(_ method: Method) -> [Asked] { asked.withLock { $0.filter { $0.method == method } } }
}

/// A city that plans flights, over a store in memory.
struct ProviderBench: Sendable {
  let air: AirBench
  let peer = StandInPeer()
  let measure: LowAltitudeMeasure
  let flights: FlightDesk
  let clients: AirClients

  init() throws {
    air = try AirBench()
    let (desk, ring) = (air.measure.desk, air.measure.ring)
    let random = SeededBytes(seed: 8)
    let provider = AirProvider(
      name: "city", baseURL: "https://city.example", servesTests: true, client: peer,
      time: air.time, random: random)
    measure = try LowAltitudeMeasure(
      desk: desk, ring: ring, rules: air.measure.rules, acknowledger: Acknowledger([]),
      tokens: TokenVerifier(keys: [], audiences: []), provider: provider)
    flights = FlightDesk(measure: measure, provider: provider)
    clients = AirClients(desk: desk, ring: ring, random: random)
  }

  static func plan(
    _ extent: JSONValue = AirBench.extent(), usage: String = "Planned",
    aircraft: String = "Nominal",
    priority: JSONValue = 0, telemetry: [JSONValue] = []
  ) -> JSONValue {
    [
      "basic_information": [
        "usage_state": .string(usage), "uas_state": .string(aircraft), "area": [extent],
      ], "astm_f3548_21": ["priority": priority], "telemetry": ["states": .array(telemetry)],
    ]
  }

  /// Plans a flight; what its user is told.
  func put(_ number: Int, _ plan: JSONValue = ProviderBench.plan()) async throws -> FlightAnswer {
    do {
      let wish = try FlightWish(AirBench.id(number), AirReader(plan), at: air.time.now)
      return try await flights.put(wish, at: air.time.now)
    } catch let refusal as FlightWish.Refusal {
      return FlightAnswer(result: "Rejected", status: "NotPlanned", notes: refusal.why)
    }
  }

  func known(_ number: Int) async throws -> KnownFlight? {
    try await flights.known(plan: AirBench.id(number))
  }

  /// Lets another provider keep a flight in the DSS, and answer for it.
  func foreign(
    _ number: Int, _ extent: JSONValue = AirBench.extent(), priority: JSONValue = 0,
    changing change: (inout [String: JSONValue]) -> Void = { _ in }
  ) async throws {
    let known = try await air.store.read {
      try AirBook.entities(
        .intent,
        in: try AskedVolume([
          try AirReader(extent).volume()
        ]).open, $0)
    }
    let kept = try await air.putIntent(
      number, AirBench.intent(extent, key: known.map(\.tag)), by: AirBench.two)
    var intent: [String: JSONValue] = [
      "reference": kept["operational_intent_reference"] ?? .null,
      "details": ["volumes": [extent], "off_nominal_volumes": [], "priority": priority],
    ]
    change(&intent)
    let address = "https://uss.example/utm/uss/v1/operational_intents/" + AirBench.id(number)
    peer.answers.withLock {
      $0[address] = PeerAnswer(200, ["operational_intent": .object(intent)])
    }
  }
}
