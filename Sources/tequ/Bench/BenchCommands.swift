import App
import ArgumentParser
import Commons
import Desk
import Foundation
import LegalTime
import Simulation
import Storage

/// Measures the program against something bare in the same run.
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the program against something bare in the same run.",
    discussion: "Machines differ and are shared: the ratios are the result, not the rates.",
    subcommands: [
      BenchLives.self, BenchDates.self, BenchLists.self, BenchHTTP.self, BenchBareServer.self,
      BenchRules.self, BenchDormancy.self, BenchArrivals.self, BenchFlags.self, BenchDeals.self,
      BenchLog.self, BenchAirspace.self,
    ], defaultSubcommand: BenchLives.self)
}

/// What every benchmark takes.
struct BenchOptions: ParsableArguments {
  @Option(help: "Folder for scratch files.") var scratch = NSTemporaryDirectory()
  @Flag(help: "Leave the scratch files there.") var keep = false
  @Flag(help: "Write a JSON object a line.") var json = false
  @Option(
    help: "A database without a city, postgresql://…; without it, a SQLite file.",
    transform: { try FolderOptions.address($0) })
  var database: StoreAddress?

  var report: BenchReport { BenchReport(isJSON: json) }

  /// Where the benchmark of a name keeps its files and rows.
  func folder(_ parent: DataFolder, _ name: String) throws -> DataFolder {
    if try database?.holdsCity() == true {
      throw ValidationError("--database must name a database without a city.")
    }
    return DataFolder(parent.path + "/" + name, database: database)
  }

  /// A new city in a folder.
  func city(_ folder: DataFolder) async throws -> RunningCity {
    var options = RunningCity.Options()
    options.creates = true
    let city = try await RunningCity(folder, options)
    try await city.sequencer.load()
    return city
  }
}

/// Full lives of cases through the desk, beside a bare loop that writes the same rows.
struct BenchLives: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lives",
    abstract: "Full lives of cases, every step durable and in the log, beside a bare loop.")

  @OptionGroup var options: BenchOptions
  @Option(help: "Cases to live through.") var cases = 20_000
  @Option(help: "Callers at once.") var callers = 256

  func run() async throws {
    try await Bench.inScratch(options) { folder in
      let place = try options.folder(folder, "lives")
      try place.create()
      let bare = try bareLoop(place)
      let city = try await options.city(place)
      let bench = CityBench(city)
      try await bench.lives(callers * 2, callers: callers)
      try await lives(city, bench, bare)
      try await intakes(city, bench, bare)
      city.close()
      try size(city.folder)
    }
  }

  private func bareLoop(_ folder: DataFolder) throws -> Double {
    let start = Usage.now
    let commands = cases * CityBench.commandsOfALife
    let seconds = try folder.database.bareLoop(commands: commands, perTransaction: callers)
    let engine = folder.database.isShared ? "PostgreSQL" : "SQLite"
    options.report.work(
      "bare \(engine) loop, \(callers) commands a commit", commands, "commands", start.since())
    return Double(commands) / seconds
  }

  /// The log follows while the cases are lived through, as it does in service.
  private func following(
    _ city: RunningCity, _ body: () async throws -> Void
  ) async throws -> (durable: Cost, logged: Cost) {
    let start = Usage.now
    let logging = Task {
      while !Task.isCancelled {
        if try await city.sequencer.runOnce() == 0 { try await Task.sleep(for: .milliseconds(20)) }
      }
    }
    try await body()
    let durable = start.since()
    logging.cancel()
    _ = try? await logging.value
    try await city.sequencer.drain()
    return (durable, start.since())
  }

  private func lives(_ city: RunningCity, _ bench: CityBench, _ bare: Double) async throws {
    _ = bench.takeLatencies()
    let before = city.desk.store.commits
    let (durable, logged) = try await following(city) {
      try await bench.lives(cases, callers: callers)
    }
    let commands = cases * CityBench.commandsOfALife
    options.report.work("full lives, \(callers) callers", cases, "cases", durable)
    options.report.work(
      "  durable commands of these", commands, "commands", durable,
      ratios: [("the bare loop", Double(commands) / durable.wall / bare)])
    options.report.work("  until every step is in the log", cases, "cases", logged)
    tell(bench.takeLatencies(), city.desk.store.commits.since(before))
  }

  private func tell(_ latencies: [Double], _ commits: CommitCount) {
    let sorted = latencies.sorted()
    guard let last = sorted.last else { return }
    options.report.figures(
      "  group commit",
      [
        ("p50", sorted[sorted.count / 2] * 1000, "ms"),
        ("p99", sorted[sorted.count * 99 / 100] * 1000, "ms"), ("longest", last * 1000, "ms"),
        ("transactions", Double(commits.transactions), ""),
        ("units in each", commits.mean, ""), ("in the largest", Double(commits.largest), ""),
      ])
  }

  /// The step that most cases have most of: a note on a case that is being handled.
  private func intakes(_ city: RunningCity, _ bench: CityBench, _ bare: Double) async throws {
    let count = cases * 2
    let keys = try await bench.handled(callers)
    let (durable, _) = try await following(city) {
      try await bench.notes(count, on: keys)
    }
    options.report.work(
      "notes on open cases, \(callers) callers", count, "commands", durable,
      ratios: [("the bare loop", Double(count) / durable.wall / bare)])
  }

  private func size(_ folder: DataFolder) throws {
    guard !folder.database.isShared else { return }
    let bytes =
      (try FileManager.default.attributesOfItem(atPath: folder.databaseFile())[.size] as? Int) ?? 0
    options.report.figures("store", [("size", Double(bytes) / 1e6, "MB")])
  }
}

/// Due dates by the State Council's calendar.
struct BenchDates: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dates", abstract: "Due dates by the State Council's calendar, on one core.")

  @Flag(help: "Write a JSON object a line.") var json = false

  func run() async throws {
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
    let cost = start.since()
    // The sum is used, so that the loop is not optimised away.
    BenchReport(isJSON: json).work(
      "due dates\(sum == 0 ? " " : "")", count, "periods", cost)
  }
}

/// List pages of a full store.
struct BenchLists: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lists", abstract: "List pages, single reads and a page of 1,000 rows.")

  @OptionGroup var options: BenchOptions
  @Option(help: "Cases in the store.") var cases = 1_000_000

  func run() async throws {
    try await Bench.inScratch(options) { folder in
      let city = try await options.city(try options.folder(folder, "lists"))
      let progress = ProgressLine("filling", total: cases)
      let start = Usage.now
      try await CityBench(city).fill(cases) { progress.update($0) }
      progress.finish(cases)
      options.report.work("filling by groups", cases, "cases", start.since())
      try await CityBench(city).dispatch(cases / 10, to: "urban")
      try await city.sequencer.drain()
      for page in try await ListBench(city).run() {
        options.report.figures(
          page.name,
          [
            ("cases", Double(cases), ""), ("p50", page.p50 * 1000, "ms"),
            ("p99", page.p99 * 1000, "ms"), ("size", Double(page.bytes), "bytes"),
          ])
      }
      city.close()
    }
  }
}
