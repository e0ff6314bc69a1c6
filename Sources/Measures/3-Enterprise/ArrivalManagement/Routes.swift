import CaseWork
import Commons
import HTTPValues
import MeasureKit

/// What the measure has beside the pages that its declarations give.
extension ArrivalMeasure {
  func ownRoutes(_ routes: inout Routes) {
    routes.get("/arrivals") { ArrivalFront(measure: self).render($0) }
    routes.get("/arrivals/airports/{airport}") { try await self.airportPage($0) }
    routes.get("/arrivals/wake") { try self.wakePage($0) }
    let whatIf = WhatIfPage(rules: rules)
    routes.get("/arrivals/what-if") { try whatIf.render($0) }
    routes.get("/arrivals/airports/{airport}/scenario.json") { try self.scenarioFile($0) }
    routes.get("/arrivals/monte-carlo") { try await self.monteCarloPage($0) }
    routes.get("/arrivals/slot-resources") { try await self.slotResourcesPage($0) }
    routes.get("/arrivals/results") { try await self.resultsPage($0) }
    routes.get("/arrivals/results.csv") { try await self.resultsTable($0) }
    routes.get("/arrivals/board.js") { _ in self.boardScript() }
    routes.get("/desk/arrivals", .holding("arrivals.desk")) {
      ArrivalFront(measure: self).desk($0)
    }
    let board = "/desk/arrivals/boards/{airport}"
    routes.get(board, .holding("arrivals.board")) { try await self.boardPage($0) }
    routes.get(board + "/content", .holding("arrivals.board")) {
      try await self.boardContent($0)
    }
    routes.get(board + "/what-if", .holding("arrivals.board")) {
      try await self.boardWhatIf($0)
    }
    routes.post(board + "/wind", .holding("arrivals.board")) { try await self.windPosted($0) }
    routes.post(board + "/configuration", .holding("arrivals.board")) {
      try await self.configurationPosted($0)
    }
    routes.get(board + "/data", .holding("arrivals.board")) { try await self.boardData($0) }
    // Of other bodies' programs, which sign what they send.
    routes.foreign(.post, "/arrivals/feeds/{airport}/{format}") { try await self.feed($0) }
  }
}
