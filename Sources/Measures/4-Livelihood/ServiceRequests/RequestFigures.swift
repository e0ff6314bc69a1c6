import Commons
import MeasureKit

/// Counts of requests, all of which follow from the public acts.
public struct RequestTally: Hashable, Sendable {
  /// Requests that came in.
  public var received = 0
  /// Requests that were answered at least once.
  public var replied = 0
  /// Of those, answered within the legal period every time.
  public var onTime = 0
  /// Requests that are closed.
  public var closed = 0
  /// Requests that were turned away at intake with the reason.
  public var refused = 0
  /// Requests that the citizen judged.
  public var evaluated = 0
  /// Of those, judged 4 or 5 of 5 at the last judgement.
  public var satisfied = 0
  /// Times that a request was handled again because the citizen was not satisfied.
  public var redone = 0
  /// Times that an agency returned a request as not its own.
  public var returned = 0
  /// Seconds from intake to the first answer, summed.
  public var secondsToReply: Int64 = 0

  /// On-time answers per answer; nil before the first.
  public var onTimeRate: Double? { replied > 0 ? Double(onTime) / Double(replied) : nil }
  /// Satisfied judgements per judgement; nil before the first.
  public var satisfactionRate: Double? {
    evaluated > 0 ? Double(satisfied) / Double(evaluated) : nil
  }
  /// Closed requests per request; nil before the first.
  public var closedRate: Double? { received > 0 ? Double(closed) / Double(received) : nil }
  /// Mean days from intake to the first answer; nil before the first.
  public var meanDaysToReply: Double? {
    replied > 0 ? Double(secondsToReply) / 86_400 / Double(replied) : nil
  }
}

/// The figures of measure 21: counts alone, small however many requests there are, so that a page may
/// keep a copy while the log goes on.
public struct RequestFigures: Sendable {
  /// By what the counts are split.
  public enum Dimension: Int, CaseIterable, Hashable, Sendable {
    case agency, category, channel, district

    /// The public field that holds its value.
    var field: String {
      switch self {
      case .agency: "agency"
      case .category: "category"
      case .channel: "channel"
      case .district: "district"
      }
    }
  }

  /// Boxes of ``waits``: thirty days.
  static let waitBoxes = 120

  /// All requests.
  public internal(set) var total = RequestTally()
  /// By the day of intake (received) and of the first answer (replied, on time).
  public internal(set) var days: [CivilDate: RequestTally] = [:]
  /// First answers by the week in which they were given (its Monday) and by how long they took, in
  /// quarters of a day; the last box holds all that took longer.
  public internal(set) var waits: [CivilDate: [Int32]] = [:]
  /// Requests that were sent to an agency.
  public internal(set) var dispatched = 0
  /// Requests that were supervised: a period ran out, or a supervisor stepped in.
  public internal(set) var supervised = 0
  var slots = Array(repeating: Slots(), count: Dimension.allCases.count)
  /// Requests that wait for an answer, by agency and the moment when it is due. Legal periods end with
  /// a day, so there are few moments.
  var waiting: [UInt16: [Int64: Int]] = [:]

  /// The counts of one dimension, by small numbers instead of names: a city has millions of
  /// requests and a few hundred names.
  struct Slots: Sendable {
    var names: [String] = []
    var index: [String: UInt16] = [:]
    var tallies: [RequestTally] = []

    mutating func number(_ name: String) -> UInt16 {
      if let known = index[name] { return known }
      let number = UInt16(clamping: names.count)
      names.append(name)
      tallies.append(RequestTally())
      index[name] = number
      return number
    }
  }

  /// The counts of one dimension by the value's name, the most received first.
  public func parts(_ dimension: Dimension) -> [(name: String, tally: RequestTally)] {
    let slots = slots[dimension.rawValue]
    return zip(slots.names, slots.tallies).map { (name: $0, tally: $1) }
      .filter { $0.tally.received > 0 }
      .sorted { ($1.tally.received, $0.name) < ($0.tally.received, $1.name) }
  }

  /// Requests that wait for an answer past their period at a moment.
  public func overdue(at moment: Instant) -> Int {
    waiting.values.reduce(0) { $0 + RequestFigures.late($1, at: moment) }
  }

  /// Requests that are open.
  public var open: Int { total.received - total.closed }

  /// What each agency has open, and how much of it waits past its period; nil names the requests that
  /// no agency has yet.
  public func load(at moment: Instant) -> [(agency: String?, open: Int, late: Int)] {
    let agencies = slots[Dimension.agency.rawValue]
    let own = agencies.names.indices.map { index in
      (
        agency: Optional(agencies.names[index]),
        open: agencies.tallies[index].received - agencies.tallies[index].closed,
        late: RequestFigures.late(waiting[UInt16(index)] ?? [:], at: moment)
      )
    }
    let rest = open - own.reduce(0) { $0 + $1.open }
    return own + [(agency: nil, open: rest, late: 0)]
  }

  private static func late(_ dues: [Int64: Int], at moment: Instant) -> Int {
    dues.reduce(0) { $1.key < moment.seconds ? $0 + $1.value : $0 }
  }

  /// The percentiles of the days to the first answer in a week; nil without an answer.
  func waits(inWeekOf monday: CivilDate, _ shares: [Double]) -> [Double]? {
    guard let boxes = waits[monday] else { return nil }
    let total = Double(boxes.reduce(0, +))
    guard total > 0 else { return nil }
    return shares.map { share in
      var seen = 0.0
      for (box, count) in boxes.enumerated() where count > 0 {
        seen += Double(count)
        // Within a box the answers count as spread evenly.
        if seen >= share * total {
          let inside = (share * total - (seen - Double(count))) / Double(count)
          return (Double(box) + inside) / 4
        }
      }
      return Double(boxes.count) / 4
    }
  }
}
