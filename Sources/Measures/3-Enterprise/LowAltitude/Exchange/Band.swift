import Airspace

/// A band of altitudes, and where in the store it is kept and looked for.
///
/// A busy cell holds tens of thousands of flights at a time, of which few share a height. So heights are cut
/// into slots at several scales: what is tall is kept among the tall ones, in the slot of its floor, at the
/// smallest scale whose slots are taller than it is. It then reaches into the next slot at most, and a search
/// looks at a few slots of each scale.
struct AirBand: Hashable, Sendable {
  /// Millimetres; without limit the least number there is.
  let lower: Int64
  /// Millimetres; without limit the greatest number there is.
  let upper: Int64

  init(_ lower: Int64?, _ upper: Int64?) {
    self.lower = lower ?? .min
    self.upper = upper ?? .max
  }

  // 4 m, 16 m, … 65 km: powers of two of millimetres.
  private static let scales = Array(stride(from: 12, through: 26, by: 2))
  // A kilometre below the ellipsoid is the lowest slot; what lies beyond the ends is kept at the ends.
  private static let floor: Int64 = 1 << 20
  private static let top: Int64 = 1 << 26 - 1

  private static func place(_ altitude: Int64) -> Int64 {
    min(max(altitude, -floor), top - floor) + floor
  }

  /// Where an entity of this band is kept in a cell.
  func kept(_ kind: AirEntity.Kind, _ cell: S2Cell) -> Int64 {
    let (low, high) = (AirBand.place(lower), AirBand.place(upper))
    let scale =
      AirBand.scales.firstIndex { high - low < 1 << Int64($0) } ?? AirBand.scales.count - 1
    return AirBand.number(kind, cell, scale, low >> Int64(AirBand.scales[scale]))
  }

  /// Where all that shares a height with this band is kept in a cell.
  func searched(_ kind: AirEntity.Kind, _ cell: S2Cell) -> [[Int64]] {
    let (low, high) = (AirBand.place(lower), AirBand.place(max(lower, upper)))
    var slots: [[Int64]] = []
    for (scale, bits) in AirBand.scales.enumerated() {
      let first = max(0, low >> Int64(bits) - 1)
      let last = high >> Int64(bits)
      for slot in first...max(first, last) {
        slots.append([AirBand.number(kind, cell, scale, slot)])
      }
    }
    return slots
  }

  /// Whether so many slots would have to be searched that it is better to look at all.
  var isWide: Bool {
    AirBand.place(max(lower, upper)) - AirBand.place(lower) >= AirBand.tallestSearch
  }
  // 131 m: some 50 slots in each cell.
  private static let tallestSearch: Int64 = 1 << 17

  /// The first and the last number of all that is kept of a kind in a cell.
  func range(_ kind: AirEntity.Kind, _ cell: S2Cell) -> [Int64] {
    [
      AirBand.number(kind, cell, 0, 0),
      AirBand.number(kind, cell, AirBand.scales.count - 1, 1 << 14 - 1),
    ]
  }

  /// Kind, cell, scale and slot in one number, so that one list asks for all. The cell's number of level 13
  /// leaves its lower 34 bits free, so that 30 remain; a slot has 14 bits.
  private static func number(
    _ kind: AirEntity.Kind, _ cell: S2Cell, _ scale: Int, _ slot: Int64
  ) -> Int64 {
    kind.rawValue << 48 | Int64(cell.id >> 34) << 18 | Int64(scale) << 14 | slot
  }
}
