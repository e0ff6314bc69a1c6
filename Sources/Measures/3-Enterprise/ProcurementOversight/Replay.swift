import Commons
import MeasureKit
import RedFlags

/// Deals put through the same fold as the log of a city: merging, every red flag, which alerts must be raised, the
/// figures. It is how the published figures of a whole city are replayed without a store.
public struct ProcurementReplay {
  /// What a month came to.
  public struct Month: Sendable {
    /// Such as `2024-03`.
    public let name: String
    /// Deals awarded in it, and alerts raised in it.
    public let deals: Int
    public let alerts: Int
    /// Alerts for every 1,000 deals; nil without a deal.
    public let rate: Double?
  }

  private var watch: AlertWatch
  /// Alerts raised so far, by code.
  public private(set) var codes: [String: Int] = [:]
  /// How many purchases were taken.
  public private(set) var taken = 0

  /// Nothing yet, under a city's rules.
  ///
  /// - Throws: ``Problem`` 422 if the values of the law are wrong.
  public init(_ rules: ProcurementRules) throws(Problem) {
    watch = AlertWatch(try rules.flagSettings(on: CivilDate(dayNumber: 20_454)))
  }

  private func act(_ kind: String, _ moment: Instant, _ fields: JSONValue) -> PublicAct {
    PublicAct(kind: kind, matter: [], recordedAt: moment, effectiveAt: moment, fields: fields)
  }

  /// Takes a purchase as an exchange hands it in: one release of OCDS.
  ///
  /// - Throws: ``Problem`` 400 for no JSON.
  public mutating func take(_ release: [UInt8], at moment: Instant) throws {
    let json = try JSONValue(parsing: release)
    watch.consume(act("procurement.exchange.follow", moment, [ReleaseParts.field: json]))
    taken += 1
  }

  /// Ends a day: everything that changed is looked at again, and the alerts are raised.
  public mutating func endDay(at moment: Instant) {
    watch.consume(act("procurement.draws.commit", moment, [:]))
    for one in watch.waiting.values.sorted(by: { $0.id < $1.id }) {
      codes[one.code, default: 0] += 1
      watch.consume(
        act(
          "procurement.alerts.raise", moment,
          ["alert": .string(one.id), "grade": .string(AlertCatalogue.grade(one.code))]))
    }
  }

  /// A figure as the statistics page shows it, such as `deals`, `amount`, `saved` or `alerts`; nil without a value.
  public func figure(_ id: String) -> Double? {
    watch.figures.indicators.first { $0.id == "procurement.\(id)" }?.value
  }
  /// Month by month.
  public var months: [Month] { watch.figures.months }
}
