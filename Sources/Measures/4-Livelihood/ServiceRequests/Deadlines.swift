import Books
import CaseEngine
import Commons
import LegalTime
import MeasureKit

/// The three dates that follow from a request's clocks: columns that `tequ verify` computes again.
struct RequestDeadlines: Sendable {
  /// When whoever owes the next step must have taken it: the handling period while there is one,
  /// else the clock of the stage.
  let due: Instant?
  /// When the system must look at the case.
  let wake: Instant?
  /// The end of the handling period; nil while it stands still or is over.
  let handle: Instant?

  init(_ type: CaseType, _ status: CaseStatus, _ clocks: CaseClocks, _ calendar: WorkCalendar) {
    let isOver = type.stage(of: status).isFinal
    handle = isOver ? nil : clocks.end(of: .handle, calendar)
    let stage = type.stage(of: status).id
    let own = type.clocks.filter { $0.drives.contains(stage) && $0.id != .handle }
      .compactMap { clocks.end(of: $0.id, calendar) }.min()
    due = isOver ? nil : handle ?? own
    wake = isOver ? nil : clocks.wake(type, status, calendar)
  }

  init(_ row: CaseRow, _ calendar: WorkCalendar) throws {
    let type = ServiceRequestCases.request
    self.init(type, try type.status(row.status), try CaseClocks(row.clocks), calendar)
  }

  func write(to row: inout CaseRow) {
    row.dueAt = due
    row.wakeAt = wake
  }
}
