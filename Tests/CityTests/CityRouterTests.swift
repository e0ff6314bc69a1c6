import App
import Commons
import EvidenceLog
import Foundation
import HTTPValues
import Testing

/// Several cities in one process, each with its own store.
@Suite struct CityRouterTests {
  private let parent = "/tmp/tequ-router-\(getpid())-\(UUID().uuidString)"

  /// The demonstration city's data under another code and name.
  private func city(_ name: String, code: String, _ backend: Backend) async throws -> JSONValue {
    let folder = parent + "/" + name
    let source =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
      + "/../../cities/shifan"
    try FileManager.default.createDirectory(
      atPath: folder + "/city", withIntermediateDirectories: true)
    for file in ["airports.json", "city.json", "catalogue.json"] {
      let text = try String(contentsOfFile: source + "/" + file, encoding: .utf8)
      try text.replacing("\"990000\"", with: "\"\(code)\"")
        .write(toFile: folder + "/city/" + file, atomically: true, encoding: .utf8)
    }
    let database = try backend.newDatabase()
    var options = RunningCity.Options()
    options.creates = true
    try await RunningCity(DataFolder(folder, database: database), options).retire()
    var entry: [String: JSONValue] = [
      "hosts": .array([.string("\(name).example")]), "data": .string(name),
    ]
    if let database { entry["database"] = .string(database.shown) }
    return .object(entry)
  }

  private func write(_ cities: [JSONValue]) throws -> String {
    let file = parent + "/cities.json"
    try JSONValue.object(["cities": .array(cities)]).canonical
      .write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  private func get(_ router: CityRouter, _ host: String, _ target: String) async throws -> Response
  {
    await router.respond(
      try Request(
        method: .get, target: target, headers: Headers([("host", host)]), body: [],
        remoteAddress: "192.0.2.1", requestID: "test"))
  }

  @Test func requestsGoToTheCityOfTheirHost() async throws {
    defer { try? FileManager.default.removeItem(atPath: parent) }
    let backends = Backend.all
    let file = try write([
      try await city("a", code: "999901", backends[0]),
      try await city("b", code: "999902", backends[backends.count - 1]),
    ])
    let router = try await CityRouter(CityRouter.places(file))
    let keys = try await ["a.example:8080", "B.example"].asyncMap {
      try await get(router, $0, "/log/key").text
    }
    #expect(keys[0] != keys[1], "each city signs with its own key")
    #expect(try await get(router, "c.example", "/").status == 404)
    let city = try #require(router.city(of: "999902"))
    #expect(city.signer.verifier.text + "\n" == keys[1])
    #expect(router.city(of: "440300") == nil)
  }

  @Test func aCityThatIsThereTwiceIsRefused() async throws {
    defer { try? FileManager.default.removeItem(atPath: parent) }
    let file = try write([
      try await city("a", code: "999901", .sqlite), try await city("b", code: "999901", .sqlite),
    ])
    await #expect(throws: Problem.self) { try await CityRouter(CityRouter.places(file)) }
    #expect(throws: Problem.self) {
      try CityRouter.places(try write([["hosts": ["x"], "database": "sqlite:/x"]]))
    }
    #expect(throws: Problem.self) { try CityRouter.places(parent + "/nothing.json") }
  }
}

extension Array {
  fileprivate func asyncMap<Output>(_ body: (Element) async throws -> Output) async rethrows
    -> [Output]
  {
    var out: [Output] = []
    for element in self { out.append(try await body(element)) }
    return out
  }
}
