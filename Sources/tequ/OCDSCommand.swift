import App
import ArgumentParser
import Commons
import Foundation
import RedFlags

/// Works with procurement in OCDS.
struct OCDSCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ocds", abstract: "Work with procurement in OCDS.",
    subcommands: [Compile.self, Validate.self])

  /// Merges releases into records.
  struct Compile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Merge the releases of each process into a record, one a line.",
      discussion: """
        The file holds releases, records or packages, each a line or one over several lines, plain or \
        gzip-compressed; - is standard input. A record has the releases, the compiled and the versioned release. \
        Exit status: 0 all is merged, 3 something was left out.
        """)

    @Argument(help: "Releases in OCDS 1.1, or - for standard input.") var file: String
    @Option(help: "A release schema whose rules of merging are taken; without it those of 1.1.5.")
    var schema: String?

    func run() async throws {
      try await telling {
        let compiler = ReleaseCompiler(try rules())
        try FlagFile.withContent(of: file) { bytes, count in
          compiler.index(bytes, count: count)
          let progress = ProgressLine("records", total: compiler.processCount)
          var lines: [UInt8] = []
          for number in 0..<compiler.processCount {
            if let record = compiler.record(number) { lines += record + [0x0A] }
            guard lines.count > 1 << 20 || number == compiler.processCount - 1 else { continue }
            FileHandle.standardOutput.write(Data(lines))
            lines.removeAll(keepingCapacity: true)
            progress.update(number + 1)
          }
          progress.finish(compiler.processCount)
        }
        for failure in compiler.failures.prefix(20) {
          Say.error("\(failure.place): \(failure.reason[Say.language])")
        }
        let leftOut = compiler.failures.count + compiler.unidentified
        guard leftOut > 0 else { return }
        Say.error(
          Phrase("有 \(leftOut) 处未处理。", en: "\(leftOut) places were left out.")[Say.language])
        throw ExitCode(3)
      }
    }

    private func rules() throws -> MergeRules {
      guard let schema else { return .ocds }
      return try MergeRules(schema: try OCDSCommand.json(schema))
    }
  }

  /// Checks a file against the schemas of the standard.
  struct Validate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check releases, records and packages against the schemas of OCDS 1.1.5.",
      discussion: """
        The file holds values a line, or one over several lines, plain or gzip-compressed; - is standard input. \
        What a value is follows from its members. Exit status: 0 all is valid, 3 something is not.
        """)

    @Argument(help: "JSON lines or a document of OCDS 1.1, or - for standard input.") var file:
      String
    @Option(help: "Another schema of draft 4, for every value.") var schema: String?
    @Option(help: "So many problems are told; all are counted.") var limit = 1000
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
      try await telling {
        let validator =
          try schema.map { try SchemaValidator(try OCDSCommand.json($0)) } ?? SchemaValidator.ocds()
        var report = ValidationReport(limit: limit)
        try FlagFile.forEachValue(of: file) { value in
          report.take(value, validator.check(value.bytes, count: value.count))
        }
        Say.line(json ? report.json.canonical : report.text)
        guard report.checked == report.valid else { throw ExitCode(3) }
      }
    }
  }

  fileprivate static func json(_ path: String) throws -> JSONValue {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Problem.notFound(Phrase("没有文件 \(path)。", en: "There is no file \(path)."))
    }
    do throws(JSONError) { return try JSONValue(parsing: [UInt8](data)) } catch {
      throw error.problem
    }
  }
}

/// What a check of many values has found.
private struct ValidationReport {
  private let limit: Int
  private(set) var checked = 0
  private(set) var valid = 0
  private var faults = 0
  private var kinds: [String: Int64] = [:]
  private var told: [JSONValue] = []
  private var lines: [String] = []

  init(limit: Int) { self.limit = limit }

  mutating func take(
    _ value: FlagFile.Value, _ result: Result<SchemaValidator.Outcome, SyntaxFault>
  ) {
    checked += 1
    switch result {
    case .success(let outcome):
      kinds[outcome.kind.rawValue, default: 0] += 1
      if outcome.faults.isEmpty { valid += 1 }
      for fault in outcome.faults {
        tell(
          [
            "line": .integer(Int64(value.line)), "ocid": JSONValue(outcome.ocid),
            "pointer": .string(fault.pointer), "keyword": .string(fault.keyword),
            "message": .string(fault.message[Say.language]),
          ],
          "line \(value.line): \(fault.pointer) (\(fault.keyword)): \(fault.message[Say.language])")
      }
    case .failure(let fault):
      let (line, column) = place(fault.offset, in: value)
      tell(
        [
          "line": .integer(Int64(line)), "column": .integer(Int64(column)), "keyword": "json",
          "message": .string(fault.reason[Say.language]),
        ], "line \(line), byte \(column): \(fault.reason[Say.language])")
    }
  }

  /// Line and byte within it, both from 1.
  private func place(_ offset: Int, in value: FlagFile.Value) -> (line: Int, column: Int) {
    var (line, column) = (value.line, 1)
    for index in 0..<offset {
      (line, column) = value.bytes[index] == 0x0A ? (line + 1, 1) : (line, column + 1)
    }
    return (line, column)
  }

  private mutating func tell(_ problem: JSONValue, _ text: String) {
    faults += 1
    guard told.count < limit else { return }
    told.append(problem)
    lines.append(text)
  }

  var json: JSONValue {
    [
      "checked": .integer(Int64(checked)), "valid": .integer(Int64(valid)),
      "invalid": .integer(Int64(checked - valid)),
      "kinds": .object(kinds.mapValues { .integer($0) }),
      "problemCount": .integer(Int64(faults)), "problems": .array(told),
    ]
  }

  var text: String {
    let sum = Phrase(
      "共 \(checked) 项，有效 \(valid) 项，问题 \(faults) 处",
      en: "\(checked) checked, \(valid) valid, \(faults) problems")
    return (lines + [sum[Say.language]]).joined(separator: "\n")
  }
}
