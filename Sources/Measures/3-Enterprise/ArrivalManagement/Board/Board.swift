import ArrivalFlow
import Commons

/// The movements of an airport as they stand: what was heard, and the sequence made of it.
struct ArrivalBoard: Sendable {
  /// How the sequence was made.
  enum Making: String, Sendable {
    /// Within freeze horizon and position shifts.
    case asRuled = "as-ruled"
    /// Windows were widened by an hour: aircraft must hold.
    case holding
    /// Nothing is frozen and shifts are wide: something that was frozen could not be kept.
    case afresh
    /// There is none.
    case none
  }

  /// What the last sequencing did to times that were announced.
  struct Turn: Hashable, Sendable {
    /// Movements that were in the sequence before.
    var known: Int64 = 0
    /// Those whose time or runway is another now.
    var moved: Int64 = 0
    /// The largest change, in seconds.
    var mostMoved_s: Int64 = 0
    /// Those that are kept as they are.
    var frozen: Int64 = 0
    /// Whether nothing better exists within the allowed moves.
    var isBest = true
  }

  var flights: [BoardFlight] = []
  /// Callsigns by track of a feed, for reports that name none.
  var tracks: [String: String] = [:]
  var making = Making.asRuled
  /// Why there is no sequence, or none within the rules.
  var reason: Phrase?
  var turn = Turn()
  var wind: BoardWind?
  /// The configuration that a controller chose; nil for the usual one.
  var configuration: String?
  /// What today's landings bore, by airline.
  var tally = BoardTally()

  /// Seconds after its planned landing in which a flight still leads the next.
  static let afterLanding: Int64 = 300
  /// Flights that land later than this from now are not yet in sequence.
  static let horizon: Int64 = 3600
  /// Flights of which nothing was heard for so long are taken off.
  static let silence: Int64 = 1800
  /// A flight that had a track and was not heard for so long is shown as lost: two turns of a slow radar
  /// and the way of its report.
  static let lostAfter: Int64 = 60
  static let heldAtMost = 400

  /// Whether a flight had a track that has gone silent.
  static func isLost(_ flight: BoardFlight, now: Int64) -> Bool {
    flight.place != nil && flight.heard < now - lostAfter
  }

  /// Takes off who has landed or taken off and whoever has long been silent; the answer is who landed.
  @discardableResult
  mutating func clear(now: Int64) -> [BoardFlight] {
    let landed = flights.filter {
      !$0.isDeparture && ($0.planned ?? .max) < now - Self.afterLanding
    }
    flights.removeAll { flight in
      if let planned = flight.planned, planned < now - Self.afterLanding { return true }
      return max(flight.heard, flight.target ?? flight.estimate ?? 0) < now - Self.silence
    }
    let known = Set(flights.map(\.callsign))
    tracks = tracks.filter { known.contains($0.value) }
    return landed
  }

  // MARK: In the store

  var text: String {
    var members: [String: JSONValue] = [
      "flights": .array(flights.sorted { $0.callsign < $1.callsign }.map(\.json)),
      "making": .string(making.rawValue),
      "tracks": .object(tracks.mapValues { .string($0) }), "tally": tally.json,
      "turn": [
        "known": .integer(turn.known), "moved": .integer(turn.moved),
        "most_moved_s": .integer(turn.mostMoved_s), "frozen": .integer(turn.frozen),
        "best": .bool(turn.isBest),
      ],
    ]
    members["wind"] = wind?.json
    members["configuration"] = configuration.map { .string($0) }
    members["reason"] = reason.map { .array([.string($0.zh), .string($0.en)]) }
    return JSONValue.object(members).canonical
  }

  init() {}

  /// Reads ``text``.
  init(_ text: String) throws {
    let json = try JSONValue(parsing: Array(text.utf8))
    flights = (json["flights"]?.array ?? []).compactMap { BoardFlight($0) }
    tracks = (json["tracks"]?.object ?? [:]).compactMapValues(\.string)
    making = Making(rawValue: json["making"]?.string ?? "") ?? .asRuled
    let last = json["turn"]
    turn = Turn(
      known: last?["known"]?.integer ?? 0, moved: last?["moved"]?.integer ?? 0,
      mostMoved_s: last?["most_moved_s"]?.integer ?? 0, frozen: last?["frozen"]?.integer ?? 0,
      isBest: last?["best"]?.bool ?? true)
    wind = json["wind"].flatMap { BoardWind($0) }
    configuration = json["configuration"]?.string
    let texts = json["reason"]?.array?.compactMap(\.string) ?? []
    reason = texts.count == 2 ? Phrase(texts[0], en: texts[1]) : nil
    tally = BoardTally(json["tally"])
  }
}
