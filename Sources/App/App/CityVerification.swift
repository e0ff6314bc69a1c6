import Books
import Commons
import EvidenceLog
import MeasureKit
import SQLiteStorage
import ServiceRequests
import Storage
import Verification

/// Proves a city's store again, reading only; other processes may write meanwhile.
public struct CityVerification: Sendable {
  /// What was looked at and what was found.
  public struct Report: Sendable {
    /// The checks that ran, in order.
    public let checks: [String]
    /// What does not hold.
    public let findings: [StoreFinding]
    /// Acts in the journal.
    public let acts: Int64
    /// Entries in the log.
    public let entries: Int64

    /// Whether all holds.
    public var isClean: Bool { findings.isEmpty }

    /// The report for programs.
    public var json: JSONValue {
      [
        "clean": .bool(isClean), "acts": .integer(acts), "entries": .integer(entries),
        "checks": .array(checks.map { .string($0) }),
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

  private static let countActs = Statement("SELECT count(*) FROM journal")

  /// Runs all checks on a city that is open.
  public static func run(_ city: RunningCity) async throws -> Report {
    var checks: [String] = []
    var findings: [StoreFinding] = []
    if case .sqlite(let file) = city.folder.database {
      checks.append("integrity of the file")
      findings = try SQLiteBackup.integrityFindings(file).map {
        StoreFinding("sqlite", Phrase("数据库文件：\($0)", en: "the database file: \($0)"))
      }
    }
    let invariants = city.measures.flatMap(\.invariants)
    let all =
      [StoreCheck.marks(RunningCity.markedTables)] + JournalChecks.all
      + [LogChecks.all(signedBy: city.signer.verifier)]
      + invariants.map { invariant in
        StoreCheck("invariants of \(invariant.table)") { view, _ in
          try invariant.broken(view).map {
            StoreFinding(invariant.table, row: "\($0.row)", $0.what)
          }
        }
      }
    let ring = city.ring
    let (found, acts, entries) = try await city.store.report { view in
      (
        try all.flatMap { try $0.run(view, ring) },
        try view.first(Query(countActs) { $0.integer(0) }) ?? 0,
        try view.first(LogBook.state)?.size ?? 0
      )
    }
    findings += found
    checks += all.map(\.name)
    return Report(checks: checks, findings: findings, acts: acts, entries: entries)
  }
}
