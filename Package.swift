// swift-tools-version: 6.2
import PackageDescription

// The house (docs/explanation/architecture.md): layers L0–L5, one small target per room.
// With TEQU_ENGINES=1 only the pure layers are built, which takes seconds and needs one package.
let enginesOnly = Context.environment["TEQU_ENGINES"] != nil

let house: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// The lowest layers are optimised in debug builds too: the tests simulate months of cities, and spend
/// most of their time there.
let quick: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

func room(
  _ name: String, in folder: String, _ dependencies: [Target.Dependency],
  embedding files: [String] = []
) -> Target {
  let isLow =
    folder.hasPrefix("Engines/") || folder.hasPrefix("Storage/")
    || ["Commons", "Books", "Desk", "HTTPValues", "Markup"].contains(name)
  return .target(
    name: name, dependencies: dependencies, path: "Sources/\(folder)\(name)",
    resources: files.map { .embedInCode($0) }, swiftSettings: house + (isLow ? quick : []))
}

/// L1: a pure library. No I/O, no wall clock, no randomness.
func engine(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  room(name, in: "Engines/", ["Commons"] + dependencies)
}

/// L4: one of the 22 measures.
func measure(
  _ name: String, in chapter: String, _ dependencies: Target.Dependency...,
  embedding files: [String] = []
) -> Target {
  room(
    name, in: "Measures/\(chapter)/",
    [
      "Commons", "AccessControl", "CaseEngine", "LegalTime", "Storage", "Books", "Desk",
      "HTTPValues", "CityProfiles", "MeasureKit", "CaseWork", "Markup", "Charts", "Rulebook",
    ] + dependencies, embedding: files)
}

func tests(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies,
    path: "Tests/\(name)Tests", swiftSettings: house)
}

func dependency(_ repository: String, _ version: Version) -> Package.Dependency {
  .package(url: "https://github.com/\(repository).git", from: version)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")

var dependencies = [
  dependency("apple/swift-crypto", "4.5.2"), dependency("apple/swift-asn1", "1.2.0"),
]
var targets: [Target] = [
  room("Commons", in: "", [crypto]),
  tests("Commons"),
  engine("ArrivalFlow"),
  tests("ArrivalFlow", "Commons"),
  engine("AccessControl", crypto, cryptoExtras),
  tests("AccessControl", "Commons"),
  engine("AccessTokens", cryptoExtras),
  tests("AccessTokens", "Commons", cryptoExtras),
  engine("Airspace"),
  tests("Airspace", "Commons"),
  engine("CaseEngine"),
  .systemLibrary(
    name: "COpenSSL", path: "Sources/Engines/COpenSSL", pkgConfig: "libcrypto",
    providers: [.apt(["libssl-dev"])]),
  .target(name: "CSHA256", path: "Sources/Engines/CSHA256"),
  engine("EvidenceLog", "CSHA256", crypto),
  tests("EvidenceLog", "Commons"),
  engine("EvidencePackets", "EvidenceLog"),
  tests("EvidencePackets", "Commons", "EvidenceLog"),
  engine("DepositProofs", "EvidenceLog"),
  tests("DepositProofs", "Commons", "EvidenceLog"),
  engine("NationalCrypto", "COpenSSL", "EvidenceLog"),
  tests("NationalCrypto", "Commons", "EvidenceLog"),
  .systemLibrary(
    name: "CZlib", path: "Sources/Engines/CZlib", pkgConfig: "zlib",
    providers: [.apt(["zlib1g-dev"])]),
  engine("Credentials", "CZlib", "EvidenceLog", crypto),
  tests("Credentials", "Commons", "EvidenceLog"),
  engine("QRSymbols"),
  tests("QRSymbols", "Commons"),
  engine("LegalTime"),
  tests("LegalTime", "Commons"),
  engine("SecrecyMeasures"),
  tests("SecrecyMeasures", "Commons"),
  engine("SealedFiles", crypto, cryptoExtras),
  tests("SealedFiles", "Commons"),
  engine("TimeStamping", "COpenSSL", asn1),
  tests("TimeStamping", "Commons"),
  room("RedFlags", in: "Engines/", ["Commons"], embedding: ["Schema/ocds-1.1.5.json"]),
  tests("RedFlags", "Commons"),
  engine("Rulebook", "LegalTime"),
  tests("Rulebook", "Commons", "LegalTime"),
  engine("Dormancy", "LegalTime", "Rulebook"),
  tests("Dormancy", "Commons", "LegalTime", "Rulebook"),
  room("CityProfiles", in: "Platform/", ["Commons", "LegalTime", "Rulebook"]),
  .target(
    name: "Cities", dependencies: ["CityProfiles"], path: "cities",
    resources: [
      .embedInCode("shifan/city.json"), .embedInCode("shifan/catalogue.json"),
      .embedInCode("shifan/airports.json"),
    ],
    swiftSettings: house),
  tests("CityProfiles", "Commons", "Cities", "Rulebook"),
  room("Markup", in: "Platform/", ["Commons"]),
  room("Charts", in: "Platform/", ["Commons", "Markup"]),
  room("HTTPValues", in: "Platform/", ["Commons"]),
  tests("CaseEngine", "Commons"),
  .testTarget(name: "TidyTests", path: "Tests/TidyTests", swiftSettings: house),
]

if !enginesOnly {
  dependencies += [
    dependency("apple/swift-argument-parser", "1.8.2"),
    dependency("apple/swift-log", "1.16.2"),
    dependency("apple/swift-nio", "2.101.2"),
    dependency("apple/swift-http-types", "1.8.0"),
    .package(
      url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
  ]
  let arguments = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
  let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
  let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
  let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
  let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
  let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
  targets += [
    room("Storage", in: "Storage/", ["Commons"]),
    room("StoreCopy", in: "Storage/", ["Commons", "Storage"]),
    .systemLibrary(
      name: "CSQLite", path: "Sources/Storage/CSQLite", pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"])]),
    room("SQLiteStorage", in: "Storage/", ["Commons", "Storage", "CSQLite"]),
    room("Books", in: "Platform/", ["Commons", "Storage", crypto]),
    room("Desk", in: "Platform/", ["Commons", "Storage", "Books"]),
    room("Interchange", in: "Platform/", ["Commons", "Storage", "Books", "Desk", "TimeStamping"]),
    room(
      "MeasureKit", in: "Platform/",
      [
        "Commons", "AccessControl", "Storage", "Books", "Desk", "HTTPValues", "Markup",
        "CaseEngine", "LegalTime", "EvidenceLog",
      ]),
    room(
      "CaseWork", in: "Platform/",
      [
        "Commons", "AccessControl", "CaseEngine", "LegalTime", "Rulebook", "Storage", "Books",
        "Credentials", "Desk", "HTTPValues", "CityProfiles", "Interchange", "MeasureKit", "Markup",
      ]),
    room(
      "Accounts", in: "Platform/", ["Commons", "AccessControl", "Storage", "Books", "Desk"]),
    room("Verification", in: "Platform/", ["Commons", "Storage", "Books", "EvidenceLog"]),
    measure("IPProtection", in: "1-Innovation", "EvidenceLog", "EvidencePackets", "Interchange"),
    measure("ServiceRequests", in: "4-Livelihood", "Interchange"),
    measure("AdministrativeReconsideration", in: "4-Livelihood"),
    measure("BusinessDormancy", in: "3-Enterprise", "Dormancy"),
    measure(
      "ProcurementOversight", in: "3-Enterprise", "Interchange", "RedFlags", "SealedFiles",
      embedding: ["Resources/seal.html"]),
    measure("ArrivalManagement", in: "3-Enterprise", "ArrivalFlow", "Interchange"),
    measure("LowAltitude", in: "3-Enterprise", "AccessTokens", "Airspace"),
    measure("TradeSecrets", in: "1-Innovation", "DepositProofs", "SecrecyMeasures"),
    room("FaultInjection", in: "Storage/", ["Commons", "Storage", "CSQLite"]),
    tests(
      "FaultInjection", "Books", "Commons", "SQLiteStorage", "Storage", "StorageConformance"),
    room("StorageConformance", in: "Storage/", ["Commons", "Storage"]),
    room(
      "WebServer", in: "App/",
      ["Commons", "HTTPValues", hummingbird, hummingbirdCore, nio, httpTypes, logging]),
    room(
      "App", in: "App/",
      [
        "Commons", "AccessControl", "AccessTokens", "Accounts", "ArrivalManagement", "Storage",
        "SQLiteStorage", "PostgresStorage", "Books", "BusinessDormancy", "CaseWork", "Desk",
        "Interchange",
        "HTTPValues", "AdministrativeReconsideration", "Charts", "Cities", "CityProfiles",
        "Credentials", "CZlib", "EvidenceLog", "IPProtection", "LegalTime", "LowAltitude", "Markup",
        "MeasureKit",
        "NationalCrypto", "ProcurementOversight", "QRSymbols", "RedFlags", "Rulebook",
        "SealedFiles",
        "ServiceRequests", "StoreCopy", "TradeSecrets", "Verification", "WebServer", logging,
      ],
      embedding: [
        "Resources/verifier.html", "Resources/verify.html", "Resources/proofs.js",
        "Resources/openapi.yaml",
      ]),
    room(
      "Simulation", in: "",
      [
        "Commons", "AccessControl", "Accounts", "AdministrativeReconsideration", "App",
        "ArrivalManagement", "Books", "BusinessDormancy", "CaseEngine", "CaseWork",
        "CityProfiles", "Desk", "EvidenceLog", "FaultInjection", "HTTPValues", "Interchange",
        "IPProtection", "LowAltitude", "Markup",
        "MeasureKit", "ProcurementOversight", "ServiceRequests", "Storage", "SQLiteStorage",
        "StorageConformance", "TradeSecrets", "Verification",
      ]),
    .systemLibrary(
      name: "CJemalloc", path: "Sources/App/CJemalloc", providers: [.apt(["libjemalloc-dev"])]),
    .executableTarget(
      name: "tequ",
      dependencies: [
        "AccessControl", "AccessTokens", "Accounts", "AdministrativeReconsideration", "Airspace",
        "App", "ArrivalFlow", "ArrivalManagement", "Books", "BusinessDormancy", "CaseEngine",
        "CaseWork", "Cities",
        "CityProfiles", "CJemalloc", "Commons", "Credentials", "DepositProofs", "Desk", "Dormancy",
        "EvidenceLog", "EvidencePackets", "Interchange", "IPProtection", "LegalTime", "LowAltitude",
        "NationalCrypto", "ProcurementOversight", "RedFlags", "Rulebook", "SealedFiles",
        "SecrecyMeasures",
        "ServiceRequests", "Simulation", "SQLiteStorage", "Storage", "StorageConformance",
        "StoreCopy", "TimeStamping", "TradeSecrets", "Verification", "WebServer", arguments,
        logging,
      ], path: "Sources/tequ",
      swiftSettings: house),
    .testTarget(
      name: "CrashTests",
      dependencies: ["Commons", "PostgresFixture", "Simulation", "StorageConformance", "tequ"],
      path: "Tests/CrashTests", swiftSettings: house),
    tests(
      "Desk", "Commons", "Storage", "Books", "SQLiteStorage", "PostgresStorage", "PostgresFixture"),
    tests(
      "AdministrativeReconsideration", "CaseEngine", "CaseWork", "Cities", "CityProfiles",
      "Commons", "LegalTime", "MeasureKit", "Rulebook", "Books"),
    tests(
      "BusinessDormancy", "Books", "CaseEngine", "CaseWork", "Cities", "CityProfiles", "Commons",
      "Desk", "Dormancy", "LegalTime", "MeasureFixture", "MeasureKit", "Rulebook", "SQLiteStorage",
      "Storage"),
    tests(
      "ProcurementOversight", "Books", "CaseEngine", "CaseWork", "Cities", "CityProfiles",
      "Commons", "Desk", "Interchange", "LegalTime", "MeasureFixture", "MeasureKit", "RedFlags",
      "Rulebook", "SealedFiles", "SQLiteStorage", "Storage"),
    tests(
      "IPProtection", "Books", "CaseEngine", "CaseWork", "Cities", "CityProfiles", "Commons",
      "Desk", "EvidenceLog", "EvidencePackets", "HTTPValues", "Interchange", "LegalTime",
      "MeasureFixture", "MeasureKit", "Rulebook", "SQLiteStorage", "Storage"),
    tests(
      "ArrivalManagement", "AccessControl", "ArrivalFlow", "Books", "CaseEngine", "CaseWork",
      "Cities", "CityProfiles", "Commons", "Desk", "HTTPValues", "Interchange", "LegalTime",
      "MeasureFixture", "MeasureKit", "Rulebook", "SQLiteStorage", "Storage"),
    tests(
      "LowAltitude", "AccessControl", "AccessTokens", "Airspace", "Books", "CaseEngine", "CaseWork",
      "Cities", "CityProfiles", "Commons", "Desk", "HTTPValues", "Interchange", "LegalTime",
      "MeasureFixture", "MeasureKit", "Rulebook", "SQLiteStorage", "Storage"),
    tests(
      "TradeSecrets", "AccessControl", "Books", "CaseEngine", "CaseWork", "Cities", "CityProfiles",
      "Commons", "Desk", "LegalTime", "MeasureFixture", "MeasureKit", "Rulebook", "SQLiteStorage",
      "Storage"),
    tests(
      "ServiceRequests", "Books", "CaseEngine", "Cities", "CityProfiles", "Commons", "Desk",
      "LegalTime", "MeasureKit", "SQLiteStorage", "Storage"),
    .testTarget(
      name: "CityTests",
      dependencies: [
        "AccessControl", "Accounts", "App", "ArrivalManagement", "Books", "BusinessDormancy",
        "CaseEngine", "CaseWork", "Cities", "CityProfiles", "Commons", "Credentials",
        "DepositProofs", "Desk", "EvidenceLog", "HTTPValues", "Interchange", "LegalTime",
        "LowAltitude", "MeasureKit",
        "NationalCrypto", "PostgresFixture", "ProcurementOversight",
        "Rulebook", "SealedFiles", "ServiceRequests", "Simulation", "SQLiteStorage", "Storage",
        "StoreCopy", "TradeSecrets", "Verification",
      ], path: "Tests/CityTests", swiftSettings: house),
    tests(
      "CaseWork", "Books", "CaseEngine", "Cities", "CityProfiles", "Commons", "Desk", "HTTPValues",
      "LegalTime", "MeasureKit", "SQLiteStorage", "Storage"),
    tests("SQLiteStorage", "Commons", "Storage", "StorageConformance"),
    tests(
      "Simulation", "App", "Books", "CaseEngine", "CityProfiles", "Commons", "Desk", "MeasureKit",
      "FaultInjection", "SQLiteStorage", "ServiceRequests", "Storage"),
    tests(
      "StoreCopy", "Commons", "Storage", "SQLiteStorage", "PostgresStorage", "PostgresFixture"),
    // Without the trait PostgreSQL these are empty and libpq is not needed.
    .systemLibrary(
      name: "CPostgres", path: "Sources/Storage/CPostgres", pkgConfig: "libpq",
      providers: [.apt(["libpq-dev"])]),
    room(
      "PostgresStorage", in: "Storage/",
      [
        "Commons", "Storage",
        .target(name: "CPostgres", condition: .when(traits: ["PostgreSQL"])),
      ]),
    .target(name: "PostgresFixture", path: "Tests/PostgresFixture", swiftSettings: house),
    .target(
      name: "MeasureFixture",
      dependencies: [
        "Books", "CaseEngine", "CaseWork", "Commons", "Desk", "MeasureKit", "SQLiteStorage",
        "Storage",
      ], path: "Tests/MeasureFixture", swiftSettings: house),
    tests("PostgresStorage", "Commons", "Storage", "StorageConformance", "PostgresFixture"),
  ]
}

let package = Package(
  name: "tequ",
  platforms: [.macOS(.v15)],
  traits: [
    .default(enabledTraits: ["PostgreSQL"]),
    .trait(name: "PostgreSQL", description: "A store in PostgreSQL, over libpq."),
  ],
  dependencies: dependencies,
  targets: targets,
  swiftLanguageModes: [.v6]
)
