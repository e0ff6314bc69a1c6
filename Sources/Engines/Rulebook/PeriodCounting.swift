import Commons
import LegalTime

/// By which law a period is counted.
public enum CountingLaw: String, Hashable, Sendable, CaseIterable {
  /// The Civil Code, wherever no other law speaks (art. 204).
  case civilCode = "civil-code"
  /// The Civil Procedure Law; months and years, on which it is silent, by the Civil Code.
  case civilProcedure = "civil-procedure"

  /// Where the rules of counting stand on a day. Editions before the present ones were not compared.
  public func places(on day: CivilDate) -> CountingPlaces {
    let civil = CountingLaw.current(CountingLaw.civil, day)
    guard self == .civilProcedure else { return civil }
    let own = CountingLaw.current(CountingLaw.procedural, day)
    return CountingPlaces(
      start: own.start, correspondingDay: civil.correspondingDay, rollOver: own.rollOver)
  }

  private typealias Edition = (from: CivilDate, places: CountingPlaces)

  private static func current(_ editions: [Edition], _ day: CivilDate) -> CountingPlaces {
    (editions.last { $0.from <= day } ?? editions[0]).places
  }

  private static let civil: [Edition] = [
    (
      CivilDate(dayNumber: 6209),
      CountingPlaces("民法通则", "1986-04-12", (154, 2), (154, 2), (154, 3), verified: false)
    ),
    (
      CivilDate(dayNumber: 17_440),
      CountingPlaces("民法总则", "2017-03-15", (201, 1), (202, nil), (203, 1), verified: false)
    ),
    (
      CivilDate(dayNumber: 18_628),
      CountingPlaces("民法典", "2020-05-28", (201, 1), (202, nil), (203, 1))
    ),
  ]

  private static let procedural: [Edition] = [
    (CivilDate(dayNumber: 7768), procedure("1991-04-09", 75, verified: false)),
    (CivilDate(dayNumber: 15_706), procedure("2012-08-31", 82, verified: false)),
    (CivilDate(dayNumber: 18_993), procedure("2021-12-24", 85, verified: false)),
    (CivilDate(dayNumber: 19_723), procedure("2023-09-01", 85, verified: true)),
  ]

  private static func procedure(
    _ edition: String, _ article: Int, verified: Bool
  ) -> CountingPlaces {
    CountingPlaces(
      "民事诉讼法", edition, (article, 2), (article, 2), (article, 3), verified: verified)
  }

  static var json: JSONValue {
    .array(
      [civil, procedural].map { editions in
        .array(editions.map { [.string($0.from.description), $0.places.json] })
      })
  }
}

/// Where the law says how a period is counted.
public struct CountingPlaces: Hashable, Sendable {
  /// That the day of the event does not count.
  public let start: Citation
  /// That months and years end on the corresponding day.
  public let correspondingDay: Citation
  /// That a last day which is a day off moves to the next working day.
  public let rollOver: Citation

  init(start: Citation, correspondingDay: Citation, rollOver: Citation) {
    self.start = start
    self.correspondingDay = correspondingDay
    self.rollOver = rollOver
  }

  fileprivate init(
    _ instrument: String, _ edition: String, _ start: (Int, Int?), _ day: (Int, Int?),
    _ rollOver: (Int, Int?), verified: Bool = true
  ) {
    func place(_ number: (Int, Int?)) -> Citation {
      Citation(
        instrument, edition: edition, article: number.0, paragraph: number.1, verified: verified)
    }
    self.init(start: place(start), correspondingDay: place(day), rollOver: place(rollOver))
  }

  fileprivate var json: JSONValue { .array([start, correspondingDay, rollOver].map(\.json)) }
}

extension Rule {
  /// Where the counting of the period that it gives stands on a day; nil if it gives none.
  public func countingPlaces(on day: CivilDate) -> [Citation]? {
    switch answer {
    case .value, .truth, .choice: return nil
    case .period, .designated:
      let places = counting.places(on: day)
      return [places.start, places.correspondingDay, places.rollOver]
    }
  }
}

/// A period that a rule gives, counted from a day: its last day, and each step of the counting.
public struct DatedFinding: Hashable, Sendable {
  /// The period with its reasons.
  public let finding: Finding
  /// The day of the event from which it runs.
  public let start: CivilDate
  /// The last day, provisional where it rests on a year whose days off are not announced.
  public let due: DueDate
  /// How the last day was found.
  public let counting: [Reason]

  /// The last day, the period and all reasons, one a line.
  public func explanation(_ language: Language) -> String {
    let mark = due.isProvisional ? Phrase("（暂定）", en: " (provisional)") : .same("")
    let head = Phrase(
      "最后一日：\(due.date)\(mark.zh)", en: "Last day: \(due.date)\(mark.en)")
    return
      ([head[language], finding.explanation(language)]
      + counting.flatMap { $0.lines(language, depth: 0) }).joined(separator: "\n")
  }

  /// As data: the finding's members, and the last day with its counting.
  public var json: JSONValue {
    guard case .object(var members) = finding.json else { return finding.json }
    members["start"] = .string(start.description)
    members["last_day"] = .string(due.date.description)
    members["provisional"] = .bool(due.isProvisional)
    members["counting"] = .array(counting.map(\.json))
    return .object(members)
  }
}

extension OpenRule {
  /// The last day of the period that the rule gives for these facts, counted from the day of an
  /// event; nil if it gives no period.
  ///
  /// - Throws: ``Problem`` 422 as ``finding(_:)`` does.
  public func dated(
    _ facts: FactSheet, from start: CivilDate, under calendar: WorkCalendar
  ) throws(Problem) -> DatedFinding? {
    let finding = try finding(facts)
    guard case .period(let period) = finding.outcome else { return nil }
    let deciding = try rule(deciding: facts)
    let counting = deciding.counting.places(on: asOf)
    if deciding.isBackwards {
      let latest = calendar.latest(period, before: start)
      return DatedFinding(
        finding: finding, start: start, due: latest,
        counting: CountingSteps(
          period: period, start: start, counting: counting, calendar: calendar
        ).backwards(latest))
    }
    let due = calendar.due(period, from: start)
    return DatedFinding(
      finding: finding, start: start, due: due,
      counting: CountingSteps(period: period, start: start, counting: counting, calendar: calendar)
        .reasons(due))
  }
}

private struct CountingSteps {
  let period: Period
  let start: CivilDate
  let counting: CountingPlaces
  let calendar: WorkCalendar

  func reasons(_ due: DueDate) -> [Reason] {
    let nominal = calendar.due(period.amount, period.unit, rollsOver: false, from: start).date
    var steps = [first, end(nominal)]
    if nominal < due.date {
      let off = off(nominal)
      steps.append(
        Reason(
          .counting,
          Phrase(
            "\(nominal)是\(off.zh)，顺延至\(due.date)",
            en: "\(nominal) is \(off.en): moved to \(due.date)"), counting.rollOver))
    } else if !period.rollsOver {
      steps.append(
        Reason(.counting, Phrase("最后一日不顺延", en: "The last day does not move")))
    }
    if due.isProvisional {
      steps.append(provisional)
    }
    return steps
  }

  /// The steps of counting back from a day.
  func backwards(_ latest: DueDate) -> [Reason] {
    var steps = [
      Reason(
        .counting,
        Phrase(
          "\(start)当日不计入，自前一日往前数",
          en: "\(start) itself does not count; counted back from the day before"),
        counting.start),
      Reason(
        .counting,
        Phrase(
          "往前\(period.phrase.zh)，最迟为\(latest.date)；遇放假日再提前",
          en: "\(period.phrase.en) back: \(latest.date) at the latest; a day off moves back")),
    ]
    if latest.isProvisional {
      steps.append(provisional)
    }
    return steps
  }

  private var provisional: Reason {
    Reason(
      .counting,
      Phrase(
        "所涉年份的放假安排尚未公布，结果为暂定",
        en: "The days off of a year concerned are not announced yet: provisional"))
  }

  private var first: Reason {
    Reason(
      .counting,
      Phrase(
        "\(start)当日不计入，自\(start.adding(days: 1))起算",
        en: "\(start) itself does not count; the period runs from \(start.adding(days: 1))"),
      counting.start)
  }

  private func end(_ nominal: CivilDate) -> Reason {
    switch period.unit {
    case .days:
      return Reason(
        .counting,
        Phrase(
          "\(period.phrase.zh)届满于\(nominal)", en: "\(period.phrase.en) end on \(nominal)"))
    case .workingDays:
      return Reason(
        .counting,
        Phrase(
          "只计工作日（依国务院放假安排），\(period.phrase.zh)届满于\(nominal)",
          en: "Working days alone count (as the State Council announces days off): "
            + "\(period.phrase.en) end on \(nominal)"))
    case .months, .years:
      let hasDay = nominal.day == start.day
      return Reason(
        .counting,
        hasDay
          ? Phrase(
            "\(period.phrase.zh)届满于对应日\(nominal)",
            en: "\(period.phrase.en) end on the corresponding day, \(nominal)")
          : Phrase(
            "\(period.phrase.zh)届满之月没有对应日，届满于月末\(nominal)",
            en:
              "\(period.phrase.en) end in a month without the corresponding day: on its last, \(nominal)"
          ), counting.correspondingDay)
    }
  }

  private func off(_ day: CivilDate) -> Phrase {
    if case .holiday(let name) = calendar.kind(of: day) {
      return Phrase("放假日（\(name)）", en: "a day off (\(name))")
    }
    return day.weekday == 6 ? Phrase("星期六", en: "a Saturday") : Phrase("星期日", en: "a Sunday")
  }
}
