/// The tables of texts that facts refer to.
struct FlagTables {
  var processes = TextTable(capacity: 1024)
  var organisations = TextTable(capacity: 1024)
  var currencies = TextTable()
  var kinds = TextTable()
}

/// Turns a process into facts: everything that can be said of it without the others.
struct ProcessJudge {
  let settings: FlagSettings
  /// Whether the tenderers of each process are kept.
  let listsTenderers: Bool
  var tables: FlagTables
  var facts = ProcessFacts()
  var words = FactWords()
  /// Priced bids that were compared, by currency.
  private(set) var comparedBids = ContiguousArray<Int>()

  private let excluded: TextTable
  private let comparable: TextTable
  private let incomparable: TextTable
  private let shortMethods: TextTable
  private let singleMethods: TextTable
  private let shortDetails: TextTable
  private let shortThresholds: [Int]
  /// The number of the configured currency.
  private let currency: UInt32?

  /// Numbers of the process's organisations, by the place of their ids.
  private var numbers = ContiguousArray<UInt32>()
  /// Numbers of the bids' currencies, by bid.
  private var currencies = ContiguousArray<UInt32>()
  private var seen = StampSet()
  private var prices = ContiguousArray<Candidate>()
  private var bidByPrice = ContiguousArray<Int32>()

  /// Lowest bids of winner and others in one currency.
  private struct Candidate {
    let currency: UInt32
    var winner: (number: UInt32, amount: Double)?
    var other: (number: UInt32, amount: Double)?
    var lowest: (amount: Double, isDisqualified: Bool)?
    var hasValid = false
  }

  init(_ settings: FlagSettings, map: Bool) {
    self.settings = settings
    listsTenderers =
      map
      && (settings.losing != nil || settings.disqualified != nil || settings.heterogeneous != nil)
    excluded = TextTable(names: settings.excluded)
    comparable = TextTable(names: settings.comparable)
    incomparable = TextTable(names: settings.incomparable)
    shortMethods = TextTable(names: settings.shortPeriod?.methods ?? [])
    singleMethods = TextTable(names: settings.singleBid?.methods ?? [])
    let details = (settings.shortPeriod?.thresholds ?? [:]).sorted { $0.key < $1.key }
    shortDetails = TextTable(names: details.map(\.key))
    shortThresholds = details.map(\.value)
    var tables = FlagTables()
    currency = settings.currency.map { tables.currencies.number(of: $0) }
    self.tables = tables
  }

  /// Whether a process is looked at at all.
  func admits(_ process: Procurement) -> Bool {
    guard process.ocid != nil, !process.tenderIsCancelled else { return false }
    guard let details = process.methodDetails else { return true }
    return excluded.find(details) == nil
  }

  /// Fills `facts` and `words` from an admitted process.
  mutating func judge(_ process: borrowing Procurement, position: UInt64) {
    facts = ProcessFacts()
    words.removeAll()
    guard let ocid = process.ocid else { return }
    facts.ocid = tables.processes.number(of: ocid)
    facts.position = position
    numberTexts(process)
    judgeTender(process)
    let active = ProcessJudge.activeAwards(process)
    let compares = isComparable(process)
    judgePrices(process, active, compares)
    if listsTenderers { listTenderers(process) }
    if settings.identicalPrices, compares { judgeIdenticalPrices(process) }
    if settings.lateBid { judgeLateBids(process) }
    if settings.losing != nil { countValidBids(process, active) }
    if let rule = settings.allDisqualified { judgeDisqualified(process, active, rule) }
    if settings.disqualified != nil { countSubmittedBids(process) }
    if let rule = settings.heterogeneous { countKinds(process, rule) }
  }

  /// Fills `facts` from a process that is not admitted: it contributes nothing.
  mutating func passOver(_ process: borrowing Procurement, position: UInt64) {
    facts = ProcessFacts()
    words.removeAll()
    guard let ocid = process.ocid else { return }
    facts.ocid = tables.processes.number(of: ocid)
    facts.position = position
  }

  /// Fills `facts` for a known process that contributes nothing any more.
  mutating func passOver(_ number: UInt32, position: UInt64) {
    facts = ProcessFacts()
    words.removeAll()
    facts.ocid = number
    facts.position = position
  }

  /// Adds compared bids of another judge, whose currencies have these numbers here.
  mutating func addComparedBids(_ other: ProcessJudge, _ numbers: ContiguousArray<UInt32>) {
    for (currency, bids) in other.comparedBids.enumerated() {
      let number = Int(numbers[currency])
      while comparedBids.count <= number { comparedBids.append(0) }
      comparedBids[number] += bids
    }
  }

  private mutating func numberTexts(_ process: borrowing Procurement) {
    numbers.removeAll(keepingCapacity: true)
    for id in process.parties { numbers.append(tables.organisations.number(of: id)) }
    currencies.removeAll(keepingCapacity: true)
    var last: (text: ByteText, number: UInt32)?
    for bid in process.bids {
      guard let text = bid.currency else {
        currencies.append(TextTable.none)
        continue
      }
      if last.map({ !$0.text.equals(text) }) ?? true {
        last = (text, tables.currencies.number(of: text))
      }
      currencies.append(last?.number ?? TextTable.none)
    }
  }

  private func isComparable(_ process: borrowing Procurement) -> Bool {
    guard let details = process.methodDetails else { return comparable.count == 0 }
    if comparable.count > 0 { return comparable.find(details) != nil }
    return incomparable.count == 0 || incomparable.find(details) == nil
  }

  /// Active awards of a process whose awards are all decided: how many, and the last. Nil while one is open, or
  /// without lists of awards and bids. An award without a status is passed over.
  private static func activeAwards(
    _ process: borrowing Procurement
  ) -> (count: Int, last: Int)? {
    guard process.hasAwards, process.hasBids else { return nil }
    var active = (count: 0, last: 0)
    for (index, award) in process.awards.enumerated() {
      switch award.status {
      case .active: active = (active.count + 1, index)
      case .absent, .ended: break
      case .other: return nil
      }
    }
    return active
  }

  /// The supplier of the only active award, if it is one.
  private func soleSupplier(
    _ process: borrowing Procurement, _ active: (count: Int, last: Int)?
  ) -> UInt32? {
    guard let active, active.count == 1 else { return nil }
    return process.awards[active.last].suppliers.only.map { numbers[$0] }
  }

  // MARK: The tender (R003, R018)

  private mutating func judgeTender(_ process: borrowing Procurement) {
    guard process.hasTender else { return }
    if let rule = settings.shortPeriod, ProcessJudge.matches(process.method, shortMethods),
      let start = process.start.flatMap(Timestamp.init),
      let end = process.end.flatMap(Timestamp.init)
    {
      let special = process.methodDetails.flatMap(shortDetails.find)
      let threshold = special.map { shortThresholds[Int($0)] } ?? rule.threshold
      if end.wholeDays(since: start) < threshold { facts.marks.insert(.shortPeriod) }
    }
    if settings.singleBid != nil, process.hasSingleTenderer,
      ProcessJudge.matches(process.method, singleMethods)
    {
      facts.marks.insert(.singleBid)
    }
  }

  private static func matches(_ method: ByteText?, _ methods: TextTable) -> Bool {
    methods.count == 0 || method.map { methods.find($0) != nil } ?? false
  }

  // MARK: Prices (R024, R058, R036, R028)

  private mutating func judgePrices(
    _ process: borrowing Procurement, _ active: (count: Int, last: Int)?, _ compares: Bool
  ) {
    guard compares else { return }
    prices.removeAll(keepingCapacity: true)
    let winner =
      settings.closePrice == nil && settings.discount == nil ? nil : soleSupplier(process, active)
    if let winner { compareWithWinner(process, winner) }
    let looksForLowest =
      settings.lowestDisqualified && process.awards.contains { $0.status == .active }
    if looksForLowest { findLowest(process, counts: true) }
    for price in prices { appendRatio(price) }
    for price in prices {
      guard let lowest = price.lowest, lowest.isDisqualified, price.hasValid else { continue }
      words.append(price.currency)
      facts.counts[.lowest] += 1
    }
  }

  /// Where a bid's currency has its candidate; nil if it is not the configured one.
  private mutating func candidate(_ currency: UInt32, counts: Bool) -> Int? {
    if counts {
      while comparedBids.count <= Int(currency) { comparedBids.append(0) }
      comparedBids[Int(currency)] += 1
    }
    if let configured = self.currency, configured != currency { return nil }
    if facts.firstCurrency == TextTable.none { facts.firstCurrency = currency }
    if let index = prices.lastIndex(where: { $0.currency == currency }) { return index }
    prices.append(Candidate(currency: currency))
    return prices.count - 1
  }

  private mutating func compareWithWinner(_ process: borrowing Procurement, _ winner: UInt32) {
    for (index, bid) in process.bids.enumerated()
    where bid.status == .valid && bid.isPriced {
      guard let place = bid.tenderers.only,
        let slot = candidate(currencies[index], counts: !settings.lowestDisqualified)
      else { continue }
      let tenderer = numbers[place]
      if tenderer == winner {
        if prices[slot].winner.map({ bid.amount < $0.amount }) ?? true {
          prices[slot].winner = (tenderer, bid.amount)
        }
      } else if prices[slot].other.map({ bid.amount < $0.amount }) ?? true {
        prices[slot].other = (tenderer, bid.amount)
      }
    }
  }

  private mutating func findLowest(_ process: borrowing Procurement, counts: Bool) {
    for (index, bid) in process.bids.enumerated()
    where bid.status.isSubmitted && bid.isPriced {
      guard let slot = candidate(currencies[index], counts: counts) else { continue }
      if prices[slot].lowest.map({ bid.amount < $0.amount }) ?? true {
        prices[slot].lowest = (bid.amount, bid.status == .disqualified)
      }
      if bid.status == .valid { prices[slot].hasValid = true }
    }
  }

  private mutating func appendRatio(_ price: Candidate) {
    // If the lowest bid did not win, price was not the only criterion.
    guard let winner = price.winner, let other = price.other, other.amount >= winner.amount else {
      return
    }
    words.append(
      ProcessFacts.Prices(
        currency: price.currency, winner: winner.number, second: other.number,
        ratio: (other.amount - winner.amount) / winner.amount))
    facts.counts[.prices] += ProcessFacts.Prices.width
  }

  private mutating func judgeIdenticalPrices(_ process: borrowing Procurement) {
    var size = 8
    while size < process.bids.count * 2 { size *= 2 }
    bidByPrice.removeAll(keepingCapacity: true)
    for _ in 0..<size { bidByPrice.append(-1) }
    for (index, bid) in process.bids.enumerated()
    where bid.status.isSubmitted && bid.isPriced && !bid.tenderers.ids.isEmpty {
      // Adding zero makes one of the two zeros.
      let bits = (bid.amount + 0).bitPattern ^ UInt64(currencies[index]) << 17
      var slot = Int(truncatingIfNeeded: (bits &* 0x9E37_79B9_7F4A_7C15) >> 40) & (size - 1)
      while bidByPrice[slot] >= 0 {
        let other = Int(bidByPrice[slot])
        if process.bids[other].amount == bid.amount, currencies[other] == currencies[index] {
          let (a, b) = (process.bids[other].tenderers.ids, bid.tenderers.ids)
          if !haveSameIDs(a, b) { markIdentical(a, b) }
          break
        }
        slot = (slot + 1) & (size - 1)
      }
      bidByPrice[slot] = Int32(index)
    }
  }

  private func haveSameIDs(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
    if a.count == 1, b.count == 1 { return numbers[a.lowerBound] == numbers[b.lowerBound] }
    return Set(numbers[a]) == Set(numbers[b])
  }

  private mutating func markIdentical(_ a: Range<Int>, _ b: Range<Int>) {
    facts.marks.insert(.identicalPrices)
    for range in [a, b] {
      for place in range { words.append(numbers[place]) }
      facts.counts[.identical] += range.count
    }
  }

  // MARK: Bids and awards (R025, R030, R035, R038)

  private mutating func listTenderers(_ process: borrowing Procurement) {
    for bid in process.bids where bid.status.isSubmitted {
      for place in bid.tenderers.ids { words.append(numbers[place]) }
      facts.counts[.participants] += bid.tenderers.ids.count
    }
  }

  private mutating func judgeLateBids(_ process: borrowing Procurement) {
    guard let end = process.end, process.hasAwards, process.hasBids else { return }
    var hasSuppliers = false
    for bid in process.bids where bid.status == .valid {
      // Dates are compared as text, as Cardinal does: equal offsets are taken for granted.
      guard let date = bid.date, end.precedes(date) else { continue }
      if !hasSuppliers {
        seen.clear(tables.organisations.count)
        for award in process.awards where award.status == .active {
          for place in award.suppliers.ids { seen.insert(numbers[place]) }
        }
        hasSuppliers = true
      }
      for place in bid.tenderers.ids where seen.contains(numbers[place]) {
        facts.marks.insert(.lateBid)
        words.append(numbers[place])
        facts.counts[.late] += 1
      }
    }
  }

  private mutating func countValidBids(
    _ process: borrowing Procurement, _ active: (count: Int, last: Int)?
  ) {
    guard let supplier = soleSupplier(process, active) else { return }
    seen.clear(tables.organisations.count)
    for bid in process.bids where bid.status == .valid {
      guard let place = bid.tenderers.only, seen.insert(numbers[place]) else { continue }
      words.append(numbers[place] << 1 | (numbers[place] == supplier ? 1 : 0))
      facts.counts[.valid] += 1
    }
  }

  private mutating func judgeDisqualified(
    _ process: borrowing Procurement, _ active: (count: Int, last: Int)?,
    _ rule: FlagSettings.AllDisqualified
  ) {
    guard active != nil else { return }
    var winner = TextTable.none
    for bid in process.bids where bid.status == .valid {
      for place in bid.tenderers.ids {
        if winner != TextTable.none, winner != numbers[place] { return }
        winner = numbers[place]
      }
    }
    guard winner != TextTable.none else { return }
    var isAwarded = false
    for award in process.awards where award.status == .active {
      for place in award.suppliers.ids {
        guard numbers[place] == winner else { return }
        isAwarded = true
      }
    }
    guard isAwarded else { return }
    seen.clear(tables.organisations.count)
    seen.insert(winner)
    var others = 0
    for bid in process.bids where bid.status == .disqualified {
      for place in bid.tenderers.ids where seen.insert(numbers[place]) { others += 1 }
    }
    guard others >= max(1, rule.threshold) else { return }
    facts.marks.insert(.allDisqualified)
    facts.othersDisqualified = UInt32(others)
    facts.soleWinner = winner
  }

  private mutating func countSubmittedBids(_ process: borrowing Procurement) {
    for bid in process.bids where bid.status.isSubmitted {
      let isDisqualified: UInt32 = bid.status == .disqualified ? 1 : 0
      facts.submittedBids += 1
      facts.disqualifiedBids += isDisqualified
      for place in bid.tenderers.ids { words.append(numbers[place] << 1 | isDisqualified) }
      facts.counts[.submitted] += bid.tenderers.ids.count
    }
    guard facts.submittedBids > 0 else { return }
    if let buyer = process.buyer { facts.buyer = tables.organisations.number(of: buyer) }
    if let entity = process.entity { facts.entity = tables.organisations.number(of: entity) }
  }

  // MARK: Kinds of goods (R048)

  private mutating func countKinds(
    _ process: borrowing Procurement, _ rule: FlagSettings.Heterogeneous
  ) {
    guard process.hasAwards else { return }
    seen.clear(tables.organisations.count)
    for award in process.awards
    where award.status == .active && !award.classifications.isEmpty {
      guard let place = award.suppliers.only, seen.insert(numbers[place]) else { continue }
      words.append(numbers[place])
      facts.counts[.suppliers] += 1
    }
    for award in process.awards where award.status == .active {
      guard let place = award.suppliers.only else { continue }
      for index in award.classifications {
        let kind = process.classifications[index].prefix(characters: rule.digits)
        words.append(numbers[place])
        words.append(tables.kinds.number(of: kind))
        facts.counts[.kinds] += 2
      }
    }
  }
}

/// A set of small numbers that is emptied by counting on.
struct StampSet {
  private var stamps = ContiguousArray<UInt32>()
  private var current: UInt32 = 0

  /// Empties the set and makes room for numbers below `limit`.
  mutating func clear(_ limit: Int) {
    current &+= 1
    if current == 0 {
      stamps = []
      current = 1
    }
    while stamps.count < limit { stamps.append(0) }
  }

  func contains(_ number: UInt32) -> Bool { stamps[Int(number)] == current }

  /// Whether it is new.
  @discardableResult
  mutating func insert(_ number: UInt32) -> Bool {
    guard stamps[Int(number)] != current else { return false }
    stamps[Int(number)] = current
    return true
  }
}

extension TextTable {
  init(names: [String]) {
    self.init(capacity: names.count)
    for name in names { _ = number(of: name) }
  }

  @discardableResult
  mutating func number(of text: String) -> UInt32 {
    var text = text
    return text.withUTF8 { utf8 in
      // Lent bytes always have an address, an empty text's included.
      withUnsafePointer(to: UInt8(0)) { empty in
        number(of: ByteText(start: utf8.baseAddress ?? empty, count: utf8.count))
      }
    }
  }

  func find(_ text: String) -> UInt32? {
    var text = text
    return text.withUTF8 { utf8 in
      withUnsafePointer(to: UInt8(0)) { empty in
        find(ByteText(start: utf8.baseAddress ?? empty, count: utf8.count))
      }
    }
  }
}

extension ByteText {
  /// The first characters (Unicode scalars).
  func prefix(characters: Int) -> ByteText {
    var (index, left) = (0, characters)
    while index < count {
      if start[index] & 0xC0 != 0x80 {
        if left == 0 { break }
        left -= 1
      }
      index += 1
    }
    return ByteText(start: start, count: index)
  }
}
