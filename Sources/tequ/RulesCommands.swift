import App
import ArgumentParser
import Commons
import LegalTime
import Rulebook

/// Asks the law that the program knows.
struct RulesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "List, explain, evaluate and compare the rules of law.",
    subcommands: [
      ListRules.self, ExplainRule.self, EvaluateRule.self, DiffRules.self, ReplayRules.self,
      RulePagesCommand.self,
    ])
}

/// For which place a rule is asked.
struct RulePlace: ParsableArguments {
  @Option(help: "For which place: a GB/T 2260 code, or shifan; without it national law alone.")
  var city: String?
  @Option(help: "A city's data folder: the parameters of its own profile count for its place.")
  var data: String?

  var territory: Territory? { city.map { Territory($0 == "shifan" ? "990000" : $0) } }

  /// The law for the place.
  func base() throws -> RuleBase { try base(for: territory) }

  func base(for territory: Territory?) throws -> RuleBase {
    try CityLaw.base(for: territory, folder: folder)
  }

  var folder: DataFolder? { data.map { DataFolder(FolderOptions.absolute($0)) } }

  func validate() throws {
    guard
      city.map({ $0 == "shifan" || ($0.allSatisfy(\.isNumber) && (2...6).contains($0.count)) })
        ?? true
    else { throw ValidationError("--city takes a GB/T 2260 code of 2 to 6 digits, or shifan.") }
  }
}

/// For which day and place a rule is asked.
struct RuleMoment: ParsableArguments {
  @Option(help: "As of which day, such as 2026-03-02; today without it.") var on: String?
  @OptionGroup var place: RulePlace

  func date() throws -> CivilDate { try on.map(RuleMoment.date) ?? RuleMoment.today }

  var territory: Territory? { place.territory }

  /// The law for the place.
  func base() throws -> RuleBase { try place.base() }

  static func date(_ text: String) throws -> CivilDate {
    guard let date = CivilDate(text) else {
      throw ValidationError("“\(text)” is no date. \(CivilDate.fault(text)?.en ?? "")")
    }
    return date
  }

  private static var today: CivilDate { SystemTime().now.date(in: .beijing) }
}

/// The rules in force.
struct ListRules: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The rules in force, by name.")

  @OptionGroup var moment: RuleMoment
  @Flag(help: "Write a JSON object a line.") var json = false

  func run() async throws {
    try await telling {
      let rules = try moment.base().listing(asOf: moment.date(), in: moment.territory)
      for rule in rules {
        guard json else {
          let mark = rule.citation.isVerified ? "" : " [unverified]"
          Say.line(
            "\(rule.id)  \(rule.name[Say.language])  § \(rule.citation.phrase[Say.language])\(mark)"
          )
          continue
        }
        let line: JSONValue = [
          "id": .string(rule.id.text), "zh": .string(rule.name.zh), "en": .string(rule.name.en),
          "citation": .string(rule.citation.phrase.zh), "verified": .bool(rule.citation.isVerified),
          "from": .string(rule.span.from.description),
          "to": JSONValue(rule.span.to?.description),
        ]
        Say.line(line.canonical)
      }
    }
  }
}

/// What a rule rests on.
struct ExplainRule: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "What a rule rests on: article, exceptions, numbers in force, facts it asks for.")

  @Argument(help: "The rule's name, as “tequ rules list” has it.") var id: String
  @OptionGroup var moment: RuleMoment

  func run() async throws {
    try await telling {
      let needs = try moment.base().needs(
        of: RuleID(id), asOf: moment.date(), in: moment.territory)
      let language = Say.language
      let colon = Phrase("：", en: ": ")[language]
      func say(_ zh: String, _ en: String) { Say.line(Phrase(zh, en: en)[language]) }
      let rule = needs.rule
      Say.line("\(rule.id)  \(rule.name[language])")
      let place = rule.territory.map { " · \($0)" } ?? ""
      Say.line("  § \(rule.citation.phrase[language]) · \(rule.span.phrase[language])\(place)")
      if !needs.exceptions.isEmpty { say("例外：", "Exceptions:") }
      for exception in needs.exceptions {
        Say.line(
          "  \(exception.id)  \(exception.name[language])  § \(exception.citation.phrase[language])"
        )
      }
      if !needs.parameters.isEmpty { say("数值：", "Numbers:") }
      for (parameter, value) in needs.parameters {
        Say.line(
          "  \(parameter.id)  \(parameter.name[language])\(colon)\(value.value.phrase[language])  "
            + "§ \(value.citation.phrase[language])")
      }
      if let counting = try rule.countingPlaces(on: moment.date()) {
        say("期间的计算：", "Counting:")
        for place in counting { Say.line("  § \(place.phrase[language])") }
      }
      if !needs.facts.isEmpty { say("事实：", "Facts:") }
      for fact in needs.facts {
        Say.line("  \(fact.id)  \(fact.name[language])\(colon)\(fact.type.phrase[language])")
      }
    }
  }
}

/// What changed in the law between two days.
struct DiffRules: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "What changed in the law between two days.")

  @Argument(help: "The earlier day.") var from: String
  @Argument(help: "The later day.") var to: String
  @OptionGroup var place: RulePlace

  func run() async throws {
    try await telling {
      let changes = try place.base().diff(
        from: RuleMoment.date(from), to: RuleMoment.date(to), in: place.territory)
      for change in changes {
        Say.line(
          "\(change.name): \(change.before?[Say.language] ?? "—") → "
            + "\(change.after?[Say.language] ?? "—")  § \(change.citation.phrase[Say.language])")
      }
    }
  }
}

/// Evaluations of a fee, with and without its reasons.
struct BenchRules: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "Evaluations of a court fee and of a period, on one core.")

  @Flag(help: "Write a JSON object a line.") var json = false

  func run() async throws {
    let base = try AllLaw.base()
    let day = CivilDate("2026-03-02") ?? CivilDate(dayNumber: 0)
    let report = BenchReport(isJSON: json)
    for (name, id) in [
      ("acceptance fee, simplified", "court-fee.acceptance" as RuleID),
      ("period of payment", "court-fee.period.payment"),
    ] {
      let open = try base.opened(id, asOf: day)
      var sheet = try base.sheet([
        "case.kind": .choice("property"), "case.simplified": .truth(true),
      ])
      guard let slot = base.slot("claim.amount") else { return }
      for (what, count) in [(" (value)", 2_000_000), (" (with reasons)", 20_000)] {
        let start = Usage.now
        var sum = 0
        for index in 0..<count {
          try sheet.state(slot: slot, .money(.fen(Int64(index) * 977)))
          if count > 20_000 {
            if case .amount(let money) = try open.value(sheet) { sum &+= Int(money.minorUnits) }
          } else {
            sum &+= try open.finding(sheet).because.count
          }
        }
        // The sum is used, so that the loop is not optimised away.
        report.work(name + what + (sum == 1 ? " " : ""), count, "evaluations", start.since())
      }
    }
  }
}
