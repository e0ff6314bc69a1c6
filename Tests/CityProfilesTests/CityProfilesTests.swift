import Cities
import CityProfiles
import Commons
import Testing

@Suite struct CityProfilesTests {
  @Test func theDemonstrationCityIsWhole() throws {
    let city = try BundledCities.shifan()
    #expect(city.categories.count == 18 && city.channels.count == 18)
    #expect(city.items.count >= 400 && city.agencies.count >= 30 && city.districts.count == 6)
    for item in city.items {
      for district in city.districts {
        #expect(city.agencies.contains(city.responsible(item, district: district.id)))
      }
    }
    let streetLight = city.suggestItems(for: "我家楼下的路灯坏了半个月没人修").first
    #expect(streetLight?.item.name.zh.hasPrefix("路灯") ?? false)
    let wages = city.suggestItems(for: "老板拖欠我三个月工资不给").first
    #expect(wages?.item.name.zh.hasPrefix("拖欠工资") ?? false)
    #expect(city.district(latitude: 22.62, longitude: 114.02)?.id == "jiangbei")
    let step = city.parameter("requests.handle", on: CivilDate("2026-03-02")!)
    #expect(step?.value == "5wd")
    #expect(city.parameter("requests.handle", on: CivilDate("2000-01-01")!) == nil)
  }

  @Test(arguments: [
    ("{", "city.json"), ("{}", "/code"),
    (#"{"code":"1","slug":"x","name":["一"]}"#, "/name"),
  ])
  func faultsNameTheirPlace(city: String, place: String) {
    do {
      _ = try CityProfile(files: [
        "city.json": Array(city.utf8), "catalogue.json": Array("{}".utf8),
      ])
      Issue.record("accepted")
    } catch let problem as Problem {
      #expect(problem.detail.en.contains(place), "\(problem.detail.en)")
    } catch { Issue.record("\(error)") }
  }
}
