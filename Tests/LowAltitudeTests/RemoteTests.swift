import Airspace
import Commons
import Testing

@testable import LowAltitude

/// What F3411 asks of a DSS, in both editions.
@Suite struct RemoteTests {
  private func put(
    _ bench: AirBench, _ edition: RemoteID, _ kind: AirEntity.Kind, _ number: Int,
    version: String? = nil, by caller: AirCaller = AirBench.one, hours: Int64 = 1
  ) async throws -> JSONValue {
    let wish = try AreaWish(
      AirReader(body(edition, kind, hours: hours)), edition, kind, id: AirBench.id(number),
      tag: version)
    let ring = bench.measure.ring
    return try await bench.measure.act("area.put", on: kind, wish.id, by: caller) {
      try wish.put($0, by: caller, ring, $1, $2)
    }
  }

  private func body(_ edition: RemoteID, _ kind: AirEntity.Kind, hours: Int64) -> JSONValue {
    let extent = AirBench.extent((22.54, 114.05), (0, 100), (60, hours * 3600))
    guard edition == .v19 else {
      return ["extents": extent, "uss_base_url": "https://new.example"]
    }
    let volume = extent["volume"]
    let old: JSONValue = [
      "spatial_volume": ["footprint": volume?["outline_polygon"] ?? .null],
      "time_start": extent["time_start"]?["value"] ?? .null,
      "time_end": extent["time_end"]?["value"] ?? .null,
    ]
    return kind == .area
      ? ["extents": old, "flights_url": "https://old.example/uss/flights"]
      : [
        "extents": old,
        "callbacks": [
          "identification_service_area_url":
            "https://old.example/uss/identification_service_areas"
        ],
      ]
  }

  /// A subscriber of one edition is told of areas of both, each with addresses of its own edition.
  @Test func bothEditionsSeeTheSameAreas() async throws {
    let bench = try AirBench()
    _ = try await put(bench, .v19, .areaSubscription, 1)
    _ = try await put(bench, .v22a, .areaSubscription, 2)
    let old = try await put(bench, .v19, .area, 11)
    #expect(old.notices == [AirBench.id(1): 1, AirBench.id(2): 1])
    #expect(
      Set((old["subscribers"]?.array ?? []).compactMap { $0["url"]?.string }) == [
        "https://old.example/uss/identification_service_areas",
        "https://new.example/uss/identification_service_areas",
      ])
    let new = try await put(bench, .v22a, .areaSubscription, 3)
    let area = new["service_areas"]?.array?.first
    #expect(area?["uss_base_url"]?.string == "https://old.example")
    #expect(area?["time_start"]?["format"] == "RFC3339")
    let again = try await put(bench, .v19, .areaSubscription, 4)
    #expect(
      again["service_areas"]?.array?.first?["flights_url"]?.string
        == "https://old.example/uss/flights")
  }

  @Test func onlyTheOwnerWithTheCurrentVersionChangesAnArea() async throws {
    let bench = try AirBench()
    let made = try await put(bench, .v22a, .area, 1)
    let version = made["service_area"]?["version"]?.string
    #expect(try await refusal { try await put(bench, .v22a, .area, 1) }?.status == 409)
    #expect(
      try await refusal {
        try await put(bench, .v22a, .area, 1, version: version, by: AirBench.two)
      }?.status == 403)
    _ = try await put(bench, .v22a, .area, 1, version: version)
    #expect(
      try await refusal {
        try await put(bench, .v22a, .area, 1, version: version)
      }?.status == 409)
    #expect(
      try await refusal {
        try await put(bench, .v22a, .area, 2, version: version)
      }?.status == 400)
    #expect(
      try await refusal {
        try await put(bench, .v22a, .area, 1, version: "notaversionofours")
      }?.status == 400)
  }

  @Test func aSubscriptionLastsADayAndThereAreTenInACell() async throws {
    let bench = try AirBench()
    #expect(
      try await refusal {
        try await put(bench, .v22a, .areaSubscription, 1, hours: 25)
      }?.status == 400)
    for number in 1...10 { _ = try await put(bench, .v22a, .areaSubscription, number) }
    #expect(
      try await refusal { try await put(bench, .v22a, .areaSubscription, 11) }?.status == 429)
    _ = try await put(bench, .v22a, .areaSubscription, 11, by: AirBench.two)
    // What is over counts no more.
    bench.time.advance(seconds: 7200)
    #expect(
      try await refusal {
        try await put(bench, .v22a, .areaSubscription, 12, hours: 4)
      }?.status == 400, "its start is past")
  }

  @Test(arguments: [
    ("", false), ("22.5,114", false), ("22.5,114,22.6,114,22.6", false),
    ("22.5,114,22.6,114,22.6,114.1", true), ("22.5, 114, 22.6, 114, 22.6, 114.1", true),
    ("91,114,22.6,114,22.6,114.1", false), ("x,114,22.6,114,22.6,114.1", false),
    ("nan,114,22.6,114,22.6,114.1", false), ("0,0,10,0,10,10", false),
  ])
  func areasInQueriesAreCornersInDegrees(_ text: String, _ isGood: Bool) {
    #expect(((try? RemoteID.area(text)) != nil) == isGood)
  }
}
