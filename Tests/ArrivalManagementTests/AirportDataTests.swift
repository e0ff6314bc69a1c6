import ArrivalFlow
import Cities
import CityProfiles
import Commons
import LegalTime
import Testing

@testable import ArrivalManagement

@Suite struct AirportDataTests {
  @Test func theCitysAirportsAreRead() throws {
    let book = try ArrivalBench.rules().book
    #expect(book.airports.map(\.id) == ["shenzhen-2", "shenzhen-3", "oslo", "dublin"])
    for airport in book.airports {
      #expect(!airport.unverified.isEmpty && airport.configurations.count == 3)
      #expect(airport.merges.allSatisfy { $0.arcs.count == 2 })
      // No word of the data stands in one language only.
      for line in airport.unverified + airport.assumptions + airport.configurations.map(\.name) {
        #expect(line.zh != line.en && line.zh.contains { $0 >= "\u{4E00}" })
      }
    }
    // Courses from the coordinates of both ends.
    let courses = book.airports.map { ($0.merge.threshold.name, $0.merge.threshold.course_deg) }
    for (name, course) in courses {
      let number = Double(Int(name.prefix(2))! * 10)
      #expect(abs(course - number) < 12, "\(name): \(course)")
    }
  }

  @Test func shenzhenBecomes65And160() throws {
    let study = try ArrivalBench.rules().book.airports[0].scenario.study
    #expect(abs(study.predictedAfter - 65) < 1)
    #expect(study.slotsPerDay == 160)
  }

  @Test(arguments: [
    "icao", "runways", "scenario", "point_merge", "name", "configurations", "slot_limits",
  ])
  func aMissingMemberIsNamed(member: String) throws {
    let data = try #require(try BundledCities.shifan().airports)
    var members = try #require(data["airports"]?.array?.first?.object)
    members[member] = nil
    var all = data.object ?? [:]
    all["airports"] = .array([.object(members)])
    #expect(throws: Problem.self) { try AirportBook(.object(all)) }
  }

  @Test func aCityWithoutAirportsIsTold() throws {
    var files = BundledCities.shifanFiles
    files["airports.json"] = nil
    let profile = try CityProfile(files: files)
    #expect(throws: Problem.self) { try ArrivalRules(profile, calendar: .stateCouncil) }
  }

  @Test(arguments: [
    #"{"id": "x", "name": ["甲", "x"], "relation": "independent", "runways": [{"name": "34R", "use": "arrivals"}]}"#,
    #"{"id": "x", "name": ["甲", "x"], "relation": "independent", "runways": [{"name": "99", "use": "arrivals"}]}"#,
    #"{"id": "x", "name": ["甲", "x"], "relation": "independent", "runways": [{"name": "34R", "use": "departures"}]}"#,
    #"{"id": "x", "name": ["甲", "x"], "relation": "near", "runways": [{"name": "33", "use": "arrivals"}]}"#,
    #"{"id": "x", "name": ["甲"], "relation": "independent", "runways": [{"name": "33", "use": "arrivals"}]}"#,
  ])
  func runwaysThatCannotBeUsedSoAreTold(text: String) throws {
    let data = try #require(try BundledCities.shifan().airports)
    var members = try #require(data["airports"]?.array?.first?.object)
    members["configurations"] = .array([try JSONValue(parsing: Array(text.utf8))])
    var all = data.object ?? [:]
    all["airports"] = .array([.object(members)])
    let problem = #expect(throws: Problem.self) { try AirportBook(.object(all)) }
    #expect(problem?.fields.first?.pointer.contains("/configurations/0") == true)
  }
}
