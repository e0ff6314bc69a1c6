import Books
import CaseEngine
import Commons
import Desk
import MeasureKit
import Storage

/// What the program itself does when a clock of a case runs out: the step that the clock names, once
/// for each state of the case, whoever notices it and however late.
public struct CaseExpiry: Sendable {
  private let desk: CommandDesk
  private let settings: [Int: [CaseSetting]]
  private let program: Actor

  /// Expiry of the cases of some procedures.
  public init(desk: CommandDesk, _ settings: [CaseSetting]) {
    self.desk = desk
    self.settings = Dictionary(grouping: settings, by: \.measure)
    program = .system(Set(settings.map { $0.procedure.permission(.system) }))
  }

  /// The procedure of a case; nil for that of another measure. Of a measure with several kinds of case
  /// the case's file says which.
  private func setting(of row: CaseRow) async throws -> CaseSetting? {
    guard let known = settings[row.measure], known.count > 1 else {
      return settings[row.measure]?.first
    }
    let kind = try await desk.store.first(CaseFileBook.find(row.key))?.kind
    return known.first { $0.type.id == kind }
  }

  /// Gives all steps that are due at a moment, until none is; the answer is how many were carried out.
  @discardableResult
  public func settle(at moment: Instant) async throws -> Int {
    var count = 0
    while true {
      let rows = try await desk.store.all(CaseBook.due(by: moment, limit: 500))
      let done = try await expire(rows, at: moment)
      if done == 0 { return count }
      count += done
    }
  }

  /// Gives the steps that are due on these cases at a moment; the answer is how many were carried
  /// out. Cases of other measures are passed over. A case with several clocks at their ends takes the
  /// earliest, and is found again.
  public func expire(_ rows: [CaseRow], at moment: Instant) async throws -> Int {
    var steps: [(command: MoveCase, terms: CommandDesk.Terms)] = []
    for row in rows {
      guard let setting = try await self.setting(of: row) else { continue }
      let type = setting.type
      let due = try CaseClocks(row.clocks)
        .due(at: moment, type, type.status(row.status), setting.calendar).first
      guard let due, let spec = type.clocks.first(where: { $0.id == due.id }) else { continue }
      // With the version: a clock that was set back may run out again at the same moment.
      let key = "\(row.key).\(row.version).\(due.id.text).\(due.end.microseconds)"
      steps.append(
        (
          MoveCase(spec.onExpiry, as: .system, on: row.key, due: due.end, in: setting),
          CommandDesk.Terms(idempotencyKey: key)
        ))
    }
    var done = 0
    for answer in await desk.submit(all: steps, by: program) {
      switch answer {
      case .success: done += 1
      // Somebody else took a step meanwhile; the case is looked at again if a clock still calls.
      case .failure(let problem as Problem) where [403, 409, 422].contains(problem.status): break
      case .failure(let error): throw error
      }
    }
    return done
  }
}
