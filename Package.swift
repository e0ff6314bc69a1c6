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

func room(_ name: String, in folder: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/\(folder)\(name)", swiftSettings: house)
}

/// L1: a pure library. No I/O, no wall clock, no randomness.
func engine(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  room(name, in: "Engines/", ["Commons"] + dependencies)
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
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")

var dependencies = [dependency("apple/swift-crypto", "4.5.2")]
var targets: [Target] = [
  room("Commons", in: "", [crypto]),
  tests("Commons"),
  engine("CaseEngine"),
  tests("CaseEngine", "Commons"),
]

let package = Package(
  name: "tequ",
  platforms: [.macOS(.v15)],
  dependencies: dependencies,
  targets: targets,
  swiftLanguageModes: [.v6]
)
