import Commons
import Rulebook

/// Facts from a file: CSV (RFC 4180) with a line of names, or one JSON object a line. A column is named
/// like a fact. The published vectors' own columns are understood: `schedule` and `amount_cny` of fees,
/// `period`, `start_date` and `days` of court periods. Such a row names its own rule; asked for another,
/// it is passed over. So are `measure`, `city` and `province` of a list of places, see ``PlaceColumns``, and
/// the decision tables on courts and platforms, see ``TableColumns``.
public struct FactRows {
  /// One line of the file.
  public struct Row: Sendable {
    /// Its number, from 1.
    public let line: Int
    /// Column and text.
    public let cells: [(name: String, text: String)]
  }

  private let reader: LineReader
  private let isJSON: Bool
  private var names: [String] = []
  private var line = 0

  /// Opens a file; one that ends in `.jsonl` holds JSON.
  public init(_ path: String) throws(Problem) {
    reader = try LineReader(path)
    isJSON = path.hasSuffix(".jsonl") || path.hasSuffix(".jsonl.gz")
  }

  /// The next row; nil after the last.
  public mutating func next() throws(Problem) -> Row? {
    while let bytes = try reader.next() {
      line += 1
      if bytes.isEmpty { continue }
      if isJSON { return Row(line: line, cells: try FactRows.members(bytes, line)) }
      let cells = FactRows.cells(bytes)
      if names.isEmpty {
        names = cells
        continue
      }
      guard cells.count == names.count else {
        throw .malformed(
          Phrase(
            "第\(line)行有\(cells.count)列，标题有\(names.count)列。",
            en: "Line \(line) has \(cells.count) columns, the header \(names.count)."))
      }
      return Row(line: line, cells: Array(zip(names, cells)).map { (name: $0, text: $1) })
    }
    return nil
  }

  private static func members(_ bytes: [UInt8], _ line: Int) throws(Problem) -> [(
    name: String, text: String
  )] {
    let object: [String: JSONValue]?
    do throws(JSONError) { object = try JSONValue(parsing: bytes).object } catch {
      throw error.problem
    }
    guard let object else {
      throw .malformed(
        Phrase("第\(line)行不是JSON对象。", en: "Line \(line) is no JSON object."))
    }
    return object.sorted { $0.key < $1.key }.map { name, value in
      (name: name, text: value.string ?? value.canonical)
    }
  }

  /// The cells of a line of CSV; a quoted cell may hold commas and doubled quotes.
  static func cells(_ line: [UInt8]) -> [String] {
    var cells: [[UInt8]] = [[]]
    var isQuoted = false
    var index = 0
    while index < line.count {
      let byte = line[index]
      switch byte {
      case UInt8(ascii: "\""):
        if isQuoted, index + 1 < line.count, line[index + 1] == byte {
          cells[cells.count - 1].append(byte)
          index += 1
        } else {
          isQuoted.toggle()
        }
      case UInt8(ascii: ",") where !isQuoted: cells.append([])
      default: cells[cells.count - 1].append(byte)
      }
      index += 1
    }
    return cells.map { String(decoding: $0, as: UTF8.self) }
  }

  // MARK: Facts

  /// A schedule of the published vectors: the rule that it asks, the facts that its name implies and
  /// the one that its amounts are.
  private struct Schedule {
    let rule: RuleID
    let implied: [(FactID, String)]
    let amount: FactID
  }

  private static let schedules: [String: Schedule] = [
    "court_property_acceptance": Schedule(
      rule: "court-fee.property", implied: [], amount: "claim.amount"),
    "court_property_half_simple_or_mediated_or_withdrawn": Schedule(
      rule: "court-fee.acceptance",
      implied: [("case.kind", "property"), ("case.simplified", "true")], amount: "claim.amount"),
    "payment_order_one_third": Schedule(
      rule: "court-fee.payment-order", implied: [], amount: "claim.amount"),
    "bankruptcy_half_cap_300000": Schedule(
      rule: "court-fee.bankruptcy", implied: [], amount: "bankruptcy.assets"),
    "enforcement_application": Schedule(
      rule: "court-fee.enforcement", implied: [("claim.has-amount", "true")],
      amount: "execution.amount"),
    "preservation_application": Schedule(
      rule: "court-fee.preservation", implied: [], amount: "preservation.amount"),
    "scia_table1_foreign_related": Schedule(
      rule: "arbitration-fee.foreign", implied: [], amount: "arbitration.amount"),
  ]

  /// What each kind of row in the vectors of periods asks, and the facts that its name implies.
  private static let periods: [String: Schedule] = [
    "defence_domestic": period("civil-procedure.defence"),
    "defence_foreign": period("civil-procedure.defence", abroad: true),
    "docket_decision": period("civil-procedure.docketing"),
    "appeal_judgment": period("civil-procedure.appeal-judgment"),
    "appeal_ruling": period("civil-procedure.appeal-ruling"),
    "appeal_foreign": period("civil-procedure.appeal-judgment", abroad: true),
    "epil_notice_defendant": period("environmental-suit.serve-defendant"),
    "epil_join": period("environmental-suit.join"),
    "epil_inform_regulator": period("environmental-suit.inform-regulator"),
    "procuratorate_public_notice": period("environmental-suit.procuratorate-notice"),
    "fee_payment": period("court-fee.period.payment"),
    // Art. 85 alone: a period of so many days, however it came about.
    "adversarial": period("civil-procedure.designated"),
  ]

  private static func period(_ rule: RuleID, abroad: Bool = false) -> Schedule {
    Schedule(
      rule: rule, implied: abroad ? [("procedure.abroad", "true")] : [], amount: "period.days")
  }

  private static let ownColumns: [String: Set<String>] = [
    "schedule": ["schedule", "amount_cny"],
    "period": ["period", "basis", "start_date", "days", "naive_end", "legal_end_last_day"],
  ]

  private static func schedule(_ row: Row) -> Schedule? {
    for (column, known) in [("schedule", schedules), ("period", periods)] {
      if let name = row.cells.first(where: { $0.name == column })?.text { return known[name] }
    }
    return nil
  }

  /// The rule that a row of published vectors asks; nil if it names none.
  public static func rule(of row: Row) -> RuleID? {
    schedule(row)?.rule ?? TableColumns.table(row)?.rules.first
  }

  /// The day from which the period of a row of published vectors runs; nil if it has none.
  public static func start(of row: Row) -> CivilDate? {
    row.cells.first { $0.name == "start_date" }.flatMap { CivilDate($0.text) }
  }

  private static func isVector(_ row: Row) -> Bool {
    row.cells.contains { ownColumns.keys.contains($0.name) }
  }

  /// The facts of a row for a rule; nil if the row names another rule.
  ///
  /// - Throws: ``Problem`` 422 with a field for each cell that cannot be read.
  public static func sheet(
    _ row: Row, for rule: RuleID, _ base: RuleBase
  ) throws(Problem) -> FactSheet? {
    var sheet = try base.sheet()
    var given = row.cells.filter { cell in base.facts.contains { $0.id.text == cell.name } }
    given += PlaceColumns.facts(row)
    if let table = TableColumns.table(row) {
      guard table.rules.contains(rule) else { return nil }
      given += try table.facts(row, for: rule)
    }
    if isVector(row) {
      guard let schedule = schedule(row), schedule.rule == rule else { return nil }
      given += schedule.implied.map { (name: $0.0.text, text: $0.1) }
      for (column, fact) in [
        ("amount_cny", schedule.amount), ("days", schedule.amount), ("start_date", .factDate),
      ] {
        if let text = row.cells.first(where: { $0.name == column })?.text {
          given.append((name: fact.text, text: text))
        }
      }
    }
    var faults: [Problem.Field] = []
    for cell in given where !cell.text.isEmpty {
      guard let fact = base.facts.first(where: { $0.id.text == cell.name }) else { continue }
      do throws(Problem) { try sheet.state(fact.id, fact.read(cell.text)) } catch {
        faults += error.fields
      }
    }
    faults += sheet.spanFaults
    guard faults.isEmpty else { throw .invalid(faults) }
    return sheet
  }

  /// The names of columns that no rule knows.
  public static func unknown(_ row: Row, _ base: RuleBase) -> [String] {
    let names = row.cells.map(\.name)
    let own = names.compactMap { ownColumns[$0] }.reduce(into: Set()) { $0.formUnion($1) }
    let isPlaces = PlaceColumns.areIn(row)
    return names.filter { name in
      !base.facts.contains { $0.id.text == name } && !own.contains(name)
        && !(isPlaces && PlaceColumns.know(name))
        && !(TableColumns.table(row)?.columns.contains(name) ?? false)
    }
  }
}
