import ArrivalFlow
import Commons
import Testing

private let a388 = AircraftType("A388", mass_kg: 575_000, span_cm: 7975)
private let b748 = AircraftType("B748", mass_kg: 447_700, span_cm: 6840)
private let a333 = AircraftType("A333", mass_kg: 233_000, span_cm: 6030)
private let b763 = AircraftType("B763", mass_kg: 186_880, span_cm: 4760)
private let b752 = AircraftType("B752", mass_kg: 115_680, span_cm: 3805)
private let a320 = AircraftType("A320", mass_kg: 78_000, span_cm: 3580)
private let crj2 = AircraftType("CRJ2", mass_kg: 24_040, span_cm: 2121)
private let pc12 = AircraftType("PC12", mass_kg: 4740, span_cm: 1628)

@Suite struct WakeTests {
  private static let day = CivilDate("2025-06-01")!

  @Test(arguments: [
    ("icao", "JHHHMMML"), ("ccar-93", "JHHHMMML"), ("recat-cn", "JBBCMMML"),
    ("recat-eu", "ABBCDDEF"),
  ])
  func categoriesFollowFromMassAndSpan(id: String, codes: String) throws {
    let scheme = try WakeScheme.named(id, on: WakeTests.day)
    let types = [a388, b748, a333, b763, b752, a320, crj2, pc12]
    #expect(types.map(scheme.category).joined() == codes)
    #expect(!scheme.citation.isVerified)
  }

  @Test(
    arguments: [
      ("icao", a388, a320, 12_964), ("icao", a333, a320, 9260), ("icao", a320, a320, nil),
      ("icao", a320, pc12, 9260), ("ccar-93", a388, a333, 11_100), ("ccar-93", a333, a333, 7400),
      // The Boeing 757 leads as a heavy one and follows as a medium one.
      ("ccar-93", b752, a320, 9300), ("ccar-93", a333, b752, 9300), ("ccar-93", a320, b752, nil),
      ("recat-cn", a333, a333, 5600), ("recat-cn", a333, b763, 7400),
      ("recat-cn", a333, a320, 9300),
      ("recat-cn", b763, a320, 6500), ("recat-cn", b752, a320, nil), ("recat-cn", a320, pc12, 9300),
      ("recat-eu", a388, pc12, 14_816), ("recat-eu", a320, pc12, 9260),
      ("recat-eu", a333, a320, 7408),
    ] as [(String, AircraftType, AircraftType, Int?)])
  func minimaAreThoseOfTheTables(
    id: String, leader: AircraftType, follower: AircraftType, metres: Int?
  ) throws {
    let scheme = try WakeScheme.named(id, on: WakeTests.day)
    #expect(scheme.approach_m(leader, follower) == metres)
  }

  @Test func schemesBeginOnTheirDay() throws {
    let early = try #require(CivilDate("2019-12-04"))
    #expect {
      try WakeScheme.named("recat-cn", on: early)
    } throws: { ($0 as? Problem)?.status == 422 && ($0 as? Problem)?.because.count == 1 }
    #expect {
      try WakeScheme.named("recat-xx", on: early)
    } throws: { ($0 as? Problem)?.status == 404 }
    for scheme in WakeScheme.all {
      for (leader, follower, metres) in scheme.approachTable {
        // Behind the same leader a lighter follower never needs less.
        let row = scheme.approachTable.filter { $0.leader == leader }.map(\.metres)
        #expect(row == row.sorted(), "\(scheme.id) \(leader) \(follower) \(metres)")
      }
    }
  }

  @Test func distanceBindsWhereItIsShortest() throws {
    let slow = ApproachProfile(knots: 120)
    let fast = ApproachProfile(knots: 150)
    func seconds(_ leader: ApproachProfile, _ follower: ApproachProfile) -> Double {
      ApproachSpacing.seconds(
        distance_m: 5556, final_m: 18_520, leader: leader, follower: follower)
    }
    #expect(abs(seconds(slow, slow) - 90) < 1e-9)
    #expect(abs(seconds(slow, fast) - 72) < 1e-9)
    // Ten miles at 120 knots, less seven at 150.
    #expect(abs(seconds(fast, slow) - (300 - 168)) < 1e-9)
    let staged = try ApproachProfile([
      ApproachProfile.Stage(within_m: 5556, speed: 60),
      ApproachProfile.Stage(within_m: .infinity, speed: 90),
    ])
    #expect(abs(staged.seconds(from: 5556 + 900) - (92.6 + 10)) < 1e-9)
    #expect(staged.landingSpeed == 60)
    // Against a fine search over the leader's place.
    let searched = stride(from: 0.0, through: 18_520 - 5556, by: 1).map {
      staged.seconds(from: $0 + 5556) - fast.seconds(from: $0)
    }.max()
    #expect(abs(seconds(fast, staged) - (searched ?? 0)) < 0.05)
    #expect(throws: Problem.self) { try ApproachProfile([]) }
  }
}
