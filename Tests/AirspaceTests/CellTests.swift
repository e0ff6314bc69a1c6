import Commons
import Foundation
import Testing

@testable import Airspace

@Suite struct CellTests {
  // Numbers from the PyPI package s2sphere 0.2.5.
  @Test(arguments: [
    (22.5, 114.05, 13, UInt64(0x3403_f6cc_0000_0000)),
    (0.0, 0.0, 0, 0x1000_0000_0000_0000),
    (-34.928683, 138.593795, 13, 0x6ab0_cf24_0000_0000),
  ])
  func placesHaveTheNumbersOfS2(_ latitude: Double, _ longitude: Double, _ level: Int, _ id: UInt64)
  {
    let cell = S2Cell(LatLng(latitude: latitude, longitude: longitude), level: level)
    #expect(cell.id == id, "\(String(cell.id, radix: 16))")
    #expect(cell.level == level)
  }

  @Test func aParentContainsItsPlace() {
    var random = SeededRandom(seed: 7)
    for _ in 0..<2000 {
      let place = randomPlace(&random)
      let leaf = S2Cell(place, level: 30)
      for level in [0, 1, 7, 13, 29] {
        #expect(leaf.parent(level) == S2Cell(place, level: level))
      }
    }
  }

  @Test func aCoveringHasEveryPlaceOfThePolygonAndNoCellFarFromIt() {
    var random = SeededRandom(seed: 11)
    for _ in 0..<200 {
      let middle = randomPlace(&random)
      let radius = 20 + 12_000 * random.unit()
      let corners = (0..<7).map { corner in
        middle.moved(by: radius * (0.4 + 0.6 * random.unit()), towards: Double(corner) * 360 / 7)
      }
      let cells = Set(CellCovering.cells(of: corners))
      for _ in 0..<60 {
        // Between the middle, which sees all corners, and a place on an edge.
        let place = Int(random.below(7))
        let edge = between(corners[place], corners[(place + 1) % 7], random.unit())
        let inside = between(middle, edge, random.unit())
        #expect(cells.contains(S2Cell(inside)), "\(inside) of \(corners)")
      }
      let outer = Set(
        CellCovering.cells(
          of: (0..<36).map { middle.moved(by: radius + 4000, towards: Double($0) * 10) }))
      #expect(cells.isSubset(of: outer))
    }
  }

  @Test func aCoveringGoesOverTheEdgesOfFacesAndTheDateLine() {
    for middle in [(0.0, 45.0), (35.26, 45), (0, 180), (45, 0), (89.9, 10), (-90, 0)] {
      let place = LatLng(latitude: middle.0, longitude: middle.1)
      let circle = Outline.circle(place, radius: 9000)
      let cells = CellCovering.cells(of: circle.corners)
      let expected = circle.area / 1e6
      #expect(Double(cells.count) > expected / 1.6, "\(middle): \(cells.count) for \(expected) km²")
      #expect(Double(cells.count) < expected * 2.6, "\(middle): \(cells.count) for \(expected) km²")
      for bearing in stride(from: 0.0, to: 360, by: 7) {
        #expect(cells.contains(S2Cell(place.moved(by: 8900, towards: bearing))))
      }
    }
  }

  @Test func aBearingIsTheOneThatWasTaken() {
    for middle in [(0.0, 45.0), (22.54, 114.05), (0, 180), (-60, 0), (89, 10)] {
      let place = LatLng(latitude: middle.0, longitude: middle.1)
      for bearing in stride(from: 0.0, to: 360, by: 7) {
        #expect(abs(place.bearing(to: place.moved(by: 50, towards: bearing)) - bearing) < 1e-4)
      }
    }
  }

  private func randomPlace(_ random: inout SeededRandom) -> LatLng {
    LatLng(
      latitude: asin(2 * random.unit() - 1) * 180 / .pi, longitude: 360 * random.unit() - 180)
  }

  /// A place on the great circle between two.
  private func between(_ a: LatLng, _ b: LatLng, _ share: Double) -> LatLng {
    let (p, q) = (a.direction, b.direction)
    let x = p.x + share * (q.x - p.x)
    let y = p.y + share * (q.y - p.y)
    let z = p.z + share * (q.z - p.z)
    return LatLng(
      latitude: atan2(z, (x * x + y * y).squareRoot()) * 180 / .pi,
      longitude: atan2(y, x) * 180 / .pi)
  }
}
