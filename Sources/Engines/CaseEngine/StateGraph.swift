import Commons

/// Every state that a case type can reach, with the moves between them.
struct StateGraph {
  let type: CaseType
  private(set) var words: [UInt64] = []
  /// Whence each state was first reached (-1: by an opening) and by which transition: breadth
  /// first, so following it back gives a shortest path.
  private var parents: [Int32] = []
  private var arrivals: [Int32] = []
  /// Edges, grouped by source: those of state i are `edgeStarts[i] ..< edgeStarts[i + 1]`.
  private(set) var edgeStarts: [Int] = []
  private(set) var edgeTargets: [Int32] = []
  private(set) var edgeTransitions: [Int32] = []

  init(_ type: CaseType, maximumStates: Int) throws(Problem) {
    self.type = type
    var indexes: [UInt64: Int32] = [:]
    let openings = type.plan.openings.joined().sorted { $0.index < $1.index }
    let moves = type.plan.moves.joined().sorted { $0.index < $1.index }
    for opening in openings where opening.isEnabled(0) {
      visit(type.plan.successor(opening, of: 0), from: -1, by: opening.index, &indexes)
    }
    var next = 0
    while next < words.count {
      let word = words[next]
      let stageBit = UInt64(1) << UInt64(type.plan.stage(word))
      edgeStarts.append(edgeTargets.count)
      for move in moves where move.from & stageBit != 0 && move.isEnabled(word) {
        let target = visit(
          type.plan.successor(move, of: word), from: next, by: move.index, &indexes)
        edgeTargets.append(target)
        edgeTransitions.append(Int32(move.index))
      }
      guard words.count <= maximumStates else {
        throw .refused(
          "model-too-large",
          Phrase(
            "“\(type.name.zh)”的可达状态超过 \(maximumStates) 个。请缩小计数上限，或提高检验上限。",
            en: "“\(type.name.en)” has more than \(maximumStates) reachable states. Lower the "
              + "counters' maxima, or raise the limit of the check."))
      }
      next += 1
    }
    edgeStarts.append(edgeTargets.count)
  }

  @discardableResult
  private mutating func visit(
    _ word: UInt64, from parent: Int, by transition: Int, _ indexes: inout [UInt64: Int32]
  ) -> Int32 {
    if let known = indexes[word] { return known }
    let index = Int32(words.count)
    indexes[word] = index
    words.append(word)
    parents.append(Int32(parent))
    arrivals.append(Int32(transition))
    return index
  }

  /// A shortest row of commands from nothing to a state.
  func path(to state: Int) -> [CommandID] {
    var commands: [CommandID] = []
    var state = state
    while state >= 0 {
      commands.append(type.transitions[Int(arrivals[state])].command)
      state = Int(parents[state])
    }
    return commands.reversed()
  }

  /// The transitions that are enabled in a state.
  func exits(of state: Int) -> ArraySlice<Int32> {
    edgeTransitions[edgeStarts[state]..<edgeStarts[state + 1]]
  }

  /// For each state, whether one of `goals` can be reached from it (or is it).
  func canReach(_ goals: [Bool]) -> [Bool] {
    var sources = [[Int32]](repeating: [], count: words.count)
    for state in words.indices {
      for edge in edgeStarts[state]..<edgeStarts[state + 1] {
        sources[Int(edgeTargets[edge])].append(Int32(state))
      }
    }
    var reaches = goals
    var queue = goals.indices.filter { goals[$0] }
    while let state = queue.popLast() {
      for source in sources[state] where !reaches[Int(source)] {
        reaches[Int(source)] = true
        queue.append(Int(source))
      }
    }
    return reaches
  }
}

extension CasePlan {
  /// The status after an enabled transition, without telling the clocks.
  func successor(_ transition: CompiledTransition, of word: UInt64) -> UInt64 {
    var word = word
    if let to = transition.to { word = CasePlan.stageField.setting(to, in: word) }
    for operation in transition.counterOperations { word = operation.apply(word) }
    for operation in transition.clockOperations {
      word = operation.field.setting(
        Int(operation.next[operation.field.value(word)]), in: word)
    }
    return word
  }
}
