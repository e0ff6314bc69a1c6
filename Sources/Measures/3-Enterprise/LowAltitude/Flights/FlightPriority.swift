import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import MeasureKit
import Storage

/// Who goes before whom: urgent tasks (art. 29) before all that is planned and not yet in the air, since airspace is
/// given to them first (art. 18, paragraph 3); among equals, whoever was approved first. What flies already is not
/// moved: an urgent task keeps clear of it.
enum FlightPriority {
  /// Kinds of application that go before others.
  static let urgent: Set<String> = ["urgent", "special"]

  /// The numbers of the flights that an urgent plan meets and that have to make room for it; nothing for any other
  /// plan. They are noted in the case, for whoever tells them.
  static func lower(
    _ draft: inout CaseDraft, _ air: Deconfliction, _ plan: FlightPlan, _ view: any View
  ) throws -> Set<String> {
    guard urgent.contains(draft.facts.text("urgency")) else { return [] }
    var lower: Set<String> = []
    for found in try air.found(plan) where found.isFlight {
      guard let number = CaseNumber(found.with),
        let row = try view.first(CaseFileBook.find(number.serial)), row.kind == FlightCases.kind,
        try !urgent.contains(CaseFacts(row.facts).text("urgency")),
        row.base.stage != StageID.active.text
      else { continue }
      lower.insert(found.with)
    }
    guard !lower.isEmpty else { return [] }
    draft.facts["before"] = .array(lower.sorted().map { .string($0) })
    draft.publicFields["displaces"] = .integer(Int64(lower.count))
    return lower
  }
}

extension LowAltitudeMeasure {
  /// Tells the flights that make room for an urgent task that was approved: they lose their approval and are offered
  /// another plan.
  var displacement: ActSubscription {
    ActSubscription("low-altitude.displacement", to: ["low-altitude.flights.approve"]) { heard in
      guard heard.act.fields["displaces"]?.integer ?? 0 > 0 else { return }
      try await makeRoom(for: heard.key.aggregate)
    }
  }

  func makeRoom(for urgent: Int64) async throws {
    guard let row = try await desk.store.first(CaseFileBook.find(urgent)) else { return }
    for text in try CaseFacts(row.facts).list("before") {
      guard let number = CaseNumber(text) else { continue }
      do {
        _ = try await desk.submit(
          MoveCase(.displace, as: .system, on: number.serial, in: office.setting),
          by: .system([office.procedure.permission(.system)]),
          .init(idempotencyKey: "displace.\(urgent).\(number.serial)"))
        // Whoever withdrew, landed or was told before has nothing to make room with.
      } catch let problem as Problem where [403, 409, 422].contains(problem.status) {}
    }
  }

  /// Keeps a plan under a standing approval on record (art. 26, paragraph 2), as soon as nothing stands in its way; one
  /// that meets something waits for its offer to be taken, or for air traffic control.
  var recording: ActSubscription {
    let kinds: Set<String> = ["low-altitude.flights.file", "low-altitude.flights.take-offer"]
    return ActSubscription("low-altitude.recording", to: kinds) { heard in
      guard heard.act.fields["conflicts"]?.integer == 0 else { return }
      try await keepOnRecord(heard.key.aggregate)
    }
  }

  func keepOnRecord(_ flight: Int64) async throws {
    guard let row = try await desk.store.first(CaseFileBook.find(flight)),
      row.base.stage == StageID.filed.text,
      try CaseFacts(row.facts).text("urgency") == "standing"
    else { return }
    do {
      _ = try await desk.submit(
        MoveCase(.record, as: .system, on: flight, in: office.setting),
        by: .system([office.procedure.permission(.system)]),
        .init(idempotencyKey: "record.\(flight).\(row.base.version)"))
    } catch let problem as Problem where [403, 409, 422].contains(problem.status) {}
  }
}
