/// The figures of all that fences are made of, each sample in order.
struct FlagSamples {
  /// Values by rank.
  struct Sample {
    let count: Int
    let value: (Int) -> Double

    init(_ values: ContiguousArray<Double>) {
      var sorted = values
      sorted.sort()
      count = sorted.count
      value = { sorted[$0] }
    }

    init(_ values: OrderedValues) {
      count = values.count
      value = { values[$0] }
    }

    var fences: Quantile.Fences { Quantile.Fences(count: count, value) }
  }

  /// Price ratios of processes (R024, R058).
  var ratios: Sample
  /// Processes with a valid bid, and the share won, by tenderer (R025).
  var validBids: Sample
  var winRatios: Sample
  /// Shares of disqualified bids (R038).
  var buyers: Sample
  var entities: Sample
  var tenderers: Sample
  /// Kinds of goods by supplier (R048).
  var kinds: Sample

  /// Samples from a tally.
  init(_ settings: FlagSettings, ratios: ContiguousArray<Double>, _ tally: FlagTally) {
    func gather(_ value: (OrganisationFigures) -> Double?) -> Sample {
      var values = ContiguousArray<Double>()
      for organisation in tally.organisations {
        if let value = value(OrganisationFigures(organisation, settings)) { values.append(value) }
      }
      return Sample(values)
    }
    self.ratios = Sample(ratios)
    validBids = gather(\.validBids)
    winRatios = gather(\.winRatio)
    buyers = gather(\.buyer)
    entities = gather(\.entity)
    tenderers = gather(\.tenderer)
    kinds = gather(\.kinds)
  }

  /// Samples kept in order.
  init(_ ordered: OrderedSamples) {
    ratios = Sample(ordered.ratios)
    validBids = Sample(ordered.validBids)
    winRatios = Sample(ordered.winRatios)
    buyers = Sample(ordered.buyers)
    entities = Sample(ordered.entities)
    tenderers = Sample(ordered.tenderers)
    kinds = Sample(ordered.kinds)
  }
}

/// What one organisation brings to each sample; nil where it does not count.
struct OrganisationFigures {
  var validBids: Double?
  var winRatio: Double?
  var buyer: Double?
  var entity: Double?
  var tenderer: Double?
  var kinds: Double?

  init(_ tally: OrganisationTally, _ settings: FlagSettings) {
    validBids = tally.valid > 0 ? Double(tally.valid) : nil
    winRatio = FlagFences.winRatio(tally)
    if let rule = settings.disqualified {
      buyer = rule.ratio(tally.boughtDisqualified, of: tally.bought, from: rule.minimumProcesses)
      entity = rule.ratio(
        tally.procuredDisqualified, of: tally.procured, from: rule.minimumProcesses)
      tenderer = rule.ratio(tally.disqualified, of: tally.submitted, from: rule.minimumBids)
    }
    kinds = settings.heterogeneous?.kinds(tally)
  }
}

/// The samples while they change one by one.
struct OrderedSamples {
  var ratios = OrderedValues()
  private(set) var validBids = OrderedValues()
  private(set) var winRatios = OrderedValues()
  private(set) var buyers = OrderedValues()
  private(set) var entities = OrderedValues()
  private(set) var tenderers = OrderedValues()
  private(set) var kinds = OrderedValues()

  mutating func insert(_ figures: OrganisationFigures) {
    figures.validBids.map { validBids.insert($0) }
    figures.winRatio.map { winRatios.insert($0) }
    figures.buyer.map { buyers.insert($0) }
    figures.entity.map { entities.insert($0) }
    figures.tenderer.map { tenderers.insert($0) }
    figures.kinds.map { kinds.insert($0) }
  }

  mutating func remove(_ figures: OrganisationFigures) {
    figures.validBids.map { validBids.remove($0) }
    figures.winRatio.map { winRatios.remove($0) }
    figures.buyer.map { buyers.remove($0) }
    figures.entity.map { entities.remove($0) }
    figures.tenderer.map { tenderers.remove($0) }
    figures.kinds.map { kinds.remove($0) }
  }
}
