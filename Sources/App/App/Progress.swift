import Commons
import Glibc

/// A line on standard error that says how far something long has come: share, rate, time left.
/// Silent unless standard error is a terminal or the work takes more than two seconds.
public final class ProgressLine {
  private let what: String
  private let total: Int?
  private let started: Int64
  private var shown: Int64 = 0
  private let isTerminal = isatty(2) == 1

  /// Progress of `total` units of work, if that is known.
  public init(_ what: String, total: Int?) {
    self.what = what
    self.total = total
    started = ProgressLine.milliseconds()
  }

  /// So many units are done.
  public func update(_ done: Int) {
    let now = ProgressLine.milliseconds()
    guard now - started > 2000 || isTerminal, now - shown > (isTerminal ? 100 : 5000) else {
      return
    }
    shown = now
    write(line(done, now), end: isTerminal ? "\u{1B}[K\r" : "\n")
  }

  /// The work is over.
  public func finish(_ done: Int) {
    let now = ProgressLine.milliseconds()
    guard now - started > 2000 || isTerminal else { return }
    write(line(done, now), end: isTerminal ? "\u{1B}[K\n" : "\n")
  }

  private func line(_ done: Int, _ now: Int64) -> String {
    let seconds = max(Double(now - started) / 1000, 0.001)
    let rate = Double(done) / seconds
    var text = "\(what): \(done)"
    if let total, total > 0 {
      text += "/\(total) (\(min(100, done * 100 / total))%)"
      if rate > 0, done < total { text += ", \(Int(Double(total - done) / rate)) s left" }
    }
    return text + ", \(Int(rate))/s"
  }

  private func write(_ text: String, end: String) {
    let bytes = Array((text + end).utf8)
    _ = Glibc.write(2, bytes, bytes.count)
  }

  private static func milliseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
  }
}
