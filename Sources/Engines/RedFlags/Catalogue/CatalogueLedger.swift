import Commons

/// The facts of all processes for the flags of the catalogue, with what follows from them: whatever the order in
/// which processes come and however they are parted among ledgers that are merged, the same.
///
/// Used by one thread at a time.
final class CatalogueLedger: @unchecked Sendable {
  private struct Entry {
    var process: UInt32
    var position: UInt64
    var rows: Range<Int>
    /// The entry of the same process before this one; −1 for none.
    var previous: Int32
  }

  private let parameters: [[Double]?]
  private let active: [FlagSink.Active]
  private let repeats: FlagRepeats
  private let process: ContractingProcess
  private var sink: FlagSink
  private var processes = TextTable(capacity: 1024)
  private var heads = ContiguousArray<Int32>()
  private var entries = ContiguousArray<Entry>()
  private var rows = ContiguousArray<FactRow>()
  private var deadRows = 0
  /// Kept up to date while processes come one by one; nil if it is made when it is needed.
  private var tally: CatalogueTally?
  /// What was concluded from since the last process came, with the fences that were worked out.
  private var standing: CatalogueEvidence?

  init(_ settings: CatalogueSettings, repeats: FlagRepeats, isLive: Bool) {
    parameters = CatalogueFlag.all.map(settings.values)
    active = zip(CatalogueFlag.all.indices, CatalogueFlag.all).compactMap { [parameters] in
      guard let own = parameters[$0] else { return nil }
      return FlagSink.Active(place: $0, parameters: own, judge: $1.judge)
    }
    self.repeats = repeats
    process = ContractingProcess(rates: settings.rates)
    sink = FlagSink(debarred: settings.debarred)
    if isLive { tally = CatalogueTally(parameters) }
  }

  /// Takes the process whose checked text begins here; without `begin` it says nothing any more.
  func take(_ begin: Cursor?, ocid: ByteText, position: UInt64) {
    // Given up before anything changes: otherwise all of the tally would be copied.
    standing = nil
    let number = processes.number(of: ocid)
    while heads.count <= Int(number) { heads.append(-1) }
    if repeats == .latest, heads[Int(number)] >= 0,
      entries[Int(heads[Int(number)])].position > position
    {
      return
    }
    sink.clear()
    if let begin {
      process.read(begin, ocid: ocid)
      for flag in active { sink.run(process, flag) }
    } else if repeats == .each {
      return
    }
    put(sink.rows[...], number, position)
  }

  private func put(_ new: ArraySlice<FactRow>, _ number: UInt32, _ position: UInt64) {
    let begin = rows.count
    rows += new
    let head = Int(heads[Int(number)])
    if repeats == .latest, head >= 0 {
      tally?.count(rows[entries[head].rows], number, adds: false)
      deadRows += entries[head].rows.count
      entries[head].rows = begin..<rows.count
      entries[head].position = position
    } else {
      entries.append(
        Entry(
          process: number, position: position, rows: begin..<rows.count,
          previous: heads[Int(number)]
        ))
      heads[Int(number)] = Int32(entries.count - 1)
    }
    tally?.count(rows[begin...], number, adds: true)
    if deadRows > 1 << 18, deadRows > rows.count / 2 { compact() }
  }

  private func compact() {
    var kept = ContiguousArray<FactRow>()
    kept.reserveCapacity(rows.count - deadRows)
    for index in entries.indices {
      let begin = kept.count
      kept += rows[entries[index].rows]
      entries[index].rows = begin..<kept.count
    }
    rows = kept
    deadRows = 0
  }

  /// Adds what another ledger with the same settings has.
  func merge(_ other: CatalogueLedger) {
    standing = nil
    func enter(_ source: TextTable, _ target: inout TextTable) -> ContiguousArray<UInt32> {
      source.withTexts { texts in
        ContiguousArray((0..<UInt32(source.count)).map { target.number(of: texts[$0]) })
      }
    }
    let numbers = enter(other.sink.names, &sink.names)
    let own = enter(other.processes, &processes)
    while heads.count < processes.count { heads.append(-1) }
    for entry in other.entries {
      let number = own[Int(entry.process)]
      if repeats == .latest, heads[Int(number)] >= 0,
        entries[Int(heads[Int(number)])].position > entry.position
      {
        continue
      }
      let renumbered = other.rows[entry.rows].map { $0.renumbered(numbers) }
      put(ContiguousArray(renumbered)[...], number, entry.position)
    }
  }

  private func evidence() -> CatalogueEvidence {
    var tally = self.tally ?? CatalogueTally(parameters)
    if self.tally == nil {
      for entry in entries { tally.count(rows[entry.rows], entry.process, adds: true) }
    }
    return CatalogueEvidence(tally, names: sink.names, processes: processes, parameters)
  }

  /// What is flagged of a process and of those in it, as things stand.
  func findings(process ocid: String) -> [FlagFinding] {
    guard let number = processes.find(ocid) else { return [] }
    var evidence = standing ?? evidence()
    standing = nil
    defer { standing = evidence }
    var found = FoundFlags()
    var index = Int(heads[Int(number)])
    while index >= 0 {
      evidence.conclude(rows[entries[index].rows]) { found.take($0, number) }
      index = Int(entries[index].previous)
    }
    return found.findings(names: sink.names, processes: processes)
  }

  /// All that is flagged.
  func findings() -> [FlagFinding] {
    var evidence = evidence()
    var found = FoundFlags()
    for entry in entries {
      evidence.conclude(rows[entry.rows]) { found.take($0, entry.process) }
    }
    return found.findings(names: sink.names, processes: processes)
  }
}

/// A flag of the catalogue on somebody or something.
public struct FlagFinding: Hashable, Sendable {
  /// What is flagged.
  public enum Group: String, Hashable, Sendable {
    // swift-format-ignore
    case OCID, Buyer, Tenderer
  }

  /// What it is.
  public let group: Group
  /// Its id.
  public let id: String
  /// The flag's code.
  public let code: String
  /// The value, as the flag's definition says; of a tenderer named along with processes, how many.
  public let value: Double
}

/// Conclusions, the greatest value of each.
private struct FoundFlags {
  private var values: [Key: Double] = [:]

  private struct Key: Hashable {
    let group: FlagFinding.Group
    let number: UInt32
    let flag: Int
  }

  mutating func take(_ conclusion: CatalogueEvidence.Conclusion, _ process: UInt32) {
    let (group, number): (FlagFinding.Group, UInt32) =
      switch conclusion.subject {
      case .process: (.OCID, process)
      case .buyer(let number): (.Buyer, number)
      case .tenderer(let number): (.Tenderer, number)
      }
    let key = Key(group: group, number: number, flag: conclusion.flag)
    values[key] = max(values[key] ?? -.infinity, conclusion.value)
  }

  func findings(names: TextTable, processes: TextTable) -> [FlagFinding] {
    values.map { key, value in
      FlagFinding(
        group: key.group,
        id: (key.group == .OCID ? processes : names).string(key.number),
        code: CatalogueFlag.all[key.flag].code, value: value)
    }
  }
}
