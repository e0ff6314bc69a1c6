import Commons

/// Walks every state that a case type can reach (stage × counters × clocks) and says what is wrong
/// with it: where a case could get stuck, sleep, or never be over.
///
/// Time is left out: a running clock may fall due at any moment. What holds here holds therefore
/// for all lengths of all periods.
public enum ModelCheck {
  /// The states that are looked at unless told otherwise.
  public static let standardMaximum = 200_000

  /// Explores a case type.
  ///
  /// Throws 422 `model-too-large` if it has more than `maximumStates` reachable states.
  public static func explore(
    _ type: CaseType, maximumStates: Int = standardMaximum
  ) throws(Problem) -> ModelReport {
    let graph = try StateGraph(type, maximumStates: maximumStates)
    var inspector = ModelInspector(graph)
    inspector.inspect()
    let order = Dictionary(
      uniqueKeysWithValues: ModelFault.Kind.allCases.enumerated().map { ($1, $0) })
    let faults = inspector.faults.enumerated().sorted {
      (order[$0.element.kind]!, $0.offset) < (order[$1.element.kind]!, $1.offset)
    }
    return ModelReport(
      caseType: type.id, name: type.name, stateCount: graph.words.count,
      moveCount: graph.edgeTargets.count,
      depth: graph.words.isEmpty ? 0 : graph.path(to: graph.words.count - 1).count,
      longestTextBytes: graph.words.map { type.text(CaseStatus(word: $0)).utf8.count }.max() ?? 0,
      faults: faults.map(\.element))
  }
}

/// Collects faults over a graph of states.
private struct ModelInspector {
  let graph: StateGraph
  let type: CaseType
  let plan: CasePlan
  var faults: [ModelFault] = []
  private let actorBits: [UInt32]

  init(_ graph: StateGraph) {
    self.graph = graph
    type = graph.type
    plan = graph.type.plan
    let plan = graph.type.plan
    actorBits = graph.type.transitions.map { transition in
      transition.actors.reduce(UInt32(0)) { $0 | plan.actorBit($1) }
    }
  }

  mutating func inspect() {
    for fault in type.declarationFaults {
      faults.append(
        ModelFault(
          kind: .malformed, subject: type.id, message: fault, stateCount: 0, example: nil, path: [])
      )
    }
    unreachableParts()
    let isOver = graph.words.map { type.stages[plan.stage($0)].isFinal }
    stuck(isOver)
    sleeping()
    expiries()
    suspensions()
    ambiguities()
  }

  private mutating func report(
    _ kind: ModelFault.Kind, _ subject: some CaseName, _ states: [Int], _ message: Phrase
  ) {
    faults.append(
      ModelFault(
        kind: kind, subject: subject.text, message: message, stateCount: states.count,
        example: states.first.map { type.text(CaseStatus(word: graph.words[$0])) },
        path: states.first.map(graph.path(to:)) ?? []))
  }

  /// States by something, only those that are concerned; breadth-first order is kept.
  private func states(where isConcerned: (Int) -> Bool) -> [Int] {
    graph.words.indices.filter(isConcerned)
  }

  private func stage(_ state: Int) -> Int { plan.stage(graph.words[state]) }

  // MARK: What never happens

  private mutating func unreachableParts() {
    let visited = Set(graph.words.indices.map(stage))
    for (index, stage) in type.stages.enumerated() where !visited.contains(index) {
      report(
        .unreachable, stage.id, [],
        Phrase(
          "没有办件能到达阶段“\(stage.name.zh)”。请增加通向它的命令，或删去它。",
          en: "No case comes to the stage “\(stage.name.en)”. Lead a command there or drop it."))
    }
    let taken = Set(graph.edgeTransitions)
    for (index, transition) in type.transitions.enumerated()
    where !transition.isOpening && !taken.contains(Int32(index)) {
      report(
        .neverEnabled, transition.command, [],
        Phrase(
          "命令“\(transition.name.zh)”（第 \(index + 1) 条）在任何可达状态都不能使用。请核对阶段、条件与时限。",
          en: "“\(transition.name.en)” (transition \(index + 1)) is possible in no reachable "
            + "state. Check its stages, guards and clocks."))
    }
    for (index, clock) in type.clocks.enumerated() {
      guard !graph.words.contains(where: { plan.clockState(index, $0) != .off }) else { continue }
      report(
        .neverStarted, clock.id, [],
        Phrase(
          "时限“\(clock.name.zh)”从未开始计时。",
          en: "The clock “\(clock.name.en)” is never started."))
    }
  }

  // MARK: What gets stuck

  private mutating func stuck(_ isOver: [Bool]) {
    let isDead = graph.words.indices.map { !isOver[$0] && graph.exits(of: $0).isEmpty }
    let ends = graph.canReach(isOver)
    let dies = graph.canReach(isDead)
    for (index, stage) in type.stages.enumerated() {
      let dead = states { isDead[$0] && self.stage($0) == index }
      if !dead.isEmpty {
        report(
          .deadEnd, stage.id, dead,
          Phrase(
            "办件停在“\(stage.name.zh)”，未办结而无命令可用。",
            en: "A case at “\(stage.name.en)” is not over and has no command left."))
      }
      let endless = states { !ends[$0] && !dies[$0] && self.stage($0) == index }
      if !endless.isEmpty {
        report(
          .endless, stage.id, endless,
          Phrase(
            "办件从“\(stage.name.zh)”可以一直流转，却永远不能办结。",
            en: "From “\(stage.name.en)” a case can go on for ever and never be over."))
      }
    }
  }

  // MARK: What sleeps

  private mutating func sleeping() {
    for (index, stage) in type.stages.enumerated() {
      let here = states { self.stage($0) == index }
      switch stage.duty {
      case .nobody: break
      case .owed(let actor):
        let asleep = here.filter { state in
          !type.clocks.indices.contains { clock in
            let clockState = plan.clockState(clock, graph.words[state])
            return clockState == .running || clockState == .suspended
          }
        }
        guard !asleep.isEmpty else { break }
        report(
          .unclocked, stage.id, asleep,
          Phrase(
            "“\(stage.name.zh)”由\(actor.name.zh)办理，却没有时限在计时。请启动时限，或声明无人负有义务及理由。",
            en: "At “\(stage.name.en)” the \(actor.name.en) owes the next step, yet no clock runs. "
              + "Start one, or declare that nobody owes anything and why."))
      case .over:
        for (clock, spec) in type.clocks.enumerated() {
          let open = here.filter { plan.clockState(clock, graph.words[$0]) != .off }
          guard !open.isEmpty else { continue }
          report(
            .openAtEnd, spec.id, open,
            Phrase(
              "办件已到“\(stage.name.zh)”，时限“\(spec.name.zh)”却未停止。",
              en: "The case is over at “\(stage.name.en)”, yet the clock “\(spec.name.en)” is "
                + "open. Stop it."))
        }
      }
    }
    for (clock, spec) in type.clocks.enumerated() {
      let driven = Set(spec.drives.compactMap { plan.stageIndex[$0] })
      let idle = states {
        driven.contains(stage($0)) && plan.clockState(clock, graph.words[$0]) == .off
      }
      guard let first = idle.first else { continue }
      let name = type.stages[stage(first)].name
      report(
        .undriven, spec.id, idle,
        Phrase(
          "时限“\(spec.name.zh)”应当约束阶段“\(name.zh)”，却未计时。",
          en: "The clock “\(spec.name.en)” must drive the stage “\(name.en)”, yet it is off."))
    }
  }

  // MARK: What falls due

  private mutating func expiries() {
    let system = plan.actorBit(.system)
    for (clock, spec) in type.clocks.enumerated() {
      let running = states { plan.clockState(clock, graph.words[$0]) == .running }
      var unhandled: [Int] = []
      var ignored: [Int] = []
      for state in running {
        let edges = graph.edgeStarts[state]..<graph.edgeStarts[state + 1]
        let handler = edges.first { edge in
          let index = Int(graph.edgeTransitions[edge])
          return type.transitions[index].command == spec.onExpiry && actorBits[index] & system != 0
        }
        guard let handler else {
          unhandled.append(state)
          continue
        }
        let effects = type.transitions[Int(graph.edgeTransitions[handler])].effects
        let isTold = effects.contains { effect in
          effect.clock == spec.id && effect != .ensure(spec.id)
            && effect != .resumeIfSuspended(spec.id)
        }
        let after = graph.words[Int(graph.edgeTargets[handler])]
        if !isTold, plan.clockState(clock, after) == .running { ignored.append(state) }
      }
      if !unhandled.isEmpty {
        report(
          .expiryUnhandled, spec.id, unhandled,
          Phrase(
            "时限“\(spec.name.zh)”可能届满而系统没有可用的“\(spec.onExpiry)”。",
            en: "The clock “\(spec.name.en)” can fall due where the system may not give "
              + "“\(spec.onExpiry)”."))
      }
      if !ignored.isEmpty {
        report(
          .expiryIgnored, spec.id, ignored,
          Phrase(
            "时限“\(spec.name.zh)”届满后仍照常计时，此后不会再提醒。请记为逾期、停止或重新计时。",
            en: "After its expiry the clock “\(spec.name.en)” runs on as before and is never heard "
              + "of again. Lapse, stop, extend or restart it."))
      }
    }
  }

  private mutating func suspensions() {
    for (clock, spec) in type.clocks.enumerated() {
      let suspended = states { plan.clockState(clock, graph.words[$0]) == .suspended }
      guard !suspended.isEmpty else { continue }
      let resuming: Set<Int32> = Set(
        type.transitions.indices.filter { index in
          type.transitions[index].effects.contains { effect in
            effect == .resume(spec.id) || effect == .resumeIfSuspended(spec.id)
              || effect == .restart(spec.id)
          }
        }.map(Int32.init))
      let resumes = graph.canReach(
        graph.words.indices.map { state in
          plan.clockState(clock, graph.words[state]) == .suspended
            && graph.exits(of: state).contains { resuming.contains($0) }
        })
      let lost = suspended.filter { !resumes[$0] }
      guard !lost.isEmpty else { continue }
      report(
        .neverResumed, spec.id, lost,
        Phrase(
          "时限“\(spec.name.zh)”中止后，没有命令能使其恢复。",
          en: "The clock “\(spec.name.en)” is suspended and no command that can follow resumes it."
        ))
    }
  }

  // MARK: What is not certain

  private mutating func ambiguities() {
    var found: [CommandID: [Int]] = [:]
    for state in graph.words.indices {
      var seen: [CommandID: UInt32] = [:]
      for exit in graph.exits(of: state) {
        let command = type.transitions[Int(exit)].command
        let bits = actorBits[Int(exit)]
        if seen[command, default: 0] & bits != 0, found[command]?.last != state {
          found[command, default: []].append(state)
        }
        seen[command, default: 0] |= bits
      }
    }
    for command in type.commands {
      guard let states = found[command] else { continue }
      report(
        .ambiguous, command, states,
        Phrase(
          "命令“\(command)”同时有两条流转可用，先声明者生效。请以条件区分。",
          en: "Two moves of “\(command)” are possible at once and the first declared wins. "
            + "Tell them apart by guards."))
    }
  }
}
