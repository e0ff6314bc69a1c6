import App
import Commons
import HTTPValues
import MeasureKit
import Testing

/// Every address for programs stands in a contract that the program serves, and no contract names an
/// address that is not there.
@Suite struct ContractTests {
  private static func normal(_ pattern: String) -> String {
    pattern.replacing("/", with: "/").split(separator: "/").map {
      $0.contains("{")
        ? "{}" + ($0.split(separator: "}").last.map { $0.hasPrefix(".") ? $0 : "" } ?? "")
        : String($0)
    }.joined(separator: "/")
  }

  /// Where the measures' contracts are.
  private func addresses(_ test: TestCity) -> [String] {
    test.front.routes.map(\.pattern).filter { $0.hasSuffix("/openapi.json") }
  }

  /// Addresses and methods of the measures' contracts.
  private func contracts(_ test: TestCity) async throws -> Set<String> {
    var found: Set<String> = []
    for address in addresses(test) {
      let answer = try await test.send(.get, address)
      let paths = try JSONValue(parsing: answer.body)["paths"]?.object ?? [:]
      #expect(!paths.isEmpty)
      for (path, item) in paths {
        for (method, operation) in item.object ?? [:] {
          found.insert("\(method.uppercased()) \(Self.normal(path))")
          // A program must know what it may send and get.
          #expect(operation["summary"]?.string?.isEmpty == false, "\(method) \(path)")
          #expect(operation["responses"]?.object?.isEmpty == false, "\(method) \(path)")
          let names = path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
            String($0.dropFirst().dropLast())
          }
          let declared = (operation["parameters"]?.array ?? [])
            .filter { $0["in"] == "path" && $0["required"] == true }
            .compactMap { $0["name"]?.string }
          #expect(Set(names) == Set(declared), "\(method) \(path)")
        }
      }
    }
    return found
  }

  @Test func everyAddressStandsInAContract() async throws {
    let test = try await TestCity()
    let written = try await contracts(test)
    let measures = [
      "arrivals", "dormancy", "ip-protection", "low-altitude", "procurement", "reconsideration",
      "trade-secrets",
    ].map { "/api/\($0)" }
    let declared = test.front.routes.filter { route in
      route.kind == .interface && measures.contains { route.pattern.hasPrefix($0) }
    }.map { "\($0.method.rawValue) \(Self.normal($0.pattern))" }
    #expect(declared.count >= 20)
    #expect(Set(declared).subtracting(written) == [], "stands in no contract")
    #expect(written.subtracting(declared) == [], "is not there")
    // The others stand in the program's own document.
    let document = try await test.get("/openapi.yaml").text
    for route in test.front.routes
    where route.kind == .interface && route.pattern.hasPrefix("/api/")
      && !measures.contains(where: { route.pattern.hasPrefix($0) })
    {
      #expect(document.contains("  \(route.pattern):"), "\(route.pattern) is in no contract")
    }
  }

  @Test func answersAreWhatTheContractSays() async throws {
    let test = try await TestCity()
    let answer = try await test.send(.get, "/api/reconsideration/openapi.json")
    let schema = try JSONValue(parsing: answer.body)["paths"]?[
      "/api/reconsideration/first-choice"]?[
        "get"]?["responses"]?["200"]?["content"]?["application/json"]?["schema"]
    let required = (schema?["required"]?.array ?? []).compactMap(\.string)
    let body = try JSONValue(
      parsing: try await test.send(.get, "/api/reconsideration/first-choice").body)
    #expect(!required.isEmpty && Set(body.object?.keys.map { $0 } ?? []) == Set(required))
  }
}
