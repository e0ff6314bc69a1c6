import CaseEngine
import Commons
import Testing

private let rule = Basis.cityPolicy(Phrase("测试", en: "test"))

extension StageID {
  fileprivate static let open: StageID = "open"
  fileprivate static let waiting: StageID = "waiting"
  fileprivate static let done: StageID = "done"
}

/// A parcel that is handed in, may wait for its owner, and is handed out.
private func parcel(
  extra: [Stage] = [], without missing: Set<CommandID> = [],
  effects: [CaseEffect] = [.start("term")]
) -> CaseType {
  let moves: [Transition] = [
    .opening("hand-in", Phrase("收", en: "hand in"), by: [.citizen], to: .open, then: effects, rule),
    Transition(
      "wait", Phrase("等", en: "wait"), by: [.handler], from: [.open], to: .waiting,
      then: [.suspend("term"), .start("pause")], rule),
    Transition(
      "go-on", Phrase("续", en: "go on"), by: [.citizen], from: [.waiting], to: .open,
      then: [.resume("term"), .stop("pause")], rule),
    Transition(
      "pause-due", Phrase("等满", en: "pause over"), by: [.system], from: [.waiting], to: .done,
      then: [.stopAll], rule),
    Transition(
      "term-due", Phrase("期满", en: "term over"), by: [.system], from: [.open], to: .done,
      then: [.stopAll], rule),
    Transition(
      "hand-out", Phrase("发", en: "hand out"), by: [.handler], from: [.open], to: .done,
      then: [.stopAll], rule),
  ]
  return CaseType(
    "parcel", Phrase("包裹", en: "parcel"),
    stages: [
      Stage(.open, Phrase("在", en: "open"), owedBy: .handler),
      Stage(.waiting, Phrase("候", en: "waiting"), owedBy: .citizen),
      .final(.done, Phrase("毕", en: "done")),
    ] + extra, counters: [],
    clocks: [
      ClockSpec("term", Phrase("期", en: "term"), drives: [.open], onExpiry: "term-due", rule),
      ClockSpec(
        "pause", Phrase("候期", en: "pause"), drives: [.waiting], onExpiry: "pause-due", rule),
    ], transitions: moves.filter { !missing.contains($0.command) })
}

@Suite struct CaseEngineTests {
  @Test func aSoundCaseIsFoundSound() throws {
    let report = try ModelCheck.explore(parcel())
    #expect(report.isSound, "\(report.text(.en))")
    #expect(report.stateCount == 3)
  }

  @Test func aStageThatNothingLeadsToIsReported() throws {
    let report = try ModelCheck.explore(parcel(extra: [.final("lost", Phrase("失", en: "lost"))]))
    #expect(report.faults.contains { $0.subject.contains("lost") }, "\(report.text(.en))")
  }

  @Test func aStageWithoutAClockIsReported() throws {
    #expect(!(try ModelCheck.explore(parcel(effects: [])).isSound))
  }

  @Test func aDeadEndIsReported() throws {
    let report = try ModelCheck.explore(parcel(without: ["go-on", "pause-due"]))
    #expect(!report.isSound)
  }

  @Test func aCommandOutOfPlaceIsRefused() throws {
    let type = parcel()
    let open = try type.open("hand-in", by: .citizen).status
    let problem = #expect(throws: Problem.self) { try type.step(open, "go-on", by: .citizen) }
    #expect(problem?.status == 422)
    #expect(throws: Problem.self) { try type.step(open, "hand-out", by: .citizen) }
    #expect(throws: Problem.self) { try type.step(open, "no-such-thing", by: .handler) }
    #expect(type.availableCommands(open, by: .handler) == ["wait", "hand-out"])
  }

  @Test func aStatusSurvivesItsText() throws {
    let type = parcel()
    let open = try type.open("hand-in", by: .citizen).status
    let waiting = try type.step(open, "wait", by: .handler).status
    #expect(try type.status(type.text(waiting)) == waiting)
    #expect(throws: Problem.self) { try type.status("nowhere term+") }
    #expect(throws: Problem.self) { try type.status(type.text(waiting) + " ghost+") }
  }
}
