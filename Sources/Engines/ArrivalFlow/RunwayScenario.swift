import Commons

/// Arrivals and departures on the runways of an airport as a file: fleet, rules, runways and movements.
public struct RunwayScenario: Sendable {
  /// What it is about.
  public let name: String
  /// The day as of which wake minima are taken.
  public let day: CivilDate
  /// What the figures rest on.
  public let assumptions: [String]
  /// The names of the runways.
  public let runways: [String]
  /// The runways, fleet and rules.
  public let system: RunwaySystem
  /// The movements, if the file lists them.
  public let movements: [RunwayMovement]
  /// How many arrivals and departures an hour has if they are drawn at random.
  public let hourly: (arrivals: Int, departures: Int)
  /// What may be done.
  public let options: RunwayFlow.Options

  /// Reads a scenario (`docs/reference/arrivals.md` has its members).
  ///
  /// - Throws: ``Problem`` 422 that names every member that is missing or wrong, 404 for an unknown
  ///   wake scheme.
  public init(_ json: JSONValue) throws(Problem) {
    var reader = ScenarioReader()
    let name = reader.text(json, "name")
    let day = CivilDate(reader.text(json, "day"))
    if day == nil { reader.fault("day", "请写如2025-06-01的日期。", "Write a date like 2025-06-01.") }
    assumptions = (json["assumptions"]?.array ?? []).compactMap(\.string)
    let fleet = reader.list(json, "fleet").enumerated().map {
      reader.group($0.element, "fleet/\($0.offset)")
    }
    let own = reader.changing(json, "rules")
    let common = reader.common(json)
    let strips = reader.list(json, "runways").enumerated().map {
      reader.strip($0.element, "runways/\($0.offset)/")
    }
    let relation = reader.relation(json)
    runways = strips.map(\.name)
    if Set(runways).count < runways.count {
      reader.fault("runways", "跑道名称不得重复。", "Runways must have different names.")
    }
    options = RunwayFlow.Options(
      shift: reader.whole(json, "shift", or: 3, most: 10),
      stability: reader.whole(json, "stability", or: 0, most: 1000),
      width: max(1, reader.whole(json, "width", or: 400, most: 1_000_000)))
    hourly = (
      reader.whole(json, "hourly_arrivals", or: 0, most: 500),
      reader.whole(json, "hourly_departures", or: 0, most: 500)
    )
    let types = fleet.map(\.type.designator)
    let names = runways
    let frozen = ScenarioReader.frozen(
      before: reader.whole(json, "now_s", or: 0, most: 1_000_000_000)
        + reader.whole(json, "freeze_s", or: 0, most: 86_400))
    movements = (json["movements"]?.array ?? []).enumerated().map {
      frozen(
        reader.movement($0.element, "movements/\($0.offset)/", types: types, runways: names))
    }
    reader.distinct(movements.map(\.callsign), "movements")
    if movements.isEmpty, hourly.arrivals + hourly.departures == 0 {
      reader.fault(
        "movements", "请列出架次，或填写 hourly_arrivals、hourly_departures。",
        "List movements, or write hourly_arrivals and hourly_departures.")
    }
    guard let day, reader.faults.isEmpty else { throw .invalid(Array(reader.faults.prefix(20))) }
    self.name = name
    self.day = day
    let rules = SpacingRules(
      scheme: try WakeScheme.named(own.scheme, on: own.day ?? day), radarMinimum_m: own.radar_m,
      buffer: own.buffer, final_m: common.final_m, departure_s: common.departure_s,
      departureOccupancy_s: common.occupancy_s, departureClearance_m: common.clearance_m,
      reaction_s: common.reaction_s)
    system = RunwaySystem(
      uses: strips.map(\.uses), relation: relation, fleet: fleet, rules: rules)
  }

  /// The listed movements, or an hour at random: targets at any second, groups by their shares. Arrivals can
  /// come two minutes early; all can wait an hour.
  public func traffic(seed: UInt64) -> [RunwayMovement] {
    guard movements.isEmpty else { return movements }
    var random = SeededRandom(seed: seed)
    let total = system.fleet.reduce(0) { $0 + $1.weight }
    return (0..<hourly.arrivals + hourly.departures).map { index in
      let isArrival = index < hourly.arrivals
      var at = random.unit() * total
      var group = 0
      while group < system.fleet.count - 1, at >= system.fleet[group].weight {
        at -= system.fleet[group].weight
        group += 1
      }
      let target = 120 + random.below(3600)
      return RunwayMovement(
        callsign: (isArrival ? "A" : "D") + String(100 + index),
        kind: isArrival ? .arrival : .departure, group: group,
        earliest: target - (isArrival ? 120 : 0), target: target, latest: target + 3600)
    }
  }
}

extension ScenarioReader {
  /// What was announced for a moment before this stays as it is.
  fileprivate static func frozen(before: Int) -> (RunwayMovement) -> RunwayMovement {
    { movement in
      guard let announced = movement.announced, announced < before else { return movement }
      return RunwayMovement(
        callsign: movement.callsign, kind: movement.kind, group: movement.group,
        earliest: announced, target: announced, latest: announced, weight: movement.weight,
        runway: movement.runway, announced: announced)
    }
  }

  fileprivate mutating func whole(
    _ json: JSONValue, _ name: String, or usual: Int, most: Int, _ path: String = ""
  ) -> Int {
    guard let value = json[name], value != .null else { return usual }
    if let number = value.integer, (0...Int64(most)).contains(number) { return Int(number) }
    fault(path + name, "请填写0至\(most)的整数。", "Write a whole number from 0 to \(most).")
    return usual
  }

  fileprivate mutating func strip(
    _ json: JSONValue, _ path: String
  ) -> (name: String, uses: Set<RunwayMovement.Kind>) {
    let uses: Set<RunwayMovement.Kind>
    switch json["use"]?.string {
    case "arrivals": uses = [.arrival]
    case "departures": uses = [.departure]
    case "mixed": uses = [.arrival, .departure]
    default:
      fault(
        path + "use", "请填写 arrivals、departures 或 mixed。", "Write arrivals, departures or mixed.")
      uses = []
    }
    return (text(json, "name", path), uses)
  }

  fileprivate mutating func relation(_ json: JSONValue) -> RunwaySystem.Relation {
    switch json["relation"]?.string {
    case nil, "independent": return .independent
    case "dependent": return .dependent
    case "staggered":
      return .staggered(
        slant_m: positive(json, "slant_km") * 1000,
        runwaySpacing_m: notNegative(json, "spacing_km") * 1000)
    default:
      fault(
        "relation", "请填写 independent、staggered 或 dependent。",
        "Write independent, staggered or dependent.")
      return .independent
    }
  }

  fileprivate mutating func movement(
    _ json: JSONValue, _ path: String, types: [String], runways: [String]
  ) -> RunwayMovement {
    let kind: RunwayMovement.Kind
    switch json["kind"]?.string {
    case "arrival": kind = .arrival
    case "departure": kind = .departure
    default:
      fault(path + "kind", "请填写 arrival 或 departure。", "Write arrival or departure.")
      kind = .arrival
    }
    let type = text(json, "type", path)
    let group = types.firstIndex(of: type)
    if group == nil {
      fault(
        path + "type", "机型“\(type)”不在fleet中，其尾流类别未知。",
        "Type “\(type)” is not in fleet, so that its wake category is not known.")
    }
    var runway: Int?
    if let name = json["runway"]?.string {
      runway = runways.firstIndex(of: name)
      if runway == nil {
        fault(path + "runway", "没有跑道“\(name)”。", "There is no runway “\(name)”.")
      }
    }
    let most = 1_000_000_000
    let earliest = whole(json, "earliest_s", or: 0, most: most, path)
    if json["earliest_s"] == nil {
      fault(path + "earliest_s", "请填写不小于0的整秒。", "Write whole seconds of at least 0.")
    }
    let target = whole(json, "target_s", or: earliest, most: most, path)
    return RunwayMovement(
      callsign: text(json, "callsign", path), kind: kind, group: group ?? 0, earliest: earliest,
      target: target, latest: whole(json, "latest_s", or: target + 3600, most: most, path),
      weight: whole(json, "weight", or: 1, most: 1 << 16, path), runway: runway,
      announced: json["announced_s"] == nil
        ? nil : whole(json, "announced_s", or: 0, most: most, path))
  }
}
