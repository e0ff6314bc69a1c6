import CaseEngine
import CityProfiles
import Commons
import LegalTime
import MeasureKit
import Rulebook

/// A procedure in a city: what decisions about its cases rest on. Pure.
public struct CaseSetting: Sendable {
  /// The procedure.
  public let procedure: any Procedure
  /// The city.
  public let profile: CityProfile
  /// Its working days.
  public let calendar: WorkCalendar
  /// What the city may do under its adopted measures.
  public let adoptions: Adoptions

  /// A procedure in a city.
  ///
  /// - Throws: ``Problem`` 422 if the rules on adoption are wrong.
  public init(
    _ procedure: any Procedure, in profile: CityProfile, calendar: WorkCalendar
  ) throws(Problem) {
    self.procedure = procedure
    self.profile = profile
    self.calendar = calendar
    adoptions = try Adoptions(profile)
  }

  /// What is said with a command. Where the city confines the measure to some districts, whoever opens
  /// a case is also asked in which district the matter lies: nobody could tell otherwise whether it may
  /// begin.
  public func fields(of command: CommandID) -> [CaseField] {
    let own = procedure.fields(of: command)
    // A procedure that asks for the district itself asks once.
    guard isOpening(command), !pilotDistricts.isEmpty,
      !own.contains(where: { $0.name == CaseSetting.district })
    else { return own }
    let choices = profile.districts.map { CaseField.Choice($0.id, $0.name) }
    return own + [
      CaseField(
        CaseSetting.district, Phrase("所在区", en: "District"),
        hint: Phrase("本举措只在部分区试行。", en: "This measure is tried in some districts only."),
        .choice(choices), keeping: .open, .law(AdoptionScope.byStages))
    ]
  }

  /// The name of the field and fact that says in which district a matter lies.
  static let district = "district"

  private func isOpening(_ command: CommandID) -> Bool {
    type.transitions.contains { $0.isOpening && $0.command == command }
  }

  private var pilotDistricts: [String] { adoptions[measure]?.stage?.districts ?? [] }

  /// Throws unless a case may be opened by a command on a day, wherever it lies.
  ///
  /// - Throws: ``Problem`` 422 that says what the city has not adopted or switched on, and what it takes.
  public func requireOpen(_ command: CommandID, on day: CivilDate) throws(Problem) {
    try adoptions.require(measure, function: procedure.function(of: command), on: day)
  }

  /// Throws unless the case that a draft opens may begin at its place.
  func requireOpen(_ draft: CaseDraft, on day: CivilDate) throws(Problem) {
    try adoptions.require(
      measure, function: procedure.function(of: draft.command), on: day,
      at: Adoptions.Place(
        district: draft.facts.string(CaseSetting.district), agency: draft.agency))
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
