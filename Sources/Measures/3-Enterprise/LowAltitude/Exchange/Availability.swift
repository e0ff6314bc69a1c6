import Books
import Commons
import Desk
import Storage

/// Whether a USS works, as the arbiter says (F3548-21, USS availability).
struct AvailabilityWish: Sendable {
  let uss: String
  let state: String
  /// The version that the arbiter knows; empty for the first word about a USS.
  let tag: String

  init(_ body: AirReader, uss: String) throws(AirRefusal) {
    self.uss = uss
    let asked = try body.neededText("availability")
    guard
      let state = ["Unknown", "Normal", "Down"].first(where: {
        $0.lowercased() == asked.lowercased()
      })
    else { throw .malformed("“\(asked)” is no availability: Unknown, Normal or Down") }
    self.state = state
    tag = try body.text("old_version") ?? ""
  }

  func put(_ old: AirEntity?, _ ring: KeyRing, _ context: Context) throws -> AirOutcome {
    guard (old?.tag ?? "") == tag else {
      throw AirRefusal(409, "old_version is not the current version")
    }
    var new = AirEntity(
      kind: .availability, id: uss, aggregate: context.aggregate,
      version: (old?.version ?? 0) + 1, manager: uss, start: context.recordedAt,
      end: context.recordedAt)
    new.state = state
    new.tag = AirEntity.freshTag(uss, context)
    return AirOutcome(
      changes: AirBook.save(new, over: old, ring), reply: AvailabilityWish.record(new, uss),
      publicFields: new.publicFields)
  }

  static func record(_ entity: AirEntity?, _ uss: String) -> JSONValue {
    [
      "status": ["uss": .string(uss), "availability": .string(entity?.state ?? "Unknown")],
      "version": .string(entity?.tag ?? ""),
    ]
  }
}
