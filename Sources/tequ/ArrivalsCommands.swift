import ArgumentParser
import ArrivalFlow
import Commons
import Foundation

/// Works on the flow of arrivals at an airport.
struct Arrivals: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Sequence arrivals to proven optimum; compute the capacity of runways.",
    subcommands: [
      SolveArrivals.self, SequenceRunways.self, ArrivalsCapacity.self, SimulateArrivals.self,
      ExportArrivals.self,
    ])

  /// The JSON of a file.
  static func json(_ path: String) throws -> JSONValue {
    let bytes = try contents(path)
    do throws(JSONError) { return try JSONValue(parsing: bytes) } catch { throw error.problem }
  }

  /// The bytes of a file.
  static func contents(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Problem.notFound(Phrase("没有文件 \(path)。", en: "There is no file \(path)."))
    }
    return Array(data)
  }
}

/// Solves an aircraft landing problem.
struct SolveArrivals: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "solve",
    abstract: "The cheapest landing times for a file of the OR-Library's airland problems.",
    discussion: """
      The file has the number of aircraft and the freeze time, then for each aircraft its appearance, \
      earliest, target and latest time, the penalties for each unit before and after the target, and its \
      separations to all aircraft (docs/reference/arrivals.md). The same file, runways and steps always \
      give the same answer; with --seconds the best that was found by then is given, with its bound. Example: tequ arrivals solve airland4.txt --runways 1

      Exit status: 0 the best schedule was found and proved, 3 a schedule was found whose gap to the lower \
      bound is not closed (allow more steps or seconds), 1 the file cannot be read or there is no schedule.
      """)

  @Argument(help: "The file.") var file: String
  @Option(help: "How many runways; aircraft on different ones do not hinder each other.")
  var runways = 1
  @Option(help: "The most part sequences that are looked at.") var steps = 100_000_000
  @Option(help: "Give what was found after so many seconds.") var seconds: Double?
  @Flag(help: "Write one JSON object.") var json = false

  func validate() throws {
    guard (1...LandingProblem.limits.runways).contains(runways) else {
      throw ValidationError("--runways must be 1 to \(LandingProblem.limits.runways).")
    }
    guard steps > 0 else { throw ValidationError("--steps must be at least 1.") }
    if let seconds, !(seconds > 0 && seconds <= 1e6) {
      throw ValidationError("--seconds must be above 0, at most 1000000.")
    }
  }

  func run() async throws {
    try await telling {
      let text = String(decoding: try Arrivals.contents(file), as: UTF8.self)
      let problem = try AirlandFile(parsing: text).problem(runways: runways)
      let clock = ContinuousClock()
      let end = seconds.map { clock.now + .seconds($0) }
      let start = Usage.now
      let solution = try LandingSolver.solve(
        problem, LandingSolver.Options(steps: steps),
        while: end.map { end in { clock.now < end } })
      let cost = start.since()
      json ? tellJSON(solution, problem, cost) : tell(solution, problem, cost.wall)
      if !solution.isProved { throw ExitCode(3) }
    }
  }

  private func tell(_ solution: LandingSolution, _ problem: LandingProblem, _ seconds: Double) {
    let language = Say.language
    let gap = (solution.gap * 10_000).rounded() / 100
    Say.line(
      solution.isProved
        ? Phrase(
          "总代价 \(problem.cost(solution.cost))，已证明最优",
          en: "cost \(problem.cost(solution.cost)), proved best")[language]
        : Phrase(
          "总代价 \(problem.cost(solution.cost))，下界 \(problem.cost(solution.lowerBound))，差距 \(gap) %",
          en:
            "cost \(problem.cost(solution.cost)), at least \(problem.cost(solution.lowerBound)) is"
            + " needed, gap \(gap) %")[language])
    Say.line(
      Phrase(
        "\(solution.steps) 步，\((seconds * 1000).rounded() / 1000) 秒",
        en: "\(solution.steps) steps, \((seconds * 1000).rounded() / 1000) s")[language])
    Say.line(
      Phrase("时间\t跑道\t航空器\t代价", en: "time\trunway\taircraft\tcost")[language])
    for landing in solution.schedule.landings {
      let cost = problem.arrivals[landing.aircraft].cost(at: landing.time)
      Say.line(
        "\(problem.time(landing.time))\t\(landing.runway + 1)\t\(landing.aircraft + 1)\t"
          + problem.cost(cost))
    }
  }

  private func tellJSON(
    _ solution: LandingSolution, _ problem: LandingProblem, _ spent: Cost
  ) {
    let scale = problem.scale
    func number(_ units: Int, _ scale: Int) -> JSONValue {
      units.isMultiple(of: scale)
        ? .integer(Int64(units / scale)) : .number(Double(units) / Double(scale))
    }
    let value: JSONValue = [
      "aircraft": .integer(Int64(problem.count)), "runways": .integer(Int64(problem.runways)),
      "cost": number(solution.cost, scale.time * scale.rate),
      "lower_bound": number(solution.lowerBound, scale.time * scale.rate),
      "proved": .bool(solution.isProved), "gap": .number(solution.gap),
      "steps": .integer(Int64(solution.steps)), "seconds": .number(spent.wall),
      "cpu_seconds": .number(spent.cpu),
      "landings": .array(
        solution.schedule.landings.map {
          [
            "aircraft": .integer(Int64($0.aircraft + 1)), "runway": .integer(Int64($0.runway + 1)),
            "time": number($0.time, scale.time),
          ]
        }),
    ]
    Say.line(value.canonical)
  }
}

/// Computes the capacity of an airport before and after a change.
struct ArrivalsCapacity: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capacity",
    abstract:
      "Movements an hour before and after a change of rules, and what causes the difference.",
    discussion: """
      The scenario is a JSON file with fleet, rules before and after, and runways; \
      docs/reference/arrivals.md describes its members and docs/reference/arrivals-shenzhen.json is one. \
      Exit status: 0 computed, 1 the scenario cannot be read or is wrong.
      """)

  @Option(help: "The scenario, a JSON file.") var scenario: String
  @Option(help: "Also let so many landings happen at random, to check the formula.") var landings =
    0
  @Option(help: "The seed of the random landings.") var seed: UInt64 = 1
  @Option(help: "Also for so many traffics, from no heavy aircraft to 60 % of them.") var mixes = 0
  @Flag(help: "Write one JSON object.") var json = false

  func validate() throws {
    guard (0...10_000_000).contains(landings) else {
      throw ValidationError("--landings must be 0 to 10000000.")
    }
    guard (0...10_000).contains(mixes) else {
      throw ValidationError("--mixes must be 0 to 10000.")
    }
  }

  func run() async throws {
    try await telling {
      let scenario = try CapacityScenario(try Arrivals.json(scenario))
      let table = try CapacityMixTable(scenario.study, mixes)
      json ? tellJSON(scenario, table) : tell(scenario)
      if !json { table.tell() }
    }
  }

  private func simulated(_ scenario: CapacityScenario, _ rules: SpacingRules) -> [Throughput] {
    guard landings > 0 else { return [] }
    var random = SeededRandom(seed: seed)
    let simulation = ThroughputSimulation(RunwayCapacity(scenario.study.fleet, rules))
    return scenario.study.runways.map {
      simulation.run($0, landings: landings, random: &random)
    }
  }

  private static func tenth(_ value: Double) -> Double { (value * 10).rounded() / 10 }

  private func tell(_ scenario: CapacityScenario) {
    let study = scenario.study
    let language = Say.language
    func say(_ zh: String, _ en: String) { Say.line(Phrase(zh, en: en)[language]) }
    let tenth = ArrivalsCapacity.tenth
    Say.line(scenario.name)
    let share = tenth(study.declaredShare * 100)
    say(
      "变化前公布 \(tenth(study.declaredBefore)) 架次/小时，为理论最大值的 \(share) %",
      "before: \(tenth(study.declaredBefore)) movements/h declared, \(share) % of the best possible"
    )
    say(
      "变化后预测 \(tenth(study.predictedAfter)) 架次/小时，每日增加 \(study.slotsPerDay) 个时刻（\(study.peakHours) 个高峰小时）",
      "after: \(tenth(study.predictedAfter)) movements/h predicted, \(study.slotsPerDay) more slots a day"
        + " (\(study.peakHours) peak hours)")
    for (cause, movements) in zip(study.causes, study.causeTenths) {
      say(
        "  \(cause.cause.name.zh)：\(movements) 架次/小时",
        "  \(cause.cause.name.en): \(movements) movements/h")
    }
    for (name, rules) in [
      (Phrase("变化前", en: "before"), study.before), (Phrase("变化后", en: "after"), study.after),
    ] {
      let limits = study.limits(rules, study.runways)
      say(
        "\(name.zh)的时刻限额：每小时到达 \(limits.arrivals)、起飞 \(limits.departures)、合计 \(limits.movements)",
        "slot limits \(name.en): \(limits.arrivals) arrivals, \(limits.departures) departures,"
          + " \(limits.movements) movements an hour")
    }
    for expansion in study.expansions {
      let published =
        expansion.published.map {
          Phrase("（公布值 \(tenth($0))）", en: " (published: \(tenth($0)))")[language]
        } ?? ""
      say(
        "\(expansion.name)：预测 \(tenth(study.predicted(expansion))) 架次/小时\(published)",
        "\(expansion.name): \(tenth(study.predicted(expansion))) movements/h predicted\(published)")
    }
    for (name, rules) in [("before", study.before), ("after", study.after)] {
      for (use, made) in zip(study.runways, simulated(scenario, rules)) {
        let analytic = RunwayCapacity(study.fleet, rules).rate(use)
        say(
          "模拟（\(name)）：到达 \(tenth(made.arrivals))（公式 \(tenth(analytic.arrivals))），起飞"
            + " \(tenth(made.departures))（公式 \(tenth(analytic.departures))），过近 \(tenth(made.tooClose * 100)) %",
          "simulated \(name): \(tenth(made.arrivals)) landings/h (formula \(tenth(analytic.arrivals))),"
            + " \(tenth(made.departures)) take-offs/h (formula \(tenth(analytic.departures))), too close"
            + " \(tenth(made.tooClose * 100)) %")
      }
    }
    for each in study.sensitivities {
      let rest = each.expansions.map { ", \(tenth($0))" }.joined()
      say(
        "若\(each.name.zh)：\(tenth(each.after))\(rest)",
        "if \(each.name.en): \(tenth(each.after))\(rest)")
    }
    for assumption in scenario.assumptions { say("假设：\(assumption)", "assumed: \(assumption)") }
  }

  private func tellJSON(_ scenario: CapacityScenario, _ mixes: CapacityMixTable) {
    let study = scenario.study
    func rate(_ rules: SpacingRules) -> JSONValue {
      let rate = RunwayCapacity(study.fleet, rules).rate(study.runways)
      let made = simulated(scenario, rules)
      return [
        "arrivals_per_hour": .number(rate.arrivals),
        "departures_per_hour": .number(rate.departures),
        "balanced_per_hour": .number(rate.balanced),
        "slot_limits": CapacityMixTable.json(study.limits(rules, study.runways)),
        "simulated_arrivals_per_hour": made.isEmpty
          ? .null : .number(made.reduce(0) { $0 + $1.arrivals }),
        "simulated_departures_per_hour": made.isEmpty
          ? .null : .number(made.reduce(0) { $0 + $1.departures }),
      ]
    }
    let causes = study.causes.map { ($0.cause.rawValue, JSONValue.number($0.movements)) }
    let value: JSONValue = [
      "name": .string(scenario.name), "day": .string(scenario.day.description),
      "before": rate(study.before), "after": rate(study.after),
      "declared_before": .number(study.declaredBefore),
      "declared_share": .number(study.declaredShare),
      "predicted_after": .number(study.predictedAfter),
      "slots_per_day": .integer(Int64(study.slotsPerDay)),
      "causes": .object(Dictionary(uniqueKeysWithValues: causes)), "mixes": mixes.json,
      "expansions": .array(
        study.expansions.map {
          [
            "name": .string($0.name), "predicted": .number(study.predicted($0)),
            "published": $0.published.map(JSONValue.number) ?? .null,
          ]
        }),
      "assumptions": .array(scenario.assumptions.map(JSONValue.string)),
      "sensitivities": .array(
        study.sensitivities.map {
          [
            "change": .string($0.name[.en]), "after": .number($0.after),
            "expansions": .array($0.expansions.map(JSONValue.number)),
          ]
        }),
    ]
    Say.line(value.canonical)
  }
}
