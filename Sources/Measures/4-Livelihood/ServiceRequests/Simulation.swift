import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit

/// Who says what: texts for the people of a simulated city.
public protocol RequestTexts: Sendable {
  /// An agency's answer about an item.
  func reply(_ item: CatalogueItem, _ random: inout SeededRandom) -> String
  /// Words that go with any other step.
  func words(_ command: CommandID, _ item: CatalogueItem, _ random: inout SeededRandom) -> String
}

/// How the people around a service request behave in the simulated city: when each takes the next
/// step, and which. Everything follows from the seed, the case and its agency.
///
/// The shares are chosen so that a year of the demo city resembles the published figures: about
/// 97 of 100 answered in time, most citizens silent or satisfied.
public struct RequestAgents: Sendable {
  /// A step that somebody will take.
  public struct Plan: Sendable {
    /// When.
    public let at: Instant
    /// What.
    public let step: MoveRequest
    /// By whom.
    public let actor: Actor
  }

  private let rules: RequestRules
  private let texts: any RequestTexts
  private let seed: UInt64

  /// Agents of a city.
  public init(rules: RequestRules, texts: any RequestTexts, seed: UInt64) {
    self.rules = rules
    self.texts = texts
    self.seed = seed
  }

  /// What happens next to a case that now stands like this; nil if only its clocks go on.
  public func next(_ row: RequestCase, at now: Instant) throws -> Plan? {
    // Its own generator for every version of every case, so that the order in which cases are
    // looked at changes nothing.
    var random = SeededRandom(
      seed: seed ^ UInt64(bitPattern: row.base.key &* 0x9E37 &+ row.base.version))
    let item = try rules.item(row.request.item)
    switch StageID(row.base.stage) {
    case .received: return try dispatch(row, item, now, &random)
    case .dispatched: return dispatched(row, item, now, &random)
    case .disputed:
      return plan(
        random.chance(0.7) ? "uphold" : "appoint", .arbiter, row, item,
        at: office(now, after: hours(2, 18, &random)), &random,
        agency: nil)
    case .handling: return try handling(row, item, now, &random)
    case .supplementing:
      guard random.chance(0.75) else { return nil }
      return plan("supply", .citizen, row, item, at: waking(now, hours(2, 60, &random)), &random)
    case .replied:
      guard random.chance(0.9) else { return nil }
      return plan(
        "call-back", .dispatcher, row, item, at: office(now, after: hours(3, 30, &random)), &random)
    case .evaluating: return evaluating(row, item, now, &random)
    case .dissatisfied:
      let isFull =
        ServiceRequestCases.request.count(
          .redo, of: try ServiceRequestCases.request.status(row.base.status)) >= 2
      return plan(
        !isFull && random.chance(0.7) ? "redo" : "explain", .dispatcher, row, item,
        at: office(now, after: hours(2, 24, &random)), &random)
    default: return nil
    }
  }

  private func dispatch(
    _ row: RequestCase, _ item: CatalogueItem, _ now: Instant, _ random: inout SeededRandom
  ) throws -> Plan? {
    let at = now.adding(seconds: Int64(600 + random.below(9000)))
    if random.chance(0.06) {
      return plan("answer", .dispatcher, row, item, at: at, &random)
    }
    if random.chance(0.02) {
      let refusals: [CommandID] = ["refer-procedure", "refer-same", "refuse-remit"]
      return plan(
        refusals[random.below(refusals.count)], .dispatcher, row, item, at: at, &random)
    }
    // Now and then the first guess is wrong, and the agency sends it back.
    let right = rules.profile.responsible(item, district: row.request.district).id
    let agencies = rules.profile.agencies
    let agency = random.chance(0.05) ? agencies[random.below(agencies.count)].id : right
    return plan("dispatch", .dispatcher, row, item, at: at, &random, agency: agency)
  }

  private func dispatched(
    _ row: RequestCase, _ item: CatalogueItem, _ now: Instant, _ random: inout SeededRandom
  ) -> Plan? {
    let type = ServiceRequestCases.request
    let isAppointed =
      (try? type.status(row.base.status)).map { type.count(.appointed, of: $0) > 0 } ?? false
    let right = rules.profile.responsible(item, district: row.request.district).id
    let isWrong = row.base.agency != right
    let at = office(now, after: hours(1, 8, &random))
    if !isAppointed, random.chance(isWrong ? 0.8 : 0.01) {
      return plan("return", .handler, row, item, at: at, &random)
    }
    guard random.chance(0.97) else { return nil }
    return plan("accept", .handler, row, item, at: at, &random)
  }

  private func handling(
    _ row: RequestCase, _ item: CatalogueItem, _ now: Instant, _ random: inout SeededRandom
  ) throws -> Plan? {
    if random.chance(0.05) {
      return plan(
        "ask", .handler, row, item, at: office(now, after: hours(2, 30, &random)), &random)
    }
    if random.chance(0.12) {
      return plan(
        "note", .handler, row, item, at: office(now, after: hours(4, 40, &random)), &random)
    }
    let end = try RequestDeadlines(row.base, rules.calendar).handle
    let left = max(end.map { $0.seconds - now.seconds } ?? 86_400, 14_400)
    // Agencies differ: the slow ones answer shortly before the end, and miss it more often.
    let slowness = temper(row.base.agency ?? "")
    if random.chance(0.012 + 0.03 * slowness * slowness) {
      let late = left + Int64(Double(86_400) * (0.3 + 6 * random.unit() * random.unit()))
      return plan("reply", .handler, row, item, at: office(now, after: late), &random)
    }
    let share = 0.08 + (0.25 + 0.5 * slowness) * random.unit() + 0.1 * random.unit()
    let at = office(now, after: Int64(Double(left) * share))
    // What is meant to be in time is in time: the last working hour before the end.
    let capped = end.map { min(at, $0.adding(seconds: -3600)) } ?? at
    return plan(
      "reply", .handler, row, item, at: max(capped, now.adding(seconds: 60)), &random)
  }

  private func evaluating(
    _ row: RequestCase, _ item: CatalogueItem, _ now: Instant, _ random: inout SeededRandom
  ) -> Plan? {
    guard random.chance(0.62) else { return nil }
    let at = waking(now, hours(1, 70, &random))
    let isLate = row.request.marks & 1 != 0
    if random.chance(isLate ? 0.2 : 0.025) {
      return plan(
        "unsatisfied", .citizen, row, item, at: at, &random, score: Int64(1 + random.below(3)))
    }
    return plan(
      "satisfied", .citizen, row, item, at: at, &random, score: random.chance(0.8) ? 5 : 4)
  }

  private func plan(
    _ command: CommandID, _ capacity: ActorKind, _ row: RequestCase, _ item: CatalogueItem,
    at moment: Instant, _ random: inout SeededRandom, agency: String? = nil, score: Int64? = nil
  ) -> Plan {
    var named = agency
    if command == "appoint", named == nil {
      named = rules.profile.responsible(item, district: row.request.district).id
    }
    let text =
      command == "reply" || command == "answer"
      ? texts.reply(item, &random)
      : MoveRequest.wordy.contains(command) ? texts.words(command, item, &random) : ""
    let step = MoveRequest(
      command, as: capacity, on: row.base.key, text: text, agency: named, score: score,
      rules: rules)
    return Plan(at: moment, step: step, actor: actor(capacity, row))
  }

  private func actor(_ capacity: ActorKind, _ row: RequestCase) -> Actor {
    let permission: Set<String> = ["requests.as-\(capacity.id)"]
    guard capacity != .citizen else {
      return Actor(
        kind: row.base.applicant == nil ? .anonymous : .citizen,
        account: row.base.applicant ?? 0, permissions: permission)
    }
    return Actor(
      kind: .staff, account: -2, permissions: permission, agency: row.base.agency, agencies: nil)
  }

  // MARK: Time

  /// 0 for the quickest agency, 1 for the slowest.
  private func temper(_ agency: String) -> Double {
    var random = SeededRandom(seed: seed).fork(agency)
    return random.unit()
  }

  private func hours(_ from: Int, _ to: Int, _ random: inout SeededRandom) -> Int64 {
    Int64(from * 3600 + random.below((to - from) * 3600))
  }

  /// The moment some seconds later, moved on to the next office hour (9:00–18:00 of a working day).
  private func office(_ now: Instant, after seconds: Int64) -> Instant {
    let zone = rules.profile.zone
    let at = now.adding(seconds: seconds)
    var day = at.date(in: zone)
    var second = at.secondOfDay(in: zone)
    if second >= 18 * 3600 || !rules.calendar.isWorkingDay(day) {
      repeat { day = day.adding(days: 1) } while !rules.calendar.isWorkingDay(day)
      second = 9 * 3600 + second / 8
    } else if second < 9 * 3600 {
      second = 9 * 3600 + second / 9
    }
    return Instant(day, secondOfDay: second, in: zone)
  }

  /// The moment some seconds later, moved out of the night.
  private func waking(_ now: Instant, _ seconds: Int64) -> Instant {
    let zone = rules.profile.zone
    let at = now.adding(seconds: seconds)
    let second = at.secondOfDay(in: zone)
    guard second < 7 * 3600 else { return at }
    return at.adding(seconds: Int64(7 * 3600 - second + second / 4))
  }
}
