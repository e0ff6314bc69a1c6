import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import HTTPValues
import Interchange
import MeasureKit
import Storage

/// Where a kind of case is handled in one running city: the procedure, the desk, and who stands
/// before it. Pages, interface and workers of every declared procedure go through it.
public struct CaseOffice: Sendable {
  /// The procedure in the city.
  public let setting: CaseSetting
  /// The only door for writes.
  public let desk: CommandDesk
  let acknowledger: Acknowledger
  let trackingToken: @Sendable (Int64) -> String

  /// An office.
  public init(
    _ setting: CaseSetting, desk: CommandDesk, ring: KeyRing, acknowledger: Acknowledger
  ) {
    self.setting = setting
    self.desk = desk
    self.acknowledger = acknowledger
    trackingToken = { ring.trackingToken($0) }
  }

  /// The procedure.
  public var procedure: any Procedure { setting.procedure }
  var profile: CityProfile { setting.profile }
  var slug: String { procedure.path }

  static func unknown(_ procedure: any Procedure) -> Problem {
    .notFound(
      Phrase(
        "没有这件“\(procedure.type.name.zh)”，或查询码不符。",
        en: "There is no such case (\(procedure.type.name.en)), or the token does not fit."))
  }

  // MARK: Finding

  /// Whether a case is of the kind that is handled here.
  public func handles(_ row: CaseFileRow) -> Bool { row.kind == setting.type.id }

  /// Reads a number of this measure; throws 404 for anything else.
  public func key(_ text: String) throws(Problem) -> Int64 {
    guard let number = CaseNumber(text), number.measure == setting.measure else {
      throw CaseOffice.unknown(procedure)
    }
    return number.serial
  }

  /// The case with a number; throws 404 if there is none.
  public func row(_ text: String) async throws -> CaseFileRow {
    guard let row = try await desk.store.first(CaseFileBook.find(key(text))),
      row.kind == setting.type.id, row.base.number.description == text.uppercased()
    else { throw CaseOffice.unknown(procedure) }
    return row
  }

  /// Everything about a case; throws 404 if there is none.
  public func file(_ key: Int64) async throws -> CaseFile {
    guard let file = try await CaseFile.load(key, desk, setting) else {
      throw CaseOffice.unknown(procedure)
    }
    return file
  }

  /// Whether a visitor may read and act as the person who opened a case.
  public func isOwner(_ visit: Visit, _ row: CaseRow, token: String?) -> Bool {
    if let token,
      constantTimeEqual(Array(token.uppercased().utf8), Array(trackingToken(row.key).utf8))
    {
      return true
    }
    return visit.actor.applicant != nil && visit.actor.applicant == row.applicant
  }

  /// Whether an official may read a case: in some capacity it is within reach.
  public func isStaff(_ visit: Visit, _ row: CaseFileRow) -> Bool {
    visit.actor.may(procedure.deskPermission)
      && procedure.capacities.contains { mayAct(visit.actor, as: $0, on: row) }
  }

  /// Whether somebody may act on a case in an official capacity.
  func mayAct(_ actor: Actor, as capacity: ActorKind, on row: CaseFileRow) -> Bool {
    guard actor.may(procedure.permission(capacity)) else { return false }
    switch procedure.reach(of: capacity, row) {
    case .all: return true
    case .agency(let agency): return actor.covers(agency: agency)
    case .applicant, .nobody: return false
    }
  }

  /// By a token one acts for the matter itself, whoever may have signed in.
  func citizen(_ visit: Visit, _ row: CaseRow) -> Actor {
    if row.applicant != nil, visit.actor.applicant == row.applicant { return visit.actor }
    return Actor(
      kind: .anonymous, account: 0, permissions: [procedure.permission(.citizen)])
  }

  // MARK: Acting

  /// Files of a form under a field, staged for a case.
  func stage(
    _ form: FormFields, _ stage: (IncomingFile) async throws -> Int64
  ) async throws -> [CaseAttachment] {
    var attached: [CaseAttachment] = []
    for file in form.files {
      guard let type = file.mediaType else {
        throw Problem.invalid([
          Problem.Field(
            file.field,
            Phrase(
              "“\(file.filename)”不是 JPEG、PNG、WebP 或 PDF。",
              en: "“\(file.filename)” is no JPEG, PNG, WebP or PDF."))
        ])
      }
      let key = try await stage(
        IncomingFile(name: file.filename, mediaType: type, bytes: file.bytes))
      attached.append(CaseAttachment(key: key, digest: Digest.of(file.bytes).bytes))
    }
    return attached
  }

  /// Opens a case with what a form says; files belong to it alone. Throws also what was refused on record.
  public func open(
    _ command: CommandID, as capacity: ActorKind, _ form: FormFields, _ visit: Visit
  ) async throws -> Acknowledged {
    let said = try FieldValues(fields: setting.fields(of: command), profile: profile).read(form)
    var terms = try visit.terms(form)
    terms.expectedVersion = nil
    var files: [CaseAttachment] = []
    if !form.files.isEmpty {
      let place = try await desk.reserve()
      files = try await stage(form) { try await desk.stage($0, for: place) }
      terms.reservation = place
    }
    let done = try await desk.submit(
      OpenCase(command, as: capacity, said: said, files: files, in: setting), by: visit.actor,
      terms)
    if let refusal = done.refusal { throw refusal }
    return done
  }

  /// Takes a step on a case with what a form says.
  func move(
    _ command: CommandID, as capacity: ActorKind, on key: Int64, _ form: FormFields,
    by actor: Actor,
    _ visit: Visit
  ) async throws -> Acknowledged {
    let said = try FieldValues(fields: setting.fields(of: command), profile: profile).read(form)
    let files = try await stage(form) { try await desk.stage($0, for: key) }
    return try await desk.submit(
      MoveCase(command, as: capacity, on: key, said: said, files: files, in: setting), by: actor,
      try visit.terms(form))
  }

  /// The message that an effect of this procedure calls for; nil if it is another's, or the applicant
  /// left no address. The message names the number, never what it is about.
  public func notice(_ effect: OutboxBook.Waiting) async throws -> Notice? {
    guard let file = try await CaseFile.load(effect.entry.aggregate, desk, setting),
      let act = file.events.first(where: { $0.row.key == effect.entry }),
      let words = procedure.notices[act.command]
    else { return nil }
    let opening = file.opening ?? CaseFacts()
    let recipient = opening.string("email") ?? opening.string("phone") ?? ""
    guard !recipient.isEmpty else { return nil }
    let number = file.row.base.number.description
    return Notice(
      id: "\(profile.slug)-\(effect.key)", recipient: recipient,
      subject: "\(words.subject.zh)（\(number)）",
      body: """
        \(words.body.zh)
        \(words.body.en)

        \(number)
        /\(slug)/\(number)?token=\(trackingToken(file.row.base.key))
        """, date: act.row.recordedAt)
  }
}

// What a measure's own routes need that the declared ones do not give.
extension CaseOffice {
  /// What a JSON object says with a step; throws 400 or 422 with every member at fault.
  public func said(_ command: CommandID, _ body: JSONValue) throws(Problem) -> CaseFacts {
    try FieldValues(fields: procedure.fields(of: command), profile: profile).read(body)
  }

  /// The acknowledgement of a step.
  public func acknowledgement(
    _ done: Acknowledged, number: CaseNumber
  ) throws -> [String: JSONValue] { try acknowledger.json(done, number: number) }
}
