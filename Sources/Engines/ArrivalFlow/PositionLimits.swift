/// How far aircraft may stand from their places in an agreed sequence (constrained position shifting,
/// Dear 1976; Balakrishnan and Chandran 2010).
struct PositionLimits {
  /// The agreed sequence.
  let sequence: [Int]
  /// Where each aircraft stands in it.
  let rank: [Int]
  /// The largest shift of each aircraft.
  let shift: Int

  init(_ sequence: [Int], shift: Int) {
    self.sequence = sequence
    self.shift = shift
    var rank = Array(repeating: 0, count: sequence.count)
    for (place, aircraft) in sequence.enumerated() { rank[aircraft] = place }
    self.rank = rank
  }

  func allows(_ aircraft: Int, at position: Int) -> Bool {
    (rank[aircraft] - position).magnitude <= shift
  }

  /// The aircraft that must come now or be too far back, if there is one.
  func forced(at position: Int, set: Int, in sets: [UInt64]) -> Int? {
    guard position >= shift else { return nil }
    let aircraft = sequence[position - shift]
    return sets[set + aircraft >> 6] >> UInt64(aircraft & 63) & 1 == 0 ? aircraft : nil
  }
}
