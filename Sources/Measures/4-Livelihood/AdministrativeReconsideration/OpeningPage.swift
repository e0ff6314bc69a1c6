import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit

/// How officials open a case: an oral application taken down, one that was filed with the wrong
/// agency, one against a penalty of the own agency.
struct OpeningPage: Sendable {
  let office: CaseOffice
  private var procedure: any Procedure { office.procedure }

  /// The command that an address names with the capacity in which the visitor gives it.
  private func way(_ visit: Visit) throws(Problem) -> (command: CommandID, capacity: ActorKind) {
    let command = CommandID(visit["command"])
    let opening = procedure.type.transitions.first { $0.isOpening && $0.command == command }
    guard let capacity = opening?.actors.first, capacity != .citizen else {
      throw .notFound(Phrase("没有这种立案方式。", en: "No case is opened in this way."))
    }
    try visit.actor.require(procedure.permission(capacity))
    return (command, capacity)
  }

  func show(_ visit: Visit, _ problem: Problem? = nil) throws -> Response {
    let (command, _) = try way(visit)
    try office.setting.requireOpen(command, on: office.setting.day(visit.now))
    let name = procedure.name(of: command)
    let state = visit.entered(problem, else: [("excluded", "none")])
    let trail = [PageShell.Link(procedure.card.name, "/desk/reconsideration")]
    return visit.page(name, trail: trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(name)
      h.element("div", .class("panel reading")) { h in
        h.form(
          "/desk/reconsideration/open/\(command)", csrf: visit.csrf,
          idempotencyKey: state.value("idempotency_key").isEmpty
            ? visit.freshKey : state.value("idempotency_key"), hasFiles: true
        ) { h in
          CaseForm(office.setting.fields(of: command), in: office.setting.profile).write(&h, state)
          h.button(name)
        }
      }
    }
  }

  func take(_ visit: Visit) async throws -> Response {
    let (command, capacity) = try way(visit)
    do {
      let done = try await office.open(command, as: capacity, visit.request.form(), visit)
      let number = CaseNumber(
        measure: office.setting.measure, year: done.row.effectiveAt.date(in: .beijing).year,
        serial: done.aggregate)
      return .seeOther("/desk/reconsideration/\(number)?done=1")
    } catch let problem as Problem where problem.status == 422 {
      return try show(visit, problem)
    }
  }
}
