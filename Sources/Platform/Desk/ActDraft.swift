import Books
import Commons
import Storage

/// An act under way: all of it that is known before the decision.
struct ActDraft: Sendable {
  let kind: String
  let context: Context
  let stamp: Int64
  let privatePart: [UInt8]
  var subjectChange: Change?
  /// Why nothing new may be opened under this act's measure; a repeated request has its answer still.
  private let refusal: Problem?
  private var scope: [UInt8]?
  private var requestDigest: [UInt8] = []

  init(
    kind: String, context: Context, stamp: Int64, privatePart: [UInt8], refusal: Problem? = nil
  ) {
    self.refusal = refusal
    self.kind = kind
    self.context = context
    self.stamp = stamp
    self.privatePart = privatePart
  }

  mutating func useKey(_ key: String, requestDigest digest: Digest) throws(Problem) {
    guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else {
      throw .malformed(
        Phrase(
          "Idempotency-Key 应为 1 至 255 个可见 ASCII 字符。",
          en: "Idempotency-Key must have 1 to 255 visible ASCII characters."))
    }
    scope = IdempotencyBook.scope(actor: context.actor.account, kind: kind, key: key)
    requestDigest = Array(digest.bytes.prefix(16))
  }

  /// The pure part of one unit of writing, in the order of checks that every command passes.
  func run<C: Command>(
    _ command: C, _ view: any View, expectedVersion: Int64?
  ) throws -> WritePlan<CommandDesk.Outcome> {
    let loaded = try command.load(view, context)
    try command.authorise(loaded, context)
    if let before = try answeredBefore(view) {
      return WritePlan([], answer: .before(before))
    }
    if let refusal { throw refusal }
    let version = command.version(of: loaded)
    if let expectedVersion, expectedVersion != version { throw Problem.stale }
    guard version < JournalKey.maximumVersion else {
      throw Problem.refused(
        "too-many-acts",
        Phrase("此件的办理记录已达上限。", en: "This matter has reached the limit of acts."))
    }
    let decision = try command.decide(loaded, view, context)
    return try plan(decision, version: version + 1)
  }

  private func answeredBefore(_ view: any View) throws -> JournalKey? {
    guard let scope, let known = try view.first(IdempotencyBook.find(scope)) else { return nil }
    guard known.digest == requestDigest else {
      throw Problem(
        "idempotency-key-reused", status: 422,
        title: Phrase("重复的请求编号", en: "The key was used before"),
        detail: Phrase(
          "此 Idempotency-Key 已用于另一个不同的请求。请换一个新的编号。",
          en: "This Idempotency-Key was used for a different request. Use a new one."))
    }
    return known.entry
  }

  /// Bytes of an act's public fields at most: an entry of the log, of which they are the largest part, has a length of
  /// 16 bits, and one that is longer would stop the log.
  private static let publicLimit = 64_000

  private func plan(
    _ decision: Decision, version: Int64
  ) throws(Problem) -> WritePlan<CommandDesk.Outcome> {
    let publicText = RecordedRefusal.mark(decision).canonical
    guard publicText.utf8.count <= ActDraft.publicLimit else {
      throw .refused(
        "public-fields-too-long",
        Phrase(
          "此步骤要公开的内容有 \(publicText.utf8.count) 字节，超过日志一条的上限 \(ActDraft.publicLimit)：请缩短。",
          en:
            "What this step publishes has \(publicText.utf8.count) bytes; an entry of the log takes \(ActDraft.publicLimit): shorten it."
        ))
    }
    let key = JournalKey(aggregate: context.aggregate, version: version)
    let salt = context.sealing.salt(at: key.raw)
    let row = JournalRow(
      key: key, kind: decision.refusal == nil ? kind : kind + RecordedRefusal.suffix,
      recordedAt: context.recordedAt, effectiveAt: context.effectiveAt, stamp: stamp,
      actor: context.actor.account, matter: context.matter,
      publicFields: publicText,
      commitment: Digest.of(salt, privatePart).bytes,
      sealed: context.sealing.seal(privatePart, at: key.raw, random: context.random))
    var changes = decision.changes
    changes.reserveCapacity(changes.count + 5)
    if let subjectChange { changes.append(subjectChange) }
    changes += JournalBook.append(row, context.ring)
    if let scope {
      changes.append(
        IdempotencyBook.keep(
          scope: scope, digest: requestDigest, entry: key, at: context.recordedAt, context.ring))
    }
    if !context.isBackfill {
      for (index, effect) in decision.effects.enumerated() {
        changes.append(
          OutboxBook.put(
            OutboxBook.Waiting(
              entry: key, ordinal: index, kind: effect.kind, payload: effect.payload.canonical,
              notBefore: context.recordedAt), context.ring))
      }
    }
    return WritePlan(
      changes, answer: .done(row, salt: salt, decision.refusal, reply: decision.reply))
  }
}

/// A refusal that is itself an act: its kind ends in `.refused` and its public fields name why.
enum RecordedRefusal {
  static let suffix = ".refused"

  static func mark(_ decision: Decision) -> JSONValue {
    guard let refusal = decision.refusal, case .object(var fields) = decision.publicFields else {
      return decision.publicFields
    }
    fields["refusal"] = .object([
      "slug": .string(refusal.slug), "zh": .string(refusal.detail.zh),
      "en": .string(refusal.detail.en),
    ])
    return .object(fields)
  }

  static func problem(in row: JournalRow) -> Problem? {
    guard row.kind.hasSuffix(suffix),
      let refusal = (try? JSONValue(parsing: row.publicFields))?["refusal"]
    else { return nil }
    return .refused(
      refusal["slug"]?.string ?? "refused",
      Phrase(refusal["zh"]?.string ?? "已被拒绝。", en: refusal["en"]?.string ?? "Refused."))
  }
}
