import Books
import CaseEngine
import Commons
import Desk
import MeasureKit
import Storage

/// Everything about one case: its row, what was said at every step, files and notices.
public struct CaseFile: Sendable {
  /// One act, opened.
  public struct Event: Sendable {
    /// The act.
    public let row: JournalRow
    /// Its command.
    public let command: CommandID
    /// How the step is called.
    public let name: Phrase
    /// In which capacity it was given.
    public let capacity: String
    /// What was said; nil if it was destroyed.
    public let said: CaseFacts?
    /// What the step rests on.
    public let basis: Basis?
    /// Whether it was refused on record.
    public let isRefused: Bool
    /// The public fields.
    public let fields: JSONValue
  }

  /// The case.
  public let row: CaseFileRow
  /// What it has come to.
  public let facts: CaseFacts
  /// The acts, the oldest first.
  public let events: [Event]
  /// The files.
  public let files: [BlobBook.Blob]
  /// The notices that went out.
  public let deliveries: [OutboxBook.Delivery]
  /// Where it stands.
  public let status: CaseStatus
  /// Its clocks.
  public let clocks: CaseClocks

  /// What was said when the case was opened; nil if it was destroyed.
  public var opening: CaseFacts? { events.first?.said }

  /// Loads a case with all that belongs to it; nil if there is none of the procedure with this key.
  public static func load(
    _ key: Int64, _ desk: CommandDesk, _ setting: CaseSetting
  ) async throws -> CaseFile? {
    let rows = try await desk.store.read { view -> Rows? in
      guard let row = try view.first(CaseFileBook.find(key)), row.kind == setting.type.id else {
        return nil
      }
      return Rows(
        row: row, history: try view.all(JournalBook.history(key)),
        files: try view.all(BlobBook.of(key)),
        deliveries: try view.all(OutboxBook.deliveries(of: key)))
    }
    guard let rows else { return nil }
    var events: [Event] = []
    for act in rows.history { events.append(try await event(act, desk, setting)) }
    return CaseFile(
      row: rows.row, facts: try CaseFacts(rows.row.facts), events: events,
      files: rows.files.filter { $0.entry != nil }, deliveries: rows.deliveries,
      status: try setting.type.status(rows.row.base.status),
      clocks: try CaseClocks(rows.row.base.clocks))
  }

  private struct Rows: Sendable {
    let row: CaseFileRow
    let history: [JournalRow]
    let files: [BlobBook.Blob]
    let deliveries: [OutboxBook.Delivery]
  }

  private static func event(
    _ act: JournalRow, _ desk: CommandDesk, _ setting: CaseSetting
  ) async throws -> Event {
    let content = try await desk.opening(of: act).map {
      try JSONValue(parsing: $0.privatePart)["content"]
    }
    let members = (content ?? nil)?.object
    let command = setting.procedure.command(act.kind) ?? CommandID(act.kind)
    let capacity = members?["as"]?.string ?? ""
    let moves = setting.type.transitions.filter { $0.command == command }
    let move = moves.first { $0.actors.contains { $0.id == capacity } } ?? moves.first
    let said = members.map { members in
      CaseFacts(members.filter { !["as", "files", "due"].contains($0.key) })
    }
    return Event(
      row: act, command: command, name: move?.name ?? .same(command.text), capacity: capacity,
      said: said, basis: move?.basis, isRefused: act.kind.hasSuffix(".refused"),
      fields: try JSONValue(parsing: act.publicFields))
  }
}
