import Commons
import Testing

@testable import Airspace

@Suite struct VolumeTests {
  private func square(_ size: Double, at latitude: Double = 22.5, _ longitude: Double = 114)
    -> [LatLng]
  {
    [(0.0, 0.0), (0, size), (size, size), (size, 0)].map {
      LatLng(latitude: latitude + $0.0, longitude: longitude + $0.1)
    }
  }

  @Test func areasAreThoseOfTheSphere() {
    let circle = Outline.circle(LatLng(latitude: 22.5, longitude: 114), radius: 1000)
    #expect(abs(circle.area - 3_141_592.6) < 1)
    let degree = Outline.polygon(square(1, at: -0.5))
    #expect(abs(degree.area / 1e6 - 12_364) < 5, "\(degree.area)")
    #expect(abs(Outline.polygon(square(1, at: -0.5).reversed()).area - degree.area) < 1)
  }

  @Test func whatIsNoVolumeIsRefusedWithItsReason() {
    let good = square(0.01)
    func reason(_ volume: Volume4D) -> String {
      do throws(Problem) {
        try volume.check()
        return ""
      } catch { return error.detail.en }
    }
    #expect(reason(Volume4D(.polygon(good))) == "")
    #expect(reason(Volume4D(.polygon(Array(good.prefix(2))))).contains("2 corners"))
    let bow = [good[0], good[2], good[1], good[3]]
    #expect(reason(Volume4D(.polygon(bow))).contains("crosses"))
    let spike = [good[0], good[1], good[0], good[2]]
    #expect(reason(Volume4D(.polygon(spike))).contains("crosses or touches"))
    let line = [0.0, 0.01, 0.02].map { LatLng(latitude: 0, longitude: $0) }
    #expect(!reason(Volume4D(.polygon(line))).isEmpty)
    let outside = [LatLng(latitude: 91, longitude: 0)] + good
    #expect(reason(Volume4D(.polygon(outside))).contains("corner 1"))
    #expect(reason(Volume4D(.polygon(square(1)))).contains("2,500 km²"))
    let sliver = [(0.0, 0.0), (0, 0.001), (22, 0.001), (22, 0)].map {
      LatLng(latitude: $0.0, longitude: $0.1)
    }
    #expect(reason(Volume4D(.polygon(sliver))).contains("1,000 km"))
    #expect(reason(Volume4D(.polygon(good), lower: 100, upper: 50)).contains("above"))
    #expect(reason(Volume4D(.polygon(good), lower: .nan, upper: 50)) != "")
    let now = Instant(microseconds: 1_000_000)
    #expect(
      reason(Volume4D(.polygon(good), start: now, end: now.adding(seconds: -1))).contains("end"))
    #expect(reason(Volume4D(.circle(good[0], radius: 0))).contains("radius"))
    #expect(reason(Volume4D(.circle(good[0], radius: .infinity))).contains("radius"))
  }

  @Test func cellVolumesMeetWhereTheyShareCellAltitudeAndTime() throws {
    let now = Instant(microseconds: 1_000_000_000)
    func volume(_ from: Double, _ to: Double, _ start: Double, _ end: Double, _ east: Double = 114)
      throws -> CellVolume
    {
      try CellVolume([
        Volume4D(
          .polygon(square(0.01, at: 22.5, east)), lower: from, upper: to,
          start: now.adding(seconds: Int64(start)), end: now.adding(seconds: Int64(end)))
      ])
    }
    let first = try volume(0, 100, 0, 60)
    #expect(first.meets(try volume(100, 200, 60, 90)))
    #expect(!first.meets(try volume(101, 200, 0, 60)))
    #expect(!first.meets(try volume(0, 100, 61, 90)))
    #expect(!first.meets(try volume(0, 100, 0, 60, 114.2)))
  }
}
