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
    routes.get("/desk/procurement", .holding("procurement.desk")) {
      BoardPage(measure: self).desk($0)
    }
  }
}
