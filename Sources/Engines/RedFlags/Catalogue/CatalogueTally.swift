/// What the facts of all processes add up to. Facts can be added and taken away in any order: all counts and sums
/// are of whole numbers, samples are kept in order, and lists are put in order when they are read.
struct CatalogueTally {
  struct Share {
    var hits: UInt32 = 0
    var all: UInt32 = 0
  }

  struct Market {
    var hundredths: Int64 = 0
    var awards: UInt32 = 0
    /// The squares of its suppliers' sums.
    var squares: UInt128 = 0
  }

  struct Supplied {
    var hundredths: Int64 = 0
    var awards: UInt32 = 0
  }

  struct Event: Equatable {
    var minute: UInt32
    var process: UInt32
    var value: Int64
  }

  struct Pair {
    var together: UInt32 = 0
    var firstWins: UInt32 = 0
    var secondWins: UInt32 = 0
  }

  /// Sums of shares by subject, and the shares in order of those that count.
  struct Shares {
    private(set) var subjects: [UInt32: Share] = [:]
    private(set) var ordered = OrderedValues()
    let minimum: Double

    mutating func count(_ subject: UInt32, isHit: Bool, adds: Bool) {
      var share = subjects[subject] ?? Share()
      if let value = value(share) { ordered.remove(value) }
      let one: UInt32 = adds ? 1 : .max
      share.all &+= one
      if isHit { share.hits &+= one }
      if let value = value(share) { ordered.insert(value) }
      subjects[subject] = share.all == 0 ? nil : share
    }

    private func value(_ share: Share) -> Double? {
      share.all > 0 && Double(share.all) >= minimum ? Double(share.hits) / Double(share.all) : nil
    }

    func share(of subject: UInt32) -> Double? { subjects[subject].flatMap(value) }

    /// The upper of Tukey's fences.
    var fence: Double { Quantile.Fences(count: ordered.count) { ordered[$0] }.upper }
  }

  private(set) var named: [UInt64: UInt32] = [:]
  private(set) var noncompetitive: Shares
  private(set) var consortia: Shares
  private(set) var subcontracts: Shares
  private(set) var samples: [UInt64: OrderedValues] = [:]
  private(set) var markets: [UInt32: Market] = [:]
  private(set) var supplied: [UInt64: Supplied] = [:]
  private(set) var awards: [UInt64: ContiguousArray<Event>] = [:]
  private(set) var annual: [UInt64: Supplied] = [:]
  private(set) var digits: [UInt32: [UInt32]] = [:]
  private(set) var bids: [UInt32: UInt32] = [:]
  private(set) var pairs: [UInt64: Pair] = [:]
  /// Processes with two tenderers or more.
  private(set) var contested = 0
  private(set) var meetings: [UInt32: ContiguousArray<Event>] = [:]
  private(set) var orders: [UInt32: UInt32] = [:]
  private(set) var seats: [UInt32: UInt32] = [:]
  private(set) var winners: [UInt32: UInt32] = [:]
  private(set) var seatedWins: [UInt64: UInt32] = [:]
  /// Processes with evaluators and a winner.
  private(set) var evaluated = 0
  private let wantsDigits: Bool
  private let wantsEvents: Bool

  init(_ parameters: [[Double]?]) {
    func minimum(_ code: String) -> Double {
      CatalogueFlag.place(of: code).flatMap { parameters[$0]?.first } ?? .infinity
    }
    noncompetitive = Shares(minimum: minimum("R013"))
    consortia = Shares(minimum: minimum("R026"))
    subcontracts = Shares(minimum: minimum("R072"))
    wantsDigits = minimum("R029") < .infinity
    wantsEvents = minimum("R052") < .infinity
  }

  static func key(_ a: UInt32, _ b: UInt32) -> UInt64 { UInt64(a) << 32 | UInt64(b) }

  /// Adds what a process says, or takes it away.
  mutating func count(_ rows: ArraySlice<FactRow>, _ process: UInt32, adds: Bool) {
    var bidders = ContiguousArray<FactRow>()
    var isEvaluated = false
    for row in rows {
      switch row.kind {
      case .finding:
        if row.a != TextTable.none {
          CatalogueTally.bump(&named, CatalogueTally.key(UInt32(row.small), row.a), adds)
        }
      case .buyer:
        let marks = FactRow.BuyerMarks(rawValue: row.small)
        noncompetitive.count(row.a, isHit: marks.contains(.noncompetitive), adds: adds)
        consortia.count(row.a, isHit: marks.contains(.consortium), adds: adds)
      case .subcontract: subcontracts.count(row.a, isHit: row.small == 1, adds: adds)
      case .award: countAward(row, process, adds: adds)
      case .annual:
        CatalogueTally.add(
          Int64(bitPattern: row.x), to: &annual[CatalogueTally.key(UInt32(row.small), row.a)], adds)
      case .sample:
        let value = Double(bitPattern: row.x)
        let key = CatalogueTally.key(UInt32(row.small), row.a)
        if adds {
          samples[key, default: OrderedValues()].insert(value)
        } else {
          samples[key]?.remove(value)
          if samples[key]?.count == 0 { samples[key] = nil }
        }
      case .bidder: bidders.append(row)
      case .meeting: countMeeting(row, process, adds: adds)
      case .expert:
        if !isEvaluated {
          isEvaluated = true
          evaluated += adds ? 1 : -1
          CatalogueTally.bump(&winners, row.b, adds)
        }
        CatalogueTally.bump(&seats, row.a, adds)
        CatalogueTally.bump(&seatedWins, CatalogueTally.key(row.a, row.b), adds)
      }
    }
    countBidders(bidders, adds: adds)
  }

  private static func bump<Key>(_ counts: inout [Key: UInt32], _ key: Key, _ adds: Bool) {
    let count = (counts[key] ?? 0) &+ (adds ? 1 : .max)
    counts[key] = count == 0 ? nil : count
  }

  private static func add(_ hundredths: Int64, to sum: inout Supplied?, _ adds: Bool) {
    var new = sum ?? Supplied()
    new.hundredths &+= adds ? hundredths : -hundredths
    new.awards &+= adds ? 1 : .max
    sum = new.awards == 0 ? nil : new
  }

  private mutating func countAward(_ row: FactRow, _ process: UInt32, adds: Bool) {
    let amount = Int64(bitPattern: row.x)
    let key = CatalogueTally.key(row.b, row.a)
    var market = markets[row.b] ?? Market()
    market.squares &-= CatalogueTally.square(supplied[key]?.hundredths ?? 0)
    CatalogueTally.add(amount, to: &supplied[key], adds)
    market.squares &+= CatalogueTally.square(supplied[key]?.hundredths ?? 0)
    market.hundredths &+= adds ? amount : -amount
    market.awards &+= adds ? 1 : .max
    markets[row.b] = market.awards == 0 ? nil : market
    guard row.small == 0 else { return }
    if wantsDigits { countDigit(row, amount, adds: adds) }
    guard wantsEvents else { return }
    let event = Event(minute: row.minute, process: process, value: amount)
    CatalogueTally.change(&awards[key], event, adds: adds)
  }

  private mutating func countDigit(_ row: FactRow, _ amount: Int64, adds: Bool) {
    var lead = amount.magnitude
    while lead > 9 { lead /= 10 }
    guard lead > 0 else { return }
    var counts = digits[row.b] ?? [UInt32](repeating: 0, count: 9)
    counts[Int(lead) - 1] &+= adds ? 1 : .max
    digits[row.b] = counts.contains { $0 > 0 } ? counts : nil
  }

  private static func square(_ value: Int64) -> UInt128 {
    let magnitude = UInt128(value.magnitude)
    return magnitude &* magnitude
  }

  private static func change(_ list: inout ContiguousArray<Event>?, _ event: Event, adds: Bool) {
    if adds {
      if list == nil { list = [] }
      list?.append(event)
    } else if let index = list?.lastIndex(of: event), let last = list?.count {
      list?.swapAt(index, last - 1)
      list?.removeLast()
      if last == 1 { list = nil }
    }
  }

  private mutating func countMeeting(_ row: FactRow, _ process: UInt32, adds: Bool) {
    let event = Event(minute: row.minute, process: process, value: Int64(row.x))
    CatalogueTally.change(&meetings[row.a], event, adds: adds)
    if row.b != TextTable.none { CatalogueTally.bump(&orders, row.b, adds) }
  }

  private mutating func countBidders(_ rows: ContiguousArray<FactRow>, adds: Bool) {
    guard !rows.isEmpty else { return }
    contested += adds ? 1 : -1
    let one: UInt32 = adds ? 1 : .max
    for (index, row) in rows.enumerated() {
      CatalogueTally.bump(&bids, row.a, adds)
      for other in rows[(index + 1)...] {
        let (first, second) = row.a < other.a ? (row, other) : (other, row)
        let key = CatalogueTally.key(first.a, second.a)
        var pair = pairs[key] ?? Pair()
        pair.together &+= one
        if first.small == 1 { pair.firstWins &+= one }
        if second.small == 1 { pair.secondWins &+= one }
        pairs[key] = pair.together == 0 ? nil : pair
      }
    }
  }
}
