import Commons

/// A kind of case as a value: its stages, counters, clocks and commands.
///
/// A case type is declared once, in a measure's `Cases.swift`; the same value decides what may be
/// done (``step(_:_:by:)``), is checked in all its reachable states (``ModelCheck``) and draws its
/// own picture (``CaseDiagram``). A mistake in the declaration (an unknown stage, two of one name)
/// never traps: it is listed in ``declarationFaults`` and the part concerned is left out.
public struct CaseType: Sendable {
  /// A stable name.
  public let id: String
  /// How people call it.
  public let name: Phrase
  /// The stages, in the order in which people should read them.
  public let stages: [Stage]
  /// The counters and flags.
  public let counters: [Counter]
  /// The legal clocks.
  public let clocks: [ClockSpec]
  /// The moves, in the order in which people should read them.
  public let transitions: [Transition]
  /// What is wrong with the declaration itself; empty for a usable case type.
  public let declarationFaults: [Phrase]

  let plan: CasePlan

  /// Declares a case type. Limits: 64 stages, 16 counters, 16 clocks, 16 kinds of actor, 255
  /// transitions, and 63 bits for stage, counters and clocks together (6 + the bits of each
  /// counter's maximum + 2 a clock).
  public init(
    _ id: String, _ name: Phrase, stages: [Stage], counters: [Counter] = [],
    clocks: [ClockSpec] = [], transitions: [Transition]
  ) {
    self.id = id
    self.name = name
    self.stages = stages
    self.counters = counters
    self.clocks = clocks
    self.transitions = transitions
    var builder = CasePlanBuilder(stages, counters, clocks)
    for transition in transitions { builder.add(transition) }
    plan = builder.plan
    declarationFaults = builder.faults
  }

  /// The stage of a case.
  public func stage(of status: CaseStatus) -> Stage { stages[plan.stage(status.word)] }

  /// The value of a counter or flag; 0 for one that is not declared.
  public func count(_ counter: CounterID, of status: CaseStatus) -> Int {
    guard let index = plan.counterIndex[counter] else { return 0 }
    return plan.counters[index].value(status.word)
  }

  /// How a clock stands; off for one that is not declared.
  public func clock(_ clock: ClockID, of status: CaseStatus) -> ClockState {
    guard let index = plan.clockIndex[clock] else { return .off }
    return plan.clockState(index, status.word)
  }

  /// The clocks that are not off, with their states.
  public func openClocks(of status: CaseStatus) -> [(clock: ClockSpec, state: ClockState)] {
    clocks.indices.compactMap { index in
      guard plan.clocks.indices.contains(index) else { return nil }
      let state = plan.clockState(index, status.word)
      return state == .off ? nil : (clocks[index], state)
    }
  }

  /// All commands, each once, in the order of declaration.
  public var commands: [CommandID] {
    var seen: Set<CommandID> = []
    return transitions.map(\.command).filter { seen.insert($0).inserted }
  }

  /// The same case type with other bases for some clocks: a city whose own rules differ.
  public func citing(_ bases: [ClockID: Basis]) -> CaseType {
    let clocks = clocks.map { clock in
      ClockSpec(
        clock.id, clock.name, drives: clock.drives, onExpiry: clock.onExpiry,
        bases[clock.id] ?? clock.basis)
    }
    return CaseType(
      id, name, stages: stages, counters: counters, clocks: clocks, transitions: transitions)
  }
}

/// Where a case stands: stage, counters and clocks in 63 bits. Made and read by its case type.
public struct CaseStatus: Hashable, Sendable {
  /// The packed bits; their layout follows from the declaration, so store ``CaseType/text(_:)``
  /// (by names) where the declaration may grow, never the bits.
  let word: UInt64
}

/// What came of a step.
public struct CaseStep: Hashable, Sendable {
  /// Where the case stands now.
  public let status: CaseStatus
  /// What is to be done to its clocks.
  public let clockEffects: [ClockEffect]
  /// Which of ``CaseType/transitions`` was taken.
  public let transition: Int
}
