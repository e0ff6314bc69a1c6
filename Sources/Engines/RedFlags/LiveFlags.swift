import Commons

/// All indicators, kept up to date while processes come in one by one: what has changed is known at once, and
/// the whole result is the same as of a ``FlagFold`` over the same processes, in whatever order they come.
///
/// Used by one thread at a time.
public final class LiveFlags: @unchecked Sendable {
  private let settings: FlagSettings
  private let map: Bool
  private let repeats: FlagRepeats
  private var reader = ProcurementReader()
  private var judge: ProcessJudge
  private var tally = FlagTally()
  private var samples = OrderedSamples()
  private var store = FactStore()
  /// Only to find the process that names the main currency.
  private var first = FlagRows()
  private var main = TextTable.none
  /// By organisation: its priced processes, twice the number, one more as winner.
  private var priced = ContiguousArray<ContiguousArray<UInt32>>()
  private var touched = StampSet()
  private var arrivals: UInt64 = 0
  private var cachedFences: FlagFences?
  private let shaper: ProcurementShaper
  private let catalogue: CatalogueLedger?
  /// Lots known of each process.
  private var lots: [UInt32: [UInt32]] = [:]

  /// Nothing yet.
  public init(_ settings: FlagSettings, map: Bool = false, repeats: FlagRepeats = .latest) {
    self.settings = settings
    self.map = map
    self.repeats = repeats
    judge = ProcessJudge(settings, map: map)
    shaper = ProcurementShaper(settings)
    catalogue =
      settings.catalogue.isEmpty
      ? nil : CatalogueLedger(settings.catalogue, repeats: repeats, isLive: true)
    if let currency = settings.currency {
      main = judge.tables.currencies.find(currency) ?? TextTable.none
    }
  }

  /// Processes known.
  public var processCount: Int { judge.tables.processes.count }

  /// Takes a process, record or package.
  ///
  /// - Parameters:
  ///   - text: JSON.
  ///   - position: its place among all; later ones replace earlier ones whatever the order in which they come.
  ///     Without it, the place after the last.
  /// - Returns: the ocids taken.
  @discardableResult
  public func apply(_ text: [UInt8], position: UInt64? = nil) throws(Problem) -> [String] {
    let place = position ?? arrivals
    arrivals = max(arrivals, place &+ 1)
    var taken: [String] = []
    var failure: LineProblem?
    var padded = text
    padded += [UInt8](repeating: 0, count: FlagFold.padding)
    padded.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var content = ProcurementReader.Content.other
      reader.scanner.allowsLineBreaks = true
      let end = base + text.count
      let after = reader.read(
        base, &content,
        end: { place, scanner in
          let place = scanner.space(place)
          return place == end ? place : scanner.fail(.trailing, place)
        },
        each: { process in
          guard let ocid = process.ocid else { return }
          take(process, place)
          taken.append(ocid.string)
        })
      if after == nil, let (fault, place) = reader.scanner.failure {
        failure = LineProblem(chunk: 0, line: 0, column: place - base, reason: fault.phrase)
      }
    }
    if let failure {
      throw .malformed(
        Phrase(
          "第 \(failure.column + 1) 个字节：\(failure.reason.zh)。",
          en: "Byte \(failure.column + 1): \(failure.reason.en)."))
    }
    return taken
  }

  private func take(_ process: borrowing Procurement, _ position: UInt64) {
    guard let ocid = process.ocid else { return }
    let isAdmitted = judge.admits(process)
    catalogue?.take(isAdmitted ? process.begin : nil, ocid: ocid, position: position)
    guard isAdmitted || repeats == .latest else { return }
    guard shaper.isNeeded else { return enter(process, position, isAdmitted: isAdmitted) }
    var parent: UInt32?
    var current: [UInt32] = []
    shaper.shape(process) { part, isLot in
      enter(part, position, isAdmitted: isAdmitted)
      if isLot { current.append(judge.facts.ocid) } else { parent = judge.facts.ocid }
    }
    guard let parent, repeats == .latest else { return }
    lots[parent] = Array(Set(lots[parent] ?? []).union(current))
    guard let latest = store.head(parent).map({ store.facts[$0].position }) else { return }
    // A lot that the process does not have any more says nothing any more.
    for number in lots[parent] ?? [] {
      guard let head = store.head(number), store.facts[head].position < latest else { continue }
      judge.passOver(number, position: latest)
      enter()
    }
  }

  private func enter(
    _ process: borrowing Procurement, _ position: UInt64, isAdmitted: Bool
  ) {
    if isAdmitted {
      judge.judge(process, position: position)
    } else {
      judge.passOver(process, position: position)
    }
    enter()
  }

  /// Puts what the judge has found in the place of what was known of the process.
  private func enter() {
    let position = judge.facts.position
    let number = judge.facts.ocid
    let known = store.head(number)
    if repeats == .latest, let known, store.facts[known].position > position { return }
    let replaced = repeats == .latest ? known : nil
    cachedFences = nil
    tally.reserve(judge.tables.organisations.count)
    while priced.count < judge.tables.organisations.count { priced.append([]) }
    var organisations = ContiguousArray<UInt32>()
    touched.clear(judge.tables.organisations.count)
    gather(judge.facts, judge.words, &organisations)
    if let replaced { gather(store.facts[replaced], store.words, &organisations) }
    for organisation in organisations {
      samples.remove(OrganisationFigures(tally[organisation], settings))
    }
    unprice(number)
    if let replaced { tally.count(store.facts[replaced], store.words, adds: false) }
    store.append(judge.facts, judge.words, replacing: replaced)
    tally.count(judge.facts, judge.words, adds: true)
    for organisation in organisations {
      samples.insert(OrganisationFigures(tally[organisation], settings))
    }
    settleCurrency(number, replaced)
  }

  /// The organisations whose figures a process changes, each once.
  private func gather(
    _ facts: ProcessFacts, _ words: FactWords, _ organisations: inout ContiguousArray<UInt32>
  ) {
    for number in [facts.buyer, facts.entity]
    where number != TextTable.none && touched.insert(number) {
      organisations.append(number)
    }
    for part in [ProcessFacts.Part.valid, .submitted] {
      for index in facts.range(part) where touched.insert(words[index] >> 1) {
        organisations.append(words[index] >> 1)
      }
    }
    for index in facts.range(.suppliers) where touched.insert(words[index]) {
      organisations.append(words[index])
    }
  }

  // MARK: Prices

  /// Finds the main currency anew where a process may have changed it, and enters the process's prices.
  private func settleCurrency(_ number: UInt32, _ replaced: Int?) {
    if settings.currency == nil {
      if replaced != nil, first.first?.ocid == number {
        first = FlagRows()
        store.forEach { facts in first.consider(facts, judge.tables) }
      } else {
        first.consider(judge.facts, judge.tables)
      }
      let currency = first.first?.currency ?? TextTable.none
      if currency != main {
        main = currency
        samples.ratios = OrderedValues()
        for index in priced.indices { priced[index].removeAll() }
        for process in 0..<UInt32(processCount) { price(process) }
        return
      }
    }
    price(number)
  }

  private func outcome(
    _ number: UInt32
  ) -> (process: FlagFindings.Process, price: ProcessFacts.Prices?) {
    var process = FlagFindings.Process()
    var prices = ContiguousArray<ProcessFacts.Prices>()
    store.forEach(of: number) {
      FlagFindings.take($0, store.words, main, &process, &prices)
    }
    return (process, process.price < 0 ? nil : prices[Int(process.price)])
  }

  private func price(_ number: UInt32) {
    guard let price = outcome(number).price else { return }
    samples.ratios.insert(price.ratio)
    priced[Int(price.winner)].append(number << 1 | 1)
    priced[Int(price.second)].append(number << 1)
  }

  private func unprice(_ number: UInt32) {
    guard let price = outcome(number).price else { return }
    samples.ratios.remove(price.ratio)
    for (organisation, mark) in [(price.winner, number << 1 | 1), (price.second, number << 1)] {
      guard let index = priced[Int(organisation)].lastIndex(of: mark) else { continue }
      priced[Int(organisation)].swapAt(index, priced[Int(organisation)].count - 1)
      priced[Int(organisation)].removeLast()
    }
  }

  // MARK: What is flagged now

  private var fences: FlagFences {
    if let cachedFences { return cachedFences }
    let fences = FlagFences(settings, FlagSamples(samples))
    cachedFences = fences
    return fences
  }

  /// Flags of the catalogue on a process, and on its buyer and tenderers, as things stand.
  public func findings(process ocid: String) -> [FlagFinding] {
    catalogue?.findings(process: ocid) ?? []
  }

  /// Flags of a process.
  public func flags(process ocid: String) -> [FlagValue] {
    guard let number = judge.tables.processes.find(ocid) else { return [] }
    let (process, price) = outcome(number)
    return FlagFindings.flags(process, price, fences)
  }

  /// By how much the second-lowest valid price lies above the winner's, as a share of it; nil where it is not compared.
  public func priceRatio(process ocid: String) -> Double? {
    judge.tables.processes.find(ocid).flatMap { outcome($0).price?.ratio }
  }

  /// The fences of that ratio: below the first a price is close (R024), above the second a discount (R058).
  public var priceFences: (low: Double?, high: Double?) {
    let fences = fences
    return (
      fences.closePrice.flatMap { $0.value.isFinite ? $0.value : nil },
      fences.discount.flatMap { $0.value.isFinite ? $0.value : nil }
    )
  }

  /// Flags of an organisation as tenderer.
  public func flags(tenderer id: String) -> [FlagValue] {
    guard let number = known(id) else { return [] }
    let fences = fences
    let ratios = priced[Int(number)].lazy.map { mark in
      (ratio: self.outcome(mark >> 1).price?.ratio ?? .nan, isWinner: mark & 1 == 1)
    }
    return fences.tendererFlags(
      tally[number], isClose: ratios.contains { fences.isClose($0.ratio) },
      isDiscounted: ratios.contains { $0.isWinner && fences.isDiscount($0.ratio) })
  }

  /// The share of disqualified bids of a buyer, if it is flagged (R038).
  public func disqualifiedRatio(buyer id: String) -> Double? {
    known(id).flatMap { fences.disqualifiedRatio(tally[$0], .buyer) }
  }

  /// The share of disqualified bids of a procuring entity, if it is flagged (R038).
  public func disqualifiedRatio(procuringEntity id: String) -> Double? {
    known(id).flatMap { fences.disqualifiedRatio(tally[$0], .entity) }
  }

  private func known(_ id: String) -> UInt32? {
    judge.tables.organisations.find(id).flatMap { Int($0) < priced.count ? $0 : nil }
  }

  /// The whole result.
  public func report() -> FlagReport {
    var rows = FlagRows()
    store.forEach { facts in
      rows.consider(facts, judge.tables)
      if facts.isNoteworthy { rows.append(facts, store.words, through: map ? .late : .lowest) }
    }
    return FlagReport(
      rows, judge.tables, tally, settings, map: map, catalogue: catalogue?.findings() ?? [])
  }
}

/// The facts of all processes as they stand, each found by its process.
private struct FactStore {
  private(set) var facts = ContiguousArray<ProcessFacts>()
  private(set) var words = FactWords()
  private var heads = ContiguousArray<Int>()
  /// The row of the same process before this one; −1 for none.
  private var previous = ContiguousArray<Int>()
  private var deadWords = 0

  func head(_ process: UInt32) -> Int? {
    Int(process) < heads.count && heads[Int(process)] >= 0 ? heads[Int(process)] : nil
  }

  mutating func append(_ process: ProcessFacts, _ processWords: FactWords, replacing old: Int?) {
    while heads.count <= Int(process.ocid) { heads.append(-1) }
    var kept = process
    kept.offset = words.count
    words.append(processWords, 0..<processWords.count)
    if let old {
      // The row keeps its place, so that only words are ever left behind.
      deadWords += facts[old].range(.kinds).upperBound - facts[old].offset
      facts[old] = kept
      if deadWords > 1 << 20, deadWords > words.count / 2 { compact() }
      return
    }
    previous.append(heads[Int(process.ocid)])
    heads[Int(process.ocid)] = facts.count
    facts.append(kept)
  }

  private mutating func compact() {
    var kept = FactWords()
    for index in facts.indices {
      let range = facts[index].offset..<facts[index].range(.kinds).upperBound
      facts[index].offset = kept.count
      kept.append(words, range)
    }
    words = kept
    deadWords = 0
  }

  func forEach(_ body: (ProcessFacts) -> Void) {
    for process in facts { body(process) }
  }

  func forEach(of process: UInt32, _ body: (ProcessFacts) -> Void) {
    var index = head(process) ?? -1
    while index >= 0 {
      body(facts[index])
      index = previous[index]
    }
  }
}
