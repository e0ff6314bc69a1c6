import Books
import CaseEngine
import CaseWork
import Commons
import EvidenceLog
import MeasureKit
import ProcurementOversight
import Storage
import Verification

/// Finds every stored alert that was changed, removed or added behind the program's back. Three witnesses are
/// compared: the rows, each with its mark; the journal's acts, from which the rows follow; and the log's tiles,
/// which hold the hash of every act and which others have signed and copied.
public struct OversightAudit: Sendable {
  /// What was looked at and what was found.
  public struct Report: Sendable {
    /// Alerts by the journal.
    public let alerts: Int
    /// Acts about them.
    public let acts: Int
    /// What does not hold.
    public let findings: [StoreFinding]

    /// The report for programs.
    public var json: JSONValue {
      [
        "clean": .bool(findings.isEmpty), "alerts": .integer(Int64(alerts)),
        "acts": .integer(Int64(acts)),
        "findings": .array(
          findings.map {
            [
              "table": .string($0.table), "row": .string($0.row), "zh": .string($0.message.zh),
              "en": .string($0.message.en),
            ]
          }),
      ]
    }
  }

  /// Looks at a city that is open.
  public static func run(_ city: RunningCity) async throws -> Report {
    let (ring, settings) = (city.ring, city.offices.map(\.setting))
    guard
      let setting = settings.first(where: { $0.procedure.path == "procurement/alerts" })
    else {
      throw Problem.notFound(
        Phrase("本市没有采用举措16。", en: "The city has not adopted measure 16."))
    }
    let key = city.signer.verifier
    return try await city.store.report { view in
      var audit = Pass(view: view, setting: setting)
      try audit.marks(ring)
      try audit.journal()
      try audit.rows()
      try audit.cases()
      // The whole log is computed again: an act that was taken out leaves a gap there.
      audit.findings += try LogChecks.all(signedBy: key).run(view, ring)
      return Report(
        alerts: audit.raised.count, acts: audit.histories.values.reduce(0) { $0 + $1.count },
        findings: audit.findings)
    }
  }

  private struct Pass {
    let view: any View
    let setting: CaseSetting
    var findings: [StoreFinding] = []
    /// Acts about alerts by case, in their order.
    var histories: [Int64: [JournalRow]] = [:]
    /// Alerts in the table.
    private var kept: Set<Int64> = []
    /// What the journal says was raised.
    var raised: [Int64: AlertRow] = [:]

    private static let acts = Statement(
      """
      SELECT entry_key FROM journal WHERE entry_key > $1
      AND kind >= 'procurement.alerts.' AND kind < 'procurement.alerts/' ORDER BY entry_key LIMIT 2000
      """)

    init(view: any View, setting: CaseSetting) {
      self.view = view
      self.setting = setting
    }

    private mutating func find(_ table: String, _ row: Int64, _ zh: String, _ en: String) {
      findings.append(StoreFinding(table, row: "\(row)", Phrase(zh, en: en)))
    }

    /// Rows whose mark does not match: whoever wrote them had not the store's keys.
    mutating func marks(_ ring: KeyRing) throws {
      for table in [AlertTables.table, CaseBook.table, CaseFileBook.table, JournalBook.table] {
        for key in try table.alteredRows(view, ring) {
          guard case .integer(let row)? = key.first else { continue }
          find(table.name, row, "行与其标记不符。", "the row does not match its mark")
        }
      }
    }

    mutating func journal() throws {
      var after = Int64.min
      while true {
        let keys = try view.all(
          Query(Pass.acts, [.integer(after)]) { JournalKey(raw: $0.integer(0)) })
        guard let last = keys.last else { break }
        for key in keys {
          guard let act = try view.first(JournalBook.entry(key)) else {
            find("journal", key.raw, "无法读取。", "it cannot be read")
            continue
          }
          histories[key.aggregate, default: []].append(act)
          if let row = AlertRow(act) { raised[row.key] = row }
        }
        after = last.raw
      }
      for (key, history) in histories.sorted(by: { $0.key < $1.key }) {
        for (place, act) in history.enumerated() where act.key.version != Int64(place + 1) {
          find(
            "journal", act.key.raw, "此前的记录缺失或者种类被改。",
            "an act before it is missing, or its kind was changed")
          break
        }
        if raised[key] == nil {
          find(
            "journal", JournalKey(aggregate: key, version: 1).raw, "发出预警的记录缺失。",
            "the act that raised the alert is missing")
        }
      }
    }

    /// The table of alerts against the acts that raised them.
    mutating func rows() throws {
      var known: Set<Int64> = []
      var wrong: [Int64] = []
      let raised = raised
      try AlertTables.forEach(view) { row in
        known.insert(row.key)
        if raised[row.key] != row { wrong.append(row.key) }
      }
      for key in wrong {
        find(
          "procurement_alerts", key,
          raised[key] == nil ? "没有发出这一预警的记录。" : "与发出预警的记录不符。",
          raised[key] == nil ? "no act raised it" : "it is not what was raised")
      }
      kept = known
    }

    /// The cases of alerts against their acts: stage, agency and facts follow from these.
    mutating func cases() throws {
      var known: Set<Int64> = []
      let kind = setting.type.id
      var found: [CaseFileRow] = []
      try CaseFileBook.forEach(kind, view) { row in found.append(row) }
      for row in found {
        known.insert(row.base.key)
        guard let history = histories[row.base.key] else {
          find("case_files", row.base.key, "没有相应的记录。", "it has no act")
          continue
        }
        if row.base.version != history.last?.key.version {
          find("cases", row.base.key, "版本与记录不符。", "its version is not that of its last act")
        }
        let status = try? replayed(history)
        if status == nil || setting.type.text(status!) != row.base.status {
          find("cases", row.base.key, "状态与记录不符。", "its status does not follow from its acts")
        }
        for what in CaseInvariants(setting).broken(row) {
          findings.append(StoreFinding("case_files", row: "\(row.base.key)", what))
        }
      }
      // Whatever is left of an alert, all of it must be there.
      let all = known.union(kept).union(histories.keys)
      for key in all.sorted() {
        if !kept.contains(key) {
          find("procurement_alerts", key, "预警被删除。", "the alert was removed")
        }
        if !known.contains(key) {
          find("case_files", key, "预警办件被删除或者种类被改。", "its case was removed or its kind changed")
        }
      }
    }

    /// The status to which the acts lead.
    private func replayed(_ history: [JournalRow]) throws -> CaseStatus? {
      var status: CaseStatus?
      for act in history where !act.kind.hasSuffix(".refused") {
        guard let command = setting.procedure.command(act.kind) else { return nil }
        let actors = setting.type.transitions.first { $0.command == command }?.actors ?? []
        guard let actor = actors.first else { return nil }
        status =
          try status.map { try setting.type.step($0, command, by: actor).status }
          ?? setting.type.open(command, by: actor).status
      }
      return status
    }
  }
}
