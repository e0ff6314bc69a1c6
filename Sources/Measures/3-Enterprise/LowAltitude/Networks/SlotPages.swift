import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// The slots of a route as people and programs see them: how many an hour are taken, never by whom, since what is to
/// come is for air traffic control alone.
extension LowAltitudeMeasure {
  /// Hours ahead that are shown.
  private static let hours: Int64 = 24

  func slotRoutes(_ routes: inout Routes) {
    routes.get("/api/low-altitude/networks/{code}/slots", .everybody, .interface) { visit in
      let asset = try await asset(visit["code"])
      guard let length = asset.slotLength else {
        throw Problem.notFound(
          Phrase("\(asset.code) 不是航路，没有时隙。", en: "\(asset.code) is no route and has no slots."))
      }
      let taken = try await bookings(asset, visit.now).map {
        JSONValue.string($0.slotAt.rfc3339(in: .utc))
      }
      return .json([
        "route": .string(asset.code), "state": .string(asset.state.rawValue),
        "slot_seconds": .number(Double(length) / 1e6), "hours": .integer(LowAltitudeMeasure.hours),
        "taken": .array(taken),
      ])
    }
  }

  /// What is held on a route from this hour on.
  private func bookings(_ asset: NetworkAsset, _ now: Instant) async throws -> [Booking] {
    let from = Instant(seconds: now.seconds / 3600 * 3600)
    return try await desk.store.all(
      BookingBook.held(
        asset.code, from: from,
        to: from.adding(microseconds: LowAltitudeMeasure.hours * 3_600_000_000 - 1)))
  }

  /// The hours to come with what is taken of each; for whoever decides on flights with the flights.
  func slotTable(
    _ h: inout HTML, _ asset: NetworkAsset, _ bookings: [Booking], _ numbers: [Int64: String],
    _ visit: Visit
  ) {
    guard asset.state == .inService, let capacity = asset.number("slots_per_hour") else { return }
    h.section(Phrase("今后24小时的时隙", en: "Slots of the next 24 hours"))
    h.p(
      Phrase(
        "每小时\(capacity)个时隙，一个时隙一架次；飞行活动批准时占用，撤回时释放。",
        en:
          "\(capacity) slots an hour, one flight each; taken with the approval of a flight, freed when it is "
          + "given up."))
    let hour: Int64 = 3_600_000_000
    let byHour = Dictionary(grouping: bookings) { $0.slotAt.microseconds / hour }
    guard !byHour.isEmpty else {
      return h.empty(Phrase("今后24小时尚无占用。", en: "Nothing is taken in the next 24 hours."))
    }
    let isControl = visit.actor.may(office.procedure.deskPermission)
    h.table(
      Phrase("有占用的小时", en: "Hours with slots taken"),
      columns: [
        (Phrase("时间", en: "Hour"), false), (Phrase("已占", en: "Taken"), true),
        (Phrase("余", en: "Free"), true),
      ] + (isControl ? [(Phrase("飞行", en: "Flights"), false)] : [])
    ) { table in
      for (key, taken) in byHour.sorted(by: { $0.key < $1.key }) {
        let free = max(0, Int(capacity) - taken.count)
        var cells: [(inout HTML) -> Void] = [
          { $0.time(Instant(microseconds: key * hour), in: profile.zone) },
          { $0.text(String(taken.count)) },
          { $0.tag(.same(String(free)), free == 0 ? .bad : .good) },
        ]
        if isControl {
          cells.append({ h in
            for booking in taken {
              guard let number = numbers[booking.flight] else { continue }
              h.a("/desk/low-altitude/flights/\(number)", .same(number))
              h.text(" ")
            }
          })
        }
        table.row(cells)
      }
    }
  }

  /// The bookings of a route with the numbers of their flights.
  func booked(_ asset: NetworkAsset, _ now: Instant) async throws -> ([Booking], [Int64: String]) {
    guard asset.kind == .route else { return ([], [:]) }
    let bookings = try await bookings(asset, now)
    let numbers = try await desk.store.read { view in
      try bookings.compactMap { try view.first(FlightBook.find($0.flight)) }
        .map { ($0.id, $0.number) }
    }
    return (bookings, Dictionary(numbers, uniquingKeysWith: { $1 }))
  }
}
