import Commons
import LegalTime

/// The parameters of a city's profile that belong to one measure: those whose names begin with its
/// prefix and a full stop.
public struct ProfileSection: Sendable {
  private let profile: CityProfile
  private let prefix: String

  /// The parameters `prefix.…` of a profile.
  public init(_ profile: CityProfile, _ prefix: String) {
    self.profile = profile
    self.prefix = prefix
  }

  /// The value of a day with what it rests on; before the first value's day that one. nil if there is none.
  public func step(_ name: String, on day: CivilDate) -> CityParameter.Step? {
    let series = profile.parameters.first { $0.name == "\(prefix).\(name)" }?.series
    return series?.last { $0.from <= day } ?? series?.first
  }

  /// The latest value; empty if there is none.
  public func latest(_ name: String) -> String {
    profile.parameters.first { $0.name == "\(prefix).\(name)" }?.series.last?.value ?? ""
  }

  /// The latest value as a list parted by `|`.
  public func list(_ name: String) -> [String] {
    latest(name).split(separator: "|").map(String.init)
  }

  /// All parameters below a name, in the profile's order: the rest of the name, and the parameter.
  public func members(_ name: String) -> [(id: String, parameter: CityParameter)] {
    let whole = "\(prefix).\(name)."
    return profile.parameters.filter { $0.name.hasPrefix(whole) }.map {
      (id: String($0.name.dropFirst(whole.count)), parameter: $0)
    }
  }

  /// A period that the city itself sets; one from before the first value is measured by that.
  ///
  /// - Throws: ``Problem`` 422 if the profile lacks it or it is no period.
  public func period(_ name: String, on day: CivilDate) throws(Problem) -> Period {
    guard let step = step(name, on: day),
      let period = Period(step.value, rollsOver: true, basis: step.basis)
    else { throw missing(name) }
    return period
  }

  /// Throws 422 unless the profile has all of these periods, each readable at any day.
  public func require(periods names: [String]) throws(Problem) {
    for name in names { _ = try period(name, on: CivilDate(dayNumber: 0)) }
  }

  /// What is said of a parameter that is not there or cannot be read: 422.
  public func missing(_ name: String) -> Problem {
    .refused(
      "profile-period",
      Phrase(
        "城市档案缺少参数 \(prefix).\(name)，或其值无法读取。",
        en: "The city profile lacks the parameter \(prefix).\(name), or it cannot be read."))
  }
}
