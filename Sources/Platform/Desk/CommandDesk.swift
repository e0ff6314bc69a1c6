import Books
import Commons
import Storage

/// The only door for writes. Every command passes the same checks in the same order: permission by
/// role before anything is loaded; the relation to the case; the idempotency key; then the decision.
/// State, journal, queue for the log, outbox and idempotency row fall in one transaction.
public final class CommandDesk: Sendable {
  /// The store; measures read from it, only the desk writes.
  public let store: any Store
  let ring: KeyRing
  let time: any TimeSource
  let random: any RandomSource
  let stamps: ActStamps
  let cases: KeyLease
  let files: KeyLease
  let keys: SubjectKeys
  /// The acts of this process that the log may not have yet.
  public let recent = RecentActs()

  /// A desk over a store.
  ///
  /// - Parameters:
  ///   - stamps: under which jurisdiction and authorisation acts are done.
  ///   - keyLife: see ``SubjectKeys/init(store:ring:time:life:limit:)``.
  public init(
    store: any Store, ring: KeyRing, time: any TimeSource, random: any RandomSource,
    stamps: ActStamps, keyLife: Int64? = SubjectKeys.sharedLife
  ) {
    self.store = store
    self.ring = ring
    self.time = time
    self.random = random
    self.stamps = stamps
    cases = KeyLease("aggregate", from: store)
    files = KeyLease("file", from: store)
    keys = SubjectKeys(store: store, ring: ring, time: time, life: keyLife)
  }

  /// How a command is handed in.
  public struct Terms: Sendable {
    /// The client's key for this request, 1–255 visible ASCII characters.
    public var idempotencyKey: String?
    /// The version the client saw (`If-Match`).
    public var expectedVersion: Int64?
    /// When it takes effect, if not now; needs the permission `desk.backfill`.
    public var effectiveAt: Instant?
    /// The place of a new aggregate for which attachments were staged.
    public var reservation: Reservation?

    /// Terms.
    public init(
      idempotencyKey: String? = nil, expectedVersion: Int64? = nil, effectiveAt: Instant? = nil,
      reservation: Reservation? = nil
    ) {
      self.reservation = reservation
      self.idempotencyKey = idempotencyKey
      self.expectedVersion = expectedVersion
      self.effectiveAt = effectiveAt
    }
  }

  /// Carries out a command and answers when it is durable.
  ///
  /// - Throws: ``Problem`` 401/403/404 (not allowed), 409 (stale), 422 (a rule refuses, or the key
  ///   was used for another request), 503 (nothing was done; try again with the same key).
  public func submit<C: Command>(
    _ command: C, by actor: Actor, _ terms: Terms = Terms()
  ) async throws -> Acknowledged {
    let prepared = try await prepare(command, by: actor, terms)
    return try await answer(store.write(prepared.unit), prepared)
  }

  /// Carries out several commands that arrived together, in their order, one answer for each.
  public func submit<C: Command>(
    all commands: [(command: C, terms: Terms)], by actor: Actor
  ) async -> [Result<Acknowledged, any Error>] {
    var prepared: [Result<Prepared, any Error>] = []
    prepared.reserveCapacity(commands.count)
    for (command, terms) in commands {
      do { prepared.append(.success(try await prepare(command, by: actor, terms))) } catch {
        prepared.append(.failure(error))
      }
    }
    let units = prepared.compactMap { try? $0.get().unit }
    var outcomes = await store.writeAll(units)[...]
    var answers: [Result<Acknowledged, any Error>] = []
    answers.reserveCapacity(commands.count)
    for item in prepared {
      switch item {
      case .failure(let error): answers.append(.failure(error))
      case .success(let prepared):
        do {
          answers.append(.success(try await answer(outcomes.removeFirst().get(), prepared)))
        } catch { answers.append(.failure(error)) }
      }
    }
    return answers
  }

  // MARK: Before the batch, on the caller's thread

  struct Prepared: Sendable {
    let unit: WriteUnit<Outcome>
    let privatePart: [UInt8]
    /// The subject that it opens, if any.
    let opened: SubjectKeys.Known?
  }

  enum Outcome: Sendable {
    case done(JournalRow, salt: [UInt8], Problem?, reply: JSONValue)
    case before(JournalKey)
  }

  private func prepare<C: Command>(
    _ command: C, by actor: Actor, _ terms: Terms
  ) async throws -> Prepared {
    try actor.require(command.permission)
    let isBackfill = terms.effectiveAt != nil
    if isBackfill { try actor.require("desk.backfill") }
    let now = time.now
    let isNew = command.aggregate == nil
    let term = try stamps.term(of: command.kind, at: now)
    let aggregate: Int64
    let subject: SubjectKeys.Known
    if let existing = command.aggregate {
      aggregate = existing
      subject = try await keys.known(existing)
    } else {
      let place: Reservation
      if let reserved = terms.reservation { place = reserved } else { place = try await reserve() }
      aggregate = place.aggregate
      subject = SubjectKeys.Known(sealing: place.sealing, matter: random.bytes(16))
    }
    let context = Context(
      actor: actor, recordedAt: now, effectiveAt: terms.effectiveAt ?? now, aggregate: aggregate,
      matter: subject.matter, sealing: subject.sealing, ring: ring,
      random: SeededBytes(seed: seed(random)), isBackfill: isBackfill)

    let content = command.content
    let privatePart = CommandDesk.privatePart(content, actor)
    var act = ActDraft(
      kind: command.kind, context: context, stamp: term.number, privatePart: privatePart,
      refusal: isNew ? term.opening : nil)
    if isNew {
      act.subjectChange = SubjectBook.add(
        subject.sealing, matter: subject.matter, ring, random: random)
    }
    if let key = terms.idempotencyKey {
      // The same words about another case are another request.
      let place = Array("\(command.aggregate ?? 0)\n".utf8)
      try act.useKey(key, requestDigest: Digest.of(place, content.canonicalBytes))
    }
    let draft = act
    let expected = terms.expectedVersion
    return Prepared(
      unit: { view in
        try draft.run(command, view, expectedVersion: expected)
      }, privatePart: privatePart, opened: isNew ? subject : nil)
  }

  /// Who said what, as canonical JSON; the members stand in their order.
  private static func privatePart(_ content: JSONValue, _ actor: Actor) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(256)
    out += Array("{\"actor\":\(actor.account),\"content\":".utf8)
    content.write(to: &out)
    if let principal = actor.principal { out += Array(",\"principal\":\(principal)".utf8) }
    out.append(UInt8(ascii: "}"))
    return out
  }

  private func seed(_ random: any RandomSource) -> UInt64 {
    random.bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  // MARK: After the commit, on the caller's thread

  private func answer(_ outcome: Outcome, _ prepared: Prepared) async throws -> Acknowledged {
    switch outcome {
    case .done(let row, let salt, let refusal, let reply):
      if let opened = prepared.opened { keys.keep(opened, of: row.key.aggregate) }
      recent.keep(row)
      return Acknowledged(
        row: row, salt: salt, privatePart: prepared.privatePart, refusal: refusal,
        isRepeat: false, reply: reply)
    case .before(let key): return try await repeated(key)
    }
  }

  /// The answer that was given before: the act is read back and its private part opened.
  private func repeated(_ key: JournalKey) async throws -> Acknowledged {
    guard let row = try await store.first(JournalBook.entry(key)) else {
      throw StorageError("the act \(key.aggregate)/\(key.version) of an earlier answer is missing")
    }
    guard let opened = try await opening(of: row) else {
      throw Problem.notFound(
        Phrase("该记录的内容已按规定销毁。", en: "The content of this record has been destroyed."))
    }
    return Acknowledged(
      row: row, salt: opened.salt, privatePart: opened.privatePart,
      refusal: RecordedRefusal.problem(in: row), isRepeat: true, reply: .null)
  }
}
