/// Part sequences of one length. Each has, for every runway, the last aircraft, the curve of its landing
/// time, and earlier aircraft whose distance still matters beyond the last.
struct LandingLabels {
  struct Label {
    /// No completion costs less.
    var bound: Int
    /// The sum of the curves' least values.
    var least: Int
    var hash: UInt64
    /// The prices of those that have not landed, where there are prices.
    var prices = 0
    /// The step that made it.
    var step: Int32
    /// The next label with the same hash slot.
    var next: Int32
    /// The first place in the order by target that has not landed, and one beyond the last that has.
    var first: Int32
    var reach: Int32
    /// The first place in the order by earliest time that has not landed.
    var opening: Int32
    var isAlive: Bool
  }

  /// Who landed last on a runway, and which stretch of `trails` still matters.
  struct Tail {
    var aircraft: Int32
    var trail: Int32
    var trailCount: Int32

    static let none = Tail(aircraft: -1, trail: 0, trailCount: 0)
  }

  /// An earlier aircraft, so long before the last.
  struct Earlier {
    var aircraft: Int32
    var age: Int
  }

  var labels: [Label] = []
  var sets: [UInt64] = []
  var curves: [CostCurve] = []
  var tails: [Tail] = []
  var trails: [Earlier] = []
  var pieces: [CostPiece] = []
  private var slots: [Int32] = []
  private var mask = 0

  /// Forgets all labels and keeps the memory.
  mutating func clear() {
    labels.removeAll(keepingCapacity: true)
    sets.removeAll(keepingCapacity: true)
    curves.removeAll(keepingCapacity: true)
    tails.removeAll(keepingCapacity: true)
    trails.removeAll(keepingCapacity: true)
    pieces.removeAll(keepingCapacity: true)
    if slots.isEmpty { slots = Array(repeating: -1, count: 1024) }
    mask = slots.count - 1
    for index in slots.indices { slots[index] = -1 }
  }

  /// The first label in the slot of a hash.
  func head(_ hash: UInt64) -> Int32 { slots[Int(truncatingIfNeeded: hash) & mask] }

  /// Makes the label findable by its set.
  mutating func enter(_ label: Int) {
    if labels.count > slots.count { grow() }
    let slot = Int(truncatingIfNeeded: labels[label].hash) & mask
    labels[label].next = slots[slot]
    slots[slot] = Int32(label)
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 4)
    mask = slots.count - 1
    for index in labels.indices.dropLast() {
      let slot = Int(truncatingIfNeeded: labels[index].hash) & mask
      labels[index].next = slots[slot]
      slots[slot] = Int32(index)
    }
  }
}
