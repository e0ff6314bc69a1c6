import Commons

/// Steps of reasons that hang on rule, day and place alone, written once for an opened rule: most of a
/// finding is words that do not change from one evaluation to the next.
final class ReasonMemo: Sendable {
  private let parameters = Locked<[ParameterID: Reason]>([:])
  private let outOfReach = Locked<[RuleID: [Reason]]>([:])

  func parameter(_ id: ParameterID, _ make: () -> Reason) -> Reason {
    if let known = parameters.withLock({ $0[id] }) { return known }
    let made = make()
    parameters.withLock { $0[id] = made }
    return made
  }

  func outOfReach(_ id: RuleID, _ make: () -> [Reason]) -> [Reason] {
    if let known = outOfReach.withLock({ $0[id] }) { return known }
    let made = make()
    outOfReach.withLock { $0[id] = made }
    return made
  }
}
