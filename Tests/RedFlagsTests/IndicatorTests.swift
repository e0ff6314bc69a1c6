import Commons
import RedFlags
import Testing

/// One table for each indicator, worked out by hand from its definition.
@Suite struct IndicatorTests {
  private static func period(_ start: String, _ end: String, _ more: String = "") -> String {
    """
    {"ocid":"p","tender":{"procurementMethod":"open","procurementMethodDetails":"询比",\
    "tenderPeriod":{"startDate":"\(start)","endDate":"\(end)"}\(more)}}
    """
  }

  @Test(arguments: [
    ("2024-01-01T00:00:00Z", "2024-01-15T23:59:59Z", true),
    ("2024-01-01T00:00:00Z", "2024-01-16T00:00:00Z", false),
    // Offsets count: 15 days and 8 hours less 16 hours.
    ("2024-01-01T00:00:00+08:00", "2024-01-15T15:59:59Z", true),
    ("2024-01-01T00:00:00+08:00", "2024-01-15T16:00:00Z", false),
    ("2024-02-20T00:00:00Z", "2024-03-06T00:00:00Z", false),
    ("2023-02-20T00:00:00Z", "2023-03-06T00:00:00Z", true),
    // Backwards is short; no such day, hour or form is no date.
    ("2024-02-01T00:00:00Z", "2024-01-01T00:00:00Z", true),
    ("2024-02-30T00:00:00Z", "2024-03-01T00:00:00Z", false),
    ("2024-02-20T24:00:00Z", "2024-02-21T00:00:00Z", false),
    ("2024-02-20", "2024-02-21", false),
    ("2024-02-20T00:00:00", "2024-02-21T00:00:00", false),
    ("2024-02-20T00:00:00.5Z", "2024-02-20t23:59:60z", true),
    ("2024-02-20 00:00:00Z", "2024-02-21 00:00:00+23:59", true),
  ]) func shortPeriod(_ start: String, _ end: String, _ isFlagged: Bool) throws {
    let found = try result([IndicatorTests.period(start, end)], settings("[R003]"))
    #expect((value(found, "OCID", "p", "R003") == 1) == isFlagged)
  }

  @Test func shortPeriodByMethod() throws {
    let line = IndicatorTests.period("2024-01-01T00:00:00Z", "2024-01-11T00:00:00Z")
    func flagged(_ lines: String...) throws -> Bool {
      let settings = try FlagSettings(ini: lines.joined(separator: "\n"))
      return value(try result([line], settings), "OCID", "p", "R003") == 1
    }
    #expect(try flagged("[R003]", "threshold = 11"))
    #expect(try !flagged("[R003]", "threshold = 10"))
    #expect(try !flagged("[R003]", "procurement_methods = selective|limited"))
    #expect(try flagged("[R003]", "procurement_methods = selective|open|"))
    #expect(try !flagged("[R003]", "[R003.procurement_method_details]", "询比 = 5"))
    #expect(try !flagged("[R003]", "[exclusions]", "procurement_method_details = 直接|询比"))
  }

  @Test(arguments: [
    ("1", "open", true), ("1", "selective", true), ("1", "limited", false), ("2", "open", false),
    ("1.0", "open", false), ("\"1\"", "open", false), ("10", "open", false),
    ("null", "open", false),
  ]) func singleBid(_ count: String, _ method: String, _ isFlagged: Bool) throws {
    let line =
      #"{"ocid":"p","tender":{"numberOfTenderers":\#(count),"procurementMethod":"\#(method)"}}"#
    #expect((value(try result([line]), "OCID", "p", "R018") == 1) == isFlagged)
  }

  /// Ratios 0.10, 0.11 … 0.17 and one of 0.01: q1 = 0.10 + 0.01 × (h − 2), h = (9 + ⅓)/4 + ⅓ = 2⅔.
  @Test func closePrice() throws {
    let ratios = [0.01] + (10...17).map { Double($0) / 100 }
    let lines = ratios.enumerated().map { index, ratio in
      process(
        "p\(index)",
        [
          bid("valid", "W\(index)", 100), bid("valid", "L\(index)", 100 + 100 * ratio),
          bid("valid", "X", 200),
        ],
        winner: "W\(index)")
    }
    let found = try result(lines, settings("[R024]", "[R058]"))
    let (q1, q3) = (0.10 + 0.02 / 3, 0.15 + 0.01 / 3)
    #expect(found["Meta"]?["R024"]?["q1"]?.double == (q1 * 10_000).rounded() / 10_000)
    #expect(found["Meta"]?["R024"]?["q3"]?.double == (q3 * 10_000).rounded() / 10_000)
    #expect(
      found["Meta"]?["R024"]?["lower_fence"]?.double
        == ((q1 - 1.5 * (q3 - q1)) * 10_000).rounded() / 10_000)
    #expect(found["OCID"]?.object?.keys.sorted() == ["p0"])
    #expect(abs((value(found, "OCID", "p0", "R024") ?? 9) - 0.01) < 1e-12)
    #expect(value(found, "Tenderer", "W0", "R024") == 0)
    #expect(value(found, "Tenderer", "L0", "R024") == 0)
    #expect(found["Tenderer"]?["X"] == nil)
  }

  @Test func priceRatioNeedsOneWinnerWhoIsLowest() throws {
    let bids = [bid("valid", "W", 100), bid("valid", "L", 150)]
    let rule = try settings("[R058]", "threshold = 0.5")
    func ratio(_ line: String) throws -> Double? {
      value(try result([line], rule), "OCID", "p", "R058")
    }
    #expect(try ratio(process("p", bids, winner: "W")) == 0.5)
    #expect(try ratio(process("p", bids, winner: "L")) == nil)
    #expect(try ratio(process("p", bids, winner: "W", status: "pending")) == nil)
    #expect(try ratio(process("p", [bids[0], bid("disqualified", "L", 150)], winner: "W")) == nil)
    // The winner's lowest bid counts, other currencies do not.
    #expect(try ratio(process("p", bids + [bid("valid", "W", 75)], winner: "W")) == 1)
    #expect(try ratio(process("p", bids + [bid("valid", "X", 110, "USD")], winner: "W")) == 0.5)
    let incomparable = try settings(
      "no_price_comparison_procurement_methods = 竞价", "[R058]", "threshold = 0.5")
    let line = process("p", bids, winner: "W", tender: #"{"procurementMethodDetails":"竞价"}"#)
    #expect(value(try result([line], incomparable), "OCID", "p", "R058") == nil)
  }

  @Test func losing() throws {
    // A wins 8 of 8, B to E one each of two, F none of 8 against A.
    var lines = (0..<8).map {
      process("a\($0)", [bid("valid", "A", 1), bid("valid", "F", 2)], winner: "A")
    }
    for (index, name) in ["B", "C", "D", "E"].enumerated() {
      lines.append(process("b\(index)", [bid("valid", name, 1)], winner: name))
      lines.append(process("c\(index)", [bid("valid", name, 1)], winner: "Z"))
    }
    let found = try result(lines, settings("[R025]"))
    // Six ratios 0, ½ ×4, 1: h = (6 + ⅓)/4 + ⅓ = 1 11/12 and 5 1/12, so q1 = 11/24 and q3 = ½ + 1/24.
    #expect(found["Meta"]?["R025"]?["q1"]?.double == 0.4583)
    #expect(found["Meta"]?["R025"]?["q3"]?.double == 0.5417)
    #expect(found["Meta"]?["R025"]?["lower_fence"]?.double == 0.3333)
    // h = (6 + ⅓)·¾ + ⅓ = 5.08: between 8 and 8.
    #expect(found["Meta"]?["R025"]?["upper_fence"]?.double == 8)
    #expect(value(found, "Tenderer", "F", "R025") == 0)
    #expect(found["Tenderer"]?.object?.keys.sorted() == ["F"])
  }

  @Test func identicalPrices() throws {
    func flagged(_ bids: String...) throws -> [String] {
      let found = try result([process("p", bids, winner: "A")], settings("[R028]"))
      return found["Tenderer"]?.object?.keys.sorted() ?? []
    }
    #expect(try flagged(bid("valid", "A", 5), bid("pending", "B", 5.0)) == ["A", "B"])
    #expect(try flagged(bid("valid", "A", 5), bid("valid", "A", 5)) == [])
    #expect(try flagged(bid("valid", "A", 5), bid("valid", "B", 5, "USD")) == [])
    #expect(try flagged(bid("valid", "A", 5), bid("withdrawn", "B", 5)) == [])
    #expect(
      try flagged(
        bid("valid", "A", 5), bid("valid", "A", 5), bid("valid", "B", 5), bid("valid", "C", 6))
        == ["A", "B"])
  }

  @Test(arguments: [
    ("2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z", "valid", "active", true),
    ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "valid", "active", false),
    ("2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z", "disqualified", "active", false),
    ("2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z", "valid", "pending", false),
  ]) func lateBid(
    _ date: String, _ end: String, _ status: String, _ award: String, _ isFlagged: Bool
  ) throws {
    let line = """
      {"ocid":"p","tender":{"tenderPeriod":{"endDate":"\(end)"}},"awards":[{"status":"\(award)",\
      "suppliers":[{"id":"A"},{"id":"B"}]}],"bids":{"details":[{"status":"\(status)","date":"\(date)",\
      "tenderers":[{"id":"B"},{"id":"C"}]}]}}
      """
    let found = try result([line], settings("[R030]"), map: true)
    #expect((value(found, "OCID", "p", "R030") == 1) == isFlagged)
    #expect((value(found, "Tenderer", "B", "R030") == 1) == isFlagged)
    #expect(value(found, "Tenderer", "C", "R030") == nil)
    let flagged = found["Maps"]?["ocid_tenderer_r030"]?["p"]?.array
    #expect(flagged == (isFlagged ? [.string("B")] : nil))
  }

  @Test func allOthersDisqualified() throws {
    func others(_ bids: [String], _ threshold: Int = 1) throws -> Double? {
      let found = try result(
        [process("p", bids, winner: "A")], settings("[R035]", "threshold = \(threshold)"))
      return value(found, "OCID", "p", "R035")
    }
    let (a, b, c) = (bid("valid", "A", 1), bid("disqualified", "B", 1), bid("disqualified", "C", 1))
    #expect(try others([a, b, c, b]) == 2)
    #expect(try others([a, b, c], 3) == nil)
    #expect(try others([a, b, bid("valid", "C", 1)]) == nil)
    #expect(try others([a, bid("disqualified", "A", 1)]) == nil)
    #expect(try others([a, bid("withdrawn", "B", 1)], 0) == nil)
    #expect(try others([bid("valid", "D", 1), b]) == nil)
  }

  @Test func lowestDisqualified() throws {
    func flagged(_ bids: [String], _ status: String = "active") throws -> Bool {
      let found = try result(
        [process("p", bids, winner: "A", status: status)], settings("[R036]"))
      return value(found, "OCID", "p", "R036") == 1
    }
    let valid = bid("valid", "A", 10)
    #expect(try flagged([valid, bid("disqualified", "B", 9)]))
    #expect(try !flagged([valid, bid("disqualified", "B", 10)]))
    #expect(try flagged([bid("disqualified", "B", 10), valid]))
    #expect(try !flagged([valid, bid("disqualified", "B", 9), bid("pending", "C", 8)]))
    #expect(try !flagged([bid("pending", "A", 10), bid("disqualified", "B", 9)]))
    #expect(try !flagged([valid, bid("disqualified", "B", 9)], "cancelled"))
  }

  @Test func disqualifiedShare() throws {
    let lines = (0..<4).map { index in
      process(
        "p\(index)",
        [bid("valid", "T\(index)", 1), bid(index == 0 ? "disqualified" : "valid", "T\(index)", 1)],
        winner: "T\(index)")
    }
    let found = try result(lines, settings("[R038]", "threshold = 0.5"), map: true)
    #expect(value(found, "Tenderer", "T0", "R038") == 0.5)
    #expect(found["Tenderer"]?.object?.count == 1)
    #expect(found["Buyer"] == nil)
    let buyers = try result(lines, settings("[R038]", "threshold = 0.125"))
    #expect(value(buyers, "Buyer", "B", "R038") == 0.125)
    #expect(found["Maps"]?["ocid_buyer_r038"] == .object(["p0": .string("B")]))
  }

  @Test func heterogeneousSupplier() throws {
    func item(_ code: String) -> String { #"{"classification":{"id":"\#(code)"}}"# }
    let lines = (0..<3).map { index in
      process("p\(index)", [], winner: "S", items: "[\(item("1\(index)00")),\(item("测试\(index)"))]")
    }
    let rule = try settings(
      "[R048]", "digits = 2", "threshold = 4", "minimum_contracting_processes = 3")
    #expect(value(try result(lines, rule), "Tenderer", "S", "R048") == 4)
    #expect(try result(Array(lines.dropLast()), rule)["Tenderer"] == nil)
  }
}
