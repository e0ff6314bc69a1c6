/// A stretch of a cost curve: up to `end` it changes by `slope` for each unit of time.
struct CostPiece {
  var end: Int
  var slope: Int
}

/// A convex, piecewise linear function of time on `start...end`; its pieces lie one after the other in a
/// store that it shares with others.
///
/// For a sequence of aircraft it is the least cost of landing them so that the last lands at a given time.
/// Read as “by a given time”, it goes on unchanged after its least value.
struct CostCurve {
  var start: Int
  /// The value at `start`.
  var value: Int
  var first: Int
  var count: Int
  /// How many pieces fall, from the first on.
  var falling: Int
  /// The least value and the earliest time that has it.
  var least: Int
  var leastAt: Int
  var end: Int

  /// No aircraft has landed yet: nothing is spent, and any time will do.
  static let idle = CostCurve(
    start: .min / 4, value: 0, first: 0, count: 0, falling: 0, least: 0, leastAt: .min / 4,
    end: .min / 4)
}

extension CostCurve {
  /// The curve of one aircraft on a window.
  init(_ arrival: Arrival, _ window: ClosedRange<Int>, into pieces: inout [CostPiece]) {
    let wishes =
      [Arrival.Wish(arrival.target, arrival.penalty)] + (arrival.announced.map { [$0] } ?? [])
    self.init(
      start: window.lowerBound, value: arrival.cost(at: window.lowerBound), first: pieces.count,
      count: 0, falling: 0, least: 0, leastAt: 0, end: window.upperBound)
    let (opening, closing) = (window.lowerBound, window.upperBound)
    let cuts = wishes.map(\.time).filter { opening < $0 && $0 < closing }.sorted() + [closing]
    var from = start
    for cut in cuts where cut > from {
      let slope = wishes.reduce(0) {
        $0 + (from < $1.time ? -$1.penalty.early : $1.penalty.late)
      }
      pieces.append(CostPiece(end: cut, slope: slope))
      from = cut
    }
    close(pieces)
  }

  /// Counts the pieces from `first` to the end of the store and finds the least value.
  fileprivate mutating func close(_ pieces: [CostPiece]) {
    count = pieces.count - first
    falling = 0
    least = value
    leastAt = start
    var place = first
    while place < pieces.count, pieces[place].slope < 0 {
      least += pieces[place].slope * (pieces[place].end - leastAt)
      leastAt = pieces[place].end
      falling += 1
      place += 1
    }
  }

  /// The value at a time in `start...end`.
  func value(at time: Int, _ pieces: [CostPiece]) -> Int {
    var value = value
    var at = start
    var place = first
    while at < time {
      let next = min(time, pieces[place].end)
      value += pieces[place].slope * (next - at)
      at = next
      place += 1
    }
    return value
  }

  /// The least value by a time from `start` on.
  func valueBy(_ time: Int, _ pieces: [CostPiece]) -> Int {
    time >= leastAt ? least : value(at: time, pieces)
  }

  /// The curve after one more aircraft, appended to `pieces`; nil if there is no time for it.
  ///
  /// - Parameters:
  ///   - from: The store of this curve's pieces.
  ///   - gap: The time from the last landing to the next: exactly that if `isExact`, else at least.
  ///   - own: The cost of the next aircraft, with its pieces in `ownPieces`.
  ///   - lower: The next aircraft lands no earlier.
  ///   - keepsRise: Whether times after the least value matter; only an exact gap asks for them.
  func appending(
    gap: Int, isExact: Bool, _ from: [CostPiece], own: CostCurve, _ ownPieces: [CostPiece],
    lower: Int, keepsRise: Bool, into pieces: inout [CostPiece]
  ) -> CostCurve? {
    let opening = start + gap
    let begin = max(opening, lower, own.start)
    let end = isExact ? min(own.end, self.end + gap) : own.end
    guard begin <= end else { return nil }
    var place = first
    let last = first + (isExact ? count : falling)
    var sum = value
    var at = opening
    while place < last, from[place].end + gap <= begin {
      sum += from[place].slope * (from[place].end + gap - at)
      at = from[place].end + gap
      place += 1
    }
    if place < last { sum += from[place].slope * (begin - at) }
    var ownPlace = own.first
    let ownLast = own.first + own.count
    sum += own.value
    at = own.start
    while ownPlace < ownLast, ownPieces[ownPlace].end <= begin {
      sum += ownPieces[ownPlace].slope * (ownPieces[ownPlace].end - at)
      at = ownPieces[ownPlace].end
      ownPlace += 1
    }
    if ownPlace < ownLast { sum += ownPieces[ownPlace].slope * (begin - at) }
    var made = CostCurve(
      start: begin, value: sum, first: pieces.count, count: 0, falling: 0, least: sum,
      leastAt: begin, end: begin)
    at = begin
    while at < end {
      var slope = ownPieces[ownPlace].slope
      var next = min(end, ownPieces[ownPlace].end)
      if place < last {
        slope += from[place].slope
        next = min(next, from[place].end + gap)
      }
      if slope >= 0, !keepsRise { break }
      if pieces.count > made.first, pieces[pieces.count - 1].slope == slope {
        pieces[pieces.count - 1].end = next
      } else {
        pieces.append(CostPiece(end: next, slope: slope))
      }
      if slope < 0 {
        made.least += slope * (next - at)
        made.leastAt = next
        made.falling = pieces.count - made.first
      }
      at = next
      if place < last, from[place].end + gap <= at { place += 1 }
      if ownPieces[ownPlace].end <= at { ownPlace += 1 }
    }
    made.end = at
    made.count = pieces.count - made.first
    return made
  }

  /// Leaves out the times at both ends at which the value exceeds `most`, which the least does not.
  mutating func trim(to most: Int, _ pieces: inout [CostPiece]) {
    while value > most {
      let piece = pieces[first]
      let fall = -piece.slope
      let (steps, rest) = (value - most).quotientAndRemainder(dividingBy: fall)
      let at = start + steps + (rest > 0 ? 1 : 0)
      if at < piece.end {
        value -= fall * (at - start)
        start = at
      } else {
        value -= fall * (piece.end - start)
        start = piece.end
        first += 1
        count -= 1
        falling -= 1
      }
    }
    var sum = least
    var at = leastAt
    var kept = falling
    while kept < count {
      let piece = pieces[first + kept]
      if sum + piece.slope * (piece.end - at) > most {
        let steps = piece.slope == 0 ? piece.end - at : (most - sum) / piece.slope
        if steps > 0 {
          pieces[first + kept].end = at + steps
          kept += 1
          at += steps
        }
        break
      }
      sum += piece.slope * (piece.end - at)
      at = piece.end
      kept += 1
    }
    count = kept
    end = at
  }

  /// Leaves only the times from `low` to `high`, which lie in its falling part.
  mutating func keep(_ low: Int, _ high: Int, _ pieces: inout [CostPiece]) {
    if high < leastAt {
      least = value(at: high, pieces)
      leastAt = high
      end = high
      var place = first
      while place < first + falling, pieces[place].end < high { place += 1 }
      falling = high > start ? place - first + 1 : 0
      if falling > 0 { pieces[place].end = high }
      count = falling
    }
    guard low > start else { return }
    value = value(at: low, pieces)
    start = low
    while falling > 0, pieces[first].end <= low {
      first += 1
      count -= 1
      falling -= 1
    }
  }

  /// The most by which this curve, delayed by `delay`, exceeds another read as “by a time”; nil without
  /// bound, when the other begins earlier.
  func excess(
    delay: Int, _ pieces: [CostPiece], over other: CostCurve, _ others: [CostPiece]
  ) -> Int? {
    let opening = start + delay
    guard opening <= other.start else { return nil }
    var place = first
    let last = first + falling
    var mine = value
    var at = opening
    while place < last, pieces[place].end + delay <= other.start {
      mine += pieces[place].slope * (pieces[place].end + delay - at)
      at = pieces[place].end + delay
      place += 1
    }
    if place < last { mine += pieces[place].slope * (other.start - at) }
    at = other.start
    var theirs = other.value
    var most = mine - theirs
    var otherPlace = other.first
    let otherLast = other.first + other.falling
    // After its last falling piece the other stays, and this one can only fall further.
    while otherPlace < otherLast {
      var next = others[otherPlace].end
      var slope = 0
      if place < last {
        next = min(next, pieces[place].end + delay)
        slope = pieces[place].slope
      }
      mine += slope * (next - at)
      theirs += others[otherPlace].slope * (next - at)
      most = max(most, mine - theirs)
      at = next
      if place < last, pieces[place].end + delay <= at { place += 1 }
      if others[otherPlace].end <= at { otherPlace += 1 }
    }
    return most
  }
}
