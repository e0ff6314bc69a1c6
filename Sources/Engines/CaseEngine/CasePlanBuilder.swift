import Commons

/// Turns a declaration into a ``CasePlan`` and lists what is wrong with it.
struct CasePlanBuilder {
  private(set) var plan = CasePlan()
  private(set) var faults: [Phrase] = []
  private let counters: [Counter]
  private let clocks: [ClockSpec]
  private var nextBit: UInt64 = 6

  init(_ stages: [Stage], _ counters: [Counter], _ clocks: [ClockSpec]) {
    self.counters = counters
    self.clocks = clocks
    limit(stages.count, 64, Phrase("阶段", en: "stages"))
    limit(counters.count, 16, Phrase("计数", en: "counters"))
    limit(clocks.count, 16, Phrase("时限", en: "clocks"))
    for (index, stage) in stages.prefix(64).enumerated() {
      check(stage.id, isNew: plan.stageIndex.updateValue(index, forKey: stage.id) == nil)
    }
    for (index, counter) in counters.enumerated() {
      check(counter.id, isNew: plan.counterIndex.updateValue(index, forKey: counter.id) == nil)
      if !(1...15).contains(counter.maximum) {
        fault(
          "计数“\(counter.id)”的上限须为 1 至 15。",
          "The maximum of counter “\(counter.id)” must be 1 to 15.")
      }
      let maximum = UInt64(min(max(counter.maximum, 1), 15))
      plan.counters.append(field(bits: UInt64(64 - maximum.leadingZeroBitCount)))
    }
    for (index, clock) in clocks.enumerated() {
      check(clock.id, isNew: plan.clockIndex.updateValue(index, forKey: clock.id) == nil)
      plan.clocks.append(field(bits: 2))
    }
    for clock in clocks {
      for stage in clock.drives where plan.stageIndex[stage] == nil { unknown(stage, clock.id) }
    }
    if nextBit > 63 {
      fault(
        "状态需要 \(nextBit) 位，超过 63 位。请减少计数或时限。",
        "A status needs \(nextBit) bits, more than 63: use fewer counters or clocks.")
    }
  }

  private mutating func field(bits: UInt64) -> BitField {
    defer { nextBit += bits }
    return BitField(shift: min(nextBit, 63), mask: 1 << bits - 1)
  }

  private mutating func fault(_ zh: String, _ en: String) { faults.append(Phrase(zh, en: en)) }

  private mutating func limit(_ count: Int, _ maximum: Int, _ what: Phrase) {
    guard count > maximum else { return }
    fault(
      "\(what.zh)有 \(count) 个，最多 \(maximum) 个。",
      "There are \(count) \(what.en), at most \(maximum).")
  }

  private mutating func check(_ name: some CaseName, isNew: Bool) {
    if !isNew { fault("“\(name)”重复声明。", "“\(name)” is declared twice.") }
    guard !name.isWellFormed else { return }
    fault(
      "名称“\(name)”不合规：1–24 个小写字母、数字或连字符，以字母开头。",
      "“\(name)” is no name: use 1–24 of a–z, 0–9 and -, starting with a letter.")
  }

  private mutating func unknown(_ name: some CaseName, _ place: some CaseName) {
    fault("“\(place)”提到未声明的“\(name)”。", "“\(place)” mentions “\(name)”, which is not declared.")
  }

  /// Compiles one transition; leaves it out if it mentions something that is not declared.
  mutating func add(_ transition: Transition) {
    let index = addedCount
    addedCount += 1
    limit(addedCount, 255, Phrase("流转", en: "transitions"))
    if !transition.command.isWellFormed { check(transition.command, isNew: true) }
    let command = intern(transition.command)
    let faultsBefore = faults.count
    let from = transition.from.reduce(UInt64(0)) { mask, stage in
      guard let index = plan.stageIndex[stage] else {
        unknown(stage, transition.command)
        return mask
      }
      return mask | 1 << UInt64(index)
    }
    if let to = transition.to, plan.stageIndex[to] == nil { unknown(to, transition.command) }
    if transition.isOpening, transition.to == nil {
      fault(
        "命令“\(transition.command)”开启办件，须指明到达阶段。",
        "“\(transition.command)” opens a case and must name the stage to which it leads.")
    }
    if transition.actors.isEmpty {
      fault("命令“\(transition.command)”无人可用。", "Nobody may give “\(transition.command)”.")
    }
    let actors = transition.actors.reduce(UInt32(0)) { $0 | intern($1) }
    var guards = transition.guards.compactMap { compile($0, transition.command) }
    let counterOperations = compileCounters(transition, &guards)
    let clockOperations = compileClocks(transition, &guards)
    guard faults.count == faultsBefore else { return }
    let compiled = CompiledTransition(
      index: index, from: from, to: transition.to.flatMap { plan.stageIndex[$0] }, actors: actors,
      guards: guards, counterOperations: counterOperations, clockOperations: clockOperations)
    if transition.isOpening {
      plan.openings[command].append(compiled)
    } else {
      plan.moves[command].append(compiled)
    }
  }

  private var addedCount = 0

  private mutating func intern(_ command: CommandID) -> Int {
    if let known = plan.commandIndex[command] { return known }
    let index = plan.commandIndex.count
    plan.commandIndex[command] = index
    plan.moves.append([])
    plan.openings.append([])
    return index
  }

  private mutating func intern(_ actor: ActorKind) -> UInt32 {
    let known = plan.actorBit(actor)
    guard known == 0 else { return known }
    guard plan.actors.count < 16 else {
      limit(plan.actors.count + 1, 16, Phrase("参与身份", en: "kinds of actor"))
      return 0
    }
    plan.actors.append(actor)
    return plan.actorBit(actor)
  }

  private mutating func compile(_ condition: Guard, _ command: CommandID) -> CompiledGuard? {
    let field: BitField
    let allowed: UInt16
    switch condition.subject {
    case .counter(let id, let bounds):
      guard let index = plan.counterIndex[id] else {
        unknown(id, command)
        return nil
      }
      field = plan.counters[index]
      allowed = (0...15).reduce(UInt16(0)) { bounds.contains($1) ? $0 | 1 << UInt16($1) : $0 }
    case .clock(let id, let states):
      guard let index = plan.clockIndex[id] else {
        unknown(id, command)
        return nil
      }
      field = plan.clocks[index]
      allowed = states.reduce(UInt16(0)) { $0 | 1 << UInt16($1.rawValue) }
    }
    return CompiledGuard(field: field, allowed: allowed, obstacle: .declared(condition))
  }

  private mutating func compileCounters(
    _ transition: Transition, _ guards: inout [CompiledGuard]
  ) -> [CounterOperation] {
    var touched: Set<CounterID> = []
    var operations: [CounterOperation] = []
    for effect in transition.effects {
      guard let id = effect.counter else { continue }
      guard let index = plan.counterIndex[id] else {
        unknown(id, transition.command)
        continue
      }
      if !touched.insert(id).inserted { movedTwice(id, transition.command) }
      let field = plan.counters[index]
      let maximum = counters[index].maximum
      if case .count = effect {
        let allowed = UInt16(1) << UInt16(min(max(maximum, 1), 15)) - 1
        guards.append(
          CompiledGuard(field: field, allowed: allowed, obstacle: .full(counter: index)))
      }
      operations.append(CounterOperation(field: field, next: table(effect, maximum)))
    }
    return operations
  }

  private func table(_ effect: CaseEffect, _ maximum: Int) -> UInt64 {
    (0...15).reduce(UInt64(0)) { table, old in
      let new =
        switch effect {
        case .mark: 1
        case .unmark: 0
        default: min(old + 1, maximum)
        }
      return table | UInt64(max(0, min(new, 15))) << UInt64(4 * old)
    }
  }

  private mutating func movedTwice(_ name: some CaseName, _ command: CommandID) {
    fault("命令“\(command)”对“\(name)”有两处变动。", "“\(command)” changes “\(name)” twice.")
  }

  private mutating func compileClocks(
    _ transition: Transition, _ guards: inout [CompiledGuard]
  ) -> [ClockOperation] {
    var touched: Set<ClockID> = []
    for id in transition.effects.compactMap(\.clock) where !touched.insert(id).inserted {
      movedTwice(id, transition.command)
    }
    var operations: [ClockOperation] = []
    for effect in transition.effects {
      if effect == .stopAll {
        for (index, clock) in clocks.enumerated() where !touched.contains(clock.id) {
          operations.append(operation(ClockRule.of(.stop(clock.id)), index))
        }
      }
      guard let id = effect.clock else { continue }
      guard let index = plan.clockIndex[id] else {
        unknown(id, transition.command)
        continue
      }
      let rule = ClockRule.of(effect)
      if rule.needs != 0b1111 {
        guards.append(
          CompiledGuard(
            field: plan.clocks[index], allowed: UInt16(rule.needs),
            obstacle: .clock(index, rule.move)))
      }
      operations.append(operation(rule, index))
    }
    return operations
  }

  private func operation(_ rule: ClockRule, _ index: Int) -> ClockOperation {
    ClockOperation(
      field: plan.clocks[index], next: rule.next.map(\.rawValue), tells: rule.tells,
      effect: ClockEffect(rule.move, clocks[index].id))
  }
}

/// What an effect on a clock needs, does and tells; state sets are bit masks by raw value.
private struct ClockRule {
  let move: ClockEffect.Move
  let needs: UInt8
  let tells: UInt8
  /// The new state for off, running, suspended, lapsed.
  let next: [ClockState]

  static func of(_ effect: CaseEffect) -> ClockRule {
    let run = [ClockState](repeating: .running, count: 4)
    let same: [ClockState] = [.off, .running, .suspended, .lapsed]
    let any: UInt8 = 0b1111
    return switch effect {
    case .start: ClockRule(move: .start, needs: 0b0001, tells: any, next: run)
    case .restart: ClockRule(move: .restart, needs: any, tells: any, next: run)
    case .ensure:
      ClockRule(
        move: .start, needs: any, tells: 0b0001,
        next: [.running, .running, .suspended, .lapsed])
    case .suspend:
      ClockRule(
        move: .suspend, needs: 0b0010, tells: any,
        next: [.off, .suspended, .suspended, .lapsed])
    case .suspendIfRunning:
      ClockRule(
        move: .suspend, needs: any, tells: 0b0010,
        next: [.off, .suspended, .suspended, .lapsed])
    case .resume: ClockRule(move: .resume, needs: 0b0100, tells: any, next: run)
    case .resumeIfSuspended:
      ClockRule(
        move: .resume, needs: any, tells: 0b0100, next: [.off, .running, .running, .lapsed])
    case .extend: ClockRule(move: .extend, needs: 0b0110, tells: any, next: same)
    case .lapse:
      ClockRule(
        move: .lapse, needs: 0b0010, tells: any, next: [.off, .lapsed, .suspended, .lapsed])
    default:
      ClockRule(
        move: .stop, needs: any, tells: 0b1110, next: [ClockState](repeating: .off, count: 4))
    }
  }
}
