import Books
import CaseEngine
import CaseWork
import Cities
import CityProfiles
import Commons
import LegalTime
import MeasureKit
import Rulebook
import Testing

@testable import AdministrativeReconsideration

/// Lives through a story line by line:
/// - `2026-03-02 file known-on=2026-02-10` takes a step; what is not said is said sensibly;
/// - `!slug` at its end: the step is refused for that reason; `!field` names a field at fault;
/// - `2026-03-09 = serving decide=2026-05-08 facts.deemed=true`: waits until that day, then looks at
///   stage, last days of clocks (`~` stands still, `!` late, `off`) and facts.
struct Story {
  private var replay: CaseReplay

  init() throws {
    let profile = try BundledCities.shifan()
    let rules = try ReconsiderationRules(profile, law: AllLaw.base(), calendar: .stateCouncil)
    replay = CaseReplay(
      try CaseSetting(ReconsiderationProcedure(rules), in: profile, calendar: .stateCouncil))
  }

  mutating func live(_ text: String) throws {
    for line in text.split(separator: "\n") where !line.allSatisfy(\.isWhitespace) {
      var words = line.split(separator: " ").map(String.init)
      let day = try #require(CivilDate(words.removeFirst()), "\(line)")
      let moment = Instant(seconds: Instant(day, in: .beijing).seconds + 36_000)
      for outcome in try replay.advance(to: moment) { #expect(outcome.problem == nil, "\(line)") }
      if words[0] == "=" {
        try look(words.dropFirst(), line)
      } else {
        try take(words, moment, line)
      }
    }
  }

  private mutating func take(
    _ words: [String], _ moment: Instant, _ line: Substring
  ) throws {
    let parts = words[0].split(separator: "@").map(String.init)
    let command = CommandID(parts[0])
    let actor =
      parts.count > 1
      ? parts[1]
      : replay.setting.type.transitions.first { $0.command == command }?.actors[0].id ?? ""
    var said = Story.usual[parts[0]] ?? ["text": "理由"]
    if Story.silentSteps.contains(parts[0]) { said = [:] }
    var wanted: String?
    for word in words.dropFirst() {
      if word.hasPrefix("!") {
        wanted = String(word.dropFirst())
        continue
      }
      let pair = word.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      said.removeValue(forKey: pair[0])
      // Nothing after the sign: it is not said at all.
      if !pair[1].isEmpty { said[pair[0]] = Story.value(pair[1]) }
    }
    let outcome = try replay.take(
      command, as: ActorKind(actor, .same(actor)), at: moment, said: CaseFacts(said))
    let problem = outcome.problem
    if let wanted {
      let fields = problem?.fields.map(\.pointer) ?? []
      #expect(
        problem?.slug == wanted || problem?.slug == "recon-" + wanted || fields.contains(wanted),
        "\(line): \(problem?.slug ?? "carried out") \(fields)")
    } else {
      #expect(
        problem == nil,
        "\(line): \(problem?.slug ?? "") \(problem?.detail.en ?? "") \(problem?.fields.map(\.pointer) ?? [])"
      )
    }
  }

  private func look(_ words: ArraySlice<String>, _ line: Substring) throws {
    let status = try #require(replay.status)
    #expect(replay.row?.base.stage == words.first, "\(line): \(replay.setting.type.text(status))")
    for word in words.dropFirst() {
      let pair = word.split(separator: "=").map(String.init)
      if pair[0].hasPrefix("facts.") {
        let fact = replay.facts[String(pair[0].dropFirst(6))]
        #expect(fact == Story.value(pair[1]), "\(line): \(String(describing: fact))")
        continue
      }
      let id = ClockID(pair[0])
      let state = replay.setting.type.clock(id, of: status)
      let day = replay.clocks[id]?.deadline(.stateCouncil)?.lastDay.description ?? ""
      let shown =
        state == .off ? "off" : state == .suspended ? "~" : day + (state == .lapsed ? "!" : "")
      #expect(shown == pair[1], "\(line): \(shown)")
    }
  }

  private static func value(_ text: String) -> JSONValue {
    if text == "true" { return true }
    if text == "false" { return false }
    if let number = Int64(text) { return .integer(number) }
    return .string(text)
  }

  private static let silentSteps: Set<String> = [
    "withdraw", "forward", "serve", "notify-maker", "forward-norm", "copy-up",
  ]

  /// What people say where nothing else is the point.
  private static let filing: [String: JSONValue] = [
    "applicant-kind": "person", "name": "甲", "phone": "1", "address": "乙",
    "respondent": "urban", "act-kind": "penalty", "excluded": "none", "known-on": "2026-02-10",
    "told": "yes", "request": "撤销", "reasons": "事实",
  ]
  private static let tests: [String: JSONValue] = [
    "applicant-clear": true, "respondent-fits": true, "interest": true,
    "request-concrete": true, "has-jurisdiction": true,
  ]
  private static let proposal: [String: JSONValue] = [
    "decision": "uphold", "ground": "lawful", "content": "维持", "text": "理由",
    "compensation": "none",
  ]
  private static let usual: [String: [String: JSONValue]] = [
    "file": filing, "take-down": filing,
    "reroute": filing.merging(["received-on": "2026-03-02"]) { $1 },
    "lodge": filing.merging(["received-on": "2026-03-02"]) { $1 }, "accept": tests,
    "accept-simplified": tests.merging(["consent": true]) { $1 },
    "refuse": ["refused-for": "interest", "text": "理由"],
    "extend-correction": ["days": 5, "text": "理由"], "assign": ["officers": "甲、乙"],
    "join": ["third": "丙"], "investigate": ["officer-count": 2, "text": "笔录"],
    "stay": ["stay": "authority"], "hear": ["manner": "phone", "text": "记录"],
    "extend": ["days": 30, "text": "理由"],
    "call-hearing": [
      "hearing-on": "2026-03-30", "place": "线上", "chair": "丁", "assessors": 2, "recorder": "戊",
      "text": "事项",
    ], "attend": ["mode": "remote", "signed": true, "text": "陈述"],
    "hold-hearing": [
      "applicant-present": "present", "respondent-head": "present", "text": "笔录",
    ], "suspend": ["suspension": "other-case", "text": "事实"],
    "suspend-gone": ["suspension": "death", "text": "事实"],
    "suspend-norm": ["norm": "某办法", "text": "条款"],
    "suspend-norm-elsewhere": ["norm": "某办法", "text": "条款"],
    "terminate": ["termination": "no-heir", "text": "事实"],
    "ask-withdrawal": ["withdrawal": "own"], "allow-withdrawal": ["voluntary": true],
    "propose": proposal,
    "propose-duty": proposal.merging(
      ["decision": "revoke", "ground": "procedure", "redo": true, "days": 30]) { $1 },
    "decide": ["agreed-by": "head"], "mediate": ["lawful-agreement": true, "text": "协议"],
    "sign": ["all-signed": true], "sign-duty": ["all-signed": true, "days": 10],
    "deliver": ["delivered-by": "direct"], "order": ["days": 15, "text": "责令"],
    "enforce": ["enforcer": "respondent"], "report-suit": ["suit-on": "2026-06-01"],
    "archive": ["volume": "2026-1", "pages": 30],
  ]
}

@Suite struct ReconsiderationStoryTests {
  @Test(arguments: Stories.all.indices)
  func anArticle(_ place: Int) throws {
    var story = try Story()
    try story.live(Stories.all[place].text)
  }

  @Test func everyArticleThatCanBeCarriedOutHasItsStory() {
    #expect(Stories.all.count >= 60)
    let told = Set(Stories.all.map(\.article))
    let executable =
      [20, 21, 22, 23, 24, 27, 28, 29] + Array(30...36) + Array(38...42)
      + [44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60]
      + Array(61...79) + [85, 88]
    #expect(executable.filter { !told.contains($0) } == [])
  }
}
