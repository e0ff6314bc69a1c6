import Commons

/// A stage of a case: where it stands, and who owes the next step.
public struct Stage: Hashable, Sendable {
  /// What is to be expected of a case in this stage.
  public enum Duty: Hashable, Sendable {
    /// Somebody owes the next step: a clock must run.
    case owed(by: ActorKind)
    /// Nobody owes anything, for this reason; no clock is needed.
    case nobody(because: Phrase)
    /// The case is over; no clock may be open. Commands may still lead out (reopening).
    case over
  }

  /// The stage's name.
  public let id: StageID
  /// How people call it.
  public let name: Phrase
  /// What is to be expected.
  public let duty: Duty

  /// A stage in which somebody owes the next step.
  public init(_ id: StageID, _ name: Phrase, owedBy actor: ActorKind) {
    self.init(id, name, .owed(by: actor))
  }

  /// A stage with any duty.
  public init(_ id: StageID, _ name: Phrase, _ duty: Duty) {
    self.id = id
    self.name = name
    self.duty = duty
  }

  /// A stage in which the case is over.
  public static func final(_ id: StageID, _ name: Phrase) -> Stage { Stage(id, name, .over) }

  /// Whether the case is over.
  public var isFinal: Bool { duty == .over }
}

/// A small number that a case carries and that decides what may be done: 0 … `maximum`.
public struct Counter: Hashable, Sendable {
  /// The counter's name.
  public let id: CounterID
  /// How people call it.
  public let name: Phrase
  /// The greatest value, 1 to 15.
  public let maximum: Int
  /// Why it cannot be counted further: shown when a command would.
  public let whenFull: Phrase
  /// What the maximum rests on.
  public let basis: Basis?

  /// A counter from 0 to `maximum`.
  public init(
    _ id: CounterID, _ name: Phrase, upTo maximum: Int, whenFull: Phrase? = nil,
    _ basis: Basis? = nil
  ) {
    self.id = id
    self.name = name
    self.maximum = maximum
    self.whenFull =
      whenFull
      ?? Phrase("\(name.zh)已达上限 \(maximum)。", en: "\(name.en): the limit of \(maximum) is reached.")
    self.basis = basis
  }

  /// A counter from 0 to 1.
  public static func flag(_ id: CounterID, _ name: Phrase, _ basis: Basis? = nil) -> Counter {
    Counter(id, name, upTo: 1, basis)
  }
}

/// A legal clock of a case type. How long it runs is the business of the rules; here it only
/// starts, stops, and drives stages.
public struct ClockSpec: Hashable, Sendable {
  /// The clock's name.
  public let id: ClockID
  /// How people call it.
  public let name: Phrase
  /// What the deadline rests on.
  public let basis: Basis
  /// The stages in which it must be open (running, suspended or lapsed).
  public let drives: [StageID]
  /// The command that the system gives when it is due.
  public let onExpiry: CommandID

  /// A clock.
  public init(
    _ id: ClockID, _ name: Phrase, drives: [StageID], onExpiry: CommandID, _ basis: Basis
  ) {
    self.id = id
    self.name = name
    self.basis = basis
    self.drives = drives
    self.onExpiry = onExpiry
  }

  /// A clock whose end calls for the command of its own name: of `review` that is `review-due`.
  public init(_ id: ClockID, _ name: Phrase, drives: [StageID], _ basis: Basis) {
    self.init(id, name, drives: drives, onExpiry: CommandID(id.text + "-due"), basis)
  }
}

/// How a clock stands.
public enum ClockState: UInt8, Hashable, Sendable, CaseIterable {
  /// Not started, or stopped.
  case off = 0
  /// Running towards its due date.
  case running = 1
  /// Standing still on a legal ground.
  case suspended = 2
  /// Due and not yet stopped: late.
  case lapsed = 3
}
