import App
import Books
import Cities
import CityProfiles
import Commons
import Desk
import EvidenceLog
import Foundation
import HTTPValues
import MeasureKit
import ServiceRequests
import Storage
import Testing

/// What a running city refuses that it has not adopted, and with what it stamps what it does.
@Suite struct AdoptionCityTests {
  private static func profile(_ measures: String) throws -> CityProfile {
    var files = BundledCities.shifanFiles
    guard case .object(var members) = try JSONValue(parsing: files["city.json"]!) else {
      throw Problem.malformed(.same("city.json"))
    }
    members["measures"] = try JSONValue(parsing: Array(measures.utf8))
    files["city.json"] = JSONValue.object(members).canonicalBytes
    return try CityProfile(files: files)
  }

  private static func entry(_ more: String) -> String {
    #"[{"number":21,"from":"2024-01-01","functions":["intake","handling"],\#(more)}]"#
  }

  private static func request(_ city: RunningCity, district: String = "donghu") -> SubmitRequest {
    SubmitRequest(
      Intake(
        item: city.profile.items[0].id, title: "路灯", text: "滨河路路灯不亮。", channel: "web",
        district: district), rules: city.rules)
  }

  private static let filer = Actor.system(["requests.file"])

  private static func slug(_ body: () async throws -> Void) async -> String {
    do {
      try await body()
      return "done"
    } catch let problem as Problem { return problem.slug } catch { return "\(error)" }
  }

  @Test(arguments: Backend.all) func whatIsNotAdoptedIsRefusedWithAnExplanation(
    _ backend: Backend
  ) async throws {
    let test = try await TestCity(backend, profile: Self.profile("[]"))
    let page = try await test.get("/requests/new")
    #expect(
      page.status == 422 && page.text.contains("没有采用第21项") && page.text.contains("1447号") == false)
    #expect(page.text.contains("关于再次推广借鉴深圳"))
    let (answer, body) = try await test.json("/api/requests", ["text": "x"])
    #expect(answer.status == 422 && body["type"] == "/problems/not-adopted")
    #expect(try await test.get("/").status == 200)
    #expect(try await test.get("/measures/requests").text.contains("没有采用本举措"))
    // Not by the back door either.
    #expect(
      await Self.slug {
        _ = try await test.city.desk.submit(Self.request(test.city), by: Self.filer)
      } == "not-adopted")
    _ = try await test.signIn("citizen", [])
  }

  @Test(arguments: Backend.all) func aSunsetEndsIntakeAndLetsCasesBeFinished(
    _ backend: Backend
  ) async throws {
    let test = try await TestCity(
      backend,
      profile: Self.profile(
        Self.entry(
          #""authorisations":[{"document":"甲","issuer":"市","level":"city","from":"2024-01-01","sunset":"2026-03-03"}]"#
        )))
    let (number, token) = try await test.file()
    let terms = CommandDesk.Terms(idempotencyKey: "the-same")
    let first = try await test.city.desk.submit(Self.request(test.city), by: Self.filer, terms)
    test.time.set(Instant(rfc3339: "2026-03-02T23:59:59+08:00")!)
    _ = try await test.file()
    test.time.set(Instant(rfc3339: "2026-03-03T00:00:00+08:00")!)
    #expect(
      await Self.slug {
        _ = try await test.city.desk.submit(Self.request(test.city), by: Self.filer)
      } == "adoption-ended")
    let form = try await test.get("/requests/new")
    #expect(form.status == 422 && form.text.contains("2026-03-03"))
    #expect(try await test.get("/requests").status == 200)
    // Who asks again with the same key has the same answer.
    let again = try await test.city.desk.submit(Self.request(test.city), by: Self.filer, terms)
    #expect(again.isRepeat && again.row.key == first.row.key)
    // A case that was taken in goes on, under the document of its time.
    let (step, _) = try await test.json(
      "/api/requests/\(number)/steps", ["command": "withdraw", "token": .string(token)])
    #expect(step.status == 200, "\(step.text)")
    try await test.city.settle()
    let entries = try await test.get("/log/entries.jsonl?limit=100").text
      .split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    let requests = entries.filter { $0["kind"]?.string?.hasPrefix("requests.") ?? false }
    #expect(requests.count >= 4 && requests.allSatisfy { $0["authorisation"] == "甲" })
    #expect(try await test.get("/adoption").text.contains("授权届满"))
  }

  @Test(arguments: Backend.all) func anActBearsTheDocumentOfItsMeasureAndDay(
    _ backend: Backend
  ) async throws {
    let test = try await TestCity(
      backend,
      profile: Self.profile(
        Self.entry(
          #""authorisations":[{"document":"甲","issuer":"市","level":"city","from":"2024-01-01","to":"2026-03-03"},"#
            + #"{"document":"乙","issuer":"市","level":"city","from":"2026-03-03"}]"#)))
    let (_, before) = try await test.json("/api/requests", Self.body(test))
    test.time.set(Instant(rfc3339: "2026-03-03T00:00:00+08:00")!)
    let (_, after) = try await test.json("/api/requests", Self.body(test))
    _ = try await test.signIn("citizen", [])
    #expect(before["entry"]?.string?.contains(#""authorisation":"甲""#) ?? false)
    #expect(after["entry"]?.string?.contains(#""authorisation":"乙""#) ?? false)
    try await test.city.settle()
    let log = try await test.get("/log/entries.jsonl?limit=100").text.split(separator: "\n")
    // The acknowledgement is what stands in the log; opening an account is no measure's act.
    #expect(log.contains { String($0) == before["entry"]?.string })
    #expect(log.contains { String($0) == after["entry"]?.string })
    let account = try #require(log.first { $0.contains(#""kind":"accounts.open""#) })
    #expect(account.contains(#""authorisation":"""#))
  }

  private static func body(_ test: TestCity) -> JSONValue {
    [
      "item": .string(test.city.profile.items[0].id), "text": "滨河路路灯不亮，已有两天。",
      "district": "donghu",
    ]
  }

  @Test func aDistrictOutsideThePilotIsRefused() async throws {
    let stage =
      #""stage":{"name":["试点","pilot"],"from":"2024-01-01","districts":["jiangbei"]},"wide":true,"#
    let criteria = stage.replacing(
      #"["jiangbei"]}"#,
      with:
        #"["jiangbei"],"stopCriteria":[{"indicator":"requests.on-time","below":"0.5","label":["差","bad"]}]}"#
    )
    let test = try await TestCity(
      profile: Self.profile(Self.entry(criteria + #""authorisation":"甲","issuer":"市""#)))
    #expect(
      await Self.slug {
        _ = try await test.city.desk.submit(Self.request(test.city), by: Self.filer)
      } == "outside-pilot")
    _ = try await test.city.desk.submit(
      Self.request(test.city, district: "jiangbei"), by: Self.filer)
  }

  @Test func theReportTellsEveryMeasure() async throws {
    let test = try await TestCity()
    _ = try await test.file()
    try await test.city.settle()
    let answer = try await test.get("/api/adoption")
    let report = try JSONValue(parsing: answer.body)
    let measures = report["measures"]?.array ?? []
    #expect(measures.compactMap { $0["number"]?.integer } == Array(1...22))
    #expect(measures.allSatisfy { !($0["functions"]?.array ?? []).isEmpty })
    let own = measures[20]
    #expect(own["state"] == "open" && own["stop_criteria"]?.array?.count == 2)
    #expect(own["indicators"]?.array?.first?["value"] == 1)
    #expect(own["indicators"]?.array?.first?["published"]?.array?.count == 1)
    #expect(report["log"]?["size"]?.integer ?? 0 >= 1)
    let page = try await test.get("/adoption")
    for card in AllMeasures.cards { #expect(page.text.contains(card.name.zh), "\(card.number)") }
    let earlier = try await test.get("/adoption/9?on=2023-11-01&place=370100")
    #expect(earlier.text.contains("本地不可"))
    let later = try await test.get("/adoption/9?on=2026-01-01&place=370100")
    #expect(!later.text.contains("本地不可") && later.text.contains("未核对"))
    #expect(try await test.get("/adoption/9?on=x&place=1").status == 422)
    #expect(try await test.get("/adoption/23").status == 404)
  }
}

/// A measure's configuration as a signed package.
@Suite struct CityPackageTests {
  private func made(_ test: TestCity) throws -> [UInt8] {
    try CityPackage.make([21], of: test.city, at: test.time.now)
  }

  private let day = CivilDate("2026-03-02")!

  @Test func aPackageIsReadAsItWasMade() async throws {
    let test = try await TestCity()
    let bytes = try made(test)
    let package = try CityPackage(bytes)
    #expect(package.key == test.city.signer.verifier)
    #expect(package.measures.count == 1 && package.catalogue != nil)
    let part = package.measures[0]
    #expect(part["parameters"]?.array?.count == 10 && part["figures"]?.array?.count == 3)
    // Nothing of the store and no key is in it.
    let text = String(decoding: bytes, as: UTF8.self)
    for secret in try test.folder.keys.read().json.object!.values.compactMap(\.string) {
      #expect(!text.contains(secret))
    }
    #expect(try made(test) == bytes)
  }

  /// No byte of a package can be changed, nor one added or taken away.
  @Test func everyChangedByteIsRefused() async throws {
    let test = try await TestCity()
    let bytes = try CityPackage.make([21], of: test.city, at: test.time.now)
    var random = SeededRandom(seed: 7)
    // Every byte of the head of the archive and of its end, and a thousand places anywhere.
    let places =
      Array(0..<1024) + Array(bytes.count - 1024..<bytes.count)
      + (0..<1000).map { _ in random.below(bytes.count) }
    var accepted: [Int] = []
    for place in places {
      var changed = bytes
      changed[place] ^= UInt8(1 + random.below(255))
      if (try? CityPackage(changed)) != nil { accepted.append(place) }
    }
    #expect(accepted.isEmpty, "\(accepted.count) of \(places.count): \(accepted.prefix(5))")
    #expect(throws: Problem.self) { try CityPackage(bytes + [0]) }
    #expect(throws: Problem.self) { try CityPackage(Array(bytes.dropLast())) }
    #expect(throws: Problem.self) { try CityPackage([]) }
    #expect(throws: Problem.self) { try CityPackage(bytes + bytes) }
  }

  /// A city folder with its own profile, in which something of measure 21 differs.
  private func other(_ test: TestCity, adopted: Bool) throws -> DataFolder {
    let folder = DataFolder(test.folder.path + "/other-\(adopted)")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/city", withIntermediateDirectories: true)
    var files = BundledCities.shifanFiles
    let text = String(decoding: files["city.json"]!, as: UTF8.self)
      .replacing("\"value\": \"5wd\", \"law\"", with: "\"value\": \"7wd\", \"law\"")
      .replacing("990000", with: "430100").replacing("示范市政府令第1号（演示）", with: "他市令")
    var json = try JSONValue(parsing: Array(text.utf8)).object!
    if !adopted { json["measures"] = [] }
    files["city.json"] = JSONValue.object(json).canonicalBytes
    for (name, bytes) in files {
      try Data(bytes).write(to: URL(fileURLWithPath: folder.path + "/city/" + name))
    }
    return folder
  }

  @Test func anImportTakesValuesOverAndNeverAnAuthorisation() async throws {
    let test = try await TestCity()
    let package = try CityPackage(try made(test))
    let folder = try other(test, adopted: true)
    let change = try CityPackageImport(package, into: folder, on: day)
    #expect(change.changes.map(\.pointer) == ["/parameters/17/series/0/value"])
    #expect(change.changes.first?.before == "7wd" && change.changes.first?.after == "5wd")
    #expect(change.hasSameRules && change.answers.allSatisfy { $0.verdict == .allowed })
    let before = try RunningCity.profile(folder)
    #expect(before.parameter("requests.handle", on: day)?.value == "7wd")
    try change.apply(to: folder)
    let after = try RunningCity.profile(folder)
    #expect(after.parameter("requests.handle", on: day)?.value == "5wd")
    #expect(after.measures[0].authorisations.map(\.document) == ["他市令"])
    #expect(after.code == "430100")
    #expect(try CityPackageImport(package, into: folder, on: day).changes.isEmpty)
    // What was worked out for another state of the file is not put in place.
    #expect(throws: Problem.self) { try change.apply(to: folder) }
  }

  @Test func aCityWithoutARecordOfItsOwnIsToldWhatItNeeds() async throws {
    let test = try await TestCity()
    let package = try CityPackage(try made(test))
    let folder = try other(test, adopted: false)
    let refusal = #expect(throws: Problem.self) {
      try CityPackageImport(package, into: folder, on: day)
    }
    #expect(refusal?.slug == "import-refused" && refusal?.fields.count == 3)
    #expect(refusal?.fields.first?.message.en.contains("the city's decision") ?? false)
    let record: JSONValue = [
      "21": [
        "from": "2026-03-01",
        "authorisations": [
          ["document": "己", "issuer": "本市", "level": "city", "from": "2026-03-01"]
        ],
      ]
    ]
    try CityPackageImport(package, into: folder, records: record, on: day).apply(to: folder)
    let city = try RunningCity.profile(folder)
    #expect(city.measures.map(\.number) == [21])
    #expect(city.measures[0].authorisations.map(\.document) == ["己"])
    #expect(city.measures[0].functions == ["intake", "catalogue", "handling"])
    // A record that has ended does not carry an import.
    let ended: JSONValue = [
      "21": [
        "from": "2025-03-01",
        "authorisations": [
          [
            "document": "己", "issuer": "本市", "level": "city", "from": "2025-03-01",
            "to": "2026-01-01",
          ]
        ],
      ]
    ]
    #expect(throws: Problem.self) {
      try CityPackageImport(package, into: folder, records: ended, on: day)
    }
  }

  @Test func aFolderWithoutDataOfItsOwnGetsItWhole() async throws {
    let test = try await TestCity()
    let package = try CityPackage(try made(test))
    let folder = DataFolder(test.folder.path + "/empty")
    try CityPackageImport(package, into: folder, on: day).apply(to: folder)
    #expect(try RunningCity.profile(folder).items.count == test.city.profile.items.count)
  }
}
