import Commons

/// Simulated time: one clock for the city, and each person's own moment within the current hour.
public struct SimulatedTime: TimeSource {
  @TaskLocal static var moment: Instant?
  private let clock: ManualTime

  /// Time that begins at a moment.
  public init(_ start: Instant) { clock = ManualTime(start) }

  /// The person's moment within a task that has set one, else the city's clock.
  public var now: Instant { SimulatedTime.moment ?? clock.now }

  /// The city's clock goes on to a moment.
  func set(_ moment: Instant) { clock.set(moment) }
}
