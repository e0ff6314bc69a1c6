import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import Storage

/// Looks at the approved flights again that a closure hits: those on the ground lose their approval and are offered
/// another plan, those in the air are told to leave. Asked again and again; a flight is told once.
struct ClosureWatch {
  let measure: LowAltitudeMeasure

  /// How far ahead closures are looked at, in seconds.
  private static let ahead: Int64 = 60 * 86_400

  /// Tells every flight that is hit; the answer is how many were.
  func tell(at moment: Instant) async throws -> Int {
    let closures = try await measure.desk.store.all(
      ClosureBook.open(from: moment, to: moment.adding(seconds: ClosureWatch.ahead)))
    var told = 0
    for closure in closures {
      let flights = try await measure.desk.store.all(
        FlightBook.during(max(closure.start, moment), closure.end))
      for flight in flights where flight.state.holds {
        guard try flight.isHit(by: closure.zone, measure.rules) else { continue }
        told += try await tell(flight, of: closure)
      }
    }
    return told
  }

  private func tell(_ flight: ApprovedFlight, of closure: ClosureRow) async throws -> Int {
    let command: CommandID = flight.state == .active ? .recall : .closeAirspace
    let office = measure.office
    guard let row = try await measure.desk.store.first(CaseFileBook.find(flight.id)) else {
      return 0
    }
    // An urgent task flies through a closure under the eyes of air traffic control.
    let facts = try CaseFacts(row.facts)
    guard !["urgent", "special"].contains(facts.text("urgency")) else { return 0 }
    do {
      let done = try await measure.desk.submit(
        MoveCase(command, as: .system, on: flight.id, in: office.setting),
        by: .system([office.procedure.permission(.system)]),
        .init(idempotencyKey: "closure.\(closure.id).\(flight.id).\(row.base.version)"))
      return done.isRepeat ? 0 : 1
    } catch let problem as Problem where [403, 409, 422].contains(problem.status) { return 0 }
  }
}

/// What must hold of a flight in the air and its case.
enum FlightInvariant {
  private static let states: [String: ApprovedFlight.State] = [
    "approved": .planned, "reported": .planned, "confirmed": .planned, "active": .active,
    "handing": .ended, "ended": .ended, "withdrawn": .dropped, "lapsed": .dropped,
    "refused": .dropped,
    "blocked": .dropped,
  ]

  static func broken(_ view: any View) throws -> [(row: Int64, what: Phrase)] {
    var found: [(row: Int64, what: Phrase)] = []
    try FlightBook.forEach(view) { flight in
      guard let row = try view.first(CaseFileBook.find(flight.id)), row.kind == FlightCases.kind
      else {
        return found.append((flight.id, Phrase("没有对应的办件。", en: "its case is missing")))
      }
      if states[row.base.stage] != flight.state {
        found.append((flight.id, Phrase("状态与办件不符。", en: "its state is not that of its case")))
      }
      if flight.points.count < 2 || flight.end <= flight.start {
        found.append((flight.id, Phrase("航迹不可能。", en: "its path is impossible")))
      }
      guard flight.state.holds else { return }
      let plan = try? FlightPlan(CaseFacts(row.facts)["plan"])
      if plan?.points != flight.points || plan?.start != flight.start || plan?.end != flight.end {
        found.append((flight.id, Phrase("航迹与申请不符。", en: "its path is not that of its case")))
      }
    }
    return found
  }
}
