import Commons
import LegalTime
import Testing

@testable import Rulebook

@Suite("The Regulation on unmanned aircraft as rules")
struct UnmannedFlightTests {
  private static let day = CivilDate("2026-03-02")!

  private func ask(_ rule: String, _ facts: [FactID: FactValue]) throws -> Outcome {
    let base = try RuleBase([UnmannedFlight.pack])
    return try base.evaluate(
      RuleID("uas.\(rule)"), base.sheet(facts), asOf: UnmannedFlightTests.day
    ).outcome
  }

  /// Empty and take-off weight in grams, height, speed, capabilities, class (art. 62).
  private static let classes: [(Int64, Int64, Int64, Int64, Bool, Bool, String)] = [
    (249, 300, 50, 40, true, true, "micro"), (249, 300, 50, 40, true, false, "micro"),
    (250, 300, 50, 40, true, true, "light"), (249, 300, 51, 40, true, true, "light"),
    (249, 300, 50, 41, true, true, "light"), (4000, 7000, 500, 100, false, true, "light"),
    (4001, 7000, 500, 100, false, true, "small"), (4000, 7001, 500, 100, false, true, "small"),
    (4000, 7000, 500, 101, false, true, "small"), (15_000, 25_000, 500, 200, false, true, "small"),
    (15_001, 25_000, 500, 200, false, true, "medium"),
    (15_000, 25_001, 500, 200, false, true, "medium"),
    (4000, 7000, 500, 100, false, false, "medium"),
    (90_000, 150_000, 500, 100, false, true, "medium"),
    (90_000, 150_001, 500, 100, false, true, "large"),
  ]

  @Test("The class follows from weight, height, speed and capabilities", arguments: classes)
  func classOf(
    _ empty: Int64, _ takeoff: Int64, _ height: Int64, _ speed: Int64, _ lowPower: Bool,
    _ isAble: Bool, _ expected: String
  ) throws {
    let facts: [FactID: FactValue] = [
      "uas.empty-grams": .count(empty), "uas.takeoff-grams": .count(takeoff),
      "uas.height-metres": .count(height), "uas.speed-kmh": .count(speed),
      "uas.low-power": .truth(lowPower), "uas.intervention": .truth(true),
      "uas.keeps-airspace": .truth(isAble), "uas.surveyed": .truth(isAble),
    ]
    #expect(try ask("class", facts) == .choice(expected))
  }

  private func flight(
    _ code: String, height: Int64 = 100, _ flags: [String] = [], mission: String = "other"
  ) -> [FactID: FactValue] {
    var facts: [FactID: FactValue] = [
      "uas.class": .choice(code), "uas.height-metres-flown": .count(height),
      "uas.takeoff-grams": .count(20_000), "uas.mission": .choice(mission),
    ]
    for flag in flags { facts[FactID("uas.\(flag)")] = .truth(true) }
    return facts
  }

  /// Class, height, what holds, mission, whether it must be applied for (art. 26, 31, 61).
  private static let applications: [(String, Int64, [String], String, Bool)] = [
    ("light", 119, [], "other", false), ("light", 120, [], "other", true),
    ("small", 119, ["in-published-controlled"], "other", true), ("medium", 50, [], "other", true),
    ("small", 100, ["relayed"], "other", true),
    ("small", 100, ["dangerous-or-dropping"], "other", true),
    ("micro", 30, ["over-crowd"], "other", true), ("micro", 30, ["from-vehicle"], "other", true),
    ("micro", 30, ["swarm"], "other", true), ("light", 100, ["cannot-identify"], "other", true),
    ("light", 100, ["cannot-identify", "swarm"], "other", true),
    ("medium", 20, ["agricultural", "over-farmland"], "farming", false),
    ("medium", 20, ["agricultural", "over-farmland", "dangerous-or-dropping"], "farming", false),
    ("medium", 20, ["agricultural", "over-farmland", "swarm"], "farming", true),
    ("medium", 20, ["agricultural"], "farming", true),
    ("medium", 120, ["state-aircraft", "own-ground"], "other", false),
    ("medium", 121, ["state-aircraft", "own-ground"], "other", true),
    ("medium", 100, ["state-aircraft"], "other", true),
    ("medium", 200, ["civil-control-zone"], "aerodrome", false),
    ("medium", 200, ["civil-control-zone", "relayed"], "aerodrome", true),
  ]

  @Test("Who must apply, and who is exempt but for the exceptions", arguments: applications)
  func application(
    _ code: String, _ height: Int64, _ flags: [String], _ mission: String, _ isNeeded: Bool
  ) throws {
    #expect(
      try ask("application-needed", flight(code, height: height, flags, mission: mission))
        == .truth(isNeeded))
  }

  @Test("What operator, pilot and aircraft need, by class")
  func needs() throws {
    for (code, certificate, licence, insurance, airworthiness) in [
      ("micro", false, false, false, false), ("light", true, false, false, false),
      ("small", true, true, true, false), ("medium", true, true, true, true),
      ("large", true, true, true, true),
    ] {
      let facts = flight(code, ["organisation"])
      #expect(try ask("certificate-needed", facts) == .truth(certificate))
      #expect(try ask("licence-needed", facts) == .truth(licence))
      #expect(try ask("insurance-needed", facts) == .truth(insurance))
      #expect(try ask("airworthiness-needed", facts) == .truth(airworthiness))
    }
    #expect(try ask("insurance-needed", flight("micro", ["commercial"])) == .truth(true))
    #expect(try ask("training-needed", flight("light", height: 150)) == .truth(true))
    #expect(try ask("training-needed", flight("light")) == .truth(false))
  }

  @Test("Confirmation: approved flights and two of the exemptions")
  func confirmation() throws {
    #expect(try ask("confirmation-needed", flight("light")) == .truth(false))
    #expect(
      try ask("confirmation-needed", flight("medium", ["state-aircraft", "own-ground"]))
        == .truth(true))
    #expect(try ask("confirmation-needed", flight("light", height: 130)) == .truth(true))
  }

  /// Class, height, what holds, mission, the answer (art. 22).
  private static let sharing: [(String, Int64, [String], String, String)] = [
    ("small", 100, [], "other", "apart"), ("large", 400, ["airworthy"], "other", "apart"),
    ("micro", 30, ["shared"], "other", "free"), ("light", 119, ["shared"], "other", "free"),
    ("micro", 30, ["shared", "in-published-controlled"], "other", "barred"),
    ("light", 120, ["shared"], "other", "approval"),
    ("light", 300, ["shared"], "other", "approval"),
    ("light", 301, ["shared"], "other", "barred"),
    ("light", 200, ["shared", "in-published-controlled"], "other", "barred"),
    ("small", 119, ["shared"], "other", "approval"),
    ("small", 300, ["shared"], "other", "approval"),
    ("small", 301, ["shared"], "other", "barred"),
    ("medium", 300, ["shared"], "other", "barred"),
    ("medium", 300, ["shared", "airworthy"], "other", "approval"),
    ("medium", 301, ["shared", "airworthy"], "other", "barred"),
    ("large", 1000, ["shared", "airworthy"], "other", "approval"),
    ("large", 100, ["shared"], "other", "barred"),
    ("medium", 500, ["shared", "state-aircraft", "own-manned"], "other", "approval"),
    ("small", 100, ["shared", "state-aircraft", "own-manned"], "other", "approval"),
    ("light", 100, ["shared", "state-aircraft", "own-manned"], "other", "free"),
    ("medium", 500, ["shared", "state-aircraft"], "other", "barred"),
    ("medium", 20, ["shared", "agricultural", "over-farmland"], "farming", "free"),
    ("light", 20, ["shared", "agricultural", "over-farmland"], "farming", "free"),
  ]

  @Test("Who may share the airspace with manned aircraft", arguments: sharing)
  func shares(
    _ code: String, _ height: Int64, _ flags: [String], _ mission: String, _ answer: String
  ) throws {
    #expect(
      try ask("sharing", flight(code, height: height, flags, mission: mission)) == .choice(answer))
  }

  @Test("Numbers of the clocks")
  func clocks() throws {
    let numbers: [(String, Int64)] = [
      ("application-hour", 12), ("decision-hour", 21), ("urgent-application", 30),
      ("urgent-decision", 10), ("report-ahead", 60), ("closure-ahead", 1440),
      ("urgent-closure-ahead", 30), ("incident-report", 1440),
    ]
    for (name, number) in numbers { #expect(try ask(name, [:]) == .number(Rational(number))) }
  }
}
