/// Fences of all indicators that compare with the others, and what lies beyond them.
struct FlagFences {
  /// Where a value is looked at more closely, and the quartiles it comes from, if it comes from data.
  struct Fence: Hashable {
    var q1: Double?
    var q3: Double?
    var value: Double

    init(threshold: Double) { value = threshold }

    init(lower fences: Quantile.Fences) {
      (q1, q3, value) = (fences.q1, fences.q3, fences.lower)
    }

    init(upper fences: Quantile.Fences) {
      (q1, q3, value) = (fences.q1, fences.q3, fences.upper)
    }

    /// A lower fence flags nothing where at least a quarter of the data, or the fence itself, is zero.
    var isUseful: Bool { (q1 ?? 1) > 0 && value > 0 }
  }

  let settings: FlagSettings
  var closePrice: Fence?
  var discount: Fence?
  var losing: Fence?
  /// Bids from which R025 looks at a tenderer.
  var manyBids: Double?
  var buyers: Fence?
  var entities: Fence?
  var tenderers: Fence?
  var heterogeneous: Fence?

  init(_ settings: FlagSettings, _ samples: FlagSamples) {
    self.settings = settings
    closePrice = settings.closePrice.map {
      $0.threshold.map(Fence.init(threshold:)) ?? Fence(lower: samples.ratios.fences)
    }
    discount = settings.discount.map {
      $0.threshold.map(Fence.init(threshold:)) ?? Fence(upper: samples.ratios.fences)
    }
    if let rule = settings.losing {
      let counts = samples.validBids
      manyBids =
        Quantile.type8(count: counts.count, Double(rule.percentile) / 100, counts.value) ?? .nan
      losing =
        rule.threshold.map(Fence.init(threshold:)) ?? Fence(lower: samples.winRatios.fences)
    }
    if let rule = settings.disqualified {
      buyers = FlagFences.fence(rule.threshold, samples.buyers)
      entities = FlagFences.fence(rule.threshold, samples.entities)
      tenderers = FlagFences.fence(rule.threshold, samples.tenderers)
    }
    if let rule = settings.heterogeneous {
      heterogeneous =
        rule.threshold.map { Fence(threshold: Double($0)) } ?? Fence(upper: samples.kinds.fences)
    }
  }

  /// The fence of R038 for one group; nil if nobody in it counts.
  private static func fence(_ threshold: Double?, _ sample: FlagSamples.Sample) -> Fence? {
    guard sample.count > 0 else { return nil }
    return threshold.map(Fence.init(threshold:)) ?? Fence(upper: sample.fences)
  }

  static func winRatio(_ tally: OrganisationTally) -> Double? {
    tally.valid > 0 ? Double(tally.won) / Double(tally.valid) : nil
  }

  // MARK: What lies beyond

  func isClose(_ ratio: Double) -> Bool {
    closePrice.map { $0.isUseful && ratio <= $0.value } ?? false
  }

  func isDiscount(_ ratio: Double) -> Bool {
    discount.map { $0.value > 0 && ratio >= $0.value } ?? false
  }

  func tendererFlags(
    _ tally: OrganisationTally, isClose: Bool, isDiscounted: Bool
  ) -> FlagValues {
    var values = FlagValues()
    if isClose { values.append(.R024, 0) }
    if let losing, let manyBids, losing.isUseful, let ratio = FlagFences.winRatio(tally),
      Double(tally.valid) >= manyBids, ratio <= losing.value
    {
      values.append(.R025, ratio)
    }
    if tally.identical > 0 { values.append(.R028, 1) }
    if tally.late > 0 { values.append(.R030, 1) }
    if tally.soleWinner > 0 { values.append(.R035, 0) }
    if let ratio = disqualifiedRatio(tally, .tenderer) { values.append(.R038, ratio) }
    if let heterogeneous, let kinds = settings.heterogeneous?.kinds(tally),
      kinds >= heterogeneous.value
    {
      values.append(.R048, kinds)
    }
    if isDiscounted { values.append(.R058, 0) }
    return values
  }

  enum Role { case buyer, entity, tenderer }

  /// The value of R038, if it lies beyond the fence.
  func disqualifiedRatio(_ tally: OrganisationTally, _ role: Role) -> Double? {
    guard let rule = settings.disqualified else { return nil }
    let (fence, ratio): (Fence?, Double?) =
      switch role {
      case .buyer:
        (
          buyers,
          rule.ratio(tally.boughtDisqualified, of: tally.bought, from: rule.minimumProcesses)
        )
      case .entity:
        (
          entities,
          rule.ratio(tally.procuredDisqualified, of: tally.procured, from: rule.minimumProcesses)
        )
      case .tenderer:
        (tenderers, rule.ratio(tally.disqualified, of: tally.submitted, from: rule.minimumBids))
      }
    guard let fence, let ratio, fence.value > 0, ratio >= fence.value else { return nil }
    return ratio
  }

  // MARK: How they are told

  /// Quartiles and fences by code, in order, as Cardinal names them.
  var named: [(code: FlagCode, figures: [(name: String, value: Double)])] {
    var all: [(code: FlagCode, figures: [(name: String, value: Double)])] = []
    if let closePrice { all.append((.R024, closePrice.figures("lower_fence"))) }
    if let losing, let manyBids {
      var figures = losing.figures("lower_fence")
      figures.insert(("upper_fence", manyBids), at: figures.count - 1)
      all.append((.R025, figures))
    }
    let groups =
      (buyers?.figures("upper_fence", of: "Buyer_") ?? [])
      + (entities?.figures("upper_fence", of: "ProcuringEntity_") ?? [])
      + (tenderers?.figures("upper_fence", of: "Tenderer_") ?? [])
    if !groups.isEmpty { all.append((.R038, groups)) }
    if let heterogeneous { all.append((.R048, heterogeneous.figures("upper_fence"))) }
    if let discount { all.append((.R058, discount.figures("upper_fence"))) }
    return all
  }
}

extension FlagFences.Fence {
  fileprivate func figures(_ name: String, of group: String = "") -> [(name: String, value: Double)]
  {
    let own = (name: group + name, value: value)
    guard let q1, let q3 else { return [own] }
    return [(group + "q1", q1), (group + "q3", q3), own]
  }
}

extension FlagSettings.Disqualified {
  /// Disqualified bids of all, from so many bids.
  func ratio(_ disqualified: UInt32, of all: UInt32, from minimum: Int) -> Double? {
    all > 0 && Int(all) >= minimum ? Double(disqualified) / Double(all) : nil
  }
}

extension FlagSettings.Heterogeneous {
  /// Kinds of goods of a supplier that counts.
  func kinds(_ tally: OrganisationTally) -> Double? {
    tally.supplied > 0 && Int(tally.supplied) >= minimumProcesses ? Double(tally.kinds) : nil
  }
}
