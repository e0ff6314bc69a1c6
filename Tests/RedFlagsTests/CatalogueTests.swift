import Commons
import Foundation
import RedFlags
import Testing

/// The fixtures of Tests/Fixtures/red-flags.jsonl: for each flag of the catalogue processes that it flags, worked
/// out by hand from its definition, and processes just outside it.
struct FlagFixture: CustomTestStringConvertible {
  let code: String
  let settings: FlagSettings
  let flagged: [String]
  let expected: [String: [String: Double]]
  let clean: [String]
  var testDescription: String { code }

  static let all: [FlagFixture] = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<2 { url.deleteLastPathComponent() }
    let path = url.appendingPathComponent("Fixtures/red-flags.jsonl")
    guard let text = try? String(contentsOf: path, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").compactMap { try? FlagFixture(String($0)) }
  }()

  init(_ line: String) throws {
    let json = try JSONValue(parsing: line)
    code = json["code"]?.string ?? ""
    let own = json["settings"]?.string ?? ""
    settings = try FlagSettings(ini: own.isEmpty ? "[\(code)]" : own)
    flagged = json["flagged"]?.array?.map(\.canonical) ?? []
    clean = json["clean"]?.array?.map(\.canonical) ?? []
    expected =
      json["expected"]?.object?.mapValues { $0.object?.compactMapValues(\.double) ?? [:] } ?? [:]
  }
}

@Suite struct CatalogueTests {
  /// What a flag says over these lines, by group and id.
  private static func values(
    _ lines: [String], _ fixture: FlagFixture
  ) throws -> [String: [String: Double]] {
    var found: [String: [String: Double]] = [:]
    for (group, ids) in try result(lines, fixture.settings).object ?? [:] where group != "Meta" {
      for (id, values) in ids.object ?? [:] {
        if let value = values[fixture.code]?.double { found[group, default: [:]][id] = value }
      }
    }
    return found
  }

  @Test(arguments: FlagFixture.all)
  func aFlagIsWhereItsDefinitionSays(_ fixture: FlagFixture) throws {
    let found = try CatalogueTests.values(fixture.flagged, fixture)
    #expect(found.keys.sorted() == fixture.expected.keys.sorted())
    for (group, ids) in fixture.expected {
      #expect(found[group]?.keys.sorted() == ids.keys.sorted(), "\(group)")
      for (id, value) in ids {
        let other = found[group]?[id] ?? .nan
        #expect(abs(other - value) <= 1e-12 * max(1, abs(value)), "\(group) \(id)")
      }
    }
  }

  @Test(arguments: FlagFixture.all)
  func aFlagIsNowhereElse(_ fixture: FlagFixture) throws {
    #expect(try CatalogueTests.values(fixture.clean, fixture).isEmpty)
  }

  @Test func everyFlagHasItsFixture() {
    #expect(FlagFixture.all.map(\.code) == CatalogueFlag.all.map(\.code))
  }

  /// Together with those of Cardinal at least forty of Open Contracting's flags.
  @Test func theCatalogueIsWhole() {
    let codes = Set(CatalogueFlag.all.map(\.code)).union(FlagCode.allCases.map(\.rawValue))
    #expect(codes.filter { $0.hasPrefix("R") }.count >= 40)
    #expect(codes.count == CatalogueFlag.all.count + FlagCode.allCases.count)
  }

  /// The reference has one line for each flag, which says what the program does.
  @Test func theReferenceHasALineForEachFlag() throws {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { url.deleteLastPathComponent() }
    let page = try String(
      contentsOf: url.appendingPathComponent("docs/reference/red-flags.md"), encoding: .utf8)
    for flag in CatalogueFlag.all {
      let isThere = page.contains("\n" + flag.referenceLine + "\n")
      #expect(isThere, "\(flag.referenceLine)")
    }
  }
}

@Suite struct CatalogueOrderTests {
  /// The fixtures' processes, some of them under ids that come twice.
  private static func lines(_ random: inout SeededRandom, repeats: Bool) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    for (index, fixture) in FlagFixture.all.enumerated() where random.chance(0.3) {
      for line in fixture.flagged + fixture.clean where random.chance(0.7) {
        let name =
          repeats && random.chance(0.3) ? "x\(random.below(20))" : "\(index)-\(lines.count)"
        var text = line
        if let range = text.range(of: #""ocid":"[^"]*""#, options: .regularExpression) {
          text.replaceSubrange(range, with: "\"ocid\":\"\(name)\"")
        }
        if random.chance(0.2) { text = text.replacingOccurrences(of: "CNY", with: "USD") }
        if random.chance(0.3) {
          text = text.replacingOccurrences(
            of: #""status":"valid""#,
            with: #""status":"valid","relatedLots":["\#(random.below(3))"]"#)
        }
        lines.append(Array(text.utf8))
      }
    }
    return lines
  }

  /// One fold over all, folds over parts merged in any order, and flags kept up to date with processes that come
  /// in any order: the same bytes; mixed currencies, lots, consortia and rates too.
  @Test(arguments: 0..<24)
  func partsAndOrderMakeNoDifference(_ seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var settings = FlagSettings.all
    settings.catalogue = .all
    settings.splitsLots = random.chance(0.5)
    settings.joinsConsortia = random.chance(0.5)
    if random.chance(0.5) {
      settings.rates = try ExchangeRates(into: "CNY", csv: "2023-01-01,USD,7\n2024-01-05,USD,7.1")
    }
    let repeats: FlagRepeats = seed % 2 == 0 ? .each : .latest
    let lines = CatalogueOrderTests.lines(&random, repeats: seed % 3 != 0)
    let whole = FlagFold(settings, map: true, repeats: repeats)
    whole.fold(Array(lines.joined(separator: [0x0A])))
    let expected = whole.report().json()

    var folds = (0..<3).map { _ in FlagFold(settings, map: true, repeats: repeats) }
    for (index, line) in lines.enumerated().shuffled(using: &random) {
      folds[random.below(3)].fold(line, chunk: index)
    }
    folds.shuffle(using: &random)
    for fold in folds.dropFirst() { folds[0].merge(fold) }
    #expect(folds[0].report().json().elementsEqual(expected))
    #expect(folds[0].counts == whole.counts)

    let live = LiveFlags(settings, map: true, repeats: repeats)
    for (index, line) in lines.enumerated().shuffled(using: &random) {
      try live.apply(line, position: UInt64(index))
    }
    #expect(live.report().json().elementsEqual(expected))
    let json = try JSONValue(parsing: expected)
    for (id, values) in json["OCID"]?.object ?? [:] {
      let own = live.findings(process: id).filter { $0.group == .OCID }
      let codes = Set(own.map(\.code))
      let all = Set(values.object?.keys.filter { CatalogueFlag.named($0) != nil } ?? [])
      #expect(codes == all, "\(id)")
      for finding in own { #expect(values[finding.code]?.double == finding.value) }
    }
  }

  @Test func aReplacedProcessLeavesNothingBehind() throws {
    var random = SeededRandom(seed: 3)
    var settings = FlagSettings.all
    settings.catalogue = .all
    settings.splitsLots = true
    let live = LiveFlags(settings, map: true)
    let lines = CatalogueOrderTests.lines(&random, repeats: false)
    var ocids: [String] = []
    for line in lines { ocids += try live.apply(line) }
    #expect(ocids.count == lines.count)
    for ocid in ocids { try live.apply(Array("{\"ocid\":\"\(ocid)\"}".utf8)) }
    let empty = FlagFold(settings, map: true)
    #expect(live.report().json() == empty.report().json())
  }
}

@Suite struct ShapingTests {
  private static func lotBid(_ lots: [String], _ tenderer: String, _ amount: Double) -> String {
    let names = lots.map { "\"\($0)\"" }.joined(separator: ",")
    return String(bid("valid", tenderer, amount).dropLast()) + ",\"relatedLots\":[\(names)]}"
  }

  @Test func lotsAreJudgedApart() throws {
    let line = """
      {"ocid":"p","tender":{"numberOfTenderers":1,"procurementMethod":"open"},"bids":{"details":[\
      \(ShapingTests.lotBid(["1"], "A", 100)),\(ShapingTests.lotBid(["1"], "B", 100)),\
      \(ShapingTests.lotBid(["2"], "A", 100)),\(ShapingTests.lotBid(["2"], "B", 101)),\
      \(ShapingTests.lotBid(["1", "2"], "C", 100))]}}
      """
    let apart = try result([line], settings("lots = true", "[R028]", "[R018]"))
    #expect(value(apart, "OCID", "p/1", "R028") == 1)
    #expect(value(apart, "OCID", "p/2", "R028") == nil)
    // C's price is for both lots, and the number of tenderers the whole process's.
    #expect(value(apart, "Tenderer", "C", "R028") == nil)
    #expect(value(apart, "OCID", "p", "R018") == 1)
    #expect(value(apart, "OCID", "p/1", "R018") == nil)
    let together = try result([line], settings("[R028]"))
    #expect(value(together, "OCID", "p", "R028") == 1)
    #expect(value(together, "Tenderer", "C", "R028") == 1)
  }

  @Test func aConsortiumIsOneTenderer() throws {
    let pair =
      #"{"status":"valid","tenderers":[{"id":"B"},{"id":"A"}],"value":{"amount":100,"currency":"CNY"}}"#
    let line = """
      {"ocid":"p","bids":{"details":[\(pair),\(bid("valid", "C", 150))]},\
      "awards":[{"status":"active","suppliers":[{"id":"A"},{"id":"B"}]}]}
      """
    let joined = try result([line], settings("consortia = true", "[R058]", "threshold = 0.4"))
    #expect(value(joined, "OCID", "p", "R058") == 0.5)
    #expect(value(joined, "Tenderer", "A + B", "R058") == 0)
    let plain = try result([line], settings("[R058]", "threshold = 0.4"))
    #expect(value(plain, "OCID", "p", "R058") == nil)
  }

  @Test func amountsAreConvertedByTheRateOfTheirDay() throws {
    var own = try settings("[R028]", "[R058]", "threshold = 0.1")
    own.rates = try ExchangeRates(
      into: "CNY", csv: "date,currency,rate\n2023-12-01,USD,7\n2024-01-02,USD,8")
    // Dated 2024-01-01T00:00:00Z, the first rate's.
    let line = process(
      "p", [bid("valid", "A", 700), bid("valid", "B", 100, "USD"), bid("valid", "C", 1, "EUR")],
      winner: "A")
    let found = try result([line], own)
    #expect(value(found, "OCID", "p", "R028") == 1)
    #expect(value(found, "Tenderer", "C", "R028") == nil)
    // From 16:00 UTC it is the second day in China.
    let later = line.replacingOccurrences(of: "2024-01-01T00:00:00Z", with: "2024-01-01T16:00:00Z")
    let other = try result([later], own)
    #expect(value(other, "OCID", "p", "R028") == nil)
    #expect(abs((value(other, "OCID", "p", "R058") ?? 0) - 100.0 / 700) < 1e-12)
  }

  @Test(arguments: [
    "2024-13-01,USD,7", "2024-01-01,USD", "2024-01-01,,7", "2024-01-01,USD,0", "2024-01-01,USD,x",
  ])
  func wrongRatesAreRefusedWithTheirLine(_ line: String) throws {
    let problem = #expect(throws: Problem.self) {
      try ExchangeRates(into: "CNY", csv: "2024-01-01,EUR,7.8\n\(line)\n")
    }
    #expect(problem?.fields.map(\.pointer) == ["line 2"])
  }

  @Test func wrongSettingsAreRefused() {
    for text in [
      "lots = yes", "[R041]\nlikeness = 0.5", "[R041]\nthreshold = x", "[R073]", "[CN99]",
    ] {
      #expect(throws: Problem.self) { try FlagSettings(ini: text) }
    }
  }
}
