import Commons
import Testing

@testable import ArrivalFlow

/// An hour of traffic for two airlines, in seconds.
struct Hour {
  var aircraft: [SequencedArrival] = []
  var separations: [Int] = []

  init(_ count: Int, seed: UInt64, within: Int = 3600) {
    var random = SeededRandom(seed: seed)
    let heavy = (0..<count).map { _ in random.chance(0.2) }
    for index in 0..<count {
      let target = 1200 + random.below(within)
      aircraft.append(
        SequencedArrival(
          callsign: "T\(index)", airline: index.isMultiple(of: 3) ? "AA" : "BB",
          arrival: Arrival(
            earliest: target - 120, target: target, latest: target + 3600,
            penalty: Arrival.Penalty(early: 1, late: heavy[index] ? 3 : 1)),
          planned: nil))
    }
    separations = (0..<count * count).map {
      let (leader, follower) = (heavy[$0 / count], heavy[$0 % count])
      return leader ? (follower ? 80 : 110) : 70
    }
  }

  /// The same aircraft with the times of a sequence.
  func planned(_ sequence: Resequencing) -> [SequencedArrival] {
    var planned = aircraft
    for landing in sequence.schedule.landings {
      let old = aircraft[landing.aircraft]
      planned[landing.aircraft] = SequencedArrival(
        callsign: old.callsign, airline: old.airline, arrival: old.arrival, planned: landing)
    }
    return planned
  }
}

@Suite struct ResequencingTests {
  @Test func theFrozenStayAndTheOthersMoveLittle() throws {
    for seed in 0..<6 as Range<UInt64> {
      let hour = Hour(40, seed: seed)
      let runways = 1 + Int(seed % 2)
      let options = Resequencing.Options(freeze: 600, shift: 3, stability: 1)
      let first = try Resequencing(
        hour.aircraft, separations: hour.separations, runways: runways, now: 0, options)
      #expect(first.frozen == 0)
      #expect(first.shifts.allSatisfy { abs($0) <= 3 })
      let planned = hour.planned(first)
      let next = try Resequencing(
        planned, separations: hour.separations, runways: runways, now: 2000, options)
      #expect(next.frozen > 0)
      for landing in next.schedule.landings {
        let before = planned[landing.aircraft].planned
        if let before, before.time < 2600 {
          #expect(
            landing
              == Landing(
                aircraft: landing.aircraft, runway: before.runway, time: before.time))
        }
      }
      let problem = try LandingProblem(
        arrivals: hour.aircraft.map(\.arrival), separations: hour.separations, runways: runways)
      #expect(first.schedule.faults(problem).isEmpty)
      #expect(next.schedule.faults(problem).isEmpty)
    }
  }

  @Test func nothingMovesWhenNothingChanged() throws {
    let hour = Hour(20, seed: 3)
    let options = Resequencing.Options(
      freeze: 0, shift: 3, stability: 10, steps: 1_000_000, width: 10_000)
    let first = try Resequencing(
      hour.aircraft, separations: hour.separations, runways: 1, now: 0, options)
    #expect(first.isBest)
    let next = try Resequencing(
      hour.planned(first), separations: hour.separations, runways: 1, now: 0, options)
    #expect(next.moves.allSatisfy { $0 == 0 })
    #expect(next.cost == first.cost)
  }

  @Test func movingMoreNeverCostsMore() throws {
    let hour = Hour(24, seed: 11, within: 1500)
    var before = Int.max
    for shift in 0...4 {
      let sequence = try Resequencing(
        hour.aircraft, separations: hour.separations, runways: 1, now: 0,
        Resequencing.Options(freeze: 0, shift: shift, steps: 5_000_000, width: 1_000_000))
      #expect(sequence.isBest)
      #expect(sequence.cost <= before)
      #expect(shift > 0 || sequence.shifts.allSatisfy { $0 == 0 })
      before = sequence.cost
    }
  }

  @Test func fairnessAddsUp() throws {
    let hour = Hour(30, seed: 5, within: 1500)
    let sequence = try Resequencing(
      hour.aircraft, separations: hour.separations, runways: 1, now: 0,
      Resequencing.Options(freeze: 0, shift: 3))
    let fairness = SequenceFairness(hour.aircraft, sequence)
    #expect(fairness.airlines.map(\.airline) == ["AA", "BB"])
    #expect(fairness.airlines.map(\.aircraft) == [10, 20])
    let sum = fairness.airlines.reduce(0) { $0 + $1.meanDelay * Double($1.aircraft) }
    #expect(abs(sum - fairness.all.meanDelay * 30) < 1e-6)
    #expect(fairness.all.medianDelay <= fairness.all.ninthDecile)
    #expect(fairness.all.ninthDecile <= fairness.all.longestDelay)
    #expect((0..<1).contains(fairness.inequality))
    #expect(abs(fairness.all.meanShift) < 1e-9)
  }

  @Test func anImpossibleSequenceIsRefused() throws {
    let arrival = Arrival(
      earliest: 0, target: 0, latest: 10, penalty: Arrival.Penalty(early: 1, late: 1))
    let two = (0..<2).map {
      SequencedArrival(callsign: "T\($0)", airline: "A", arrival: arrival, planned: nil)
    }
    #expect(throws: Problem.self) {
      try Resequencing(
        two, separations: [0, 60, 60, 0], runways: 1, now: 0, Resequencing.Options(freeze: 0))
    }
  }
}
