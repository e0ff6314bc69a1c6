import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import HTTPValues
import Interchange
import MeasureKit
import Storage

/// When feeds were last asked, so that none is asked too often.
struct FeedTimes: Sendable {
  /// Seconds between two questions for a page that had nothing new, and after a failure.
  static let pause: Int64 = 60
  static let pauseAfterTrouble: Int64 = 300
  private var next: [String: Int64] = [:]

  func isDue(_ platform: String, _ moment: Instant) -> Bool {
    moment.seconds >= next[platform] ?? .min
  }
  mutating func wait(_ platform: String, _ seconds: Int64, after moment: Instant) {
    next[platform] = moment.seconds + seconds
  }
}

/// Fetching from platforms that keep their releases ready instead of pushing them: a signed feed of OCDS release
/// packages, the oldest first, each with `links.next` to the page after it. The last page is read again and again;
/// where to go on stands in the case of the feed.
extension ProcurementMeasure {
  /// Releases that are taken in one turn, and those that a page may hold.
  static let feedPortion = 200
  static let feedPageLimit = 5000

  /// Reads a page of every feed that is due; the answer is how many releases were taken or refused.
  func pull(at moment: Instant) async throws -> Int {
    var done = 0
    for (platform, feed) in feeds.sorted(by: { $0.key < $1.key }) {
      guard feedTimes.withLock({ $0.isDue(platform, moment) }) else { continue }
      do { done += try await pull(platform, feed, at: moment) } catch let problem as Problem {
        // What the city does not let in now, or another node took meanwhile, does not keep alerts waiting.
        guard [403, 409, 503].contains(problem.status) else { throw problem }
        feedTimes.withLock { $0.wait(platform, FeedTimes.pauseAfterTrouble, after: moment) }
      }
    }
    return done
  }

  private func feedRow(_ platform: String) async throws -> CaseFileRow? {
    try await desk.store.all(
      CaseFileBook.about("feed:\(platform)", kind: FeedProcedure.kind)
    ).first { !$0.base.isClosed }
  }

  private func pull(_ platform: String, _ feed: SignedFeed, at moment: Instant) async throws -> Int
  {
    guard let office = office("feeds") else { return 0 }
    if try await feedRow(platform) == nil {
      let said: [String: JSONValue] = [
        "platform": .string(platform), "address": .string(feed.address),
      ]
      _ = try await submit(
        OpenCase("connect", as: .system, said: CaseFacts(said), in: office.setting),
        key: "feed.\(platform).\(moment.seconds)")
    }
    // Without a case the city has not switched this on.
    guard let row = try await feedRow(platform) else { return 0 }
    let facts = try CaseFacts(row.facts)
    let page = facts.text("page")
    var turn = FeedTurn(platform: platform, page: page, row: row, seen: facts.text("seen"))
    do {
      try turn.read(try await feed.page(page, now: moment))
    } catch let problem as Problem {
      feedTimes.withLock {
        $0.wait(platform, FeedTimes.pauseAfterTrouble, after: moment)
      }
      try await trouble(turn, facts, problem, office)
      return 0
    }
    for (release, digest) in turn.fresh.prefix(ProcurementMeasure.feedPortion) {
      try await take(release, digest, &turn, office)
    }
    let rest = turn.fresh.count > ProcurementMeasure.feedPortion
    let next = rest ? nil : turn.next
    if turn.handled == 0, next == nil {
      feedTimes.withLock { $0.wait(platform, FeedTimes.pause, after: moment) }
      return 0
    }
    var said = turn.said
    if let next { said["next"] = .string(next) }
    _ = try await submit(
      MoveCase(
        "pull", as: .system, on: row.base.key, said: CaseFacts(said), in: office.setting),
      key: "pull.\(row.base.key).\(turn.digest)")
    if next == nil, !rest {
      feedTimes.withLock { $0.wait(platform, FeedTimes.pause, after: moment) }
    }
    return max(1, turn.handled)
  }

  /// A failure is on record once, until the feed answers again or fails otherwise.
  private func trouble(
    _ turn: FeedTurn, _ facts: CaseFacts, _ problem: Problem, _ office: CaseOffice
  ) async throws {
    let reason = FeedTurn.reason(problem)
    guard facts.string("trouble") != reason else { return }
    let said: [String: JSONValue] = [
      "platform": .string(turn.platform), "page": .string(turn.page), "reason": .string(reason),
    ]
    _ = try await submit(
      MoveCase(
        "trouble", as: .system, on: turn.row.base.key, said: CaseFacts(said), in: office.setting),
      key: "trouble.\(turn.row.base.key).\(turn.row.base.version)")
  }

  private func take(
    _ release: JSONValue, _ digest: String, _ turn: inout FeedTurn, _ office: CaseOffice
  ) async throws {
    let refusal: Problem
    do {
      switch try await accept(release, of: turn.platform, key: "feed.\(turn.platform).\(digest)") {
      case .taken(let act) where !act.isRepeat: turn.taken += 1
      case .taken, .known: turn.known += 1
      }
      turn.markSeen(digest)
      return
    } catch let problem as Problem where [400, 422].contains(problem.status) { refusal = problem }
    let said: [String: JSONValue] = [
      "platform": .string(turn.platform), "page": .string(turn.page),
      "ocid": .string(FeedTurn.short(release["ocid"]?.string ?? "")),
      "release": .string(FeedTurn.short(release["id"]?.string ?? "")), "digest": .string(digest),
      "reason": .string(FeedTurn.reason(refusal)),
    ]
    _ = try await submit(
      MoveCase(
        "refuse", as: .system, on: turn.row.base.key, said: CaseFacts(said), in: office.setting),
      key: "refuse.\(turn.row.base.key).\(digest)")
    turn.refused += 1
    turn.markSeen(digest)
  }

  /// The feeds as they stand, for everybody: how far each has come, what it gave, why it fails.
  func feedStates(_ visit: Visit) async throws -> Response {
    var found: [JSONValue] = []
    for platform in feeds.keys.sorted() {
      guard let row = try await feedRow(platform) else { continue }
      let facts = try CaseFacts(row.facts)
      found.append([
        "platform": .string(platform), "number": .string(row.base.number.description),
        "page": .string(facts.text("page")), "taken": .integer(facts.integer("taken-sum") ?? 0),
        "known": .integer(facts.integer("known-sum") ?? 0),
        "refused": .integer(facts.integer("refused-sum") ?? 0),
        "trouble": JSONValue(facts.string("trouble")),
      ])
    }
    return .json(["feeds": .array(found)])
  }
}

/// One turn on one page of a feed.
struct FeedTurn: Sendable {
  let platform: String
  let page: String
  let row: CaseFileRow
  private var seen: [String]
  private(set) var fresh: [(release: JSONValue, digest: String)] = []
  private(set) var next: String?
  var taken = 0
  var known = 0
  var refused = 0
  var handled: Int { taken + known + refused }

  init(platform: String, page: String, row: CaseFileRow, seen: String) {
    self.platform = platform
    self.page = page
    self.row = row
    self.seen = seen.split(separator: " ").map(String.init)
  }

  mutating func markSeen(_ digest: String) { seen.append(String(digest.prefix(16))) }

  /// What distinguishes this turn from others: page and what was read of it.
  var digest: String { Digest.of("\(page)\n\(seen.joined(separator: " "))").hex }

  /// What the act of this turn says.
  var said: [String: JSONValue] {
    [
      "platform": .string(platform), "page": .string(page), "taken": .string(String(taken)),
      "known": .string(String(known)), "refused": .string(String(refused)),
      "seen": .string(seen.joined(separator: " ")),
    ]
  }

  /// Reads a release package.
  ///
  /// - Throws: ``Problem`` 400 for anything else, 422 for one of too many releases.
  mutating func read(_ body: [UInt8]) throws {
    let package = try JSONValue(parsing: body)
    guard let releases = package["releases"]?.array else {
      throw Problem.malformed(Phrase("不是 OCDS 发布包。", en: "This is no release package of OCDS."))
    }
    guard releases.count <= ProcurementMeasure.feedPageLimit else {
      throw Problem.refused(
        "page-too-long",
        Phrase(
          "一页超过 \(ProcurementMeasure.feedPageLimit) 条，请分页。",
          en: "A page holds more than \(ProcurementMeasure.feedPageLimit) releases: page the feed.")
      )
    }
    let before = Set(seen)
    fresh = releases.map { ($0, Digest.of($0.canonical).hex) }
      .filter { !before.contains(String($0.1.prefix(16))) }
    next = package["links"]?["next"]?.string.flatMap { $0.isEmpty || $0 == page ? nil : $0 }
  }

  /// At most 200 letters of what another system wrote.
  static func short(_ text: String) -> String { line(text, 200) }

  /// The reason of a problem with the fields at fault, for the log.
  static func reason(_ problem: Problem) -> String {
    let fields = problem.fields.prefix(5).map { "\($0.pointer): \($0.message.en)" }
    let words = [problem.detail.en.isEmpty ? problem.title.en : problem.detail.en] + fields
    return line(words.joined(separator: "; "), FeedProcedure.reasonLimit)
  }

  private static func line(_ text: String, _ limit: Int) -> String {
    String(text.map { $0.isNewline ? " " : $0 }.prefix(limit))
  }
}
