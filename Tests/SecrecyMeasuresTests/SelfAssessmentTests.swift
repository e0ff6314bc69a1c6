import Commons
import Testing

@testable import SecrecyMeasures

private let set = ClauseSet.edition("2023-10")!
private let day = CivilDate("2026-03-02")!
private let salt = [UInt8](repeating: 9, count: 32)
private let shown = [SelfAssessment.Evidence(content: Digest.of("x").bytes, salt: salt)]

private func assess(
  _ level: SelfAssessment.Level, evidence: [SelfAssessment.Evidence] = [], algorithms: Bool = true,
  _ changes: [String: SelfAssessment.Answer?] = [:], in set: ClauseSet = set
) throws -> SelfAssessment {
  var answers: [String: SelfAssessment.Answer] = [:]
  for clause in SelfAssessment.asked(set, hasAlgorithms: algorithms) {
    answers[clause.id] = SelfAssessment.Answer(level, evidence: evidence)
  }
  for (id, answer) in changes { answers[id] = answer }
  return try SelfAssessment(
    set, on: day, hasAlgorithms: algorithms, answers: answers, salt: salt)
}

@Suite struct SelfAssessmentTests {
  @Test func editionsFollowTheLaw() {
    #expect(ClauseSet.on(CivilDate("2020-09-11")!) == nil)
    #expect(ClauseSet.on(CivilDate("2020-09-12")!)?.edition == "2020-09")
    #expect(ClauseSet.on(CivilDate("2023-10-26")!)?.edition == "2020-09")
    #expect(ClauseSet.on(CivilDate("2023-10-27")!)?.edition == "2023-10")
    #expect(ClauseSet.on(CivilDate("2025-10-14")!)?.edition == "2023-10")
    #expect(ClauseSet.on(CivilDate("2025-10-15")!)?.edition == "2025-10")
    for set in ClauseSet.all {
      #expect(Set(set.clauses.map(\.id)).count == set.clauses.count)
      // All seven measures of art. 6 are asked for, and every clause rests on something.
      #expect(Set(set.clauses.compactMap(\.measure)) == Set(1...7))
      #expect(set.clauses.allSatisfy { !$0.bases.isEmpty && $0.weight > 0 })
    }
    // The law of 2025 was not at hand, and its citations say so.
    let unread = ClauseSet.all.map { set in
      set.clauses.flatMap(\.bases).contains { $0.phrase.en.contains("unverified") }
    }
    #expect(unread == [false, false, true])
  }

  @Test func theScoreIsWholeNumbers() throws {
    let weights = set.clauses.map(\.weight).reduce(0, +)
    let full = try assess(.full, evidence: shown)
    #expect(full.score == (weights * 4, weights * 4))
    #expect(full.basisPoints == 10_000)
    #expect(full.measuresTaken == Set(1...7))
    #expect(full.gaps.isEmpty)
    #expect(try assess(.full).basisPoints == 7500)
    #expect(try assess(.partly, evidence: shown).basisPoints == 5000)
    let nothing = try assess(.none)
    #expect(nothing.basisPoints == 0)
    #expect(nothing.measuresTaken.isEmpty)
    // The heaviest first, and among equals in order.
    #expect(
      nothing.gaps.prefix(3).map(\.clause.id) == [
        "people.agreement", "people.leaver", "systems.access",
      ])
  }

  @Test func oneClauseCountsByItsWeight() throws {
    let one = try assess(.none, ["people.agreement": SelfAssessment.Answer(.full, evidence: shown)])
    let weights = set.clauses.map(\.weight).reduce(0, +)
    #expect(one.score == (40, weights * 4))
    #expect(one.basisPoints == (40 * 20_000 + weights * 4) / (weights * 8))
    #expect(one.measuresTaken == [1])
  }

  @Test func whatDoesNotApplyDoesNotCount() throws {
    let without = try assess(
      .full, evidence: shown, ["places.visitors": SelfAssessment.Answer(.notApplicable)])
    #expect(without.basisPoints == 10_000)
    #expect(without.score.of == set.clauses.map(\.weight).reduce(0, +) * 4 - 32)
    // Algorithms are asked for only where there are some.
    #expect(try assess(.full, evidence: shown, algorithms: false).score.of < without.score.of)
  }

  @Test func whatIsWrongIsToldAtOnce() {
    func fields(_ changes: [String: SelfAssessment.Answer?], algorithms: Bool = true) -> [String] {
      do {
        _ = try assess(.full, algorithms: algorithms, changes)
        return []
      } catch { return (error as? Problem)?.fields.map(\.pointer) ?? ["?"] }
    }
    #expect(
      fields([
        "people.agreement": nil, "people.leaver": SelfAssessment.Answer(.notApplicable),
        "colour": SelfAssessment.Answer(.full),
      ]) == ["people.agreement", "people.leaver", "colour"])
    #expect(
      fields(["algorithms.versions": SelfAssessment.Answer(.full)], algorithms: false) == [
        "algorithms.versions"
      ])
  }

  @Test func theDocumentReproducesScoreAndDigest() throws {
    for set in ClauseSet.all {
      let made = try assess(.full, evidence: shown, in: set)
      let read = try SelfAssessment(try JSONValue(parsing: made.json.canonical))
      #expect(read.digest == made.digest)
      #expect(read.score == made.score)
    }
    var members = try #require(try assess(.partly).json.object)
    members["score"] = ["points": 1, "of": 1]
    #expect(throws: Problem.self) { try SelfAssessment(.object(members)) }
    // Another salt, another digest: answers cannot be guessed from what is registered.
    let other = try SelfAssessment(
      set, on: day, hasAlgorithms: true, answers: try assess(.full).answers,
      salt: [UInt8](repeating: 8, count: 32))
    #expect(try other.digest != assess(.full).digest)
  }
}

@Suite struct AssetInventoryTests {
  private func inventory(_ change: (inout [String: JSONValue]) -> Void) throws -> AssetInventory {
    var members = try #require(AssetInventory.example.object)
    change(&members)
    return try AssetInventory(.object(members))
  }

  private func rules(_ inventory: AssetInventory, on day: String = "2026-03-02") -> [String] {
    inventory.findings(on: CivilDate(day)!).map { "\($0.subject) \($0.rule)" }
  }

  @Test func theExampleShowsWhatIsMissing() throws {
    let found = try inventory { _ in }
    #expect(
      rules(found) == [
        "A-001 deposit", "A-001 algorithm-deposit", "P-02 leaver-reminder", "P-02 leaver-return",
      ])
    #expect(rules(found, on: "2026-02-26") == ["A-001 deposit", "A-001 algorithm-deposit"])
    #expect(rules(found, on: "2027-02-01").filter { $0.hasSuffix("review") }.count == 2)
    #expect(found.known(to: try found.person("P-02")).map(\.id) == ["A-002"])
    #expect(throws: Problem.self) { try found.person("P-99") }
  }

  @Test func everyRuleFindsItsFault() throws {
    let bare = try inventory { members in
      members["assets"] = [
        [
          "id": "A", "name": "a", "class": "algorithm", "level": "general", "carriers": [],
          "posts": [],
        ],
        [
          "id": "B", "name": "b", "class": "plan", "level": "important", "posts": ["x"],
          "carriers": [["id": "C", "kind": "file", "place": "p"]],
        ],
      ]
      members["people"] = [["id": "P", "name": "p", "posts": ["x"]]]
    }
    #expect(
      rules(bare) == [
        "A carrier", "A posts", "A version", "A algorithm-deposit", "B marking", "B encryption",
        "P agreement",
      ])
  }

  @Test func whatIsWrongIsToldAtOnce() {
    func fields(_ json: JSONValue) -> [String] {
      do {
        _ = try AssetInventory(json)
        return []
      } catch { return error.fields.map(\.pointer) }
    }
    #expect(
      fields([
        "format": .string(AssetInventory.format),
        "assets": [
          [
            "id": "A", "name": "", "class": "magic", "level": "core", "deposits": ["12"],
            "carriers": [["id": "C", "kind": "cloud", "place": "p"]], "review": "soon",
          ]
        ], "people": [["id": "P", "name": "p", "posts": "x"]],
      ]) == [
        "assets[0].carriers[0].kind", "assets[0].deposits", "assets[0].name", "assets[0].class",
        "assets[0].review", "people[0].posts",
      ])
    #expect(fields(["format": .string(AssetInventory.format)]) == ["assets"])
    #expect(throws: Problem.self) { try AssetInventory(["format": "other"]) }
  }
}
