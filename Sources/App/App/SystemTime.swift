import Commons
import Glibc

/// The machine's clock, in UTC.
public struct SystemTime: TimeSource {
  /// The clock.
  public init() {}

  /// `CLOCK_REALTIME`, cut to microseconds; it goes back if the machine's clock is set back.
  public var now: Instant {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Instant(microseconds: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000)
  }

  /// `CLOCK_BOOTTIME`: it goes on while the machine sleeps.
  public var steady: Int64 {
    var now = timespec()
    clock_gettime(CLOCK_BOOTTIME, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
  }
}
