/// Quantiles and fences as the indicators define them.
enum Quantile {
  /// The quantile of sorted values by Hyndman and Fan's definition 8: linear between order statistics at
  /// h = (n + 1/3)p + 1/3. Nil without values or for p outside 0 ... 1.
  static func type8(count: Int, _ probability: Double, _ value: (Int) -> Double) -> Double? {
    guard count > 0, probability >= 0, probability <= 1 else { return nil }
    let place = (Double(count) + 1.0 / 3) * probability + 1.0 / 3
    let below = Int(place)
    if below <= 0 || probability == 0 { return value(0) }
    if below >= count || probability == 1 { return value(count - 1) }
    let (a, b) = (value(below - 1), value(below))
    return a + (place - Double(below)) * (b - a)
  }

  /// Tukey's fences, each with one rounding; not a number without values.
  struct Fences: Hashable {
    let q1: Double
    let q3: Double
    var lower: Double { q1.addingProduct(q3 - q1, -1.5) }
    var upper: Double { q3.addingProduct(q3 - q1, 1.5) }

    init(count: Int, _ value: (Int) -> Double) {
      q1 = type8(count: count, 0.25, value) ?? .nan
      q3 = type8(count: count, 0.75, value) ?? .nan
    }
  }
}
