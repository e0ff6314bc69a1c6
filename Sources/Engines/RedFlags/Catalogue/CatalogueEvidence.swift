/// Draws the conclusions for one process from its facts and what all facts add up to. Fences are worked out once
/// as long as the tally stays the same.
struct CatalogueEvidence {
  /// Who or what is flagged.
  enum Subject: Hashable {
    case process
    case buyer(UInt32)
    case tenderer(UInt32)
  }

  struct Conclusion {
    let subject: Subject
    let flag: Int
    let value: Double
  }

  private let tally: CatalogueTally
  private let names: TextTable
  private let processes: TextTable
  private let parameters: [[Double]?]
  private let places: Places
  private var fences: [UInt64: (low: Double, high: Double, median: Double)?] = [:]
  private var shareFences: [Int: Double] = [:]

  /// Where the flags stand that are not found in a process alone.
  private struct Places {
    let r011 = place("R011"), r013 = place("R013"), r016 = place("R016"), r017 = place("R017")
    let r019 = place("R019"), r022 = place("R022"), r026 = place("R026"), r029 = place("R029")
    let r034 = place("R034"), r040 = place("R040"), r050 = place("R050"), r051 = place("R051")
    let r052 = place("R052"), r053 = place("R053"), r057 = place("R057"), r072 = place("R072")
    let cn31 = place("CN31"), cn32 = place("CN32")

    private static func place(_ code: String) -> Int { CatalogueFlag.place(of: code) ?? -1 }
  }

  init(
    _ tally: CatalogueTally, names: TextTable, processes: TextTable, _ parameters: [[Double]?]
  ) {
    self.tally = tally
    self.names = names
    self.processes = processes
    self.parameters = parameters
    places = Places()
  }

  /// What follows for a process with these facts.
  mutating func conclude(_ rows: ArraySlice<FactRow>, _ take: (Conclusion) -> Void) {
    let bidders = rows.filter { $0.kind == .bidder }
    for row in rows {
      switch row.kind {
      case .finding: finding(row, take)
      case .buyer:
        share(places.r013, tally.noncompetitive, row.a, .buyer(row.a), take)
        share(places.r026, tally.consortia, row.a, .buyer(row.a), take)
      case .subcontract: share(places.r072, tally.subcontracts, row.a, .tenderer(row.a), take)
      case .award: award(row, take)
      case .annual:
        guard let sum = tally.annual[CatalogueTally.key(UInt32(row.small), row.a)] else { continue }
        annual(row, sum, take)
      case .sample: sample(row, take)
      case .bidder: continue
      case .meeting: meeting(row, take)
      case .expert: expert(row, take)
      }
    }
    pairs(bidders, take)
  }

  private func finding(_ row: FactRow, _ take: (Conclusion) -> Void) {
    guard row.a != TextTable.none else {
      take(
        Conclusion(subject: .process, flag: Int(row.small), value: Double(bitPattern: row.x)))
      return
    }
    let count = tally.named[CatalogueTally.key(UInt32(row.small), row.a)] ?? 0
    take(Conclusion(subject: .tenderer(row.a), flag: Int(row.small), value: Double(count)))
  }

  private mutating func share(
    _ flag: Int, _ shares: CatalogueTally.Shares, _ number: UInt32, _ subject: Subject,
    _ take: (Conclusion) -> Void
  ) {
    guard parameters[flag] != nil, let share = shares.share(of: number) else { return }
    let fence = shareFences[flag] ?? shares.fence
    shareFences[flag] = fence
    if fence > 0, share >= fence { take(Conclusion(subject: subject, flag: flag, value: share)) }
  }

  // MARK: Samples

  /// Tukey's fences and the median of a group; nil below the flag's least number. Prices spread by factors: their
  /// fences are q1 / s and q3 × s, s = (q3 / q1)^1.5.
  private mutating func fences(
    _ key: UInt64, _ minimum: Double, byFactor: Bool
  ) -> (low: Double, high: Double, median: Double)? {
    if let known = fences[key] { return known }
    var found: (low: Double, high: Double, median: Double)?
    if let sample = tally.samples[key], Double(sample.count) >= minimum {
      let fences = Quantile.Fences(count: sample.count) { sample[$0] }
      let median = Quantile.type8(count: sample.count, 0.5) { sample[$0] } ?? .nan
      found = (fences.lower, fences.upper, median)
      if byFactor {
        let spread = fences.q3 / fences.q1
        let reach = spread * spread.squareRoot()
        found = (fences.q1 / reach, fences.q3 * reach, median)
      }
    }
    fences[key] = .some(found)
    return found
  }

  private mutating func sample(_ row: FactRow, _ take: (Conclusion) -> Void) {
    let flag = Int(row.small)
    guard let minimum = parameters[flag]?.first else { return }
    let value = Double(bitPattern: row.x)
    let isPrice = flag == places.r016 || flag == places.r017
    guard
      let fences = fences(
        CatalogueTally.key(UInt32(row.small), row.a), minimum, byFactor: isPrice)
    else { return }
    let isOff: Bool =
      switch flag {
      case places.r016: value < fences.low || value > fences.high
      case places.r017: value > fences.high
      case places.r019: fences.low > 0 && value <= fences.low
      default: value >= fences.high
      }
    guard isOff else { return }
    let shown = isPrice ? value / fences.median : value
    take(Conclusion(subject: .process, flag: flag, value: shown))
  }

  // MARK: Sums

  private func annual(
    _ row: FactRow, _ sum: CatalogueTally.Supplied, _ take: (Conclusion) -> Void
  ) {
    guard let own = parameters[Int(row.small)], sum.awards > 1 else { return }
    // The main category is part of the group: in front of currency and year.
    let category = names.part(2, of: row.a)
    let threshold = category == "works" ? own[2] : category == "services" ? own[1] : own[0]
    let ratio = Double(sum.hundredths) / 100 / threshold
    if ratio >= 1 {
      take(Conclusion(subject: .process, flag: Int(row.small), value: ratio))
    }
  }

  private func award(_ row: FactRow, _ take: (Conclusion) -> Void) {
    let key = CatalogueTally.key(row.b, row.a)
    guard let market = tally.markets[row.b], let own = tally.supplied[key], market.hundredths > 0
    else { return }
    let share = Double(own.hundredths) / Double(market.hundredths)
    let flag = row.small == 0 ? places.r040 : places.r050
    if let rule = parameters[flag], Double(market.awards) >= rule[1], share >= rule[0] {
      take(Conclusion(subject: .tenderer(row.a), flag: flag, value: share))
    }
    guard row.small == 0 else { return }
    if let rule = parameters[places.r051], Double(market.awards) >= rule[1] {
      let whole = Double(market.hundredths)
      let sum = Double(market.squares) / (whole * whole)
      if sum >= rule[0], let buyer = buyer(row.b) {
        take(Conclusion(subject: .buyer(buyer), flag: places.r051, value: sum))
      }
    }
    if let rule = parameters[places.r029], let counts = tally.digits[row.b] {
      let distance = CatalogueEvidence.benford(counts)
      if Double(counts.reduce(0, +)) >= rule[0], distance >= rule[1], let buyer = buyer(row.b) {
        take(Conclusion(subject: .buyer(buyer), flag: places.r029, value: distance))
      }
    }
    growth(row, key, take)
  }

  /// The buyer whose market it is.
  private func buyer(_ market: UInt32) -> UInt32? { names.find(names.part(0, of: market)) }

  private func growth(_ row: FactRow, _ key: UInt64, _ take: (Conclusion) -> Void) {
    guard let factor = parameters[places.r052]?.first, let events = tally.awards[key] else {
      return
    }
    let first = events.min { a, b in
      a.minute == b.minute ? a.value < b.value : a.minute < b.minute
    }
    guard let first, first.minute > 0, row.minute > first.minute, first.value > 0 else { return }
    let multiple = Double(Int64(bitPattern: row.x)) / Double(first.value)
    guard multiple >= factor else { return }
    take(Conclusion(subject: .process, flag: places.r052, value: multiple))
    take(Conclusion(subject: .tenderer(row.a), flag: places.r052, value: multiple))
  }

  /// log₁₀(1 + 1/d) for the digits 1 to 9.
  private static let benfordShares = [
    0.3010299956639812, 0.17609125905568124, 0.12493873660829992, 0.09691001300805642,
    0.07918124604762482, 0.06694678963061322, 0.05799194697768673, 0.05115252244738129,
    0.04575749056067514,
  ]

  /// χ² of first digits against Benford's law.
  static func benford(_ counts: [UInt32]) -> Double {
    let all = Double(counts.reduce(0, +))
    return zip(counts, benfordShares).reduce(0) { sum, digit in
      let difference = Double(digit.0) - all * digit.1
      return sum + difference * difference / (all * digit.1)
    }
  }

  // MARK: Company

  private func pairs(_ rows: [FactRow], _ take: (Conclusion) -> Void) {
    guard parameters[places.r053] != nil || parameters[places.cn31] != nil else { return }
    for (index, row) in rows.enumerated() {
      for other in rows[(index + 1)...] {
        let (a, b) = row.a < other.a ? (row.a, other.a) : (other.a, row.a)
        guard let pair = tally.pairs[CatalogueTally.key(a, b)], let first = tally.bids[a],
          let second = tally.bids[b]
        else { continue }
        let together = Double(pair.together)
        let lift = together * Double(tally.contested) / (Double(first) * Double(second))
        if let rule = parameters[places.r053], together >= rule[0], lift >= rule[1],
          Double(max(pair.firstWins, pair.secondWins)) >= rule[2] * together
        {
          for subject in [Subject.process, .tenderer(a), .tenderer(b)] {
            take(Conclusion(subject: subject, flag: places.r053, value: lift))
          }
        }
        if let rule = parameters[places.cn31], together >= rule[0], lift >= rule[1],
          together >= rule[2] * Double(min(first, second))
        {
          for subject in [Subject.process, .tenderer(a), .tenderer(b)] {
            take(Conclusion(subject: subject, flag: places.cn31, value: lift))
          }
        }
      }
    }
  }

  private func meeting(_ row: FactRow, _ take: (Conclusion) -> Void) {
    guard let events = tally.meetings[row.a] else { return }
    let members = names.string(row.a).split(separator: "\u{1F}").map(String.init)
    func name(_ flag: Int, _ value: Double) {
      take(Conclusion(subject: .process, flag: flag, value: value))
      for member in members {
        guard let number = names.find(member) else { continue }
        take(Conclusion(subject: .tenderer(number), flag: flag, value: value))
      }
    }
    if let rule = parameters[places.r034], row.b != TextTable.none, let same = tally.orders[row.b],
      Double(same) >= rule[0], Double(same) >= rule[1] * Double(events.count)
    {
      name(places.r034, Double(same) / Double(events.count))
    }
    guard let rule = parameters[places.r057], members.count > 2,
      Double(events.count) >= rule[0], events.count >= 2 * members.count
    else { return }
    let share = rotation(events, members.count)
    if share >= rule[1] { name(places.r057, share) }
  }

  /// The share of runs of `count` meetings in order in which everybody wins once.
  private func rotation(_ events: ContiguousArray<CatalogueTally.Event>, _ count: Int) -> Double {
    let winners = processes.withTexts { texts in
      events.sorted { a, b in
        a.minute == b.minute ? texts[a.process].precedes(texts[b.process]) : a.minute < b.minute
      }.map(\.value)
    }
    var even = 0
    for begin in 0...(winners.count - count) {
      let run = Set(winners[begin..<(begin + count)])
      if run.count == count, !run.contains(Int64(TextTable.none)) { even += 1 }
    }
    return Double(even) / Double(winners.count - count + 1)
  }

  private func expert(_ row: FactRow, _ take: (Conclusion) -> Void) {
    guard let rule = parameters[places.cn32],
      let together = tally.seatedWins[CatalogueTally.key(row.a, row.b)],
      let seats = tally.seats[row.a], let wins = tally.winners[row.b]
    else { return }
    let lift = Double(together) * Double(tally.evaluated) / (Double(seats) * Double(wins))
    guard Double(together) >= rule[0], lift >= rule[1],
      Double(together) >= rule[2] * Double(seats)
    else { return }
    take(Conclusion(subject: .process, flag: places.cn32, value: lift))
    take(Conclusion(subject: .tenderer(row.b), flag: places.cn32, value: lift))
  }
}
