import Cities
import CityProfiles
import Commons
import LegalTime
import Rulebook

/// The law as it stands in one city: all packs, and for what no ordinance of the city sets the
/// parameters of its profile.
public enum CityLaw {
  /// The law that the program knows, with the city's own parameters.
  ///
  /// - Throws: ``Problem`` 422 if a parameter is no period.
  public static func base(_ profile: CityProfile) throws(Problem) -> RuleBase {
    try RuleBase(AllLaw.entries.map(\.pack) + [pack(profile)])
  }

  /// The profile whose own parameters count at a place: that of the city in a folder, or of the bundled
  /// city, if the place lies in it or none is named; else nil.
  private static func profile(
    at place: Territory?, folder: DataFolder?
  ) throws -> CityProfile? {
    let profile = try folder.map(RunningCity.profile) ?? BundledCities.shifan()
    let own = Territory(profile.code)
    return place.map(own.contains) ?? (folder != nil) ? profile : nil
  }

  /// The law for a place, with the own parameters of its city.
  ///
  /// - Throws: ``Problem`` if the profile cannot be read.
  public static func base(for place: Territory?, folder: DataFolder?) throws -> RuleBase {
    try profile(at: place, folder: folder).map(base) ?? AllLaw.base()
  }

  /// The packs for a place, those of its city's own parameters last.
  ///
  /// - Throws: ``Problem`` if the profile cannot be read.
  public static func entries(for place: Territory?, folder: DataFolder?) throws -> [AllLaw.Entry] {
    try profile(at: place, folder: folder).map(entries) ?? AllLaw.entries
  }

  /// The packs, the city's own last.
  public static func entries(_ profile: CityProfile) throws(Problem) -> [AllLaw.Entry] {
    let own = try pack(profile)
    guard !own.rules.isEmpty else { return AllLaw.entries }
    let title = Phrase("\(profile.name.zh)的参数", en: "Parameters of \(profile.name.en)")
    return AllLaw.entries + [AllLaw.Entry("city-parameters", title, own)]
  }

  private static let prefix = "requests."

  /// The periods that the profile sets for service requests, as rules of the city; without those that
  /// an ordinance sets there.
  static func pack(_ profile: CityProfile) throws(Problem) -> RulePack {
    let place = Territory(profile.code)
    var parameters: [Parameter] = []
    var rules: [Rule] = []
    for setting in profile.parameters where setting.name.hasPrefix(prefix) {
      let name = "hotline." + setting.name.dropFirst(prefix.count)
      guard !isSet(RuleID(name), in: place) else { continue }
      let values = try values(setting)
      guard let first = values.first else { continue }
      parameters.append(Parameter(ParameterID(name), setting.label, in: place, values))
      rules.append(
        Rule(
          RuleID(name), setting.label, first.citation, from: first.span.from, in: place,
          .period(ParameterID(name))))
    }
    return RulePack(facts: [], parameters: parameters, rules: rules)
  }

  private static func isSet(_ id: RuleID, in place: Territory) -> Bool {
    HotlineRules.pack.rules.contains { rule in
      rule.id == id && rule.territory.map { $0.contains(place) || place.contains($0) } ?? true
    }
  }

  private static func values(_ setting: CityParameter) throws(Problem) -> [Parameter.Value] {
    var values: [Parameter.Value] = []
    for (place, step) in setting.series.enumerated() {
      guard let period = Period(step.value, basis: step.basis) else {
        throw .refused(
          "profile-period",
          Phrase(
            "参数 \(setting.name) 的值“\(step.value)”不是期限（例：5wd、15d、2m）。",
            en: "Parameter \(setting.name): “\(step.value)” is no period (such as 5wd, 15d, 2m)."))
      }
      let citation: Citation
      switch step.basis {
      case .law(let law): citation = law
      case .cityPolicy(let whose): citation = Citation(cityPolicy: whose)
      }
      let next = setting.series.dropFirst(place + 1).first
      values.append(
        Parameter.Value(
          from: step.from, to: next?.from,
          .period(period.amount, period.unit, rollsOver: period.rollsOver), citation))
    }
    return values
  }
}
