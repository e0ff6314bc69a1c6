import CityProfiles
import Commons
import ServiceRequests

/// Brings a file of messages in, line by line, and says of every bad line what is wrong with it.
public struct RequestsImport: Sendable {
  /// What came of a file.
  public struct Report: Sendable {
    /// Lines that hold something.
    public var rows = 0
    /// Rows that became cases.
    public var imported = 0
    /// Rows that were in before.
    public var known = 0
    /// Lines that could not be taken, with the reason.
    public var refused: [(line: Int, problem: Problem)] = []

    /// The report for programs.
    public var json: JSONValue {
      [
        "rows": .integer(Int64(rows)), "imported": .integer(Int64(imported)),
        "known": .integer(Int64(known)), "refused": .integer(Int64(refused.count)),
        "problems": .array(
          refused.map {
            [
              "line": .integer(Int64($0.line)), "problem": .string($0.problem.slug),
              "zh": .string($0.problem.detail.zh), "en": .string($0.problem.detail.en),
            ]
          }),
      ]
    }
  }

  private static let groupSize = 256

  /// Imports a file (plain or gzip, a JSON object a line) into a city.
  public static func run(_ path: String, into city: RunningCity) async throws -> Report {
    let importer = RequestImporter(desk: city.desk, rules: city.rules)
    let reader = try LineReader(path)
    let progress = ProgressLine("import", total: nil)
    var report = Report()
    var line = 0
    var group: [(line: Int, message: ImportedMessage)] = []
    func flush() async throws {
      let outcomes = try await importer.take(group.map(\.message))
      for (row, outcome) in zip(group, outcomes) {
        switch outcome {
        case .imported: report.imported += 1
        case .known: report.known += 1
        case .refused(let problem): report.refused.append((row.line, problem))
        }
      }
      group.removeAll(keepingCapacity: true)
      progress.update(report.rows)
    }
    while let bytes = try reader.next() {
      line += 1
      guard bytes.contains(where: { $0 > 0x20 }) else { continue }
      report.rows += 1
      do {
        group.append((line, try ImportedMessage(line: bytes, zone: city.profile.zone)))
      } catch let problem as Problem { report.refused.append((line, problem)) }
      if group.count >= groupSize { try await flush() }
    }
    if !group.isEmpty { try await flush() }
    progress.finish(report.rows)
    report.refused.sort { $0.line < $1.line }
    try await city.settle()
    return report
  }
}
