import Commons
import Rulebook

/// The columns of published decision tables, as facts of the rules that they ask: the court of first
/// instance in IP cases (`type`, `procedure`, `defendant`, `amount`, `threshold`,
/// `basic_court_approved`), and what a platform does after a counter-statement
/// (`declaration_reached_rightholder`, `event`, `event_date`).
struct TableColumns: Sendable {
  /// The rules that its rows may ask; the first is theirs if none is named.
  let rules: [RuleID]
  /// Its columns, the expected ones included.
  let columns: Set<String>
  private let read:
    @Sendable ([String: String], RuleID) throws(Problem) -> [(name: String, text: String)]

  /// The table that a row belongs to.
  static func table(_ row: FactRows.Row) -> TableColumns? {
    let names = Set(row.cells.map(\.name))
    if names.isSuperset(of: ["type", "procedure", "defendant", "amount"]) { return courts }
    if names.isSuperset(of: ["declaration_reached_rightholder", "event"]) { return takedown }
    return nil
  }

  /// The facts that a row states for one of the rules.
  func facts(
    _ row: FactRows.Row, for rule: RuleID
  ) throws(Problem) -> [(name: String, text: String)] {
    try read(
      Dictionary(row.cells.map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first }),
      rule)
  }

  // MARK: Courts

  private static let courts = TableColumns(
    rules: ["ip.court", "ip.technical", "ip.agency"],
    columns: [
      "type", "procedure", "defendant", "amount", "threshold", "basic_court_approved",
      "expected_court_level", "basis",
    ]
  ) { cells, _ throws(Problem) in
    func code(_ column: String, _ choices: [FactType.Choice]) -> String {
      let text = cells[column] ?? ""
      return choices.first { $0.name.zh == text }?.code ?? text
    }
    return [
      ("ip.right", code("type", IPCompetence.rights)),
      ("ip.procedure", code("procedure", IPCompetence.procedures)),
      ("ip.defendant", code("defendant", IPCompetence.defendants)),
      ("ip.amount", cells["amount"] ?? ""), ("ip.stated-threshold", cells["threshold"] ?? ""),
      ("ip.basic-court-approved", (cells["basic_court_approved"] ?? "").lowercased()),
    ].map { (name: $0.0, text: $0.1) }
  }

  // MARK: Platforms

  private static let takedown = TableColumns(
    rules: ["takedown.measures", "takedown.wait", "takedown.notarisation"],
    columns: [
      "declaration_reached_rightholder", "event", "event_date", "fifteen_day_limit", "expected",
      "max_20_working_days_if_notarisation_delay(SPC reply 2020 item3)",
    ]
  ) { cells, rule throws(Problem) in
    let arrival = cells["declaration_reached_rightholder"] ?? ""
    guard rule == "takedown.measures" else {
      return [(name: FactID.factDate.text, text: arrival)]
    }
    // The table's own word for one that came late says nothing that the dates do not.
    let said = cells["event"] ?? ""
    let event = said.hasSuffix("_late") ? String(said.dropLast(5)) : said
    var facts = [(name: "takedown.answer", text: event)]
    if event != "none" {
      guard let from = CivilDate(arrival), let day = CivilDate(cells["event_date"] ?? "") else {
        throw .invalid([
          Problem.Field(
            "event_date",
            Phrase("投诉或者起诉须有日期（YYYY-MM-DD）。", en: "A complaint or suit needs a date (YYYY-MM-DD)."))
        ])
      }
      facts.append((name: "takedown.days", text: String(max(0, from.days(to: day)))))
    }
    return facts
  }
}
