import CaseEngine
import CityProfiles
import Commons
import LegalTime
import MeasureKit

/// A procedure in a city: what decisions about its cases rest on. Pure.
public struct CaseSetting: Sendable {
  /// The procedure.
  public let procedure: any Procedure
  /// The city.
  public let profile: CityProfile
  /// Its working days.
  public let calendar: WorkCalendar

  /// A procedure in a city.
  public init(_ procedure: any Procedure, in profile: CityProfile, calendar: WorkCalendar) {
    self.procedure = procedure
    self.profile = profile
    self.calendar = calendar
  }

  /// The case type.
  public var type: CaseType { procedure.type }
  /// The measure's number.
  public var measure: Int { procedure.card.number }
  /// The civil day of a moment in the city.
  public func day(_ moment: Instant) -> CivilDate { moment.date(in: profile.zone) }

  /// In whose name a document issues.
  public func issuer(of document: CaseDocument, _ holder: String?) -> Phrase {
    let city = profile.name
    guard let agency = holder.flatMap(profile.agency) else { return city }
    guard document.isOfGovernment, agency.kind != "district" else { return agency.name }
    return Phrase("\(city.zh)人民政府", en: "People's Government of \(city.en)")
  }
}

/// The dates that follow from a case's clocks: columns that `tequ verify` computes again.
public struct CaseDates: Hashable, Sendable {
  /// When whoever owes the next step must have taken it: the earliest end of the clocks that drive
  /// the stage.
  public let due: Instant?
  /// When the system must look at the case: the earliest end of all running clocks.
  public let wake: Instant?

  /// The dates of a case.
  public init(
    _ type: CaseType, _ status: CaseStatus, _ clocks: CaseClocks, _ calendar: WorkCalendar
  ) {
    let stage = type.stage(of: status)
    let own = type.clocks.filter { $0.drives.contains(stage.id) }
      .compactMap { clocks.end(of: $0.id, calendar) }.min()
    due = stage.isFinal ? nil : own
    // A closed case may still have clocks, such as that of performance.
    wake = clocks.wake(type, status, calendar)
  }
}
