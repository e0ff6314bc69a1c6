import Books
import CaseEngine
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// The form with which officials open a case of a kind that people do not open themselves.
struct StaffOpening {
  let office: CaseOffice
  private var procedure: any Procedure { office.procedure }
  private var slug: String { office.slug }

  func declare(_ routes: inout Routes, _ access: RouteAccess) {
    routes.get("/desk/\(slug)/new", access) { form($0, FormState(), nil) }
    routes.post("/desk/\(slug)", access) { try await open($0) }
  }

  private func form(_ visit: Visit, _ state: FormState, _ problem: Problem?) -> Response {
    let command = procedure.openingCommand
    let name = procedure.name(of: command)
    let forms = CaseParts(setting: office.setting).forms(command)
    let trail = [PageShell.Link(procedure.card.name, "/desk/\(slug)")]
    return visit.page(name, trail: trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(name)
      h.element("div", .class("panel reading")) { h in
        let key = state.value("idempotency_key")
        h.form(
          "/desk/\(slug)", csrf: visit.csrf, idempotencyKey: key.isEmpty ? visit.freshKey : key,
          hasFiles: forms.fields.contains { $0.kind == .files }
        ) { h in
          forms.write(&h, state)
          h.button(name)
        }
      }
    }
  }

  private func open(_ visit: Visit) async throws -> Response {
    let fields = try visit.request.form()
    do {
      let done = try await office.open(
        procedure.openingCommand, as: procedure.openingCapacity(of: visit.actor), fields, visit)
      guard let row = try await office.desk.store.first(CaseBook.find(done.aggregate)) else {
        throw CaseOffice.unknown(procedure)
      }
      return .seeOther("/desk/\(slug)/\(row.number)?done=1")
    } catch let problem as Problem where problem.status == 422 {
      return form(
        visit, FormState(values: fields.values.map { ($0.name, $0.value) }, problem: problem),
        problem)
    }
  }
}
