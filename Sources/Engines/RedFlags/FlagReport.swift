/// The result of all indicators: what is flagged, with quartiles and fences, and which organisations belong to
/// which process. Its JSON has the shape of Cardinal's `indicators` command, with everything in order, so
/// that the same input gives the same bytes.
public struct FlagReport {
  private let rows: FlagRows
  private let tables: FlagTables
  private let tally: FlagTally
  private let findings: FlagFindings
  private let hasMaps: Bool

  init(
    _ rows: FlagRows, _ tables: FlagTables, _ tally: FlagTally, _ settings: FlagSettings, map: Bool
  ) {
    self.rows = rows
    self.tables = tables
    self.tally = tally
    hasMaps = map
    findings = FlagFindings(rows, tables, tally, settings)
  }

  /// Flagged processes and organisations of each group.
  public var flagged: (processes: Int, buyers: Int, entities: Int, tenderers: Int) {
    let numbers = UInt32(0)..<UInt32(tables.organisations.count)
    return (
      findings.processes.count { !findings.flags($0).isEmpty },
      numbers.count { findings.fences.disqualifiedRatio(tally[$0], .buyer) != nil },
      numbers.count { findings.fences.disqualifiedRatio(tally[$0], .entity) != nil },
      numbers.count { !findings.tendererFlags($0, tally[$0]).isEmpty }
    )
  }

  /// The result as JSON, on one line.
  ///
  /// - Parameter meta: whether quartiles and fences are in it.
  public func json(meta: Bool = true) -> [UInt8] {
    var writer = FlagWriter()
    writer.open()
    writeProcesses(&writer)
    writeOrganisations(&writer, "Buyer") { number in
      findings.fences.disqualifiedRatio(tally[number], .buyer).map {
        [FlagValue(code: .R038, value: $0)]
      } ?? []
    }
    writeOrganisations(&writer, "ProcuringEntity") { number in
      findings.fences.disqualifiedRatio(tally[number], .entity).map {
        [FlagValue(code: .R038, value: $0)]
      } ?? []
    }
    writeOrganisations(&writer, "Tenderer") { findings.tendererFlags($0, tally[$0]) }
    if meta { writeMeta(&writer) }
    if hasMaps { writeMaps(&writer) }
    writer.close()
    return writer.bytes
  }

  private func writeProcesses(_ writer: inout FlagWriter) {
    tables.processes.withTexts { texts in
      var flagged = ContiguousArray<UInt32>()
      for (number, process) in findings.processes.enumerated()
      where !findings.flags(process).isEmpty {
        flagged.append(UInt32(number))
      }
      writer.group("OCID", texts.sorted(flagged), texts) {
        findings.flags(findings.processes[Int($0)])
      }
    }
  }

  private func writeOrganisations(
    _ writer: inout FlagWriter, _ name: StaticString, _ flags: (UInt32) -> FlagValues
  ) {
    tables.organisations.withTexts { texts in
      var flagged = ContiguousArray<UInt32>()
      for number in 0..<UInt32(tables.organisations.count) where !flags(number).isEmpty {
        flagged.append(number)
      }
      writer.group(name, texts.sorted(flagged), texts, flags)
    }
  }

  private func writeMeta(_ writer: inout FlagWriter) {
    writer.key("Meta")
    writer.open()
    for (code, figures) in findings.fences.named {
      writer.key(code.rawValue)
      writer.open()
      for (name, value) in figures {
        writer.key(name)
        writer.number((value * 10_000).rounded() / 10_000)
      }
      writer.close()
    }
    writer.close()
  }

  // MARK: Maps

  private func writeMaps(_ writer: inout FlagWriter) {
    writer.key("Maps")
    writer.open()
    writeBodies(&writer, "ocid_buyer_r038", \.buyer)
    writeBodies(&writer, "ocid_procuringentity_r038", \.entity)
    writeTenderers(&writer, "ocid_tenderer", pairs(.participants))
    var close = ContiguousArray<UInt64>()
    var discounts = ContiguousArray<UInt64>()
    for (number, process) in findings.processes.enumerated() {
      guard let price = findings.price(process) else { continue }
      if findings.fences.isClose(price.ratio) {
        close.append(FlagReport.pair(UInt32(number), price.winner))
        close.append(FlagReport.pair(UInt32(number), price.second))
      }
      if findings.fences.isDiscount(price.ratio) {
        discounts.append(FlagReport.pair(UInt32(number), price.winner))
      }
    }
    writeTenderers(&writer, "ocid_tenderer_r024", close)
    writeTenderers(&writer, "ocid_tenderer_r028", pairs(.identical))
    writeTenderers(&writer, "ocid_tenderer_r030", pairs(.late))
    var winners = ContiguousArray<UInt64>()
    for facts in rows.facts where facts.marks.contains(.allDisqualified) {
      winners.append(FlagReport.pair(facts.ocid, facts.soleWinner))
    }
    writeTenderers(&writer, "ocid_tenderer_r035", winners)
    writeTenderers(&writer, "ocid_tenderer_r058", discounts)
    writer.close()
  }

  private static func pair(_ process: UInt32, _ organisation: UInt32) -> UInt64 {
    UInt64(process) << 32 | UInt64(organisation)
  }

  private func pairs(_ part: ProcessFacts.Part) -> ContiguousArray<UInt64> {
    var pairs = ContiguousArray<UInt64>()
    for facts in rows.facts {
      for index in facts.range(part) {
        pairs.append(FlagReport.pair(facts.ocid, rows.words[index]))
      }
    }
    return pairs
  }

  private func writeBodies(
    _ writer: inout FlagWriter, _ name: StaticString, _ body: (FlagFindings.Process) -> UInt32
  ) {
    writer.key(name)
    writer.open()
    tables.processes.withTexts { texts in
      tables.organisations.withTexts { organisations in
        var numbers = ContiguousArray<UInt32>()
        for (number, process) in findings.processes.enumerated()
        where body(process) != TextTable.none {
          numbers.append(UInt32(number))
        }
        for number in texts.sorted(numbers) {
          writer.key(texts[number])
          writer.text(organisations[body(findings.processes[Int(number)])])
        }
      }
    }
    writer.close()
  }

  private func writeTenderers(
    _ writer: inout FlagWriter, _ name: StaticString, _ unsorted: ContiguousArray<UInt64>
  ) {
    var pairs = unsorted
    pairs.sort()
    var starts: [UInt32: Int] = [:]
    var processes = ContiguousArray<UInt32>()
    for (index, pair) in pairs.enumerated() where starts[UInt32(pair >> 32)] == nil {
      starts[UInt32(pair >> 32)] = index
      processes.append(UInt32(pair >> 32))
    }
    writer.key(name)
    writer.open()
    tables.processes.withTexts { texts in
      tables.organisations.withTexts { organisations in
        for process in texts.sorted(processes) {
          var members = ContiguousArray<UInt32>()
          var index = starts[process] ?? 0
          while index < pairs.count, UInt32(pairs[index] >> 32) == process {
            let member = UInt32(truncatingIfNeeded: pairs[index])
            if members.last != member { members.append(member) }
            index += 1
          }
          writer.key(texts[process])
          writer.list(organisations.sorted(members), organisations)
        }
      }
    }
    writer.close()
  }
}

/// Writes the JSON of a result.
struct FlagWriter {
  private(set) var bytes: [UInt8] = []
  private var isFirst = true

  mutating func open() {
    bytes.append(0x7B)
    isFirst = true
  }

  mutating func close() {
    bytes.append(0x7D)
    isFirst = false
  }

  mutating func key(_ text: ByteText) {
    if !isFirst { bytes.append(0x2C) }
    isFirst = false
    self.text(text)
    bytes.append(0x3A)
  }

  mutating func key(_ name: StaticString) {
    key(ByteText(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }

  mutating func key(_ name: String) {
    var name = name
    name.withUTF8 { utf8 in
      if let base = utf8.baseAddress { key(ByteText(start: base, count: utf8.count)) }
    }
  }

  mutating func text(_ text: ByteText) {
    bytes.append(0x22)
    var begin = 0
    for index in 0..<text.count {
      let byte = text.start[index]
      guard byte < 0x20 || byte == 0x22 || byte == 0x5C else { continue }
      bytes.append(
        contentsOf: UnsafeBufferPointer(start: text.start + begin, count: index - begin))
      begin = index + 1
      escape(byte)
    }
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.start + begin, count: text.count - begin))
    bytes.append(0x22)
  }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(0x5C)
    switch byte {
    case 0x08: bytes.append(0x62)
    case 0x09: bytes.append(0x74)
    case 0x0A: bytes.append(0x6E)
    case 0x0C: bytes.append(0x66)
    case 0x0D: bytes.append(0x72)
    case 0x22, 0x5C: bytes.append(byte)
    default:
      let digits = Array("0123456789abcdef".utf8)
      bytes += [0x75, 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }

  /// A number as briefly as it reads back; null if it is not finite.
  mutating func number(_ value: Double) {
    switch value {
    case 1: bytes += [0x31, 0x2E, 0x30]
    case _ where !value.isFinite: bytes += Array("null".utf8)
    default: bytes += Array(value.description.utf8)
    }
  }

  mutating func list(_ numbers: ContiguousArray<UInt32>, _ texts: TextTable.Texts) {
    bytes.append(0x5B)
    for (index, number) in numbers.enumerated() {
      if index > 0 { bytes.append(0x2C) }
      text(texts[number])
    }
    bytes.append(0x5D)
  }

  /// A group of flagged ids, if there are any.
  mutating func group(
    _ name: StaticString, _ numbers: ContiguousArray<UInt32>, _ texts: TextTable.Texts,
    _ flags: (UInt32) -> FlagValues
  ) {
    guard !numbers.isEmpty else { return }
    key(name)
    open()
    for number in numbers {
      key(texts[number])
      open()
      for flag in flags(number) {
        key(flag.code.rawValue)
        self.number(flag.value)
      }
      close()
    }
    close()
  }
}
