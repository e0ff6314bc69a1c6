import Airspace
import Books
import CityProfiles
import Commons
import Desk
import MeasureKit
import Storage

/// A complaint about a flight, as far as it is not sealed: measure 21 handles it, this one keeps the flight.
struct ComplaintRow: Hashable, Sendable {
  /// What it is about.
  enum Topic: String, CaseIterable, Sendable {
    case noise, privacy, danger

    var name: Phrase {
      switch self {
      case .noise: Phrase("噪声", en: "noise")
      case .privacy: Phrase("隐私", en: "privacy")
      case .danger: Phrase("安全", en: "danger")
      }
    }
  }

  let key: Int64
  var version: Int64
  /// The alias under which it stands in the log, in hexadecimal.
  let matter: String
  let topic: Topic
  /// The number of the flight; nil if none was found.
  let flight: String?
  let filedAt: Instant
  /// The request that measure 21 opened.
  var request: Int64?
  /// When that was opened.
  var requestedAt: Instant?
  /// The stage of the request; empty before it is opened.
  var stage: String
}

/// The table of complaints.
enum ComplaintBook {
  static let migration = Migration(
    "low-altitude.0202",
    [
      """
      CREATE TABLE air_complaints (
        complaint_key {key}, version BIGINT NOT NULL, matter TEXT NOT NULL, topic TEXT NOT NULL,
        flight TEXT, filed_at BIGINT NOT NULL, request BIGINT, requested_at BIGINT,
        stage TEXT NOT NULL, mark {bytes} NOT NULL)
      """,
      "CREATE UNIQUE INDEX air_complaints_matter ON air_complaints (matter)",
      "CREATE INDEX air_complaints_request ON air_complaints (request) WHERE request IS NOT NULL",
    ])

  static let table = MarkedTable(
    "air_complaints",
    [
      "complaint_key", "version", "matter", "topic", "flight", "filed_at", "request",
      "requested_at", "stage",
    ])

  private static let list = "SELECT \(table.columns.joined(separator: ", ")) FROM air_complaints"
  private static let byKey = Statement("\(list) WHERE complaint_key = $1")
  private static let byMatter = Statement("\(list) WHERE matter = $1")
  private static let byRequest = Statement("\(list) WHERE request = $1 AND request IS NOT NULL")
  private static let counts = Statement(
    "SELECT topic, count(*), count(flight) FROM air_complaints GROUP BY topic")

  private static func read(_ row: Row) throws -> ComplaintRow {
    guard let topic = ComplaintRow.Topic(rawValue: row.text(3)) else {
      throw StorageError("air_complaints \(row.integer(0)): unknown topic")
    }
    return ComplaintRow(
      key: row.integer(0), version: row.integer(1), matter: row.text(2), topic: topic,
      flight: row.optionalText(4), filedAt: row.instant(5), request: row.optionalInteger(6),
      requestedAt: row.optionalInstant(7), stage: row.text(8))
  }

  private static func values(_ row: ComplaintRow) -> [SQLValue] {
    [
      .integer(row.key), .integer(row.version), .text(row.matter), .text(row.topic.rawValue),
      SQLValue(row.flight), SQLValue(row.filedAt), SQLValue(row.request),
      SQLValue(row.requestedAt), .text(row.stage),
    ]
  }

  static func find(_ key: Int64) -> Query<ComplaintRow> {
    Query(byKey, [.integer(key)], decode: read)
  }
  static func find(matter: String) -> Query<ComplaintRow> {
    Query(byMatter, [.text(matter)], decode: read)
  }
  static func find(request: Int64) -> Query<ComplaintRow> {
    Query(byRequest, [.integer(request)], decode: read)
  }
  /// Complaints by topic, and those of them with a flight.
  static let numbers = Query(counts) {
    (topic: $0.text(0), all: $0.integer(1), found: $0.integer(2))
  }

  static func add(_ row: ComplaintRow, _ ring: KeyRing) -> Change {
    table.inserting(values(row), ring)
  }
  static func replace(_ old: ComplaintRow, with new: ComplaintRow, _ ring: KeyRing) -> Change {
    table.updating(values(new), from: values(old), ring)
  }
}

/// Files a complaint about a flight. What is said stands sealed in the act; measure 21 hears of the act and opens
/// the request that is in it.
struct FileComplaint: Command {
  typealias Loaded = Void
  /// What anybody may do.
  static let permission = "low-altitude.complain"

  let topic: ComplaintRow.Topic
  /// The number of the flight that it is about; nil if none was found.
  let flight: String?
  /// The request for measure 21, in the form of its intake.
  let request: JSONValue

  var kind: String { "low-altitude.complaint.file" }
  var permission: String { FileComplaint.permission }
  var aggregate: Int64? { nil }
  var content: JSONValue {
    ["topic": .string(topic.rawValue), "flight": JSONValue(flight), "request": request]
  }

  func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    let row = ComplaintRow(
      key: context.aggregate, version: 1, matter: Hex.encode(context.matter), topic: topic,
      flight: flight, filedAt: context.effectiveAt, request: nil, requestedAt: nil, stage: "")
    return .accepted(
      publicFields: ["topic": .string(topic.rawValue), "found": .bool(flight != nil)],
      changes: [ComplaintBook.add(row, context.ring)])
  }
}

/// Notes what measure 21 made of a complaint.
struct NoteComplaint: Command {
  static let permission = "low-altitude.complaint-progress"

  let key: Int64
  let request: Int64
  let requestedAt: Instant
  let stage: String

  var kind: String { "low-altitude.complaint.progress" }
  var permission: String { NoteComplaint.permission }
  var aggregate: Int64? { key }
  var content: JSONValue { ["request": .integer(request), "stage": .string(stage)] }

  func load(_ view: any View, _ context: Context) throws -> ComplaintRow {
    guard let row = try view.first(ComplaintBook.find(key)) else {
      throw Problem.notFound(Phrase("没有这件投诉。", en: "There is no such complaint."))
    }
    return row
  }
  func authorise(_ loaded: ComplaintRow, _ context: Context) throws {}
  func version(of loaded: ComplaintRow) -> Int64 { loaded.version }

  func decide(_ loaded: ComplaintRow, _ view: any View, _ context: Context) throws -> Decision {
    var row = loaded
    row.version += 1
    row.request = request
    row.requestedAt = loaded.requestedAt ?? requestedAt
    row.stage = stage
    guard row.request != loaded.request || row.stage != loaded.stage else {
      throw Problem.refused("nothing-new", Phrase("没有新情况。", en: "Nothing is new."))
    }
    return .accepted(
      publicFields: ["stage": .string(stage)],
      changes: [ComplaintBook.replace(loaded, with: row, context.ring)])
  }
}

extension LowAltitudeMeasure {
  /// Steps of a request that tell a complaint how it stands.
  private static let told: Set<String> = [
    "requests.file", "requests.dispatch", "requests.accept", "requests.reply", "requests.answer",
    "requests.redo", "requests.call-back", "requests.archive",
  ]

  /// What became of complaints that measure 21 handles.
  var complaintProgress: ActSubscription {
    ActSubscription("low-altitude.complaints", to: LowAltitudeMeasure.told) { [desk] heard in
      let (request, stage) = (heard.key.aggregate, heard.act.fields["stage"]?.string ?? "")
      let origin = heard.act.fields["origin"]?.string
      let query =
        origin.map { ComplaintBook.find(matter: $0) } ?? ComplaintBook.find(request: request)
      guard let row = try await desk.store.first(query) else { return }
      do {
        _ = try await desk.submit(
          NoteComplaint(
            key: row.key, request: request, requestedAt: heard.act.effectiveAt, stage: stage),
          by: .system([NoteComplaint.permission]), .init(idempotencyKey: "heard.\(heard.index)"))
      } catch let problem as Problem where problem.slug == "nothing-new" {}
    }
  }
}
