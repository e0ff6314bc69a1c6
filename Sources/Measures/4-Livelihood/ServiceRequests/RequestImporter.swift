import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import Storage

/// A message of another system with its official reply, as one line of JSON: `id`, `title`, `body`
/// and either `asked`, `reply`, `replied` (a message with its answer) or `time` (one without).
/// Moments are local, `YYYY/M/D h:mm:ss`, `YYYY-MM-DD hh:mm:ss`, or RFC 3339.
public struct ImportedMessage: Sendable {
  /// Where it comes from, unique: the kind of row and its id.
  public let source: String
  /// The title.
  public let title: String
  /// The words.
  public let body: String
  /// When it was asked.
  public let asked: Instant
  /// The reply, and when it was given.
  public let reply: (text: String, at: Instant)?

  /// Reads a line; throws 400 with the member at fault.
  public init(line: some Collection<UInt8>, zone: ZoneOffset) throws {
    let row: JSONValue
    do { row = try JSONValue(parsing: Array(line)) } catch { throw error.problem }
    func text(_ name: String) throws -> String {
      if let text = row[name]?.string, text.contains(where: { !$0.isWhitespace }) { return text }
      if let number = row[name]?.integer { return String(number) }
      throw Problem.malformed(
        Phrase("缺少“\(name)”或为空。", en: "The member “\(name)” is missing or empty."))
    }
    func moment(_ name: String) throws -> Instant {
      let written = try text(name)
      guard let moment = ImportedMessage.moment(written, zone) else {
        throw Problem.malformed(
          Phrase(
            "“\(name)”的时间“\(written)”无法识别（例：2019/4/25 9:32:09）。",
            en: "“\(name)”: “\(written)” is no time (such as 2019/4/25 9:32:09)."))
      }
      return moment
    }
    let id = try text("id")
    title = try text("title")
    body = try text("body")
    if row["asked"] != nil {
      asked = try moment("asked")
      let replied = try moment("replied")
      guard replied >= asked else {
        throw Problem.malformed(
          Phrase("答复时间早于提问时间。", en: "It was answered before it was asked."))
      }
      reply = (try text("reply"), replied)
      source = "answered:\(id)"
    } else {
      asked = try moment("time")
      reply = nil
      source = "message:\(id)"
    }
  }

  /// A local moment with `/` or `-` in its date. A day without a time means its last second: what
  /// happened on that day had happened by then.
  static func moment(_ text: String, _ zone: ZoneOffset) -> Instant? {
    if let moment = Instant(rfc3339: text) { return moment }
    let halves = text.split(separator: " ")
    guard let first = halves.first, halves.count <= 2 else { return nil }
    let day = first.split { $0 == "/" || $0 == "-" }.map { Int($0) }
    guard day.count == 3, let year = day[0], let month = day[1], let dayOfMonth = day[2],
      let date = CivilDate(year: year, month: month, day: dayOfMonth)
    else { return nil }
    guard halves.count == 2 else { return Instant(date, secondOfDay: 86_399, in: zone) }
    let time = halves[1].split(separator: ":").map { Int($0) }
    guard time.count == 3, let hour = time[0], let minute = time[1], let second = time[2],
      (0..<24).contains(hour), (0..<60).contains(minute), (0..<61).contains(second)
    else { return nil }
    return Instant(date, secondOfDay: hour * 3600 + minute * 60 + second, in: zone)
  }
}

/// Brings messages of another system in as cases with their real times. Each row goes as far as its
/// facts carry it: filed and dispatched, and with a reply handled, late if it was, and closed.
/// Running it again, also after it was cut off, completes what is missing and adds nothing twice.
public struct RequestImporter: Sendable {
  /// What became of a row.
  public enum Outcome: Sendable {
    /// It is in now.
    case imported
    /// It was in before.
    case known
    /// It cannot be taken, for this reason.
    case refused(Problem)
  }

  private let desk: CommandDesk
  private let rules: RequestRules
  private static let clerk = Actor.system([
    "desk.backfill", "requests.import", "requests.as-dispatcher", "requests.as-handler",
    "requests.as-system",
  ])

  /// An importer under a city's rules.
  public init(desk: CommandDesk, rules: RequestRules) {
    self.desk = desk
    self.rules = rules
  }

  /// Takes rows in, in their order; one outcome for each.
  public func take(_ messages: [ImportedMessage]) async throws -> [Outcome] {
    var outcomes = [Outcome](repeating: .known, count: messages.count)
    var keys: [Int: Int64] = [:]
    let known = try await desk.store.read { view in
      try messages.map { try view.first(RequestTables.imported($0.source)) }
    }
    var fresh: [Int] = []
    var seen: Set<String> = []
    for (index, key) in known.enumerated() {
      if let key {
        keys[index] = key
      } else if seen.insert(messages[index].source).inserted {
        fresh.append(index)
      }
    }
    let filed = await desk.submit(
      all: fresh.map { index in
        (
          SubmitRequest(intake(messages[index]), rules: rules),
          CommandDesk.Terms(effectiveAt: messages[index].asked)
        )
      }, by: RequestImporter.clerk)
    for (index, result) in zip(fresh, filed) {
      switch result {
      case .success(let done):
        keys[index] = done.aggregate
        outcomes[index] = .imported
      case .failure(let problem as Problem): outcomes[index] = .refused(problem)
      case .failure(let error): throw error
      }
    }
    try await carryOn(messages, keys, &outcomes)
    return outcomes
  }

  /// Takes the next step of every row until none is left.
  private func carryOn(
    _ messages: [ImportedMessage], _ keys: [Int: Int64], _ outcomes: inout [Outcome]
  ) async throws {
    var open = keys.sorted { $0.key < $1.key }
    while !open.isEmpty {
      let asked = open
      let rows = try await desk.store.read { view in
        try asked.map { try view.first(RequestTables.find($0.value)) }
      }
      var steps: [(command: MoveRequest, terms: CommandDesk.Terms)] = []
      var moving: [(key: Int, value: Int64)] = []
      for (entry, row) in zip(open, rows) {
        guard let row, let step = try next(messages[entry.key], row) else { continue }
        steps.append(step)
        moving.append(entry)
      }
      guard !steps.isEmpty else { return }
      let answers = await desk.submit(all: steps, by: RequestImporter.clerk)
      open = []
      for (entry, answer) in zip(moving, answers) {
        switch answer {
        case .success: open.append(entry)
        case .failure(let problem as Problem): outcomes[entry.key] = .refused(problem)
        case .failure(let error): throw error
        }
      }
    }
  }

  private func next(
    _ message: ImportedMessage, _ row: RequestCase
  ) throws -> (command: MoveRequest, terms: CommandDesk.Terms)? {
    let key = row.base.key
    func step(
      _ command: CommandID, _ capacity: ActorKind, at moment: Instant, text: String = "",
      agency: String? = nil, due: Instant? = nil
    ) -> (command: MoveRequest, terms: CommandDesk.Terms) {
      (
        MoveRequest(
          command, as: capacity, on: key, text: text, agency: agency, due: due, rules: rules),
        CommandDesk.Terms(expectedVersion: row.base.version, effectiveAt: moment)
      )
    }
    let item = try rules.item(row.request.item)
    switch StageID(row.base.stage) {
    case .received:
      let agency = rules.profile.responsible(item, district: row.request.district).id
      return step("dispatch", .dispatcher, at: message.asked, agency: agency)
    case .dispatched:
      return message.reply == nil ? nil : step("accept", .handler, at: message.asked)
    case .handling:
      guard let reply = message.reply else { return nil }
      let type = ServiceRequestCases.request
      let status = try type.status(row.base.status)
      let end = try CaseClocks(row.base.clocks).end(of: .handle, rules.calendar)
      if let end, end <= reply.at, type.clock(.handle, of: status) == .running {
        return step("handle-due", .system, at: end, due: end)
      }
      return step("reply", .handler, at: reply.at, text: RequestImporter.cut(reply.text))
    case .replied:
      return message.reply.map { step("archive", .system, at: $0.at) }
    default: return nil
    }
  }

  private func intake(_ message: ImportedMessage) -> Intake {
    let suggested = rules.profile.suggestItems(for: message.title + " " + message.body).first?.item
    let item = suggested ?? rules.profile.fallbackItem
    return Intake(
      item: item.id, title: message.title.cut(to: Intake.titleLimit),
      text: RequestImporter.cut(message.body), channel: Intake.importChannel, district: "",
      isPublic: false, source: message.source)
  }

  /// Real messages can be longer than the form allows; the original stays with its owner.
  private static func cut(_ text: String) -> String {
    text.codePoints <= Intake.textLimit ? text : text.cut(to: Intake.textLimit - 1) + "…"
  }
}
