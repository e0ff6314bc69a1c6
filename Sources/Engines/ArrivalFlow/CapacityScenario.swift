import Commons

/// A ``CapacityStudy`` as a file: fleet, rules before and after, runways, assumptions.
public struct CapacityScenario: Hashable, Sendable {
  /// What it is about.
  public let name: String
  /// The day as of which wake minima are taken.
  public let day: CivilDate
  /// What the figures rest on, as the file says it.
  public let assumptions: [String]
  /// The study.
  public let study: CapacityStudy

  /// Reads a scenario (`docs/reference/arrivals.md` has its members).
  ///
  /// - Throws: ``Problem`` 422 that names every member that is missing or wrong, 404 for an unknown
  ///   wake scheme.
  public init(_ json: JSONValue) throws(Problem) {
    var reader = ScenarioReader()
    let name = reader.text(json, "name")
    let dayText = reader.text(json, "day")
    let day = CivilDate(dayText)
    if day == nil { reader.fault("day", "请写如2025-06-01的日期。", "Write a date like 2025-06-01.") }
    assumptions = (json["assumptions"]?.array ?? []).compactMap(\.string)
    let fleet = reader.list(json, "fleet").enumerated().map {
      reader.group($0.element, "fleet/\($0.offset)")
    }
    let runways = reader.runways(json, "")
    let expansions = (json["expansions"]?.array ?? []).enumerated().map { index, each in
      CapacityStudy.Expansion(
        reader.text(each, "name", "expansions/\(index)/"),
        reader.runways(each, "expansions/\(index)/"), published: each["published"]?.double)
    }
    let declared = reader.positive(json, "declared_before")
    let peak = reader.positive(json, "peak_hours")
    if peak > 24 { reader.fault("peak_hours", "每天至多24小时。", "A day has at most 24 hours.") }
    let common = reader.common(json)
    let before = reader.changing(json, "before")
    let after = reader.changing(json, "after")
    guard let day, reader.faults.isEmpty else { throw .invalid(reader.faults) }
    self.name = name
    self.day = day
    func rules(_ own: ScenarioReader.Changing) throws(Problem) -> SpacingRules {
      SpacingRules(
        scheme: try WakeScheme.named(own.scheme, on: own.day ?? day), radarMinimum_m: own.radar_m,
        buffer: own.buffer, final_m: common.final_m, departure_s: common.departure_s,
        departureOccupancy_s: common.occupancy_s, departureClearance_m: common.clearance_m,
        reaction_s: common.reaction_s)
    }
    study = CapacityStudy(
      fleet: fleet, before: try rules(before), after: try rules(after), runways: runways,
      declaredBefore: declared, peakHours: Int(peak), expansions: expansions)
  }
}

/// Collects what is wrong instead of stopping at the first.
struct ScenarioReader {
  struct Common {
    let final_m: Double
    let departure_s: Double
    let occupancy_s: Double
    let clearance_m: Double
    let reaction_s: Double
  }

  struct Changing {
    let scheme: String
    let day: CivilDate?
    let radar_m: Double
    let buffer: SpacingBuffer
  }

  var faults: [Problem.Field] = []

  mutating func fault(_ pointer: String, _ zh: String, _ en: String) {
    faults.append(Problem.Field("/" + pointer, Phrase(zh, en: en)))
  }

  mutating func text(_ json: JSONValue, _ name: String, _ path: String = "") -> String {
    if let text = json[name]?.string, !text.isEmpty { return text }
    fault(path + name, "请填写文字。", "Write a text.")
    return ""
  }

  /// Names what stands twice in a list of callsigns: two under one name cannot be told apart.
  mutating func distinct(_ callsigns: [String], _ path: String) {
    var seen: Set<String> = []
    for (index, callsign) in callsigns.enumerated()
    where !callsign.isEmpty && !seen.insert(callsign).inserted {
      fault(
        "\(path)/\(index)/callsign", "呼号“\(callsign)”出现了两次。", "Callsign “\(callsign)” stands twice."
      )
    }
  }

  mutating func list(_ json: JSONValue, _ name: String, _ path: String = "") -> [JSONValue] {
    if let list = json[name]?.array, !list.isEmpty { return list }
    fault(path + name, "请至少列出一项。", "List at least one item.")
    return []
  }

  /// A number above 0 and at most a million, so that no sum can overflow.
  mutating func positive(_ json: JSONValue, _ name: String, _ path: String = "") -> Double {
    if let number = json[name]?.double, number > 0, number <= 1e6 { return number }
    fault(path + name, "请填写大于0且不超过1000000的数。", "Write a number above 0, at most 1000000.")
    return 1
  }

  /// A number of at least 0.
  mutating func notNegative(_ json: JSONValue, _ name: String, _ path: String = "") -> Double {
    if let number = json[name]?.double, number >= 0, number <= 1e6 { return number }
    fault(path + name, "请填写0至1000000的数。", "Write a number from 0 to 1000000.")
    return 0
  }

  /// Any number; its bounds are checked by what it is for.
  mutating func number(_ json: JSONValue, _ name: String, _ path: String = "") -> Double {
    if let number = json[name]?.double, number.magnitude <= 1e6 { return number }
    fault(path + name, "请填写数字。", "Write a number.")
    return 0
  }

  mutating func group(_ json: JSONValue, _ path: String) -> FleetGroup {
    let path = path + "/"
    let type = AircraftType(
      text(json, "type", path), mass_kg: Int(positive(json, "mass_kg", path)),
      span_cm: Int((positive(json, "span_m", path) * 100).rounded()))
    return FleetGroup(
      type, weight: positive(json, "share", path),
      profile: ApproachProfile(knots: positive(json, "approach_kt", path)),
      occupancy_s: notNegative(json, "occupancy_s", path))
  }

  mutating func common(_ json: JSONValue) -> Common {
    Common(
      final_m: positive(json, "final_km") * 1000, departure_s: positive(json, "departure_s"),
      occupancy_s: positive(json, "departure_occupancy_s"),
      clearance_m: notNegative(json, "departure_clearance_km") * 1000,
      reaction_s: notNegative(json, "reaction_s"))
  }

  mutating func changing(_ json: JSONValue, _ name: String) -> Changing {
    let own = json[name] ?? .null
    let path = name + "/"
    var day: CivilDate?
    if let text = own["day"]?.string {
      day = CivilDate(text)
      if day == nil { fault(path + "day", "请写如2025-06-01的日期。", "Write a date like 2025-06-01.") }
    }
    let buffer: SpacingBuffer =
      own["deviation_s"] == nil
      ? .fixed(notNegative(own, "buffer_s", path))
      : .accuracy(
        deviation_s: notNegative(own, "deviation_s", path),
        deviations: notNegative(own, "deviations", path))
    return Changing(
      scheme: text(own, "scheme", path), day: day,
      radar_m: positive(own, "radar_km", path) * 1000, buffer: buffer)
  }

  mutating func runways(_ json: JSONValue, _ path: String) -> [RunwayUse] {
    list(json, "runways", path).enumerated().map { index, each in
      let own = "\(path)runways/\(index)/"
      let count = Int(each["runways"]?.integer ?? 1)
      if !(1...8).contains(count) {
        fault(own + "runways", "跑道数应为1至8。", "Give 1 to 8 runways.")
      }
      switch each["use"]?.string {
      case "arrivals": return .arrivals(runways: count)
      case "departures": return .departures(runways: count)
      case "mixed": return .mixed(runways: count)
      case "staggered":
        return .staggered(
          slant_m: positive(each, "slant_km", own) * 1000,
          runwaySpacing_m: notNegative(each, "spacing_km", own) * 1000)
      default:
        fault(
          own + "use", "请填写 arrivals、departures、mixed 或 staggered。",
          "Write arrivals, departures, mixed or staggered.")
        return .arrivals(runways: count)
      }
    }
  }
}
