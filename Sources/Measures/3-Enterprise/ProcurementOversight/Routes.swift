import CaseWork
import Commons
import HTTPValues
import Markup
import MeasureKit

/// What the measure has beside the pages that its declarations give.
extension ProcurementMeasure {
  func ownRoutes(_ routes: inout Routes) {
    routes.get("/procurement") { try await BoardPage(measure: self).front($0) }
    routes.get("/procurement/board") { try await BoardPage(measure: self).board($0) }
    routes.get("/procurement/projects/{number}") { try await ProjectPage(measure: self).show($0) }
    routes.get("/procurement/network") { NetworkPage(measure: self).network($0) }
    routes.get("/procurement/notices") { try NoticesPage(measure: self).show($0) }
    routes.get("/procurement/processes") { try await ForeignPage(measure: self).show($0) }
    routes.get("/procurement/firms") { try FirmPage(measure: self).show($0) }
    routes.get("/procurement/firms/{id}") { try FirmPage(measure: self).show($0) }
    routes.get(SealPage.path) { _ in SealPage.show() }
    routes.get("/procurement/data") { NetworkPage(measure: self).data($0) }
    routes.get("/api/procurement/releases.json", .everybody, .interface) { try self.releases($0) }
    routes.get("/api/procurement/history.json", .everybody, .interface) {
      try await self.history($0)
    }
    routes.get("/api/procurement/records/{id}", .everybody, .interface) { try self.record($0) }
    routes.get("/api/procurement/openapi.json", .everybody, .interface) { _ in
      .json(ProcurementMeasure.contract)
    }
    routes.get("/api/procurement/feeds.json", .everybody, .interface) {
      try await self.feedStates($0)
    }
    routes.post("/api/procurement/exchange/{exchange}/releases", .everybody, .interface) {
      try await self.push($0)
    }
    routes.get(
      "/desk/procurement/projects/{number}/envelopes.json", .anyOf(ProcurementMeasure.keeping)
    ) { try await self.envelopes($0) }
    routes.get("/desk/procurement", .holding("procurement.desk")) { self.desks($0) }
  }
}
