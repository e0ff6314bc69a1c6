import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit
import Storage

/// Any step of a service request after it was filed: one command of the case type, with what it
/// says. The case type decides whether it is possible; this adds what the step does to the rows.
public struct MoveRequest: Command {
  /// The command of the case type, such as `accept`.
  public let command: CommandID
  /// The capacity in which the actor gives it.
  public let capacity: ActorKind
  /// The request's key.
  public let request: Int64
  /// What is said: reply, reason, message. May be empty where the step needs no words.
  public let text: String
  /// The agency that a dispatch, transfer or appointment names.
  public let agency: String?
  /// Assisting agencies.
  public let assisting: [String]
  /// The item under which the request is re-classified at dispatch.
  public let item: String?
  /// The citizen's score, 1–5, with an evaluation.
  public let score: Int64?
  /// For a step of the system: when the clock ran out that calls for it.
  public let due: Instant?
  /// The officer that takes the case over.
  public let handler: Int64?
  let rules: RequestRules

  /// A step.
  public init(
    _ command: CommandID, as capacity: ActorKind, on request: Int64, text: String = "",
    agency: String? = nil, assisting: [String] = [], item: String? = nil, score: Int64? = nil,
    due: Instant? = nil, handler: Int64? = nil, rules: RequestRules
  ) {
    self.command = command
    self.capacity = capacity
    self.request = request
    self.text = text
    self.agency = agency
    self.assisting = assisting
    self.item = item
    self.score = score
    self.due = due
    self.handler = handler
    self.rules = rules
  }

  /// Characters that one step may say.
  public static let textLimit = 4000
  /// Steps that must say something, for the citizen or for the record.
  static let wordy: Set<CommandID> = [
    "answer", "refer-emergency", "refer-procedure", "refer-same", "refuse-secret",
    "refuse-remit", "refuse-unlawful", "return", "uphold", "appoint", "transfer", "report-assist",
    "note", "extend", "ask", "supply", "reply", "supervise", "unsatisfied", "redo", "explain",
    "terminate", "reopen",
  ]
  /// Steps that answer the citizen.
  static let answering: Set<CommandID> = ["reply", "answer"]

  /// `requests.` and the step, such as `requests.accept`.
  public var kind: String { "requests.\(command.text)" }
  /// One permission for each capacity, such as `requests.as-handler`.
  public var permission: String { "requests.as-\(capacity.id)" }
  /// The request that it moves; never nil.
  public var aggregate: Int64? { request }

  /// What is said with the step, without what is empty; the step itself stands in ``kind``.
  public var content: JSONValue {
    var fields: [String: JSONValue] = [:]
    if !text.isEmpty { fields["text"] = .string(text) }
    if let agency { fields["agency"] = .string(agency) }
    if !assisting.isEmpty { fields["assisting"] = .array(assisting.map { .string($0) }) }
    if let item { fields["item"] = .string(item) }
    if let score { fields["score"] = .integer(score) }
    if let due { fields["due"] = .integer(due.microseconds) }
    if let handler { fields["handler"] = .integer(handler) }
    return .object(fields)
  }

  /// The request with its case; throws 404 if there is none with this key.
  public func load(_ view: any View, _ context: Context) throws -> RequestCase {
    guard let found = try view.first(RequestTables.find(request)) else {
      throw Problem.notFound(Phrase("没有这件诉求。", en: "There is no such request."))
    }
    return found
  }

  /// The version that the case's last act made.
  public func version(of loaded: RequestCase) -> Int64 { loaded.base.version }

  /// A handler acts on the cases of agencies in reach; a citizen on the own case, somebody who has
  /// not signed in on the case whose tracking token was shown, which is checked where the token is
  /// read. The centre records what a citizen says on the telephone.
  public func authorise(_ loaded: RequestCase, _ context: Context) throws {
    let actor = context.actor
    switch capacity {
    case .handler:
      guard actor.covers(agency: loaded.base.agency) else {
        throw Problem.forbidden(
          Phrase("此件不由您的单位承办。", en: "This request is not with your agency."))
      }
    case .citizen:
      let isOwn = actor.applicant != nil && loaded.base.applicant == actor.applicant
      guard isOwn || actor.kind == .anonymous || actor.may("requests.as-dispatcher") else {
        throw Problem.notFound(Phrase("没有这件诉求。", en: "There is no such request."))
      }
    default: break
    }
  }

  /// Takes the step and moves stage, clocks, dates and marks with it.
  ///
  /// - Throws: ``Problem`` 400 for a command that the case type lacks, 403 or 422 where it is not
  ///   allowed, 422 with every field at fault, 409 unless the clock that calls for a step of the
  ///   system ends at ``due``.
  public func decide(
    _ loaded: RequestCase, _ view: any View, _ context: Context
  ) throws -> Decision {
    try check()
    guard command != "archive" || context.isBackfill else {
      throw Problem.refused(
        "import-only",
        Phrase("只有导入历史件时可随答复办结。", en: "Only an import may close a case by its reply."))
    }
    let type = ServiceRequestCases.request
    let before = try type.status(loaded.base.status)
    let step = try type.step(before, command, by: capacity)
    let at = context.effectiveAt
    var row = loaded
    if let item, item != row.request.item {
      let known = try rules.item(item)
      row.request.item = known.id
      row.request.category = known.category
    }
    var clocks = try CaseClocks(loaded.base.clocks)
    try check(clocks, type, before)
    let handleBefore =
      type.stage(of: before).isFinal ? nil : clocks.end(of: .handle, rules.calendar)
    try clocks.apply(
      step.clockEffects, at: at, zone: rules.profile.zone,
      periods: rules.periods(row.request.item, on: at))
    row.base.version += 1
    row.base.status = type.text(step.status)
    let stage = type.stage(of: step.status)
    row.base.stage = stage.id.text
    if let agency {
      row.base.agency = try rules.agency(agency)
      row.base.handler = nil
    }
    if let handler { row.base.handler = handler }
    row.base.closedAt = stage.isFinal ? at : nil
    row.base.clocks = clocks.text
    let deadlines = RequestDeadlines(type, step.status, clocks, rules.calendar)
    deadlines.write(to: &row.base)
    row.request.updatedAt = at
    if MoveRequest.answering.contains(command) { row.request.repliedAt = at }
    if let score { row.request.score = score }
    row.request.marks = marks(type, step.status)
    return .accepted(
      publicFields: publicFields(row, loaded, stage, due: handleBefore, deadlines),
      changes: RequestTables.move(row, from: loaded, context.ring), effects: notices)
  }

  /// A step that the expiry of a clock calls for needs that clock to have run out when it says.
  private func check(_ clocks: CaseClocks, _ type: CaseType, _ status: CaseStatus) throws {
    guard capacity == .system, command != "archive" else { return }
    let ran = type.clocks.first { $0.onExpiry == command }.flatMap { spec in
      type.clock(spec.id, of: status) == .running ? clocks.end(of: spec.id, rules.calendar) : nil
    }
    guard let due, ran == due else { throw Problem.stale }
  }

  private func check() throws {
    var fields: [Problem.Field] = []
    if MoveRequest.wordy.contains(command), text.allSatisfy(\.isWhitespace) {
      fields.append(
        Problem.Field("text", Phrase("请填写说明。", en: "Say why, in a sentence or two.")))
    }
    let length = text.codePoints
    if length > MoveRequest.textLimit {
      fields.append(
        Problem.Field(
          "text",
          Phrase(
            "最多 \(MoveRequest.textLimit) 字，现为 \(length) 字。",
            en: "At most \(MoveRequest.textLimit) characters; there are \(length).")))
    }
    fields += strangers()
    if MoveRequest.needingAgency.contains(command), agency == nil {
      fields.append(Problem.Field("agency", Phrase("请选择承办单位。", en: "Choose an agency.")))
    }
    let isEvaluation = command == "satisfied" || command == "unsatisfied"
    let scores: ClosedRange<Int64> = command == "satisfied" ? 4...5 : 1...3
    if isEvaluation, !scores.contains(score ?? 0) {
      fields.append(
        Problem.Field(
          "score",
          Phrase(
            "请选择 \(scores.lowerBound) 至 \(scores.upperBound) 分。",
            en: "Choose a score from \(scores.lowerBound) to \(scores.upperBound).")))
    }
    if !fields.isEmpty { throw Problem.invalid(fields) }
  }

  private static let needingAgency: Set<CommandID> = ["dispatch", "appoint", "transfer"]

  /// What was said that is not for this step to say: whoever may remind must not move or judge.
  private func strangers() -> [Problem.Field] {
    var fields: [Problem.Field] = []
    func only(_ isGiven: Bool, _ field: String, _ commands: CommandID...) {
      guard isGiven, !commands.contains(command) else { return }
      fields.append(
        Problem.Field(
          field, Phrase("此步骤不能带这一项。", en: "This step does not take it.")))
    }
    only(agency != nil, "agency", "dispatch", "appoint", "transfer")
    only(item != nil, "item", "dispatch")
    only(!assisting.isEmpty, "assisting", "assist")
    only(score != nil, "score", "satisfied", "unsatisfied")
    only(handler != nil, "handler", "accept", "dispatch", "transfer")
    return fields
  }

  private func marks(_ type: CaseType, _ status: CaseStatus) -> Int64 {
    var marks: Int64 = 0
    if type.count(.overdue, of: status) > 0 { marks |= 1 }
    if type.count(.urged, of: status) > 0 { marks |= 2 }
    if type.count(.redo, of: status) > 0 { marks |= 4 }
    if type.count(.level, of: status) > 0 { marks |= 8 }
    return marks
  }

  /// What outsiders need: where the request stands, with whom, until when, and how it was judged.
  private func publicFields(
    _ row: RequestCase, _ before: RequestCase, _ stage: Stage, due handleBefore: Instant?,
    _ deadlines: RequestDeadlines
  ) -> JSONValue {
    var fields: [String: JSONValue] = ["stage": .string(stage.id.text)]
    if row.base.agency != before.base.agency { fields["agency"] = JSONValue(row.base.agency) }
    if deadlines.handle != handleBefore { fields["due"] = JSONValue(deadlines.handle?.seconds) }
    if row.request.category != before.request.category {
      fields["category"] = .string(row.request.category)
      fields["item"] = .string(row.request.item)
    }
    if let score { fields["score"] = .integer(score) }
    if stage.isFinal { fields["closed"] = true }
    return .object(fields)
  }

  /// Which steps the citizen is told of.
  private static let told: Set<CommandID> = [
    "dispatch", "ask", "extend", "reply", "answer", "call-back", "redo", "terminate", "explain",
    "refer-emergency", "refer-procedure", "refer-same", "refuse-secret", "refuse-remit",
    "refuse-unlawful",
  ]

  private var notices: [Effect] {
    MoveRequest.told.contains(command) ? [Effect("notice")] : []
  }
}
