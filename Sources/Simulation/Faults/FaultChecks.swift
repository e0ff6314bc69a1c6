import App
import Books
import CityProfiles
import Commons
import Desk
import EvidenceLog
import Storage
import Verification

/// What must hold of a city that has come back, whatever went wrong before.
struct FaultChecks {
  private let world: FaultWorld
  private let time: ManualTime

  private static let allActs = Statement("SELECT entry_key, commitment, kind FROM journal")
  private static let keyed = Statement(
    "SELECT entry_key, count(*) FROM idempotency GROUP BY entry_key")
  private static let titles = Statement(
    "SELECT title, count(*) FROM cases GROUP BY title HAVING count(*) > 1")
  private static let waitingNotices = Statement("SELECT count(*) FROM outbox")
  private static let finished = Statement("SELECT entry_key, ordinal, proof FROM deliveries")
  /// Turns after which clocks and outbox must have come to rest.
  private static let turnLimit = 300

  /// Checks against what the world was told.
  init(_ world: FaultWorld, _ time: ManualTime) {
    self.world = world
    self.time = time
  }

  /// Looks at the city as it came back, lets it finish what it owes, and looks again; the answer is
  /// how many acts it holds.
  func run(_ city: RunningCity) async throws -> Int64 {
    try await acts(city)
    try await log(city)
    try await settle(city)
    try await answers(city)
    try await once(city)
    try await notices(city)
    try await acts(city)
    try await log(city)
    try await receipts(city)
    let report = try await CityVerification.run(city)
    for finding in report.findings.prefix(5) {
      world.violate("verify: \(finding.table) \(finding.row): \(finding.message.en)")
    }
    if report.acts != report.entries {
      world.violate("\(report.acts) acts but \(report.entries) entries in the log")
    }
    return report.acts
  }

  /// Nothing acknowledged is lost or altered.
  private func acts(_ city: RunningCity) async throws {
    let rows = try await city.desk.store.all(
      Query(FaultChecks.allActs) { ($0.integer(0), $0.blob(1)) })
    let present = Dictionary(rows) { first, _ in first }
    if present.count != rows.count { world.violate("the journal holds an act twice") }
    for key in world.order {
      guard let known = world.known[key] else { continue }
      if present[known.raw] != known.commitment {
        world.violate("act \(known.raw) (\(key)) was acknowledged and is lost")
      }
    }
  }

  /// What the log was seen to say before, it still says, and only more has come.
  private func log(_ city: RunningCity) async throws {
    try await world.witness(city)
    guard let last = world.witnessed.last, let now = checkpoint(last, city) else { return }
    let earlier = world.witnessed.compactMap { checkpoint($0, city) }
    let broken = try await city.desk.store.read { view -> [Int64] in
      let maker = ProofMaker(size: now.size, tiles: logTiles(view))
      return try earlier.filter { point in
        guard point.size <= now.size else { return true }
        let proof = try maker.consistency(from: point.size)
        return !MerkleTree.isConsistent(
          size: point.size, root: point.root, size: now.size, root: now.root, proof: proof)
      }.map(\.size)
    }
    for size in broken { world.violate("the log of \(size) entries is no beginning of today's") }
  }

  private func checkpoint(_ state: LogBook.State, _ city: RunningCity) -> Checkpoint? {
    guard let note = SignedNote(state.checkpoint), city.signer.verifier.verifies(note),
      let point = Checkpoint(text: note.text), point.size == state.size
    else {
      world.violate("the checkpoint of \(state.size) entries is not signed or not its own")
      return nil
    }
    return point
  }

  /// Clocks, log and outbox do what they owe and come to rest, once what was put off is due.
  private func settle(_ city: RunningCity) async throws {
    for seconds: Int64 in [2 * 86_400, 2 * OutboxBook.longestPauseSeconds] {
      time.advance(seconds: seconds)
      var turns = 0
      while turns < FaultChecks.turnLimit, try await city.tick() > 0 { turns += 1 }
      if turns == FaultChecks.turnLimit { world.violate("the legal clocks do not come to rest") }
      let due = try await city.desk.store.all(CaseBook.due(by: time.now, limit: 10))
      for row in due { world.violate("case \(row.key) waits for a clock that has run out") }
      try await city.notify()
    }
    try await city.sequencer.drain()
  }

  /// The same key gets the same answer, also now.
  private func answers(_ city: RunningCity) async throws {
    for _ in 0..<6 { await world.repeatOne(city) }
  }

  /// Every act but the program's own digests was asked for under one key, and no wish was done twice.
  private func once(_ city: RunningCity) async throws {
    let store = city.desk.store
    let counts = try await store.all(
      Query(FaultChecks.keyed) { ($0.integer(0), $0.integer(1)) })
    let keyed = Dictionary(counts, uniquingKeysWith: +)
    let rows = try await store.all(Query(FaultChecks.allActs) { ($0.integer(0), $0.text(2)) })
    for (raw, kind) in rows where kind != "access.digest" && keyed[raw] != 1 {
      world.violate("act \(raw) (\(kind)) belongs to \(keyed[raw] ?? 0) requests")
    }
    for (title, count) in try await store.all(
      Query(FaultChecks.titles) { ($0.text(0), $0.integer(1)) })
    {
      world.violate("“\(title)” was filed once and opened \(count) cases")
    }
  }

  /// Nobody was told of what never happened, everybody was told of what did.
  private func notices(_ city: RunningCity) async throws {
    let store = city.desk.store
    if let left = try await store.first(Query(FaultChecks.waitingNotices) { $0.integer(0) }),
      left > 0
    {
      world.violate("\(left) notices still wait though the receiver takes them")
    }
    let acts = Set(try await store.all(Query(FaultChecks.allActs) { $0.integer(0) }))
    let taken = world.receiver.taken
    for id in taken.keys.sorted() {
      let parts =
        id.split(separator: "-").last?.split(separator: ".").compactMap { Int64($0) } ?? []
      if parts.count != 3
        || !acts.contains(JournalKey(aggregate: parts[0], version: parts[1]).raw)
      {
        world.violate("notice \(id) was sent of an act that is not there")
      }
    }
    for id in world.receiver.faults { world.violate("notice \(id) was sent with two texts") }
    let done = try await store.all(
      Query(FaultChecks.finished) {
        (JournalKey(raw: $0.integer(0)), $0.integer(1), $0.text(2))
      })
    for (entry, ordinal, proof) in done where proof.hasPrefix("receiver:") {
      let id = "\(city.profile.slug)-\(entry.aggregate).\(entry.version).\(ordinal)"
      if taken[id] == nil { world.violate("notice \(id) counts as sent and never arrived") }
    }
  }

  /// Acts that were acknowledged have receipts that hold.
  private func receipts(_ city: RunningCity) async throws {
    guard !world.order.isEmpty else { return }
    for _ in 0..<2 {
      let key = world.order[world.below(world.order.count)]
      guard let known = world.known[key] else { continue }
      let receipt = try await city.receipts.receipt(
        JournalKey(raw: known.raw), withOpening: true)
      let checks = receipt?.verify(trusting: [city.signer.verifier]) ?? []
      if checks.isEmpty || !checks.allSatisfy(\.holds) {
        world.violate("the receipt of act \(known.raw) does not hold")
      }
    }
  }
}
