import Commons
import RedFlags
import Testing

@Suite struct ReaderTests {
  private static func counts(_ text: String) -> FlagCounts {
    let fold = FlagFold(.all)
    fold.fold(Array(text.utf8))
    return fold.counts
  }

  @Test(arguments: [
    (#"{"ocid":"a""#, 11, "colon"), (#"{"ocid":"a"#, 10, "cut off"), (#"{"a":tru}"#, 5, "value"),
    (#"{"a":01}"#, 6, "colon"), (#"{"a":NaN}"#, 5, "value"), (#"{"a":1.}"#, 5, "number"),
    (#"{"a":"\x"}"#, 6, "escape"), (#"{"a":"\ud800"}"#, 6, "surrogate"),
    (#"{"a":1} x"#, 8, "after"),
    ("{\"a\":\"\u{1}\"}", 6, "control"), (#"{a:1}"#, 1, "name"), (#"[1,]"#, 3, "value"),
    (String(repeating: "[", count: 128), 127, "nested"),
  ]) func wrongLinesAreToldWithTheirPlace(_ line: String, _ column: Int, _ word: String) throws {
    let fold = FlagFold(.all)
    fold.fold(Array(("{\"ocid\":\"x\"}\n" + line + "\n{\"ocid\":\"y\"}").utf8))
    #expect(fold.counts.processes == 2)
    let problem = try #require(fold.problems.first)
    #expect(fold.line(of: problem) == 2)
    #expect(problem.column == column)
    #expect(problem.reason.en.contains(word), "\(problem.reason.en)")
  }

  @Test(
    arguments: [
      [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE4, 0xB8], [0x80],
    ] as [[UInt8]]) func brokenUTF8IsRefused(_ bytes: [UInt8])
  {
    let fold = FlagFold(.all)
    fold.fold(Array(#"{"ocid":""#.utf8) + bytes + Array(#""}"#.utf8))
    #expect(fold.counts.invalid == 1)
  }

  @Test func lines() {
    #expect(ReaderTests.counts("").lines == 0)
    #expect(ReaderTests.counts("\n \t\r\n\u{C}\n").lines == 0)
    #expect(ReaderTests.counts("{\"ocid\":\"a\"}\r\n{\"ocid\":\"a\"}").repeated == 1)
    #expect(ReaderTests.counts("1\n[]\n{}\n\"x\"\nnull").unidentified == 5)
    #expect(ReaderTests.counts(#"{"ocid":"a","tender":{"status":"cancelled"}}"#).cancelled == 1)
    #expect(
      ReaderTests.counts(String(repeating: "[", count: 127) + String(repeating: "]", count: 127))
        .invalid == 0)
  }

  @Test func namesAndTextsMayBeEscaped() throws {
    let line =
      #"{"\u006fcid":"\u00e9\ud83d\ude00\n\"","tender":{"numberOfTenderers":1,"procurementMethod":"op\u0065n"}}"#
    #expect(value(try result([line]), "OCID", "é😀\n\"", "R018") == 1)
  }

  @Test func theLastOfTwoMembersCounts() throws {
    let open = #""tender":{"numberOfTenderers":1,"procurementMethod":"open"}"#
    #expect(try result([#"{"ocid":"p",\#(open),"tender":5}"#])["OCID"] == nil)
    #expect(try result([#"{"ocid":"p","tender":5,\#(open)}"#])["OCID"] != nil)
  }

  @Test func valuesOfOtherTypesCountAsAbsent() throws {
    for text in ["1", "null", "[]", "{}", "\"x\"", "true"] {
      for member in ["tender", "bids", "awards", "buyer", "ocid"] {
        _ = try result([#"{"ocid":"p","\#(member)":\#(text)}"#])
      }
      _ = try result([
        #"{"ocid":"p","bids":{"details":[{"status":\#(text),"value":\#(text),"tenderers":\#(text)}]}}"#
      ])
    }
  }

  @Test func longStringsAndManyBids() throws {
    let long = String(repeating: "长", count: 3_500_000)
    #expect(ReaderTests.counts(#"{"ocid":"p","title":"\#(long)"}"#).processes == 1)
    let bids = (0..<20_000).map { bid("valid", "T\($0)", Double($0)) }
    let found = try result([process("p", bids + [bid("valid", "X", 7)], winner: "T0")])
    #expect(value(found, "Tenderer", "T7", "R028") == 1)
    #expect(value(found, "Tenderer", "T8", "R028") == nil)
  }

  private static let flagged =
    #"{"ocid":"p","tender":{"numberOfTenderers":1,"procurementMethod":"open"}}"#

  @Test(arguments: [
    #"{"uri":"x","releases":[\#(flagged),{"ocid":"q"}]}"#,
    #"{"uri":"x","records":[{"ocid":"p","releases":[],"compiledRelease":\#(flagged)}]}"#,
    #"{"ocid":"p","compiledRelease":{"tender":{"numberOfTenderers":1,"procurementMethod":"open"}}}"#,
  ]) func packagesAndRecordsOnALine(_ line: String) throws {
    #expect(value(try result([line]), "OCID", "p", "R018") == 1)
  }

  @Test func aPackageOverSeveralLines() throws {
    let text = Array("{\n \"releases\": [\n\(ReaderTests.flagged)\n ]\n}\n".utf8)
    var bytes = text + [UInt8](repeating: 0, count: FlagFold.padding)
    let fold = FlagFold(.all)
    bytes.withUnsafeMutableBufferPointer { buffer in
      #expect(FlagFold.isCutOff(buffer.baseAddress!, count: text.count))
      #expect(fold.foldDocument(buffer.baseAddress!, count: text.count))
    }
    #expect(fold.counts.processes == 1)
    #expect(value(try JSONValue(parsing: fold.report().json()), "OCID", "p", "R018") == 1)
  }
}
