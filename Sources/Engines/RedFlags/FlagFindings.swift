/// What follows once all processes are known: fences, and which process and organisation is flagged.
struct FlagFindings {
  struct Process {
    /// Where the rows stand that the values below come from.
    var othersPosition: UInt64 = 0
    var pricePosition: UInt64 = 0
    var buyerPosition: UInt64 = 0
    var entityPosition: UInt64 = 0
    var othersDisqualified: UInt32 = 0
    /// Where its prices are; −1 without.
    var price: Int32 = -1
    /// The last buyer and entity named where bids were disqualified.
    var buyer = TextTable.none
    var entity = TextTable.none
    var marks: ProcessFacts.Marks = []
    var lowestIsDisqualified = false
  }

  let settings: FlagSettings
  private(set) var processes: ContiguousArray<Process>
  private(set) var prices = ContiguousArray<ProcessFacts.Prices>()
  let fences: FlagFences
  /// Organisations that R024 and R058 name.
  private(set) var close: ContiguousArray<Bool>
  private(set) var discounted: ContiguousArray<Bool>

  init(_ rows: FlagRows, _ tables: FlagTables, _ tally: FlagTally, _ settings: FlagSettings) {
    self.settings = settings
    processes = ContiguousArray(repeating: Process(), count: tables.processes.count)
    close = ContiguousArray(repeating: false, count: tables.organisations.count)
    discounted = close
    let main = rows.mainCurrency(tables, settings)
    for facts in rows.facts {
      FlagFindings.take(facts, rows.words, main, &processes[Int(facts.ocid)], &prices)
    }
    let used = processes.lazy.filter { $0.price >= 0 }.map(\.price)
    let priced = prices
    var ratios = ContiguousArray<Double>()
    for index in used where !priced[Int(index)].ratio.isNaN {
      ratios.append(priced[Int(index)].ratio)
    }
    fences = FlagFences(settings, FlagSamples(settings, ratios: ratios, tally))
    for process in processes where process.price >= 0 {
      let price = prices[Int(process.price)]
      if fences.isClose(price.ratio) {
        close[Int(price.winner)] = true
        close[Int(price.second)] = true
      }
      if fences.isDiscount(price.ratio) { discounted[Int(price.winner)] = true }
    }
  }

  /// Takes a row into its process. Rows of one process add up; where only one value can stand, that of the
  /// last row does.
  static func take(
    _ facts: ProcessFacts, _ words: FactWords, _ main: UInt32, _ process: inout Process,
    _ prices: inout ContiguousArray<ProcessFacts.Prices>
  ) {
    process.marks.formUnion(facts.marks)
    if facts.marks.contains(.allDisqualified),
      (facts.position, facts.othersDisqualified)
        >= (process.othersPosition, process.othersDisqualified)
    {
      process.othersDisqualified = facts.othersDisqualified
      process.othersPosition = facts.position
    }
    if facts.disqualifiedBids > 0 {
      if facts.buyer != TextTable.none, facts.position >= process.buyerPosition {
        (process.buyer, process.buyerPosition) = (facts.buyer, facts.position)
      }
      if facts.entity != TextTable.none, facts.position >= process.entityPosition {
        (process.entity, process.entityPosition) = (facts.entity, facts.position)
      }
    }
    for index in facts.range(.lowest) where words[index] == main {
      process.lowestIsDisqualified = true
    }
    for index in stride(
      from: facts.range(.prices).lowerBound, to: facts.range(.prices).upperBound,
      by: ProcessFacts.Prices.width)
    {
      let price = words.prices(at: index)
      guard price.currency == main,
        process.price < 0
          || (facts.position, price.ratio)
            >= (process.pricePosition, prices[Int(process.price)].ratio)
      else { continue }
      process.pricePosition = facts.position
      if process.price < 0 {
        process.price = Int32(prices.count)
        prices.append(price)
      } else {
        prices[Int(process.price)] = price
      }
    }
  }

  func price(_ process: Process) -> ProcessFacts.Prices? {
    process.price < 0 ? nil : prices[Int(process.price)]
  }

  /// Flags of a process, by code.
  func flags(_ process: Process) -> FlagValues {
    FlagFindings.flags(process, price(process), fences)
  }

  static func flags(
    _ process: Process, _ price: ProcessFacts.Prices?, _ fences: FlagFences
  ) -> FlagValues {
    var values = FlagValues()
    if process.marks.contains(.shortPeriod) { values.append(.R003, 1) }
    if process.marks.contains(.singleBid) { values.append(.R018, 1) }
    if let price, fences.isClose(price.ratio) { values.append(.R024, price.ratio) }
    if process.marks.contains(.identicalPrices) { values.append(.R028, 1) }
    if process.marks.contains(.lateBid) { values.append(.R030, 1) }
    if process.marks.contains(.allDisqualified) {
      values.append(.R035, Double(process.othersDisqualified))
    }
    if process.lowestIsDisqualified { values.append(.R036, 1) }
    if let price, fences.isDiscount(price.ratio) { values.append(.R058, price.ratio) }
    return values
  }

  /// Flags of an organisation as tenderer, by code.
  func tendererFlags(_ number: UInt32, _ tally: OrganisationTally) -> FlagValues {
    fences.tendererFlags(
      tally, isClose: close[Int(number)], isDiscounted: discounted[Int(number)])
  }
}

/// The indicators, by the codes of Open Contracting's catalogue of red flags.
public enum FlagCode: String, CaseIterable, Hashable, Sendable {
  // swift-format-ignore
  case R003, R018, R024, R025, R028, R030, R035, R036, R038, R048, R058
}

/// Values by code, in the order of codes.
typealias FlagValues = [FlagValue]

/// One indicator's value.
public struct FlagValue: Hashable, Sendable {
  /// The indicator.
  public let code: FlagCode
  /// Its value: 1 for a plain flag, else a ratio or a count; 0 for an organisation that is named with a process.
  public let value: Double
}

extension FlagValues {
  mutating func append(_ code: FlagCode, _ value: Double) {
    append(FlagValue(code: code, value: value))
  }
}
