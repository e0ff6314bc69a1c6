import ArgumentParser
import ArrivalFlow
import Commons
import Foundation

/// What simulating and exporting point-merge traffic share.
struct MergeTraffic: ParsableArguments {
  @Option(help: "The scenario, a JSON file.") var scenario: String
  @Option(help: "The seed of random traffic; a scenario that lists arrivals needs none.")
  var seed: UInt64 = 1

  func tables() throws -> MergeTables {
    try MergeTables(try MergeScenario(try Arrivals.json(scenario)))
  }

  /// Listed aircraft as they are, others at random.
  func entries(_ tables: MergeTables) -> (entries: [MergeScenario.Entry], mayHold: Bool) {
    guard tables.scenario.entries.isEmpty else { return (tables.scenario.entries, false) }
    var random = SeededRandom(seed: seed)
    return (tables.draw(tables.scenario.hourly, seconds: 3600, random: &random), true)
  }
}

/// Sequences the traffic of a point-merge procedure and flies it.
struct SimulateArrivals: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Sequence an hour on a point-merge procedure and fly it; or draw many hours.",
    discussion: """
      The scenario has the procedure, rules, speeds, wind, fleet and traffic (docs/reference/arrivals.md; \
      docs/reference/arrivals-merge.json is one). The same file and seed always give the same answer. \
      Exit status: 0 all land, separated; 3 some cannot be flown (each is named with the reason); \
      1 the scenario cannot be read or is wrong.
      """)

  @OptionGroup var traffic: MergeTraffic
  @Option(help: "Draw so many hours and tell their statistics.") var hours: Int?
  @Option(
    help: "With --hours: the most part sequences kept of one length; more prove more hours best.")
  var width = 200
  @Option(help: "Write each flight as a line of JSON to this file.") var trajectories: String?
  @Flag(help: "Write one JSON object.") var json = false

  func validate() throws {
    if let hours, !(1...1_000_000).contains(hours) {
      throw ValidationError("--hours must be 1 to 1000000.")
    }
    guard (1...100_000).contains(width) else {
      throw ValidationError("--width must be 1 to 100000.")
    }
  }

  func run() async throws {
    try await telling {
      let tables = try traffic.tables()
      if let hours { return try tellHours(tables, hours) }
      let (entries, mayHold) = traffic.entries(tables)
      let (plan, flights, left) = try tables.apart(entries, mayHold: mayHold)
      if let trajectories { try write(tables, plan, flights, to: trajectories) }
      json ? tellJSON(tables, plan, flights, left) : tell(tables, plan, flights, left)
      if !plan.faults.isEmpty || !left.isEmpty { throw ExitCode(3) }
    }
  }

  private func write(
    _ tables: MergeTables, _ plan: MergePlan, _ flights: [MergeTrajectory?], to path: String
  ) throws {
    var text = ""
    for (flight, trajectory) in zip(plan.flights, flights) {
      guard let trajectory else { continue }
      text += MergeJSON.trajectory(tables, flight, trajectory).canonical + "\n"
    }
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) } catch {
      throw Problem.refused(
        "not-written", Phrase("无法写入\(path)。", en: "\(path) cannot be written."))
    }
  }

  private func tell(
    _ tables: MergeTables, _ plan: MergePlan, _ flights: [MergeTrajectory?],
    _ left: [MergeConflict]
  ) {
    let language = Say.language
    Say.line(tables.scenario.name)
    Say.line(
      Phrase(
        "呼号\t机型\t弧\t高度(米)\t进入\t直飞\t落地\t延误(秒)\t弧使用(公里)",
        en: "callsign\ttype\tarc\tlevel (m)\tentry\tdirect-to\tlanding\tdelay (s)\ton arc (km)")[
          language])
    let rows = zip(plan.flights, flights).sorted { $0.0.landing < $1.0.landing }
    for (flight, trajectory) in rows {
      let level = tables.levels[flight.level]
      let words = [
        flight.entry.callsign, tables.scenario.fleet[flight.entry.group].type.designator,
        tables.scenario.merge.arcs[level.arc].name, String(Int(level.level_m)),
        String(Int(flight.entered)), trajectory.map { String(Int($0.directTo)) } ?? "–",
        String(Int(flight.landing)), String(Int(flight.landing - flight.earliest)),
        flight.along_m.map { String(Double(Int($0 / 100)) / 10) } ?? "–",
      ]
      Say.line(words.joined(separator: "\t"))
    }
    for line in FairnessTable(plan.fairness).lines(language) { Say.line(line) }
    for fault in plan.faults { Say.line("\(fault.pointer): \(fault.message[language])") }
    for conflict in left {
      let (leader, follower) = (plan.flights[conflict.leader], plan.flights[conflict.follower])
      Say.line(
        Phrase(
          "\(follower.entry.callsign)与\(leader.entry.callsign)相距\(Int(conflict.distance_m))米，"
            + "应不少于\(Int(conflict.needed_m))米",
          en: "\(follower.entry.callsign) comes within \(Int(conflict.distance_m)) m of"
            + " \(leader.entry.callsign); \(Int(conflict.needed_m)) m are needed")[language])
    }
  }

  private func tellJSON(
    _ tables: MergeTables, _ plan: MergePlan, _ flights: [MergeTrajectory?],
    _ left: [MergeConflict]
  ) {
    let value: JSONValue = [
      "name": .string(tables.scenario.name), "proved": .bool(plan.isBest),
      "cost": .integer(Int64(plan.cost)), "conflicts": .integer(Int64(left.count)),
      "mean_delay_s": .number(plan.fairness.all.meanDelay),
      "delay_inequality": .number(plan.fairness.inequality),
      "fairness": FairnessTable(plan.fairness).json,
      "faults": .array(
        plan.faults.map {
          ["callsign": .string($0.pointer), "reason": .string($0.message[.en])]
        }),
      "flights": .array(
        zip(plan.flights, flights).map { MergeJSON.flight(tables, $0, $1) }),
    ]
    Say.line(value.canonical)
  }

  private func tellHours(_ tables: MergeTables, _ hours: Int) throws {
    var random = SeededRandom(seed: traffic.seed)
    var statistics = MergeStatistics()
    let start = Usage.now
    for _ in 0..<hours { statistics.add(try tables.hour(&random, width: width), tables) }
    let cost = start.since()
    let figures: [(String, Double, String)] = [
      ("hours", Double(hours), ""), ("landed", Double(statistics.landed), ""),
      ("throughput", statistics.throughput, "landings/h"),
      ("mean_delay", statistics.meanDelay, "s"),
      ("delay_p50", Double(statistics.delay(share: 0.5)), "s"),
      ("delay_p90", Double(statistics.delay(share: 0.9)), "s"),
      ("delay_p99", Double(statistics.delay(share: 0.99)), "s"),
      ("delay_longest", Double(statistics.delay(share: 1)), "s"),
      ("arc_use", statistics.meanArcUse * 100, "%"),
      ("held_before_entry", statistics.held / Double(max(1, statistics.landed)), "s each"),
      ("arc_run_outs", Double(statistics.runOuts), "aircraft"),
      ("hours_with_run_out", Double(statistics.runOutHours), ""),
      ("proved_best", Double(statistics.proved), "hours"),
      ("cpu_seconds", cost.cpu, "s"), ("peak_memory", Double(Usage.peakMegabytes), "MB"),
    ]
    if json {
      let members = figures.map { ($0.0, JSONValue.number($0.1)) }
      Say.line(JSONValue.object(Dictionary(uniqueKeysWithValues: members)).canonical)
    } else {
      for (name, value, unit) in figures {
        Say.line("\(name)\t\((value * 100).rounded() / 100)\t\(unit)")
      }
    }
  }
}

/// Flights as JSON.
enum MergeJSON {
  static func flight(
    _ tables: MergeTables, _ flight: MergePlan.Flight, _ trajectory: MergeTrajectory?
  ) -> JSONValue {
    .object(members(tables, flight, trajectory))
  }

  private static func members(
    _ tables: MergeTables, _ flight: MergePlan.Flight, _ trajectory: MergeTrajectory?
  ) -> [String: JSONValue] {
    let level = tables.levels[flight.level]
    let type = tables.scenario.fleet[flight.entry.group].type
    return [
      "callsign": .string(flight.entry.callsign), "airline": .string(flight.entry.airline),
      "type": .string(type.designator), "mass_kg": .integer(Int64(type.mass_kg)),
      "span_m": .number(Double(type.span_cm) / 100),
      "arc": .string(tables.scenario.merge.arcs[level.arc].name),
      "level_m": .number(level.level_m), "entry_s": .number(flight.entered),
      "landing_s": .number(flight.landing), "delay_s": .number(flight.landing - flight.earliest),
      "shift": .integer(Int64(flight.shift)),
      "along_m": flight.along_m.map(JSONValue.number) ?? .null,
      "direct_to_s": trajectory.map { JSONValue.number($0.directTo) } ?? .null,
    ]
  }

  private static func rounded(_ value: Double, _ scale: Double) -> JSONValue {
    .number((value * scale).rounded() / scale)
  }

  /// A flight with its points: seconds, latitude, longitude, metres of altitude, metres a second over
  /// the ground, course, metres to go.
  static func trajectory(
    _ tables: MergeTables, _ flight: MergePlan.Flight, _ trajectory: MergeTrajectory
  ) -> JSONValue {
    var all = members(tables, flight, trajectory)
    all["points"] = .array(
      trajectory.points.map { point in
        let geo = tables.scenario.merge.frame.geo(point.place)
        return .array([
          rounded(point.time, 100), rounded(geo.latitude, 1e7), rounded(geo.longitude, 1e7),
          rounded(point.altitude_m, 10), rounded(point.groundSpeed, 100),
          rounded(point.course_deg, 100), rounded(point.toGo_m, 10),
        ])
      })
    return .object(all)
  }
}

/// Writes the traffic of a point-merge procedure for another simulator.
struct ExportArrivals: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write an hour on a point-merge procedure as a scenario of another simulator.",
    discussion: """
      --bluesky writes the commands of a BlueSky .scn file to standard output: aircraft are created at their \
      entries, follow waypoints, and are told speeds and altitudes. Exit status: 0 written, 3 written without \
      the aircraft that cannot be flown, 1 the scenario cannot be read or is wrong. Example: \
      tequ arrivals export --bluesky --scenario arrivals-merge.json > hour.scn
      """)

  @OptionGroup var traffic: MergeTraffic
  @Flag(help: "A scenario of BlueSky.") var bluesky = false

  func validate() throws {
    guard bluesky else { throw ValidationError("Say which simulator: --bluesky.") }
  }

  func run() async throws {
    try await telling {
      let tables = try traffic.tables()
      let (entries, mayHold) = traffic.entries(tables)
      let (plan, flights, left) = try tables.apart(entries, mayHold: mayHold)
      FileHandle.standardOutput.write(
        Data(BlueSkyScenario.text(tables, plan, flights).utf8))
      if !plan.faults.isEmpty || !left.isEmpty { throw ExitCode(3) }
    }
  }
}
