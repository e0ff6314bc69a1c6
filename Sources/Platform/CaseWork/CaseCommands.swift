import Books
import CaseEngine
import Commons
import Desk
import MeasureKit
import Storage

/// A file that goes with a step.
public struct CaseAttachment: Hashable, Sendable {
  /// Its key in the blob book.
  public let key: Int64
  /// SHA-256 of its bytes: what the act commits to, the same whenever it is sent again.
  public let digest: [UInt8]

  /// A file that was staged for the case.
  public init(key: Int64, digest: [UInt8]) {
    self.key = key
    self.digest = digest
  }
}

/// Opens a case of a declared procedure.
public struct OpenCase: Command {
  /// Nothing: the case does not exist yet.
  public typealias Loaded = Void
  private let setting: CaseSetting
  private let step: SpokenStep

  /// A case that a command opens, given in a capacity.
  public init(
    _ command: CommandID, as capacity: ActorKind = .citizen, said: CaseFacts,
    files: [CaseAttachment] = [], in setting: CaseSetting
  ) {
    self.setting = setting
    step = SpokenStep(command: command, capacity: capacity, said: said, files: files)
  }

  /// The measure's slug and the command, such as `reconsideration.file`.
  public var kind: String { setting.procedure.kind(step.command) }
  /// `slug.file` for people, the permission of the capacity for officials.
  public var permission: String {
    step.capacity == .citizen
      ? "\(setting.procedure.prefix).file" : setting.procedure.permission(step.capacity)
  }
  /// nil: every filing is a new case.
  public var aggregate: Int64? { nil }
  /// What is said, and the digests of files.
  public var content: JSONValue { step.content }

  /// Opens the case, starts its clocks and ties the files to the act. What the procedure refuses by
  /// ``CaseDraft/refusal`` is an act `….refused` with the reason, and there is no case.
  ///
  /// - Throws: ``Problem`` 422 with every field at fault, what the rules refuse, or what the city has not
  ///   adopted, switched on or rolled out to this place.
  public func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    try setting.requireOpen(step.command, on: setting.day(context.recordedAt))
    let said = try step.checked(setting)
    let type = setting.type
    let opened = try type.open(step.command, by: step.capacity)
    var draft = CaseDraft(
      step, said, by: context.actor, at: context.effectiveAt, key: context.aggregate, setting,
      version: 1, before: nil, statusBefore: nil,
      status: opened.status, clocks: CaseClocks(), facts: CaseFacts(), title: type.name.zh,
      random: context.random)
    draft.take(setting.fields(of: step.command))
    try setting.procedure.decide(&draft, view)
    try setting.requireOpen(draft, on: setting.day(context.recordedAt))
    if let refusal = draft.refusal {
      // Nothing is opened: the attempt is an act of its own, and no row follows from it.
      return .refusedOnRecord(refusal, publicFields: [:], changes: [])
    }
    let stage = type.stage(of: opened.status)
    var base = CaseRow(
      key: context.aggregate, measure: setting.measure, version: 1, stage: stage.id.text,
      status: type.text(opened.status), title: draft.title,
      applicant: step.capacity == .citizen ? context.actor.applicant : nil,
      openedAt: context.effectiveAt)
    var clocks = draft.clocks
    try draft.run(opened.clockEffects, on: &clocks, setting)
    draft.settle(&base, opened.status, clocks, setting)
    let row = CaseFileRow(
      base: base, kind: type.id, party: draft.party, subject: draft.subject,
      facts: draft.facts.text, updatedAt: context.effectiveAt)
    let numbers = try draft.numberDocuments(setting, view, context.ring)
    let certificates = try draft.certify(row, setting, view, context)
    let changes =
      CaseFileBook.open(row, context.ring) + draft.ownRows(context.ring) + numbers + certificates
      + (try step.attaching(view, context, version: 1))
    return .accepted(
      publicFields: draft.record(stage, before: nil, row, setting, context), changes: changes,
      effects: draft.told(setting))
  }
}

/// Any step of a case after it was opened.
public struct MoveCase: Command {
  private let setting: CaseSetting
  private let step: SpokenStep
  private let key: Int64
  private let due: Instant?

  /// A step on a case, given in a capacity; `due` is when the clock ran out that calls for a step of
  /// the system.
  public init(
    _ command: CommandID, as capacity: ActorKind, on key: Int64, said: CaseFacts = CaseFacts(),
    files: [CaseAttachment] = [], due: Instant? = nil, in setting: CaseSetting
  ) {
    self.setting = setting
    self.key = key
    self.due = due
    step = SpokenStep(command: command, capacity: capacity, said: said, files: files)
  }

  /// The measure's slug and the command, such as `reconsideration.accept`.
  public var kind: String { setting.procedure.kind(step.command) }
  /// One permission for each capacity.
  public var permission: String { setting.procedure.permission(step.capacity) }
  /// The case; never nil.
  public var aggregate: Int64? { key }
  /// What is said, and the digests of files.
  public var content: JSONValue {
    guard let due, case .object(var fields) = step.content else { return step.content }
    fields["due"] = .integer(due.microseconds)
    return .object(fields)
  }

  /// The case; throws 404 if there is none of this procedure with this key.
  public func load(_ view: any View, _ context: Context) throws -> CaseFileRow {
    guard let found = try view.first(CaseFileBook.find(key)), found.kind == setting.type.id else {
      throw CaseOffice.unknown(setting.procedure)
    }
    return found
  }

  /// The version that the case's last act made.
  public func version(of loaded: CaseFileRow) -> Int64 { loaded.base.version }

  /// Checks the relation that the procedure asks of the capacity. Somebody who has not signed in acts
  /// on the case whose tracking token was shown, which is checked where the token is read.
  public func authorise(_ loaded: CaseFileRow, _ context: Context) throws {
    let actor = context.actor
    switch setting.procedure.reach(of: step.capacity, loaded) {
    case .all: return
    case .agency(let agency):
      guard actor.covers(agency: agency) else { throw MoveCase.outOfReach }
    case .nobody: throw MoveCase.outOfReach
    case .applicant:
      let isOwn = actor.applicant != nil && loaded.base.applicant == actor.applicant
      guard isOwn || actor.kind == .anonymous else { throw CaseOffice.unknown(setting.procedure) }
    }
  }

  private static let outOfReach = Problem.forbidden(
    Phrase("此件不在您的单位和岗位范围内。", en: "This case is not within your agency and post."))

  /// Takes the step: stage, clocks, dates, facts, documents.
  ///
  /// - Throws: ``Problem`` 400 for a command that the case type lacks, 403 or 422 where it is not
  ///   allowed, 422 with every field at fault or what the rules refuse, 409 unless the clock that
  ///   calls for a step of the system ends when it says.
  public func decide(
    _ loaded: CaseFileRow, _ view: any View, _ context: Context
  ) throws -> Decision {
    let type = setting.type
    let before = try type.status(loaded.base.status)
    let taken = try type.step(before, step.command, by: step.capacity)
    let said = try step.checked(setting)
    let clocksBefore = try CaseClocks(loaded.base.clocks)
    try checkDue(clocksBefore, before)
    var draft = CaseDraft(
      step, said, by: context.actor, at: context.effectiveAt, key: context.aggregate, setting,
      version: loaded.base.version + 1, before: loaded,
      statusBefore: before, status: taken.status, clocks: clocksBefore,
      facts: try CaseFacts(loaded.facts), title: loaded.base.title, random: context.random)
    draft.take(setting.fields(of: step.command))
    try setting.procedure.decide(&draft, view)
    if let refusal = draft.refusal { return refused(refusal, loaded, draft, context) }
    var row = loaded
    row.base.version += 1
    row.base.title = draft.title
    row.party = draft.party
    row.subject = draft.subject
    row.facts = draft.facts.text
    row.updatedAt = context.effectiveAt
    var clocks = draft.clocks
    try draft.run(taken.clockEffects, on: &clocks, setting)
    draft.settle(&row.base, taken.status, clocks, setting)
    let numbers = try draft.numberDocuments(setting, view, context.ring)
    let certificates = try draft.certify(row, setting, view, context)
    let changes =
      CaseFileBook.move(row, from: loaded, context.ring) + draft.ownRows(context.ring) + numbers
      + certificates
      + (try step.attaching(view, context, version: row.base.version))
    return .accepted(
      publicFields: draft.record(
        type.stage(of: taken.status), before: loaded, row, setting, context),
      changes: changes, effects: draft.told(setting))
  }

  /// A step that the expiry of a clock calls for needs that clock to have run out when it says.
  private func checkDue(_ clocks: CaseClocks, _ status: CaseStatus) throws {
    guard step.capacity == .system else { return }
    let spec = setting.type.clocks.first { spec in
      spec.onExpiry == step.command && setting.type.clock(spec.id, of: status) == .running
        && clocks.end(of: spec.id, setting.calendar) == due
    }
    // Steps of the system that no clock calls for come from the measure itself.
    let isTimed = setting.type.clocks.contains { $0.onExpiry == step.command }
    guard !isTimed || (due != nil && spec != nil) else { throw Problem.stale }
  }

  private func refused(
    _ problem: Problem, _ loaded: CaseFileRow, _ draft: CaseDraft, _ context: Context
  ) -> Decision {
    var row = loaded
    row.base.version += 1
    row.updatedAt = context.effectiveAt
    return .refusedOnRecord(
      problem, publicFields: ["stage": .string(loaded.base.stage)],
      changes: CaseFileBook.move(row, from: loaded, context.ring))
  }
}

/// What somebody says with a step.
struct SpokenStep: Sendable {
  let command: CommandID
  let capacity: ActorKind
  let said: CaseFacts
  let files: [CaseAttachment]

  /// Files of one step at most.
  static let fileLimit = 10

  /// The canonical form; the step itself stands in the act's kind.
  var content: JSONValue {
    var fields = said.values
    if !files.isEmpty {
      fields["files"] = .array(files.map { .string(Hex.encode($0.digest)) })
    }
    fields["as"] = .string(capacity.id)
    return .object(fields)
  }

  /// What was said, checked against the fields.
  func checked(_ setting: CaseSetting) throws(Problem) -> CaseFacts {
    let fields = setting.fields(of: command)
    let said = try FieldValues(fields: fields, profile: setting.profile).checked(said)
    let wanted = fields.first { $0.kind == .files }
    if let wanted, wanted.isRequired, files.isEmpty {
      throw .invalid([
        Problem.Field(
          wanted.name, Phrase("请上传：\(wanted.label.zh)。", en: "Please upload: \(wanted.label.en)."))
      ])
    }
    guard files.isEmpty || (wanted != nil && files.count <= SpokenStep.fileLimit) else {
      throw .invalid([
        Problem.Field(
          wanted?.name ?? "files",
          wanted == nil
            ? Phrase("此步骤不收文件。", en: "This step takes no files.")
            : Phrase(
              "最多 \(SpokenStep.fileLimit) 个文件。", en: "At most \(SpokenStep.fileLimit) files."))
      ])
    }
    return said
  }

  /// Ties staged files to the act; they must have been staged for this very case.
  func attaching(_ view: any View, _ context: Context, version: Int64) throws -> [Change] {
    let entry = JournalKey(aggregate: context.aggregate, version: version)
    return try files.map { file in
      guard let blob = try view.first(BlobBook.find(file.key)), blob.entry == nil,
        blob.aggregate == context.aggregate, blob.digest == file.digest
      else {
        throw Problem.invalid([
          Problem.Field(
            "files", Phrase("附件已失效，请重新上传。", en: "The file has expired; upload it again."))
        ])
      }
      return BlobBook.attach(blob, to: entry, context.ring)
    }
  }
}
