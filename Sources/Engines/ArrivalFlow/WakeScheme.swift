import Commons

/// What of an aircraft type decides its wake category.
public struct AircraftType: Hashable, Sendable {
  /// The ICAO designator (Doc 8643), such as A320.
  public let designator: String
  /// Maximum certificated take-off mass in kilograms.
  public let mass_kg: Int
  /// Wing span in centimetres.
  public let span_cm: Int

  /// A type.
  public init(_ designator: String, mass_kg: Int, span_cm: Int) {
    self.designator = designator
    self.mass_kg = mass_kg
    self.span_cm = span_cm
  }
}

/// A wake turbulence category and who belongs to it. The first category of a scheme that fits counts.
public struct WakeCategory: Hashable, Sendable {
  /// The letter in the scheme.
  public let code: String
  /// At least this mass.
  public let mass_kg: Int
  /// At least this span.
  public let span_cm: Int

  /// A category by its least mass and span.
  public init(_ code: String, mass_kg: Int = 0, span_cm: Int = 0) {
    self.code = code
    self.mass_kg = mass_kg
    self.span_cm = span_cm
  }
}

/// Wake separation minima on one runway, as in force from a day on.
public struct WakeScheme: Hashable, Sendable {
  /// Its name in data: `icao`, `ccar-93`, `recat-cn`, `recat-eu`.
  public let id: String
  /// Its name for people.
  public let name: Phrase
  /// The first day; the day itself is as little verified as the citation.
  public let from: CivilDate
  /// Where it stands. None of the official texts could be read here, so all are marked unverified.
  public let citation: Citation
  /// The categories, heaviest first.
  public let categories: [WakeCategory]
  /// Types whose category is not computed: designator to code.
  public let exceptions: [String: String]
  /// Types that count as another category while they lead.
  public let leadingExceptions: [String: String]
  /// Metres from leader (row) to follower (column) on approach; 0 where only the radar minimum holds.
  let approach: [[Int]]
  /// Seconds from leader to follower after take-off; 0 where no wake minimum holds.
  let departure: [[Int]]

  /// The category of a type.
  public func category(of type: AircraftType) -> String {
    if let code = exceptions[type.designator] { return code }
    return categories.first { type.mass_kg >= $0.mass_kg && type.span_cm >= $0.span_cm }?.code
      ?? categories[categories.count - 1].code
  }

  /// The least distance on approach between two types, in metres; nil where only the radar minimum
  /// holds.
  public func approach_m(_ leader: AircraftType, _ follower: AircraftType) -> Int? {
    minimum(approach, leader, follower)
  }

  /// The least time between two take-offs, in seconds; nil where no wake minimum holds.
  public func departure_s(_ leader: AircraftType, _ follower: AircraftType) -> Int? {
    minimum(departure, leader, follower)
  }

  private func minimum(
    _ table: [[Int]], _ leader: AircraftType, _ follower: AircraftType
  ) -> Int? {
    let first = leadingExceptions[leader.designator] ?? category(of: leader)
    let second = category(of: follower)
    guard let row = categories.firstIndex(where: { $0.code == first }),
      let column = categories.firstIndex(where: { $0.code == second }), table[row][column] > 0
    else { return nil }
    return table[row][column]
  }

  /// The minima by category: leader, follower, metres.
  public var approachTable: [(leader: String, follower: String, metres: Int)] {
    categories.indices.flatMap { row in
      categories.indices.filter { approach[row][$0] > 0 }.map {
        (categories[row].code, categories[$0].code, approach[row][$0])
      }
    }
  }
}

extension WakeScheme {
  /// The schemes that are known, by name and day.
  public static let all: [WakeScheme] = [icao, icao2020, ccar93, recatCN, recatEU]

  /// The scheme of this name in force on a day.
  ///
  /// - Throws: ``Problem`` 404 if there is none, 422 if it was not yet in force.
  public static func named(_ id: String, on day: CivilDate) throws(Problem) -> WakeScheme {
    let known = all.filter { $0.id == id }
    guard let first = known.first else {
      let names = Set(all.map(\.id)).sorted()
      throw .notFound(
        Phrase(
          "没有尾流间隔标准“\(id)”；可用：\(names.joined(separator: "、"))。",
          en: "There is no wake scheme “\(id)”; there are \(names.joined(separator: ", "))."))
    }
    guard let scheme = known.last(where: { $0.from <= day }) else {
      throw .refused(
        "not-in-force",
        Phrase(
          "“\(id)”自\(first.from)起施行，\(day)尚未施行。",
          en: "“\(id)” is in force from \(first.from), not yet on \(day)."),
        because: [.law(first.citation)])
    }
    return scheme
  }

  private static func day(_ year: Int, _ month: Int, _ day: Int) -> CivilDate {
    CivilDate(year: year, month: month, day: day) ?? CivilDate(dayNumber: 0)
  }

  private static func nauticalMiles(_ rows: [[Int]]) -> [[Int]] {
    rows.map { $0.map { $0 * 1852 } }
  }

  // Mass alone does not tell the A380 from other heavies; its span does, as in RECAT-CN.
  private static let legacyCategories = [
    WakeCategory("J", mass_kg: 136_000, span_cm: 7500), WakeCategory("H", mass_kg: 136_000),
    WakeCategory("M", mass_kg: 7001), WakeCategory("L"),
  ]

  private static let legacyDeparture = [
    [0, 120, 180, 180], [0, 0, 120, 120], [0, 0, 0, 120], [0, 0, 0, 0],
  ]

  /// ICAO Doc 4444 with the A380 as a category of its own: J→H/M/L 6/7/8 NM, H→H/M/L 4/5/6, M→L 5.
  static let icao = WakeScheme(
    id: "icao", name: Phrase("国际民航组织传统尾流间隔", en: "ICAO legacy wake separation"),
    from: day(2016, 11, 10),
    citation: Citation("ICAO Doc 4444 PANS-ATM", edition: "16", verified: false),
    categories: legacyCategories, exceptions: [:], leadingExceptions: [:],
    approach: nauticalMiles([[0, 6, 7, 8], [0, 4, 5, 6], [0, 0, 0, 5], [0, 0, 0, 0]]),
    departure: legacyDeparture)

  /// The same from the day on which Amendment 9 applies: category J of its own right, J→H 5 NM. That the
  /// amendment applies from this day is in aeronautical circulars (Saudi Arabia AIC 07/2020; UK CAP 493
  /// SI 2020/04); the figures were found in copies only.
  static let icao2020 = WakeScheme(
    id: "icao", name: icao.name, from: day(2020, 11, 5),
    citation: Citation("ICAO Doc 4444 PANS-ATM", edition: "16, Amendment 9", verified: false),
    categories: legacyCategories, exceptions: [:], leadingExceptions: [:],
    approach: nauticalMiles([[0, 5, 7, 8], [0, 4, 5, 6], [0, 0, 0, 5], [0, 0, 0, 0]]),
    departure: legacyDeparture)

  /// China's radar minima before re-categorisation; the Boeing 757 counts as heavy while it leads.
  static let ccar93 = WakeScheme(
    id: "ccar-93", name: Phrase("民航传统尾流间隔", en: "China's legacy wake separation"),
    from: day(2018, 5, 1),
    citation: Citation("民用航空空中交通管理规则", edition: "CCAR-93TM", verified: false),
    categories: legacyCategories, exceptions: [:],
    leadingExceptions: ["B752": "H", "B753": "H"],
    approach: [
      [0, 11_100, 13_000, 14_800], [0, 7400, 9300, 11_100], [0, 0, 0, 9300], [0, 0, 0, 0],
    ], departure: legacyDeparture)

  /// China's re-categorised minima. No table of take-off times was found; the legacy times are kept.
  static let recatCN = WakeScheme(
    id: "recat-cn", name: Phrase("中国重新分类尾流间隔", en: "RECAT-CN wake separation"),
    from: day(2019, 12, 5),
    citation: Citation("民用航空空中交通管理规则", edition: "CCAR-93TM-R6", verified: false),
    categories: [
      WakeCategory("J", mass_kg: 136_000, span_cm: 7500),
      WakeCategory("B", mass_kg: 136_000, span_cm: 5400), WakeCategory("C", mass_kg: 136_000),
      WakeCategory("M", mass_kg: 7001), WakeCategory("L"),
    ], exceptions: [:], leadingExceptions: [:],
    approach: [
      [0, 9300, 11_100, 13_000, 14_800], [0, 5600, 7400, 9300, 13_000], [0, 0, 0, 6500, 11_100],
      [0, 0, 0, 0, 9300], [0, 0, 0, 0, 0],
    ],
    departure: [
      [0, 120, 120, 180, 180], [0, 0, 0, 120, 120], [0, 0, 0, 120, 120], [0, 0, 0, 0, 120],
      [0, 0, 0, 0, 0],
    ])

  /// EUROCONTROL's six categories.
  static let recatEU = WakeScheme(
    id: "recat-eu", name: Phrase("欧洲重新分类尾流间隔", en: "RECAT-EU wake separation"),
    from: day(2016, 3, 22),
    citation: Citation("EUROCONTROL RECAT-EU", edition: "1.1", verified: false),
    categories: [
      WakeCategory("A", mass_kg: 136_000, span_cm: 7200),
      WakeCategory("B", mass_kg: 136_000, span_cm: 6000), WakeCategory("C", mass_kg: 136_000),
      WakeCategory("D", mass_kg: 15_000, span_cm: 3200), WakeCategory("E", mass_kg: 15_000),
      WakeCategory("F"),
    ], exceptions: [:], leadingExceptions: [:],
    approach: nauticalMiles([
      [3, 4, 5, 5, 6, 8], [0, 3, 4, 4, 5, 7], [0, 0, 3, 3, 4, 6], [0, 0, 0, 0, 0, 5],
      [0, 0, 0, 0, 0, 4], [0, 0, 0, 0, 0, 3],
    ]),
    departure: [
      [0, 100, 120, 140, 160, 180], [0, 0, 0, 100, 120, 140], [0, 0, 0, 80, 100, 120],
      [0, 0, 0, 0, 0, 120], [0, 0, 0, 0, 0, 100], [0, 0, 0, 0, 0, 80],
    ])
}
