import Books
import CaseEngine
import Commons
import MeasureKit
import Storage

/// What `tequ verify` proves again for every case of a procedure: its status is one that the case
/// type knows, its dates follow from its clocks, nobody is left without an owner, an end or a running
/// clock, and what the procedure itself adds.
public struct CaseInvariants: Sendable {
  private let setting: CaseSetting

  /// The invariants of a procedure in a city.
  public init(_ setting: CaseSetting) { self.setting = setting }

  /// As the verification takes them.
  public var all: [StoreInvariant] { CaseInvariants.all([setting]) }

  /// Those of all kinds of case of one measure.
  public static func all(_ settings: [CaseSetting]) -> [StoreInvariant] {
    let files = settings.map { setting in
      StoreInvariant("case_files") { view in
        var found: [(row: Int64, what: Phrase)] = []
        try CaseFileBook.forEach(setting.type.id, view) { row in
          found += CaseInvariants(setting).broken(row).map { (row: row.base.key, what: $0) }
        }
        return found
      }
    }
    let measures = Set(settings.map(\.measure)).sorted().map { measure in
      StoreInvariant("cases") { view in
        try CaseFileBook.withoutFile(measure, view).map {
          (row: $0, what: Phrase("没有对应的办件档案行。", en: "its row in case_files is missing"))
        }
      }
    }
    return files + measures
  }

  /// What is wrong with a case; nothing if all is well.
  public func broken(_ row: CaseFileRow) -> [Phrase] {
    let type = setting.type
    guard let status = try? type.status(row.base.status),
      let clocks = try? CaseClocks(row.base.clocks), let facts = try? CaseFacts(row.facts)
    else {
      return [Phrase("状态、时限或事实无法读取。", en: "its status, clocks or facts cannot be read")]
    }
    let dates = CaseDates(type, status, clocks, setting.calendar)
    var found = Self.broken(row.base, type, status, clocks, due: dates.due, wake: dates.wake)
    let stage = type.stage(of: status)
    if case .owed = stage.duty,
      !type.openClocks(of: status).contains(where: { $0.clock.drives.contains(stage.id) })
    {
      found.append(Phrase("应办而无时限。", en: "somebody owes a step and no clock is open"))
    }
    return found + setting.procedure.broken(row, facts)
  }

  /// What is wrong with the row that every case has: its stage, its dates and its clocks must follow from its
  /// status. `due` and `wake` are what they should be.
  public static func broken(
    _ row: CaseRow, _ type: CaseType, _ status: CaseStatus, _ clocks: CaseClocks, due: Instant?,
    wake: Instant?
  ) -> [Phrase] {
    var found: [Phrase] = []
    func expect(_ holds: Bool, _ what: Phrase) { if !holds { found.append(what) } }
    let stage = type.stage(of: status)
    expect(stage.id.text == row.stage, Phrase("阶段与状态不符。", en: "its stage is not its status's"))
    expect(
      due == row.dueAt, Phrase("期满日与时限不符。", en: "its due date does not follow from its clocks"))
    expect(
      wake == row.wakeAt, Phrase("唤醒时间与时限不符。", en: "its wake time does not follow from its clocks"))
    expect(
      stage.isFinal == row.isClosed,
      Phrase("办结时间与阶段不符。", en: "its closing time does not fit its stage"))
    let running = type.clocks.filter { type.clock($0.id, of: status) == .running }
    expect(
      running.allSatisfy { clocks[$0.id] != nil },
      Phrase("状态中的时限没有日期。", en: "a clock of its status has no dates"))
    return found
  }
}

extension CaseFileBook {
  private static let caseAlone = Statement(
    """
    SELECT c.case_key FROM cases c WHERE c.measure = $1
    AND NOT EXISTS (SELECT 1 FROM case_files f WHERE f.case_key = c.case_key)
    """)

  /// Cases of a measure that have no row of their own here.
  static func withoutFile(_ measure: Int, _ view: any View) throws -> [Int64] {
    try view.all(Query(caseAlone, [.integer(Int64(measure))]) { $0.integer(0) })
  }
}
