import Books
import Commons
import Storage

/// A request that may be about the same thing as another.
struct SimilarRequest: Sendable {
  let row: RequestCase
  /// 0–1: how much the words agree, more if the places do.
  let score: Double
  /// Metres between the two places; nil if one has none.
  let metres: Double?
}

/// Finds requests that may be about the same matter: the same category within the last weeks, by
/// pairs of neighbouring characters in the titles and by distance.
enum SimilarRequests {
  /// Days that are looked back.
  static let days: Int64 = 60
  /// Requests that are compared at most.
  static let limit = 500
  /// Below this two requests are not called similar.
  static let threshold = 0.35

  /// What a request is compared by.
  struct Probe: Sendable {
    let key: Int64?
    let category: String
    let title: String
    let latitudeE6: Int64?
    let longitudeE6: Int64?
    let district: String
  }

  static func find(_ probe: Probe, in store: any Store, at now: Instant) async throws
    -> [SimilarRequest]
  {
    let since = now.adding(seconds: -days * 86_400)
    let rows = try await store.all(
      RequestTables.recent(category: probe.category, since: since, limit: limit))
    let pairs = pairs(probe.title)
    return
      rows.filter { $0.base.key != probe.key }
      .map { score($0, probe, pairs) }
      .filter { $0.score >= threshold }
      .sorted { ($1.score, $0.row.base.key) < ($0.score, $1.row.base.key) }
      .prefix(5).map { $0 }
  }

  private static func score(
    _ row: RequestCase, _ probe: Probe, _ wanted: Set<UInt64>
  ) -> SimilarRequest {
    let own = pairs(row.base.title)
    let both = Double(wanted.intersection(own).count)
    let all = Double(wanted.union(own).count)
    var score = all > 0 ? both / all : 0
    let metres = distance(row.request, probe)
    if let metres {
      // Within 200 m is the same place; beyond 2 km it is another one, whatever the words.
      score = metres > 2000 ? 0 : score * 0.6 + 0.4 * max(0, 1 - max(0, metres - 200) / 1800)
      if both == 0 { score *= 0.5 }
    } else if row.request.district != probe.district {
      score *= 0.6
    }
    return SimilarRequest(row: row, score: score, metres: metres)
  }

  private static func pairs(_ text: String) -> Set<UInt64> {
    let scalars = text.lowercased().unicodeScalars.filter {
      $0.properties.isAlphabetic || $0.properties.isIdeographic || $0.properties.numericType != nil
    }
    return Set(zip(scalars, scalars.dropFirst()).map { UInt64($0.value) << 32 | UInt64($1.value) })
  }

  /// Metres on a sphere of 6,371 km, by the equirectangular approximation: good to 1 % within a city.
  private static func distance(_ row: RequestRow, _ probe: Probe) -> Double? {
    guard let a = row.latitudeE6, let b = row.longitudeE6, let c = probe.latitudeE6,
      let d = probe.longitudeE6
    else { return nil }
    let metresPerMicrodegree = 0.111_195
    let middle = Double(a + c) / 2_000_000
    let x = Double(b - d) * metresPerMicrodegree * cosine(degrees: middle)
    let y = Double(a - c) * metresPerMicrodegree
    return (x * x + y * y).squareRoot()
  }

  /// The cosine by its series, exact to 1e-6 within ±90°: engines and measures use no C library.
  private static func cosine(degrees: Double) -> Double {
    let x = degrees * .pi / 180
    let y = x * x
    return 1 - y / 2 * (1 - y / 12 * (1 - y / 30 * (1 - y / 56 * (1 - y / 90))))
  }
}
