import AccessControl
import App
import Cities
import CityProfiles
import Commons
import HTTPValues
import Testing

/// What a declared procedure does not begin: where its function is off, and outside the pilot districts.
@Suite struct CaseAdoptionTests {
  private static let grant =
    #""authorisations":[{"document":"甲","issuer":"市","level":"city","from":"2024-01-01"}]"#

  private static func profile(_ measures: String) throws -> CityProfile {
    var files = BundledCities.shifanFiles
    guard case .object(var members) = try JSONValue(parsing: files["city.json"]!) else {
      throw Problem.malformed(.same("city.json"))
    }
    members["measures"] = try JSONValue(parsing: Array("[\(measures)]".utf8))
    files["city.json"] = JSONValue.object(members).canonicalBytes
    return try CityProfile(files: files)
  }

  private static let filing: JSONValue = [
    "applicant-kind": "person", "name": "王小明", "phone": "13800000000", "address": "江北区一路1号",
    "respondent": "urban", "act-kind": "penalty", "excluded": "none", "known-on": "2026-02-10",
    "told": "yes", "request": "撤销", "reasons": "没有违法事实",
  ]

  private static func with(_ body: JSONValue, _ name: String, _ value: JSONValue) -> JSONValue {
    .object((body.object ?? [:]).merging([name: value]) { $1 })
  }

  @Test(arguments: Backend.all) func aFunctionThatIsOffIsRefusedAndExplained(
    _ backend: Backend
  ) async throws {
    let test = try await TestCity(
      backend,
      profile: Self.profile(
        #"{"number":19,"from":"2024-01-01","functions":["unified-authority"],\#(Self.grant)}"#))
    let form = try await test.get("/reconsideration/new")
    #expect(form.status == 422 && form.text.contains("没有开通第19项的“掌上复议”"), "\(form.text)")
    let (answer, body) = try await test.json("/api/reconsideration", Self.filing)
    #expect(answer.status == 422 && body["type"] == "/problems/function-off")
    // Asking before filing stays open, and the counter takes applications down.
    #expect(try await test.get("/reconsideration/check").status == 200)
    let clerk = try await test.signIn("clerk", [Post("reconsideration.clerk", agency: "justice")])
    let fields = (Self.filing.object ?? [:]).compactMap { name, value in
      value.string.map { (name, $0) }
    }
    let done = try await test.post(
      "/desk/reconsideration/open/take-down", session: clerk,
      fields + [("idempotency_key", "oral")])
    #expect(done.status == 303, "\(done.text.prefix(2000))")
  }

  @Test(arguments: Backend.all) func aPilotIsHeldToItsDistricts(_ backend: Backend) async throws {
    let stage =
      #""stage":{"name":["试点","pilot"],"from":"2024-01-01","districts":["jiangbei"],"stopCriteria":[{"indicator":"reconsideration.resolved","below":"0.5","label":["差","bad"]}]},"wide":true"#
    let test = try await TestCity(
      backend,
      profile: Self.profile(
        #"{"number":19,"from":"2024-01-01","functions":["unified-authority","online-filing"],\#(Self.grant),\#(stage)}"#
      ))
    // The form asks for the district, because nobody could tell otherwise.
    #expect(try await test.get("/reconsideration/new").text.contains("name=\"district\""))
    let (none, asked) = try await test.json("/api/reconsideration", Self.filing)
    #expect(none.status == 422 && asked["errors"]?.array?.count == 1, "\(none.text)")
    let (outside, problem) = try await test.json(
      "/api/reconsideration", Self.with(Self.filing, "district", "donghu"))
    #expect(outside.status == 422 && problem["type"] == "/problems/outside-pilot")
    #expect(outside.text.contains("不在试点范围"))
    let (inside, _) = try await test.json(
      "/api/reconsideration", Self.with(Self.filing, "district", "jiangbei"))
    #expect(inside.status == 201, "\(inside.text)")
  }

  @Test func dormancyIsHeldToItsDistrictsToo() async throws {
    let stage =
      #""stage":{"name":["试点","pilot"],"from":"2024-01-01","districts":["jiangbei"],"stopCriteria":[{"indicator":"dormancy.overdue","above":"5","label":["差","bad"]}]},"wide":true"#
    let test = try await TestCity(
      profile: Self.profile(
        #"{"number":15,"from":"2024-01-01","functions":["filing"],\#(Self.grant),\#(stage)}"#))
    #expect(try await test.get("/dormancy/new").text.contains("name=\"district\""))
    let (answer, body) = try await test.json(
      "/api/dormancy", ["code": "1", "district": "nowhere"])
    let pointers = (body["errors"]?.array ?? []).compactMap { $0["pointer"]?.string }
    #expect(
      answer.status == 422 && pointers.contains { $0.hasSuffix("district") }, "\(answer.text)")
    // A city that confines it to nothing does not ask.
    let open = try await TestCity()
    #expect(!(try await open.get("/dormancy/new").text.contains("name=\"district\"")))
  }

  @Test func anOfficialsAgencyIsPartOfTheScope() async throws {
    let stage =
      #""stage":{"name":["试点","pilot"],"from":"2024-01-01","agencies":["market"],"stopCriteria":[{"indicator":"reconsideration.resolved","below":"0.5","label":["差","bad"]}]},"wide":true"#
    let test = try await TestCity(
      profile: Self.profile(
        #"{"number":19,"from":"2024-01-01","functions":["online-filing"],\#(Self.grant),\#(stage)}"#
      ))
    let (answer, body) = try await test.json("/api/reconsideration", Self.filing)
    #expect(answer.status == 422 && body["type"] == "/problems/outside-pilot", "\(answer.text)")
  }
}
