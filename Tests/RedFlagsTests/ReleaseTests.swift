import Commons
import RedFlags
import Testing

/// The record of the only process of a text.
private func record(
  _ text: String, _ rules: MergeRules = .ocds
) throws -> (record: JSONValue?, failures: [ReleaseCompiler.Failure]) {
  let compiler = ReleaseCompiler(rules)
  var bytes = Array(text.utf8)
  let count = bytes.count
  bytes += [UInt8](repeating: 0, count: FlagFold.padding)
  let line = bytes.withUnsafeMutableBufferPointer { buffer -> [UInt8]? in
    buffer.baseAddress.flatMap { base in
      compiler.index(base, count: count)
      return compiler.processCount == 1 ? compiler.record(0) : nil
    }
  }
  return (try line.map { try JSONValue(parsing: $0) }, compiler.failures)
}

/// Two releases, of the 1st and the 2nd of January, with these members.
private func releases(_ first: String, _ second: String) -> String {
  """
  {"ocid":"p","id":"2","date":"2024-01-02","tag":["award"],\(second)}
  {"ocid":"p","id":"1","date":"2024-01-01","tag":["tender"],\(first)}
  """
}

@Suite struct ReleaseTests {
  // Worked out by hand from “Merging” in the documentation of OCDS 1.1.
  @Test(arguments: [
    (#""a":1"#, #""a":2"#, #""a":2"#),
    (#""a":1"#, #""b":2"#, #""a":1,"b":2"#),
    (#""a":1"#, #""a":null"#, ""),
    (#""a":{"b":1,"c":2}"#, #""a":{"b":null}"#, #""a":{"c":2}"#),
    (#""a":["x"]"#, #""a":["y","z"]"#, #""a":["y","z"]"#),
    (
      #""awards":[{"id":"1","t":"a"},{"id":"2"}]"#, #""awards":[{"id":"2","t":"b"},{"id":"3"}]"#,
      #""awards":[{"id":"1","t":"a"},{"id":"2","t":"b"},{"id":"3"}]"#
    ),
    (#""awards":[{"t":1}]"#, #""awards":[{"t":1}]"#, #""awards":[{"t":1},{"t":1}]"#),
    (
      #""tender":{"items":[{"id":"1","additionalClassifications":[{"id":"a"},{"id":"b"}]}]}"#,
      #""tender":{"items":[{"id":"1","additionalClassifications":[{"id":"c"}]}]}"#,
      #""tender":{"items":[{"id":"1","additionalClassifications":[{"id":"c"}]}]}"#
    ),
    (
      #""parties":[{"id":"1","roles":["a"]}]"#, #""parties":[{"id":"1","roles":["b"]}]"#,
      #""parties":[{"id":"1","roles":["b"]}]"#
    ),
    (#""a":{}"#, #""b":[]"#, ""),
    (#""a":null"#, #""a":{"b":1}"#, #""a":{"b":1}"#),
    (#""\u0061":"\u00e9""#, #""b":1"#, #""a":"é","b":1"#),
  ]) func compiled(_ first: String, _ second: String, _ expected: String) throws {
    let found = try record(releases(first, second)).record?["compiledRelease"]
    let head = #"{"tag":["compiled"],"id":"p-2024-01-02","date":"2024-01-02","ocid":"p""#
    let rest = expected.isEmpty ? "}" : ",\(expected)}"
    #expect(try found == JSONValue(parsing: head + rest))
  }

  @Test func versionsAreKeptWhereTheyDiffer() throws {
    let text = releases(
      #""a":1,"b":{"c":"x"},"w":[{"id":7,"t":1}]"#, #""a":1.0,"b":{"c":"y"},"w":[{"id":7,"t":2}]"#)
    func version(_ number: Int, _ value: String) -> String {
      let tag = number == 1 ? "tender" : "award"
      return
        #"{"releaseID":"\#(number)","releaseDate":"2024-01-0\#(number)","releaseTag":["\#(tag)"],"value":\#(value)}"#
    }
    let expected = """
      {"ocid":"p","a":[\(version(1, "1"))],"b":{"c":[\(version(1, "\"x\"")),\(version(2, "\"y\""))]},\
      "w":[{"id":7,"t":[\(version(1, "1")),\(version(2, "2"))]}]}
      """
    #expect(
      try record(text).record?["versionedRelease"] == JSONValue(parsing: expected))
  }

  @Test func conflictsAndMissingDatesAreTold() throws {
    let conflict = try record(releases(#""a":1"#, #""a":{"b":2}"#))
    #expect(conflict.record?["compiledRelease"] == nil)
    #expect(conflict.failures.count == 2)
    let dates = try record("{\"ocid\":\"p\",\"date\":\"2024-01-01\"}\n{\"ocid\":\"p\"}")
    #expect(dates.record == nil)
    #expect(dates.failures.map(\.place) == ["p"])
    #expect(try record("{\"ocid\":\"p\"").failures.map(\.place) == ["line 1"])
  }

  @Test func packagesAndDocuments() throws {
    let release =
      "{\n\"ocid\": \"p\", \"date\": \"2024-01-01\",\n \"a\": { \"b\": [ 1, \" \" ] }\n}"
    for text in [
      "{\"releases\": [\(release)]}",
      "{\"records\": [{\"ocid\": \"p\", \"releases\": [\(release)]}]}",
      release,
    ] {
      let found = try record(text).record?["compiledRelease"]
      #expect(found?["a"]?["b"] == .array([.integer(1), .string(" ")]))
    }
  }

  @Test func rulesOfASchema() throws {
    let schema = """
      {"properties":{"ocid":{"type":"string"},"a":{"type":"array","items":{"$ref":"#/definitions/A"}},\
      "b":{"type":["object","null"],"properties":{"c":{"omitWhenMerged":true}}}},\
      "definitions":{"A":{"type":"object","properties":{"name":{"type":"string"}}}}}
      """
    let rules = try MergeRules(schema: JSONValue(parsing: schema))
    let text = releases(#""a":[{"id":"1"}],"b":{"c":1,"d":1}"#, #""a":[{"id":"2"}]"#)
    let found = try record(text, rules).record?["compiledRelease"]
    #expect(found?["a"] == .array([.object(["id": .string("2")])]))
    #expect(found?["b"] == .object(["d": .integer(1)]))
    #expect(throws: Problem.self) { try MergeRules(schema: .null) }
  }
}
