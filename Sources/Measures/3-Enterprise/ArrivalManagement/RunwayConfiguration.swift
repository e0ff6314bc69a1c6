import ArrivalFlow
import Commons

/// One way to use the runways of an airport: what each takes, and how they hinder each other.
public struct RunwayConfiguration: Sendable {
  /// A runway in use.
  public struct Use: Hashable, Sendable {
    /// Its name, such as 33.
    public let runway: String
    /// What it takes.
    public let kinds: Set<RunwayMovement.Kind>

    /// How it is used, in words.
    public var name: Phrase {
      switch (kinds.contains(.arrival), kinds.contains(.departure)) {
      case (true, true): Phrase("起降混合", en: "mixed")
      case (true, false): Phrase("着陆", en: "landing")
      default: Phrase("起飞", en: "take-off")
      }
    }
  }

  /// Its name in data.
  public let id: String
  /// Its name.
  public let name: Phrase
  /// The runways, in the order in which the engine counts them.
  public let uses: [Use]
  /// How any two of them hinder each other.
  public let relation: RunwaySystem.Relation

  /// The runways on which aircraft land.
  public var landing: [String] { uses.filter { $0.kinds.contains(.arrival) }.map(\.runway) }
  /// Whether it has a runway for take-offs.
  public var takesDepartures: Bool { uses.contains { $0.kinds.contains(.departure) } }

  /// How runways hinder each other, in words.
  public var relationName: Phrase {
    switch relation {
    case .independent: return Phrase("相互独立", en: "independent")
    case .dependent: return Phrase("相关（如同一条跑道）", en: "dependent, as if one")
    case .staggered(let slant, let spacing):
      let (slant, spacing) = (Numbers.text(slant / 1000, 1), Numbers.text(spacing / 1000, 1))
      return Phrase(
        "交错进近，斜距\(slant)公里，跑道间距\(spacing)公里",
        en: "staggered: \(slant) km slant, runways \(spacing) km apart")
    }
  }
}

/// A line of the data in both languages.
extension AirportReader {
  /// A phrase as `[中文, English]`.
  func phrase(_ name: String) throws(Problem) -> Phrase {
    guard let phrase = AirportReader.phrase(self[name]) else { throw fault(name) }
    return phrase
  }

  /// A list of phrases; an empty one if it is missing.
  func phrases(_ name: String) throws(Problem) -> [Phrase] {
    guard let list = self[name] else { return [] }
    let found = (list.array ?? []).map { AirportReader.phrase($0) }
    guard list.array != nil, found.allSatisfy({ $0 != nil }) else { throw fault(name) }
    return found.compactMap { $0 }
  }

  private static func phrase(_ json: JSONValue?) -> Phrase? {
    let texts = json?.array?.compactMap(\.string) ?? []
    guard texts.count == 2, texts.allSatisfy({ !$0.isEmpty }) else { return nil }
    return Phrase(texts[0], en: texts[1])
  }

  /// Kinds of movement by the word of the data.
  func kinds(_ name: String) throws(Problem) -> Set<RunwayMovement.Kind> {
    switch try text(name) {
    case "arrivals": return [.arrival]
    case "departures": return [.departure]
    case "mixed": return [.arrival, .departure]
    default: throw fault(name)
    }
  }

  private func relation() throws(Problem) -> RunwaySystem.Relation {
    switch try text("relation") {
    case "independent": return .independent
    case "dependent": return .dependent
    case "staggered":
      return .staggered(
        slant_m: try number("slant_km") * 1000, runwaySpacing_m: try number("spacing_km") * 1000)
    default: throw fault("relation")
    }
  }

  /// A configuration of an airport with these runways and procedures.
  func configuration(
    _ runways: [Airport.Runway], _ merges: [PointMerge]
  ) throws(Problem) -> RunwayConfiguration {
    var uses: [RunwayConfiguration.Use] = []
    for (index, row) in (self["runways"]?.array ?? []).enumerated() {
      let reader = AirportReader(row, "\(place)/runways/\(index)")
      let use = RunwayConfiguration.Use(
        runway: try reader.text("name"), kinds: try reader.kinds("use"))
      guard runways.contains(where: { $0.name == use.runway }) else { throw reader.fault("name") }
      // Aircraft land on a runway by its own arcs: two runways behind one merge point would meet there.
      let isServed = merges.contains { $0.threshold.name == use.runway }
      guard isServed || !use.kinds.contains(.arrival) else { throw reader.fault("use") }
      uses.append(use)
    }
    let names = Set(uses.map(\.runway))
    guard names.count == uses.count, uses.contains(where: { $0.kinds.contains(.arrival) }) else {
      throw fault("runways")
    }
    return RunwayConfiguration(
      id: try text("id"), name: try phrase("name"), uses: uses, relation: try relation())
  }
}

/// How many movements an hour are given away as slots.
public struct SlotLimits: Hashable, Sendable {
  /// Arrivals and departures together.
  public let total: Int
  /// Arrivals alone.
  public let arrivals: Int
  /// Departures alone.
  public let departures: Int

  /// Limits.
  public init(total: Int, arrivals: Int, departures: Int) {
    self.total = total
    self.arrivals = arrivals
    self.departures = departures
  }
}

extension AirportReader {
  /// Limits; each at least 1 and none of a kind over the total.
  func slotLimits() throws(Problem) -> SlotLimits {
    func count(_ name: String) throws(Problem) -> Int {
      guard let number = self[name]?.integer, (1...400).contains(number) else { throw fault(name) }
      return Int(number)
    }
    let limits = SlotLimits(
      total: try count("total"), arrivals: try count("arrivals"),
      departures: try count("departures"))
    guard max(limits.arrivals, limits.departures) <= limits.total else { throw fault("total") }
    return limits
  }
}
