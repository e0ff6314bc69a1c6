import Commons
import Testing

@testable import LowAltitude

/// What F3548-21 asks of a DSS, act by act.
@Suite struct TrafficTests {
  /// Each row: how a second USS's volume lies to the first one's, and whether its key must show it.
  @Test(
    arguments: [
      ((22.54, 114.05), (50, 100), (60, 600), true),
      ((22.54, 114.05), (100, 150), (600, 900), true),
      ((22.54, 114.05), (101, 150), (60, 600), false),
      ((22.54, 114.05), (50, 100), (601, 900), false),
      ((22.64, 114.05), (50, 100), (60, 600), false),
      // Another corner of the same cell: the standard compares cells.
      ((22.5405, 114.0505), (0, 60), (0, 70), true),
    ] as [((Double, Double), (Int, Int), (Int64, Int64), Bool)])
  func aKeyMustShowWhatIsThere(
    _ place: (Double, Double), _ height: (Int, Int), _ time: (Int64, Int64), _ meets: Bool
  ) async throws {
    let bench = try AirBench()
    let first = try await bench.putIntent(1, AirBench.intent())
    let extent = AirBench.extent(place, height, time)
    let refused = try await refusal {
      try await bench.putIntent(2, AirBench.intent(extent), by: AirBench.two)
    }
    #expect((refused?.status == 409) == meets)
    let missing = refused?.body["missing_operational_intents"]?.array?.first
    #expect(missing?["ovn"]?.string == (meets ? "Available from USS" : nil))
    guard meets else { return }
    _ = try await bench.putIntent(
      2, AirBench.intent(extent, key: [first.ovn]), by: AirBench.two)
  }

  @Test func onlyTheManagerWithTheCurrentOVNChangesAnIntent() async throws {
    let bench = try AirBench()
    let first = try await bench.putIntent(1, AirBench.intent())
    #expect(try await refusal { try await bench.putIntent(1, AirBench.intent()) }?.status == 409)
    #expect(
      try await refusal {
        try await bench.putIntent(1, AirBench.intent(), ovn: first.ovn, by: AirBench.two)
      }?.status == 403)
    let second = try await bench.putIntent(1, AirBench.intent(), ovn: first.ovn)
    #expect(second.ovn != first.ovn && (16...128).contains(second.ovn.count))
    #expect(
      try await refusal {
        try await bench.putIntent(1, AirBench.intent(), ovn: first.ovn)
      }?.status == 409)
    #expect(
      try await refusal {
        try await bench.putIntent(9, AirBench.intent(), ovn: first.ovn)
      }?.status == 400)
    #expect(try await refusal { try await bench.deleteIntent(1, ovn: first.ovn) }?.status == 409)
    _ = try await bench.deleteIntent(1, ovn: second.ovn)
    #expect(try await refusal { try await bench.deleteIntent(1, ovn: second.ovn) }?.status == 404)
    // The id may be used again, and begins anew.
    let again = try await bench.putIntent(1, AirBench.intent())
    #expect(again["operational_intent_reference"]?["version"]?.integer == 1)
    #expect(try await bench.misplaced() == 0)
  }

  @Test func anImplicitSubscriptionGoesWithItsLastIntent() async throws {
    let bench = try AirBench()
    let first = try await bench.putIntent(1, AirBench.intent(AirBench.extent(), AirBench.implicit))
    let own = first.support
    #expect(first.notices[own] == 1)
    // A second intent elsewhere rests on it, too, so that it grows.
    let far = AirBench.extent((22.64, 114.05))
    let second = try await bench.putIntent(
      2, AirBench.intent(far, ["subscription_id": .string(own)]))
    #expect(second.support == own && second.notices[own] == 2)
    _ = try await bench.deleteIntent(1, ovn: first.ovn)
    #expect(try await bench.has(.subscription, own))
    // Replaced by another implicit one, the first has nothing left.
    let third = try await bench.putIntent(
      2, AirBench.intent(far, AirBench.implicit), ovn: second.ovn)
    #expect(third.support != own)
    #expect(try await !bench.has(.subscription, own))
    _ = try await bench.deleteIntent(2, ovn: third.ovn)
    #expect(try await !bench.has(.subscription, third.support))
    #expect(try await bench.misplaced() == 0)
  }

  @Test func everySubscriberOfTheOldAndTheNewVolumeIsTold() async throws {
    let bench = try AirBench()
    let (here, there) = (AirBench.extent(), AirBench.extent((22.64, 114.05)))
    _ = try await bench.putSubscription(11, here, by: AirBench.two)
    _ = try await bench.putSubscription(12, there, by: AirBench.two)
    _ = try await bench.putSubscription(13, AirBench.extent((22.54, 114.05), (200, 300)))
    let first = try await bench.putIntent(1, AirBench.intent(here))
    #expect(first.notices == [AirBench.id(11): 1])
    let moved = try await bench.putIntent(1, AirBench.intent(there), ovn: first.ovn)
    #expect(moved.notices == [AirBench.id(11): 2, AirBench.id(12): 1])
    let gone = try await bench.deleteIntent(1, ovn: moved.ovn)
    #expect(gone.notices == [AirBench.id(12): 2])
  }

  @Test func aSubscriptionOfConstraintsAsksForThemInTheKey() async throws {
    let bench = try AirBench()
    _ = try await bench.putSubscription(11, constraints: true)
    let constraint = try await bench.putConstraint(21, by: AirBench.two)
    #expect(constraint.notices == [AirBench.id(11): 1])
    let more: [String: JSONValue] = ["subscription_id": .string(AirBench.id(11))]
    let refused = try await refusal {
      try await bench.putIntent(1, AirBench.intent(AirBench.extent(), more))
    }
    #expect(refused?.status == 409 && refused?.body["missing_constraints"]?.array?.count == 1)
    _ = try await bench.putIntent(
      1, AirBench.intent(AirBench.extent(), key: [constraint.ovn], more))
  }

  @Test func aSubscriptionMustCoverWhatRestsOnIt() async throws {
    let bench = try AirBench()
    let made = try await bench.putSubscription(11)
    let version = made["subscription"]?["version"]?.string
    _ = try await bench.putIntent(
      1, AirBench.intent(AirBench.extent(), ["subscription_id": .string(AirBench.id(11))]))
    for smaller in [
      AirBench.extent((22.64, 114.05)), AirBench.extent((22.54, 114.05), (60, 100)),
      AirBench.extent((22.54, 114.05), (50, 100), (60, 599)),
    ] {
      let refused = try await refusal {
        try await bench.putSubscription(11, smaller, version: version)
      }
      #expect(refused?.status == 400)
    }
    _ = try await bench.putSubscription(
      11, AirBench.extent((22.54, 114.05), (0, 120), (0, 900)), version: version)
  }

  /// Each row: what is sent for a new intent, and how it is answered.
  @Test(
    arguments: [
      (["state": "Activated"], 400), (["state": "Flying"], 400), (["extents": []], 400),
      (["uss_base_url": "http://uss.example"], 400), (["uss_base_url": ""], 400),
      (["extents": [AirBench.extent((22.54, 114.05), (100, 50))]], 400),
      (["extents": [AirBench.extent((91, 114.05))]], 400),
      (["extents": [AirBench.extent((22.54, 114.05), (50, 100), (600, 60))]], 400),
      (["extents": [AirBench.extent((22.54, 114.05), (50, 100), (-600, -60))]], 400),
      (["subscription_id": "x"], 400), (["subscription_id": .string(AirBench.id(99))], 400),
      (["requested_ovn_suffix": "x"], 400),
      (["requested_ovn_suffix": "00000000-0000-4000-8000-000000000001"], 400),
      // Version 7, but of 1970.
      (["requested_ovn_suffix": "00000000-0000-7000-8000-000000000001"], 400),
      (["extents": "x"], 400), (["key": 7], 400), (["state": 7], 400),
    ] as [([String: JSONValue], Int)])
  func whatIsNoIntentIsRefused(_ change: [String: JSONValue], _ status: Int) async throws {
    let bench = try AirBench()
    let refused = try await refusal {
      try await bench.putIntent(1, AirBench.intent(AirBench.extent(), change))
    }
    #expect(refused?.status == status, "\(change)")
  }

  @Test func offNominalStatesNeedTheirScopeAndNoKey() async throws {
    let bench = try AirBench()
    let first = try await bench.putIntent(1, AirBench.intent())
    let planned = try await bench.putIntent(
      2, AirBench.intent(AirBench.extent(), key: [first.ovn], AirBench.implicit), by: AirBench.two)
    let strayed = AirBench.intent(
      AirBench.extent(), state: "Nonconforming", AirBench.implicit)
    _ = try await bench.putIntent(2, strayed, ovn: planned.ovn, by: AirBench.two)
    let refused = try await refusal {
      try await bench.putIntent(1, strayed, ovn: first.ovn, by: AirBench.one)
    }
    #expect(refused?.status == 403)
  }

  @Test func anOVNMayBeChosen() async throws {
    let bench = try AirBench()
    let milliseconds = String(bench.time.now.microseconds / 1000, radix: 16)
    let digits = String(repeating: "0", count: 12 - milliseconds.count) + milliseconds
    let suffix = "\(digits.prefix(8))-\(digits.dropFirst(8))-7000-8000-000000000001"
    let made = try await bench.putIntent(
      1, AirBench.intent(AirBench.extent(), ["requested_ovn_suffix": .string(suffix)]))
    #expect(made.ovn == AirBench.id(1) + "_" + suffix)
  }

  /// All spellings of one UUID are one id; other versions are none.
  @Test func idsAreUUIDsOfVersionFour() throws {
    let id = "0f0e0d0c-0b0a-4908-8706-050403020100"
    for text in [
      id, id.uppercased(), id.filter { $0 != "-" }, "{\(id)}", "urn:uuid:\(id)",
    ] { #expect(try AirReader.id(text) == id) }
    for text in [
      "", "x", id + "0", "0f0e0d0c-0b0a-1908-8706-050403020100",
      "0f0e0d0c-0b0a-4908-c706-050403020100", "0f0e0d0c+0b0a-4908-8706-050403020100",
    ] { #expect(throws: AirRefusal.self) { try AirReader.id(text) } }
  }
}
