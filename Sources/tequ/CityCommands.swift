import App
import ArgumentParser
import CityProfiles
import Commons
import EvidenceLog
import Foundation
import LegalTime

/// A city's configuration, handed on from one city to another.
struct CityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "city",
    abstract: "Hand the configuration of measures from one city to another.",
    subcommands: [ExportCity.self, ImportCity.self])
}

/// Writes a signed package.
struct ExportCity: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write the configuration of measures as a signed package.",
    discussion: """
      The package is a tar of a signed note, canonical JSON and, with measure 21, the catalogue: what the \
      profile says of the measures, their parameters, figures, rules digest and indicators. It holds no \
      personal data and no secrets. Reads only, beside a running server too.
      """)

  @Argument(help: "The file to write; there must be none yet.") var file: String
  @Option(help: "Which measures, such as 19,21.") var measures: String
  @OptionGroup var data: FolderOptions

  func run() async throws {
    try await telling {
      var options = RunningCity.Options()
      options.isReadOnly = true
      let city = try await RunningCity(data.folder, options)
      defer { city.close() }
      try await city.sequencer.load()
      let bytes = try CityPackage.make(numbers, of: city, at: city.time.now)
      let path = FolderOptions.absolute(file)
      let out = try PrivateFile.make(path)
      try out.write(contentsOf: Data(bytes))
      try out.synchronize()
      try out.close()
      Say.line(
        Phrase(
          "已写入 \(path)（\(bytes.count) 字节），签名公钥：", en: "\(path): \(bytes.count) bytes, signed by")[
            Say.language])
      Say.line(city.signer.verifier.text)
    }
  }

  private var numbers: [Int] { ExportCity.numbers(measures) ?? [] }

  static func numbers(_ text: String) -> [Int]? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let numbers = parts.compactMap { $0 }
    guard numbers.count == parts.count, numbers.allSatisfy((1...22).contains),
      Set(numbers).count == numbers.count
    else { return nil }
    return numbers.sorted()
  }

  func validate() throws {
    guard ExportCity.numbers(measures) != nil else {
      throw ValidationError("--measures takes numbers from 1 to 22, such as 19,21, each once.")
    }
  }
}

/// Takes a signed package over.
struct ImportCity: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take the configuration of measures over from a signed package.",
    discussion: """
      The signature is checked, the gate is asked again for this city and day, the differences are shown; \
      then the profile in the data folder is replaced in one step, or not at all. It counts from the next \
      start of the server. Authorisations are never taken over: for a measure that this city has not \
      adopted, give its own with --record. Exit status: 0 taken over, 1 refused.
      """)

  @Argument(help: "The package.") var file: String
  @OptionGroup var data: FolderOptions
  @Option(
    help: "The key of the city that made it, NAME+HASH+KEY, as it publishes it at /log/key.")
  var key: String?
  @Option(
    help:
      "A JSON file with this city's own entries: {\"19\": {\"from\": …, \"authorisations\": …}}.")
  var record: String?
  @Option(help: "For which day the gate is asked, such as 2026-03-02; today without it.")
  var on: String?
  @Flag(help: "Show what would change, and change nothing.") var dryRun = false

  func run() async throws {
    try await telling {
      let package = try CityPackage(try read(file))
      let day = try on.map(RuleMoment.date) ?? SystemTime().now.date(in: .beijing)
      let isConfirmed = key == package.key.text || package.isSigned(by: data.folder)
      tell(package, isConfirmed)
      guard key == nil || key == package.key.text else { throw ImportCity.otherKey(package.key) }
      var records: JSONValue = [:]
      if let record {
        let bytes = try read(record)
        do throws(JSONError) { records = try JSONValue(parsing: bytes) } catch {
          throw error.problem
        }
      }
      let change = try CityPackageImport(package, into: data.folder, records: records, on: day)
      tell(change)
      if dryRun { return }
      guard isConfirmed else { throw ImportCity.keyNeeded(package.key) }
      try change.apply(to: data.folder)
      say("已导入；下次启动服务时生效。", "Taken over; it counts from the next start of the server.")
    }
  }

  private func read(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: FolderOptions.absolute(path)) else {
      throw Problem.notFound(Phrase("没有文件 \(path)。", en: "There is no file \(path)."))
    }
    return Array(data)
  }

  private func say(_ zh: String, _ en: String) { Say.line(Phrase(zh, en: en)[Say.language]) }

  private func tell(_ package: CityPackage, _ isConfirmed: Bool) {
    let name = package.json["city"]?["name"]?[Say.language == .zh ? "zh" : "en"]?.string ?? "?"
    let code = package.json["city"]?["code"]?.string ?? "?"
    let made = package.json["made_at"]?.string ?? "?"
    say("来自：\(name)（\(code)），\(made)", "From: \(name) (\(code)), \(made)")
    say(
      "公钥\(isConfirmed ? "（已确认）" : "（未确认）")：\(package.key.text)",
      "Key, \(isConfirmed ? "confirmed" : "not confirmed"): \(package.key.text)")
    if package.catalogue != nil {
      say(
        "内有事项目录 catalogue.json：单位各城不同，不自动导入，可用 tar 取出改编。",
        "It holds a catalogue.json: agencies differ from city to city, so it is not taken over; take it out with tar and adapt it."
      )
    }
  }

  private func tell(_ change: CityPackageImport) {
    if !change.hasSameRules {
      say(
        "准入规则与制作时不同，已按本程序的规则重新判断。",
        "It was made under other rules on adoption; this program's were asked.")
    }
    for answer in change.answers {
      Say.line("  \(answer.measure) \(answer.function): \(answer.verdict.name[Say.language])")
    }
    if change.changes.isEmpty { say("没有差异。", "Nothing differs.") }
    for one in change.changes {
      Say.line("  \(one.pointer): \(one.before?.canonical ?? "—") → \(one.after?.canonical ?? "—")")
    }
  }

  private static func otherKey(_ key: NoteVerifier) -> Problem {
    .refused(
      "package-key",
      Phrase(
        "包的签名公钥不是 --key 所给的：\(key.text)。请向发布城市核实。",
        en:
          "The package is signed by another key than --key: \(key.text). Ask the city that made it."
      ))
  }

  private static func keyNeeded(_ key: NoteVerifier) -> Problem {
    .refused(
      "package-key",
      Phrase(
        "尚未确认是谁签的。请在发布城市的 /log/key 核对公钥，再用 --key '\(key.text)' 导入；什么也没有改动。",
        en:
          "Nobody has confirmed who signed it. Compare the key with the one that the city publishes at /log/key, then import with --key '\(key.text)'. Nothing was changed."
      ))
  }

  func validate() throws {
    if let on, CivilDate(on) == nil {
      throw ValidationError("“\(on)” is no date; write it like 2026-03-02.")
    }
  }
}
