import Commons

/// A point-merge procedure with its rules, fleet, speeds, wind and traffic, as a file.
public struct MergeScenario: Sendable {
  /// An aircraft that enters an arc.
  public struct Entry: Hashable, Sendable {
    /// Its callsign.
    public let callsign: String
    /// The airline, for figures of fairness.
    public let airline: String
    /// Which group of the fleet it belongs to.
    public let group: Int
    /// Which arc it enters.
    public let arc: Int
    /// When it crosses the entry at the earliest, in seconds.
    public let time: Double
    /// An entry.
    public init(callsign: String, airline: String, group: Int, arc: Int, time: Double) {
      self.callsign = callsign
      self.airline = airline
      self.group = group
      self.arc = arc
      self.time = time
    }
  }

  /// What it is about.
  public let name: String
  /// The day as of which wake minima are taken.
  public let day: CivilDate
  /// What the figures rest on.
  public let assumptions: [String]
  /// The procedure.
  public let merge: PointMerge
  /// The wake minima.
  public let scheme: WakeScheme
  /// Seconds that are added to every spacing.
  public let buffer_s: Double
  /// The traffic; its profiles give the airspeed over the threshold.
  public let fleet: [FleetGroup]
  /// Airspeeds outside the final approach, from the threshold outwards.
  public let speeds: [SpeedProfile.Point]
  /// Within this distance the landing speed holds, in metres.
  public let final_m: Double
  /// The wind.
  public let wind: WindProfile
  /// The aircraft, if the file lists them.
  public let entries: [Entry]
  /// How many enter within an hour if they are drawn at random.
  public let hourly: Int
  /// The most places that an aircraft may move from first come, first served.
  public let shift: Int

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
    let schemeName = reader.text(json, "scheme")
    let buffer = reader.notNegative(json, "buffer_s")
    fleet = reader.list(json, "fleet").enumerated().map {
      reader.group($0.element, "fleet/\($0.offset)")
    }
    let final = reader.positive(json, "final_km") * 1000
    speeds = reader.list(json, "speeds").enumerated().map { index, each in
      SpeedProfile.Point(
        toGo_m: reader.positive(each, "to_go_km", "speeds/\(index)/") * 1000,
        cas: reader.positive(each, "cas_kt", "speeds/\(index)/") * ApproachProfile.knot)
    }
    let layers = (json["wind"]?.array ?? []).enumerated().map { index, each in
      WindProfile.Layer(
        altitude_m: reader.notNegative(each, "altitude_m", "wind/\(index)/"),
        from_deg: reader.notNegative(each, "from_deg", "wind/\(index)/"),
        speed: reader.notNegative(each, "speed_kt", "wind/\(index)/") * ApproachProfile.knot)
    }
    let parts = reader.procedure(json)
    let groups = (json["fleet"]?.array ?? []).map { $0["type"]?.string ?? "" }
    entries = (json["arrivals"]?.array ?? []).enumerated().map {
      reader.entry(
        $0.element, "arrivals/\($0.offset)/", types: groups, arcs: parts.arcs.map(\.name))
    }
    reader.distinct(entries.map(\.callsign), "arrivals")
    hourly = Int(json["hourly"] == nil ? 36 : reader.positive(json, "hourly"))
    if hourly > 200 { reader.fault("hourly", "每小时至多200架。", "At most 200 an hour.") }
    shift = Int(json["shift"] == nil ? 3 : reader.notNegative(json, "shift"))
    if shift > 10 { reader.fault("shift", "至多移动10位。", "At most 10 places.") }
    guard let day, reader.faults.isEmpty else { throw .invalid(Array(reader.faults.prefix(20))) }
    self.name = name
    self.day = day
    buffer_s = buffer
    final_m = final
    scheme = try WakeScheme.named(schemeName, on: day)
    wind = try WindProfile(layers)
    merge = try parts.merge()
    for group in fleet { _ = try speedProfile(group) }
  }

  /// The speeds of a group: its landing speed within the final approach, then those of the procedure.
  func speedProfile(_ group: FleetGroup) throws(Problem) -> SpeedProfile {
    let landing = group.profile.landingSpeed
    return try SpeedProfile(
      [SpeedProfile.Point(toGo_m: final_m, cas: landing)]
        + speeds.map { .init(toGo_m: $0.toGo_m, cas: max($0.cas, landing)) },
      slowing: merge.limits.slowing)
  }
}

extension ScenarioReader {
  struct Procedure {
    let threshold: RunwayThreshold
    let merge_m: Double
    let floor_m: Double
    let ceiling_m: Double
    let intercept_m: Double
    let glide_deg: Double
    let arcs: [SequencingArc]
    let limits: MergeLimits

    func merge() throws(Problem) -> PointMerge {
      try PointMerge(
        threshold: threshold, merge_m: merge_m, arcs: arcs, mergeFloor_m: floor_m,
        mergeCeiling_m: ceiling_m, intercept_m: intercept_m, glide_deg: glide_deg, limits: limits)
    }
  }

  mutating func procedure(_ json: JSONValue) -> Procedure {
    let runway = json["runway"] ?? .null
    let merge = json["merge"] ?? .null
    let threshold = RunwayThreshold(
      text(runway, "name", "runway/"),
      GeoPoint(
        latitude: number(runway, "latitude", "runway/"),
        longitude: number(runway, "longitude", "runway/")),
      course_deg: number(runway, "course_deg", "runway/"),
      elevation_m: number(runway, "elevation_m", "runway/"))
    var limits = MergeLimits(radar_m: positive(json, "radar_km") * 1000)
    if json["vertical_m"] != nil { limits.vertical_m = positive(json, "vertical_m") }
    if json["gradient"] != nil { limits.gradient = positive(json, "gradient") }
    let arcs = list(json, "arcs").enumerated().map { index, each in
      let path = "arcs/\(index)/"
      let levels = list(each, "levels_m", path)
      return SequencingArc(
        text(each, "name", path), radius_m: positive(each, "radius_km", path) * 1000,
        from_deg: number(each, "from_deg", path), to_deg: number(each, "to_deg", path),
        levels_m: levels.map { $0.double ?? .nan },
        entry_m: notNegative(each, "entry_km", path) * 1000)
    }
    return Procedure(
      threshold: threshold, merge_m: positive(merge, "distance_km", "merge/") * 1000,
      floor_m: notNegative(merge, "floor_m", "merge/"),
      ceiling_m: positive(merge, "ceiling_m", "merge/"),
      intercept_m: positive(merge, "intercept_m", "merge/"),
      glide_deg: merge["glide_deg"] == nil ? 3 : positive(merge, "glide_deg", "merge/"),
      arcs: arcs, limits: limits)
  }

  mutating func entry(
    _ json: JSONValue, _ path: String, types: [String], arcs: [String]
  ) -> MergeScenario.Entry {
    let type = text(json, "type", path)
    let group = types.firstIndex(of: type)
    if group == nil {
      fault(
        path + "type", "机型“\(type)”不在fleet中，其尾流类别未知。",
        "Type “\(type)” is not in fleet, so that its wake category is not known.")
    }
    let arcName = text(json, "arc", path)
    let arc = arcs.firstIndex(of: arcName)
    if arc == nil { fault(path + "arc", "没有弧“\(arcName)”。", "There is no arc “\(arcName)”.") }
    return MergeScenario.Entry(
      callsign: text(json, "callsign", path), airline: json["airline"]?.string ?? "",
      group: group ?? 0, arc: arc ?? 0, time: notNegative(json, "entry_s", path))
  }
}
