import Commons
import Foundation
import RedFlags
import Testing

/// Random procurement: few organisations, much that is missing, of another type or repeated.
private struct RandomProcurement {
  var random: SeededRandom
  let repeats: Bool

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[random.below(elements.count)]
  }

  private mutating func odd(_ text: String) -> String {
    random.chance(0.02) ? pick(["null", "1", "\"x\"", "[]", "{}", "true"]) : text
  }

  private mutating func party() -> String {
    odd("{\"id\":\(odd("\"\(pick(["A", "B", "C", "D", "E", "F", "G", "甲"]))\""))}")
  }

  private mutating func parties(_ counts: [Int]) -> String {
    let count = pick(counts)
    return odd("[" + (0..<count).map { _ in party() }.joined(separator: ",") + "]")
  }

  private mutating func date() -> String {
    "\"2024-0\(1 + random.below(4))-\(10 + random.below(20))T0\(random.below(10)):00:00Z\""
  }

  private mutating func bid(_ tenderer: String?, _ amount: Double) -> String {
    let status = odd(
      "\"\(pick(["valid", "valid", "valid", "valid", "disqualified", "pending", "withdrawn"]))\"")
    let tenderers = tenderer.map { "[{\"id\":\"\($0)\"}]" } ?? parties([0, 1, 1, 1, 2])
    let currency = odd("\"\(pick(["CNY", "CNY", "CNY", "CNY", "USD", "EUR"]))\"")
    return odd(
      "{\"status\":\(status),\"date\":\(date()),\"tenderers\":\(tenderers),"
        + "\"value\":\(odd("{\"amount\":\(amount),\"currency\":\(currency)}"))}")
  }

  mutating func line(_ number: Int) -> String {
    let ocid = repeats ? random.below(number + 1) : number
    var bids = (0..<random.below(4)).map { _ in bid(nil, Double(90 + random.below(30))) }
    let winner = pick(["A", "B", "C", "D", "E"])
    if random.chance(0.7) {
      bids.append(bid(winner, 80))
      bids.append(bid("F", 80 + 40 * random.unit()))
    }
    let items = (0..<random.below(3)).map { _ in
      "{\"classification\":{\"id\":\"\(10 + random.below(20))99\"}}"
    }
    let suppliers = random.chance(0.8) ? "[{\"id\":\"\(winner)\"}]" : parties([0, 1, 2])
    let award = odd(
      "{\"status\":\"\(pick(["active", "active", "active", "cancelled", "pending"]))\","
        + "\"suppliers\":\(suppliers),\"items\":[\(items.joined(separator: ","))]}")
    let status = random.chance(0.05) ? "cancelled" : "active"
    return """
      {"ocid":"o\(ocid)","buyer":\(odd("{\"id\":\"\(pick(["X", "Y", "Z"]))\"}")),"tender":\(odd("""
        {"status":"\(status)","procurementMethod":"\(pick(["open", "limited"]))",\
        "procuringEntity":{"id":"\(pick(["P", "Q"]))"},"numberOfTenderers":\(1 + random.below(3)),\
        "tenderPeriod":{"startDate":\(date()),"endDate":\(date())}}
        """)),"bids":{"details":[\(bids.joined(separator: ","))]},"awards":[\(award)]}
      """
  }
}

@Suite struct FlagPropertyTests {
  private static func settings(_ random: inout SeededRandom) -> FlagSettings {
    var settings = FlagSettings.all
    settings.heterogeneous?.minimumProcesses = 2
    if random.chance(0.4) { settings.currency = random.chance(0.5) ? "USD" : "CNY" }
    if random.chance(0.3) { settings.discount?.threshold = 0.2 }
    if random.chance(0.3) { settings.closePrice?.threshold = 0.05 }
    if random.chance(0.3) { settings.losing?.threshold = 0.3 }
    return settings
  }

  /// One fold over all, folds over parts merged in any order, and flags kept up to date with processes that
  /// come in any order: the same bytes, and each single answer as in the whole result.
  @Test(arguments: 0..<40)
  func partsAndOrderMakeNoDifference(_ seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let settings = FlagPropertyTests.settings(&random)
    let repeats: FlagRepeats = seed % 2 == 0 ? .each : .latest
    var source = RandomProcurement(random: random.fork("lines"), repeats: seed % 3 != 0)
    let lines = (0..<(1 + random.below(120))).map { Array(source.line($0).utf8) }

    let whole = FlagFold(settings, map: true, repeats: repeats)
    whole.fold(Array(lines.joined(separator: [0x0A])))
    let expected = whole.report().json()

    let parts = 2 + random.below(4)
    var folds = (0..<parts).map { _ in FlagFold(settings, map: true, repeats: repeats) }
    for (index, line) in lines.enumerated().shuffled(using: &random) {
      folds[random.below(parts)].fold(line, chunk: index)
    }
    folds.shuffle(using: &random)
    for fold in folds.dropFirst() { folds[0].merge(fold) }
    // Said so, a failure does not print the bytes.
    #expect(folds[0].report().json().elementsEqual(expected))
    #expect(folds[0].counts == whole.counts)

    let live = LiveFlags(settings, map: true, repeats: repeats)
    for (index, line) in lines.enumerated().shuffled(using: &random) {
      try live.apply(line, position: UInt64(index))
    }
    #expect(live.report().json().elementsEqual(expected))
    try compare(live, JSONValue(parsing: expected), lines.count)
  }

  private func compare(_ live: LiveFlags, _ whole: JSONValue, _ count: Int) throws {
    func figures(_ flags: [FlagValue]) -> JSONValue? {
      flags.isEmpty
        ? nil
        : .object(
          Dictionary(uniqueKeysWithValues: flags.map { ($0.code.rawValue, .number($0.value)) }))
    }
    func plain(_ flags: JSONValue?) -> JSONValue? {
      flags?.object.map { .object($0.mapValues { .number($0.double ?? .nan) }) }
    }
    for number in 0..<count {
      #expect(figures(live.flags(process: "o\(number)")) == plain(whole["OCID"]?["o\(number)"]))
    }
    for name in ["A", "B", "C", "D", "E", "F", "G", "甲", "X", "nobody"] {
      #expect(figures(live.flags(tenderer: name)) == plain(whole["Tenderer"]?[name]))
    }
    for name in ["X", "Y", "Z"] {
      #expect(live.disqualifiedRatio(buyer: name) == value(whole, "Buyer", name, "R038"))
    }
    for name in ["P", "Q"] {
      #expect(
        live.disqualifiedRatio(procuringEntity: name)
          == value(whole, "ProcuringEntity", name, "R038"))
    }
  }

  @Test func aReplacedProcessLeavesNothingBehind() throws {
    var source = RandomProcurement(random: SeededRandom(seed: 7), repeats: false)
    let live = LiveFlags(.all, map: true)
    for number in 0..<200 { try live.apply(Array(source.line(number).utf8)) }
    for number in 0..<200 { try live.apply(Array("{\"ocid\":\"o\(number)\"}".utf8)) }
    let empty = FlagFold(.all, map: true)
    #expect(live.report().json() == empty.report().json())
  }

  @Test func wrongTextChangesNothing() throws {
    let live = LiveFlags(.all)
    #expect(throws: Problem.self) { try live.apply(Array("{\"ocid\":\"a\"} x".utf8)) }
    #expect(throws: Problem.self) { try live.apply(Array("{\"ocid\":".utf8)) }
    #expect(try live.apply(Array("[]".utf8)) == [])
    #expect(live.processCount == 0)
  }
}
