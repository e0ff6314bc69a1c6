import CaseWork
import Commons
import Rulebook

/// What the law asks of a flight, and what of it is not on file: pure, from facts alone.
struct FlightNeeds: Sendable {
  /// Facts of the registers, as they are valid on the day of the flight.
  struct Party: Sendable {
    var operators: CaseFacts
    var aircraft: [CaseFacts]
    var pilots: [CaseFacts]
    /// Whether a valid policy covers each aircraft, in the order of ``aircraft``.
    var insured: [Bool]
  }

  /// Whether an application is needed, for the heaviest case among the aircraft.
  private(set) var isApplicationNeeded = false
  /// Whether the flight is confirmed before take-off.
  private(set) var isConfirmationNeeded = false
  /// Who decides: sector, area, national.
  private(set) var level = "sector"
  /// Whether it shares the airspace with manned aircraft (art. 22): apart, free, approval or barred.
  private(set) var sharing = "apart"
  /// All answers with their reasons.
  private(set) var findings: [Finding] = []
  /// What is missing, each with the field of the application that it belongs to.
  private(set) var missing: [Problem.Field] = []
  private(set) var because: [Basis] = []

  private let rules: FlightRules
  private let day: CivilDate

  /// What is asked of a flight of some aircraft; `flight` are the facts of the flight itself.
  init(
    _ party: Party, _ flight: [FactID: FactValue], _ rules: FlightRules, on day: CivilDate
  ) throws(Problem) {
    self.rules = rules
    self.day = day
    for (place, aircraft) in party.aircraft.enumerated() {
      var facts = flight
      facts["uas.class"] = .choice(aircraft.string("class") ?? "medium")
      facts["uas.takeoff-grams"] = .count(aircraft.integer("takeoff-grams") ?? 0)
      facts["uas.airworthy"] = .truth(aircraft.string("airworthiness") != nil)
      facts["uas.agricultural"] = .truth(aircraft.flag("agricultural"))
      facts["uas.cannot-identify"] = .truth(aircraft.flag("cannot-identify"))
      facts["uas.organisation"] = .truth(party.operators.text("form") != "person")
      facts["uas.commercial"] = .truth(party.operators.flag("commercial"))
      try ask(facts, party, place)
    }
  }

  /// The answer to a question about some facts, kept with its reasons.
  private mutating func yes(_ name: String, _ facts: [FactID: FactValue]) throws(Problem) -> Bool {
    let finding = try rules.finding(name, facts, on: day)
    findings.append(finding)
    return finding.outcome == .truth(true)
  }

  private mutating func lacks(_ field: String, _ zh: String, _ en: String, _ basis: Basis) {
    let found = Problem.Field(field, Phrase(zh, en: en))
    if !missing.contains(found) { missing.append(found) }
    if !because.contains(basis) { because.append(basis) }
  }

  private mutating func ask(
    _ facts: [FactID: FactValue], _ party: Party, _ place: Int
  ) throws(Problem) {
    if try yes("application-needed", facts) { isApplicationNeeded = true }
    if try yes("confirmation-needed", facts) { isConfirmationNeeded = true }
    let decided = try rules.finding("level", facts, on: day)
    findings.append(decided)
    if case .choice(let code) = decided.outcome { level = code }
    try share(facts)
    let aircraft = party.aircraft[place]
    let code = aircraft.text("class")
    if try yes("airworthiness-needed", facts), aircraft.string("airworthiness") == nil {
      lacks(
        "aircraft", "中型、大型航空器须取得适航许可。", "Medium and large aircraft need an airworthiness approval.",
        FlightBasis.regulation(8, 1))
    }
    if try yes("certificate-needed", facts) {
      let through = party.operators.date("certificate-through")
      if party.operators.string("certificate") == nil || through.map({ $0 < day }) ?? true {
        lacks(
          "operator", "缺少在飞行日有效的运营合格证。",
          "No operating certificate is valid on the day of the flight.",
          FlightBasis.regulation(11, 1))
      }
    }
    if try yes("insurance-needed", facts), !party.insured[place] {
      lacks(
        "aircraft", "缺少在飞行日有效的责任保险。", "No liability insurance is valid on the day of the flight.",
        FlightBasis.regulation(12))
    }
    try askPilots(facts, party.pilots, code)
  }

  /// Article 22, for the strictest answer among the aircraft. What needs an approval is applied for, even where
  /// article 31 exempts the flight itself.
  private mutating func share(_ facts: [FactID: FactValue]) throws(Problem) {
    let finding = try rules.finding("sharing", facts, on: day)
    findings.append(finding)
    guard case .choice(let code) = finding.outcome else { return }
    let order = ["apart", "free", "approval", "barred"]
    if order.firstIndex(of: code) ?? 0 > order.firstIndex(of: sharing) ?? 0 { sharing = code }
    if code == "approval" { (isApplicationNeeded, isConfirmationNeeded) = (true, true) }
    if code == "barred" {
      lacks(
        "shared", "此航空器在此高度、空域不得与有人驾驶航空器融合飞行。",
        "This aircraft may not share this airspace with manned aircraft at this height.",
        FlightBasis.regulation(22, 1))
    }
  }

  private mutating func askPilots(
    _ facts: [FactID: FactValue], _ pilots: [CaseFacts], _ code: String
  ) throws(Problem) {
    func any(_ paper: String) -> Bool { pilots.contains { $0.list("papers").contains(paper) } }
    if try yes("licence-needed", facts), !any(code) {
      lacks(
        "pilots", "没有操控员持有相应类别的执照。", "No pilot holds a licence for this class.",
        FlightBasis.regulation(16, 1))
    }
    if try yes("farm-certificate-needed", facts),
      !(any("farming") || any("small") || any("medium") || any("large"))
    {
      lacks(
        "pilots", "没有操控人员持有农用操作证书。", "No pilot holds the certificate for agricultural work.",
        FlightBasis.regulation(16, 2))
    }
    if try yes("training-needed", facts), !(any("training") || any("small")) {
      lacks(
        "pilots", "在管制空域操控轻型的人员须经培训合格。",
        "In controlled airspace the pilot of a light aircraft is trained.",
        FlightBasis.regulation(17, 3))
    }
    if try yes("adult-needed", facts), pilots.contains(where: { $0.text("capacity") != "full" }) {
      lacks(
        "pilots", "操控人员须具有完全民事行为能力。", "Pilots have full legal capacity.",
        FlightBasis.regulation(code == "light" ? 17 : 16, code == "light" ? 3 : 1))
    }
  }
}
