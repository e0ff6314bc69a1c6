import Airspace
import Commons

/// A box in which flights are shown together, where a view is too wide to show where each of them is
/// (F3411, NET0480 and NET0490).
struct RemoteCluster {
  /// Metres east and north of the view's south-western corner.
  let west: Double
  let south: Double
  let width: Double
  let height: Double

  /// Metres from a flight's place within which it can be thought (NetMinObfuscationDistance).
  private static let hiding = 300.0
  /// The smallest share of the view that a cluster takes (NetMinClusterSize).
  private static let share = 0.15

  /// A box around places, wide enough, shifted by draws in 0..<1 so that its middle tells nothing.
  init(_ places: [(x: Double, y: Double)], viewArea: Double, _ draws: (Double, Double)) {
    let (xs, ys) = (places.map(\.x), places.map(\.y))
    let (left, right) = (xs.min() ?? 0, xs.max() ?? 0)
    let (low, high) = (ys.min() ?? 0, ys.max() ?? 0)
    var width = max(right - left, 0) + 2 * RemoteCluster.hiding
    var height = max(high - low, 0) + 2 * RemoteCluster.hiding
    let least = viewArea * RemoteCluster.share * 1.01
    if width * height < least {
      let scale = (least / (width * height)).squareRoot()
      (width, height) = (width * scale, height * scale)
    }
    // Anywhere, as long as all of them are inside.
    west = right - width + draws.0 * (width - (right - left))
    south = high - height + draws.1 * (height - (high - low))
    (self.width, self.height) = (width, height)
  }

  /// The cluster of flights at places in a view, as the observation interface writes it.
  static func written(
    _ places: [LatLng], in view: RemoteView, _ draws: (Double, Double)
  ) -> JSONValue {
    let origin = view.corners[0]
    let metre = LatLng.earthRadius * .pi / 180
    let east = origin.distance(to: LatLng(latitude: view.south, longitude: view.east))
    let degrees = max(view.east - view.west, 1e-9)
    let perDegree = east / degrees
    let flat = places.map {
      (x: ($0.longitude - view.west) * perDegree, y: ($0.latitude - view.south) * metre)
    }
    let viewArea = Outline.polygon(view.corners).area
    let cluster = RemoteCluster(flat, viewArea: viewArea, draws)
    func corner(_ x: Double, _ y: Double) -> LatLng {
      LatLng(latitude: view.south + y / metre, longitude: view.west + x / perDegree)
    }
    let low = corner(cluster.west, cluster.south)
    let high = corner(cluster.west + cluster.width, cluster.south + cluster.height)
    let area = Outline.polygon([
      low, LatLng(latitude: low.latitude, longitude: high.longitude), high,
      LatLng(latitude: high.latitude, longitude: low.longitude),
    ]).area
    return [
      "corners": .array(
        [low, high].map { ["lat": .number($0.latitude), "lng": .number($0.longitude)] }),
      "area_sqm": .number(area), "number_of_flights": .integer(Int64(places.count)),
    ]
  }
}
