import Commons

extension CounterID {
  /// The mark of a case whose step is late.
  public static let overdue: CounterID = "overdue"
  /// How often somebody was chased.
  public static let chased: CounterID = "chased"
}

extension ClockID {
  /// The interval between two chases.
  public static let chase: ClockID = "chase"
}

/// What a case type declares of steps that come late: the case stays where it is and is marked, and whoever owes
/// the step is chased at intervals until it is taken. The case type adds the counters, the clock of chasing, a
/// transition for each clock and the one that chases.
public enum Lateness {
  /// The mark.
  public static let mark = Counter.flag(.overdue, Phrase("逾期", en: "overdue"))

  /// The mark and the count of chases, which stops at three.
  public static func counters(_ basis: Basis) -> [Counter] {
    [mark, Counter(.chased, Phrase("催办", en: "chased"), upTo: 3, basis)]
  }

  /// The clock of chasing.
  public static func clock(_ basis: Basis) -> ClockSpec {
    ClockSpec(
      .chase, Phrase("催办周期", en: "interval of chasing"), drives: [], onExpiry: "chase-due", basis)
  }

  /// The end of a clock of which nobody made use: the case is marked and chasing begins. The command is the
  /// clock's name and `-due` unless another is named.
  public static func late(
    _ clock: ClockID, _ name: Phrase, from stages: [StageID], as command: CommandID? = nil,
    _ basis: Basis
  ) -> Transition {
    Transition(
      command ?? CommandID("\(clock.text)-due"), name, by: [.system], from: stages,
      then: [.lapse(clock), .mark(.overdue), .restart(.chase)], basis)
  }

  /// A chase, and the interval to the next.
  public static func chasing(
    from stages: [StageID], counted: Bool = true, _ basis: Basis
  ) -> Transition {
    Transition(
      "chase-due", Phrase("催办", en: "chase"), by: [.system], from: stages,
      then: (counted ? [.raise(.chased)] : []) + [.restart(.chase)], basis)
  }

  /// What a step does that was owed: whatever ran is over, and so is being late.
  public static let ended: [CaseEffect] = [.stopAll, .unmark(.overdue)]
}
