import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import Rulebook
import Storage

// Who tries a case: officers by field and load (行政复议法 art. 6(1), 36(1); 实施条例 art. 32).
extension ReconsiderationProcedure {
  private static let takings: Set<CommandID> = [
    "accept", "accept-simplified", "review-due", "order-acceptance",
  ]

  /// Gives a case that is accepted to officers, takes it from them when it is over, and changes them
  /// when the head says so.
  func staff(_ draft: inout CaseDraft, _ view: any View) throws {
    let isOver = draft.stage(type).isFinal
    let wasOver = draft.before?.base.isClosed ?? false
    if Self.takings.contains(draft.command) {
      let roster = try view.all(ReconsiderationTables.allOfficers)
      let chosen = OfficerChoice.choose(
        roster, for: draft.facts.text("act-kind"), count: rules.officersPerCase)
      try give(&draft, to: chosen, roster)
    } else if draft.command == "assign" {
      try reassign(&draft, view)
    } else if isOver, !wasOver, !draft.facts.list("officers").isEmpty {
      // The facts keep who tried it.
      let mine = Set(draft.facts.list("officers"))
      for row in try view.all(ReconsiderationTables.allOfficers)
      where mine.contains("\(row.number)") {
        var next = row
        next.load -= 1
        draft.rows.append { [next] in ReconsiderationTables.put(next, over: row, $0) }
      }
    }
  }

  private func give(
    _ draft: inout CaseDraft, to chosen: [OfficerRow], _ roster: [OfficerRow]
  ) throws {
    let before = draft.before.map { !$0.base.isClosed } ?? false
    let old = before ? Set(draft.facts.list("officers")) : []
    let new = Set(chosen.map { "\($0.number)" })
    for row in roster where old.contains("\(row.number)") != new.contains("\(row.number)") {
      var next = row
      next.load += new.contains("\(row.number)") ? 1 : -1
      draft.rows.append { [next] in ReconsiderationTables.put(next, over: row, $0) }
    }
    draft.facts["officers"] =
      chosen.isEmpty ? nil : .array(chosen.map { .string("\($0.number)") })
  }

  /// The head names officers by number or name; where there is a roster they stand on it.
  private func reassign(_ draft: inout CaseDraft, _ view: any View) throws {
    let roster = try view.all(ReconsiderationTables.allOfficers)
    guard !roster.isEmpty else { return }
    let words = draft.said.text("officers").split { "、，,；; ".contains($0) }.map(String.init)
    let found = words.map { word in
      roster.first { $0.isActive && ("\($0.number)" == word || $0.name == word) }
    }
    let unknown = zip(words, found).filter { $1 == nil }.map(\.0)
    guard unknown.isEmpty else {
      let names = roster.filter(\.isActive).map { "\($0.number) \($0.name)" }
      throw Problem.invalid([
        Problem.Field(
          "officers",
          Phrase(
            "名册中没有：\(unknown.joined(separator: "、"))。在册：\(names.joined(separator: "、"))。",
            en:
              "Not on the roster: \(unknown.joined(separator: ", ")). On it: \(names.joined(separator: ", "))."
          ))
      ])
    }
    let chosen = Dictionary(found.compactMap { $0 }.map { ($0.number, $0) }) { one, _ in one }
    guard chosen.count >= rules.officersPerCase else {
      throw Self.refused(
        "too-few-officers", "审理案件应当由\(rules.officersPerCase)名以上复议人员参加。",
        "A case is tried by \(rules.officersPerCase) officers or more.",
        .law(ReconsiderationLaw.regulations(32)))
    }
    try give(&draft, to: chosen.values.sorted { $0.number < $1.number }, roster)
  }

  /// What must hold of the roster: each officer's load is the number of open cases that are the
  /// officer's.
  static func loads(_ type: CaseType, _ view: any View) throws -> [(row: Int64, what: Phrase)] {
    var open: [String: Int64] = [:]
    try CaseFileBook.forEach(type.id, view) { row in
      guard !row.base.isClosed, let facts = try? CaseFacts(row.facts) else { return }
      for officer in facts.list("officers") { open[officer, default: 0] += 1 }
    }
    return try view.all(ReconsiderationTables.allOfficers)
      .filter { $0.load != open["\($0.number)"] ?? 0 }
      .map {
        (row: $0.number, what: Phrase("在办件数与案件不符。", en: "its load is not that of the open cases"))
      }
  }
}

/// Who is given a case: those who work on its kind of act before others, among them whoever has the
/// fewest open cases; equal ones by staff number. No draw and no wish, so that anybody can follow it.
enum OfficerChoice {
  static func choose(_ roster: [OfficerRow], for actKind: String, count: Int) -> [OfficerRow] {
    let ranked = roster.filter(\.isActive).sorted {
      ($0.works(on: actKind) ? 0 : 1, $0.load, $0.number)
        < ($1.works(on: actKind) ? 0 : 1, $1.load, $1.number)
    }
    return Array(ranked.prefix(count))
  }
}

/// Puts somebody on the roster, or changes what stands there; the load follows from the cases.
struct SetOfficer: Command {
  typealias Loaded = Void
  let number: Int64
  let name: String
  let fields: [String]
  let isQualified: Bool
  let isActive: Bool

  var kind: String { "reconsideration.officer" }
  var permission: String { "reconsideration.as-approver" }
  var aggregate: Int64? { nil }
  var content: JSONValue {
    [
      "number": .integer(number), "name": .string(name),
      "fields": .array(fields.map { .string($0) }), "qualified": .bool(isQualified),
      "active": .bool(isActive),
    ]
  }

  func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    let old = try view.all(ReconsiderationTables.allOfficers).first { $0.number == number }
    let row = OfficerRow(
      number: number, name: name, fields: fields, isQualified: isQualified, isActive: isActive,
      load: old?.load ?? 0)
    return .accepted(
      publicFields: ["active": .bool(isActive)],
      changes: ReconsiderationTables.put(row, over: old, context.ring))
  }
}

extension ReconsiderationRules {
  /// How many officers try a case at least; a city may ask for more than the two of the regulations.
  var officersPerCase: Int { whole("officers-per-case") }

  /// A number of the city's profile; 0 where it says none.
  func whole(_ name: String) -> Int {
    profile.parameters.first { $0.name == "reconsideration.\(name)" }?.series.last
      .flatMap { Int($0.value) } ?? 0
  }
}
