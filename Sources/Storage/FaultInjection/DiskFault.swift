/// Something that goes wrong with a disk, or with the program that uses it, at one of its calls.
public enum DiskFault: String, CaseIterable, Sendable {
  /// Power is lost before the call takes effect.
  case powerLossBefore = "power-loss-before"
  /// Power is lost after the call took effect and before it returns.
  case powerLossAfter = "power-loss-after"
  /// The program ends before the call takes effect; what it wrote stays with the system.
  case kill
  /// This one call fails; a write may have been done in part.
  case failsOnce = "fails-once"
  /// This call and all later ones of its kind fail.
  case failsOn = "fails-on"
  /// From here on files cannot grow, until there is room again.
  case full
  /// The call takes long; everybody's clock goes on meanwhile.
  case delay

  /// Whether the program does not outlive it.
  public var isEnd: Bool { self == .powerLossBefore || self == .powerLossAfter || self == .kill }
}

/// The calls at which a disk counts.
public enum DiskCall: String, CaseIterable, Sendable {
  case read, write, sync
}

/// One fault, planned for the n-th call of a kind.
public struct DiskEvent: Sendable, Hashable {
  /// At which calls it counts.
  public let call: DiskCall
  /// At which of them, from 1, counted from the plan's beginning.
  public let number: Int
  /// What goes wrong.
  public let fault: DiskFault

  /// A planned fault.
  public init(_ call: DiskCall, _ number: Int, _ fault: DiskFault) {
    self.call = call
    self.number = number
    self.fault = fault
  }

  /// The name under which it is counted, such as `sync.fails-once`.
  public var name: String { "\(call.rawValue).\(fault.rawValue)" }
}
