import Airspace
import ArgumentParser
import Commons
import Foundation

/// A day of flights over a city, filed one after the other.
struct BenchAirspace: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "airspace",
    abstract: "Flights of a simulated day deconflicted in four dimensions, on one core.",
    discussion: """
      Flights over a square of 45 km keep 30 m on the ground or 15 m in height. With --export the paths that \
      were promised are written, one JSON object a line, for Tests/independent/airspace.py to check.
      """)

  @Option(help: "Flights a day.") var flights = 113_000
  @Option(help: "Only the first so many seconds of the day; 0 is all of it.") var seconds = 0
  @Option(help: "The seed.") var seed: UInt64 = 1
  @Flag(help: "Refuse what conflicts instead of looking for another path.") var refuse = false
  @Option(help: "A file for the promised paths.") var export: String?
  @Flag(help: "Write a JSON object a line.") var json = false

  func validate() throws {
    guard flights > 0, seconds >= 0 else {
      throw ValidationError("--flights must be at least 1, --seconds not negative.")
    }
  }

  func run() async throws {
    try await telling {
      let report = BenchReport(isJSON: json)
      var day = Day(SeparationMinima(horizontal: 30, vertical: 15), replans: !refuse)
      let file = try export.map { try PathFile($0) }
      let start = Usage.now
      for filing in SyntheticTraffic(flights: flights, seed: seed) {
        if seconds > 0, filing.filed > Double(seconds) { break }
        if let path = day.file(filing) { try file?.write(filing.flight, path) }
      }
      let taken = start.since()
      try file?.close()
      report.work("flights filed", day.filed, "flights", taken)
      day.microseconds.sort()
      let last = day.microseconds.count - 1
      report.figures(
        "  of these",
        [
          ("as asked for", Double(day.asAsked), "flights"),
          ("on another path", Double(day.replanned), "flights"),
          ("refused", Double(day.filed - day.asAsked - day.replanned), "flights"),
          ("at most at a time", Double(day.most), "flights"),
          ("mean delay of the changed", day.delay / Double(max(1, day.replanned)), "s"),
        ])
      report.figures(
        "  an answer",
        [
          ("p50", day.microseconds[last / 2], "µs"),
          ("p99", day.microseconds[last * 99 / 100], "µs"),
          ("longest", day.microseconds[last], "µs"),
        ])
    }
  }

  /// The airspace during a day, and what became of the flights.
  private struct Day {
    var index: ConflictIndex
    let replans: Bool
    var filed = 0
    var asAsked = 0
    var replanned = 0
    var most = 0
    var delay = 0.0
    var microseconds: [Double] = []
    var swept = 0.0

    init(_ minima: SeparationMinima, replans: Bool) {
      index = ConflictIndex(minima)
      self.replans = replans
    }

    /// The path that was promised; nil if none was.
    mutating func file(_ filing: SyntheticTraffic.Filing) -> Trajectory? {
      if filing.filed > swept + 60 {
        index.removeEnded(by: filing.filed)
        swept = filing.filed
      }
      filed += 1
      let began = ContinuousClock.now
      let path = promise(filing)
      let span = ContinuousClock.now - began
      microseconds.append(Double(span.components.attoseconds) / 1e12)
      most = max(most, index.count)
      return path
    }

    private mutating func promise(_ filing: SyntheticTraffic.Filing) -> Trajectory? {
      if index.insert(filing.flight, filing.path).isEmpty {
        asAsked += 1
        return filing.path
      }
      guard replans, let plan = index.replan(filing.path) else { return nil }
      _ = index.insert(filing.flight, plan.path)
      replanned += 1
      delay += plan.delay
      return plan.path
    }
  }

  /// Paths as JSON lines: the flight's number, and points of metres east, north and up, and seconds.
  private final class PathFile {
    private let handle: FileHandle
    private var buffer: [UInt8] = []

    init(_ path: String) throws {
      guard FileManager.default.createFile(atPath: path, contents: nil),
        let handle = FileHandle(forWritingAtPath: path)
      else { throw Problem.notFound(Phrase("无法写入 \(path)。", en: "Cannot write \(path).")) }
      self.handle = handle
    }

    func write(_ flight: Int64, _ path: Trajectory) throws {
      let points = path.points.map { "[\($0.east),\($0.north),\($0.up),\($0.time)]" }
      buffer += Array(
        "{\"flight\":\(flight),\"points\":[\(points.joined(separator: ","))]}\n".utf8)
      if buffer.count > 1 << 20 { try close() }
    }

    func close() throws {
      try handle.write(contentsOf: buffer)
      buffer.removeAll(keepingCapacity: true)
    }
  }
}
