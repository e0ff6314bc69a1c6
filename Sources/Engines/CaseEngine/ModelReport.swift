import Commons

/// Something wrong with a case type, found by walking its states.
public struct ModelFault: Hashable, Sendable {
  /// The kinds of fault.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The declaration contradicts itself; the other checks ran on what is left.
    case malformed
    /// A case that is not over has no command left.
    case deadEnd = "dead-end"
    /// Somebody owes the next step, yet no clock runs.
    case unclocked
    /// A clock is off in a stage that it must drive.
    case undriven
    /// No case ever comes to this stage.
    case unreachable
    /// No case ever allows this move.
    case neverEnabled = "never-enabled"
    /// No case ever starts this clock.
    case neverStarted = "never-started"
    /// A clock is still open when the case is over.
    case openAtEnd = "open-at-end"
    /// A clock is suspended and nothing that can follow resumes it.
    case neverResumed = "never-resumed"
    /// The case can go on for ever but can never be over.
    case endless
    /// A clock can fall due where the system has no command for it.
    case expiryUnhandled = "expiry-unhandled"
    /// After its expiry the clock still runs as if nothing had happened.
    case expiryIgnored = "expiry-ignored"
    /// Two moves of one command fit the same state and actor.
    case ambiguous
  }

  /// The kind.
  public let kind: Kind
  /// The stage, clock or command concerned.
  public let subject: String
  /// What is wrong and what to do about it.
  public let message: Phrase
  /// In how many states it was found; 0 where no state is concerned.
  public let stateCount: Int
  /// The first such state, as ``CaseType/text(_:)`` writes it.
  public let example: String?
  /// A shortest row of commands that leads there.
  public let path: [CommandID]
}

/// What a model check found.
public struct ModelReport: Sendable {
  /// The case type's id.
  public let caseType: String
  /// The case type's name.
  public let name: Phrase
  /// Reachable states.
  public let stateCount: Int
  /// Moves between them.
  public let moveCount: Int
  /// The longest shortest path, in commands.
  public let depth: Int
  /// The longest status text among the reachable states, in bytes.
  public let longestTextBytes: Int
  /// What is wrong, in the order of ``ModelFault/Kind``.
  public let faults: [ModelFault]

  /// Whether nothing is wrong.
  public var isSound: Bool { faults.isEmpty }

  /// The report as text: one line of figures, then each fault with its path.
  public func text(_ language: Language) -> String {
    let counts = Phrase(
      "\(name.zh)（\(caseType)）：\(stateCount) 个可达状态，\(moveCount) 条流转，最远 \(depth) 步。",
      en: "\(name.en) (\(caseType)): \(stateCount) reachable states, \(moveCount) moves, "
        + "\(depth) commands to the farthest.")
    guard !isSound else {
      return counts[language] + Phrase("未发现问题。\n", en: " No faults.\n")[language]
    }
    var lines = [
      counts[language]
        + Phrase("发现 \(faults.count) 处问题：", en: " Faults: \(faults.count).")[language]
    ]
    for fault in faults {
      lines.append("- [\(fault.kind.rawValue)] \(fault.message[language])")
      if let example = fault.example {
        let states = Phrase(
          "共 \(fault.stateCount) 个状态，如", en: "\(fault.stateCount) state(s), such as")
        let path = fault.path.map(\.text).joined(separator: " → ")
        lines.append("  \(states[language]) `\(example)`: \(path)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
