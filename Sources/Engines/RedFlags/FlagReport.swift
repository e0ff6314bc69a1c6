/// The result of all indicators: what is flagged, with quartiles and fences, and which organisations belong to
/// which process. Its JSON has the shape of Cardinal's `indicators` command, with everything in order, so
/// that the same input gives the same bytes.
public struct FlagReport {
  private let rows: FlagRows
  private let tables: FlagTables
  private let tally: FlagTally
  private let findings: FlagFindings
  private let hasMaps: Bool
  /// Flags of the catalogue, in no order.
  private let catalogue: [FlagFinding]

  init(
    _ rows: FlagRows, _ tables: FlagTables, _ tally: FlagTally, _ settings: FlagSettings, map: Bool,
    catalogue: [FlagFinding]
  ) {
    self.catalogue = catalogue
    self.rows = rows
    self.tables = tables
    self.tally = tally
    hasMaps = map
    findings = FlagFindings(rows, tables, tally, settings)
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
      write(&writer, .OCID, "OCID", texts.sorted(flagged), texts) {
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
      write(
        &writer, FlagFinding.Group(rawValue: name.description), name, texts.sorted(flagged), texts,
        flags)
    }
  }

  /// Writes a group of flagged ids, with what the catalogue says of them.
  private func write(
    _ writer: inout FlagWriter, _ group: FlagFinding.Group?, _ name: StaticString,
    _ numbers: ContiguousArray<UInt32>, _ texts: TextTable.Texts, _ flags: (UInt32) -> FlagValues
  ) {
    var others: [String: [(code: String, value: Double)]] = [:]
    for finding in catalogue where finding.group == group {
      others[finding.id, default: []].append((finding.code, finding.value))
    }
    guard !others.isEmpty else { return writer.group(name, numbers, texts, flags) }
    for number in numbers {
      others[texts[number].string, default: []] += flags(number).map {
        ($0.code.rawValue, $0.value)
      }
    }
    writer.key(name)
    writer.open()
    // Order of bytes, which for UTF-8 is that of code points.
    for id in others.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      writer.key(id)
      writer.open()
      for flag in (others[id] ?? []).sorted(by: { ($0.code, $0.value) < ($1.code, $1.value) }) {
        writer.key(flag.code)
        writer.number(flag.value)
      }
      writer.close()
    }
    writer.close()
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
