import CityProfiles
import Commons
import LegalTime
import RedFlags
import Rulebook

/// What the law and a city's profile say about the procurement of state firms.
public struct ProcurementRules: Sendable {
  /// Somebody who may be drawn into a committee.
  struct Expert: Hashable, Sendable {
    /// The last word of its parameter: the pool's number, which names nobody.
    let id: String
    /// The field of work.
    let field: String
    /// For whom the expert works: an agency of the city or an organisation's id; it may not bid.
    let employer: String
  }

  /// The city.
  public let profile: CityProfile
  /// The law that is asked.
  public let law: RuleBase
  /// Working days.
  public let calendar: WorkCalendar
  private let section: ProfileSection
  /// The agency that oversees all of it.
  let supervisor: String
  /// The agencies among which alerts are drawn.
  let handlers: [String]
  /// The state firms.
  let firms: [String]
  let experts: [Expert]
  /// How many alerts that the lot put before it may wait at an agency while it handles one; 0 keeps the strict order.
  var window: Int
  /// Indicators of which the city raises no alert, though they are computed: those that its law does not ask for.
  let quiet: Set<String>

  static let cityPeriods = [
    "assign", "handle", "appeal", "review", "step", "chase", "question", "silence",
  ]

  /// The rules of a city; throws ``Problem`` 422 if a parameter is missing or unreadable.
  public init(_ profile: CityProfile, law: RuleBase, calendar: WorkCalendar) throws(Problem) {
    self.profile = profile
    self.law = law
    self.calendar = calendar
    let section = ProfileSection(profile, "procurement")
    self.section = section
    supervisor = section.latest("supervisor")
    handlers = section.list("handlers")
    firms = section.list("firms")
    for (name, agencies) in [
      ("supervisor", [supervisor]), ("handlers", handlers), ("firms", firms),
    ] {
      guard !agencies.isEmpty, agencies.allSatisfy({ profile.agency($0) != nil }) else {
        throw section.missing(name)
      }
    }
    let window = section.latest("window")
    guard let count = Int(window.isEmpty ? "0" : window), count >= 0 else {
      throw section.missing("window")
    }
    self.window = count
    quiet = Set(section.list("quiet"))
    var experts: [Expert] = []
    for (id, parameter) in section.members("expert") {
      let parts = (parameter.series.last?.value ?? "").split(separator: "|").map(String.init)
      guard parts.count == 2 else { throw section.missing("expert.\(id)") }
      experts.append(Expert(id: id, field: parts[0], employer: parts[1]))
    }
    self.experts = experts.sorted { $0.id < $1.id }
    try section.require(periods: ProcurementRules.cityPeriods)
    try requireParameters()
  }

  /// The place whose rules hold.
  var territory: Territory { Territory(profile.code) }

  /// What a firm's own rules say of a method on a day, else the city's: `limit`, the greatest estimate in yuan up to
  /// which the method may be used; `least`, the fewest bids; `days`, the fewest days from documents to opening.
  /// Nil where neither says anything.
  func parameter(
    _ what: String, of method: ProcurementMethod, firm: String, on day: CivilDate
  ) -> (value: Int64, basis: Basis)? {
    let names = ["firm.\(firm).\(method.rawValue).\(what)", "method.\(method.rawValue).\(what)"]
    for name in names {
      // A firm's rule from a later day does not hold before.
      guard let step = section.step(name, on: day), step.from <= day,
        let value = Int64(step.value)
      else { continue }
      return (value, step.basis)
    }
    return nil
  }

  /// Throws 422 unless every such parameter is a whole number of a known method, and of a known firm.
  private func requireParameters() throws(Problem) {
    func check(_ words: [String], _ name: String, _ series: [CityParameter.Step]) throws(Problem) {
      guard words.count == 2, ProcurementMethod(rawValue: words[0]) != nil,
        ["limit", "least", "days"].contains(words[1]),
        series.allSatisfy({ (Int64($0.value) ?? -1) >= 0 })
      else { throw section.missing(name) }
    }
    for method in ProcurementMethod.allCases where method.hasBids && !method.isTendering {
      for what in ["least", "days"]
      where section.latest("method.\(method.rawValue).\(what)").isEmpty {
        throw section.missing("method.\(method.rawValue).\(what)")
      }
    }
    for (id, parameter) in section.members("method") {
      try check(id.split(separator: ".").map(String.init), "method.\(id)", parameter.series)
    }
    for (id, parameter) in section.members("firm") {
      let words = id.split(separator: ".").map(String.init)
      guard let firm = words.first, firms.contains(firm) else {
        throw section.missing("firm.\(id)")
      }
      try check(Array(words.dropFirst()), "firm.\(id)", parameter.series)
    }
  }

  /// A period that the city itself sets.
  func period(_ name: String, on day: CivilDate) throws(Problem) -> Period {
    try section.period(name, on: day)
  }

  /// What the law says, with its reasons.
  func finding(_ name: String, on day: CivilDate) throws(Problem) -> Finding {
    try law.evaluate(
      RuleID("procurement.\(name)"), law.sheet(), asOf: day, in: territory)
  }

  /// A period that the law sets.
  func legal(_ name: String, on day: CivilDate) throws(Problem) -> Period {
    guard case .period(let period) = try finding(name, on: day).outcome else {
      throw section.missing(name)
    }
    return period
  }

  /// A bound that the law sets: a count or a share.
  func bound(_ name: String, on day: CivilDate) throws(Problem) -> Double {
    guard case .number(let value) = try finding(name, on: day).outcome else {
      throw section.missing(name)
    }
    return Double(value.numerator) / Double(value.denominator)
  }

  /// Every flag, with the parameters of the statutory ones taken from the same law that the chain keeps.
  func flagSettings(on day: CivilDate) throws(Problem) -> FlagSettings {
    var settings = FlagSettings.all
    settings.catalogue = .all
    settings.currency = "CNY"
    // The days of R003 are not those of the law (CN02 is): beyond tenders, cities and firms set their own.
    settings.shortPeriod?.methods = ["open", "selective"]
    for (code, parameter, name) in ProcurementRules.shared {
      let value: Double
      if case .period(let period) = try finding(name, on: day).outcome {
        value = Double(period.amount)
      } else {
        value = try bound(name, on: day)
      }
      guard settings.catalogue.set(code, parameter, value) else {
        throw section.missing(name)
      }
    }
    return settings
  }

  /// The parameters of red flags that are values of the law.
  static let shared: [(code: String, parameter: String, name: String)] = [
    ("CN01", "threshold_days", "sale"), ("CN02", "threshold_days", "preparation"),
    ("CN03", "threshold_days", "clarification"), ("CN04", "threshold_days", "objection-answer"),
    ("CN05", "threshold_days", "candidates"), ("CN06", "threshold_days", "candidates-within"),
    ("CN07", "threshold_days", "contract"), ("CN08", "threshold", "bid-bond"),
    ("CN09", "threshold_days", "deposit-return"), ("CN10", "threshold", "performance-bond"),
    ("CN11", "threshold", "least-bidders"), ("CN12", "minimum", "least-evaluators"),
  ]

  /// A firm by its id.
  func firmName(_ id: String) -> Phrase { profile.agency(id)?.name ?? .same(id) }
}
