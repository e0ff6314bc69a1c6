import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import Storage

/// Everything about one request: its rows, what was said at every step, its files and notices.
struct RequestFile: Sendable {
  /// One act, opened.
  struct Event: Sendable {
    let row: JournalRow
    let command: CommandID
    /// How the step is called.
    let name: Phrase
    /// What was said; nil if it was destroyed or nothing was said.
    let text: String?
    /// The agency that the step named.
    let agency: String?
    let score: Int64?
    /// What the step rests on.
    let basis: Basis?
  }

  let request: RequestCase
  /// What the citizen told; nil if it was destroyed.
  let intake: Intake?
  let events: [Event]
  let files: [BlobBook.Blob]
  let deliveries: [OutboxBook.Delivery]
  let status: CaseStatus
  let clocks: CaseClocks

  /// Loads a request with all that belongs to it; nil if there is none with this key.
  static func load(_ key: Int64, _ desk: CommandDesk) async throws -> RequestFile? {
    let rows = try await desk.store.read { view -> RequestRows? in
      guard let request = try view.first(RequestTables.find(key)) else { return nil }
      return RequestRows(
        request: request, history: try view.all(JournalBook.history(key)),
        files: try view.all(BlobBook.of(key)),
        deliveries: try view.all(OutboxBook.deliveries(of: key)))
    }
    guard let rows else { return nil }
    var events: [Event] = []
    var intake: Intake?
    for row in rows.history {
      let content = try await open(row, desk)
      if row.key.version == 1 { intake = content.flatMap(Intake.init) }
      events.append(event(row, content))
    }
    return RequestFile(
      request: rows.request, intake: intake, events: events,
      files: rows.files.filter { $0.entry != nil }, deliveries: rows.deliveries,
      status: try ServiceRequestCases.request.status(rows.request.base.status),
      clocks: try CaseClocks(rows.request.base.clocks))
  }

  private struct RequestRows: Sendable {
    let request: RequestCase
    let history: [JournalRow]
    let files: [BlobBook.Blob]
    let deliveries: [OutboxBook.Delivery]
  }

  private static func open(_ row: JournalRow, _ desk: CommandDesk) async throws -> JSONValue? {
    guard let opened = try await desk.opening(of: row) else { return nil }
    return try JSONValue(parsing: opened.privatePart)["content"]
  }

  private static func event(_ row: JournalRow, _ content: JSONValue?) -> Event {
    let command = CommandID(String(row.kind.dropFirst("requests.".count)))
    let transition = ServiceRequestCases.request.transitions.first { $0.command == command }
    return Event(
      row: row, command: command, name: transition?.name ?? .same(command.text),
      text: row.key.version == 1 ? nil : content?["text"]?.string,
      agency: content?["agency"]?.string, score: content?["score"]?.integer,
      basis: transition?.basis)
  }

  /// The stage.
  var stage: Stage { ServiceRequestCases.request.stage(of: status) }

  /// The last answer to the citizen.
  var reply: Event? {
    events.last { MoveRequest.answering.contains($0.command) }
  }
}

extension RequestsMeasure {
  /// What the step behind a kind of act is called, such as “派单” for `requests.dispatch`.
  public func stepName(_ kind: String) -> Phrase? {
    guard kind.hasPrefix("requests.") else { return nil }
    let command = kind.split(separator: ".").last.map { CommandID(String($0)) }
    return ServiceRequestCases.request.transitions.first { $0.command == command }?.name
  }
}
