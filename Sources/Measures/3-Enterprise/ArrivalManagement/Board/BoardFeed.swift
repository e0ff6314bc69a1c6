import ArrivalFlow
import Books
import CityProfiles
import Commons
import Desk
import HTTPValues
import Interchange
import MeasureKit
import Storage

/// How messages of feeds and words of controllers come onto a board.
extension ArrivalMeasure {
  /// Bytes of a message at most.
  private static let messageLimit = 1_000_000
  private static let tries = 8

  /// Takes a signed message of a partner into the board of an airport.
  func feed(_ visit: Visit) async throws -> Response {
    let airport = try rules.airport(visit["airport"])
    let isWind = visit["format"] == "wind"
    let format = FeedFormat(rawValue: visit["format"])
    guard isWind || format != nil else {
      throw Problem.notFound(
        Phrase("格式应为csv、asterix、sbs或wind。", en: "The format must be csv, asterix, sbs or wind."))
    }
    let (partner, key) = try signed(visit)
    if isWind { return try await windFeed(visit, airport, partner, key) }
    guard let format else { throw Problem.unavailable() }
    let content = format.read(visit.request.body, now: Double(visit.now.microseconds) / 1e6)
    let count = try await take(
      content, format, airport, from: partner, key: key,
      digest: Digest.of(visit.request.body).hex, at: visit.now)
    var reply = try await boardJSON(airport, now: visit.now)
    reply["taken"] = .integer(Int64(count.taken))
    reply["skipped"] = count.json
    reply["skipped_why"] = .array(
      count.skipped.map { .string($0.why[visit.language] + " × \($0.count)") })
    reply["faults"] = .array(
      content.faults.prefix(100).map { fault in
        ["place": .integer(Int64(fault.place)), "message": .string(fault.message[visit.language])]
      })
    // Nothing could be read of it: that is the sender's fault.
    let isRefused = content.reports.isEmpty && !content.faults.isEmpty
    return .json(.object(reply), status: isRefused ? 422 : 200)
  }

  /// Who sent a message, and its key among all senders'; 401 if it is not signed as it should be.
  private func signed(_ visit: Visit) throws -> (partner: String, key: String) {
    let headers = visit.request.headers
    let partner = headers["tequ-partner"] ?? ""
    guard let secret = partners[partner] else {
      throw Problem(
        "partner", status: 401, title: Phrase("来源未知", en: "Unknown sender"),
        detail: Phrase(
          "请在Tequ-Partner写明已交换密钥的来源。",
          en: "Name a sender with whom a secret was exchanged in Tequ-Partner."))
    }
    let key = try SignedMessage.check(
      visit.request.body, time: headers[SignedMessage.timeHeader.lowercased()],
      key: headers[SignedMessage.keyHeader.lowercased()],
      signature: headers[SignedMessage.signatureHeader.lowercased()], secret, now: visit.now)
    guard visit.request.body.count <= Self.messageLimit else {
      throw Problem.malformed(
        Phrase("一次至多100万字节。", en: "A message has at most a million bytes."))
    }
    return (partner, "\(partner).\(key)")
  }

  private func windFeed(
    _ visit: Visit, _ airport: Airport, _ partner: String, _ key: String
  ) async throws -> Response {
    // The time is in the signature: the wind counts as of then.
    let header = visit.request.headers[SignedMessage.timeHeader.lowercased()] ?? ""
    let wind = try BoardWind(
      String(decoding: visit.request.body, as: UTF8.self), at: Int64(header) ?? visit.now.seconds,
      by: partner)
    try await set(
      wind, airport, permission: ArrivalMeasure.feedPermission,
      by: .system([ArrivalMeasure.feedPermission]), .init(idempotencyKey: key), at: visit.now)
    return .json(.object(try await boardJSON(airport, now: visit.now)))
  }

  /// Takes what was read into a board; the answer says what became of the reports.
  func take(
    _ content: FeedContent, _ format: FeedFormat, _ airport: Airport, from partner: String,
    key: String, digest: String, at now: Instant
  ) async throws -> ReportCount {
    guard !content.reports.isEmpty else { return ReportCount() }
    var count = ReportCount()
    let act = BoardChange(
      kind: "arrivals.feed", permission: ArrivalMeasure.feedPermission,
      content: [
        "airport": .string(airport.id), "digest": .string(digest), "from": .string(partner),
      ])
    try await change(
      act, airport, by: .system([ArrivalMeasure.feedPermission]), .init(idempotencyKey: key),
      at: now
    ) { board in
      count = board.take(
        content.reports, feed: "\(partner).\(format.rawValue)", airport, now: now.seconds)
      let skipped = count.skipped.reduce(0) { $0 + $1.count }
      return [
        "format": .string(format.rawValue), "reports": .integer(Int64(count.taken)),
        "skipped": .integer(Int64(skipped)), "faults": .integer(Int64(content.faults.count)),
      ]
    }
    return count
  }

  /// Sets the wind of a board; 422 if no aircraft could fly the procedure in it, or it is older than what is set.
  func set(
    _ wind: BoardWind, _ airport: Airport, permission: String, by actor: Actor,
    _ terms: CommandDesk.Terms, at now: Instant
  ) async throws {
    let act = BoardChange(
      kind: "arrivals.wind", permission: permission, content: ["wind": wind.json])
    let fleet = Set(airport.scenario.study.fleet.map(\.type.designator))
    _ = try LiveArcs(airport, airport.merges, rules.book, types: fleet, wind: wind, shift: 3)
    try await change(act, airport, by: actor, terms, at: now) { board in
      if let before = board.wind, before.at > wind.at {
        throw Problem.refused(
          "older-wind",
          Phrase(
            "已有更新的风。", en: "A later wind is set already."), because: [ArrivalBasis.city])
      }
      board.wind = wind
      return ["layers": .integer(Int64(wind.layers.count))]
    }
  }

  /// Uses the runways of an airport in another way.
  func configure(
    _ id: String, _ airport: Airport, by actor: Actor, _ terms: CommandDesk.Terms, at now: Instant
  ) async throws {
    guard airport.configurations.contains(where: { $0.id == id }) else {
      throw Problem.invalid([
        Problem.Field(
          "configuration", Phrase("没有这种用法。", en: "There is no such configuration."))
      ])
    }
    let act = BoardChange(
      kind: "arrivals.configure", permission: "arrivals.board", content: ["to": .string(id)])
    try await change(act, airport, by: actor, terms, at: now) { board in
      board.configuration = id
      return ["configuration": .string(id)]
    }
  }

  /// What is the same in every try of a change.
  struct BoardChange {
    let kind: String
    let permission: String
    let content: JSONValue
  }

  /// Changes a board and makes its sequence anew; where somebody else was faster, on what they left.
  private func change(
    _ what: BoardChange, _ airport: Airport, by actor: Actor, _ terms: CommandDesk.Terms,
    at now: Instant, _ alter: (inout ArrivalBoard) throws -> [String: JSONValue]
  ) async throws {
    let today = now.date(in: rules.profile.zone)
    let merges = try await merges(airport, on: today)
    try await open(airport)
    for attempt in 1...Self.tries {
      let before = try await desk.store.first(BoardBook.find(airport.id))
      var board = try before.map { try ArrivalBoard($0.board) } ?? ArrivalBoard()
      let landed = board.clear(now: now.seconds)
      board.tally.add(landed, on: today)
      var said = try alter(&board)
      let count = try resequence(&board, airport, merges, now: now)
      said["airport"] = .string(airport.id)
      said["sequenced"] = .integer(Int64(count))
      said["landed"] = .integer(Int64(landed.count))
      said["delay_s"] = .integer(landed.reduce(0) { $0 + $1.delay_s })
      said["moved"] = .integer(board.turn.moved)
      said["making"] = .string(board.making.rawValue)
      let act = BoardAct(
        kind: what.kind, permission: what.permission, airport: airport.id, before: before,
        board: board.text, publicFields: .object(said), content: what.content)
      do {
        _ = try await desk.submit(act, by: actor, terms)
        return
      } catch let problem as Problem
        where problem.status == Problem.stale.status && attempt < Self.tries
      {
        continue
      }
    }
    throw Problem.unavailable()
  }

  /// Opens the board of an airport if there is none: a message that is sent twice must name the same board both times.
  private func open(_ airport: Airport) async throws {
    guard try await desk.store.first(BoardBook.find(airport.id)) == nil else { return }
    let name: JSONValue = ["airport": .string(airport.id)]
    let act = BoardAct(
      kind: "arrivals.open", permission: ArrivalMeasure.feedPermission, airport: airport.id,
      before: nil, board: ArrivalBoard().text, publicFields: name, content: name)
    do {
      _ = try await desk.submit(
        act, by: .system([ArrivalMeasure.feedPermission]),
        .init(idempotencyKey: "open.\(airport.id)"))
    } catch let problem as Problem where problem.status == Problem.stale.status {
      // Somebody else has opened it meanwhile.
      return
    }
  }

  /// Makes the sequence of a board anew; the answer is how many are in it.
  private func resequence(
    _ board: inout ArrivalBoard, _ airport: Airport, _ merges: [PointMerge], now: Instant
  ) throws -> Int {
    let options = try rules.options(on: now.date(in: rules.profile.zone))
    let (field, fault) = try field(
      board, airport, merges, options: options, configuration: board.configuration,
      wind: board.wind)
    let count = board.sequence(field, now: now.seconds)
    if let fault { board.reason = fault }
    return count
  }

  /// What a board's sequence is made with. Where an aircraft on it could not fly in the wind, calm air is taken and
  /// that is said.
  func field(
    _ board: ArrivalBoard, _ airport: Airport, _ merges: [PointMerge],
    options: Resequencing.Options, configuration: String?, wind: BoardWind?
  ) throws(Problem) -> (field: BoardField, fault: Phrase?) {
    let types = Set(board.flights.map(\.type))
    func made(_ wind: BoardWind?) throws(Problem) -> BoardField {
      BoardField(
        airport: airport, book: rules.book, configuration: airport.configuration(configuration),
        arcs: try arcs(airport, merges, types, wind, shift: options.shift), options: options)
    }
    do throws(Problem) {
      return (try made(wind), nil)
    } catch {
      guard wind != nil else { throw error }
      let why = error.fields.first?.message ?? error.detail
      return (
        try made(nil),
        Phrase("风无法采用，按静风计算：", en: "The wind cannot be used; reckoned in calm air: ") + why
      )
    }
  }

  /// The tables for a wind and types, kept until others push them out.
  private func arcs(
    _ airport: Airport, _ merges: [PointMerge], _ types: Set<String>, _ wind: BoardWind?,
    shift: Int
  ) throws(Problem) -> LiveArcs {
    let known = types.filter { rules.book.types[$0] != nil }
    let key = ArcShelf.Key(
      airport: airport.id, merges: merges, types: known, wind: wind?.layers ?? [], shift: shift)
    if let found = shelf.withLock({ $0[key] }) { return found }
    let made = try LiveArcs(airport, merges, rules.book, types: known, wind: wind, shift: shift)
    shelf.withLock { $0[key] = made }
    return made
  }

  /// The procedures of an airport as published, else as its data has them.
  func merges(_ airport: Airport, on day: CivilDate) async throws -> [PointMerge] {
    var found: [PointMerge] = []
    for merge in airport.merges {
      let version = try await inEffect(airport, runway: merge.threshold.name, on: day)
      found.append(try version.map { try DesignProcedure.merge($0, rules) } ?? merge)
    }
    return found
  }

  /// The board of an airport without those who have landed meanwhile; an empty one before anything was heard.
  func board(_ airport: Airport, now: Instant) async throws -> (board: ArrivalBoard, row: BoardRow?)
  {
    let row = try await desk.store.first(BoardBook.find(airport.id))
    var board = try row.map { try ArrivalBoard($0.board) } ?? ArrivalBoard()
    board.clear(now: now.seconds)
    return (board, row)
  }

  /// The board as data: the sequence with advisories.
  func boardJSON(_ airport: Airport, now: Instant) async throws -> [String: JSONValue] {
    let (board, row) = try await board(airport, now: now)
    let options = try rules.options(on: now.date(in: rules.profile.zone))
    let lines = BoardLine.all(board, airport, rules.book, now: now.seconds)
    let configuration = airport.configuration(board.configuration)
    var members: [String: JSONValue] = [
      "airport": .string(airport.id), "version": .integer(row?.version ?? 0),
      "now": .integer(now.seconds), "making": .string(board.making.rawValue),
      "freeze_s": .integer(Int64(options.freeze)), "shift": .integer(Int64(options.shift)),
      "configuration": .string(configuration.id),
      "runways": .array(
        configuration.uses.map { use in
          ["name": .string(use.runway), "use": .string(use.name.en)]
        }),
      "turn": [
        "known": .integer(board.turn.known), "moved": .integer(board.turn.moved),
        "most_moved_s": .integer(board.turn.mostMoved_s), "frozen": .integer(board.turn.frozen),
        "best": .bool(board.turn.isBest),
      ],
      "flights": .array(lines.map(\.json)),
    ]
    members["wind"] = board.wind?.json
    members["reason"] = board.reason.map { .string($0.en) }
    return members
  }
}

/// Tables that were made, for some winds and types.
struct ArcShelf: Sendable {
  struct Key: Hashable, Sendable {
    let airport: String
    let merges: [PointMerge]
    let types: Set<String>
    let wind: [BoardWind.Layer]
    let shift: Int
  }

  private static let most = 24
  private var made: [Key: LiveArcs] = [:]
  private var order: [Key] = []

  subscript(key: Key) -> LiveArcs? {
    get { made[key] }
    set {
      if made[key] == nil { order.append(key) }
      made[key] = newValue
      while order.count > Self.most { made[order.removeFirst()] = nil }
    }
  }
}
