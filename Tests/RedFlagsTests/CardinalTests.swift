import Commons
import Foundation
import RedFlags
import Testing

/// The results that Cardinal 0.0.8 gave for the same files.
@Suite(
  .enabled(
    if: Shared.isHere, "../shared/data/market is not here: recorded results are not compared"))
struct CardinalTests {
  @Test(arguments: ["real-all", "synth-10k", "synth-fence"], ["settings", "settings-tuned"])
  func recordedResults(_ file: String, _ name: String) throws {
    let own = file == "real-all" && name == "settings" ? "settings-nocur" : name
    let ini = String(decoding: try Shared.bytes(own + ".ini"), as: UTF8.self)
    let fold = FlagFold(try FlagSettings(ini: ini), map: true)
    fold.fold(try Shared.bytes(file + ".jsonl.gz"))
    let limits = JSONValue.Limits(bytes: 1 << 30)
    let found = try JSONValue(parsing: fold.report().json(), limits: limits)
    let recorded = try JSONValue(
      parsing: Shared.bytes("\(file).\(name).cardinal.json.gz"), limits: limits)
    #expect(CardinalTests.differences(found, recorded, "") == [])
  }

  @Test func fixtures() throws {
    let folder = Shared.market + "/cardinal-fixtures/indicators"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }.sorted()
    #expect(names.count == 15)
    for name in names {
      let fold = FlagFold(try FlagSettings(ini: CardinalTests.settings(of: name)))
      fold.fold(try Shared.bytes("cardinal-fixtures/indicators/\(name).jsonl"))
      let found = try JSONValue(parsing: fold.report().json(meta: false))
      let expected = try JSONValue(
        parsing: Shared.bytes("cardinal-fixtures/indicators/\(name).expected"))
      #expect(CardinalTests.differences(found, expected, name) == [])
    }
  }

  /// Cardinal's tests take the settings from the file's name: R003-threshold-10.
  private static func settings(of name: String) -> String {
    let words = name.split(separator: "-").map { $0.replacing("+", with: "|") }
    let section = words[0]
    var ini = """
      no_price_comparison_procurement_methods = NPC
      [exclusions]
      procurement_method_details = EXC
      [\(section)]

      """
    if words.count == 3 { ini += "\(words[1]) = \(words[2])\n" }
    if words.count > 3 {
      ini += "[\(section).\(words[1])]\n"
      for index in stride(from: 2, to: words.count - 1, by: 2) {
        ini += "\(words[index]) = \(words[index + 1])\n"
      }
    }
    return ini
  }

  private static func differences(_ a: JSONValue?, _ b: JSONValue?, _ place: String) -> [String] {
    switch (a, b) {
    case (.object(let a)?, .object(let b)?):
      return Set(a.keys).union(b.keys).sorted().flatMap {
        differences(a[$0], b[$0], place + "/" + $0)
      }
    case (.array(let a)?, .array(let b)?):
      return Set(a) == Set(b) && a.count == b.count ? [] : [place]
    default:
      if let a = a?.double, let b = b?.double { return abs(a - b) <= 1e-12 ? [] : [place] }
      return a == b ? [] : [place]
    }
  }
}
