import Airspace
import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// Designs a route: waypoints, layer, width, slots; says what stands in its way before anything is kept.
extension LowAltitudeMeasure {
  func designerRoutes(_ routes: inout Routes) {
    let keeper = RouteAccess.holding(NetworkDuty.keep)
    routes.get("/desk/low-altitude/designer", keeper) { try await designerPage($0, nil, nil) }
    routes.post("/desk/low-altitude/designer", keeper) { try await design($0) }
  }

  private func design(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    do {
      let facts = try LowAltitudeMeasure.facts(form, .route)
      try AssetFacts.check(facts, .route)
      let code = FieldReader.trimmed(form["code"] ?? "")
      let name = Phrase(
        FieldReader.trimmed(form["name"] ?? ""), en: FieldReader.trimmed(form["name_en"] ?? ""))
      if form["save"] != nil {
        let command = PlanAsset(assetKind: .route, code: code, name: name, facts: facts)
        _ = try await desk.submit(command, by: visit.actor, visit.terms(form))
        return .seeOther("/low-altitude/networks/\(code)")
      }
      let draft = NetworkAsset(
        key: -1, version: 0, kind: .route, state: .planned, code: code.isEmpty ? "—" : code,
        name: name, facts: facts, updatedAt: visit.now)
      return try await designerPage(visit, nil, draft)
    } catch let problem as Problem where problem.status == 422 {
      return try await designerPage(visit, problem, nil)
    }
  }

  private func designerPage(
    _ visit: Visit, _ problem: Problem?, _ draft: NetworkAsset?
  ) async throws -> Response {
    let all = try await desk.store.all(NetworkBook.all)
    let ways = all.filter { $0.kind == .route && $0.state != .closed }
    let zones = try await zones(at: visit.now)
    let check = try draft.map { try RouteCheck($0, zones: zones, routes: ways) }
    let title = Phrase("航路设计", en: "Route designer")
    let trail =
      LowAltitudeMeasure.networkTrail + [
        PageShell.Link(Phrase("四张网登记台", en: "Desk of the networks"), "/desk/low-altitude/networks")
      ]
    return visit.page(title, trail: trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(title)
      if let check { designResult(&h, check) }
      h.element("div", .class("two")) { h in
        h.element("div") { h in
          SkyMap(
            assets: ways, flights: [], middle: cityMiddle, zones: zones, draft: draft
          ).render(&h, Phrase("航路与管制空域", en: "Routes and controlled airspace"))
        }
        h.element("div") { h in designForm(&h, visit, problem) }
      }
    }
  }

  private func designResult(_ h: inout HTML, _ check: RouteCheck) {
    guard !check.obstacles.isEmpty else {
      h.banner(
        Phrase("没有冲突，可以列入规划。", en: "Nothing stands in its way: it can go on the register."), .good)
      return
    }
    h.banner(Phrase("有冲突：", en: "It conflicts:"), .bad) { h in
      h.element("ul") { h in
        for obstacle in check.obstacles {
          h.element("li") { h in
            let name = obstacle.name + .same(" \(obstacle.code)")
            if let page = obstacle.page { h.a(page, name) } else { h.text(name) }
            h.text(Phrase("：", en: ": ") + obstacle.what)
            if let span = obstacle.span {
              let when = "\(rules.text(span.lowerBound)) – \(rules.text(span.upperBound))"
              h.text(
                Phrase("（\(when)，不影响列入规划）", en: " (\(when); no bar to the register)"))
            }
          }
        }
      }
    }
  }

  private func designForm(_ h: inout HTML, _ visit: Visit, _ problem: Problem?) {
    let state = visit.entered(problem)
    h.form(
      "/desk/low-altitude/designer", csrf: visit.csrf, idempotencyKey: visit.freshKey
    ) { h in
      h.textField("code", Phrase("代码", en: "Code"), state)
      h.textField("name", Phrase("名称", en: "Name in Chinese"), state)
      h.textField("name_en", Phrase("英文名称", en: "Name in English"), state)
      factFields(&h, .route, state)
      h.element("div", .class("actions")) { h in
        h.button(Phrase("检查冲突", en: "Check"), .quiet)
        h.button(Phrase("列入规划", en: "Put on the register"), name: "save", value: "1")
      }
    }
  }
}
