import Commons
import MeasureKit

/// What the entries of a city's log call for, against what the city raised: whoever has the entries counts all alerts
/// again, finds those that were passed over, and those for which there was no reason.
public struct AlertRecount {
  /// An alert that the log calls for and does not have.
  public struct Missing: Hashable, Sendable {
    /// `OCID|subject|code`.
    public let id: String
    /// When the act was recorded that calls for it.
    public let since: Instant
  }

  private var watch: AlertWatch
  private var last: Instant?
  /// Acts of procurement taken.
  public private(set) var acts = 0

  /// Nothing yet, under a city's rules.
  ///
  /// - Throws: ``Problem`` 422 if the values of the law are wrong.
  public init(_ rules: ProcurementRules) throws(Problem) {
    watch = try AlertWatch(rules)
  }

  /// Takes an entry; entries come in the order of the log, all of them.
  public mutating func take(_ act: PublicAct) {
    last = max(last ?? act.recordedAt, act.recordedAt)
    guard act.kind.hasPrefix("procurement.") else { return }
    acts += 1
    watch.consume(act)
  }

  /// Alerts raised.
  public var raised: Int { watch.raised.count }
  /// Alerts raised, by grade.
  public var grades: [String: Int] { watch.figures.grades }
  /// Alerts raised, by indicator.
  public var codes: [String: Int] { watch.index.codes }
  /// Purchases of which the log tells.
  public var purchases: Int { watch.index.count }
  /// Alerts for which the entries before them gave no reason.
  public var uncalled: [String] { watch.uncalled }

  /// Alerts that were called for longer than this before the last entry and are not there; what is younger may still be
  /// raised.
  public func missing(graceSeconds: Int64) -> [Missing] {
    guard let last else { return [] }
    return watch.waiting.values
      .filter { $0.since.adding(seconds: graceSeconds) <= last }
      .map { Missing(id: $0.id, since: $0.since) }.sorted { ($0.since, $0.id) < ($1.since, $1.id) }
  }
}
