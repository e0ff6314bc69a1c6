import App
import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import EvidenceLog
import FaultInjection
import Interchange
import ServiceRequests
import Storage

/// The world outside the program: callers with what they were answered, a witness of the log, a
/// receiver of notices. It remembers what it was told through every end of the program.
///
/// Unchecked: ``TurnStore`` lets one caller run at a time, and the driver while none runs.
final class FaultWorld: @unchecked Sendable {
  /// Something a caller wants, under one key until it knows the outcome.
  struct Attempt: Sendable {
    enum Wish: Sendable {
      case file(String)
      case move(Int64, CommandID, ActorKind, text: String, agency: String?, score: Int64?)
    }
    let key: String
    let account: Int64
    let wish: Wish
  }

  /// An act that was acknowledged.
  struct Known: Sendable {
    let raw: Int64
    let commitment: [UInt8]
    let attempt: Attempt
  }

  let plan: FaultPlan
  let receiver: NoticeReceiver
  private var random: SeededRandom
  private var filed = 0
  private var attempts = 0
  private(set) var pending: [Int: Attempt] = [:]
  private(set) var known: [String: Known] = [:]
  private(set) var order: [String] = []
  private(set) var cases: [Int64] = []
  /// The log's states as the witness saw them.
  private(set) var witnessed: [LogBook.State] = []
  private(set) var violations: [String] = []
  /// Whether keys have been leased in this life of the program.
  var isWarm = false
  private var faultCount: () -> Int = { 0 }
  private var isAiling: () -> Bool = { false }
  private var mark = 0

  init(_ plan: FaultPlan, seed: UInt64) {
    self.plan = plan
    random = SeededRandom(seed: seed).fork("callers")
    receiver = NoticeReceiver(seed: seed, failure: plan.deliveryFailure)
  }

  func violate(_ what: String) { if violations.count < 20 { violations.append(what) } }

  // MARK: What may fail

  /// Tells the world how to see whether something has gone wrong below a program.
  func watch(faultCount: @escaping () -> Int, isAiling: @escaping () -> Bool) {
    self.faultCount = faultCount
    self.isAiling = isAiling
    mark = faultCount()
  }

  /// From now on nothing has gone wrong.
  func forgetProgram() { watch(faultCount: { 0 }, isAiling: { false }) }

  /// What has gone wrong so far excuses nothing from now on.
  func beginRound() { mark = faultCount() }

  /// Takes an error that nobody was to see unless something has just gone wrong below.
  private func noteError(_ error: any Error, _ place: String) {
    guard !isAiling(), faultCount() == mark else { return }
    violate("\(place) failed though nothing had gone wrong: \(error)")
  }

  /// Leases the keys of a new program.
  func warmUp(_ city: RunningCity) async {
    do {
      _ = try await city.desk.reserve()
      isWarm = true
    } catch { noteError(error, "the lease of keys") }
  }

  // MARK: Callers

  /// What a caller does at its turn: what it does not know the outcome of, else something new.
  func turn(_ caller: Int, _ city: RunningCity) async {
    do {
      guard let attempt = try await next(caller, city) else { return }
      await carryOut(attempt, caller, city)
    } catch { noteError(error, "a look at a case") }
  }

  /// Tries again, without anything new.
  func retry(_ caller: Int, _ city: RunningCity) async {
    if let attempt = pending[caller] { await carryOut(attempt, caller, city) }
  }

  /// Sends an acknowledged request again, as a client does that lost the answer.
  func repeatOne(_ city: RunningCity) async {
    guard !order.isEmpty, let one = known[order[random.below(order.count)]] else { return }
    await carryOut(one.attempt, nil, city)
  }

  private func next(_ caller: Int, _ city: RunningCity) async throws -> Attempt? {
    if let attempt = pending[caller] { return attempt }
    let draw = random.unit()
    if filed < plan.cases, cases.isEmpty || draw < 0.35 {
      filed += 1
      return attempt(caller, .file("路灯不亮 \(filed)"))
    }
    if draw < 0.42, let last = order.last, let one = known[last] { return one.attempt }
    guard !cases.isEmpty else { return nil }
    let key = cases[random.below(cases.count)]
    guard let row = try await city.desk.store.first(RequestTables.find(key)) else {
      violate("the acknowledged case \(key) is not there")
      return nil
    }
    guard !row.base.isClosed, let step = step(StageID(row.base.stage)) else { return nil }
    return attempt(
      caller,
      .move(
        key, step.command, step.capacity, text: step.text, agency: step.agency, score: step.score))
  }

  private func attempt(_ caller: Int, _ wish: Attempt.Wish) -> Attempt {
    attempts += 1
    return Attempt(key: "k\(attempts)", account: Int64(100 + caller), wish: wish)
  }

  private typealias Step = (
    command: CommandID, capacity: ActorKind, text: String, agency: String?, score: Int64?
  )

  private func step(_ stage: StageID) -> Step? {
    let often = random.chance(0.75)
    switch stage.text {
    case "received":
      return often
        ? ("dispatch", .dispatcher, "", "urban", nil) : ("answer", .dispatcher, "已告知。", nil, nil)
    case "dispatched":
      return often ? ("accept", .handler, "", nil, nil) : ("return", .handler, "不属本单位职责。", nil, nil)
    case "disputed": return ("uphold", .arbiter, "由原单位办理。", nil, nil)
    case "handling":
      return often
        ? ("reply", .handler, "已恢复照明。", nil, nil)
        : [
          ("note", .handler, "已到现场 \(attempts)。", nil, nil),
          ("ask", .handler, "请补充位置。", nil, nil),
          ("transfer", .dispatcher, "请转办。", "urban", nil),
        ][random.below(3)]
    case "supplementing": return ("supply", .citizen, "在路口东侧。", nil, nil)
    case "replied": return ("call-back", .dispatcher, "", nil, nil)
    case "evaluating":
      return often
        ? ("satisfied", .citizen, "", nil, 5) : ("unsatisfied", .citizen, "没有解决。", nil, 2)
    case "dissatisfied":
      return often
        ? ("redo", .dispatcher, "请重新办理。", nil, nil) : ("explain", .dispatcher, "已说明理由。", nil, nil)
    default: return nil
    }
  }

  private func carryOut(_ attempt: Attempt, _ caller: Int?, _ city: RunningCity) async {
    if let caller { pending[caller] = attempt }
    do {
      let done = try await submit(attempt, city)
      note(done, attempt)
      if let caller { pending[caller] = nil }
      try await readBack(done, city)
    } catch let problem as Problem where (400..<500).contains(problem.status) {
      if let caller { pending[caller] = nil }
      let isUsual = [403, 409, 422].contains(problem.status)
      if known[attempt.key] != nil || !isUsual || problem.slug == "idempotency-key-reused" {
        violate("\(attempt.key) \(attempt.wish) was refused: \(problem.detail.en)")
      }
    } catch {
      // The outcome is not known: the same key is sent again later.
      noteError(error, "\(attempt.key) \(attempt.wish)")
    }
  }

  private func submit(_ attempt: Attempt, _ city: RunningCity) async throws -> Acknowledged {
    let terms = CommandDesk.Terms(idempotencyKey: attempt.key)
    let actor = Actor(
      kind: .staff, account: attempt.account,
      permissions: [
        "requests.file", "requests.as-dispatcher", "requests.as-handler", "requests.as-citizen",
        "requests.as-arbiter",
      ], agency: "urban", agencies: nil)
    switch attempt.wish {
    case .file(let title):
      let intake = Intake(
        item: city.profile.items[0].id, title: title, text: "滨河路路灯不亮，已有两天。",
        channel: "phone", district: "donghu", phone: "13800000000")
      return try await city.desk.submit(
        SubmitRequest(intake, rules: city.rules), by: actor, terms)
    case .move(let key, let command, let capacity, let text, let agency, let score):
      return try await city.desk.submit(
        MoveRequest(
          command, as: capacity, on: key, text: text, agency: agency, score: score,
          rules: city.rules), by: actor, terms)
    }
  }

  private func note(_ done: Acknowledged, _ attempt: Attempt) {
    guard let before = known[attempt.key] else {
      known[attempt.key] = Known(
        raw: done.row.key.raw, commitment: done.row.commitment, attempt: attempt)
      order.append(attempt.key)
      if case .file = attempt.wish { cases.append(done.aggregate) }
      return
    }
    if !done.isRepeat { violate("\(attempt.key) was carried out twice") }
    if before.raw != done.row.key.raw || before.commitment != done.row.commitment {
      violate("\(attempt.key) got another answer than before")
    }
  }

  /// Whoever was answered sees the act.
  private func readBack(_ done: Acknowledged, _ city: RunningCity) async throws {
    guard random.chance(0.2) else { return }
    let row = try await city.desk.store.first(JournalBook.entry(done.row.key))
    if row?.commitment != done.row.commitment {
      violate("act \(done.row.key.raw) cannot be read though it was answered")
    }
  }

  // MARK: Workers

  /// What runs beside the callers, each at its turn.
  enum Worker: CaseIterable, Sendable {
    case sequencer, clocks, outbox, sweep, reader
  }

  /// One turn of a worker.
  func work(_ worker: Worker, _ city: RunningCity) async {
    do {
      switch worker {
      case .sequencer:
        _ = try await city.sequencer.runOnce()
        try await witness(city)
      case .clocks: _ = try await city.tick()
      // A store that says it has written and has not would have the same ones handed over for ever.
      case .outbox: try await city.notify(portions: 3)
      case .sweep: try await sweep(city)
      case .reader:
        if let key = cases.last {
          try await city.desk.recordAccess(by: .system([]), to: key, "case")
        }
      }
    } catch { noteError(error, "\(worker)") }
  }

  private func sweep(_ city: RunningCity) async throws {
    try await city.desk.maintain(.sweep(at: city.time.now))
    do {
      _ = try await city.desk.submit(DigestAccessLog(), by: .system(["access.digest"]))
    } catch let problem as Problem where problem.slug == "nothing-new" {}
  }

  /// Whoever watches the log keeps the checkpoints.
  func witness(_ city: RunningCity) async throws {
    guard let state = try await city.desk.store.first(LogBook.state), state != witnessed.last else {
      return
    }
    if let last = witnessed.last, state.size < last.size {
      violate("the log shrank from \(last.size) to \(state.size) entries")
    }
    witnessed.append(state)
  }

  /// A draw for the driver.
  func below(_ bound: Int) -> Int { random.below(bound) }
  /// A draw for the driver.
  func chance(_ probability: Double) -> Bool { random.chance(probability) }
  /// Numbers below a bound in a drawn order.
  func shuffled(_ count: Int) -> [Int] { (0..<count).shuffled(using: &random) }
}

/// The other side of the outbox: takes notices or refuses them for now, and drops repetitions by
/// their id as it is told to.
final class NoticeReceiver: Connector {
  private struct State {
    var random: SeededRandom
    var failure: Double
    var taken: [String: String] = [:]
    var faults: [String] = []
  }

  let name = "receiver"
  private let state: Locked<State>

  init(seed: UInt64, failure: Double) {
    state = Locked(State(random: SeededRandom(seed: seed).fork("receiver"), failure: failure))
  }

  /// Notices by id.
  var taken: [String: String] { state.withLock { $0.taken } }
  /// Ids under which different notices came.
  var faults: [String] { state.withLock { $0.faults } }

  /// From now on every notice is taken.
  func recover() { state.withLock { $0.failure = 0 } }

  func deliver(_ notice: Notice) async throws -> String {
    try state.withLock { state throws -> String in
      if state.random.chance(state.failure) {
        throw DeliveryFailure("the receiver is busy", isLasting: false)
      }
      let text = "\(notice.recipient)\n\(notice.subject)\n\(notice.body)\n\(notice.date)"
      if let before = state.taken[notice.id], before != text { state.faults.append(notice.id) }
      state.taken[notice.id] = text
      return "receiver:\(notice.id)"
    }
  }
}
