import App
import ArgumentParser
import Commons
import LegalTime
import Rulebook

/// What a rule gives for the facts of a file.
struct EvaluateRule: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "What a rule gives for each line of facts.",
    discussion: """
      The file is CSV with a line of fact names, or one JSON object a line. Published vectors are \
      understood with their own columns (schedule, amount_cny; period, start_date, days); their lines \
      name their rule themselves. A period is answered with its last day if the line has date.fact, the \
      day from which it runs. Without --on, lines with a start_date are answered by the law of that day. \
      Exit status: 0 all lines were answered, 3 some were not (each says why), 1 nothing could be done.
      """)

  @Argument(help: "The rule's name; without it each line names its own.") var id: String?
  @OptionGroup var moment: RuleMoment
  @Option(help: "The file with the facts.") var facts: String
  @Flag(help: "Write a JSON object a line: value and reasons.") var json = false
  @Flag(help: "Write lines for “tequ rules replay”: question, facts and receipt.") var receipts =
    false

  func run() async throws {
    try await telling {
      let base = try moment.base()
      var rows = try FactRows(facts)
      var desk = AnswerDesk(base: base, territory: moment.territory)
      var failures = 0
      var isFirst = true
      while let row = try rows.next() {
        if isFirst {
          for name in FactRows.unknown(row, base) {
            Say.error("column “\(name)” is no fact and is left out")
          }
          isFirst = false
        }
        let on = try moment.on.map(RuleMoment.date) ?? FactRows.start(of: row) ?? moment.date()
        do throws(Problem) {
          guard let answer = try desk.answer(row, id.map { RuleID($0) }, on) else { continue }
          tell(answer, row.line)
        } catch {
          failures += 1
          tell(error, row.line)
        }
      }
      if failures > 0 { throw ExitCode(3) }
    }
  }

  private func tell(_ answer: AnswerDesk.Answer, _ line: Int) {
    if receipts { return Say.line(RecordedAnswer(answer.finding, answer.sheet).json.canonical) }
    guard json else {
      let words =
        answer.dated?.explanation(Say.language) ?? answer.finding.explanation(Say.language)
      return Say.line("\(line): \(words)")
    }
    guard case .object(var members) = answer.dated?.json ?? answer.finding.json else { return }
    members["line"] = .integer(Int64(line))
    members["value"] = .string(answer.finding.outcome.phrase.en)
    Say.line(JSONValue.object(members).canonical)
  }

  private func tell(_ problem: Problem, _ line: Int) {
    guard json else {
      Say.error("\(line): \(problem.detail[Say.language])")
      for field in problem.fields { Say.error("  \(field.message[Say.language])") }
      return
    }
    let value: JSONValue = [
      "line": .integer(Int64(line)), "problem": .string(problem.slug),
      "facts": .array(
        problem.fields.map {
          ["fact": .string($0.pointer), "zh": .string($0.message.zh), "en": .string($0.message.en)]
        }),
    ]
    Say.line(value.canonical)
  }
}

/// Answers rows, each rule opened once for each day.
struct AnswerDesk {
  /// What a row came to.
  struct Answer {
    let sheet: FactSheet
    let finding: Finding
    let dated: DatedFinding?
  }

  private struct Question: Hashable {
    let rule: RuleID
    let day: CivilDate
  }

  let base: RuleBase
  let territory: Territory?
  private var open: [Question: OpenRule] = [:]

  init(base: RuleBase, territory: Territory?) {
    self.base = base
    self.territory = territory
  }

  /// Nil if the row names another rule than the one asked.
  mutating func answer(
    _ row: FactRows.Row, _ asked: RuleID?, _ day: CivilDate
  ) throws(Problem) -> Answer? {
    guard let rule = asked ?? FactRows.rule(of: row) else {
      throw .malformed(
        Phrase(
          "第\(row.line)行没有指明规则；请在命令中写出规则名。",
          en: "Line \(row.line) names no rule; give the rule's name with the command."))
    }
    guard let sheet = try FactRows.sheet(row, for: rule, base) else { return nil }
    let question = Question(rule: rule, day: day)
    let open: OpenRule
    if let known = self.open[question] {
      open = known
    } else {
      open = try base.opened(rule, asOf: day, in: territory)
      self.open[question] = open
    }
    guard case .date(let start)? = sheet.value(of: .factDate),
      let dated = try open.dated(sheet, from: start, under: .stateCouncil)
    else { return Answer(sheet: sheet, finding: try open.finding(sheet), dated: nil) }
    return Answer(sheet: sheet, finding: dated.finding, dated: dated)
  }
}

/// Whether recorded answers follow from the rules of this program.
struct ReplayRules: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Put recorded questions again and compare with their receipts.",
    discussion: """
      Each line is {"rule", "on", "city", "facts": {name: text}, "receipt": {"rules", "inputs", \
      "finding"}}, as “tequ rules evaluate --receipts” writes them. Nothing is asked of any server. \
      Exit status: 0 all lines replay, 3 some do not, 1 nothing could be done.
      """)

  @Argument(help: "The file: a JSON object a line.") var file: String
  @OptionGroup var place: RulePlace
  @Flag(help: "Write a JSON object a line.") var json = false

  func run() async throws {
    try await telling {
      var records = try RuleRecords(file)
      var bases: [String: RuleBase] = [:]
      var failures = 0
      while let row = try records.next() {
        var replay = RuleReplay.replays
        var base: RuleBase?
        switch row.record {
        case .failure(let problem): replay = .unanswered(problem)
        case .success(let recorded):
          let territory = recorded.territory ?? place.territory
          let own = try bases[territory?.code ?? ""] ?? place.base(for: territory)
          bases[territory?.code ?? ""] = own
          base = own
          replay = own.replay(recorded)
        }
        if replay != .replays { failures += 1 }
        tell(row.line, try? row.record.get(), replay, base)
      }
      if failures > 0 { throw ExitCode(3) }
    }
  }

  private func tell(
    _ line: Int, _ recorded: RecordedAnswer?, _ replay: RuleReplay, _ base: RuleBase?
  ) {
    let words = replay.phrase(under: base?.digest)
    guard json else {
      let rule = recorded.map { "\($0.rule)" } ?? ""
      return Say.line("\(line): \(rule)  \(words[Say.language])")
    }
    let value: JSONValue = [
      "line": .integer(Int64(line)), "rule": JSONValue(recorded?.rule.text),
      "replays": .bool(replay == .replays), "zh": .string(words.zh), "en": .string(words.en),
      "receipt_rules": JSONValue(recorded?.receipt.rules.hex),
      "program_rules": JSONValue(base?.digest.hex),
    ]
    Say.line(value.canonical)
  }
}
