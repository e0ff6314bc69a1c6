import Commons

extension CatalogueFlag {
  /// Bids of one process.
  static let bidFlags: [CatalogueFlag] = [
    CatalogueFlag(
      "R022", Phrase("报价差距悬殊", en: "Wide disparity of prices"),
      "highest over lowest submitted price (one lot, one currency, two bids or more) is at or above the upper fence over all processes; with `minimum_processes` of these: the ratio",
      paths: ["bids.details.value"], ["minimum_processes": 20]
    ) { process, sink in
      var widest = 0.0
      for group in process.comparableBids() where group.count > 1 {
        let prices = group.compactMap(\.amount?.value)
        if let low = prices.min(), let high = prices.max() { widest = max(widest, high / low) }
      }
      if widest > 0 { sink.sample([], widest) }
    },
    CatalogueFlag(
      "R023", Phrase("报价呈固定比例", en: "Prices at a fixed multiple"),
      "at least `minimum_bids` distinct prices of one lot and currency, in order, each the same multiple of the one before, but for `tolerance` of its excess over 1: the multiple; the tenderers",
      source: "OCP 2024, R023; 招标投标法实施条例 40(4)",
      paths: ["bids.details.value", "bids.details.tenderers"], grade: .amber,
      ["minimum_bids": 4, "tolerance": 0.02]
    ) { process, sink in
      for group in process.comparableBids() {
        if let step = PriceSteps.ratio(group, Int(sink[0]), sink[1]) {
          sink.flag(step)
          for bid in group { sink.name(bid.tenderers) }
        }
      }
    },
    CatalogueFlag(
      "R037", Phrase("废标理由不足", en: "Poorly supported disqualification"),
      "disqualified bids with neither documents nor `statusDetails` nor `rejectionReason` (extensions): how many; their tenderers",
      paths: ["bids.details.status", "bids.details.documents", "bids.details.statusDetails"]
    ) { process, sink in
      var bare = 0
      for bid in process.bids where bid.status == .disqualified {
        guard bid.view["documents"].count == 0, bid.view["statusDetails"].text == nil,
          !bid.view["rejectionReason"].exists
        else { continue }
        bare += 1
        sink.name(bid.tenderers)
      }
      if bare > 0 { sink.flag(Double(bare)) }
    },
    CatalogueFlag(
      "R041", Phrase("投标文件异常一致", en: "Bid documents alike"),
      "texts of the documents of two submitted bids (`documents[].text`, extension, else `description`) share at least `threshold` of their runs of eight bytes, estimated by MinHash, runs that also stand in the tender's documents left out; with `minimum_runs` of their own each: the greatest share; the tenderers",
      source: "OCP 2024, R041; 招标投标法实施条例 40(4)",
      paths: ["bids.details.documents.text", "tender.documents.text"], grade: .amber,
      ["threshold": 0.6, "minimum_runs": 100]
    ) { process, sink in
      let issued = TextSketch.runs(process.tender["documents"])
      var sketches: [(bid: ContractingProcess.Bid, sketch: TextSketch)] = []
      for bid in process.submittedBids where !bid.tenderers.isEmpty {
        let sketch = TextSketch(bid.view["documents"], without: issued)
        if Double(sketch.count) >= sink[1] { sketches.append((bid, sketch)) }
      }
      var most = 0.0
      for (index, a) in sketches.enumerated() {
        for b in sketches[(index + 1)...] where a.bid.isApart(from: b.bid) {
          let share = a.sketch.likeness(to: b.sketch)
          guard share >= sink[0] else { continue }
          most = max(most, share)
          sink.name(a.bid.tenderers)
          sink.name(b.bid.tenderers)
        }
      }
      if most > 0 { sink.flag(most) }
    },
  ]
}

/// Prices that follow one another by rule.
enum PriceSteps {
  private static func prices(_ group: [ContractingProcess.Bid], _ minimum: Int) -> [Double]? {
    // Different tenderers, each with one price.
    for (index, bid) in group.enumerated() {
      for other in group[(index + 1)...] where !bid.isApart(from: other) { return nil }
    }
    let prices = Set(group.compactMap(\.amount?.value)).sorted()
    return prices.count == group.count && prices.count >= max(3, minimum) ? prices : nil
  }

  /// The multiple of each price over the one before, if it is the same throughout.
  static func ratio(
    _ group: [ContractingProcess.Bid], _ minimum: Int, _ tolerance: Double
  ) -> Double? {
    guard let prices = prices(group, minimum), let first = prices.first, let last = prices.last
    else { return nil }
    let ratios = zip(prices, prices.dropFirst()).map { $1 / $0 }
    let sum = ratios.reduce(0, +)
    let mean = sum / Double(ratios.count)
    guard last > first, ratios.allSatisfy({ abs($0 - mean) <= tolerance * (mean - 1) }) else {
      return nil
    }
    return mean
  }

  /// The difference of each price from the one before, if it is the same throughout.
  static func difference(
    _ group: [ContractingProcess.Bid], _ minimum: Int, _ tolerance: Double
  ) -> Double? {
    guard let prices = prices(group, minimum), let first = prices.first, let last = prices.last
    else { return nil }
    let mean = (last - first) / Double(prices.count - 1)
    let isRegular = zip(prices, prices.dropFirst())
      .allSatisfy { abs($1 - $0 - mean) <= tolerance * mean }
    return isRegular ? mean : nil
  }
}

/// What a text is made of, in so few numbers that two texts are quickly compared: one-permutation MinHash, empty
/// places filled from their neighbours (Li, Owen and Zhang 2012; Shrivastava and Li 2014).
struct TextSketch {
  private static let places = 256
  private static let runBytes = 8
  private var least: [UInt64]
  /// Distinct runs, counted with few errors.
  private(set) var count: Int

  /// Runs of eight bytes in the texts of documents, as hashes.
  static func runs(_ documents: JSONView) -> Set<UInt64> {
    var runs = Set<UInt64>()
    for document in documents.elements {
      guard let text = document["text"].text ?? document["description"].text,
        text.count >= runBytes
      else { continue }
      for index in 0...(text.count - runBytes) {
        runs.insert(mix(ByteText.word(text.start + index)))
      }
    }
    return runs
  }

  init(_ documents: JSONView, without issued: Set<UInt64>) {
    var least = [UInt64](repeating: .max, count: TextSketch.places)
    let runs = TextSketch.runs(documents).subtracting(issued)
    count = runs.count
    for run in runs {
      let place = Int(run >> 56)
      least[place] = min(least[place], run << 8)
    }
    self.least = least
    fill()
  }

  private mutating func fill() {
    guard count > 0 else { return }
    let first = least
    for place in first.indices where first[place] == .max {
      var distance = 1
      while first[(place + distance) % first.count] == .max { distance += 1 }
      least[place] =
        first[(place + distance) % first.count] &+ UInt64(distance) &* 0x9E37_79B9_7F4A_7C15
    }
  }

  /// The share of runs that two texts have in common, estimated.
  func likeness(to other: TextSketch) -> Double {
    Double(zip(least, other.least).lazy.filter { $0 == $1 }.count) / Double(least.count)
  }

  /// The finaliser of SplitMix64.
  private static func mix(_ word: UInt64) -> UInt64 {
    var z = word &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
