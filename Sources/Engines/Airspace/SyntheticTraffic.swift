import Commons

/// Made-up flights over a city for load tests: every flight follows from the seed.
///
/// Pads lie at random in a square of 45 km; a flight of 1 to 10 km climbs to one of the layers, cruises at
/// 10 to 20 m/s and descends. Departures are spread evenly over a day; a flight is filed up to half an hour
/// before.
public struct SyntheticTraffic: Sequence, IteratorProtocol {
  /// A flight that is asked for.
  public struct Filing: Sendable {
    /// Its number, from 1.
    public let flight: Int64
    /// When it is filed, in seconds of the day.
    public let filed: Double
    /// The path that is asked for.
    public let path: Trajectory
  }

  /// Metres along each side of the city.
  public static let side = 45_000.0
  /// Seconds over which departures are spread.
  public static let day = 86_400.0
  private static let layers = 9

  private let count: Int64
  private var flight: Int64 = 0
  private var random: SeededRandom

  /// So many flights a day.
  public init(flights: Int, seed: UInt64) {
    count = Int64(flights)
    random = SeededRandom(seed: seed)
  }

  /// The next flight in the order of filing.
  public mutating func next() -> Filing? {
    guard flight < count else { return nil }
    flight += 1
    let filed = Double(flight - 1) * SyntheticTraffic.day / Double(count)
    while true {
      let from = (
        x: SyntheticTraffic.side * random.unit(), y: SyntheticTraffic.side * random.unit()
      )
      let length = 1000 + 9000 * random.unit()
      // A direction without trigonometry: a place in the unit circle.
      let (p, q) = (2 * random.unit() - 1, 2 * random.unit() - 1)
      let radius = (p * p + q * q).squareRoot()
      guard radius > 0.01, radius <= 1 else { continue }
      let (dx, dy) = (p / radius, q / radius)
      let to = (x: from.x + dx * length, y: from.y + dy * length)
      guard (0...SyntheticTraffic.side).contains(to.x), (0...SyntheticTraffic.side).contains(to.y)
      else { continue }
      let layer = 60 + 30 * Double(random.below(SyntheticTraffic.layers))
      let speed = 10 + 10 * random.unit()
      let departure = filed + 60 + 1740 * random.unit()
      // Climb and descent cover 150 m each, at the speed of the cruise.
      func point(_ along: Double, _ up: Double) -> TrackPoint {
        TrackPoint(
          east: from.x + dx * along, north: from.y + dy * along, up: up,
          time: departure + along / speed)
      }
      let points = [
        point(0, 30), point(150, layer), point(length - 150, layer), point(length, 30),
      ]
      guard let path = try? Trajectory(points) else { continue }
      return Filing(flight: flight, filed: filed, path: path)
    }
  }
}
