import ArrivalFlow
import Commons

/// A flight of a board with what the controller is advised, and what is wrong with it.
struct BoardLine: Sendable {
  let flight: BoardFlight
  let category: String
  /// Seconds to lose (positive) or gain.
  let lose_s: Int64?
  /// Whether its track has gone silent, and for how long.
  let silent_s: Int64?

  /// What is to be said of it beyond times, with reasons.
  var warnings: [Phrase] {
    var found: [Phrase] = []
    if flight.missing_s > 0 {
      let seconds = flight.missing_s
      found.append(
        Phrase(
          "弧用尽：弧比所需延误少\(seconds)秒，请在进入点前再等待\(seconds)秒",
          en:
            "arc run-out: the arc is \(seconds) s short of the delay; hold \(seconds) s before the entry"
        ))
    }
    if flight.wait_s > 0 {
      found.append(
        Phrase(
          "高度层冲突：进入时本层被占用，请推迟\(flight.wait_s)秒进入",
          en: "level conflict: its level is taken when it enters; be \(flight.wait_s) s later"))
    }
    if flight.phase == .direct, let lose_s, lose_s > 30 {
      found.append(
        Phrase(
          "已转向汇聚点，仍需损失\(lose_s)秒", en: "turned already, yet \(lose_s) s too early"))
    }
    if let silent_s {
      found.append(Phrase("\(silent_s)秒没有航迹", en: "no track for \(silent_s) s"))
    }
    if flight.doubts > 0 {
      found.append(Phrase("最近的位置不可信，未采用", en: "its last place was not believed"))
    }
    if category == "?" {
      found.append(
        Phrase("机型未知，按最大间隔", en: "type unknown: spaced by the largest minima"))
    }
    return found
  }

  var json: JSONValue {
    var members = flight.json.object ?? [:]
    members["category"] = .string(category)
    members["lose_s"] = lose_s.map { .integer($0) }
    members["silent_s"] = silent_s.map { .integer($0) }
    members["warnings"] = .array(warnings.map { .string($0.en) })
    return .object(members)
  }

  /// The flights in the order of the runway, then those that are not in sequence.
  static func all(
    _ board: ArrivalBoard, _ airport: Airport, _ book: AirportBook, now: Int64
  ) -> [BoardLine] {
    let scheme = airport.scenario.study.after.scheme
    return board.flights.sorted {
      ($0.planned ?? .max, $0.target ?? .max, $0.callsign)
        < ($1.planned ?? .max, $1.target ?? .max, $1.callsign)
    }.map { flight in
      BoardLine(
        flight: flight,
        category: book.types[flight.type].map { scheme.category(of: $0.type) } ?? "?",
        lose_s: flight.planned.flatMap { planned in flight.target.map { planned - $0 } },
        silent_s: ArrivalBoard.isLost(flight, now: now) ? now - flight.heard : nil)
    }
  }
}
