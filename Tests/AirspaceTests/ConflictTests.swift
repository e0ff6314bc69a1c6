import Commons
import Testing

@testable import Airspace

@Suite struct ConflictTests {
  private let minima = SeparationMinima(horizontal: 30, vertical: 15)

  private func point(_ east: Double, _ north: Double, _ up: Double, _ time: Double) -> TrackPoint {
    TrackPoint(east: east, north: north, up: up, time: time)
  }

  private func random(_ random: inout SeededRandom, size: Double) throws -> Trajectory {
    var time = 600 * random.unit()
    var points: [TrackPoint] = []
    for _ in 0..<4 {
      points.append(
        point(
          size * random.unit(), size * random.unit(), 60 + 15 * Double(random.below(5)), time))
      time += 20 + 100 * random.unit()
    }
    return try Trajectory(points)
  }

  /// Nearest to a conflict at so many moments, without the algebra of the engine.
  private func sampled(_ a: Trajectory, _ b: Trajectory, _ minima: SeparationMinima) -> Bool {
    func position(_ path: Trajectory, _ time: Double) -> TrackPoint? {
      for (from, to) in zip(path.points, path.points.dropFirst())
      where time >= from.time && time <= to.time {
        let share = (time - from.time) / (to.time - from.time)
        return point(
          from.east + share * (to.east - from.east), from.north + share * (to.north - from.north),
          from.up + share * (to.up - from.up), time)
      }
      return nil
    }
    var time = max(a.start, b.start)
    let end = min(a.end, b.end)
    while time <= end {
      if let p = position(a, time), let q = position(b, time) {
        let ground =
          ((p.east - q.east) * (p.east - q.east) + (p.north - q.north) * (p.north - q.north))
          .squareRoot()
        if ground < minima.horizontal, abs(p.up - q.up) < minima.vertical { return true }
      }
      time += 0.02
    }
    return false
  }

  @Test func conflictsAreThoseThatSamplingFinds() throws {
    var source = SeededRandom(seed: 3)
    var (found, missed) = (0, 0)
    for _ in 0..<400 {
      let (a, b) = (try random(&source, size: 400), try random(&source, size: 400))
      let isExact = a.legs.contains { leg in
        b.legs.contains { leg.firstConflict(with: $0, minima) != nil }
      }
      let wider = SeparationMinima(horizontal: 31, vertical: 15.5)
      let narrower = SeparationMinima(horizontal: 29, vertical: 14.5)
      if sampled(a, b, narrower) { #expect(isExact, "\(a) \(b)") }
      if isExact { #expect(sampled(a, b, wider), "\(a) \(b)") }
      if isExact { found += 1 } else { missed += 1 }
    }
    #expect(found > 20 && missed > 20)
  }

  @Test func theIndexFindsWhatComparingAllFinds() throws {
    var source = SeededRandom(seed: 9)
    var index = ConflictIndex(minima)
    var inside: [Int64: Trajectory] = [:]
    var refused = 0
    for flight in 1...1500 as ClosedRange<Int64> {
      let path = try random(&source, size: 9000)
      let expected = Set(
        inside.filter { entry in
          path.legs.contains { leg in
            entry.value.legs.contains { leg.firstConflict(with: $0, minima) != nil }
          }
        }.keys)
      #expect(Set(index.conflicts(of: path).map(\.flight)) == expected)
      #expect(index.isFree(path) == expected.isEmpty)
      if index.insert(flight, path).isEmpty {
        inside[flight] = path
      } else {
        refused += 1
        if let plan = index.replan(path) {
          #expect(index.isFree(plan.path))
          #expect(plan.cost > 0)
        }
      }
      if flight.isMultiple(of: 5), let gone = inside.keys.min() {
        index.remove(gone)
        inside[gone] = nil
      }
    }
    #expect(index.count == inside.count)
    #expect(refused > 5, "\(refused)")
    index.removeEnded(by: 10_000)
    #expect(index.count == 0)
  }

  @Test func delaysInConflictAreThoseThatShiftingFinds() throws {
    var source = SeededRandom(seed: 21)
    // Layers of 15 m would touch a minimum of 15 m just so, and rounding would say which it is.
    let minima = SeparationMinima(horizontal: 30, vertical: 14.5)
    var (inside, outside) = (0, 0)
    for _ in 0..<300 {
      let own = try random(&source, size: 300).legs[1]
      let other = try random(&source, size: 300).legs[1]
      let climb = 15 * Double(source.below(3)) - 15
      let span = own.delaysInConflict(with: other, climb: climb, minima)
      for _ in 0..<60 {
        // All delays with which both are in the air at one moment.
        let (first, last) = (other.from.time - own.to.time, other.to.time - own.from.time)
        let delay = first + (last - first) * source.unit()
        let moved = Leg(
          from: point(own.from.east, own.from.north, own.from.up + climb, own.from.time + delay),
          to: point(own.to.east, own.to.north, own.to.up + climb, own.to.time + delay))
        let conflicts = moved.firstConflict(with: other, minima) != nil
        // Within a millionth of a second of an end either may be right.
        let isInside = span.map { delay > $0.from + 1e-6 && delay < $0.to - 1e-6 } ?? false
        let isOutside = span.map { delay < $0.from - 1e-6 || delay > $0.to + 1e-6 } ?? true
        if isInside { #expect(conflicts, "\(own) \(other) \(delay)") }
        if isOutside { #expect(!conflicts, "\(own) \(other) \(delay)") }
        if conflicts { inside += 1 } else { outside += 1 }
      }
    }
    #expect(inside > 100 && outside > 100, "\(inside) \(outside)")
  }

  @Test func aReplanCostsWhatTryingAllFinds() throws {
    var source = SeededRandom(seed: 33)
    var index = ConflictIndex(minima)
    var limits = ReplanningLimits()
    limits.longestDelay = 60
    limits.delayStep = 2
    limits.detours = [150, -300]
    limits.layers = [30, -60]
    var compared = 0
    for flight in 1...900 as ClosedRange<Int64> {
      let path = try random(&source, size: 2500)
      if index.insert(flight, path).isEmpty { continue }
      var least = Double.infinity
      for climb in [0] + limits.layers {
        if climb != 0, path.points.contains(where: { !limits.altitudes.contains($0.up + climb) }) {
          continue
        }
        for detour in [0] + limits.detours {
          let way = path.detoured(by: detour)
          for delay in stride(from: 0.0, through: 60, by: 2) {
            let cost = delay + abs(climb) + way.end - path.end
            if cost < least, index.isFree(way.shifted(seconds: delay, metres: climb)) {
              least = cost
            }
          }
        }
      }
      let plan = index.replan(path, limits)
      #expect(abs((plan?.cost ?? .infinity) - least) < 1e-6 || plan == nil && least == .infinity)
      if let plan {
        #expect(index.insert(flight, plan.path).isEmpty)
        compared += 1
      }
    }
    #expect(compared > 20, "\(compared)")
  }

  @Test func aReplanIsTheCheapestOfItsKind() throws {
    var index = ConflictIndex(minima)
    let path = try Trajectory([point(0, 0, 100, 0), point(1000, 0, 100, 100)])
    let across = try Trajectory([point(500, -500, 100, 0), point(500, 500, 100, 100)])
    #expect(index.insert(1, across).isEmpty)
    #expect(index.insert(2, path).map(\.flight) == [1])
    let plan = try #require(index.replan(path))
    #expect(plan.delay == 0 && plan.climb == 0 && abs(plan.detour) == 150 && plan.cost < 5)
    var limits = ReplanningLimits()
    limits.detours = []
    // Nearer than 30 m while both are within: the diagonal of their meeting, at 10 m a second.
    #expect(index.replan(path, limits)?.delay == 5)
    limits.delayStep = 15
    #expect(index.replan(path, limits)?.delay == 15)
    limits.detours = [150]
    limits.longestDelay = 0
    let higher = try #require(index.replan(path, limits))
    #expect(higher.climb == 30 || higher.detour != 0)
    limits.layers = []
    limits.detours = []
    #expect(index.replan(path, limits) == nil)
  }

  @Test func pathsWithoutSenseAreRefused() {
    for points in [
      [], [point(0, 0, 0, 0)], [point(0, 0, 0, 5), point(1, 1, 1, 5)],
      [point(0, 0, 0, 0), point(.nan, 0, 0, 1)],
    ] {
      #expect(throws: Problem.self) { try Trajectory(points) }
    }
  }
}
