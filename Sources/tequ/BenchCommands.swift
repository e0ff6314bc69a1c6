import App
import ArgumentParser
import Commons
import Foundation
import LegalTime
import SQLiteStorage
import Simulation

/// Measures the program against a bare loop in the same run.
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure: full lives of cases, a bare SQLite loop, due dates, pages.",
    discussion: "Machines differ and are shared: the ratios are the result, not the rates.")

  @Option(help: "Cases to live through.") var cases = 20_000
  @Option(help: "Callers at once.") var callers = 256
  @Option(help: "Folder for scratch files; they are removed.") var scratch = NSTemporaryDirectory()
  @Option(help: "Also fill a store with so many cases and time its list pages.") var listCases = 0

  func run() async throws {
    try await telling {
      let folder = DataFolder(scratch + "/tequ-bench-\(getpid())")
      try folder.create()
      defer { try? FileManager.default.removeItem(atPath: folder.path) }
      let bare = try bareLoop(folder)
      try await lives(folder, bare)
      try dueDates()
      if listCases > 0 { try await lists(folder) }
    }
  }

  // MARK: Measuring

  private struct Usage {
    let wall: ContinuousClock.Instant
    let cpu: Double

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

    func since() -> (wall: Double, cpu: Double) {
      let now = Usage.now
      let taken = (now.wall - wall).components
      return (Double(taken.seconds) + Double(taken.attoseconds) * 1e-18, now.cpu - cpu)
    }
  }

  private func say(
    _ what: String, _ work: Int, _ unit: String, _ taken: (wall: Double, cpu: Double),
    _ more: String = ""
  ) {
    Say.line(
      "\(what): \(work) \(unit) in \(fixed(taken.wall, 2)) s = \(Int(Double(work) / taken.wall))/s, "
        + "cpu \(fixed(taken.cpu, 2)) s, peak \(Usage.peakMegabytes) MB\(more)")
  }

  private func fixed(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", value)
  }

  // MARK: Parts

  private func bareLoop(_ folder: DataFolder) throws -> Double {
    let start = Usage.now
    let commands = cases * CityBench.commandsOfALife
    _ = try BareLoop.run(
      path: folder.path + "/bare.sqlite", commands: commands, perTransaction: callers)
    let taken = start.since()
    say("bare SQLite loop, \(callers) commands a commit", commands, "commands", taken)
    return Double(commands) / taken.wall
  }

  private func lives(_ folder: DataFolder, _ bare: Double) async throws {
    var options = RunningCity.Options()
    options.creates = true
    let city = try await RunningCity(DataFolder(folder.path + "/lives"), options)
    try await city.sequencer.load()
    let bench = CityBench(city)
    try await bench.lives(callers * 2, callers: callers)
    let start = Usage.now
    // The log follows while the cases are lived through, as it does in service.
    let logging = Task {
      while !Task.isCancelled {
        if try await city.sequencer.runOnce() == 0 { try await Task.sleep(for: .milliseconds(20)) }
      }
    }
    try await bench.lives(cases, callers: callers)
    let taken = start.since()
    logging.cancel()
    _ = try? await logging.value
    try await city.sequencer.drain()
    let whole = start.since()
    let commands = cases * CityBench.commandsOfALife
    say("full lives, \(callers) callers", cases, "cases", taken)
    say(
      "  durable commands", commands, "commands", taken,
      ", \(fixed(Double(commands) / taken.wall / bare * 100, 0)) % of the bare loop")
    say("  with every step in the log", cases, "cases", whole)
    city.close()
    let size =
      (try? FileManager.default.attributesOfItem(atPath: city.folder.database)[.size] as? Int) ?? 0
    Say.line("  store: \(size / (cases + callers * 2)) bytes a closed case")
  }

  private func dueDates() throws {
    let calendar = WorkCalendar.stateCouncil
    let first = CivilDate("2015-01-01") ?? CivilDate(dayNumber: 0)
    let periods =
      [1, 3, 5, 10, 15, 20, 30, 60].map {
        Period($0, .workingDays, rollsOver: true, basis: .cityPolicy(.same("-")))
      } + [Period(3, .months, rollsOver: true, basis: .cityPolicy(.same("-")))]
    let start = Usage.now
    var sum = 0
    let count = 9_000_000
    for index in 0..<(count / 9) {
      let day = first.adding(days: index % 3650)
      for period in periods { sum &+= Int(calendar.due(period, from: day).date.dayNumber) }
    }
    say("due dates", count, "periods", start.since(), sum == 0 ? " " : "")
  }

  private func lists(_ folder: DataFolder) async throws {
    var options = RunningCity.Options()
    options.creates = true
    let city = try await RunningCity(DataFolder(folder.path + "/lists"), options)
    let progress = ProgressLine("filling", total: listCases)
    let start = Usage.now
    try await CityBench(city).fill(listCases) { progress.update($0) }
    progress.finish(listCases)
    say("filling by groups", listCases, "cases", start.since())
    let pages = try await ListBench(city).run()
    for page in pages {
      Say.line(
        "\(page.name) at \(listCases) cases: p50 \(fixed(page.p50 * 1000, 1)) ms, "
          + "p99 \(fixed(page.p99 * 1000, 1)) ms, \(page.bytes) bytes")
    }
    city.close()
  }
}
