import ArgumentParser
import ArrivalFlow
import Commons

/// Sequences arrivals and departures together on the runways of an airport.
struct SequenceRunways: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runways",
    abstract: "Sequence arrivals and departures together on any runways, also in mixed mode.",
    discussion: """
      The scenario has fleet, rules, runways and movements, or how many an hour has \
      (docs/reference/arrivals.md; docs/reference/arrivals-runways.json is one). The same file and seed always \
      give the same answer. Exit status: 0 the best sequence within the allowed moves; 3 a sequence, but \
      part sequences were left out (allow a greater width); 1 the scenario cannot be read or is wrong, or no \
      sequence exists (the movement that cannot be is named).
      """)

  @Option(help: "The scenario, a JSON file.") var scenario: String
  @Option(help: "The seed of random traffic; a scenario that lists movements needs none.")
  var seed: UInt64 = 1
  @Option(help: "The most part sequences kept of one length, instead of the scenario's.")
  var width: Int?
  @Flag(help: "Write one JSON object.") var json = false

  func validate() throws {
    if let width, !(1...1_000_000).contains(width) {
      throw ValidationError("--width must be 1 to 1000000.")
    }
  }

  func run() async throws {
    try await telling {
      let scenario = try RunwayScenario(try Arrivals.json(scenario))
      let movements = scenario.traffic(seed: seed)
      var options = scenario.options
      if let width { options.width = width }
      let start = Usage.now
      let flow = try RunwayFlow(movements, on: scenario.system, options)
      let told = RunwayTable(
        scenario: scenario, movements: movements, flow: flow, seconds: start.since().wall)
      json ? Say.line(told.json.canonical) : told.tell()
      if !flow.isBest { throw ExitCode(3) }
    }
  }
}

/// A sequence on runways, as text and as JSON.
private struct RunwayTable {
  let scenario: RunwayScenario
  let movements: [RunwayMovement]
  let flow: RunwayFlow
  let seconds: Double

  private var slots: [RunwayFlow.Slot] {
    flow.slots.sorted { ($0.time, $0.runway) < ($1.time, $1.runway) }
  }

  private func delays(_ kind: RunwayMovement.Kind) -> [Int] {
    flow.slots.filter { movements[$0.movement].kind == kind }
      .map { max(0, $0.time - movements[$0.movement].target) }
  }

  private func mean(_ values: [Int]) -> Double {
    Double(values.reduce(0, +)) / Double(max(1, values.count))
  }

  /// Movements an hour while there are any.
  private var rate: Double {
    guard let first = slots.first?.time, let last = slots.last?.time, last > first else { return 0 }
    return Double(slots.count - 1) * 3600 / Double(last - first)
  }

  func tell() {
    let language = Say.language
    func say(_ zh: String, _ en: String) { Say.line(Phrase(zh, en: en)[language]) }
    func tenth(_ value: Double) -> Double { (value * 10).rounded() / 10 }
    Say.line(scenario.name)
    say(
      flow.isBest
        ? "代价 \(flow.cost)（加权秒），在允许的移动内最优" : "代价 \(flow.cost)（加权秒），有部分序列未考察",
      flow.isBest
        ? "cost \(flow.cost) (weighted s), best within the allowed moves"
        : "cost \(flow.cost) (weighted s), some part sequences were left out")
    say(
      "\(slots.count) 架次，\(tenth(rate)) 架次/小时，\((seconds * 10_000).rounded() / 10) 毫秒",
      "\(slots.count) movements, \(tenth(rate)) an hour, \((seconds * 10_000).rounded() / 10) ms")
    for (kind, zh, en) in [
      (RunwayMovement.Kind.arrival, "到达", "arrivals"), (.departure, "起飞", "departures"),
    ] {
      let delays = delays(kind)
      say(
        "\(zh) \(delays.count) 架，平均延误 \(tenth(mean(delays))) 秒，最长 \(delays.max() ?? 0) 秒",
        "\(delays.count) \(en), mean delay \(tenth(mean(delays))) s, longest \(delays.max() ?? 0) s"
      )
    }
    let told = flow.slots.filter { movements[$0.movement].announced != nil }
    let kept = told.filter { $0.time == movements[$0.movement].announced }.count
    if !told.isEmpty {
      say(
        "已公布的 \(told.count) 个时间中保持 \(kept) 个", "\(kept) of \(told.count) announced times are kept")
    }
    say(
      "时间(秒)\t跑道\t呼号\t运行\t机型\t尾流类别\t延误(秒)\t移动(位)",
      "time (s)\trunway\tcallsign\tkind\ttype\twake\tdelay (s)\tmoved (places)")
    for slot in slots {
      let movement = movements[slot.movement]
      let type = scenario.system.fleet[movement.group].type
      let kind =
        movement.kind == .arrival
        ? Phrase("到达", en: "arrival") : Phrase("起飞", en: "departure")
      Say.line(
        [
          String(slot.time), scenario.runways[slot.runway], movement.callsign, kind[language],
          type.designator, scenario.system.rules.scheme.category(of: type),
          String(max(0, slot.time - movement.target)), String(flow.shifts[slot.movement]),
        ].joined(separator: "\t"))
    }
    for assumption in scenario.assumptions { say("假设：\(assumption)", "assumed: \(assumption)") }
  }

  var json: JSONValue {
    func share(_ kind: RunwayMovement.Kind) -> JSONValue {
      let delays = delays(kind)
      return [
        "count": .integer(Int64(delays.count)), "mean_delay_s": .number(mean(delays)),
        "longest_delay_s": .integer(Int64(delays.max() ?? 0)),
      ]
    }
    return [
      "name": .string(scenario.name), "cost": .integer(Int64(flow.cost)),
      "proved": .bool(flow.isBest), "movements_per_hour": .number(rate),
      "seconds": .number(seconds), "arrivals": share(.arrival), "departures": share(.departure),
      "slots": .array(
        slots.map { slot in
          let movement = movements[slot.movement]
          let type = scenario.system.fleet[movement.group].type
          return [
            "callsign": .string(movement.callsign),
            "kind": .string(movement.kind == .arrival ? "arrival" : "departure"),
            "type": .string(type.designator),
            "category": .string(scenario.system.rules.scheme.category(of: type)),
            "runway": .string(scenario.runways[slot.runway]),
            "time_s": .integer(Int64(slot.time)), "earliest_s": .integer(Int64(movement.earliest)),
            "target_s": .integer(Int64(movement.target)),
            "latest_s": .integer(Int64(movement.latest)),
            "announced_s": movement.announced.map { JSONValue.integer(Int64($0)) } ?? .null,
            "shift": .integer(Int64(flow.shifts[slot.movement])),
          ]
        }),
    ]
  }
}
