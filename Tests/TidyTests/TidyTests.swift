import Foundation
import Testing

/// The laws of the house. Each failure names the file and the fix.
@Suite struct TidyTests {
  struct SourceFile {
    let path: String
    let module: String
    let lines: [String]

    var imports: [String] {
      // A driver's imports stand inside `#if` and are indented.
      lines.map { $0.drop { $0 == " " } }
        .filter { $0.hasPrefix("import ") || $0.hasPrefix("@testable import ") }
        .compactMap { $0.split(separator: " ").last.map(String.init) }
    }
  }

  static let root: URL = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { url.deleteLastPathComponent() }
    return url
  }()

  static func files(under folder: String) -> [SourceFile] {
    let base = root.appendingPathComponent(folder)
    let all = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)
    var found: [SourceFile] = []
    while let url = all?.nextObject() as? URL {
      guard url.pathExtension == "swift",
        let text = try? String(contentsOf: url, encoding: .utf8)
      else { continue }
      let path = String(url.path.dropFirst(root.path.count + 1))
      found.append(
        SourceFile(
          path: path, module: module(of: path),
          lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)))
    }
    return found
  }

  /// `Sources/Commons/…` and `Sources/<layer>/<module>/…`, measures one folder deeper.
  static func module(of path: String) -> String {
    let parts = path.split(separator: "/").map(String.init)
    guard parts.count > 2, parts[0] == "Sources" else { return parts[0] }
    if ["Commons", "Simulation", "tequ"].contains(parts[1]) { return parts[1] }
    return parts[1] == "Measures" ? parts[3] : parts[2]
  }

  static func layer(of path: String) -> Int {
    let order = ["Commons": 0, "Engines": 1, "Storage": 2, "Platform": 3, "Measures": 4]
    let parts = path.split(separator: "/").map(String.init)
    return parts[0] == "cities" ? 3 : order[parts[1]] ?? 5
  }

  static let sources = files(under: "Sources") + files(under: "cities")
  static let layers: [String: Int] = Dictionary(
    sources.map { ($0.path.hasPrefix("cities") ? "Cities" : $0.module, layer(of: $0.path)) },
    uniquingKeysWith: { first, _ in first })

  /// Inside a layer: who may know whom.
  static let neighbours: [String: Set<String>] = [
    "SQLiteStorage": ["Storage"], "PostgresStorage": ["Storage"],
    "StorageConformance": ["Storage"], "FaultInjection": ["Storage"], "StoreCopy": ["Storage"],
    "Desk": ["Books"],
    "Accounts": ["Books", "Desk"], "Interchange": ["Books", "Desk"], "Charts": ["Markup"],
    "MeasureKit": ["Books", "Desk", "HTTPValues", "Markup"], "Verification": ["Books"],
    "CaseWork": [
      "Books", "CityProfiles", "Desk", "HTTPValues", "Interchange", "Markup", "MeasureKit",
    ],
    "EvidencePackets": ["EvidenceLog"],
    "DepositProofs": ["EvidenceLog"],
    "Credentials": ["EvidenceLog"], "NationalCrypto": ["EvidenceLog"],
    "Rulebook": ["LegalTime"], "Dormancy": ["LegalTime", "Rulebook"],
    "Cities": ["CityProfiles"], "App": ["WebServer"], "Simulation": ["App"],
    "tequ": ["App", "Simulation", "WebServer"],
  ]

  @Test func aLayerKnowsOnlyLowerLayers() {
    for file in TidyTests.sources {
      let own = TidyTests.layer(of: file.path)
      for name in file.imports {
        guard let other = TidyTests.layers[name], name != file.module else { continue }
        let isNeighbour = TidyTests.neighbours[file.module]?.contains(name) ?? false
        let isCity = file.path.hasPrefix("cities") && name == "CityProfiles"
        #expect(
          other < own || (other == own && (isNeighbour || isCity)),
          "\(file.path) imports \(name): move what it needs down a layer, or state the need as a protocol"
        )
      }
    }
  }

  /// Packages and system modules, and where alone they may be imported.
  static let outside: [String: Set<String>] = [
    "Hummingbird": ["WebServer"], "HummingbirdCore": ["WebServer"], "NIOCore": ["WebServer"],
    "HTTPTypes": ["WebServer"], "ArgumentParser": ["tequ"],
    "CSQLite": ["SQLiteStorage", "FaultInjection"],
    "CPostgres": ["PostgresStorage"],
    "CSHA256": ["EvidenceLog"], "CZlib": ["App", "Credentials"],
    "COpenSSL": ["NationalCrypto", "TimeStamping"],
    "CJemalloc": ["tequ"],
    "Dispatch": ["Interchange"],
    "Crypto": ["Commons", "Credentials", "EvidenceLog", "Books", "SealedFiles"],
    "SwiftASN1": ["TimeStamping"],
    "CryptoExtras": ["AccessControl", "AccessTokens", "SealedFiles"],
    "FoundationNetworking": ["Interchange"],
    "Foundation": [
      "AccessControl", "Interchange", "App", "Simulation", "tequ", "SQLiteStorage",
    ],
    "Glibc": [
      "Airspace", "App", "ArrivalFlow", "ArrivalManagement", "Storage", "SQLiteStorage",
      "PostgresStorage", "FaultInjection", "tequ",
    ],
    "Synchronization": [
      "Commons", "Storage", "SQLiteStorage", "PostgresStorage", "FaultInjection", "StoreCopy",
      "Books", "Desk",
    ],
    "Logging": ["App", "WebServer", "tequ"], "SQLiteStorage": ["App", "Simulation", "tequ"],
    "PostgresStorage": ["App", "Simulation", "tequ"],
  ]
  static let drivers: Set<String> = ["SQLiteStorage", "PostgresStorage"]

  @Test func packagesStayWhereTheyBelong() {
    for file in TidyTests.sources {
      for name in file.imports
      where TidyTests.layers[name] == nil || TidyTests.drivers.contains(name) {
        guard let allowed = TidyTests.outside[name] else {
          Issue.record(
            "\(file.path) imports \(name): add a line to docs/decisions/dependencies.md and to this table"
          )
          continue
        }
        #expect(
          allowed.contains(file.module),
          "\(file.path) imports \(name): hide it behind a protocol of a lower layer")
      }
    }
  }

  @Test func timeChanceAndOutputAreInjected() {
    let forbidden = [
      "Date()": "take a TimeSource", "Calendar.current": "use LegalTime",
      "UUID()": "use ID(at:random:)", "print(": "return a value, or log in App",
      "SystemRandomNumberGenerator": "take a RandomSource",
    ]
    for file in TidyTests.sources where TidyTests.layer(of: file.path) < 5 {
      for (number, line) in file.lines.enumerated() where !TidyTests.isComment(line) {
        for (word, fix) in forbidden where line.contains(word) {
          Issue.record("\(file.path):\(number + 1) says \(word) — \(fix)")
        }
      }
    }
  }

  @Test func onlyTheDeskWrites() {
    for file in TidyTests.sources
    where ![
      "Desk", "Storage", "SQLiteStorage", "PostgresStorage", "StorageConformance", "FaultInjection",
      "StoreCopy",
    ].contains(file.module) {
      // Probes are made to be killed and write to scratch stores. A witness is no city: what it signed
      // lies in a store of its own, which knows no acts.
      if ["CrashProbe.swift", "WitnessService.swift"].contains(where: file.path.hasSuffix)
        || file.path.contains("/Bench")
      {
        continue
      }
      for (number, line) in file.lines.enumerated()
      where line.contains("store.write") || line.contains("writeAll(") {
        if file.module == "Books", line.contains("store.write") { continue }  // leases of keys
        Issue.record(
          "\(file.path):\(number + 1) writes to the store — submit a command to the desk")
      }
    }
  }

  @Test func filesAndFunctionsStayShort() {
    #expect(TidyTests.sources.map { TidyTests.functions($0.lines).count }.reduce(0, +) > 500)
    for file in TidyTests.sources + TidyTests.files(under: "Tests") {
      #expect(
        file.lines.count <= 700, "\(file.path) has \(file.lines.count) lines: split it by subject")
      for (name, length, line) in TidyTests.functions(file.lines) where length > 70 {
        Issue.record("\(file.path):\(line) \(name) has \(length) lines: take steps out of it")
      }
    }
  }

  /// Functions with their length, found by the indentation that swift-format keeps.
  static func functions(_ lines: [String]) -> [(name: String, length: Int, line: Int)] {
    var found: [(String, Int, Int)] = []
    for (index, line) in lines.enumerated() {
      let text = line.drop { $0 == " " }
      let words = text.split(separator: " ").prefix(6)
      guard words.contains("func") || text.contains("init("), !isComment(line),
        words.contains("func") || text.hasPrefix("init") || text.contains(" init(")
      else { continue }
      let indent = String(repeating: " ", count: line.count - text.count)
      guard !line.hasSuffix("}") else { continue }
      let end = lines[(index + 1)...].firstIndex { $0 == indent + "}" }
      let next = lines[(index + 1)...].firstIndex { other in
        other.hasPrefix(indent)
          && other.dropFirst(indent.count).first.map { !" })]".contains($0) } ?? false
      }
      guard let end, end < next ?? lines.count else { continue }
      found.append((String(text.prefix(60)), end - index + 1, index + 1))
    }
    return found
  }

  @Test func everyPhraseSpeaksBothLanguages() {
    // Joins words that one language needs and the other does not.
    let joiner = "Sources/Engines/CaseEngine/CaseStepping.swift"
    for file in TidyTests.sources where file.path != joiner {
      for (number, line) in file.lines.enumerated()
      where line.contains("Phrase(\"\", en:") && !line.contains("en: \"\")") {
        Issue.record("\(file.path):\(number + 1) has no Chinese")
      }
    }
  }

  @Test func targetsAreNotNamedLikeTypesInThem() {
    for file in TidyTests.sources {
      for line in file.lines {
        for kind in ["struct", "class", "enum", "actor", "protocol"]
        where line.contains("public \(kind) \(file.module) ")
          || line.contains("public \(kind) \(file.module):")
        {
          Issue.record(
            "\(file.path) declares a type named like its module \(file.module): rename the type")
        }
      }
    }
  }

  static func isComment(_ line: String) -> Bool { line.drop { $0 == " " }.hasPrefix("//") }
}
