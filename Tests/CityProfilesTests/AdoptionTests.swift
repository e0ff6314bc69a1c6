import Cities
import Commons
import Rulebook
import Testing

@testable import CityProfiles

private let today = CivilDate("2026-03-02")!
private let notice = CivilDate("2023-10-27")!

/// The demonstration city with other measures.
private func profile(_ measures: String, code: String = "990000") throws -> CityProfile {
  var files = BundledCities.shifanFiles
  guard case .object(var members) = try JSONValue(parsing: files["city.json"]!) else {
    throw Problem.malformed(.same("city.json"))
  }
  members["measures"] = try JSONValue(parsing: Array(measures.utf8))
  members["code"] = .string(code)
  files["city.json"] = JSONValue.object(members).canonicalBytes
  return try CityProfile(files: files)
}

/// What is wrong with a profile: place and words.
private func faults(_ measures: String, code: String = "990000") -> [String] {
  do {
    _ = try profile(measures, code: code)
    return []
  } catch let problem as Problem {
    #expect(problem.status == 422)
    return problem.fields.map { "\($0.pointer): \($0.message.en)" }
  } catch { return ["\(error)"] }
}

private func slug(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "allowed"
  } catch let problem as Problem {
    return problem.slug
  } catch { return "\(error)" }
}

private func authorised(
  _ level: String, from: String = "2024-01-01", _ more: String = ""
) -> String {
  #""authorisations":[{"document":"甲","issuer":"乙","level":"\#(level)","from":"\#(from)"\#(more)}]"#
}

private let care =
  #""guidance":{"document":"指导","issuer":"部门","from":"2024-01-01"},"riskPlan":{"document":"方案","issuer":"市","from":"2024-01-01"}"#
private let stage =
  #""stage":{"name":["试点","pilot"],"from":"2024-01-01","districts":["jiangbei"],"limits":[{"name":"persons","label":["人数","persons"],"atMost":100}],"stopCriteria":[{"indicator":"x.y","below":"0.5","label":["差","bad"]}],"next":{"name":["全市","whole city"],"from":"2027-01-01"}}"#

@Suite struct AdoptionGateTests {
  private let gate: AdoptionGate

  init() throws { gate = try AdoptionGate() }

  private func ask(
    _ measure: Int, _ function: String, _ place: String, _ day: CivilDate = notice,
    _ change: (inout AdoptionGate.Record) -> Void = { $0.levels = ["city"] }
  ) throws -> AdoptionGate.Answer {
    var record = AdoptionGate.Record()
    change(&record)
    return try gate.answer(measure, function, in: place, on: day, record)
  }

  @Test func cashPoolsByPlaceAndDate() throws {
    let guided: (inout AdoptionGate.Record) -> Void = {
      ($0.levels, $0.hasGuidance, $0.hasRiskPlan) = (["city"], true, true)
    }
    let function = "cross-border-collection"
    for place in ["110000", "310000", "330100", "440300", "610100", "370200", "330200"] {
      #expect(try ask(9, function, place, notice, guided).verdict == .allowed, "\(place)")
      #expect(try ask(9, function, place).verdict == .needsGuidance, "\(place)")
    }
    for place in ["370100", "210200", "990000"] {
      #expect(try ask(9, function, place, notice, guided).verdict == .notInThisPlace, "\(place)")
      let later = try ask(9, function, place, today, guided)
      #expect(later.verdict == .allowed)
      #expect(later.findings[0].isUnverified)
    }
    let elsewhere = try ask(9, function, "370100")
    #expect(elsewhere.because.count == 1 && elsewhere.findings[0].territory == "370100")
  }

  @Test func personalBankruptcyNeedsLawOrAZonesRegulation() throws {
    let needs = { (place: String, level: String) in
      try ask(14, "personal-bankruptcy", place, today) {
        ($0.levels, $0.hasGuidance, $0.hasRiskPlan) = ([level], true, true)
      }
    }
    #expect(try needs("440300", "zone-regulation").verdict == .allowed)
    #expect(try needs("430100", "zone-regulation").verdict == .needsAuthorisation)
    #expect(try needs("430100", "npc").verdict == .allowed)
    for level in ["city", "province", "department", "state-council"] {
      #expect(try needs("440300", level).verdict == .needsAuthorisation, "\(level)")
    }
    let articles = try needs("430100", "city").because.map(\.phrase.en)
    for article in ["art. 11, item 8", "art. 16(1)", "art. 84(1)", "art. 101(2)"] {
      #expect(articles.contains { $0.contains(article) }, "\(article) in \(articles)")
    }
  }

  /// A zone's regulation is none elsewhere, and does not stand in the way of what is sufficient.
  @Test func oneSufficientRecordWillDo() throws {
    for levels in [["zone-regulation", "department"], ["department", "zone-regulation"]] {
      #expect(try ask(10, "fund-names", "430100", today) { $0.levels = levels }.verdict == .allowed)
    }
    #expect(
      try ask(10, "fund-names", "430100", today) { $0.levels = ["zone-regulation", "city"] }.verdict
        == .needsAuthorisation)
  }

  @Test func feeReliefNeedsLawAndGuidesDoNot() throws {
    #expect(try ask(18, "fee-relief", "430100", today).verdict == .needsAuthorisation)
    #expect(try ask(18, "guides", "430100", today).verdict == .allowed)
  }

  @Test func scopeIsQualifyingUntilLawSaysOtherwise() throws {
    #expect(try ask(19, "online-filing", "430100", notice).verdict == .pilotScopeOnly)
    #expect(try ask(19, "online-filing", "430100", today).verdict == .allowed)
    #expect(
      try ask(12, "plan", "430100", today) {
        ($0.levels, $0.hasGuidance, $0.hasRiskPlan) = (["city"], true, true)
      }.verdict == .pilotScopeOnly)
    #expect(
      try ask(21, "intake", "430100", today) { ($0.levels, $0.isWide) = (["city"], true) }.verdict
        == .pilotScopeOnly)
  }

  /// What the path names is enough: with all of it on record the gate opens, and without any one part
  /// it does not.
  @Test func thePathNamesAllThatIsNeeded() throws {
    for function in MeasureFunction.all {
      for day in [notice, today] {
        let path = try gate.path(function.measure, function.code, in: "430100", on: day)
        guard path.needed != nil else {
          #expect(function.measure == 9 && day == notice)
          continue
        }
        let level = function.departure == nil ? "city" : "npc"
        let full = try ask(function.measure, function.code, "430100", day) {
          ($0.levels, $0.hasGuidance, $0.hasRiskPlan) = ([level], true, true)
        }
        #expect(full.verdict.isOpen, "\(function.code)")
        #expect(path.first.verdict == .needsAuthorisation && !path.because.isEmpty)
      }
    }
  }
}

@Suite struct AdoptionProfileTests {
  @Test func theShortFormStillLoads() throws {
    let city = try profile(
      #"[{"number":21,"from":"2024-01-01","authorisation":"令","issuer":"市"}]"#)
    let adoptions = try Adoptions(city)
    #expect(city.measures[0].functions == ["intake", "catalogue", "handling", "campaigns"])
    #expect(adoptions.stamp(21, on: today) == "令")
    #expect(adoptions.stamp(21, on: CivilDate("2023-12-31")!) == nil)
    #expect(slug { try adoptions.require(21, function: "intake", on: today) } == "allowed")
    #expect(
      slug { try adoptions.require(19, function: "online-filing", on: today) } == "not-adopted")
    // What departs from law is never on by itself.
    #expect(
      try profile(#"[{"number":18,"from":"2024-01-01","authorisation":"令","issuer":"市"}]"#)
        .measures[0].functions == ["guides", "restoration-fund"])
  }

  @Test func aProfileThatTheGateDoesNotAllowIsRefusedWithEveryFault() {
    let found = faults(
      "["
        + [
          #"{"number":14,"from":"2024-01-01","functions":["personal-bankruptcy","one-window"],"#
            + authorised("city") + "}",
          #"{"number":12,"from":"2024-01-01","functions":["plan"],"# + authorised("city") + ","
            + care + "}",
          #"{"number":9,"from":"2024-02-01","functions":["willing-purchase"],"# + authorised("city")
            + "," + care + "}",
        ].joined(separator: ",") + "]")
    #expect(found.count == 5, "\(found)")
    for (place, word) in [
      ("/measures/0/functions personal-bankruptcy", "art. 101(2)"),
      ("/measures/0/functions one-window", "risk plan"),
      ("/measures/1/stage", "districts, agencies or limits"),
      ("/measures/1/stage/stopCriteria", "when it is to be stopped"),
      ("/measures/2/functions willing-purchase", "not in this place"),
    ] {
      #expect(found.contains { $0.contains(place) && $0.contains(word) }, "\(place) in \(found)")
    }
  }

  @Test func whatIsAllowedLoads() {
    #expect(
      faults(
        "["
          + [
            #"{"number":14,"from":"2024-01-01","functions":["personal-bankruptcy"],"#
              + authorised("zone-regulation") + "," + care + "}",
            #"{"number":12,"from":"2024-01-01","functions":["plan"],"# + authorised("city") + ","
              + care + "," + stage + "}",
            #"{"number":9,"from":"2024-02-01","functions":["willing-purchase"],"#
              + authorised("city") + "," + care + "}",
          ].joined(separator: ",") + "]", code: "440300") == [])
  }

  @Test(arguments: [
    (#"{"number":23,"from":"2024-01-01","authorisation":"a","issuer":"b"}"#, "/measures/0/number"),
    (#"{"number":21,"from":"2024-13-01","authorisation":"a","issuer":"b"}"#, "/measures/0/from"),
    (
      #"{"number":21,"from":"2024-01-01","authorisation":"","issuer":"b"}"#,
      "/measures/0/authorisation"
    ),
    (
      #"{"number":21,"from":"2024-01-01","authorization":"a","issuer":"b"}"#,
      "/measures/0/authorization"
    ),
    (
      #"{"number":21,"from":"2024-01-01","functions":["x"],"authorisation":"a","issuer":"b"}"#,
      "/measures/0/functions/0"
    ),
    (
      #"{"number":21,"from":"2024-01-01","functions":[],"authorisation":"a","issuer":"b"}"#,
      "/measures/0/functions"
    ),
    (#"{"number":21,"from":"2024-01-01","authorisations":[]}"#, "/measures/0/authorisations"),
    (
      #"{"number":21,"from":"2024-01-01","# + authorised("king") + "}",
      "/measures/0/authorisations/0/level"
    ),
    (
      #"{"number":21,"from":"2024-01-01","# + authorised("city", #","to":"2023-01-01""#) + "}",
      "/measures/0/authorisations/0/to"
    ),
    (
      #"{"number":21,"from":"2024-01-01","# + authorised("city", #","sunset":"soon""#) + "}",
      "/measures/0/authorisations/0/sunset"
    ),
    (
      #"{"number":21,"from":"2024-01-01","authorisation":"a","issuer":"b","stage":{"name":["a","b"],"from":"2024-01-01","districts":["nowhere"]}}"#,
      "/measures/0/stage/districts/0"
    ),
    (
      #"{"number":21,"from":"2024-01-01","authorisation":"a","issuer":"b","stage":{"name":["a","b"],"from":"2023-01-01"}}"#,
      "/measures/0/stage/from"
    ),
    (
      #"{"number":21,"from":"2024-01-01","authorisation":"a","issuer":"b","stage":{"name":["a","b"],"from":"2024-01-01","stopCriteria":[{"indicator":"x","label":["a","b"],"below":0.5}]}}"#,
      "/measures/0/stage/stopCriteria/0"
    ),
    ("7", "/measures/0"),
  ])
  func faultsNameTheirPlace(entry: String, place: String) {
    let found = faults("[\(entry)]")
    #expect(found.contains { $0.hasPrefix("city.json \(place):") }, "\(place) in \(found)")
  }

  /// A function may come later than its measure, under a document of its own; until then it is refused.
  @Test func aFunctionBeginsWithItsDocument() throws {
    let adoptions = try Adoptions(
      profile(
        #"[{"number":14,"from":"2024-01-01","functions":["one-window","personal-bankruptcy"],"authorisations":["#
          + #"{"document":"甲","issuer":"市","level":"city","from":"2024-01-01"},"#
          + #"{"document":"乙","issuer":"人大","level":"zone-regulation","from":"2025-01-01","functions":["personal-bankruptcy"]}],"#
          + care + "}]", code: "440300"))
    let (before, after) = (CivilDate("2024-12-31")!, CivilDate("2025-01-01")!)
    for (function, day, expected) in [
      ("one-window", before, "allowed"), ("one-window", after, "allowed"),
      ("personal-bankruptcy", before, "adoption-refused"),
      ("personal-bankruptcy", after, "allowed"),
    ] {
      #expect(slug { try adoptions.require(14, function: function, on: day) } == expected)
    }
    #expect(adoptions.stamp(14, on: before) == "甲" && adoptions.stamp(14, on: after) == "甲；乙")
  }

  @Test func aMeasureOfDeparturesMustNameItsFunctions() {
    let found = faults(#"[{"number":10,"from":"2024-01-01","authorisation":"甲","issuer":"乙"}]"#)
    #expect(found.count == 1 && found[0].contains("/measures/0/functions: All functions"))
  }

  @Test func twoEntriesForOneMeasureAreRefused() {
    let entry = #"{"number":21,"from":"2024-01-01","authorisation":"a","issuer":"b"}"#
    #expect(faults("[\(entry),\(entry)]").contains { $0.contains("/measures/1/number") })
  }
}

@Suite struct AdoptionsTests {
  private func adoptions(_ entry: String, code: String = "990000") throws -> Adoptions {
    try Adoptions(profile("[\(entry)]", code: code))
  }

  private func day(_ text: String) -> CivilDate { CivilDate(text)! }

  @Test func aSunsetEndsWhatIsNewAndNotWhatIsUnderWay() throws {
    let adoptions = try adoptions(
      #"{"number":21,"from":"2024-01-01","functions":["intake"],"#
        + authorised("city", #","to":"2027-01-01","sunset":"2026-07-01""#) + "}")
    for (date, expected) in [
      ("2023-12-31", "not-adopted"), ("2024-01-01", "allowed"), ("2026-06-30", "allowed"),
      ("2026-07-01", "adoption-ended"), ("2030-01-01", "adoption-ended"),
    ] {
      #expect(
        slug { try adoptions.require(21, function: "intake", on: day(date)) } == expected, "\(date)"
      )
    }
    #expect(slug { try adoptions.require(21, on: day("2026-07-01")) } == "allowed")
    let terms = adoptions.terms(21)
    #expect(terms.map(\.from) == [day("2024-01-01"), day("2026-07-01")])
    #expect(terms.map(\.authorisation) == ["甲", "甲"])
    #expect(terms[0].refusal == nil && terms[1].refusal?.slug == "adoption-ended")
  }

  @Test func aRenewedAuthorisationChangesTheStamp() throws {
    let adoptions = try adoptions(
      #"{"number":21,"from":"2024-01-01","functions":["intake"],"authorisations":["#
        + #"{"document":"甲","issuer":"市","level":"city","from":"2024-01-01","to":"2025-01-01"},"#
        + #"{"document":"乙","issuer":"市","level":"city","from":"2025-01-01"}]}"#)
    #expect(adoptions.stamp(21, on: day("2024-12-31")) == "甲")
    #expect(adoptions.stamp(21, on: day("2025-01-01")) == "乙")
    #expect(slug { try adoptions.require(21, function: "intake", on: today) } == "allowed")
  }

  @Test func aFunctionThatIsOffAndAPlaceOutsideThePilotAreRefused() throws {
    let adoptions = try adoptions(
      #"{"number":12,"from":"2024-01-01","functions":["plan"],"# + authorised("city") + "," + care
        + "," + stage + "}")
    func ask(_ function: String, _ place: Adoptions.Place) -> String {
      slug { try adoptions.require(12, function: function, on: today, at: place) }
    }
    #expect(ask("plan", .init()) == "allowed")
    #expect(ask("plan", .init(district: "jiangbei", amounts: ["persons": 100])) == "allowed")
    #expect(ask("plan", .init(district: "donghu")) == "outside-pilot")
    #expect(ask("plan", .init(amounts: ["persons": 101])) == "outside-pilot")
    #expect(ask("trials", .init()) == "function-off")
  }

  /// A refusal says what was asked, under which article, and what would be needed.
  @Test func refusalsExplainThemselves() throws {
    let adoptions = try adoptions(
      #"{"number":21,"from":"2024-01-01","functions":["intake"],"# + authorised("city") + "}")
    for (measure, function) in [(21, "campaigns"), (14, "personal-bankruptcy")] {
      let problem = #expect(throws: Problem.self) {
        try adoptions.require(measure, function: function, on: today)
      }
      #expect(!(problem?.because.isEmpty ?? true) && problem?.status == 422)
    }
  }

  /// A function that the law opened later by itself stays what the record makes it.
  @Test func theGateIsAskedAgainWhenTheLawChanges() throws {
    let adoptions = try adoptions(
      #"{"number":19,"from":"2023-11-01","functions":["online-filing"],"#
        + authorised("city", from: "2023-11-01") + ","
        + stage.replacing("2024-01-01", with: "2023-11-01")
        + "}")
    #expect(
      adoptions.answer(19, "online-filing", on: day("2023-12-31"))?.verdict == .pilotScopeOnly)
    #expect(adoptions.answer(19, "online-filing", on: day("2024-01-01"))?.verdict == .allowed)
  }
}
