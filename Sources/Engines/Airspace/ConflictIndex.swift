import Commons

/// The paths that have been promised, so arranged that those near a new one are found at once; two of them
/// are never nearer than the minima.
///
/// Space and time are cut into boxes; a leg lies in each box that it comes near to by less than the minima,
/// so that a new leg meets all others that matter in the boxes that it passes itself. What is found there is
/// compared exactly, see ``Leg/firstConflict(with:_:)``.
public struct ConflictIndex: Sendable {
  /// Names a flight.
  public typealias Flight = Int64

  /// Two flights that come too near.
  public struct Conflict: Hashable, Sendable {
    /// The flight that was there before.
    public let flight: Flight
    /// The first moment, in seconds.
    public let time: Double
  }

  /// The sizes of a box.
  struct Box: Hashable, Sendable {
    var metres = 500.0
    var seconds = 120.0
  }

  /// The minima that hold for all.
  public let minima: SeparationMinima
  private let box = Box()
  private var boxes: [BoxKey: [Int32]] = [:]
  /// Legs by number, with their flights; free numbers are used again.
  private var legs: [Leg] = []
  private var owners: [Flight] = []
  private var free: [Int32] = []
  private var flights: [Flight: [Int32]] = [:]
  /// The flights that end in a slice of time.
  private var endings: [Int: Set<Flight>] = [:]

  private struct BoxKey: Hashable {
    let column: Int32
    let row: Int32
    let slice: Int32
  }

  /// An empty airspace.
  public init(_ minima: SeparationMinima) { self.minima = minima }

  /// Flights in it.
  public var count: Int { flights.count }

  /// The flights that a path comes too near to, each with the first moment, in the order of time.
  public func conflicts(of path: Trajectory) -> [Conflict] {
    var found: [Flight: Double] = [:]
    var seen: Set<Int32> = []
    for leg in path.legs {
      seen.removeAll(keepingCapacity: true)
      forEachBox(of: leg, margin: 0) { key in
        for number in boxes[key] ?? [] where seen.insert(number).inserted {
          guard let time = leg.firstConflict(with: legs[Int(number)], minima) else { continue }
          let flight = owners[Int(number)]
          found[flight] = min(time, found[flight] ?? .infinity)
        }
        return true
      }
    }
    return found.map { Conflict(flight: $0, time: $1) }.sorted {
      ($0.time, $0.flight) < ($1.time, $1.flight)
    }
  }

  /// Whether a path keeps the minima to all others.
  public func isFree(_ path: Trajectory) -> Bool {
    for leg in path.legs {
      var isFree = true
      forEachBox(of: leg, margin: 0) { key in
        for number in boxes[key] ?? [] {
          if leg.firstConflict(with: legs[Int(number)], minima) != nil {
            isFree = false
            return false
          }
        }
        return true
      }
      if !isFree { return false }
    }
    return true
  }

  /// Promises a path, if it keeps the minima to all others; says which it does not.
  public mutating func insert(_ flight: Flight, _ path: Trajectory) -> [Conflict] {
    precondition(flights[flight] == nil, "the flight is already there")
    if !isFree(path) { return conflicts(of: path) }
    force(flight, path)
    return []
  }

  /// Takes a path in, whatever it meets: one that was flown or promised elsewhere.
  public mutating func force(_ flight: Flight, _ path: Trajectory) {
    var numbers: [Int32] = []
    for leg in path.legs {
      let number = free.popLast() ?? Int32(legs.count)
      if Int(number) == legs.count {
        legs.append(leg)
        owners.append(flight)
      } else {
        legs[Int(number)] = leg
        owners[Int(number)] = flight
      }
      numbers.append(number)
      forEachBox(of: leg, margin: minima.horizontal) { key in
        boxes[key, default: []].append(number)
        return true
      }
    }
    flights[flight] = numbers
    endings[slice(path.end), default: []].insert(flight)
  }

  /// Takes a flight out.
  public mutating func remove(_ flight: Flight) {
    guard let numbers = flights.removeValue(forKey: flight) else { return }
    if let last = numbers.last {
      let slice = slice(legs[Int(last)].to.time)
      endings[slice]?.remove(flight)
      if endings[slice]?.isEmpty == true { endings[slice] = nil }
    }
    for number in numbers {
      forEachBox(of: legs[Int(number)], margin: minima.horizontal) { key in
        guard var list = boxes[key], let place = list.firstIndex(of: number) else { return true }
        list.swapAt(place, list.count - 1)
        list.removeLast()
        boxes[key] = list.isEmpty ? nil : list
        return true
      }
      free.append(number)
    }
  }

  /// Takes out the flights that had ended by a moment, but for those of the last two minutes before it.
  public mutating func removeEnded(by time: Double) {
    for (slice, ended) in endings where Double(slice + 1) * box.seconds <= time {
      for flight in ended { remove(flight) }
    }
  }

  private func slice(_ time: Double) -> Int { Int((time / box.seconds).rounded(.down)) }

  /// Visits the boxes that a leg comes near to by less than `margin`, each once, until `body` says no.
  private func forEachBox(of leg: Leg, margin: Double, _ body: (BoxKey) -> Bool) {
    let first = Int((leg.from.time / box.seconds).rounded(.down))
    let last = Int((leg.to.time / box.seconds).rounded(.down))
    for slice in first...last {
      // The part of the leg that is flown in this slice of time.
      let (from, to) = (
        max(leg.from.time, Double(slice) * box.seconds),
        min(leg.to.time, Double(slice + 1) * box.seconds)
      )
      let span = leg.to.time - leg.from.time
      let (s, t) = ((from - leg.from.time) / span, (to - leg.from.time) / span)
      let a = (
        x: leg.from.east + s * (leg.to.east - leg.from.east),
        y: leg.from.north + s * (leg.to.north - leg.from.north)
      )
      let b = (
        x: leg.from.east + t * (leg.to.east - leg.from.east),
        y: leg.from.north + t * (leg.to.north - leg.from.north)
      )
      guard eachBox(from: a, to: b, margin, slice, body) else { return }
    }
  }

  /// Rows that the part passes, and in each the columns; false if `body` said no.
  private func eachBox(
    from a: (x: Double, y: Double), to b: (x: Double, y: Double), _ margin: Double, _ slice: Int,
    _ body: (BoxKey) -> Bool
  ) -> Bool {
    let (low, high) = a.y <= b.y ? (a, b) : (b, a)
    // A rounding error at the border of a box must not hide what lies there.
    let reach = margin + 1e-6
    let rows = (index(low.y - reach), index(high.y + reach))
    for row in rows.0...rows.1 {
      let (bottom, top) = (
        max(low.y, Double(row) * box.metres - reach),
        min(high.y, Double(row + 1) * box.metres + reach)
      )
      let rise = high.y - low.y
      func x(_ y: Double) -> Double {
        rise > 0 ? low.x + max(0, min(1, (y - low.y) / rise)) * (high.x - low.x) : low.x
      }
      let ends = rise > 0 ? (x(bottom), x(top)) : (low.x, high.x)
      let columns = (index(min(ends.0, ends.1) - reach), index(max(ends.0, ends.1) + reach))
      for column in columns.0...columns.1 {
        let key = BoxKey(column: Int32(column), row: Int32(row), slice: Int32(slice))
        guard body(key) else { return false }
      }
    }
    return true
  }

  private func index(_ metres: Double) -> Int { Int((metres / box.metres).rounded(.down)) }
}
