import Commons

/// How often one address may write: a bucket of tokens for each (token bucket algorithm), bounded in
/// number. Kept in memory: a restart forgives.
final class RateLimiter: Sendable {
  private struct Bucket {
    var tokens: Double
    var at: Instant
  }

  private let buckets = Locked<[String: Bucket]>([:])
  private let perMinute: Double
  private let burst: Double
  private static let limit = 50_000

  /// So many a minute in the long run; `perMinute` of them at once.
  init(perMinute: Int) {
    self.perMinute = Double(perMinute)
    burst = Double(perMinute)
  }

  /// Takes one; nil if there was one, else the seconds to wait.
  func take(_ key: String, at now: Instant) -> Int? {
    buckets.withLock { buckets -> Int? in
      var bucket = buckets[key] ?? Bucket(tokens: burst, at: now)
      let passed = Double(max(0, now.microseconds - bucket.at.microseconds)) / 60_000_000
      bucket.tokens = min(burst, bucket.tokens + passed * perMinute)
      bucket.at = now
      defer {
        if buckets.count >= RateLimiter.limit, buckets[key] == nil { buckets.removeAll() }
        buckets[key] = bucket
      }
      guard bucket.tokens >= 1 else {
        return Int(((1 - bucket.tokens) / perMinute * 60).rounded(.up))
      }
      bucket.tokens -= 1
      return nil
    }
  }
}
