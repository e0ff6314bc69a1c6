import Commons

/// A condition over the counters and clocks of a case, with the reason a person is given when it
/// does not hold.
public struct Guard: Hashable, Sendable {
  /// What is looked at.
  public enum Subject: Hashable, Sendable {
    /// A counter within these bounds, both included.
    case counter(CounterID, ClosedRange<Int>)
    /// A clock in one of these states.
    case clock(ClockID, [ClockState])
  }

  /// What is looked at.
  public let subject: Subject
  /// Said when the condition does not hold.
  public let otherwise: Phrase
  /// What the condition rests on.
  public let basis: Basis?

  init(_ subject: Subject, _ otherwise: Phrase, _ basis: Basis?) {
    self.subject = subject
    self.otherwise = otherwise
    self.basis = basis
  }

  /// The flag must be set (the counter above zero).
  public static func set(_ flag: CounterID, else reason: Phrase, _ basis: Basis? = nil) -> Guard {
    Guard(.counter(flag, 1...15), reason, basis)
  }

  /// The flag must not be set (the counter at zero).
  public static func clear(_ flag: CounterID, else reason: Phrase, _ basis: Basis? = nil) -> Guard {
    Guard(.counter(flag, 0...0), reason, basis)
  }

  /// The counter must lie within bounds.
  public static func counter(
    _ counter: CounterID, in bounds: ClosedRange<Int>, else reason: Phrase, _ basis: Basis? = nil
  ) -> Guard { Guard(.counter(counter, bounds), reason, basis) }

  /// The clock must be in one of these states.
  public static func clock(
    _ clock: ClockID, is states: ClockState..., else reason: Phrase, because basis: Basis? = nil
  ) -> Guard { Guard(.clock(clock, states), reason, basis) }
}

/// What a command does to the counters and clocks of a case.
///
/// Some effects ask something of the case; a command whose effects do not fit is refused, so an
/// effect is a condition as well.
public enum CaseEffect: Hashable, Sendable {
  /// One more; refused at the maximum.
  case count(CounterID)
  /// One more, or the maximum if it is there already.
  case raise(CounterID)
  /// Set to 1.
  case mark(CounterID)
  /// Set to 0.
  case unmark(CounterID)
  /// Starts a clock that is off.
  case start(ClockID)
  /// Starts a clock afresh, whatever its state.
  case restart(ClockID)
  /// Starts a clock if it is off; leaves it alone otherwise.
  case ensure(ClockID)
  /// Suspends a running clock.
  case suspend(ClockID)
  /// Suspends a clock if it is running; leaves it alone otherwise.
  case suspendIfRunning(ClockID)
  /// Resumes a suspended clock.
  case resume(ClockID)
  /// Resumes a clock if it is suspended; leaves it alone otherwise.
  case resumeIfSuspended(ClockID)
  /// Extends a clock that is running or suspended; one that has lapsed cannot be extended.
  case extend(ClockID)
  /// Marks a running clock as late; it stays open.
  case lapse(ClockID)
  /// Stops a clock, if it is open.
  case stop(ClockID)
  /// Stops every open clock that the same command does not name.
  case stopAll

  var clock: ClockID? {
    switch self {
    case .start(let id), .restart(let id), .ensure(let id), .suspend(let id),
      .suspendIfRunning(let id), .resume(let id),
      .resumeIfSuspended(let id), .extend(let id), .lapse(let id), .stop(let id):
      id
    case .count, .raise, .mark, .unmark, .stopAll: nil
    }
  }

  var counter: CounterID? {
    switch self {
    case .count(let id), .raise(let id), .mark(let id), .unmark(let id): id
    default: nil
    }
  }
}

/// One way in which a command moves a case. A command may have several, told apart by stage, by
/// who acts or by guards; where two fit, the first declared wins and the model check complains.
public struct Transition: Hashable, Sendable {
  /// The command.
  public let command: CommandID
  /// How people call it.
  public let name: Phrase
  /// Who may give it.
  public let actors: [ActorKind]
  /// The stages from which it leads; empty if it opens a case.
  public let from: [StageID]
  /// The stage to which it leads; nil if the case stays where it is.
  public let to: StageID?
  /// Conditions, all of which must hold.
  public let guards: [Guard]
  /// What it does besides.
  public let effects: [CaseEffect]
  /// What it rests on.
  public let basis: Basis?
  /// Whether it is a refusal that goes on record (such as an intake that is turned away).
  public let isRecordedRefusal: Bool

  /// A move from some stages to another, or to the same if `to` is nil.
  public init(
    _ command: CommandID, _ name: Phrase, by actors: [ActorKind], from: [StageID],
    to: StageID? = nil, if guards: [Guard] = [], then effects: [CaseEffect] = [],
    _ basis: Basis? = nil, recordsRefusal: Bool = false
  ) {
    self.command = command
    self.name = name
    self.actors = actors
    self.from = from
    self.to = to
    self.guards = guards
    self.effects = effects
    self.basis = basis
    isRecordedRefusal = recordsRefusal
  }

  /// A move that opens a case.
  public static func opening(
    _ command: CommandID, _ name: Phrase, by actors: [ActorKind], to stage: StageID,
    then effects: [CaseEffect], _ basis: Basis? = nil
  ) -> Transition {
    Transition(command, name, by: actors, from: [], to: stage, then: effects, basis)
  }

  /// Whether it opens a case.
  public var isOpening: Bool { from.isEmpty }
}

/// What a step asks of a legal clock: to be carried out by whoever keeps the clocks.
public struct ClockEffect: Hashable, Sendable {
  /// What happens to the clock.
  public enum Move: String, Hashable, Sendable {
    /// It starts now.
    case start
    /// It starts afresh now; what ran before is void.
    case restart
    /// It stands still from now.
    case suspend
    /// It runs on from now.
    case resume
    /// Its period grows, by a length that the command carries.
    case extend
    /// Its due date has come.
    case lapse
    /// It is done with.
    case stop
  }

  /// The clock.
  public let clock: ClockID
  /// What happens to it.
  public let move: Move

  /// An effect on a clock.
  public init(_ move: Move, _ clock: ClockID) {
    self.clock = clock
    self.move = move
  }
}
