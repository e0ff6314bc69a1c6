import App
import Commons
import FaultInjection
import SQLiteStorage
import Storage

/// One seeded run: a small city lives, with callers, log, clocks and outbox, while its disk, its store
/// and its clock fail as the seed says; it is started again after every end, and at last it is held
/// to what it promised. The same seed gives the same run.
struct FaultRun {
  /// What came of a run.
  struct Outcome: Sendable {
    var powerLosses = 0
    var kills = 0
    var faults: [String: Int] = [:]
    var acknowledged = 0
    var acts: Int64 = 0
    var flipsFound = 0
    var flipsHarmless = 0
    var violations: [String] = []
    /// Of all that was acknowledged and all that failed, to compare runs.
    var digest = ""
  }

  /// For tests of the checks themselves: a store or a disk with a known fault in it.
  struct Mutation: Sendable {
    var liesAboutSyncs = false
    var wrap: (@Sendable (any Store) -> any Store)?
  }

  /// The program as it runs between a start and an end.
  struct Program: Sendable {
    let city: RunningCity
    let turns: TurnStore
    let store: FaultyStore
  }

  let seed: UInt64
  let template: FaultTemplate
  let plan: FaultPlan
  let world: FaultWorld
  let time: ManualTime
  let disk: SimulatedDisk
  private let mutation: Mutation
  private var outcome = Outcome()

  /// A run that has not begun.
  init(seed: UInt64, _ template: FaultTemplate, _ mutation: Mutation = Mutation()) {
    self.seed = seed
    self.template = template
    self.mutation = mutation
    plan = FaultPlan(seed: seed)
    world = FaultWorld(plan, seed: seed)
    let time = ManualTime(FaultTemplate.start)
    self.time = time
    disk = SimulatedDisk(template.image, seed: seed) { time.advance(seconds: 5400) }
    if mutation.liesAboutSyncs { disk.lieAboutSyncs() }
  }

  /// Lives through the plan, starts once more without faults, and checks everything.
  mutating func run() async -> Outcome {
    for (number, life) in plan.lives.enumerated() {
      disk.plan(life.disk)
      await live(life, number)
      // Nobody holds the program any more; a life that ended well has let the disk go.
      if !disk.isDead { disk.waitUntilClosed() }
      if disk.isDead {
        if disk.hasLostPower { outcome.powerLosses += 1 } else { outcome.kills += 1 }
      }
      disk.restart(life.cut)
    }
    count(disk.faults)
    await lastLife()
    disk.waitUntilClosed()
    if plan.flipsBit, world.violations.isEmpty { await flip() }
    outcome.acknowledged = world.known.count
    outcome.violations = world.violations
    outcome.digest = digest.hex
    return outcome
  }

  private mutating func count(_ faults: [String: Int]) {
    outcome.faults.merge(faults) { $0 + $1 }
  }

  private var digest: Digest {
    let acts = world.order.compactMap { world.known[$0] }
      .map { "\($0.raw) \(Hex.encode($0.commitment))" }
    let faults = outcome.faults.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return .of((acts + faults + outcome.violations).joined(separator: "\n"))
  }

  // MARK: A life

  /// Starts the program and lives until something ends it or the plan is over.
  private mutating func live(_ life: FaultPlan.Life, _ number: Int) async {
    guard let program = await start(life, number) else { return }
    program.turns.beginTurns()
    await warmUp(program)
    for round in 0..<life.rounds where world.isWarm && !isOver(program) {
      time.advance(seconds: Int64(60 + world.below(9000)))
      if let leap = life.leaps[round] {
        time.advance(seconds: leap)
        outcome.faults[leap > 0 ? "clock.forward" : "clock.back", default: 0] += 1
      }
      await self.round(program)
    }
    if !isOver(program) { await recoverInPlace(program) }
    program.turns.endTurns()
    count(program.store.faults)
    if !isOver(program) {
      switch life.ending {
      case .closes: break
      case .powerCut: disk.end(as: .powerLossBefore)
      case .kill: disk.end(as: .kill)
      }
    }
    world.forgetProgram()
    program.city.close()
  }

  /// Whether something has ended the program; one that its store ended is dead for its disk, too.
  private func isOver(_ program: Program) -> Bool {
    if program.store.isDead { disk.end(as: .kill) }
    return disk.isDead
  }

  /// Opens the city on what the disk holds, with the faults of a life (none if nil).
  private func open(
    _ life: FaultPlan.Life?, _ number: Int, _ made: Locked<(TurnStore, FaultyStore)?>
  ) async throws -> Program {
    let (time, plan, mutation) = (time, plan, mutation)
    let address = disk.uri(FaultTemplate.file)
    var options = RunningCity.Options()
    options.creates = true
    options.time = time
    options.random = SeededBytes(seed: seed ^ UInt64(number + 1) << 32)
    options.profile = template.profile
    options.connectors = [world.receiver]
    options.store = { migrations in
      var configuration = SQLiteStore.Configuration(
        path: address, batchLimit: plan.batchLimit, cacheMegabytes: plan.cacheMegabytes)
      configuration.planning = plan.planning
      configuration.checkpointPages = plan.checkpointPages
      let sqlite = try SQLiteStore(configuration, migrations: migrations)
      let faulty = FaultyStore(sqlite, plan: life?.store ?? [:]) { time.advance(seconds: 700) }
      let turns = TurnStore(mutation.wrap?(faulty) ?? faulty)
      made.withLock { $0 = (turns, faulty) }
      return turns
    }
    let city = try await RunningCity(
      DataFolder(template.path, database: .sqlite(path: address)), options)
    guard let (turns, faulty) = made.withLock({ $0 }) else {
      preconditionFailure("the city did not open its store")
    }
    return Program(city: city, turns: turns, store: faulty)
  }

  /// Starts the program; if a fault keeps it from starting, that was this life.
  private mutating func start(_ life: FaultPlan.Life, _ number: Int) async -> Program? {
    let (disk, before) = (disk, disk.faults)
    let made = Locked<(TurnStore, FaultyStore)?>(nil)
    do {
      let program = try await open(life, number, made)
      let store = program.store
      world.watch {
        disk.faults.values.reduce(0, +) + store.faults.values.reduce(0, +)
      } isAiling: {
        disk.isDead || disk.isAiling || store.isDead
      }
      return program
    } catch {
      let store = made.withLock { $0?.1.faults ?? [:] }
      count(store)
      if disk.faults == before && store.isEmpty && !disk.isAiling && !disk.isDead {
        world.violate("the city does not open though nothing had gone wrong: \(error)")
      }
      made.withLock { $0?.0.close() }
      return nil
    }
  }

  /// Takes the first block of keys while nobody else runs: callers that wait for each other's lease
  /// would hide from the turns.
  private func warmUp(_ program: Program) async {
    let world = world
    world.isWarm = false
    for _ in 0..<5 where !world.isWarm && !isOver(program) {
      world.beginRound()
      await program.turns.start { await world.warmUp(program.city) }
      await settleTurns(program)
    }
  }

  /// Some callers and workers at once, in a drawn order; what waits is committed in drawn groups.
  private func round(_ program: Program) async {
    let world = world
    world.beginRound()
    var bodies: [@Sendable () async -> Void] = (0..<plan.callers).map { caller in
      { await world.turn(caller, program.city) }
    }
    for worker in FaultWorld.Worker.allCases where world.chance(worker == .sequencer ? 0.6 : 0.3) {
      bodies.append { await world.work(worker, program.city) }
    }
    if world.chance(0.2) { bodies.append { await world.repeatOne(program.city) } }
    for index in world.shuffled(bodies.count) { await program.turns.start(bodies[index]) }
    await settleTurns(program)
  }

  private func settleTurns(_ program: Program) async {
    while program.turns.waitingCount > 0 {
      if isOver(program) {
        return await program.turns.abandon(StorageError("the program has ended"))
      }
      let order = world.shuffled(program.turns.waitingCount)
      let size = world.chance(0.7) ? order.count : 1 + world.below(order.count)
      await program.turns.commit(Array(order.prefix(size)))
    }
  }

  /// Once what failed works again, the same program goes on without a restart.
  private func recoverInPlace(_ program: Program) async {
    disk.mend()
    let world = world
    var bodies: [@Sendable () async -> Void] = (0..<plan.callers).map { caller in
      { await world.retry(caller, program.city) }
    }
    for worker in [FaultWorld.Worker.sequencer, .clocks, .outbox] {
      bodies.append { await world.work(worker, program.city) }
    }
    for body in bodies where !isOver(program) {
      world.beginRound()
      await program.turns.start(body)
      await settleTurns(program)
    }
  }

  // MARK: The end

  private mutating func lastLife() async {
    world.beginRound()
    world.receiver.recover()
    do {
      let program = try await open(nil, plan.lives.count, Locked(nil))
      for caller in 0..<plan.callers { await world.retry(caller, program.city) }
      outcome.acts = try await FaultChecks(world, time).run(program.city)
      program.city.close()
    } catch { world.violate("the city does not come back: \(error)") }
  }

  private mutating func flip() async {
    do {
      let isFound = try await BitFlip(template, disk.image, seed: seed).isFound()
      if isFound { outcome.flipsFound += 1 } else { outcome.flipsHarmless += 1 }
    } catch { world.violate("\(error)") }
  }
}
