import Airspace
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// Where the airspace is full in the hours to come: flights in each square kilometre, layer and minute against
/// the capacity that the city sets. For controllers, since it tells of what is still to come.
extension LowAltitudeMeasure {
  /// Seconds looked ahead.
  private static let ahead: Int64 = 6 * 3600
  /// Parts listed at most.
  private static let listed = 100

  func densityRoutes(_ routes: inout Routes) {
    routes.get("/desk/low-altitude/density", .holding(HandleAlarm.permission)) {
      try await densityPage($0)
    }
  }

  /// Flights that a part may hold in a minute (city parameter `low-altitude.capacity`, else four).
  private func capacity(at now: Instant) -> Int {
    let value = profile.parameter("low-altitude.capacity", on: now.date(in: profile.zone))?.value
    return value.flatMap { Int($0) } ?? 4
  }

  private func densityPage(_ visit: Visit) async throws -> Response {
    let (now, plane) = (visit.now, CityPlane(around: cityMiddle))
    let flights = try await desk.store.all(
      FlightBook.during(now, now.adding(seconds: LowAltitudeMeasure.ahead)))
    var density = Density()
    for flight in flights where flight.state.holds && !flight.isArea {
      if let path = try? Trajectory(flight.track(on: plane)) { density.add(path) }
    }
    let capacity = capacity(at: now)
    let full = density.over(capacity)
    let title = Phrase("空域容量", en: "Capacity of the air")
    return visit.page(title, trail: LowAltitudeMeasure.networkTrail) { h in
      h.heading(
        title,
        lead: Phrase(
          "今后6小时，每平方公里、每30米一层、每分钟的航班数，超过 \(capacity) 架次的列出。",
          en:
            "The next six hours: square kilometres, layers of 30 m and minutes with more than \(capacity) flights."
        ))
      h.element("p") { h in
        h.text(Phrase("最多同时 \(density.most) 架次。", en: "At most \(density.most) at a time. "))
        h.tag(
          Phrase("超限 \(full.count) 处", en: "\(full.count) over capacity"),
          full.isEmpty ? .good : .bad)
      }
      guard !full.isEmpty else { return }
      h.table(
        Phrase("超过容量之处", en: "Over capacity"),
        columns: [
          (Phrase("时刻", en: "Minute"), false), (Phrase("高度层（米）", en: "Layer (m)"), false),
          (Phrase("中心位置", en: "Middle"), false), (Phrase("架次", en: "Flights"), true),
        ]
      ) { table in
        for (part, count) in full.prefix(LowAltitudeMeasure.listed) {
          let low = Double(part.layer) * density.height
          let middle = plane.place(
            east: (Double(part.column) + 0.5) * density.side,
            north: (Double(part.row) + 0.5) * density.side)
          table.row([
            { $0.time(Instant(seconds: Int64(part.minute) * 60), in: profile.zone) },
            { $0.text("\(Int(low))–\(Int(low + density.height))") },
            {
              $0.text(Figures.fixed(middle.latitude, 4) + ", " + Figures.fixed(middle.longitude, 4))
            },
            { $0.text(String(count)) },
          ])
        }
      }
    }
  }
}
