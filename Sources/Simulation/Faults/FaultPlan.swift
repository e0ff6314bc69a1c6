import Commons
import FaultInjection
import SQLiteStorage

/// All that a seed decides about a run before it begins: how the store is set up, how many live in
/// the city, what goes wrong when. Draws during the run come from generators of their own.
struct FaultPlan: Sendable {
  /// One life of the program, from its start to its end.
  struct Life: Sendable {
    /// What the disk does, counted from the start of the life.
    let disk: [DiskEvent]
    /// What the store does, by commit.
    let store: [Int: FaultyStore.Fault]
    /// Clock leaps in seconds, by round; the sign is the direction.
    let leaps: [Int: Int64]
    /// Rounds, if the program lives to see them.
    let rounds: Int
    /// How it ends if nothing ends it earlier.
    let ending: Ending
    /// What is left of unsynced writes, if power is lost.
    let cut: PowerCut
  }

  /// How a life ends that no planned fault has ended.
  enum Ending: CaseIterable, Sendable {
    case closes, powerCut, kill
  }

  let lives: [Life]
  let callers: Int
  let cases: Int
  /// Pages of the write-ahead log after which it is copied into the database.
  let checkpointPages: Int
  let cacheMegabytes: Int
  let batchLimit: Int
  let planning: SQLiteStore.Configuration.Planning
  /// Whether a bit is turned over in the database at the end.
  let flipsBit: Bool
  /// How likely the other side refuses a notice for now.
  let deliveryFailure: Double

  /// What a seed decides.
  init(seed: UInt64) {
    var random = SeededRandom(seed: seed).fork("plan")
    callers = 2 + random.below(4)
    cases = 2 + random.below(5)
    checkpointPages = [4, 25, 120, 4000][random.below(4)]
    cacheMegabytes = random.chance(0.3) ? 0 : 4
    batchLimit = [1, 3, 1000][random.below(3)]
    planning = random.chance(0.5) ? .always : .never
    flipsBit = random.chance(0.3)
    deliveryFailure = random.chance(0.5) ? 0.2 : 0
    let count = 1 + random.below(3)
    var forward = FaultPlan.forwardDays
    lives = (0..<count).map { _ in FaultPlan.life(&random, &forward) }
  }

  /// Days that the clock leaps forward in a run at most: answers to keys are kept for 30 days only.
  private static let forwardDays = 18

  private static func life(_ random: inout SeededRandom, _ forward: inout Int) -> Life {
    let rounds = 3 + random.below(14)
    var disk: [DiskEvent] = []
    if random.chance(0.55) { disk.append(end(&random)) }
    while random.chance(0.45) { disk.append(trouble(&random)) }
    var store: [Int: FaultyStore.Fault] = [:]
    while random.chance(0.4) {
      store[1 + random.below(30)] =
        FaultyStore.Fault.allCases[random.below(FaultyStore.Fault.allCases.count)]
    }
    var leaps: [Int: Int64] = [:]
    while random.chance(0.4) {
      let hours = random.chance(0.4) ? 1 + random.below(23) : 24 * (1 + random.below(9))
      let isBack = random.chance(0.5)
      if !isBack {
        guard forward >= hours / 24 + 1 else { continue }
        forward -= hours / 24 + 1
      }
      leaps[random.below(rounds)] = Int64(hours) * (isBack ? -3600 : 3600)
    }
    return Life(
      disk: disk, store: store, leaps: leaps, rounds: rounds,
      ending: Ending.allCases[random.below(Ending.allCases.count)],
      cut: random.chance(0.6) ? .tears : PowerCut.allCases[random.below(PowerCut.allCases.count)])
  }

  /// The end of the program at some write or sync. Numbers are drawn by their magnitude, so that the
  /// first calls after a start are met as often as the many later ones.
  private static func end(_ random: inout SeededRandom) -> DiskEvent {
    let faults: [DiskFault] = [.powerLossBefore, .powerLossAfter, .kill]
    let fault = faults[random.below(faults.count)]
    return random.chance(0.5)
      ? DiskEvent(.sync, number(upTo: 7, &random), fault)
      : DiskEvent(.write, number(upTo: 11, &random), fault)
  }

  private static func trouble(_ random: inout SeededRandom) -> DiskEvent {
    switch random.below(9) {
    case 0, 1: DiskEvent(.write, number(upTo: 11, &random), .failsOnce)
    case 2, 3: DiskEvent(.sync, number(upTo: 7, &random), .failsOnce)
    case 4: DiskEvent(.read, number(upTo: 10, &random), .failsOnce)
    case 5:
      DiskEvent(
        random.chance(0.5) ? .write : .sync, number(upTo: 7, &random), .failsOn)
    case 6, 7: DiskEvent(.write, number(upTo: 11, &random), .full)
    default: DiskEvent(.sync, number(upTo: 7, &random), .delay)
    }
  }

  private static func number(upTo bits: Int, _ random: inout SeededRandom) -> Int {
    1 + random.below(1 << (1 + random.below(bits)))
  }
}
