import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import LegalTime
import MeasureKit

/// What the program itself does when a request's clock runs out: the step that the clock names,
/// once for each state of the case, whoever notices it and however late.
public struct RequestExpiry: Sendable {
  private let desk: CommandDesk
  private let rules: RequestRules
  private static let program = Actor.system(["requests.as-system"])

  /// Expiry under a city's rules.
  public init(desk: CommandDesk, rules: RequestRules) {
    self.desk = desk
    self.rules = rules
  }

  /// Gives the steps that are due on these cases at a moment; the answer is how many were carried
  /// out. A case with several clocks at their ends takes the earliest, and is found again.
  public func expire(_ rows: [CaseRow], at moment: Instant) async throws -> Int {
    let type = ServiceRequestCases.request
    var steps: [(command: MoveRequest, terms: CommandDesk.Terms)] = []
    for row in rows where row.measure == 21 {
      let status = try type.status(row.status)
      let due = try CaseClocks(row.clocks).due(at: moment, type, status, rules.calendar).first
      guard let due, let spec = type.clocks.first(where: { $0.id == due.id }) else { continue }
      steps.append(
        (
          MoveRequest(
            spec.onExpiry, as: .system, on: row.key, due: due.end, rules: rules),
          CommandDesk.Terms(
            // With the version: after the clock was set back, a clock of the case may be started
            // anew with an end at which it has run out before.
            idempotencyKey: "\(row.key).\(row.version).\(due.id.text).\(due.end.microseconds)")
        ))
    }
    let answers = await desk.submit(all: steps, by: RequestExpiry.program)
    var done = 0
    for answer in answers {
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
