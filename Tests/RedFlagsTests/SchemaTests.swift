import Commons
import Foundation
import RedFlags
import Testing

@Suite struct SchemaTests {
  private static let release = """
    {"ocid":"o","id":"1","date":"2024-01-01T00:00:00Z","tag":["tender"],"initiationType":"tender"}
    """

  private static func check(
    _ text: String, _ validator: SchemaValidator? = nil
  ) throws -> Result<SchemaValidator.Outcome, SyntaxFault> {
    let validator = try validator ?? SchemaValidator.ocds()
    var bytes = Array(text.utf8) + [UInt8](repeating: 0, count: FlagFold.padding)
    let count = bytes.count - FlagFold.padding
    return bytes.withUnsafeMutableBufferPointer { buffer in
      // There are always the bytes behind.
      validator.check(buffer.baseAddress!, count: count)
    }
  }

  private static func faults(_ text: String, _ validator: SchemaValidator? = nil) throws -> [String]
  {
    try check(text, validator).get().faults.map { "\($0.pointer) \($0.keyword)" }.sorted()
  }

  @Test func aReleaseOfTheStandardIsValid() throws {
    let outcome = try SchemaTests.check(SchemaTests.release).get()
    #expect(outcome.faults.isEmpty)
    #expect(outcome.kind == .release)
    #expect(outcome.ocid == "o")
  }

  @Test(arguments: [
    ("\"1\"", "1", ["/id type"]), ("\"1\"", "\"\"", ["/id minLength"]),
    ("[\"tender\"]", "[]", ["/tag minItems"]), ("[\"tender\"]", "[\"x\"]", ["/tag/0 enum"]),
    ("\"date\"", "\"day\"", [" required"]),
    (
      "\"ocid\"", "\"tender\":{\"id\":\"1\",\"title_zh\":2,\"title_x1\":3},\"ocid\"",
      ["/tender/title_zh type"]
    ),
    ("\"ocid\"", "\"parties\":[{\"id\":\"1\"},{\"id\":\"1\"}],\"ocid\"", ["/parties uniqueItems"]),
    (
      "\"ocid\"",
      "\"parties\":[{\"id\":\"1\",\"name\":\"a\"},{\"name\":\"a\",\"id\":\"1\"}],\"ocid\"",
      ["/parties uniqueItems"]
    ),
    (
      "\"ocid\"", "\"tender\":{\"numberOfTenderers\":1.5,\"id\":\"1\"},\"ocid\"",
      ["/tender/numberOfTenderers type"]
    ),
    // Of two members with one name the last counts.
    ("\"ocid\"", "\"id\":7,\"ocid\"", []), ("\"ocid\"", "\"a/~b\":1,\"ocid\"", []),
  ]) func aFaultIsToldWithItsPlace(_ old: String, _ new: String, _ expected: [String]) throws {
    var text = SchemaTests.release
    if let range = text.range(of: old) { text.replaceSubrange(range, with: new) }
    #expect(try SchemaTests.faults(text) == expected)
  }

  @Test func packagesAndRecordsAreKnownByTheirMembers() throws {
    let head =
      #""uri":"http://x/","version":"1.1","publishedDate":"2024-01-01T00:00:00Z","publisher":{"name":"x"}"#
    let own = SchemaTests.release
    for (text, kind, faults) in [
      ("{\(head),\"releases\":[\(own)]}", SchemaValidator.Kind.releasePackage, []),
      (
        "{\(head),\"releases\":[{}]}", .releasePackage,
        Array(repeating: "/releases/0 required", count: 5)
      ),
      ("{\(head),\"records\":[{\"ocid\":\"o\",\"releases\":[\(own)]}]}", .recordPackage, []),
      ("{\"ocid\":\"o\",\"releases\":[\(own)],\"compiledRelease\":\(own)}", .record, []),
      ("{\"ocid\":\"o\",\"releases\":[{\"x\":1}]}", .record, ["/releases oneOf"]),
      ("[]", .release, [" type"]),
    ] as [(String, SchemaValidator.Kind, [String])] {
      let outcome = try SchemaTests.check(text).get()
      #expect(outcome.kind == kind)
      let told = outcome.faults.map { "\($0.pointer) \($0.keyword)" }.filter { !$0.isEmpty }
      #expect(kind == .release || told.sorted() == faults.sorted(), "\(text)")
    }
  }

  @Test(arguments: [
    ("{\"ocid\":NaN}", 8), ("{\"ocid\":\"a\"} {}", 13), ("{\"ocid\":\"a", 10), ("", 0),
    ("{\"a\":[1,}", 8), (String(repeating: "[", count: 300), 127),
  ]) func whatIsNoJSONIsToldWithItsPlace(_ text: String, _ offset: Int) throws {
    guard case .failure(let fault) = try SchemaTests.check(text) else {
      Issue.record("\(text.prefix(20)) was taken")
      return
    }
    #expect(fault.offset == offset)
  }

  @Test func longTextsAndManyMembersAreNoTrouble() throws {
    let long = "\"language\":\"\(String(repeating: "x", count: 10_000_000))\",\"ocid\""
    let text = SchemaTests.release.replacing("\"ocid\"", with: long, maxReplacements: 1)
    #expect(try SchemaTests.faults(text).isEmpty)
    let many = (0..<50_000).map { "\"n\($0)\":1," }.joined()
    #expect(try SchemaTests.faults("{\(many)\(SchemaTests.release.dropFirst())").isEmpty)
  }

  @Test func aSchemaThatIsNotUnderstoodIsRefused() throws {
    for text in [
      #"{"properties":{"a":{"maximum":1}}}"#, ##"{"items":{"$ref":"#/definitions/a"}}"##,
      #"{"pattern":"("}"#, #"{"items":1}"#,
    ] {
      #expect(throws: Problem.self) { try SchemaValidator(JSONValue(parsing: text)) }
    }
    let schema = try JSONValue(
      parsing:
        ##"{"definitions":{"a":{"type":"object","properties":{"next":{"$ref":"#/definitions/a"}},"additionalProperties":false}},"$ref":"#/definitions/a"}"##
    )
    let validator = try SchemaValidator(schema)
    #expect(try SchemaTests.faults(#"{"next":{"next":{}}}"#, validator).isEmpty)
    #expect(
      try SchemaTests.faults(#"{"next":{"other":1}}"#, validator) == ["/next additionalProperties"])
    #expect(try SchemaTests.faults(#"{"next":{"next":1}}"#, validator) == ["/next/next type"])
  }
}
