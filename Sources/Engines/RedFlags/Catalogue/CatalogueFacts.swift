/// One thing that a process says which flags are made of. Texts are numbers of a table.
struct FactRow {
  enum Kind: UInt8 {
    /// Flag `small` is found; `a` is the tenderer that it names, or none; `x` the bits of its value.
    case finding
    /// `a` buys; `small`: ``BuyerMarks``.
    case buyer
    /// `a` supplies `x` hundredths at `minute` in market `b`; `small` is 0 for a buyer's market, 1 for a category's.
    case award
    /// `x` hundredths count in the year's sum `a`; `small` is the flag that asks.
    case annual
    /// `a` bids; `small` is 1 if it wins.
    case bidder
    /// The process counts in group `a` of flag `small` with the value whose bits are `x`.
    case sample
    /// All bidders of the process are `a`, in the order of hand-in `b`; `x` wins at `minute`.
    case meeting
    /// `a` evaluates; `b` wins.
    case expert
    /// `a` supplies; `small` is 1 if it subcontracts.
    case subcontract
  }

  struct BuyerMarks: OptionSet {
    let rawValue: UInt16
    static let noncompetitive = BuyerMarks(rawValue: 1)
    static let consortium = BuyerMarks(rawValue: 2)
  }

  var kind: Kind
  var small: UInt16 = 0
  /// Minutes since 1970.
  var minute: UInt32 = 0
  var a = TextTable.none
  var b = TextTable.none
  var x: UInt64 = 0

  /// The row with the numbers that its texts have in another table.
  func renumbered(_ numbers: ContiguousArray<UInt32>) -> FactRow {
    func number(_ old: UInt32) -> UInt32 { old == TextTable.none ? old : numbers[Int(old)] }
    var row = self
    row.a = number(a)
    row.b = number(b)
    if kind == .meeting { row.x = UInt64(number(UInt32(truncatingIfNeeded: x))) }
    return row
  }
}

/// Takes what flags find in one process.
struct FlagSink {
  private(set) var rows = ContiguousArray<FactRow>()
  var names = TextTable(capacity: 1024)
  /// Organisations that may not take part.
  let debarred: TextTable
  /// The place of the flag that runs.
  private(set) var place = 0
  private var parameters: [Double] = []

  init(debarred: Set<String>) { self.debarred = TextTable(names: debarred.sorted()) }

  mutating func clear() { rows.removeAll(keepingCapacity: true) }

  /// A flag that is looked for.
  struct Active {
    let place: Int
    let parameters: [Double]
    let judge: @Sendable (ContractingProcess, inout FlagSink) -> Void
  }

  /// Runs a flag with its parameters.
  mutating func run(_ process: ContractingProcess, _ flag: Active) {
    place = flag.place
    parameters = flag.parameters
    flag.judge(process, &self)
  }

  /// A parameter of the flag that runs.
  subscript(parameter: Int) -> Double { parameters[parameter] }

  /// The process is flagged.
  mutating func flag(_ value: Double) {
    rows.append(FactRow(kind: .finding, small: UInt16(place), x: value.bitPattern))
  }

  /// A tenderer is named.
  mutating func name(_ tenderer: ByteText) {
    let number = names.number(of: tenderer)
    let isKnown = rows.contains { $0.kind == .finding && $0.small == place && $0.a == number }
    if !isKnown { rows.append(FactRow(kind: .finding, small: UInt16(place), a: number)) }
  }

  mutating func name(_ tenderers: some Sequence<ByteText>) {
    for tenderer in tenderers { name(tenderer) }
  }

  mutating func append(_ row: FactRow) { rows.append(row) }

  /// A value of the process that is compared with those of its group.
  mutating func sample(_ group: [ByteText?], _ value: Double) {
    rows.append(
      FactRow(kind: .sample, small: UInt16(place), a: number(group), x: value.bitPattern))
  }

  /// An amount that counts in the sum of a year.
  mutating func annual(_ group: [ByteText?], year: Int, _ hundredths: Int64) {
    var text = String(year)
    let number = text.withUTF8 { utf8 in
      self.number(group + [utf8.baseAddress.map { ByteText(start: $0, count: utf8.count) }])
    }
    rows.append(
      FactRow(
        kind: .annual, small: UInt16(place), a: number, x: UInt64(bitPattern: hundredths)))
  }

  /// The number of several texts as one.
  mutating func number(_ parts: [ByteText?]) -> UInt32 {
    var bytes: [UInt8] = []
    for part in parts {
      if let part { bytes += UnsafeBufferPointer(start: part.start, count: part.count) }
      // A control character, which no id holds, keeps the parts apart.
      bytes.append(0x1F)
    }
    let count = bytes.count
    bytes += [UInt8](repeating: 0, count: 8)
    return bytes.withUnsafeBufferPointer {
      names.number(of: ByteText(start: $0.baseAddress!, count: count))
    }
  }
}

extension TextTable {
  /// A part of a text made of several.
  func part(_ index: Int, of number: UInt32) -> String {
    let parts = string(number).split(separator: "\u{1F}", omittingEmptySubsequences: false)
    return index < parts.count ? String(parts[index]) : ""
  }
}
