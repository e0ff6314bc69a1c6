import Commons

/// A command as it may be offered to somebody.
public struct CommandOption: Sendable {
  /// The command.
  public let command: CommandID
  /// How people call it.
  public let name: Phrase
  /// Why it cannot be given now; nil if it can.
  public let obstacle: Problem?
}

extension CaseType {
  /// Opens a case.
  ///
  /// Throws 400 for a command that opens nothing, 403 for the wrong kind of actor.
  public func open(_ command: CommandID, by actor: ActorKind) throws(Problem) -> CaseStep {
    guard let index = plan.commandIndex[command], !plan.openings[index].isEmpty else {
      let openings = transitions.filter { $0.isOpening }.map(\.name)
      throw .malformed(
        Phrase(
          "“\(command)”不能开启“\(name.zh)”。可以：\(openings.listed.zh)。",
          en: "“\(command)” opens no \(name.en). Possible: \(openings.listed.en)."))
    }
    let bit = plan.actorBit(actor)
    for transition in plan.openings[index] where transition.actors & bit != 0 {
      if let failed = transition.guards.first(where: { !$0.holds(0) }) {
        throw problem(failed.obstacle, at: CaseStatus(word: 0), transition.index, actor)
      }
      let (word, told) = plan.apply(transition, to: 0)
      return CaseStep(
        status: CaseStatus(word: word), clockEffects: told, transition: transition.index)
    }
    throw wrongActor(plan.openings[index].map(\.index), actor, nil)
  }

  /// Carries out one command: the new status and what the clocks are told, or a refusal that says
  /// what is wrong, where the case stands and what can be done now.
  ///
  /// Throws 400 for an unknown command, 403 for the wrong kind of actor, 422 for a stage, guard,
  /// full counter or clock that does not allow it.
  public func step(
    _ status: CaseStatus, _ command: CommandID, by actor: ActorKind
  ) throws(Problem) -> CaseStep {
    guard let index = plan.commandIndex[command] else { throw unknownCommand(command) }
    let stageBit = UInt64(1) << UInt64(plan.stage(status.word))
    let actorBit = plan.actorBit(actor)
    for transition in plan.moves[index]
    where transition.from & stageBit != 0 && transition.actors & actorBit != 0
      && transition.isEnabled(status.word)
    {
      let (word, told) = plan.apply(transition, to: status.word)
      return CaseStep(
        status: CaseStatus(word: word), clockEffects: told, transition: transition.index)
    }
    throw refusal(status, index, actor)
  }

  /// The commands that somebody may give now, in the order of declaration.
  public func availableCommands(_ status: CaseStatus, by actor: ActorKind) -> [CommandID] {
    options(status, by: actor).filter { $0.obstacle == nil }.map(\.command)
  }

  /// The commands that concern somebody in this stage, those that are barred with the reason: for
  /// a page that shows a button as unavailable and says why.
  public func options(_ status: CaseStatus, by actor: ActorKind) -> [CommandOption] {
    let stageBit = UInt64(1) << UInt64(plan.stage(status.word))
    let actorBit = plan.actorBit(actor)
    return commands.compactMap { command in
      guard let index = plan.commandIndex[command] else { return nil }
      let here = plan.moves[index].filter {
        $0.from & stageBit != 0 && $0.actors & actorBit != 0
      }
      guard let first = here.first else { return nil }
      if let open = here.first(where: { $0.isEnabled(status.word) }) {
        return CommandOption(
          command: command, name: transitions[open.index].name, obstacle: nil)
      }
      return CommandOption(
        command: command, name: transitions[first.index].name,
        obstacle: barred(first, status, actor))
    }
  }

  private func available(_ status: CaseStatus, _ actor: ActorKind) -> [Phrase] {
    let stageBit = UInt64(1) << UInt64(plan.stage(status.word))
    let actorBit = plan.actorBit(actor)
    return commands.compactMap { command in
      plan.commandIndex[command].flatMap { index in
        plan.moves[index].first {
          $0.from & stageBit != 0 && $0.actors & actorBit != 0 && $0.isEnabled(status.word)
        }
      }.map { transitions[$0.index].name }
    }
  }

  // MARK: Refusals

  private func unknownCommand(_ command: CommandID) -> Problem {
    .malformed(
      Phrase(
        "“\(name.zh)”没有命令“\(command)”。可用命令：\(commands.map(\.text).joined(separator: "、"))。",
        en: "\(name.en) has no command “\(command)”. Commands: "
          + "\(commands.map(\.text).joined(separator: ", "))."))
  }

  private func refusal(_ status: CaseStatus, _ index: Int, _ actor: ActorKind) -> Problem {
    let stageBit = UInt64(1) << UInt64(plan.stage(status.word))
    let actorBit = plan.actorBit(actor)
    let moves = plan.moves[index]
    let here = moves.filter { $0.from & stageBit != 0 }
    if let mine = here.first(where: { $0.actors & actorBit != 0 }) {
      return barred(mine, status, actor)
    }
    if !here.isEmpty { return wrongActor(here.map(\.index), actor, status) }
    let isMine = moves.contains { $0.actors & actorBit != 0 }
    guard isMine, let known = moves.first else {
      let all = (moves.isEmpty ? plan.openings[index] : moves).map(\.index)
      return moves.isEmpty
        ? wrongStage(all.first, status, actor) : wrongActor(all, actor, status)
    }
    return wrongStage(known.index, status, actor)
  }

  private func wrongStage(_ index: Int?, _ status: CaseStatus, _ actor: ActorKind) -> Problem {
    let what = index.map { transitions[$0].name } ?? name
    let stages = index.map { index in
      let command = transitions[index].command
      return self.stages.filter { stage in
        transitions.contains { $0.command == command && $0.from.contains(stage.id) }
      }.map(\.name)
    }
    let usual = stages.flatMap { $0.isEmpty ? nil : $0.listed }
    let zh = usual.map { "此命令用于：\($0.zh)。" } ?? "此命令只用于开启办件。"
    let en =
      usual.map { " It belongs to: \($0.en)." } ?? " It only opens a case."
    return .refused(
      "case-stage",
      Phrase("现在不能“\(what.zh)”。\(zh)", en: "“\(what.en)” is not possible now.\(en) ")
        + standing(status, actor))
  }

  private func wrongActor(
    _ indexes: [Int], _ actor: ActorKind, _ status: CaseStatus?
  ) -> Problem {
    let who = indexes.flatMap { transitions[$0].actors }.map(\.name).unique
    let what = indexes.first.map { transitions[$0].name } ?? name
    let refusal = Phrase(
      "“\(what.zh)”由\(who.listed.zh)办理，不由\(actor.name.zh)办理。",
      en: "“\(what.en)” is for the \(who.listed.en), not for the \(actor.name.en). ")
    return .forbidden(status.map { refusal + standing($0, actor) } ?? refusal)
  }

  private func barred(
    _ transition: CompiledTransition, _ status: CaseStatus, _ actor: ActorKind
  ) -> Problem {
    guard let failed = transition.guards.first(where: { !$0.holds(status.word) }) else {
      return wrongStage(transition.index, status, actor)
    }
    return problem(failed.obstacle, at: status, transition.index, actor)
  }

  private func problem(
    _ obstacle: Obstacle, at status: CaseStatus, _ index: Int, _ actor: ActorKind
  ) -> Problem {
    let what = transitions[index].name
    let lead = Phrase("不能“\(what.zh)”：", en: "“\(what.en)” is not possible: ")
    switch obstacle {
    case .declared(let condition):
      return .refused(
        "case-guard", lead + condition.otherwise + Phrase("", en: " ") + standing(status, actor),
        because: condition.basis.map { [$0] } ?? [])
    case .full(let counter):
      return .refused(
        "case-limit",
        lead + counters[counter].whenFull + Phrase("", en: " ") + standing(status, actor),
        because: counters[counter].basis.map { [$0] } ?? [])
    case .clock(let clock, let move):
      let spec = clocks[clock]
      let state = plan.clockState(clock, status.word)
      return .refused(
        "case-clock",
        lead
          + Phrase(
            "“\(spec.name.zh)”\(state.name.zh)，不能\(move.name.zh)。",
            en: "the clock “\(spec.name.en)” is \(state.name.en) and cannot be "
              + "\(move.name.en). ") + standing(status, actor), because: [spec.basis])
    }
  }

  private func standing(_ status: CaseStatus, _ actor: ActorKind) -> Phrase {
    let here = stage(of: status).name
    let now = available(status, actor)
    guard !now.isEmpty else {
      return Phrase(
        "办件现处于“\(here.zh)”，\(actor.name.zh)现在没有可办的事项。",
        en: "The case is at “\(here.en)”; there is nothing for the \(actor.name.en) to do now.")
    }
    return Phrase(
      "办件现处于“\(here.zh)”，现在可以：\(now.listed.zh)。",
      en: "The case is at “\(here.en)”; possible now: \(now.listed.en).")
  }
}

extension [Phrase] {
  var unique: [Phrase] {
    var seen: Set<Phrase> = []
    return filter { seen.insert($0).inserted }
  }
}

extension ClockState {
  /// How people call it.
  public var name: Phrase {
    switch self {
    case .off: Phrase("未计时", en: "not started")
    case .running: Phrase("计时中", en: "running")
    case .suspended: Phrase("已中止", en: "suspended")
    case .lapsed: Phrase("已逾期", en: "overdue")
    }
  }
}

extension ClockEffect.Move {
  /// How people call it, in English as a past participle.
  public var name: Phrase {
    switch self {
    case .start: Phrase("开始计时", en: "started")
    case .restart: Phrase("重新计时", en: "restarted")
    case .suspend: Phrase("中止", en: "suspended")
    case .resume: Phrase("恢复", en: "resumed")
    case .extend: Phrase("延长", en: "extended")
    case .lapse: Phrase("记为逾期", en: "marked overdue")
    case .stop: Phrase("停止", en: "stopped")
    }
  }
}
