import CityProfiles
import Commons
import Dormancy
import LegalTime
import MeasureKit
import Rulebook

/// What the law and a city's profile say about dormancy.
public struct DormancyRules: Sendable {
  /// The city.
  public let profile: CityProfile
  /// The law that is asked.
  public let law: RuleBase
  /// Working days.
  public let calendar: WorkCalendar
  private let section: ProfileSection

  /// The rules of a city; throws ``Problem`` 422 if a parameter is missing or unreadable.
  public init(_ profile: CityProfile, law: RuleBase, calendar: WorkCalendar) throws(Problem) {
    self.profile = profile
    self.law = law
    self.calendar = calendar
    section = ProfileSection(profile, "dormancy")
    try section.require(periods: DormancyRules.periodNames)
    guard profile.agency(agency) != nil else { throw section.missing("agency") }
    _ = try savingOfFiling(on: CivilDate(dayNumber: 0))
  }

  /// The place whose rules hold.
  public var territory: Territory { Territory(profile.code) }

  static let periodNames = [
    "finish", "correct", "review", "extension", "objection", "settle", "chase", "remind",
  ]

  /// A period that the city itself sets.
  func period(_ name: String, on day: CivilDate) throws(Problem) -> Period {
    try section.period(name, on: day)
  }

  /// The registration authority.
  var agency: String { section.step("agency", on: CivilDate(dayNumber: 0))?.value ?? "" }

  /// What a filing of taxes that need not be made is assumed to save.
  func savingOfFiling(on day: CivilDate) throws(Problem) -> (amount: Money, basis: Basis) {
    guard let step = section.step("saving-of-filing", on: day), let yuan = Int64(step.value) else {
      throw section.missing("saving-of-filing")
    }
    return (.fen(yuan * 100), step.basis)
  }

  // MARK: Law

  /// How long one may be dormant, by the law of a day.
  func terms(on day: CivilDate) throws(Problem) -> DormancyTerms {
    try DormancyTerms(law, asOf: day, in: territory)
  }

  /// Whether an event is business while dormant, with the reasons.
  func activity(_ kind: DormancyEvent.Kind, on day: CivilDate) throws(Problem) -> Finding {
    try law.evaluate(
      "dormancy.activity", law.sheet(["dormancy.event": .choice(kind.code)]), asOf: day,
      in: territory)
  }

  /// Which kinds of event are business.
  func business(on day: CivilDate) throws(Problem) -> Set<DormancyEvent.Kind> {
    do throws(Problem) {
      return try DormancyTerms.business(law, asOf: day, in: territory)
    } catch {
      // Before the Regulation no rule said what business does to dormancy.
      guard error.slug == "rule-not-in-force" else { throw error }
      return []
    }
  }

  /// Whether prepayment may become quarterly; nil where no notice says so.
  func taxPeriod(_ facts: [FactID: FactValue], on day: CivilDate) throws(Problem) -> Finding? {
    do throws(Problem) {
      return try law.evaluate("dormancy.tax-period", law.sheet(facts), asOf: day, in: territory)
    } catch {
      guard error.slug == "rule-not-in-force" else { throw error }
      return nil
    }
  }
}

/// A unified social credit code (统一社会信用代码).
public enum CreditCode {
  private static let letters = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)

  /// Whether a code has 18 characters of the code's own alphabet with the check character that
  /// GB 32100-2015 gives: weights 3ⁱ mod 31.
  public static func isValid(_ code: String) -> Bool {
    let places = code.utf8.map { letters.firstIndex(of: $0) }
    guard places.count == 18, let check = places[17] else { return false }
    var sum = 0
    var weight = 1
    for place in places.dropLast() {
      guard let place else { return false }
      sum += place * weight
      weight = weight * 3 % 31
    }
    return (31 - sum % 31) % 31 == check
  }

  /// The code whose first 17 characters are these; nil for other characters. For made-up businesses.
  public static func completing(_ body: String) -> String? {
    guard body.utf8.count == 17 else { return nil }
    return letters.lazy.map { body + String(UnicodeScalar($0)) }.first(where: isValid)
  }
}
