import AccessControl
import App
import ArrivalManagement
import Commons
import HTTPValues
import Interchange
import Testing

/// Arrivals in a whole city: pages, feed, board.
@Suite struct ArrivalCityTests {
  @Test func pagesShowWhatIsKnown() async throws {
    let test = try await TestCity()
    for page in [
      "/arrivals", "/arrivals/airports/shenzhen-2", "/arrivals/airports/shenzhen-3",
      "/arrivals/airports/oslo", "/arrivals/airports/dublin", "/arrivals/wake",
      "/arrivals/wake?on=2018-06-01", "/arrivals/what-if", "/arrivals/results",
      "/arrivals/results.csv", "/arrivals/monte-carlo?hours=2", "/arrivals/slot-resources",
      "/arrivals/airports/shenzhen-3/scenario.json", "/arrivals/slots", "/arrivals/slots/new",
      "/arrivals/slots/how",
    ] {
      #expect(try await test.get(page).status == 200, "\(page)")
    }
    let english = try await test.get("/arrivals?lang=en")
    #expect(english.text.contains("How 55 movements become 65"))
    #expect(try await test.get("/arrivals/airports/none").status == 404)
    #expect(try await test.get("/arrivals/wake?on=yesterday").status == 422)
    let wrong = try await test.get("/arrivals/what-if?peak=25&heavy=x")
    #expect(wrong.status == 422)
    let more = try await test.get("/arrivals/what-if?peak=8&lang=en")
    #expect(more.text.contains("10 whole movements × 8 peak hours"))
    let slots = try await test.get("/arrivals/slot-resources?before=55&after=65&peak=16&lang=en")
    #expect(slots.text.contains("(65 − 55) × 16") && slots.text.contains(">160<"))
    #expect(try await test.get("/arrivals/slot-resources?total=0").status == 422)
    #expect(try await test.get("/arrivals/slot-resources?on=yesterday").status == 422)
    #expect(try await test.get("/arrivals/monte-carlo?hours=1001").status == 422)
    let one = try await test.get("/arrivals/monte-carlo?hours=3&seed=5&lang=en")
    #expect(one.text == (try await test.get("/arrivals/monte-carlo?hours=3&seed=5&lang=en")).text)
    #expect(one.text.contains("--hours 3 --seed 5"))
  }

  @Test func theBoardIsForControllers() async throws {
    let test = try await TestCity()
    let board = "/desk/arrivals/boards/shenzhen-2"
    let control = try await test.signIn(
      "control", [Post(ArrivalMeasure.controller.id, agency: "atc")])
    let page = try await test.get(board, session: control)
    #expect(page.status == 200)
    #expect(page.headers["content-security-policy"]?.contains("script-src 'self'") == true)
    #expect(try await test.get(board + "/content", session: control).text.contains("id=\"board\""))
    #expect(try await test.get(board + "/data", session: control).status == 200)
    let designer = try await test.signIn(
      "design", [Post(ArrivalMeasure.designer.id, agency: "atc")])
    #expect(try await test.get(board, session: designer).status == 403)
    // Nobody has exchanged a secret: nothing is taken.
    let sent = try await test.send(.post, "/arrivals/feeds/shenzhen-2/csv")
    #expect(sent.status == 401)
  }
}
