import Synchronization

/// A value behind a mutex. A class, so that it can be captured and shared; the critical section
/// must be short and must not suspend.
public final class Locked<Value>: Sendable {
  private let mutex: Mutex<Value>

  /// Wraps an initial value.
  public init(_ value: sending Value) { mutex = Mutex(value) }

  /// Runs `body` with exclusive access.
  @discardableResult
  public func withLock<Result, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    try mutex.withLock(body)
  }
}
