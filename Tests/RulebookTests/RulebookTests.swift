import Commons
import Testing

@testable import Rulebook

private let first = CivilDate("2020-01-01")!
private let second = CivilDate("2023-06-01")!
private let here = Citation("测试法", edition: "2020", article: 1)
private let there = Citation("测试法", edition: "2020", article: 2)

private func rule(
  _ id: RuleID, from: CivilDate = first, to: CivilDate? = nil, in place: Territory? = nil,
  exceptionOf general: RuleID? = nil, when condition: Condition = .always,
  _ formula: Formula = .parameter("fee"), _ citation: Citation = here
) -> Rule {
  Rule(
    id, .same(id.text), citation, from: from, to: to, in: place, exceptionOf: general,
    when: condition,
    .value(formula), rounding: .assumed(.halfUp))
}

private let fee = Parameter(
  "fee", .same("fee"),
  [
    .init(from: first, to: second, .money(.fen(100)), here),
    .init(from: second, .money(.fen(200)), there),
  ])

private let facts = [
  FactDeclaration("a", Phrase("甲", en: "A"), .truth, meaning: Phrase("是否甲", en: "whether A")),
  FactDeclaration("b", Phrase("乙", en: "B"), .truth, meaning: Phrase("是否乙", en: "whether B")),
  FactDeclaration("sum", Phrase("额", en: "sum"), .money(.cny), meaning: Phrase("额", en: "a sum")),
]

private func base(_ rules: [Rule], _ parameters: [Parameter] = [fee]) throws -> RuleBase {
  try RuleBase([RulePack(facts: facts, parameters: parameters, rules: rules)])
}

private func refusal(_ rules: [Rule], _ parameters: [Parameter] = [fee]) -> String {
  do {
    _ = try base(rules, parameters)
    return "loaded"
  } catch let problem as Problem {
    return problem.fields.map(\.message.en).joined(separator: " ")
  } catch { return "\(error)" }
}

@Suite struct RulebookTests {
  @Test func wrongRulesAreRefusedAtLoad() {
    #expect(refusal([rule("x", .parameter("none"))]).contains("“none”, which is unknown"))
    #expect(refusal([rule("x", exceptionOf: "y")]).contains("“y”, which is unknown"))
    #expect(refusal([rule("x", .rule("y")), rule("y", .rule("x"))]).contains("circle"))
    #expect(
      refusal([rule("x", exceptionOf: "y"), rule("y", exceptionOf: "x")]).contains("circle"))
    #expect(refusal([rule("x"), rule("x", from: second)]).contains("overlap in time"))
    #expect(refusal([rule("x", from: first.adding(days: -1))]).contains("has no value on"))
    #expect(refusal([rule("x", .sum(.parameter("fee"), .whole))]).contains("mixes"))
    #expect(refusal([rule("x", to: first)]).contains("ends before it begins"))
    #expect(refusal([rule("x", in: "4")]).contains("GB/T 2260"))
  }

  @Test func gapsAndOverlapsInASeriesAreErrors() {
    func series(_ to: CivilDate) -> [Parameter] {
      [
        Parameter(
          "fee", .same("fee"),
          [
            .init(from: first, to: to, .money(.fen(1)), here),
            .init(from: second, .money(.fen(2)), here),
          ])
      ]
    }
    #expect(refusal([rule("x")], series(second.adding(days: -1))).contains("gap"))
    #expect(refusal([rule("x")], series(second.adding(days: 1))).contains("overlap"))
    #expect(refusal([rule("x")], series(second)) == "loaded")
  }

  @Test func conflictsAreFoundAtLoadOrAtEvaluation() throws {
    let clash = refusal([
      rule("x"), rule("y", exceptionOf: "x", when: .holds("a")),
      rule("z", exceptionOf: "x", when: .holds("b"), .parameter("fee"), there),
    ])
    #expect(clash.contains("art. 1") && clash.contains("art. 2"))
    let apart = try base([
      rule("x"), rule("y", exceptionOf: "x", when: .holds("a")),
      rule(
        "z", exceptionOf: "x",
        when: .compare(.fact("sum"), .greater, .parameter("fee")), .parameter("fee"), there),
    ])
    let sheet = try apart.sheet(["a": .truth(true), "sum": .money(.fen(500))])
    let problem = #expect(throws: Problem.self) { try apart.evaluate("x", sheet, asOf: second) }
    #expect(problem?.slug == "rule-conflict" && problem?.because.count == 2)
  }

  @Test func missingFactsAreNamed() throws {
    let base = try base([rule("x"), rule("y", exceptionOf: "x", when: .holds("a"))])
    let problem = #expect(throws: Problem.self) {
      try base.evaluate("x", base.sheet(), asOf: first)
    }
    #expect(problem?.fields.first?.pointer == "a")
    #expect(problem?.fields.first?.message.en.contains("whether A. Give yes or no") == true)
  }

  @Test func everyMissingFactIsNamedAndThoseThatMayBe() throws {
    let base = try base([
      rule("x", .sum(.rule("z"), .fact("sum"))),
      rule("y", exceptionOf: "x", when: .all([.holds("a"), .holds("b")])), rule("z"),
    ])
    func fields(_ facts: [FactID: FactValue]) throws -> [String] {
      let problem = #expect(throws: Problem.self) {
        try base.evaluate("x", base.sheet(facts), asOf: first)
      }
      return (problem?.fields ?? []).map { field in
        field.pointer + (field.message.en.contains("may be needed") ? "?" : "")
      }
    }
    #expect(try fields([:]) == ["a", "b", "sum?"])
    #expect(try fields(["a": .truth(true)]) == ["b", "sum?"])
    #expect(try fields(["a": .truth(false)]) == ["sum"])
    let fees = try AllLaw.base()
    let problem = #expect(throws: Problem.self) {
      try fees.evaluate("court-fee.payable", fees.sheet(), asOf: CivilDate("2026-03-02")!)
    }
    let named = Dictionary(
      uniqueKeysWithValues: (problem?.fields ?? []).map { ($0.pointer, $0.message.en) })
    #expect(named["case.kind"]?.hasPrefix("The fact “kind of case” is missing") == true)
    #expect(named["claim.amount"]?.contains("may be needed too") == true)
  }

  @Test func aDayThatDoesNotExistSaysWhy() {
    #expect(CivilDate.fault("2026-02-28") == nil)
    #expect(CivilDate.fault("2026-02-30")?.en == "There is no such day: 2026-02 has 28 days.")
    #expect(CivilDate.fault("2024-02-30")?.zh == "这一天不存在：2024年2月只有29天。")
    #expect(CivilDate.fault("2026-13-01")?.en == "There is no month 13.")
    #expect(CivilDate.fault("1.2.2026")?.en.contains("2026-01-31") == true)
    let problem = #expect(throws: Problem.self) {
      try FactDeclaration.dates[0].read("2026-02-30")
    }
    #expect(problem?.fields.first?.message.en.hasSuffix("2026-02 has 28 days.") == true)
  }

  @Test func spansThatAreWrongSayWhich() throws {
    let names = ["pause.1.from", "pause.1.to", "pause.2.from", "pause.2.to"]
    let dates = names.map {
      FactDeclaration(FactID($0), .same($0), .date, meaning: .same($0))
    }
    let base = try RuleBase([RulePack(facts: dates, parameters: [fee], rules: [rule("x")])])
    func faults(_ texts: [String: String]) throws -> [Problem.Field] {
      try base.sheet(reading: texts).spanFaults
    }
    let backwards = try faults(["pause.1.from": "2026-02-01", "pause.1.to": "2026-02-01"])
    #expect(backwards.map(\.pointer) == ["pause.1.to"])
    let overlap = try faults([
      "pause.1.from": "2026-02-01", "pause.1.to": "2026-02-03", "pause.2.from": "2026-02-02",
    ])
    #expect(overlap.first?.message.en.contains("pause.1 (from 2026-02-01 until") == true)
    #expect(
      try faults([
        "pause.1.from": "2026-02-01", "pause.1.to": "2026-02-02", "pause.2.from": "2026-02-02",
      ]).isEmpty)
    #expect(throws: Problem.self) {
      try base.evaluate(
        "x", base.sheet(reading: ["pause.1.from": "2026-02-01", "pause.1.to": "2026-01-01"]),
        asOf: second)
    }
    #expect(
      refusal([rule("x"), rule("x", from: second)]).contains("from 2020-01-01 and from 2023"))
    #expect(refusal([rule("x", from: second, to: first)]).contains("2023-06-01 until before 2020"))
  }

  @Test func recordedAnswersReplayOrSayWhyNot() throws {
    let base = try AllLaw.base()
    let day = CivilDate("2026-03-02")!
    let facts = ["case.kind": "property", "claim.amount": "99999.01", "case.settled": "true"]
    let sheet = try base.sheet(reading: facts)
    #expect(sheet.texts == facts)
    let finding = try base.evaluate("court-fee.acceptance", sheet, asOf: day)
    let line = RecordedAnswer(finding, sheet).json
    func replay(_ change: (inout [String: JSONValue]) -> Void) throws -> RuleReplay {
      var members = try #require(line.object)
      change(&members)
      return base.replay(try RecordedAnswer(.object(members)))
    }
    #expect(try replay { _ in } == .replays)
    #expect(try replay { $0["on"] = "2026-03-03" } == .otherInputs)
    let other = Digest.of([1])
    func receipt(_ name: String) -> JSONValue {
      var members = finding.receipt.json.object ?? [:]
      members[name] = .string(other.hex)
      return .object(members)
    }
    let elsewhere = try replay { $0["receipt"] = receipt("rules") }
    #expect(elsewhere == .otherRules(other))
    #expect(elsewhere.phrase(under: base.digest).en.contains("rule set \(other.hex)"))
    #expect(try replay { $0["receipt"] = receipt("finding") } == .otherFinding)
    #expect(try replay { $0["receipt"] = receipt("inputs") } == .otherInputs)
    let unknown = try replay { $0["facts"] = ["colour": "red"] }
    #expect(unknown.phrase(under: nil).en.contains("no fact called “colour”"))
    let problem = #expect(throws: Problem.self) { try RecordedAnswer(["rule": "x"]) }
    #expect(
      problem?.fields.map(\.pointer)
        == ["on", "facts", "receipt/rules", "receipt/inputs", "receipt/finding"])
  }

  @Test func pagesShowEveryRuleAndNumberInBothLanguages() throws {
    let base = try AllLaw.base()
    let files = Set(AllLaw.entries.map(\.slug))
    for entry in AllLaw.entries {
      for language in Language.allCases {
        let page = base.document(entry).markdown(language, files: files)
        for rule in entry.pack.rules { #expect(page.contains("\(rule.id)"), "\(rule.id)") }
        for parameter in entry.pack.parameters { #expect(page.contains("\(parameter.id)")) }
        for rule in entry.pack.rules where !rule.citation.isVerified {
          #expect(page.contains(rule.citation.phrase[language]))
        }
        #expect(!page.contains("\n\n\n"))
      }
    }
    let index = base.contents(AllLaw.entries).markdown(.en, files: files)
    #expect(index.contains("[Court fees](court-fees.en.md)") && index.contains(base.digest.hex))
  }

  @Test func valuesFollowDateAndPlace() throws {
    let local = Parameter(
      "fee", .same("fee"), in: "4403", [.init(from: second, .money(.fen(700)), there)])
    let base = try base([rule("x")], [fee, local])
    func value(_ date: CivilDate, _ place: Territory? = nil) throws -> Outcome {
      try base.opened("x", asOf: date, in: place).value(base.sheet())
    }
    #expect(try value(second.adding(days: -1)) == .amount(.fen(100)))
    #expect(try value(second) == .amount(.fen(200)))
    #expect(try value(second, "440305") == .amount(.fen(700)))
    #expect(try value(first, "440305") == .amount(.fen(100)))
    #expect(throws: Problem.self) { try value(first.adding(days: -1)) }
    let changes = base.diff(from: first, to: second)
    #expect(changes.map(\.name) == ["fee"])
    #expect(changes.first?.after == .same("CNY 2.00"))
  }

  @Test func territoryTransitionAndThreeDates() throws {
    let cut = Parameter("cut", .same("cut"), [.init(from: first, .date(second), here)])
    let base = try base(
      [
        rule("x"),
        rule(
          "x.transition", from: second, exceptionOf: "x",
          when: .compare(.fact(.factDate), .less, .parameter("cut")), .nothing(.cny)),
        rule("local", in: "4403"),
      ], [fee, cut])
    let old = try base.sheet([.factDate: .date(first), .decisionDate: .date(second)])
    let new = try base.sheet([.factDate: .date(second), .decisionDate: .date(second)])
    #expect(try base.evaluate("x", old, asOf: second).outcome == .amount(.fen(0)))
    #expect(try base.evaluate("x", new, asOf: second).outcome == .amount(.fen(200)))
    #expect(throws: Problem.self) { try base.evaluate("local", new, asOf: second, in: "3100") }
    #expect(try base.evaluate("local", new, asOf: second, in: "4403").outcome.isDiscretion == false)
  }

  @Test func receiptsReplay() throws {
    let base = try base([rule("x"), rule("y", exceptionOf: "x", when: .holds("a"))])
    let sheet = try base.sheet(["a": .truth(false)])
    let finding = try base.evaluate("x", sheet, asOf: first)
    #expect(base.replays(finding.receipt, "x", sheet, asOf: first))
    #expect(!base.replays(finding.receipt, "x", sheet, asOf: second))
    #expect(
      finding.explanation(.en)
        == """
        Result: CNY 1.00 (rules as of 2020-01-01)
        x (测试法, art. 1)
          Exception not applied: y (测试法, art. 1)
            A: no
          fee: CNY 1.00 (from 2020-01-01 until before 2023-06-01) (测试法, art. 1)
        Rounded to the minor unit, half up (assumed: the law is silent)
        """)
  }

  @Test func rationalsAreExactAndNeverWrap() throws {
    let third = try #require(Rational(1, over: 3))
    #expect(try third.adding(third).adding(third) == .one)
    let rates = [(1, 40), (1, 100), (7, 1000), (13, 2000), (1, 3), (1, 1)] as [(Int64, Int64)]
    #expect(
      rates.compactMap { Rational($0, over: $1)?.percentage }
        == ["2.5%", "1%", "0.7%", "0.65%", "1/3", "100%"])
    #expect(try Rational.percent(25, over: 10).multiplied(by: Rational(400)) == Rational(10))
    #expect(Rational(5, over: 2)?.rounded(.halfUp) == 3)
    #expect(Rational(5, over: 2)?.rounded(.halfEven) == 2)
    #expect(Rational(-5, over: 2)?.rounded(.halfUp) == -3)
    #expect(throws: Fault.overflow) {
      var value = Rational(.max)
      for _ in 0..<4 { value = try value.multiplied(by: Rational(.max)) }
    }
    #expect(throws: Fault.zeroDivisor) { try third.divided(by: .zero) }
  }
}
