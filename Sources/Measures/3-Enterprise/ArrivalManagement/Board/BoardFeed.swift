import ArrivalFlow
import Books
import CityProfiles
import Commons
import Desk
import HTTPValues
import Interchange
import MeasureKit
import Storage

/// How messages of feeds come in, and what is said of a board.
extension ArrivalMeasure {
  /// Bytes of a message at most.
  private static let messageLimit = 1_000_000
  private static let tries = 8

  /// Takes a signed message of a partner into the board of an airport.
  func feed(_ visit: Visit) async throws -> Response {
    let airport = try rules.airport(visit["airport"])
    guard let format = FeedFormat(rawValue: visit["format"]) else {
      throw Problem.notFound(
        Phrase("格式应为csv、asterix或sbs。", en: "The format must be csv, asterix or sbs."))
    }
    let partner = visit.request.headers["tequ-partner"] ?? ""
    guard let secret = partners[partner] else {
      throw Problem(
        "partner", status: 401, title: Phrase("来源未知", en: "Unknown sender"),
        detail: Phrase(
          "请在Tequ-Partner写明已交换密钥的来源。",
          en: "Name a sender with whom a secret was exchanged in Tequ-Partner."))
    }
    let headers = visit.request.headers
    let key = try SignedMessage.check(
      visit.request.body, time: headers[SignedMessage.timeHeader.lowercased()],
      key: headers[SignedMessage.keyHeader.lowercased()],
      signature: headers[SignedMessage.signatureHeader.lowercased()], secret, now: visit.now)
    guard visit.request.body.count <= Self.messageLimit else {
      throw Problem.malformed(
        Phrase("一次至多100万字节。", en: "A message has at most a million bytes."))
    }
    let content = format.read(visit.request.body, now: Double(visit.now.microseconds) / 1e6)
    let taken = try await take(
      content, format, airport, from: partner, key: "\(partner).\(key)",
      digest: Digest.of(visit.request.body).hex, at: visit.now)
    var reply = try await boardJSON(airport, now: visit.now)
    reply["taken"] = .integer(Int64(taken))
    reply["faults"] = .array(
      content.faults.prefix(100).map { fault in
        ["place": .integer(Int64(fault.place)), "message": .string(fault.message[visit.language])]
      })
    // Nothing could be read of it: that is the sender's fault.
    let isRefused = content.reports.isEmpty && !content.faults.isEmpty
    return .json(.object(reply), status: isRefused ? 422 : 200)
  }

  /// Takes what was read into a board; the answer is how many reports were of known flights.
  func take(
    _ content: FeedContent, _ format: FeedFormat, _ airport: Airport, from partner: String,
    key: String, digest: String, at now: Instant
  ) async throws -> Int {
    guard !content.reports.isEmpty else { return 0 }
    let options = try rules.options(on: now.date(in: rules.profile.zone))
    for attempt in 1...Self.tries {
      let before = try await desk.store.first(BoardBook.find(airport.id))
      var board = try before.map { try ArrivalBoard($0.board) } ?? ArrivalBoard()
      let landed = board.clear(now: now.seconds)
      let taken = board.take(
        content.reports, feed: "\(partner).\(format.rawValue)", airport, rules.book,
        now: now.seconds)
      let count = board.sequence(airport, rules.book, options, now: now.seconds)
      let said: [String: JSONValue] = [
        "airport": .string(airport.id), "format": .string(format.rawValue),
        "reports": .integer(Int64(taken)), "faults": .integer(Int64(content.faults.count)),
        "sequenced": .integer(Int64(count)), "landed": .integer(Int64(landed.count)),
        "delay_s": .integer(landed.delay_s), "making": .string(board.making.rawValue),
      ]
      let act = FeedAct(
        airport: airport.id, before: before, board: board.text, publicFields: .object(said),
        content: [
          "airport": .string(airport.id), "digest": .string(digest), "from": .string(partner),
        ])
      do {
        _ = try await desk.submit(
          act, by: .system([ArrivalMeasure.feedPermission]), .init(idempotencyKey: key))
        return taken
      } catch let problem as Problem
        where problem.status == Problem.stale.status && attempt < Self.tries
      {
        continue
      }
    }
    throw Problem.unavailable()
  }

  /// The board of an airport without those who have landed meanwhile; an empty one before anything was heard.
  func board(_ airport: Airport, now: Instant) async throws -> (board: ArrivalBoard, row: BoardRow?)
  {
    let row = try await desk.store.first(BoardBook.find(airport.id))
    var board = try row.map { try ArrivalBoard($0.board) } ?? ArrivalBoard()
    _ = board.clear(now: now.seconds)
    return (board, row)
  }

  /// The board as data: the sequence with advisories.
  func boardJSON(_ airport: Airport, now: Instant) async throws -> [String: JSONValue] {
    let (board, row) = try await board(airport, now: now)
    let options = try rules.options(on: now.date(in: rules.profile.zone))
    let lines = BoardLine.all(board, airport, rules.book)
    return [
      "airport": .string(airport.id), "version": .integer(row?.version ?? 0),
      "now": .integer(now.seconds), "making": .string(board.making.rawValue),
      "freeze_s": .integer(Int64(options.freeze)), "shift": .integer(Int64(options.shift)),
      "runways": .array(airport.landingRunways.map { .string($0.name) }),
      "flights": .array(lines.map(\.json)),
    ]
  }
}

/// A flight of a board with what the controller is advised.
struct BoardLine: Sendable {
  let flight: BoardFlight
  let category: String
  let runway: String
  /// Seconds to lose (positive) or gain.
  let lose_s: Int64?
  /// When to turn from the arc straight to the merge point, so that the planned landing is met.
  let direct: Int64?

  var json: JSONValue {
    var members = flight.json.object ?? [:]
    members["category"] = .string(category)
    members["runway"] = flight.planned == nil ? nil : .string(runway)
    members["lose_s"] = lose_s.map { .integer($0) }
    members["direct"] = direct.map { .integer($0) }
    return .object(members)
  }

  /// The flights in the order of their landings, then those that are not in sequence.
  static func all(_ board: ArrivalBoard, _ airport: Airport, _ book: AirportBook) -> [BoardLine] {
    let scheme = airport.scenario.study.after.scheme
    let runways = airport.landingRunways
    return board.flights.sorted {
      ($0.planned ?? .max, $0.target ?? .max, $0.callsign)
        < ($1.planned ?? .max, $1.target ?? .max, $1.callsign)
    }.map { flight in
      let group = book.types[flight.type]
      let estimate = ArrivalEstimate(airport: airport, group: group)
      let outer = airport.merge.arcs.max { $0.radius_m < $1.radius_m }
      let isBefore = flight.latitude != nil
      return BoardLine(
        flight: flight, category: group.map { scheme.category(of: $0.type) } ?? "?",
        runway: runways.indices.contains(Int(flight.runway))
          ? runways[Int(flight.runway)].name : "",
        lose_s: flight.planned.flatMap { planned in flight.target.map { planned - $0 } },
        direct: isBefore
          ? flight.planned.flatMap { planned in
            outer.map { planned - Int64(estimate.direct_s($0).rounded()) }
          } : nil)
    }
  }
}
