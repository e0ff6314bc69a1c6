import CaseEngine
import CityProfiles
import Commons
import LegalTime
import MeasureKit

/// What a city's profile says about service requests: its catalogue, its agencies, how long each
/// step may take on which day.
public struct RequestRules: Sendable {
  /// The city.
  public let profile: CityProfile
  /// Its working days.
  public let calendar: WorkCalendar
  /// What the city may do under its adopted measures.
  let adoptions: Adoptions
  /// By how much a clock is extended, and how long it runs: one dated series for each parameter.
  private let periods: [ClockID: [(from: CivilDate, period: Period)]]

  /// The rules of a city; throws ``Problem`` 422 if a period is missing or unreadable.
  public init(_ profile: CityProfile, calendar: WorkCalendar) throws {
    self.profile = profile
    self.calendar = calendar
    adoptions = try Adoptions(profile)
    var periods: [ClockID: [(from: CivilDate, period: Period)]] = [:]
    for parameter in profile.parameters where parameter.name.hasPrefix(RequestRules.prefix) {
      let name = ClockID(String(parameter.name.dropFirst(RequestRules.prefix.count)))
      periods[name] = try parameter.series.map { step in
        guard let period = Period(step.value, rollsOver: true, basis: step.basis) else {
          throw Problem.refused(
            "profile-period",
            Phrase(
              "参数 \(parameter.name) 的值“\(step.value)”不是期限（例：5wd、15d、2m）。",
              en:
                "Parameter \(parameter.name): “\(step.value)” is no period (such as 5wd, 15d, 2m).")
          )
        }
        return (from: step.from, period: period)
      }
    }
    self.periods = periods
    for name in ServiceRequestCases.request.clocks.map(\.id) + [.extend] where periods[name] == nil
    {
      throw RequestRules.missing(name)
    }
  }

  static let prefix = "requests."
  static let extensionName = "requests.extend"

  private static func missing(_ name: ClockID) -> Problem {
    let parameter = prefix + name.text
    return .refused(
      "profile-period",
      Phrase("城市档案缺少参数 \(parameter)。", en: "The city profile lacks the parameter \(parameter)."))
  }

  /// The civil day of a moment in the city.
  public func day(_ moment: Instant) -> CivilDate { moment.date(in: profile.zone) }

  /// The item with this id; throws 422 if the catalogue has none.
  public func item(_ id: String) throws(Problem) -> CatalogueItem {
    guard let item = profile.item(id) else {
      throw .invalid([
        Problem.Field("item", Phrase("事项目录中没有“\(id)”。", en: "There is no item “\(id)”."))
      ])
    }
    return item
  }

  /// Throws 422 unless the profile has this agency.
  @discardableResult
  public func agency(_ id: String) throws(Problem) -> String {
    guard profile.agency(id) != nil else {
      throw .invalid([
        Problem.Field("agency", Phrase("没有承办单位“\(id)”。", en: "There is no agency “\(id)”."))
      ])
    }
    return id
  }

  /// How long each clock of a request about an item runs if it starts on a day. An item with a
  /// period of its own is handled within that.
  public func periods(_ item: String, on moment: Instant) -> ClockPeriods {
    let day = day(moment)
    return ClockPeriods(
      period: { clock in
        if clock == .handle, let own = try self.item(item).handlePeriod,
          let period = Period(own, rollsOver: true, basis: HotlineLaw.city)
        {
          return period
        }
        return try period(clock, on: day)
      },
      extension: { _ in try period(.extend, on: day) })
  }

  private func period(_ name: ClockID, on day: CivilDate) throws -> Period {
    guard let series = periods[name], let first = series.first else {
      throw RequestRules.missing(name)
    }
    // A request from before the first published value is measured by the first one.
    return (series.last { $0.from <= day } ?? first).period
  }

  /// Checks what was told; throws 422 with every field at fault.
  func check(_ intake: Intake) throws(Problem) -> CatalogueItem {
    var fields: [Problem.Field] = []
    func expect(_ holds: Bool, _ field: String, _ message: Phrase) {
      if !holds { fields.append(Problem.Field(field, message)) }
    }
    func limit(_ text: String, _ field: String, _ maximum: Int) {
      let count = text.codePoints
      expect(
        count <= maximum, field,
        Phrase(
          "最多 \(maximum) 字，现为 \(count) 字。",
          en: "At most \(maximum) characters; there are \(count)."))
    }
    let item = profile.item(intake.item)
    expect(
      item != nil, "item",
      Phrase("请从事项目录中选择一项。", en: "Choose an item from the catalogue."))
    expect(
      intake.title.contains { !$0.isWhitespace }, "title",
      Phrase("请用一句话写明标题。", en: "Give a title, in one line."))
    expect(
      intake.text.contains { !$0.isWhitespace }, "text",
      Phrase("请写明诉求内容。", en: "Describe what it is about."))
    limit(intake.title, "title", Intake.titleLimit)
    limit(intake.text, "text", Intake.textLimit)
    limit(intake.address, "address", 200)
    limit(intake.name, "name", 60)
    limit(intake.phone, "phone", 30)
    limit(intake.email, "email", 120)
    expect(
      profile.channel(intake.channel) != nil, "channel",
      Phrase("没有渠道“\(intake.channel)”。", en: "There is no channel “\(intake.channel)”."))
    expect(
      // Other systems know addresses, not this city's districts.
      profile.district(intake.district) != nil
        || (intake.district.isEmpty && profile.channel(intake.channel)?.kind == "interface"),
      "district",
      Phrase("请选择所在区。", en: "Choose the district."))
    expect(
      (intake.latitudeE6 == nil) == (intake.longitudeE6 == nil)
        && abs(intake.latitudeE6 ?? 0) <= 90_000_000
        && abs(intake.longitudeE6 ?? 0) <= 180_000_000,
      "location",
      Phrase(
        "经纬度须成对填写，纬度 −90 至 90，经度 −180 至 180。",
        en: "Give both latitude (−90 to 90) and longitude (−180 to 180)."))
    expect(
      intake.attachments.count <= Intake.fileLimit, "files",
      Phrase("最多 \(Intake.fileLimit) 个附件。", en: "At most \(Intake.fileLimit) files."))
    guard fields.isEmpty, let item else { throw .invalid(fields) }
    return item
  }
}
