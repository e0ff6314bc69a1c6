import Commons
import Testing

@testable import Airspace

@Suite("Paths and volumes in the plane")
struct EncounterTests {
  private let plane = CityPlane(around: LatLng(latitude: 22.6, longitude: 114))

  private func square(_ half: Double, lower: Double = 0, upper: Double = 100) -> PlaneVolume {
    let corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
      .map { plane.place(east: $0.0, north: $0.1) }
    return PlaneVolume(
      Volume4D(
        .polygon(corners), lower: lower, upper: upper, start: Instant(seconds: 100),
        end: Instant(seconds: 200)), in: plane)
  }

  private func path(_ points: [(Double, Double, Double, Double)]) throws -> Trajectory {
    try Trajectory(points.map { TrackPoint(east: $0.0, north: $0.1, up: $0.2, time: $0.3) })
  }

  @Test("Through it, beside it, above it, before it and after it")
  func entries() throws {
    let volume = square(100)
    let through = try path([(-300, 0, 50, 100), (300, 0, 50, 160)])
    let entry = try #require(volume.firstEntry(of: through))
    #expect(abs(entry - 120) < 0.01)
    #expect(volume.firstEntry(of: try path([(-300, 101, 50, 100), (300, 101, 50, 160)])) == nil)
    #expect(volume.firstEntry(of: try path([(-300, 0, 101, 100), (300, 0, 101, 160)])) == nil)
    #expect(volume.firstEntry(of: try path([(-300, 0, 50, 0), (300, 0, 50, 60)])) == nil)
    #expect(volume.firstEntry(of: try path([(-300, 0, 50, 201), (300, 0, 50, 260)])) == nil)
    let minima = SeparationMinima(horizontal: 50, vertical: 15)
    #expect(
      volume.firstEntry(of: try path([(-300, 149, 50, 100), (300, 149, 50, 160)]), minima) != nil)
    #expect(
      volume.firstEntry(of: try path([(-300, 151, 50, 100), (300, 151, 50, 160)]), minima) == nil)
  }

  @Test("A path that climbs over it enters only while it is low enough")
  func climbing() throws {
    let volume = square(100)
    // At 100 m from 0 on: over the square it is above.
    #expect(
      volume.firstEntry(of: try path([(-300, 0, 0, 100), (-100, 0, 100, 120), (300, 0, 100, 160)]))
        == nil)
    #expect(
      volume.firstEntry(of: try path([(-300, 0, 0, 100), (0, 0, 99, 130), (300, 0, 99, 160)]))
        != nil)
  }

  @Test("Areas meet by crossing, by holding each other, and not beside each other")
  func areas() {
    #expect(square(100).meets(square(10)))
    #expect(square(10).meets(square(100)))
    #expect(!square(100, lower: 0, upper: 50).meets(square(100, lower: 50, upper: 80)))
    let corner = PlaneVolume(
      Volume4D(.circle(plane.place(east: 150, north: 0), radius: 49), start: Instant(seconds: 150)),
      in: plane)
    #expect(!square(100).meets(corner))
    #expect(square(100).meets(corner, SeparationMinima(horizontal: 2, vertical: 1)))
  }

  @Test("A way stays within an outline or leaves it")
  func outline() {
    func place(_ east: Double, _ north: Double) -> LatLng { plane.place(east: east, north: north) }
    // An L: the straight way between its ends leaves it.
    let area = PlaneOutline(
      [place(0, 0), place(100, 0), place(100, 20), place(20, 20), place(20, 100), place(0, 100)],
      in: plane)
    #expect(area.holds([place(10, 10), place(90, 10)], in: plane))
    #expect(!area.holds([place(90, 10), place(10, 90)], in: plane))
    #expect(!area.holds([place(10, 10), place(50, 50)], in: plane))
  }
}
