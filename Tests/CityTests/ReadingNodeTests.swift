import App
import CityProfiles
import Commons
import Desk
import HTTPValues
import ServiceRequests
import Testing

/// A node that only reads: it answers what is public as a writing one does, and sends the rest on.
@Suite struct ReadingNodeTests {
  private func file(_ test: TestCity, _ title: String) async throws {
    let intake = Intake(
      item: test.city.profile.items[0].id, title: title, text: "不亮", channel: "web",
      district: "donghu", email: "x@example.cn")
    _ = try await test.city.desk.submit(
      SubmitRequest(intake, rules: test.city.rules), by: .system(["requests.file"]))
    try await test.city.sequencer.drain()
  }

  private func request(
    _ method: HTTPValues.Method, _ target: String, _ headers: [(String, String)] = []
  ) throws -> Request {
    try Request(
      method: method, target: target,
      headers: Headers([("host", "city.test"), ("accept", "application/json")] + headers),
      body: [], remoteAddress: "192.0.2.1", requestID: "test")
  }

  @Test(arguments: Backend.all)
  func whatIsPublicIsAnsweredAndTheRestIsSentOn(_ backend: Backend) async throws {
    let test = try await TestCity(backend)
    try await file(test, "路灯")
    var options = RunningCity.Options()
    options.isReadOnly = true
    options.time = test.time
    let reader = try await RunningCity(test.folder, options)
    defer { reader.close() }
    try await reader.sequencer.load()
    let front = Front(reader)
    for path in ["/", "/requests", "/requests/figures", "/requests/new", "/log"] {
      let answer = await front.respond(try request(.get, path))
      #expect(answer.status == 200, "\(path): \(answer.text)")
    }
    let same = ["/api/requests/figures", "/log/checkpoint", "/open311/v2/requests.json"]
    for title in ["井盖", "护栏"] {
      for path in same {
        let (own, other) = (try await test.get(path), await front.respond(try request(.get, path)))
        #expect(other.status == 200 && own.text == other.text, "\(path)")
      }
      try await file(test, title)
      try await reader.sequencer.follow()
    }
    for (method, path, headers) in [
      (.post, "/requests/new", []), (.post, "/sign-in", []),
      (.post, "/open311/v2/requests.json", []),
      (.get, "/requests", [("cookie", "session=x")]),
      (.get, "/api/requests/figures", [("authorization", "Bearer x")]),
    ] as [(HTTPValues.Method, String, [(String, String)])] {
      let answer = await front.respond(try request(method, path, headers))
      #expect(
        answer.status == 503 && answer.text.contains("only-reading"), "\(path): \(answer.text)")
    }
  }
}
