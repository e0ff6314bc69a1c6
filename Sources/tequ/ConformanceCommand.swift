import Airspace
import App
import ArgumentParser
import Commons
import Foundation

/// Follows aircraft along their plans.
struct AirspaceConformance: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conformance",
    abstract: "How reported positions stand to planned paths.",
    discussion: """
      The file has one JSON object a line: {"plan":[[east,north,up,seconds],…],"reports":[…]}, in metres and \
      seconds. The answer has one line for each: {"reports":[{"deviation":…,"amount":…,"state":…},…]}.
      """)

  @Argument(help: "The file.") var file: String

  func run() async throws {
    try await telling {
      try JSONLines.forEach(file) { Say.line(try answer($1, $0)) }
    }
  }

  private func answer(_ value: JSONValue, _ number: Int) throws -> String {
    let plan = try Trajectory(try points(value["plan"], number))
    var monitor = ConformanceMonitor(plan)
    let answers = try points(value["reports"], number).map { report -> JSONValue in
      _ = monitor.take(report)
      return [
        "deviation": JSONValue(monitor.deviation?.kind.rawValue),
        "amount": .number(monitor.deviation?.amount ?? 0),
        "state": .string(monitor.state.rawValue),
      ]
    }
    return JSONValue.object(["reports": .array(answers)]).canonical
  }

  private func points(_ value: JSONValue?, _ number: Int) throws -> [TrackPoint] {
    try (value?.array ?? []).map { item in
      let parts = item.array?.compactMap(\.double) ?? []
      guard parts.count == 4 else {
        throw Problem.malformed(
          Phrase(
            "第 \(number) 行：点应为 [东,北,高,秒]。",
            en: "Line \(number): a point is [east,north,up,seconds]."))
      }
      return TrackPoint(east: parts[0], north: parts[1], up: parts[2], time: parts[3])
    }
  }
}
