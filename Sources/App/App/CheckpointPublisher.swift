import Books
import Commons
import Desk
import EvidenceLog
import Foundation
import Interchange
import Logging
import Storage
import Verification

/// Sends a text to a witness's `add-checkpoint` and brings the answer.
public typealias WitnessCaller =
  @Sendable (_ address: URL, _ body: String) async throws -> WitnessContact.Answer

/// Shows each checkpoint to the log's witnesses and publishes what they saw (C2SP tlog-witness, from the
/// side of the log). The log itself never waits for them: acts are taken in and receipts are given
/// meanwhile, and a checkpoint that too few have seen is published all the same after a while.
///
/// What is published never shrinks, whoever of the nodes published before.
public actor CheckpointPublisher {
  /// Who the witnesses are and how many must have seen a checkpoint; nil without any.
  public nonisolated let policy: WitnessPolicy?
  private let desk: CommandDesk
  private let duty: Duty
  private let time: any TimeSource
  private let logger: Logger
  private let call: WitnessCaller
  private var contacts: [Contact] = []

  /// Microseconds after which a checkpoint is published though its witnesses are away.
  public static let patience: Int64 = 30_000_000
  /// Milliseconds that the other witnesses have once there are enough.
  static let grace = 500
  /// Seconds for which a witness that failed is left alone: doubled each time, at most this.
  static let longestRest: Int64 = 60

  /// A witness, where it is, how it did.
  private struct Contact {
    var known: WitnessContact
    let address: URL
    var failures = 0
    var restsUntil = Instant(microseconds: 0)
    var said = Phrase.same("")
  }

  /// A publisher of a log's checkpoints.
  ///
  /// - Throws: ``Problem`` 400 if a witness lacks its address.
  public init(
    desk: CommandDesk, duty: Duty, time: any TimeSource, logger: Logger, policy: WitnessPolicy?,
    call: @escaping WitnessCaller = CheckpointPublisher.overHTTP()
  ) throws(Problem) {
    self.desk = desk
    self.duty = duty
    self.time = time
    self.logger = logger
    self.call = call
    self.policy = policy
    for member in policy?.witnesses ?? [] {
      guard let base = member.address else {
        throw .malformed(
          Phrase(
            "见证“\(member.name)”缺少地址：witness 名称 公钥 http(s)://…",
            en: "Witness “\(member.name)” has no address: witness NAME KEY http(s)://…"))
      }
      let address = try WebPost.address(base + (base.hasSuffix("/") ? "" : "/") + "add-checkpoint")
      contacts.append(Contact(known: WitnessContact(member), address: address))
    }
  }

  /// The usual way to witnesses.
  public static func overHTTP(timeoutSeconds: Double = 10) -> WitnessCaller {
    let web = WebPost(timeoutSeconds: timeoutSeconds)
    return { address, body in
      let answer = try await web.text(body, to: address)
      return .init(status: answer.status, mediaType: answer.mediaType, body: answer.body)
    }
  }

  /// Reads the policy file of a log; nil if there is none.
  ///
  /// - Throws: ``Problem`` 400 that says which line is wrong, 422 if the file is for another log.
  public static func policy(
    _ file: String, of log: NoteVerifier
  ) throws(Problem) -> WitnessPolicy? {
    guard let data = FileManager.default.contents(atPath: file) else { return nil }
    let policy: WitnessPolicy
    do { policy = try WitnessPolicy(Array(data)) } catch {
      throw .malformed(
        Phrase("\(file)：\(error.detail.zh)", en: "\(file): \(error.detail.en)"))
    }
    guard policy.logs.isEmpty || policy.logs.contains(log) else {
      throw .refused(
        "log-origin",
        Phrase(
          "\(file) 的 log 行不是本市日志的公钥 \(log.text)。",
          en: "The lines “log” of \(file) do not hold this city's key \(log.text)."))
    }
    return policy.of(log)
  }

  /// Sees that only what witnesses were shown is published where there are any, so that nobody sees the
  /// log shrink; and that the last checkpoint is where there are none. To be called before anybody asks.
  public func prepare() async throws {
    guard let hold = try await duty.held() else { return }
    let shown = try await desk.store.first(LogBook.lastPublished)
    if (policy == nil) == (shown == nil) { return }
    try await desk.maintain(.publish(policy == nil ? .end : .begin, under: hold))
  }

  /// Shows the last checkpoint to the witnesses and publishes it; the answer is 1 if something was
  /// published that enough have seen, else 0. While another node has the log's duty it does nothing.
  public func runOnce() async throws -> Int {
    try await prepare()
    guard let policy, let hold = try await duty.held() else { return 0 }
    let (state, shown) = try await desk.store.read { view in
      (try view.first(LogBook.state), try view.first(LogBook.lastPublished))
    }
    guard let state, let shown else { return 0 }
    let known = SignedNote(shown.checkpoint)
    let isSame = shown.size == state.size
    guard let note = isSame ? known : SignedNote(state.checkpoint) else { return 0 }
    let now = time.now
    let wasEnough = known.map { (try? policy.verify($0, now: now)) != nil } ?? false
    if isSame, wasEnough { return 0 }
    let seen = try await gather(note, policy, known)
    let isEnough = (try? policy.verify(seen, now: time.now)) != nil
    let isOverdue =
      time.now.microseconds - shown.signedAt.microseconds >= CheckpointPublisher.patience
    guard isEnough || (isSame ? seen != note : isOverdue) else { return 0 }
    if !isEnough, !isSame {
      logger.warning(
        "too few witnesses: the checkpoint of \(state.size) entries is published anyway")
    }
    try await desk.maintain(
      .publish(
        .shown(.init(size: state.size, checkpoint: seen.description, signedAt: time.now)),
        under: hold))
    return isEnough ? 1 : 0
  }

  // MARK: Asking

  /// The note with the signatures of all witnesses that answered in time.
  private func gather(
    _ note: SignedNote, _ policy: WitnessPolicy, _ published: SignedNote?
  ) async throws -> SignedNote {
    guard let point = Checkpoint(text: note.text) else { return note }
    var seen = note
    let asked = contacts.indices.filter {
      contacts[$0].known.member.key.cosigned(note) == nil && contacts[$0].restsUntil <= time.now
    }
    for index in asked where contacts[index].known.size == 0 {
      contacts[index].known = WitnessContact(contacts[index].known.member, known: published)
    }
    await withTaskGroup(of: (Int, SignedNote.Signature?).self) { group in
      for index in asked {
        let contact = contacts[index]
        group.addTask { (index, await self.ask(contact, at: index, note, point)) }
      }
      var (isEnough, left) = (false, asked.count)
      for await (index, signature) in group {
        if index >= 0 { left -= 1 }
        if let signature { seen = seen.adding([signature]) }
        if left == 0 { return group.cancelAll() }
        if !isEnough, (try? policy.verify(seen, now: time.now)) != nil {
          isEnough = true
          group.addTask {
            try? await Task.sleep(for: .milliseconds(CheckpointPublisher.grace))
            return (-1, nil)
          }
        } else if index < 0 {
          // The grace is over: there are enough without the others.
          group.cancelAll()
        }
      }
    }
    return seen
  }

  /// Asks one witness, twice if it has signed another size than was thought.
  private func ask(
    _ contact: Contact, at index: Int, _ note: SignedNote, _ point: Checkpoint
  ) async -> SignedNote.Signature? {
    var contact = contact
    do {
      for _ in 0..<2 {
        let size = contact.known.size
        let proof = try await proof(from: size, to: point.size)
        let request = contact.known.request(note, of: point) { _ in proof }
        let answer = try await call(contact.address, request.text)
        switch contact.known.take(answer, to: request, now: time.now) {
        case .cosigned(let signature):
          keep(contact, at: index, nil)
          return signature
        case .again: continue
        case .failed(let why):
          keep(contact, at: index, why)
          return nil
        case .contradicted(let why):
          keep(contact, at: index, why, isGrave: true)
          return nil
        }
      }
      keep(contact, at: index, Phrase("两次告知不同的条数", en: "it named two sizes"))
    } catch is CancellationError {
      return nil
    } catch {
      if !Task.isCancelled { keep(contact, at: index, .same("\(error)")) }
    }
    return nil
  }

  private func proof(from first: Int64, to second: Int64) async throws -> [[UInt8]] {
    guard first > 0, first < second else { return [] }
    return try await desk.store.read { view in
      try ProofMaker(size: second, tiles: logTiles(view)).consistency(from: first)
    }
  }

  /// Keeps how a witness did; what changes is told once.
  private func keep(
    _ contact: Contact, at index: Int, _ failure: Phrase?, isGrave: Bool = false
  ) {
    var contact = contact
    contact.failures = failure == nil ? 0 : contact.failures + 1
    let rest = min(1 << Int64(min(contact.failures, 12)), CheckpointPublisher.longestRest)
    contact.restsUntil = failure == nil ? time.now : time.now.adding(seconds: rest)
    let name = contact.known.member.key.name
    if let failure, failure != contact.said {
      if isGrave {
        logger.critical("witness \(name): \(failure.en)")
      } else {
        logger.warning("witness \(name): \(failure.en)")
      }
    } else if failure == nil, contact.said != .same("") {
      logger.info("witness \(name) signs again")
    }
    contact.said = failure ?? .same("")
    contacts[index] = contact
  }
}
