import Commons
import Testing

@testable import ArrivalManagement

/// 2 March 2026, 01:00 UTC.
private let now = Double(Instant(rfc3339: "2026-03-02T01:00:00Z")!.seconds)

/// A block of Category 062 around records.
private func block(_ records: [UInt8]) -> [UInt8] {
  let length = records.count + 3
  return [62, UInt8(length >> 8), UInt8(length & 255)] + records
}

/// FRN 1, 4, 5, 7 (FX) 10, 12 (FX) 17. Source 25/1, 01:00:00 (460,800/128 s), 22.5° N 113.90625° E
/// (4,194,304 and 21,233,664 units of 180/2²⁵), 100 m/s east and −50 m/s north, “CSN3101 ”, track 0x1234, FL 90.
private let record: [UInt8] =
  [0b1001_1011, 0b0010_1001, 0b0010_0000] + [25, 1] + [0x07, 0x08, 0x00]
  + [0x00, 0x40, 0x00, 0x00, 0x01, 0x44, 0x00, 0x00] + [0x01, 0x90, 0xFF, 0x38]
  + [0x00, 0x0D, 0x33, 0xB3, 0xC7, 0x0C, 0x60] + [0x12, 0x34] + [0x01, 0x68]

@Suite struct AsterixTests {
  @Test func aRecordIsReadToTheBit() throws {
    let content = Asterix062.read(block(record), now: now)
    #expect(content.faults.isEmpty, "\(content.faults)")
    let report = try #require(content.reports.first)
    #expect(report.track == "6401.4660")
    #expect(report.time == now)
    #expect(report.latitude == 22.5)
    #expect(report.longitude == 113.90625)
    #expect(report.speed == (100.0 * 100 + 50 * 50).squareRoot())
    #expect(abs((report.course_deg ?? 0) - 116.565) < 0.001)
    #expect(report.callsign == "CSN3101")
    #expect(abs((report.level_m ?? 0) - 90 * 30.48) < 1e-6)
  }

  @Test func severalRecordsAndBlocksAreRead() {
    let other: [UInt8] = [48, 0, 5, 1, 2]
    let content = Asterix062.read(block(record + record) + other + block(record), now: now)
    #expect(content.reports.count == 3)
    #expect(content.faults.isEmpty)
  }

  /// Every item that is not read is passed over by its own length.
  @Test func compoundItemsArePassedOver() throws {
    // FRN 11 (380: ADR, ID, and in the second octet TIS) and 12, 21 (390: CSN, TAC).
    let derived: [UInt8] =
      [0b1100_0001, 0b1000_0000] + [0x78, 0x0A, 0xBC]
      + [0x0D, 0x33, 0xB3, 0xC7, 0x0C, 0x60] + [0x00]
    let plan: [UInt8] =
      [0b0100_1000] + Array("CSN3101".utf8) + Array("A320".utf8)
    let bytes: [UInt8] =
      [0b0000_0001, 0b0001_1001, 0b0000_0010] + derived + [0, 7] + plan
    let content = Asterix062.read(block(bytes), now: now)
    #expect(content.faults.isEmpty, "\(content.faults)")
    let report = try #require(content.reports.first)
    #expect(report.callsign == "CSN3101")
    #expect(report.type == "A320")
    #expect(report.track == "0.7")
  }

  /// All parts of the compound items whose lengths are uneven, with a track number behind them: it is read only
  /// if each part has its length. FRN 12 and 27 or 28; the number comes in front of them.
  @Test(arguments: [
    // 500: 4, 2, 4, 1, 1, 2, 2 and 1 bytes.
    ([0, 8, 0b0000_0000, 0b1111_1111, 0b1000_0000] as [UInt8], 17, UInt8(0b0000_0100)),
    // 340: 2, 4, 2, 2, 2 and 1 bytes.
    ([0, 8, 0, 0b1111_1100], 13, 0b0000_0010),
  ])
  func unevenPartsHaveTheirLengths(head: [UInt8], count: Int, bit: UInt8) throws {
    let number = Array(head.prefix(2))
    let primary = head.dropFirst(2).drop { $0 == 0 }
    let one: [UInt8] =
      [1, 0b0000_1001, 1, bit] + number + primary + Array(repeating: 0, count: count)
    let content = Asterix062.read(block(one + one), now: now)
    #expect(content.faults.isEmpty, "\(content.faults)")
    #expect(content.reports.map(\.track) == ["0.8", "0.8"])
  }

  @Test func aTimeJustBeforeMidnightIsYesterday() throws {
    // 86,399 s = 11,059,072/128.
    var bytes = record
    bytes.replaceSubrange(5..<8, with: [0xA8, 0xBF, 0x80])
    let midnight = Double(Instant(rfc3339: "2026-03-03T00:00:01Z")!.seconds)
    let report = try #require(Asterix062.read(block(bytes), now: midnight).reports.first)
    #expect(report.time == midnight - 2)
  }

  @Test func everyCutIsTold() {
    let whole = block(record)
    for count in 1..<whole.count {
      let content = Asterix062.read(Array(whole.prefix(count)), now: now)
      #expect(content.reports.isEmpty && content.faults.count == 1, "\(count) bytes")
    }
    // The block ends within the record, though its own length holds.
    for count in 1..<record.count {
      let content = Asterix062.read(block(Array(record.prefix(count))), now: now)
      #expect(content.reports.isEmpty && content.faults.count == 1, "\(count) bytes of a record")
    }
  }

  @Test func whatMustNotBeThereIsTold() {
    func fault(_ records: [UInt8]) -> String {
      Asterix062.read(block(records), now: now).faults.first?.message.en ?? ""
    }
    #expect(fault([0b0100_0000]).contains("spare"))
    #expect(fault([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]).contains("FSPEC"))
    #expect(fault([0b1000_0000, 1, 2]).contains("I062/040"))
    // An explicit length that counts less than itself: FRN 34 is RE, the sixth bit of the fifth octet.
    #expect(fault([0x01, 0x01, 0x01, 0x01, 0b0000_0100, 0]).contains("RE"))
  }

  @Test func noBytesAreTooStrange() {
    var random = SeededRandom(seed: 7)
    for _ in 0..<20_000 {
      let bytes = (0..<(1 + random.below(60))).map { _ in UInt8(random.below(256)) }
      let content = Asterix062.read(random.chance(0.5) ? block(bytes) : bytes, now: now)
      #expect(content.reports.allSatisfy { (-90...90).contains($0.latitude ?? 0) })
    }
  }
}

@Suite struct BaseStationTests {
  private func read(_ text: String) -> FeedContent { BaseStation.read(Array(text.utf8)) }

  @Test func positionsSpeedsAndNamesComeInMessagesOfTheirOwn() {
    let content = read(
      """
      MSG,1,1,1,780ABC,1,2026/03/02,01:00:00.000,2026/03/02,01:00:00.000,CSN3101 ,,,,,,,,,,,
      MSG,3,1,1,780ABC,1,2026/03/02,01:00:01.500,2026/03/02,01:00:01.500,,9000,,,22.50000,113.90625,,,0,0,0,0
      MSG,4,1,1,780abc,1,2026/03/02,01:00:02.000,2026/03/02,01:00:02.000,,,250,116,,,-640,,,,,
      STA,,5,179,400AE7,10103,2026/03/02,14:58:51.153,2026/03/02,14:58:51.153,RM

      """)
    #expect(content.faults.isEmpty, "\(content.faults)")
    #expect(content.reports.map(\.track) == ["780ABC", "780ABC", "780ABC"])
    #expect(content.reports[0].callsign == "CSN3101")
    #expect(content.reports[1].time == now + 1.5)
    #expect(content.reports[1].latitude == 22.5)
    #expect(abs((content.reports[1].level_m ?? 0) - 2743.2) < 1e-6)
    #expect(content.reports[2].speed == 250 * 1852.0 / 3600)
  }

  @Test(arguments: [
    ("MSG,3,1,1,780ABC", "22 fields"), ("HELLO", "no message"),
    ("MSG,9,1,1,780ABC,1,,,,,,,,,,,,,,,,", "Transmission type"),
    ("MSG,3,1,1,78ZZ,1,,,,,,,,,,,,,,,,", "hex digits"),
    ("MSG,3,1,1,780ABC,1,,,,,,,,,95.0,113.0,,,,,,", "not on Earth"),
  ])
  func badLinesAreTold(line: String, words: String) {
    let content = read(line)
    #expect(content.reports.isEmpty)
    #expect(content.faults.contains { $0.message.en.contains(words) }, "\(content.faults)")
  }
}

@Suite struct ReportTableTests {
  private func read(_ text: String) -> FeedContent { ReportTable.read(Array(text.utf8)) }

  @Test func plansAndPositionsAreRead() {
    let content = read(
      "callsign,type,eta\r\nCSN3101,a320,2026-03-02T09:30:00+08:00\r\nCCA1301,B77W,\r\n")
    #expect(content.faults.isEmpty)
    #expect(content.reports.map(\.callsign) == ["CSN3101", "CCA1301"])
    #expect(content.reports[0].estimate == now + 1800)
    #expect(content.reports[0].type == "A320")
    let positions = read(
      "callsign,time,lat,lon,speed_kt\nCSN3101,2026-03-02T01:00:00Z,22.5,113.9,250\n")
    #expect(positions.reports.first?.latitude == 22.5)
  }

  @Test(arguments: [
    ("", "callsign"), ("callsign,colour\nA1,red", "colour"),
    ("callsign,eta\nCSN3101,tomorrow", "eta"), ("callsign,lat,lon\nCSN3101,91,0", "lat"),
    ("callsign,lat,lon\nCSN3101,20,", "go together"), ("callsign,type\nCSN3101", "fields"),
    ("callsign\nCSN-3101", "callsign"), ("callsign,speed_kt\nCSN3101,nan", "speed_kt"),
  ])
  func badTablesAreTold(text: String, words: String) {
    let content = read(text)
    #expect(content.reports.isEmpty)
    #expect(content.faults.contains { $0.message.en.contains(words) }, "\(content.faults)")
  }
}
