import Commons
import Desk
import Storage
import Testing

@testable import LowAltitude

/// The registers of the networks, and what stands in the way of a route.
@Suite struct NetworkTests {
  private let keeper = Actor(
    kind: .staff, account: 7, permissions: [NetworkDuty.keep], agencies: nil)
  private let inspector = Actor(
    kind: .staff, account: 8, permissions: [NetworkDuty.inspect], agencies: nil)

  private func route(_ latitude: Int64, lower: Int64 = 60) -> JSONValue {
    [
      "operator": "运营方", "lower_m": .integer(lower), "upper_m": .integer(lower + 20),
      "width_m": 40, "slots_per_hour": 6,
      "points": [
        [.integer(latitude), 114_000_000], [.integer(latitude), 114_050_000],
      ],
    ]
  }

  private func plan(
    _ bench: AirBench, _ kind: NetworkAsset.Kind, _ code: String, _ facts: JSONValue
  ) async throws -> Int64 {
    try await bench.measure.desk.submit(
      PlanAsset(assetKind: kind, code: code, name: Phrase("名称", en: "name"), facts: facts),
      by: keeper
    ).aggregate
  }

  private func step(
    _ bench: AirBench, _ key: Int64, _ steps: AssetStep..., facts: JSONValue? = nil
  ) async throws {
    for step in steps {
      _ = try await bench.measure.desk.submit(
        AssetAct(
          step: step, key: key, facts: facts, reason: "理由", rules: bench.measure.rules),
        by: step.permission == NetworkDuty.keep ? keeper : inspector)
    }
  }

  private func refusal(_ body: () async throws -> Void) async -> Problem? {
    do {
      try await body()
      return nil
    } catch { return error as? Problem }
  }

  @Test func fromPlanToClosing() async throws {
    let bench = try AirBench()
    let facts: JSONValue = [
      "operator": "运营方", "capacity": 4, "points": [[22_540_000, 114_050_000]],
    ]
    let key = try await plan(bench, .pad, "PAD-1", facts)
    #expect(await refusal { try await step(bench, key, .commission) }?.slug == "asset-state")
    try await step(bench, key, .build, .accept, .commission, .suspend, .resume, .close)
    let asset = try await bench.measure.asset("PAD-1")
    #expect(asset.state == .closed && asset.version == 7)
    #expect(await refusal { try await step(bench, key, .resume) }?.slug == "asset-state")
    #expect(
      await refusal { _ = try await plan(bench, .pad, "PAD-1", facts) }?.fields.first?.pointer
        == "code")
    #expect(try await bench.store.read { try NetworkBook.broken($0).count } == 0)
  }

  @Test func whoBuildsDoesNotAccept() async throws {
    let bench = try AirBench()
    let key = try await plan(bench, .route, "R-1", route(22_540_000))
    try await step(bench, key, .build)
    let refused = await refusal {
      _ = try await bench.measure.desk.submit(
        AssetAct(
          step: .accept, key: key, facts: nil, reason: "", rules: bench.measure.rules), by: keeper)
    }
    #expect(refused?.status == 403)
  }

  @Test(
    arguments: [
      (["operator": "x", "capacity": 4], "points"),
      (["operator": "x", "capacity": 0, "points": [[1, 1]]], "capacity"),
      (["capacity": 4, "points": [[1, 1]]], "operator"),
      (["operator": "x", "capacity": 4, "points": [[91_000_000, 1]]], "points"),
      (["operator": "x", "capacity": 4, "points": [[1, 1]], "more": 1], "more"),
    ] as [(JSONValue, String)])
  func whatDoesNotFitAPadIsNamed(_ facts: JSONValue, _ field: String) async throws {
    let bench = try AirBench()
    let problem = await refusal { _ = try await plan(bench, .pad, "PAD-1", facts) }
    #expect(problem?.fields.map(\.pointer) == [field])
  }

  @Test func aRouteMustBeFreeBeforeItIsAccepted() async throws {
    let bench = try AirBench()
    let first = try await plan(bench, .route, "R-1", route(22_540_000))
    try await step(bench, first, .build, .accept)
    // 55 m beside it, less twice 20 m of half width: 15 m are too few.
    let near = try await plan(bench, .route, "R-2", route(22_540_500))
    try await step(bench, near, .build)
    let conflict = await refusal { try await step(bench, near, .accept) }
    #expect(conflict?.slug == "route-conflict" && conflict?.detail.zh.contains("R-1") == true)
    // In another layer, or further away, there is none.
    try await step(bench, near, .amend, facts: route(22_540_500, lower: 100))
    try await step(bench, near, .accept)
    let far = try await plan(bench, .route, "R-3", route(22_541_000))
    try await step(bench, far, .build, .accept)
    // Closed airspace counts once it is in force.
    let zone = try await plan(
      bench, .controlled, "CTR-1",
      [
        "reason": "机场", "lower_m": 0, "upper_m": 500, "radius_m": 300,
        "points": [[22_540_000, 114_025_000]],
      ])
    try await step(bench, zone, .build, .accept, .commission)
    #expect(
      await refusal { try await step(bench, far, .commission) }?.detail.zh.contains("CTR-1") == true
    )
    try await step(bench, zone, .suspend)
    try await step(bench, far, .commission)
  }

  @Test func featuresAreRightHanded() async throws {
    let bench = try AirBench()
    let corners: [JSONValue] = [
      [22_500_000, 114_000_000], [22_600_000, 114_000_000], [22_600_000, 114_100_000],
    ]
    _ = try await plan(
      bench, .controlled, "CTR-1",
      ["reason": "港口", "lower_m": 0, "upper_m": 120, "points": .array(corners)])
    let asset = try await bench.measure.asset("CTR-1")
    let ring = asset.feature?["geometry"]?["coordinates"]?.array?.first?.array ?? []
    #expect(ring.count == 4 && ring.first == ring.last)
    let places = ring.compactMap { pair in pair.array.map { ($0[0].double ?? 0, $0[1].double ?? 0) }
    }
    let turn = zip(places, places.dropFirst()).reduce(0.0) {
      $0 + $1.0.0 * $1.1.1 - $1.1.0 * $1.0.1
    }
    #expect(turn > 0)
  }

  @Test func placesAsPeopleWriteThem() {
    #expect(AssetFacts.places("22.5, 114.05\n22.6 114.1;\n")?.array?.count == 2)
    #expect(AssetFacts.places("22.5，114.05") == [[22_500_000, 114_050_000]])
    #expect(AssetFacts.places("22.5") == nil)
    #expect(AssetFacts.places("95,1") == nil)
  }
}
