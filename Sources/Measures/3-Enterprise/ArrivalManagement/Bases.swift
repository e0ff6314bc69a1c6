import Commons

/// What the measure rests on; what was not compared with an official text says so.
enum ArrivalBasis {
  /// The notice from which the measure comes.
  static let notice = Basis.law(
    Citation("关于再次推广借鉴深圳综合改革试点创新举措和典型经验的通知", edition: "发改体改〔2023〕1447号"))
  /// The city's own arrangement.
  static let city = Basis.cityPolicy(
    Phrase("机场进场管理规则（城市参数）", en: "rules for arrivals (city parameter)"))
  /// Days on which aeronautical information takes effect, 28 days apart.
  static let airac = Basis.law(Citation("ICAO Annex 15", edition: "16", verified: false))
  /// The rules by which coordinators give slots away.
  static let slots = Basis.law(
    Citation("Worldwide Airport Slot Guidelines", edition: "WASG", verified: false))
}

/// The days on which aeronautical information takes effect: every 28 days, counted from 25 January 2024
/// (AIRAC 2401; unverified).
enum Airac {
  private static let first = CivilDate(year: 2024, month: 1, day: 25) ?? CivilDate(dayNumber: 0)

  /// Whether it is such a day.
  static func isEffective(_ day: CivilDate) -> Bool { first.days(to: day).modulo(28) == 0 }

  /// The first such day that is not before a day.
  static func onOrAfter(_ day: CivilDate) -> CivilDate {
    day.adding(days: (-first.days(to: day)).modulo(28))
  }
}
