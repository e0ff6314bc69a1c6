import CaseEngine
import Commons
import Foundation
import Testing

@testable import ServiceRequests

@Suite struct CaseTypeTests {
  let type = ServiceRequestCases.request

  /// Gives commands one after another, each by the first kind of actor that may give it.
  func walk(_ commands: [CommandID]) throws -> CaseStatus {
    var status: CaseStatus?
    for command in commands {
      let actor = try #require(type.transitions.first { $0.command == command }?.actors.first)
      if let here = status {
        status = try type.step(here, command, by: actor).status
      } else {
        status = try type.open(command, by: actor).status
      }
    }
    return try #require(status)
  }

  @Test func isSoundInAllReachableStates() throws {
    let report = try ModelCheck.explore(type)
    #expect(report.isSound, "\(report.text(.en))")
    #expect(report.stateCount > 10_000)
  }

  @Test(arguments: [
    (["file", "answer"], "answered"),
    (["file", "refer-emergency"], "refused"),
    (
      ["file", "dispatch", "accept", "reply", "call-back", "satisfied"] as [CommandID], "closed"
    ),
    (["file", "dispatch"], "dispatched accept+ handle+"),
    (["file", "dispatch", "return"], "disputed ruling+ handle+"),
    (["file", "dispatch", "return", "uphold"], "handling appointed handle+"),
    (["file", "dispatch", "return", "appoint"], "dispatched appointed accept+ handle+"),
    (["file", "dispatch", "accept", "ask"], "supplementing handle~ supplement+"),
    (["file", "dispatch", "accept", "ask", "supply"], "handling handle+"),
    (
      ["file", "dispatch", "accept", "handle-due", "supervise-due"],
      "handling overdue level=2 handle! supervise+"
    ),
    (
      ["file", "dispatch", "accept", "reply", "unsatisfied", "redo"], "handling redo=1 handle+"
    ),
    (["file", "dispatch", "accept", "reply", "callback-due", "evaluation-due"], "deemed-closed"),
    (
      ["file", "dispatch", "accept", "reply", "satisfied", "reopen"], "handling reopened handle+"
    ),
    (["lead", "withdraw"], "withdrawn"),
  ])
  func storiesEndWhereTheyShould(commands: [CommandID], status: String) throws {
    #expect(type.text(try walk(commands)) == status)
  }

  @Test func anAppointedUnitMayNotReturnTheCase() throws {
    let status = try walk(["file", "dispatch", "return", "appoint"])
    let problem = #expect(throws: Problem.self) {
      try type.step(status, "return", by: .handler)
    }
    #expect(problem?.slug == "case-guard")
    #expect(problem?.because == [HotlineLaw.weifang(22, 2)])
    #expect(problem?.detail.en.contains("possible now: accept.") == true, "\(problem!.detail.en)")
    #expect(type.availableCommands(status, by: .handler) == ["accept"])
  }

  @Test func anUnsatisfiedCitizenIsServedTwiceMoreAndThenExplainedTo() throws {
    let again: [CommandID] = ["reply", "unsatisfied", "redo"]
    let status = try walk(
      ["file", "dispatch", "accept"] + again + again + ["reply", "unsatisfied"])
    let problem = #expect(throws: Problem.self) {
      try type.step(status, "redo", by: .dispatcher)
    }
    #expect(problem?.slug == "case-limit")
    let escalated = try type.step(status, "review-due", by: .system).status
    #expect(type.text(escalated) == "dissatisfied redo=2 level=1 review+")
  }

  @Test func aLateUnitCannotStopOrExtendItsClock() throws {
    let late = try walk(["file", "dispatch", "accept", "handle-due"])
    for (command, actor) in [("ask", ActorKind.handler), ("extend", .supervisor)] {
      let problem = #expect(throws: Problem.self) {
        try type.step(late, CommandID(command), by: actor)
      }
      #expect(problem?.slug == "case-clock")
      #expect(problem?.detail.en.contains("is overdue") == true)
    }
  }

  @Test func intakeHasSixRecordedRefusals() {
    let refusals = type.transitions.filter(\.isRecordedRefusal)
    #expect(refusals.count == 6)
    #expect(
      refusals.map(\.basis) == (1...6).map { HotlineLaw.beijing(11, 3, item: $0) })
  }

  /// Taking any one clock effect away from the declaration is noticed by the model check, but for
  /// four that change only how long a clock runs or whether one more runs; the stories above and
  /// the bench of requests check those. Each mutant is explored whole, which takes seconds: a sample
  /// is drawn unless TEQU_SLOW is set.
  @Test func theModelCheckMissesNoForgottenClockEffect() throws {
    let known: Set<String> = [
      "appoint: stop(supervise)", "transfer: stop(supervise)", "extend: extend(handle)",
      "supervise: start(supervise)",
    ]
    let isWhole = ProcessInfo.processInfo.environment["TEQU_SLOW"] != nil
    var random = SeededRandom(seed: 3)
    var missed: Set<String> = []
    for (index, transition) in type.transitions.enumerated() {
      for (position, effect) in transition.effects.enumerated() {
        // Marks decide nothing by themselves; the model stays sound without them.
        let name = "\(transition.command): \(effect)"
        let isMark = ["mark(", "raise(", "count("].contains { name.contains($0) }
        guard !isMark, isWhole || random.chance(0.06) else { continue }
        var effects = transition.effects
        effects.remove(at: position)
        var transitions = type.transitions
        transitions[index] = Transition(
          transition.command, transition.name, by: transition.actors, from: transition.from,
          to: transition.to, if: transition.guards, then: effects, transition.basis)
        let mutant = CaseType(
          type.id, type.name, stages: type.stages, counters: type.counters, clocks: type.clocks,
          transitions: transitions)
        if try ModelCheck.explore(mutant).isSound { missed.insert(name) }
      }
    }
    #expect(isWhole ? missed == known : missed.isSubset(of: known), "\(missed)")
  }
}
