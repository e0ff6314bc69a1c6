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

  /// The minima that hold for all.
  public let minima: SeparationMinima
  /// The slices of time, each with its boxes; what is over goes as a whole.
  private var slices: [Int: [BoxKey: [Entry]]] = [:]
  /// Legs by number, with their flights; free numbers are used again.
  private(set) var legs: [Leg] = []
  private var owners: [Flight] = []
  private var free: [Int32] = []
  private var flights: [Flight: [Int32]] = [:]
  /// The flights that end in a slice of time.
  private var endings: [Int: Set<Flight>] = [:]

  /// A square on the ground: column and row in one number.
  private struct BoxKey: Hashable {
    let number: UInt64
    init(_ column: Int, _ row: Int) {
      number =
        UInt64(UInt32(truncatingIfNeeded: column)) << 32
        | UInt64(UInt32(truncatingIfNeeded: row))
    }
  }

  /// A leg in a box, with its altitudes in metres: most are passed over without being looked up.
  struct Entry: Sendable {
    let leg: Int32
    let heights: HeightBand
  }

  /// An empty airspace.
  public init(_ minima: SeparationMinima) { self.minima = minima }

  /// Flights in it.
  public var count: Int { flights.count }

  /// The flights that a path comes too near to, each with the first moment, in the order of time.
  public func conflicts(of path: Trajectory) -> [Conflict] {
    var found: [Flight: Double] = [:]
    for leg in path.legs {
      visit(leg) { number in
        guard let time = leg.firstConflict(with: legs[Int(number)], minima) else { return true }
        let flight = owners[Int(number)]
        found[flight] = min(time, found[flight] ?? .infinity)
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
      visit(leg) { number in
        isFree = leg.firstConflict(with: legs[Int(number)], minima) == nil
        return isFree
      }
      if !isFree { return false }
    }
    return true
  }

  /// Visits the legs that may come near to one, some more than once, until `body` says no.
  private func visit(_ leg: Leg, _ body: (Int32) -> Bool) {
    let heights = HeightBand(leg, margin: minima.vertical)
    forEachBox(of: leg, margin: 0) { key, slice in
      guard let entries = slices[slice]?[key] else { return true }
      for entry in entries where entry.heights.meets(heights) {
        guard body(entry.leg) else { return false }
      }
      return true
    }
  }

  /// The legs that may come near to one if it is flown up to so many seconds later, and lower or higher
  /// within a band; each once, in the order of their numbers.
  func neighbours(
    of leg: Leg, delayed longest: Double, within heights: HeightBand
  ) -> [Entry] {
    var seen = [UInt64](repeating: 0, count: legs.count / 64 + 1)
    var found: [Entry] = []
    forEachBox(of: leg, margin: 0) { key, slice in
      // The part flown in this slice ends with it at the latest.
      let latest = min(Double(slice + 1) * ConflictIndex.seconds, leg.to.time) + longest
      for later in slice...max(slice, self.slice(latest)) {
        guard let entries = slices[later]?[key] else { continue }
        for entry in entries where entry.heights.meets(heights) {
          let (word, bit) = (Int(entry.leg) >> 6, UInt64(1) << UInt64(entry.leg & 63))
          guard seen[word] & bit == 0 else { continue }
          seen[word] |= bit
          found.append(entry)
        }
      }
      return true
    }
    return found
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
    var places: [(key: BoxKey, slice: Int)] = []
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
      places.removeAll(keepingCapacity: true)
      forEachBox(of: leg, margin: minima.horizontal) { key, slice in
        places.append((key, slice))
        return true
      }
      let entry = Entry(leg: number, heights: HeightBand(leg, margin: 0))
      for place in places {
        slices[place.slice, default: [:]][place.key, default: []].append(entry)
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
    var places: [(key: BoxKey, slice: Int)] = []
    for number in numbers {
      places.removeAll(keepingCapacity: true)
      forEachBox(of: legs[Int(number)], margin: minima.horizontal) { key, slice in
        places.append((key, slice))
        return true
      }
      for place in places { drop(number, place.key, place.slice) }
      free.append(number)
    }
  }

  private mutating func drop(_ number: Int32, _ key: BoxKey, _ slice: Int) {
    guard let place = slices[slice]?[key]?.firstIndex(where: { $0.leg == number }) else { return }
    let last = (slices[slice]?[key]?.count ?? 1) - 1
    slices[slice]?[key]?.swapAt(place, last)
    slices[slice]?[key]?.removeLast()
    if slices[slice]?[key]?.isEmpty == true { slices[slice]?[key] = nil }
    if slices[slice]?.isEmpty == true { slices[slice] = nil }
  }

  /// Takes out the flights that had ended by a moment, but for those of the last two minutes before it.
  public mutating func removeEnded(by time: Double) {
    for (slice, ended) in endings where Double(slice + 1) * ConflictIndex.seconds <= time {
      for flight in ended { free += flights.removeValue(forKey: flight) ?? [] }
      endings[slice] = nil
    }
    // Whoever flew in a slice that is over and has not ended is there in later ones.
    for slice in slices.keys where Double(slice + 1) * ConflictIndex.seconds <= time {
      slices[slice] = nil
    }
  }

  // MARK: Boxes

  private static let metres = 500.0
  private static let seconds = 120.0

  private func slice(_ time: Double) -> Int { Int((time / ConflictIndex.seconds).rounded(.down)) }

  /// Visits the boxes that a leg comes near to by less than `margin`, each once, until `body` says no.
  private func forEachBox(of leg: Leg, margin: Double, _ body: (BoxKey, Int) -> Bool) {
    for slice in slice(leg.from.time)...slice(leg.to.time) {
      // The part of the leg that is flown in this slice of time.
      let (from, to) = (
        max(leg.from.time, Double(slice) * ConflictIndex.seconds),
        min(leg.to.time, Double(slice + 1) * ConflictIndex.seconds)
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
    _ body: (BoxKey, Int) -> Bool
  ) -> Bool {
    let (low, high) = a.y <= b.y ? (a, b) : (b, a)
    // A rounding error at the border of a box must not hide what lies there.
    let reach = margin + 1e-6
    let rows = (index(low.y - reach), index(high.y + reach))
    let size = ConflictIndex.metres
    for row in rows.0...rows.1 {
      let (bottom, top) = (
        max(low.y, Double(row) * size - reach), min(high.y, Double(row + 1) * size + reach)
      )
      let rise = high.y - low.y
      func x(_ y: Double) -> Double {
        rise > 0 ? low.x + max(0, min(1, (y - low.y) / rise)) * (high.x - low.x) : low.x
      }
      let ends = rise > 0 ? (x(bottom), x(top)) : (low.x, high.x)
      let columns = (index(min(ends.0, ends.1) - reach), index(max(ends.0, ends.1) + reach))
      for column in columns.0...columns.1 {
        guard body(BoxKey(column, row), slice) else { return false }
      }
    }
    return true
  }

  private func index(_ metres: Double) -> Int {
    Int((metres / ConflictIndex.metres).rounded(.down))
  }
}

/// The altitudes that a leg passes, in whole metres that hold them.
struct HeightBand: Sendable {
  let low: Int16
  let high: Int16

  /// What a leg passes, and so much above and below.
  init(_ leg: Leg, margin: Double) {
    self.init(min(leg.from.up, leg.to.up) - margin, max(leg.from.up, leg.to.up) + margin)
  }

  init(_ low: Double, _ high: Double) {
    self.low = HeightBand.whole(low.rounded(.down))
    self.high = HeightBand.whole(high.rounded(.up))
  }

  private static func whole(_ metres: Double) -> Int16 {
    Int16(min(max(metres, Double(Int16.min)), Double(Int16.max)))
  }

  func meets(_ other: HeightBand) -> Bool { low <= other.high && other.low <= high }
}
