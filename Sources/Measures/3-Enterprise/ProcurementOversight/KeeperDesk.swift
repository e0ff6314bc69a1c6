import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage

/// What the keepers of opening keys take away once the hour has come, to open it on their own machines.
extension ProcurementMeasure {
  /// The permissions of keepers.
  static let keeping: [String] = ProcurementMethod.allCases.map {
    "procurement.\($0.rawValue).as-open"
  }

  /// All bids of a purchase as they stand: sealed twice before the first keeper's step, once after it.
  ///
  /// - Throws: ``Problem`` 404 for no purchase of the keeper's firm, 422 before the hour.
  func envelopes(_ visit: Visit) async throws -> Response {
    let number = visit["number"]
    let unknown = Problem.notFound(Phrase("没有这一采购项目。", en: "There is no such purchase."))
    guard let key = CaseNumber(number)?.serial,
      let row = try await desk.store.first(CaseFileBook.find(key)),
      let office = offices.first(where: { $0.handles(row) }),
      office.procedure is ChainProcedure, visit.actor.covers(agency: row.base.agency),
      visit.actor.may(office.procedure.permission(.opening)), let bids = self.office("bids")
    else { throw unknown }
    let facts = try CaseFacts(row.facts)
    guard let day = facts.date("opens-on"),
      visit.now
        >= Instant(
          day, secondOfDay: Int(facts.integer("opens-hour") ?? 0) * 3600, in: rules.profile.zone)
    else {
      throw ChainStep.against("too-early", "未到开启时间。", "The hour has not come.")
    }
    if row.base.stage == "half-open" {
      let file = try await CaseFile.load(key, desk, office.setting)
      let first = file?.events.last { $0.command == .unsealFirst && !$0.isRefused }
      return .json(try JSONValue(parsing: Array((first?.said?.text("envelopes") ?? "{}").utf8)))
    }
    var found: [String: JSONValue] = [:]
    let rows = try await desk.store.all(
      CaseFileBook.about("bid:\(key)", kind: BidProcedure.kind))
    for bid in rows where bid.base.stage != "withdrawn" {
      let file = try await CaseFile.load(bid.base.key, desk, bids.setting)
      found[bid.base.number.description] = .string(file?.opening?.text("envelope") ?? "")
    }
    return .json(.object(found))
  }
}
