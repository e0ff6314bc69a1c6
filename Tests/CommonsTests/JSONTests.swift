import Testing

@testable import Commons

@Suite struct JSONTests {
  // RFC 8785 appendix B: IEEE 754 bit patterns and their text.
  @Test(arguments: [
    (0x0000_0000_0000_0000 as UInt64, "0"), (0x8000_0000_0000_0000, "0"),
    (0x0000_0000_0000_0001, "5e-324"), (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
    (0x4340_0000_0000_0000, "9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
    (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"), (0x44B5_2D02_C7E1_4AF6, "1e+23"),
    (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"), (0x444B_1AE4_D6E2_EF50, "1e+21"),
    (0x3EB0_C6F7_A0B5_ED8D, "0.000001"), (0x41B3_DE43_5555_5553, "333333333.3333332"),
    (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
  ])
  func numbersFollowECMAScript(_ bits: UInt64, _ text: String) {
    #expect(JSONValue.number(Double(bitPattern: bits)).canonical == text)
  }

  @Test func membersAreSortedByUTF16() throws {
    let text = #"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#
    let canonical = try JSONValue(parsing: text).canonical
    #expect(canonical == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{FB33}\":3}")
  }

  @Test(arguments: [
    ("{\"a\":1,\"a\":2}", 1, "twice"), ("[1,]", 1, "value"), ("[01]", 1, "0"),
    ("\"\u{1}\"", 1, "control"),
    ("{\"a\"\n 1}", 2, "“:”"), ("\"\\ud800\"", 1, "surrogate"), ("1e999", 1, "range"),
    ("[1] x", 1, "after"),
    ("", 1, "ends"), ("nul", 1, "value"), ("\"\\x\"", 1, "escaped"), ("\"abc", 1, "ends"),
  ])
  func refusesWithPlaceAndReason(_ text: String, _ line: Int, _ word: String) {
    #expect {
      try JSONValue(parsing: text)
    } throws: { error in
      let error = error as! JSONError
      return error.line == line && error.reason.contains(word)
    }
  }

  @Test func depthIsBounded() {
    let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    #expect(throws: JSONError.self) { try JSONValue(parsing: deep) }
  }

  @Test func invalidUTF8IsRefused() {
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
  }
}
