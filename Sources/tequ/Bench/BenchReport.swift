import App
import Commons
import Foundation

/// What work cost: wall clock and processor seconds of this process.
struct Usage {
  private let wall: ContinuousClock.Instant
  private let cpu: Double

  /// RUSAGE_SELF, which C declares as an enumeration and takes as a number.
  private static let thisProcess = __rusage_who_t(RUSAGE_SELF.rawValue)

  static var now: Usage {
    var usage = rusage()
    getrusage(Usage.thisProcess, &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return Usage(wall: .now, cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime))
  }

  static var peakMegabytes: Int {
    var usage = rusage()
    getrusage(Usage.thisProcess, &usage)
    return usage.ru_maxrss / 1024
  }

  func since() -> Cost {
    let now = Usage.now
    return Cost(wall: (now.wall - wall).inSeconds, cpu: now.cpu - cpu)
  }
}

/// Seconds of wall clock and of processors.
struct Cost {
  let wall: Double
  let cpu: Double
}

extension Duration {
  /// Seconds with their fraction.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

/// Says what a benchmark found: a line for people, or a JSON object a line for programs.
struct BenchReport {
  let isJSON: Bool

  /// Work done at a cost, with ratios to what else was measured in the same run.
  func work(
    _ what: String, _ count: Int, _ unit: String, _ cost: Cost,
    ratios: [(to: String, value: Double)] = []
  ) {
    let rate = Double(count) / cost.wall
    if isJSON {
      var fields: [String: JSONValue] = [
        "bench": .string(what), "count": .integer(Int64(count)), "unit": .string(unit),
        "seconds": .number(cost.wall), "cpu_seconds": .number(cost.cpu),
        "per_second": .number(rate), "peak_mb": .integer(Int64(Usage.peakMegabytes)),
      ]
      for ratio in ratios { fields["ratio_to \(ratio.to)"] = .number(ratio.value) }
      return Say.line(JSONValue.object(fields).canonical)
    }
    var line =
      "\(what): \(count) \(unit) in \(fixed(cost.wall, 2)) s = \(Int(rate))/s, "
      + "cpu \(fixed(cost.cpu, 2)) s, peak \(Usage.peakMegabytes) MB"
    for ratio in ratios { line += ", \(fixed(ratio.value * 100, 0)) % of \(ratio.to)" }
    Say.line(line)
  }

  /// Named figures of one thing.
  func figures(_ what: String, _ figures: [(name: String, value: Double, unit: String)]) {
    if isJSON {
      var fields: [String: JSONValue] = ["bench": .string(what)]
      for figure in figures {
        let name = figure.name + (figure.unit.isEmpty ? "" : "_" + figure.unit)
        fields[name.replacingOccurrences(of: " ", with: "_")] = .number(figure.value)
      }
      return Say.line(JSONValue.object(fields).canonical)
    }
    let parts = figures.map { figure in
      let decimals = figure.value == figure.value.rounded() ? 0 : 2
      return "\(figure.name) \(fixed(figure.value, decimals))"
        + (figure.unit.isEmpty ? "" : " \(figure.unit)")
    }
    Say.line("\(what): " + parts.joined(separator: ", "))
  }

  private func fixed(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", value)
  }
}

/// Options that all benchmarks share, and the folder in which they work.
extension Bench {
  /// A folder for scratch files that is gone afterwards unless it is to be kept.
  static func inScratch(
    _ options: BenchOptions, _ body: (DataFolder) async throws -> Void
  ) async throws {
    try await telling {
      let folder = DataFolder(options.scratch + "/tequ-bench-\(getpid())")
      try folder.create()
      defer {
        if options.keep {
          Say.error("kept \(folder.path)")
        } else {
          try? FileManager.default.removeItem(atPath: folder.path)
        }
      }
      try await body(folder)
    }
  }
}
