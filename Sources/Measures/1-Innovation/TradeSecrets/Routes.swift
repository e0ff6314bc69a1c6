import CaseWork
import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit
import SecrecyMeasures

/// What the measure has beside the pages that its declarations give.
extension TradeSecretsMeasure {
  func ownRoutes(_ routes: inout Routes) {
    routes.get("/trade-secrets") { FrontPage(measure: self).render($0) }
    let assessment = AssessmentPage(rules: rules)
    routes.get("/trade-secrets/check") { try assessment.form($0) }
    routes.post("/trade-secrets/check") { try assessment.answer($0) }
    let criminal = CriminalPage(rules: rules)
    routes.get("/trade-secrets/criminal") { criminal.show($0) }
    routes.post("/trade-secrets/criminal") { try criminal.answer($0) }
    routes.get("/trade-secrets/inventory") { InventoryPage().render($0) }
    routes.get("/trade-secrets/proof") { ProofPage().render($0) }
    routes.get("/trade-secrets/forms/{form}") { try self.form($0) }
    routes.get("/api/trade-secrets/assessments/clauses", .everybody, .interface) {
      try self.clauses($0)
    }
    routes.get("/desk/trade-secrets", .holding("trade-secrets.desk")) { self.desks($0) }
  }

  private func form(_ visit: Visit) throws -> Response {
    guard let form = SecretForm.named(visit["form"]) else {
      throw Problem.notFound(Phrase("没有这份文书。", en: "There is no such paper."))
    }
    let trail = [PageShell.Link(TradeSecretsMeasure.card.name, "/trade-secrets")]
    return visit.page(form.title, trail: trail) { h in
      h.banner(
        Phrase(
          "点击横线即可填写，填写的内容只在您的屏幕上，不会发送；填好后打印（A4）。也可在本机运行“tequ secret form \(form.id)”。",
          en:
            "Click a blank and type: it stays on your screen and is sent nowhere. Then print it (A4). “tequ secret form "
            + "\(form.id)” does the same on your machine."), .info)
      form.write(&h, .init())
    }
  }

  /// The clauses of an edition as data, so that anybody can compute a score.
  private func clauses(_ visit: Visit) throws -> Response {
    let today = visit.now.date(in: rules.profile.zone)
    let wanted = visit.request.query["edition"]
    guard let set = wanted.map(ClauseSet.edition) ?? ClauseSet.on(today) else {
      throw Problem.notFound(Phrase("没有这一版条款。", en: "There is no such edition."))
    }
    return .json(set.json)
  }
}
