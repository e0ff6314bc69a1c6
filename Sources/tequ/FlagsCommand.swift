import App
import ArgumentParser
import Commons
import Foundation
import RedFlags

/// Computes red flags of procurement.
struct FlagsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flags",
    abstract: "Compute red flags of procurement from OCDS, as Open Contracting's Cardinal does.",
    discussion: """
      The file holds a compiled release, record or package a line, plain or gzip-compressed, or one package over \
      several lines; - is standard input. The result is one line of JSON in the shape of Cardinal's; what was left \
      out is told on standard error. See docs/reference/red-flags.md.
      """)

  @Argument(help: "JSON lines of OCDS 1.1, or - for standard input.") var file: String
  @Option(help: "Cardinal's settings file (INI); without it every indicator with its defaults.")
  var settings: String?
  @Flag(help: "Add which organisations belong to which process.") var map = false
  @Flag(name: .customLong("no-meta"), help: "Leave out quartiles and fences.") var noMeta = false
  @Flag(help: "Of several lines with one ocid only the last counts.") var latest = false
  @Option(help: "Threads; without it one a processor.") var threads: Int?
  @Option(help: "Rates of exchange, lines DATE,CURRENCY,RATE into the settings' currency.")
  var rates: String?
  @Flag(help: "Look for every flag of the catalogue too, with standard parameters.") var catalogue =
    false
  @Flag(help: "Take line after line into flags that are kept up to date.") var incremental = false

  func validate() throws {
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads must be 1 to 256.")
    }
  }

  func run() async throws {
    try await telling {
      var options = FlagFile.Options(try readSettings())
      options.map = map
      options.repeats = latest ? .latest : .each
      options.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
      let source = FlagFile(file, options)
      let report: FlagReport
      if incremental {
        report = try source.live { number, problem in
          Say.error("line \(number): \(problem.detail[Say.language])")
        }.report()
      } else {
        let fold = try await source.fold()
        tell(fold)
        report = fold.report()
      }
      FileHandle.standardOutput.write(Data(report.json(meta: !noMeta) + [0x0A]))
    }
  }

  private func readSettings() throws -> FlagSettings {
    var chosen = try settings.map { try FlagSettings(ini: try read($0)) } ?? .all
    if catalogue { for flag in CatalogueFlag.all { chosen.catalogue.choose(flag.code) } }
    guard let rates else { return chosen }
    guard let currency = chosen.currency else {
      throw Problem.malformed(
        Phrase(
          "有汇率时须在设置中写明 currency。", en: "With rates the settings must name the currency."))
    }
    chosen.rates = try ExchangeRates(into: currency, csv: try read(rates))
    return chosen
  }

  private func read(_ path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Problem.notFound(Phrase("没有文件 \(path)。", en: "There is no file \(path)."))
    }
    return String(decoding: data, as: UTF8.self)
  }

  /// Tells what was left out.
  private func tell(_ fold: FlagFold) {
    for problem in fold.problems {
      let line = fold.line(of: problem)
      Say.error(
        Phrase(
          "第 \(line) 行第 \(problem.column + 1) 个字节：\(problem.reason.zh)；已跳过。",
          en: "line \(line), byte \(problem.column + 1): \(problem.reason.en); skipped")[
            Say.language])
    }
    let counts = fold.counts
    let others = fold.otherCurrencies.values.reduce(0, +)
    let figures: [(Int, Phrase)] = [
      (counts.invalid, Phrase("行不是 JSON", en: "lines are no JSON")),
      (counts.unidentified, Phrase("项没有 ocid", en: "values have no ocid")),
      (counts.cancelled, Phrase("项已取消", en: "processes are cancelled")),
      (counts.excluded, Phrase("项依设置排除", en: "processes are excluded by the settings")),
      (counts.repeated, Phrase("行的 ocid 已出现过", en: "lines repeat an ocid")),
      (others, Phrase("个报价为其他币种", en: "bids are in other currencies")),
    ]
    let told = figures.filter { $0.0 > 0 }.map { "\($0.0) \($0.1[Say.language])" }
    guard !told.isEmpty else { return }
    Say.error(
      Phrase("共 \(counts.processes) 项；", en: "\(counts.processes) processes; ")[Say.language]
        + told.joined(separator: Say.language == .zh ? "，" : ", "))
  }
}
