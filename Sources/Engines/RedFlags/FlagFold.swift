import Commons

/// How many lines and processes were read, and what was left out.
public struct FlagCounts: Hashable, Sendable {
  /// Lines that hold something.
  public var lines = 0
  /// Processes read, also those left out.
  public var processes = 0
  /// Lines that are no JSON; see ``FlagFold/problems``.
  public var invalid = 0
  /// Values that are no object, and objects without an ocid.
  public var unidentified = 0
  /// Processes with a cancelled tender.
  public var cancelled = 0
  /// Processes left out by the settings' exclusions.
  public var excluded = 0
  /// Processes whose ocid had come before.
  public var repeated = 0

  /// The counts of both.
  public static func + (a: FlagCounts, b: FlagCounts) -> FlagCounts {
    var sum = FlagCounts()
    sum.lines = a.lines + b.lines
    sum.processes = a.processes + b.processes
    sum.invalid = a.invalid + b.invalid
    sum.unidentified = a.unidentified + b.unidentified
    sum.cancelled = a.cancelled + b.cancelled
    sum.excluded = a.excluded + b.excluded
    sum.repeated = a.repeated + b.repeated
    return sum
  }
}

/// What counts when several lines have one ocid.
public enum FlagRepeats: Hashable, Sendable {
  /// Every line, as in Cardinal: counts add up, and of ratios the last stands.
  case each
  /// The last line; it replaces what came before.
  case latest
}

/// A line that was left out because it cannot be read.
public struct LineProblem: Hashable, Sendable {
  /// The chunk.
  public let chunk: Int
  /// The line within its chunk, from 0.
  public let line: Int
  /// Bytes before the fault.
  public let column: Int
  /// Why.
  public let reason: Phrase
}

/// Reads processes and gathers what the indicators need of them: one pass, memory by the number of processes
/// and organisations. Several folds over parts of a file, merged, say the same as one over the whole, in
/// whatever order.
///
/// Used by one thread at a time.
public final class FlagFold: @unchecked Sendable {
  /// What was read so far.
  public private(set) var counts = FlagCounts()
  /// The first lines that were left out.
  public private(set) var problems: [LineProblem] = []
  /// Lines of each chunk read.
  public private(set) var chunkLines: [Int: Int] = [:]
  private static let problemLimit = 20

  let settings: FlagSettings
  let map: Bool
  private let repeats: FlagRepeats
  private var reader = ProcurementReader()
  private(set) var judge: ProcessJudge
  private(set) var tally = FlagTally()
  private(set) var rows = FlagRows()
  private let shaper: ProcurementShaper
  /// Ids of processes without their lots, if there are lots.
  private var ocids = TextTable()
  private let catalogue: CatalogueLedger?

  /// A fold over nothing yet. `map` keeps which organisations belong to which process.
  public init(_ settings: FlagSettings, map: Bool = false, repeats: FlagRepeats = .each) {
    self.settings = settings
    self.map = map
    self.repeats = repeats
    judge = ProcessJudge(settings, map: map)
    shaper = ProcurementShaper(settings)
    catalogue =
      settings.catalogue.isEmpty
      ? nil : CatalogueLedger(settings.catalogue, repeats: repeats, isLive: false)
  }

  /// Bytes that must be readable behind a text, the first of which is overwritten with a line break.
  public static let padding = 32

  /// Reads lines, each one process, record or package.
  ///
  /// - Parameters:
  ///   - bytes: the lines, with ``padding`` more bytes behind; the last need not end in a line break.
  ///   - count: bytes of the lines.
  ///   - chunk: the place of these lines among all; settles what comes first.
  public func fold(_ bytes: UnsafeMutablePointer<UInt8>, count: Int, chunk: Int) {
    bytes[count] = 0x0A
    for index in 1..<FlagFold.padding { bytes[count + index] = 0 }
    reader.scanner.allowsLineBreaks = false
    let end = UnsafePointer(bytes) + count
    var place = UnsafePointer(bytes)
    var line = 0
    while place < end {
      place = readLine(place, chunk: chunk, line: line)
      line += 1
    }
    chunkLines[chunk] = line
  }

  /// Reads lines from an array of bytes.
  public func fold(_ lines: [UInt8], chunk: Int = 0) {
    var lines = lines
    let count = lines.count
    lines += [UInt8](repeating: 0, count: FlagFold.padding)
    lines.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { fold(base, count: count, chunk: chunk) }
    }
  }

  /// Whether the first line breaks off within an object, as in a document over several lines.
  ///
  /// - Parameter bytes: with ``padding`` more bytes behind, the first of which is overwritten.
  public static func isCutOff(_ bytes: UnsafeMutablePointer<UInt8>, count: Int) -> Bool {
    for index in 0..<padding { bytes[count + index] = index == 0 ? 0x0A : 0 }
    var place = UnsafePointer(bytes)
    let end = place + count
    while place < end, place.pointee <= 0x20 { place += 1 }
    guard place < end, place.pointee == 0x7B else { return false }
    var scanner = JSONScanner()
    guard scanner.skip(place, depth: 0) == nil, let failure = scanner.failure else { return false }
    return failure.at.pointee == 0x0A
  }

  /// Reads one document that may take several lines: a package. False, and nothing counted, if it is no JSON
  /// or no package.
  public func foldDocument(_ bytes: UnsafeMutablePointer<UInt8>, count: Int) -> Bool {
    for index in 0..<FlagFold.padding { bytes[count + index] = 0 }
    reader.scanner.allowsLineBreaks = true
    var check = reader.scanner
    let begin = check.space(UnsafePointer(bytes))
    guard begin.pointee == 0x7B, let after = check.skip(begin, depth: 0),
      check.space(after) == UnsafePointer(bytes) + count
    else { return false }
    counts.lines += 1
    _ = readValue(begin, position: 0)
    return true
  }

  /// Reads a line and gives the place of the next.
  private func readLine(_ begin: Cursor, chunk: Int, line: Int) -> Cursor {
    let first = reader.scanner.space(begin)
    if first.pointee == 0x0A { return first + 1 }
    counts.lines += 1
    let position = UInt64(chunk) << 32 | UInt64(line)
    if let end = readValue(first, position: position) { return end + 1 }
    let (fault, place) = reader.scanner.failure ?? (.value, begin)
    let end = FlagFold.lineEnd(begin)
    // A line of nothing but space is passed over in silence, whatever kind of space.
    if FlagFold.isBlank(begin, end) {
      counts.lines -= 1
    } else {
      counts.invalid += 1
      note(
        LineProblem(
          chunk: chunk, line: line, column: min(place, end) - begin, reason: fault.phrase))
    }
    return end + 1
  }

  /// Reads a value up to the end of its line; nil if it is no JSON.
  private func readValue(_ begin: Cursor, position: UInt64) -> Cursor? {
    var content = ProcurementReader.Content.other
    var isRead = false
    guard
      let after = reader.read(
        begin, &content,
        end: { place, scanner in
          let end = scanner.space(place)
          guard end.pointee == 0x0A || (scanner.allowsLineBreaks && end.pointee == 0) else {
            return scanner.fail(.trailing, end)
          }
          return end
        },
        each: { process in
          isRead = true
          self.take(process, position)
        })
    else { return nil }
    if !isRead, content != .package { counts.unidentified += 1 }
    return after
  }

  private func take(_ process: borrowing Procurement, _ position: UInt64) {
    counts.processes += 1
    guard let ocid = process.ocid else {
      counts.unidentified += 1
      return
    }
    let known = judge.tables.processes.count
    let isAdmitted = judge.admits(process)
    if !isAdmitted {
      counts.cancelled += process.tenderIsCancelled ? 1 : 0
      counts.excluded += process.tenderIsCancelled ? 0 : 1
    }
    let isNew: Bool
    if shaper.isNeeded {
      let before = ocids.count
      _ = ocids.number(of: ocid)
      isNew = ocids.count > before
      var parent = TextTable.none
      shaper.shape(process) { part, isLot in
        judge(part, position, isAdmitted: isAdmitted, parent: isLot ? parent : TextTable.none)
        if !isLot { parent = judge.facts.ocid }
      }
    } else {
      judge(process, position, isAdmitted: isAdmitted, parent: TextTable.none)
      isNew = judge.tables.processes.count > known
    }
    if isAdmitted || repeats == .latest, !isNew { counts.repeated += 1 }
    catalogue?.take(isAdmitted ? process.begin : nil, ocid: ocid, position: position)
  }

  private func judge(
    _ process: borrowing Procurement, _ position: UInt64, isAdmitted: Bool, parent: UInt32
  ) {
    if isAdmitted { judge.judge(process, position: position) }
    if repeats == .latest {
      if !isAdmitted { judge.passOver(process, position: position) }
      judge.facts.parent = parent
      rows.append(judge.facts, judge.words, through: .kinds)
    } else if isAdmitted {
      tally.reserve(judge.tables.organisations.count)
      tally.count(judge.facts, judge.words, adds: true)
      rows.consider(judge.facts, judge.tables)
      if judge.facts.isNoteworthy {
        rows.append(judge.facts, judge.words, through: map ? .late : .lowest)
      }
    }
  }

  private func note(_ problem: LineProblem) {
    problems.append(problem)
    if problems.count > 2 * FlagFold.problemLimit { trimProblems() }
  }

  private func trimProblems() {
    problems.sort { ($0.chunk, $0.line) < ($1.chunk, $1.line) }
    problems.removeLast(max(0, problems.count - FlagFold.problemLimit))
  }

  private static func lineEnd(_ begin: Cursor) -> Cursor {
    var place = begin
    while place.pointee != 0x0A { place += 1 }
    return place
  }

  private static func isBlank(_ begin: Cursor, _ end: Cursor) -> Bool {
    var place = begin
    while place < end {
      guard [0x20, 0x09, 0x0C, 0x0D].contains(place.pointee) else { return false }
      place += 1
    }
    return true
  }

  /// Adds what another fold with the same settings gathered.
  public func merge(_ other: FlagFold) {
    let before = judge.tables.processes.count
    let numbers = TableNumbers(other.judge.tables, into: &judge.tables)
    tally.merge(other.tally, organisations: numbers.organisations, kinds: numbers.kinds)
    tally.reserve(judge.tables.organisations.count)
    rows.merge(other.rows, numbers, judge.tables)
    judge.addComparedBids(other.judge, numbers.currencies)
    if let catalogue, let others = other.catalogue { catalogue.merge(others) }
    counts = counts + other.counts
    if shaper.isNeeded {
      let own = ocids.count
      other.ocids.withTexts { texts in
        for number in 0..<UInt32(other.ocids.count) { _ = ocids.number(of: texts[number]) }
      }
      counts.repeated += own + other.ocids.count - ocids.count
    } else {
      counts.repeated +=
        before + other.judge.tables.processes.count - judge.tables.processes.count
    }
    problems += other.problems
    trimProblems()
    chunkLines.merge(other.chunkLines) { $0 + $1 }
  }

  /// What follows from everything read.
  public func report() -> FlagReport {
    guard repeats == .latest else {
      return FlagReport(
        rows, judge.tables, tally, settings, map: map, catalogue: catalogue?.findings() ?? [])
    }
    let latest = rows.latest(judge.tables)
    var tally = FlagTally()
    tally.reserve(judge.tables.organisations.count)
    for facts in latest.facts { tally.count(facts, latest.words, adds: true) }
    return FlagReport(
      latest, judge.tables, tally, settings, map: map, catalogue: catalogue?.findings() ?? [])
  }

  /// Bids whose prices were left out because they are in other currencies than the one compared, by currency.
  public var otherCurrencies: [String: Int] {
    let main = rows.mainCurrency(judge.tables, settings)
    var others: [String: Int] = [:]
    for (number, bids) in judge.comparedBids.enumerated() where UInt32(number) != main && bids > 0 {
      others[judge.tables.currencies.string(UInt32(number))] = bids
    }
    return others
  }

  /// The line of a problem in the whole, from 1.
  public func line(of problem: LineProblem) -> Int {
    chunkLines.reduce(1) { $0 + ($1.key < problem.chunk ? $1.value : 0) } + problem.line
  }
}

extension JSONScanner.Fault {
  var phrase: Phrase {
    switch self {
    case .value: Phrase("此处应为 JSON 值", en: "a JSON value should stand here")
    case .escape: Phrase("无此转义", en: "there is no such escape")
    case .surrogate: Phrase("代理对不完整", en: "half of a surrogate pair")
    case .control:
      Phrase("字符串未结束，或含有控制字符", en: "the string is cut off or holds a control character")
    case .utf8: Phrase("不是 UTF-8", en: "this is not UTF-8")
    case .number: Phrase("数字有误", en: "the number is wrong")
    case .member: Phrase("此处应为成员名", en: "a member's name should stand here")
    case .separator: Phrase("此处应为冒号、逗号或括号", en: "a colon, comma or bracket should stand here")
    case .depth:
      Phrase(
        "嵌套超过 \(JSONScanner.depthLimit - 1) 层",
        en: "nested more than \(JSONScanner.depthLimit - 1) deep")
    case .trailing: Phrase("值之后还有内容", en: "there is more after the value")
    }
  }
}
