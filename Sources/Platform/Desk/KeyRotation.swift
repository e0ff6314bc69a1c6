import Books
import Commons
import Storage

/// Brings every row to the current generation of the keys: its mark, and a subject's wrapped key.
///
/// It may be stopped and started at any moment and run beside everything else: rows are looked at in
/// pages, and a row that somebody has written meanwhile is left to the next pass. Nothing is noted of
/// how far it came, as rows that are done tell it themselves.
public struct KeyRotation: Sendable {
  /// What a run came to.
  public struct Report: Hashable, Sendable {
    /// Rows that were renewed.
    public var renewed = 0
    /// Rows that match no generation: changed behind the program's back.
    public var altered = 0
  }

  private let store: any Store
  private let ring: KeyRing
  private let random: any RandomSource
  private let tables: [MarkedTable]
  /// Rows in one transaction.
  private static let pageRows = 500

  /// A rotation of a store's tables.
  public init(
    _ store: any Store, _ ring: KeyRing, _ tables: [MarkedTable], random: any RandomSource
  ) {
    self.store = store
    self.ring = ring
    self.tables = tables
    self.random = random
  }

  /// Rows that rest on another generation than the current one, and rows that match none.
  public func remaining() async throws -> Report {
    let (ring, random, tables) = (ring, random, tables)
    return try await store.report { view in
      var report = Report()
      for table in tables {
        var key: [SQLValue]?
        repeat {
          let page = try table.renewal(
            view, after: key, limit: KeyRotation.pageRows, ring, random: random)
          report.renewed += page.changes.count
          report.altered += page.altered
          key = page.last
        } while key != nil
      }
      return report
    }
  }

  /// Passes over all tables until a pass finds nothing to do.
  ///
  /// - Parameter progress: told rows that were renewed.
  public func run(progress: (Int) -> Void = { _ in }) async throws -> Report {
    var total = 0
    while true {
      let pass = try await pass { progress(total + $0) }
      total += pass.renewed
      if pass.renewed == 0 { return Report(renewed: total, altered: pass.altered) }
    }
  }

  private func pass(_ progress: (Int) -> Void) async throws -> Report {
    var report = Report()
    for table in tables {
      var key: [SQLValue]?
      repeat {
        let after = key
        let page = try await store.read { [ring, random] view in
          try table.renewal(
            view, after: after, limit: KeyRotation.pageRows, ring, random: random)
        }
        if !page.changes.isEmpty {
          try await store.write { _ in WritePlan(page.changes, answer: ()) }
          report.renewed += page.changes.count
          progress(report.renewed)
        }
        report.altered += page.altered
        key = page.last
        try Task.checkCancellation()
      } while key != nil
    }
    return report
  }
}
