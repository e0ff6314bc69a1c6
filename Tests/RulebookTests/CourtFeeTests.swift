import Commons
import Foundation
import Rulebook
import Testing

private let day = CivilDate("2026-03-02")!

private func base() throws -> RuleBase { try RuleBase([CourtFees.pack, ArbitrationFees.pack]) }

/// Facts as `name=value` words.
private func sheet(_ base: RuleBase, _ words: Substring) throws -> FactSheet {
  var sheet = try base.sheet()
  for word in words.split(separator: ",") {
    let pair = word.split(separator: "=").map(String.init)
    let declaration = try #require(base.facts.first { $0.id.text == pair[0] }, "\(pair[0])")
    try sheet.state(declaration.id, declaration.read(pair[1]))
  }
  return sheet
}

@Suite struct CourtFeeTests {
  // Worked out by hand from the articles.
  @Test(arguments: [
    "property claim.amount=10000 CNY 50.00",
    "property claim.amount=10001 CNY 50.03",
    "property claim.amount=99999 CNY 2299.98",
    "property claim.amount=100000 CNY 2300.00",
    "property claim.amount=1000000 CNY 13800.00",
    "property claim.amount=20000001 CNY 141800.01",
    "divorce divorce.property=200000 CNY 50.00 to CNY 300.00",
    "divorce divorce.property=300000 CNY 550.00 to CNY 800.00",
    "divorce case.settled=false CNY 50.00 to CNY 300.00",
    "personality damages.amount=120000 CNY 700.00 to CNY 1100.00",
    "non-property case.settled=false CNY 50.00 to CNY 100.00",
    "intellectual-property claim.has-amount=false CNY 500.00 to CNY 1000.00",
    "intellectual-property claim.has-amount=true,claim.amount=100000 CNY 2300.00",
    "labour case.settled=false CNY 10.00",
    "administrative case.settled=false CNY 50.00",
    "administrative administrative.special=true CNY 100.00",
    "jurisdiction-objection objection.upheld=false CNY 50.00 to CNY 100.00",
    "jurisdiction-objection objection.upheld=true CNY 0.00",
    "appeal claim.amount=100000 CNY 2300.00",
    "enforcement claim.has-amount=false CNY 50.00 to CNY 500.00",
    "enforcement claim.has-amount=true,execution.amount=500000 CNY 7400.00",
    "preservation preservation.amount=0 CNY 30.00",
    "preservation preservation.amount=100000 CNY 1020.00",
    "preservation preservation.amount=99999999 CNY 5000.00",
    "payment-order claim.amount=100 CNY 16.67",
    "public-notice case.settled=false CNY 100.00",
    "arbitration-review case.settled=false CNY 400.00",
    "bankruptcy bankruptcy.assets=10001 CNY 25.01",
    "bankruptcy bankruptcy.assets=900000000 CNY 300000.00",
    "limitation-fund case.settled=false CNY 1000.00 to CNY 10000.00",
    "maritime-injunction case.settled=false CNY 1000.00 to CNY 5000.00",
    "ship-lien-notice case.settled=false CNY 1000.00 to CNY 5000.00",
    "maritime-claim case.settled=false CNY 1000.00",
    "general-average case.settled=false CNY 1000.00",
    "acceptance case.kind=labour CNY 10.00",
    "acceptance case.kind=labour,case.exemption=retrial CNY 0.00",
    "acceptance case.kind=property,claim.amount=1,case.exemption=unregistered CNY 0.00",
    "acceptance case.kind=divorce,case.simplified=true CNY 25.00 to CNY 150.00",
    "acceptance case.kind=property,claim.amount=99999,case.settled=true CNY 1149.99",
    "acceptance case.kind=property,claim.amount=100000,case.joined=true CNY 1150.00",
    "acceptance case.kind=labour,case.settled=true,case.simplified=true CNY 5.00",
    "payable case.kind=labour,relief=exempted,payer.is-natural-person=true CNY 0.00",
    "payable case.kind=labour,relief=exempted,payer.is-natural-person=false CNY 10.00",
    "payable case.kind=labour,relief=reduced CNY 0.00 to CNY 7.00",
    "period.payment case.settled=false 7 days",
    "period.refund case.settled=false 15 days",
  ])
  func feesFollowTheArticles(line: String) throws {
    let words = line.split(separator: " ", maxSplits: 2)
    let base = try base()
    let rule = RuleID("court-fee.\(words[0])")
    let finding = try base.evaluate(rule, sheet(base, words[1]), asOf: day)
    #expect(finding.outcome.phrase.en == words[2])
    #expect(finding.explanation(.zh).contains("诉讼费用交纳办法"))
  }

  @Test func allVectorsAgree() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("shared/data/people/fees/fee_vectors.csv")
    guard let text = try? String(contentsOf: path, encoding: .utf8) else {
      return print("skipped: ../shared is not here")
    }
    let rules: [Substring: (RuleID, String)] = [
      "court_property_acceptance": ("court-fee.property", "claim.amount"),
      "court_property_half_simple_or_mediated_or_withdrawn":
        ("court-fee.acceptance", "case.kind=property,case.simplified=true,claim.amount"),
      "payment_order_one_third": ("court-fee.payment-order", "claim.amount"),
      "bankruptcy_half_cap_300000": ("court-fee.bankruptcy", "bankruptcy.assets"),
      "enforcement_application":
        ("court-fee.enforcement", "claim.has-amount=true,execution.amount"),
      "preservation_application": ("court-fee.preservation", "preservation.amount"),
      "scia_table1_foreign_related": ("arbitration-fee.foreign", "arbitration.amount"),
    ]
    let base = try base()
    var checked = 0
    for line in text.split(whereSeparator: \.isNewline).dropFirst() {
      // One column is quoted and holds commas; the first and the last two are not.
      let cells = line.split(separator: ",")
      let (rule, facts) = try #require(rules[cells[0]], "\(line)")
      let sheet = try sheet(base, "\(facts)=\(cells[cells.count - 2])")
      let outcome = try base.opened(rule, asOf: day).value(sheet)
      #expect(outcome.phrase.en == "CNY \(cells[cells.count - 1])", "\(line)")
      checked += 1
    }
    #expect(checked > 300)
  }

  @Test func orderOfRulesChangesNothing() throws {
    var random = SeededRandom(seed: 4)
    let original = try base()
    let pack = CourtFees.pack
    for _ in 0..<12 {
      let shuffled = try RuleBase([
        ArbitrationFees.pack,
        RulePack(
          facts: pack.facts.shuffled(using: &random),
          parameters: pack.parameters.shuffled(using: &random),
          rules: pack.rules.shuffled(using: &random)),
      ])
      #expect(shuffled.digest == original.digest)
      for rule in original.listing(asOf: day) where rule.rank == .general {
        let words = drawn(&random, original)
        let a = Result { try original.evaluate(rule.id, sheet(original, words[...]), asOf: day) }
        let b = Result { try shuffled.evaluate(rule.id, sheet(shuffled, words[...]), asOf: day) }
        #expect((try? a.get()) == (try? b.get()), "\(rule.id) \(words)")
        if case .failure(let x as Problem) = a, case .failure(let y as Problem) = b {
          #expect(x == y)
        }
      }
    }
  }

  private func drawn(_ random: inout SeededRandom, _ base: RuleBase) -> String {
    base.facts.compactMap { fact -> String? in
      guard random.chance(0.7) else { return nil }
      switch fact.type {
      case .truth: return "\(fact.id)=\(random.chance(0.5))"
      case .money: return "\(fact.id)=\(random.below(90_000_000)).\(10 + random.below(90))"
      case .choice(let choices): return "\(fact.id)=\(choices[random.below(choices.count)].code)"
      default: return nil
      }
    }.joined(separator: ",")
  }
}
