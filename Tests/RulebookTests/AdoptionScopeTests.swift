import Commons
import Testing

@testable import Rulebook

/// The limits of the notice, day by day.
@Suite struct AdoptionScopeTests {
  private let base: RuleBase
  private static let notice = CivilDate("2023-10-27")!

  init() throws { base = try RuleBase([AdoptionScope.pack]) }

  private func ask(
    _ id: RuleID, _ facts: [FactID: String], on day: CivilDate = notice
  ) throws -> String {
    var sheet = try base.sheet()
    for (id, text) in facts {
      let fact = try #require(base.facts.first { $0.id == id })
      try sheet.state(id, fact.read(text))
    }
    return try base.opened(id, asOf: day).value(sheet).phrase.en
  }

  private func place(_ measure: Int, _ province: String, _ city: String) -> [FactID: String] {
    ["adoption.measure": String(measure), "place.province": province, "place.city": city]
  }

  @Test func theNoticeNamesSevenPlacesForCashPools() throws {
    let named: Set<String> = ["11", "31", "33", "44", "61"]
    for province in AdoptionScope.provinces {
      let found = try ask("adoption.notice-scope", place(9, province.code, "other"))
      #expect(found == (named.contains(province.code) ? "listed_scope" : "outside_listed_scope"))
    }
    #expect(try ask("adoption.notice-scope", place(9, "37", "3702")) == "listed_scope")
    #expect(try ask("adoption.notice-scope", place(9, "37", "other")) == "outside_listed_scope")
  }

  @Test func cashPoolsWentNationwideAndTheNoticeStaysWhatItWas() throws {
    let day = CivilDate("2025-12-26")!
    let jinan = place(9, "37", "other")
    #expect(try ask("adoption.scope", jinan, on: day.adding(days: -1)) == "outside_listed_scope")
    #expect(try ask("adoption.scope", jinan, on: day) == "nationwide_scope")
    #expect(try ask("adoption.notice-scope", jinan, on: day) == "outside_listed_scope")
    var sheet = try base.sheet()
    for (id, text) in jinan {
      try sheet.state(id, .choice(text))
    }
    #expect(try base.evaluate("adoption.scope", sheet, asOf: day).isUnverified)
    #expect(try !base.evaluate("adoption.notice-scope", sheet, asOf: day).isUnverified)
  }

  @Test func reconsiderationBecameLawOfTheWholeCountry() throws {
    let xian = place(19, "61", "other")
    #expect(
      try ask("adoption.scope", xian, on: CivilDate("2023-12-31")!) == "qualifying_scope_only")
    #expect(try ask("adoption.scope", xian, on: CivilDate("2024-01-01")!) == "nationwide_scope")
  }

  @Test func everyMeasureHasAClassInEveryPlace() throws {
    for number in 1...22 {
      let found = try ask("adoption.notice-scope", place(number, "43", "other"))
      let expected =
        switch number {
        case 9: "outside_listed_scope"
        case 12, 17, 19: "qualifying_scope_only"
        default: "reference_by_local_conditions"
        }
      #expect(found == expected, "measure \(number)")
    }
  }

  /// Who may authorise what, for every level of a record and every requirement.
  @Test func onlyTheRightBodyCanAuthorise() throws {
    let enough: [String: Set<String>] = [
      "none": ["city", "province", "department", "state-council", "zone-regulation", "npc"],
      "policy": ["department", "state-council", "npc"],
      "regulation": ["state-council", "npc"], "law": ["npc"],
    ]
    for (required, levels) in enough {
      for level in AdoptionScope.levels.map(\.code) {
        for zone in [false, true] {
          let found = try ask(
            "adoption.record",
            [
              "authorisation.required": required, "record.level": level,
              "place.has-zone-powers": String(zone),
            ])
          let expected = levels.contains(level) || (zone && level == "zone-regulation")
          #expect(found == (expected ? "yes" : "no"), "\(required) by \(level), zone \(zone)")
        }
      }
    }
  }

  /// No combination of facts leaves the gate without one answer, and a missing thing is always told in
  /// the same order: place, authorisation, guidance, scope.
  @Test func theGateAnswersOnceForEveryCombination() throws {
    let classes = [
      "reference_by_local_conditions", "qualifying_scope_only", "listed_scope",
      "outside_listed_scope", "nationwide_scope",
    ]
    for scope in classes {
      for bits in 0..<32 {
        let (suffices, care, guidance, plan, wide) = (
          bits & 1 > 0, bits & 2 > 0, bits & 4 > 0, bits & 8 > 0, bits & 16 > 0
        )
        let found = try ask(
          "adoption.gate",
          [
            "adoption.scope-class": scope, "record.suffices": String(suffices),
            "adoption.needs-care": String(care), "record.guidance": String(guidance),
            "record.risk-plan": String(plan), "adoption.is-wide": String(wide),
          ])
        let expected =
          scope == "outside_listed_scope"
          ? "not_in_this_place"
          : !suffices
            ? "needs_authorisation"
            : care && !(guidance && plan)
              ? "needs_guidance"
              : scope == "qualifying_scope_only" || wide ? "pilot_scope_only" : "allowed"
        #expect(found == expected, "\(scope) \(bits)")
      }
    }
  }

  @Test func whatDepartsFromLawSaysFromWhich() throws {
    for departure in AdoptionScope.Departure.all {
      #expect(
        try ask("adoption.requirement", ["adoption.function": departure.code])
          == departure.level.rawValue)
    }
    #expect(try ask("adoption.requirement", [:]) == "none")
    #expect(
      Set(AdoptionScope.Departure.all.map(\.code)).count == AdoptionScope.Departure.all.count)
  }
}
