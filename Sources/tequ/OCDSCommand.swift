import App
import ArgumentParser
import Commons
import Foundation
import RedFlags

/// Works with procurement in OCDS.
struct OCDSCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ocds", abstract: "Work with procurement in OCDS.", subcommands: [Compile.self])

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
      guard let data = FileManager.default.contents(atPath: schema) else {
        throw Problem.notFound(Phrase("没有文件 \(schema)。", en: "There is no file \(schema)."))
      }
      let json: JSONValue
      do throws(JSONError) { json = try JSONValue(parsing: [UInt8](data)) } catch {
        throw error.problem
      }
      return try MergeRules(schema: json)
    }
  }
}
