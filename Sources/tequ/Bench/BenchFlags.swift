import App
import ArgumentParser
import Commons
import Foundation
import RedFlags
import Simulation

/// Red flags over generated procurement.
struct BenchFlags: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flags",
    abstract: "Red flags over generated procurement, and one new bid among many processes.",
    discussion: """
      Cardinal 0.0.8 was measured with 5.1 processor seconds and 46 to 57 MB on such a file of 100,000 processes \
      (235.8 MB). With --beside, a program is run on the same file in the same run.
      """)

  @OptionGroup var options: BenchOptions
  @Option(help: "Processes in the file.") var records = 100_000
  @Option(help: "Processes known when a new bid comes; 0 leaves this out.") var known = 1_000_000
  @Flag(help: "Look for every flag of the catalogue too.") var catalogue = false
  @Option(help: "Seed.") var seed: UInt64 = 12
  @Option(help: "A shell command to run beside; FILE stands for the generated file.")
  var beside: String?

  /// What Cardinal took, in processor seconds for a process (docs/reference/measurements.md).
  private static let recorded = 5.1 / 100_000

  private var settings: FlagSettings {
    var settings = FlagSettings.all
    if catalogue { settings.catalogue = .all }
    return settings
  }

  func validate() throws {
    guard records > 0, known >= 0 else {
      throw ValidationError("--records must be above 0 and --known not below.")
    }
  }

  func run() async throws {
    try await Bench.inScratch(options) { folder in
      let path = folder.path + "/processes.jsonl"
      let megabytes = Double(try write(path)) / 1e6
      var costs: [Double] = []
      for threads in [1, 2] {
        var file = FlagFile.Options(settings)
        file.threads = threads
        let start = Usage.now
        let report = try await FlagFile(path, file).fold().report()
        let json = report.json()
        let cost = start.since()
        costs.append(cost.cpu)
        options.report.work(
          "flags, \(threads) thread(s)", records, "processes", cost,
          ratios: [("the cost recorded of Cardinal", cost.cpu / Double(records) / Self.recorded)])
        options.report.figures(
          "  file and result",
          [
            ("file", megabytes, "MB"), ("per CPU second", megabytes / cost.cpu, "MB"),
            ("result", Double(json.count) / 1e6, "MB"),
          ])
      }
      if let beside { try run(beside, path, costs.min() ?? 0) }
      if known > 0 { try rescore() }
    }
  }

  /// Writes the file and gives its size.
  private func write(_ path: String) throws -> Int {
    guard FileManager.default.createFile(atPath: path, contents: nil) else {
      throw Problem.unavailable()
    }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? file.close() }
    let texts = ProcurementTexts(seed: seed)
    var lines: [UInt8] = []
    var size = 0
    for number in 0..<records {
      texts.appendLine(number, to: &lines)
      guard lines.count > 1 << 18 || number == records - 1 else { continue }
      try file.write(contentsOf: Data(lines))
      size += lines.count
      lines.removeAll(keepingCapacity: true)
    }
    return size
  }

  private func run(_ command: String, _ path: String, _ own: Double) throws {
    func children() -> Double {
      var usage = rusage()
      getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
      func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
      return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command.replacingOccurrences(of: "FILE", with: path)]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let (start, before) = (Usage.now, children())
    try process.run()
    process.waitUntilExit()
    let cpu = children() - before
    options.report.work(
      "the program beside (status \(process.terminationStatus))", records, "processes",
      Cost(wall: start.since().wall, cpu: cpu), ratios: [("our processor time", cpu / own)])
  }

  /// Puts a new bid into a process among many and asks what is flagged now.
  private func rescore() throws {
    var city = ProcurementTexts.Options()
    city.suppliers = 20_000
    city.buyers = 1000
    let texts = ProcurementTexts(seed: seed, city)
    let live = LiveFlags(settings)
    var line: [UInt8] = []
    let progress = ProgressLine("known processes", total: known)
    let start = Usage.now
    for number in 0..<known {
      line.removeAll(keepingCapacity: true)
      texts.appendLine(number, to: &line)
      try live.apply(line)
      progress.update(number)
    }
    progress.finish(known)
    options.report.work("  known processes, generated and taken", known, "processes", start.since())
    var random = SeededRandom(seed: seed)
    var latencies: [Double] = []
    var flags = 0
    for change in 1...2000 {
      line.removeAll(keepingCapacity: true)
      texts.appendLine(random.below(known), change: change, to: &line)
      let begin = ContinuousClock.now
      for ocid in try live.apply(line) {
        flags += live.flags(process: ocid).count + live.findings(process: ocid).count
      }
      latencies.append((ContinuousClock.now - begin).inSeconds)
    }
    latencies.sort()
    options.report.figures(
      "a changed process among \(known), taken and scored",
      [
        ("p50", latencies[latencies.count / 2] * 1000, "ms"),
        ("p99", latencies[latencies.count * 99 / 100] * 1000, "ms"),
        ("longest", (latencies.last ?? 0) * 1000, "ms"), ("flags", Double(flags), ""),
      ])
  }
}
