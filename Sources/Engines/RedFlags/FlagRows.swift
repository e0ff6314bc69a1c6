/// Facts of processes that have something to tell of themselves.
struct FlagRows {
  private(set) var facts = BlockList<ProcessFacts>()
  private(set) var words = FactWords()
  /// The process that makes its currency the main one, if none is configured: the earliest that compares prices,
  /// of several at one place the one with the least id.
  private(set) var first: (currency: UInt32, position: UInt64, ocid: UInt32)?

  /// Keeps a process; of its words only those of these parts.
  mutating func append(
    _ process: ProcessFacts, _ processWords: FactWords, through part: ProcessFacts.Part
  ) {
    var kept = process
    kept.offset = words.count
    for other in ProcessFacts.Part.allCases where other.rawValue > part.rawValue {
      kept.counts[other] = 0
    }
    words.append(processWords, process.offset..<process.range(part).upperBound)
    facts.append(kept)
  }

  /// Takes note of a process that may name the main currency.
  mutating func consider(_ process: ProcessFacts, _ tables: FlagTables) {
    guard process.firstCurrency != TextTable.none else { return }
    consider((process.firstCurrency, process.position, process.ocid), tables)
  }

  private mutating func consider(
    _ other: (currency: UInt32, position: UInt64, ocid: UInt32), _ tables: FlagTables
  ) {
    if let first {
      guard other.position <= first.position else { return }
      if other.position == first.position {
        guard tables.processes.withTexts({ $0[other.ocid].precedes($0[first.ocid]) }) else {
          return
        }
      }
    }
    first = other
  }

  /// Of each process only the last row.
  func latest(_ tables: FlagTables) -> FlagRows {
    var last = ContiguousArray(repeating: -1, count: tables.processes.count)
    for (index, process) in facts.enumerated() {
      let known = last[Int(process.ocid)]
      if known < 0 || facts[known].position <= process.position {
        last[Int(process.ocid)] = index
      }
    }
    var rows = FlagRows()
    rows.words = words
    for index in last where index >= 0 {
      let parent = facts[index].parent
      // A lot that the process does not have any more.
      if parent != TextTable.none, last[Int(parent)] >= 0,
        facts[last[Int(parent)]].position > facts[index].position
      {
        continue
      }
      rows.facts.append(facts[index])
      rows.consider(facts[index], tables)
    }
    return rows
  }

  /// The currency whose prices are compared: the configured one or that of the first process.
  func mainCurrency(_ tables: FlagTables, _ settings: FlagSettings) -> UInt32 {
    if let currency = settings.currency {
      return tables.currencies.find(currency) ?? TextTable.none
    }
    return first?.currency ?? TextTable.none
  }

  /// Adds other rows, whose numbers stand for these in `tables`.
  mutating func merge(_ other: FlagRows, _ numbers: TableNumbers, _ tables: FlagTables) {
    for var process in other.facts {
      let offset = process.offset
      process.offset = words.count
      process.ocid = numbers.processes[Int(process.ocid)]
      if process.parent != TextTable.none {
        process.parent = numbers.processes[Int(process.parent)]
      }
      process.soleWinner = numbers.organisation(process.soleWinner)
      process.buyer = numbers.organisation(process.buyer)
      process.entity = numbers.organisation(process.entity)
      if process.firstCurrency != TextTable.none {
        process.firstCurrency = numbers.currencies[Int(process.firstCurrency)]
      }
      for part in ProcessFacts.Part.allCases {
        numbers.translate(other.words, offset, part, process, into: &words)
      }
      facts.append(process)
    }
    if let first = other.first {
      consider(
        (
          numbers.currencies[Int(first.currency)], first.position,
          numbers.processes[Int(first.ocid)]
        ), tables)
    }
  }
}

/// Numbers of one set of tables in another.
struct TableNumbers {
  let processes: ContiguousArray<UInt32>
  let organisations: ContiguousArray<UInt32>
  let currencies: ContiguousArray<UInt32>
  let kinds: ContiguousArray<UInt32>

  /// Enters all texts of `other` into `tables`.
  init(_ other: FlagTables, into tables: inout FlagTables) {
    func enter(_ source: TextTable, _ target: inout TextTable) -> ContiguousArray<UInt32> {
      source.withTexts { texts in
        ContiguousArray((0..<UInt32(source.count)).map { target.number(of: texts[$0]) })
      }
    }
    processes = enter(other.processes, &tables.processes)
    organisations = enter(other.organisations, &tables.organisations)
    currencies = enter(other.currencies, &tables.currencies)
    kinds = enter(other.kinds, &tables.kinds)
  }

  func organisation(_ number: UInt32) -> UInt32 {
    number == TextTable.none ? number : organisations[Int(number)]
  }

  /// Copies a part's words with the numbers of here.
  func translate(
    _ source: FactWords, _ offset: Int, _ part: ProcessFacts.Part, _ process: ProcessFacts,
    into words: inout FactWords
  ) {
    var range = process.range(part)
    range =
      (range.lowerBound - process.offset + offset)..<(range.upperBound - process.offset + offset)
    switch part {
    case .prices:
      for index in stride(
        from: range.lowerBound, to: range.upperBound, by: ProcessFacts.Prices.width)
      {
        var prices = source.prices(at: index)
        prices.currency = currencies[Int(prices.currency)]
        prices.winner = organisations[Int(prices.winner)]
        prices.second = organisations[Int(prices.second)]
        words.append(prices)
      }
    case .lowest: for index in range { words.append(currencies[Int(source[index])]) }
    case .participants, .identical, .late, .suppliers:
      for index in range { words.append(organisations[Int(source[index])]) }
    case .valid, .submitted:
      for index in range {
        words.append(organisations[Int(source[index] >> 1)] << 1 | source[index] & 1)
      }
    case .kinds:
      for index in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
        words.append(organisations[Int(source[index])])
        words.append(kinds[Int(source[index + 1])])
      }
    }
  }
}
