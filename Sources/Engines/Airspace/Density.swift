import Commons

/// How many flights are in each part of the airspace in each minute, exactly: a flight counts once in each
/// cell, layer and minute that it touches.
public struct Density: Sendable {
  /// A part of the airspace in a minute.
  public struct Part: Hashable, Sendable, Comparable {
    /// Counted eastwards from the middle of the plane.
    public let column: Int
    /// Counted northwards.
    public let row: Int
    /// Counted upwards from the ellipsoid.
    public let layer: Int
    /// Minutes since the reference moment.
    public let minute: Int

    /// Minute, layer, row, column.
    public static func < (a: Part, b: Part) -> Bool {
      (a.minute, a.layer, a.row, a.column) < (b.minute, b.layer, b.row, b.column)
    }
  }

  /// Metres of a cell's side.
  public let side: Double
  /// Metres of a layer's height.
  public let height: Double
  /// Flights by part.
  public private(set) var counts: [Part: Int] = [:]

  /// An empty count.
  public init(side: Double = 1000, height: Double = 30) {
    precondition(side > 0 && height > 0, "cells and layers have a size")
    self.side = side
    self.height = height
  }

  /// Counts a flight.
  public mutating func add(_ path: Trajectory) {
    var touched: Set<Part> = []
    for leg in path.legs {
      let cuts = cuts(of: leg)
      for (from, to) in zip(cuts, cuts.dropFirst()) { touched.insert(part(leg, (from + to) / 2)) }
    }
    for part in touched { counts[part, default: 0] += 1 }
  }

  /// The parts with more flights than a capacity, the earliest first.
  public func over(_ capacity: Int) -> [(part: Part, flights: Int)] {
    counts.filter { $0.value > capacity }.sorted { $0.key < $1.key }
      .map { (part: $0.key, flights: $0.value) }
  }

  /// The most flights in any part.
  public var most: Int { counts.values.max() ?? 0 }

  /// Where a leg passes from one part into another, as shares of it, with both ends.
  private func cuts(of leg: Leg) -> [Double] {
    var cuts = [0.0, 1.0]
    func cross(_ from: Double, _ to: Double, _ size: Double) {
      let (low, high) = (min(from, to) / size, max(from, to) / size)
      guard high > low else { return }
      var line = low.rounded(.down) + 1
      while line < high {
        cuts.append((line * size - from) / (to - from))
        line += 1
      }
    }
    cross(leg.from.east, leg.to.east, side)
    cross(leg.from.north, leg.to.north, side)
    cross(leg.from.up, leg.to.up, height)
    cross(leg.from.time, leg.to.time, 60)
    return cuts.sorted()
  }

  private func part(_ leg: Leg, _ share: Double) -> Part {
    let point = leg.point(at: leg.from.time + share * (leg.to.time - leg.from.time))
    func place(_ value: Double, _ size: Double) -> Int { Int((value / size).rounded(.down)) }
    return Part(
      column: place(point.east, side), row: place(point.north, side),
      layer: place(point.up, height), minute: place(point.time, 60))
  }
}

/// A path seen from the side: height over the way flown.
public struct AltitudeProfile: Hashable, Sendable {
  /// Metres flown over the ground since the start, and metres above the ellipsoid.
  public struct Step: Hashable, Sendable {
    /// Metres over the ground.
    public let way: Double
    /// Metres above the ellipsoid.
    public let up: Double
  }

  /// One for each point of the path.
  public let steps: [Step]

  /// The profile of a path.
  public init(_ path: Trajectory) {
    var (steps, way) = ([Step](), 0.0)
    for (index, point) in path.points.enumerated() {
      if index > 0 {
        let before = path.points[index - 1]
        let (x, y) = (point.east - before.east, point.north - before.north)
        way += (x * x + y * y).squareRoot()
      }
      steps.append(Step(way: way, up: point.up))
    }
    self.steps = steps
  }

  /// Metres over the ground in all.
  public var length: Double { steps.last?.way ?? 0 }
  /// The greatest height.
  public var top: Double { steps.map(\.up).max() ?? 0 }
}
