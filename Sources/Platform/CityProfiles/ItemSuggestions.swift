import Commons

/// Finds the items of the catalogue that fit a text: an item scores for each pair of neighbouring
/// characters of its name and keywords that the text has too, the rarer the pair the more.
struct ItemSuggestions: Sendable {
  private let byPair: [UInt64: [Int32]]
  private let lengths: [Double]

  init(_ items: [CatalogueItem]) {
    var byPair: [UInt64: [Int32]] = [:]
    var lengths: [Double] = []
    for (index, item) in items.enumerated() {
      let pairs = Set(
        ([item.name.zh, item.name.en] + item.keywords).flatMap(ItemSuggestions.pairs))
      for pair in pairs { byPair[pair, default: []].append(Int32(index)) }
      lengths.append(Double(pairs.count).squareRoot())
    }
    self.byPair = byPair
    self.lengths = lengths
  }

  func best(for text: String, limit: Int) -> [(index: Int, score: Double)] {
    var scores: [Int32: Double] = [:]
    for pair in Set(ItemSuggestions.pairs(String(text.prefix(2000)))) {
      guard let items = byPair[pair] else { continue }
      let weight = 1 / Double(items.count).squareRoot()
      for item in items { scores[item, default: 0] += weight }
    }
    return scores.map { (index: Int($0), score: $1 / lengths[Int($0)]) }
      .sorted { ($1.score, $0.index) < ($0.score, $1.index) }
      .prefix(limit).map { $0 }
  }

  static func pairs(_ text: String) -> [UInt64] {
    let scalars = text.lowercased().unicodeScalars.filter {
      $0.properties.isAlphabetic || $0.properties.isIdeographic || $0.properties.numericType != nil
    }
    return zip(scalars, scalars.dropFirst()).map { UInt64($0.value) << 32 | UInt64($1.value) }
  }
}
