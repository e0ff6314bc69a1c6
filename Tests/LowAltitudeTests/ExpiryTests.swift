import Airspace
import Commons
import Desk
import MeasureKit
import Storage
import Testing

@testable import LowAltitude

@Suite struct ExpiryTests {
  @Test func whatIsOverGoesAndNothingElse() async throws {
    let bench = try AirBench()
    let flown = try await bench.putIntent(1, AirBench.intent(AirBench.extent(), AirBench.implicit))
    let later = AirBench.extent((22.6, 114.05), (50, 100), (60, 200_000))
    _ = try await bench.putIntent(2, AirBench.intent(later, AirBench.implicit))
    _ = try await bench.putSubscription(3)
    let resting = try await bench.putSubscription(4, AirBench.extent((23, 114)))
    #expect(resting["subscription"] != nil)
    _ = try await bench.putIntent(
      5,
      AirBench.intent(
        AirBench.extent((23, 114)), ["subscription_id": .string(AirBench.id(4))]))
    #expect(try await bench.measure.expire(at: AirBench.start) == 0)
    bench.time.set(AirBench.start.adding(seconds: 600 + LowAltitudeMeasure.keptSeconds))
    #expect(try await bench.measure.expire(at: bench.time.now) == 0)
    bench.time.set(AirBench.start.adding(seconds: 8000 + LowAltitudeMeasure.keptSeconds))
    #expect(try await bench.measure.expire(at: bench.time.now) == 4)
    let gone: [(Int, AirEntity.Kind)] = [
      (1, .intent), (3, .subscription), (4, .subscription), (5, .intent),
    ]
    for (number, kind) in gone {
      #expect(try await !bench.has(kind, AirBench.id(number)))
    }
    #expect(try await !bench.has(.subscription, flown.support))
    #expect(try await bench.has(.intent, AirBench.id(2)))
    #expect(try await bench.misplaced() == 0)
    #expect(try await bench.store.read { try AirBook.unfounded($0).count } == 0)
    // Not looked for again within the hour.
    #expect(try await bench.measure.expire(at: bench.time.now) == 0)
  }

  @Test func searchedSlotsAreThoseInWhichWhatOverlapsIsKept() {
    var source = SeededRandom(seed: 8)
    let cell = S2Cell(LatLng(latitude: 22.5, longitude: 114))
    func altitude() -> Int64? {
      let tall = [1000, 100_000, 20_000_000][Int(source.below(3))]
      return source.below(12) == 0 ? nil : Int64(source.below(tall)) - Int64(tall / 4)
    }
    var met = 0
    for _ in 0..<20_000 {
      let bands = (0..<2).map { _ -> AirBand in
        let (a, b) = (altitude(), altitude())
        guard let a, let b else { return AirBand(a, b) }
        return AirBand(min(a, b), max(a, b))
      }
      let kept = bands[0].kept(.intent, cell)
      let range = bands[1].range(.intent, cell)
      #expect(range[0] <= kept && kept <= range[1])
      #expect(bands[1].range(.constraint, cell)[0] > range[1])
      guard !bands[1].isWide, bands[0].lower <= bands[1].upper, bands[1].lower <= bands[0].upper
      else { continue }
      met += 1
      #expect(bands[1].searched(.intent, cell).contains([kept]), "\(bands)")
    }
    #expect(met > 500, "\(met)")
  }
}
