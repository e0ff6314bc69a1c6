import Commons
import Desk
import Storage

/// How many administrative suits of first instance courts took that were brought without
/// reconsideration, in a month or a year, as a court's liaison or its system reports it. Without it
/// nobody can tell how often people choose reconsideration first.
struct EnterCourtCount: Command {
  typealias Loaded = Void
  /// A month, `2026-02`, or a year, `2026`.
  let period: String
  let suits: Int64
  /// Where the figure is from, such as a bulletin.
  let source: String
  /// When it was reported.
  let reportedOn: CivilDate
  let zone: ZoneOffset

  var kind: String { "reconsideration.court-count" }
  var permission: String { "reconsideration.as-court" }
  var aggregate: Int64? { nil }
  var content: JSONValue {
    [
      "period": .string(period), "suits": .integer(suits), "source": .string(source),
      "reported": .string(reportedOn.description),
    ]
  }

  /// The figure stands in full in the public fields: it is about nobody. A later one for the same period
  /// takes its place.
  ///
  /// - Throws: ``Problem`` 422 with every field at fault.
  func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    let today = context.recordedAt.date(in: zone)
    var faults: [Problem.Field] = []
    func fault(_ name: String, _ zh: String, _ en: String) {
      faults.append(Problem.Field(name, Phrase(zh, en: en)))
    }
    if let first = CourtCount.firstDay(period) {
      if first > today { fault("period", "这一时期还没有开始。", "This period has not begun.") }
      if reportedOn < first || reportedOn > today {
        fault(
          "reported", "应在该时期开始之后、今天或者之前。", "It lies after the period began, and not after today.")
      }
    } else {
      fault("period", "应为月份（2026-02）或者年份（2026）。", "A month (2026-02) or a year (2026) is expected.")
    }
    if !(0...10_000_000).contains(suits) {
      fault("suits", "应为0至10000000的整数。", "A whole number from 0 to 10000000.")
    }
    if source.isEmpty || source.codePoints > 120 {
      fault("source", "请写明出处，最多120字。", "Say where it is from, in at most 120 characters.")
    }
    guard faults.isEmpty else { throw Problem.invalid(faults) }
    return .accepted(publicFields: content, changes: [])
  }
}

/// A figure of the courts as it stands in the log.
struct CourtCount: Hashable, Sendable {
  let suits: Int64
  let source: String
  let reportedOn: String

  /// The first day of a month or a year; nil for other text.
  static func firstDay(_ period: String) -> CivilDate? {
    switch period.utf8.count {
    case 4: CivilDate("\(period)-01-01")
    case 7: CivilDate("\(period)-01")
    default: nil
    }
  }
}

/// How often people chose reconsideration first: applications for reconsideration, of these and the
/// suits of first instance that were brought without it. Months of which the courts have reported
/// nothing are left out, and said to be missing.
struct FirstChoice: Hashable, Sendable {
  /// A month or a year.
  struct Line: Hashable, Sendable {
    let period: String
    let cases: Int64
    let count: CourtCount?
    var share: Double? {
      count.flatMap { count in
        cases + count.suits > 0 ? Double(cases) / Double(cases + count.suits) : nil
      }
    }
  }

  /// The newest first.
  let lines: [Line]
  /// The year of the figure; nil before there is one.
  let year: String?
  /// The figure of that year.
  let share: Double?
  /// What it covers: months, or the year.
  let covered: [String]
  /// Months of the year that are over and missing.
  let missing: [String]
  /// The latest report on which it rests.
  let reportedOn: String?

  init(_ filed: [String: Int64], _ counts: [String: CourtCount], on today: CivilDate) {
    let months = Set(filed.keys).union(counts.keys.filter { $0.utf8.count == 7 })
    let years = Set(counts.keys.map { String($0.prefix(4)) })
    func cases(_ period: String) -> Int64 {
      filed.filter { $0.key.hasPrefix(period) }.values.reduce(0, +)
    }
    let yearly = counts.keys.filter { $0.utf8.count == 4 }
    lines = (months.union(yearly)).sorted(by: >).map {
      Line(period: $0, cases: cases($0), count: counts[$0])
    }
    year = years.max()
    guard let year = years.max() else {
      (share, covered, reportedOn) = (nil, [], nil)
      missing = months.sorted().filter { $0 < today.monthText }
      return
    }
    if let whole = counts[year] {
      share = Line(period: year, cases: cases(year), count: whole).share
      (missing, covered, reportedOn) = ([], [year], whole.reportedOn)
      return
    }
    let known = counts.filter { $0.key.hasPrefix(year) }
    let chosen = known.keys.map(cases).reduce(0, +)
    let all = chosen + known.values.map(\.suits).reduce(0, +)
    share = all > 0 ? Double(chosen) / Double(all) : nil
    covered = known.keys.sorted()
    let first = months.filter { $0.hasPrefix(year) }.min() ?? "\(year)-01"
    missing = (1...12).map { "\(year)-" + padded($0, 2) }
      .filter { $0 >= first && $0 < today.monthText && counts[$0] == nil }
    reportedOn = known.values.map(\.reportedOn).max()
  }

  /// What the figure covers and what it lacks.
  var note: Phrase {
    let gap =
      missing.isEmpty
      ? Phrase("", en: "")
      : Phrase(
        "，缺\(missing.joined(separator: "、"))法院数",
        en: "; court figures missing: \(missing.joined(separator: ", "))")
    guard let reportedOn, let first = covered.first, let last = covered.last else {
      return Phrase("法院尚未报数", en: "no court figures yet") + gap
    }
    let span =
      first == last ? Phrase.same(first) : Phrase("\(first)至\(last)", en: "\(first) to \(last)")
    return Phrase(
      "计\(span.zh)，法院数报于\(reportedOn)", en: "\(span.en), court figures of \(reportedOn)") + gap
  }
}

extension CivilDate {
  /// The month, `2026-03`.
  fileprivate var monthText: String { String(description.prefix(7)) }
}
