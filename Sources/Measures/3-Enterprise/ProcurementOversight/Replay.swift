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
    /// Deals awarded in it.
    public let deals: Int
    /// Alerts raised in it.
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
    watch = try AlertWatch(rules)
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
          [
            "alert": .string(one.id), "ocid": .string(one.ocid), "subject": .string(one.subject),
            "code": .string(one.code),
            "names": .string(JSONValue.array(one.names.map { .string($0) }).canonical),
            "grade": .string(AlertCatalogue.grade(one.code)),
          ]))
    }
  }

  /// A figure as the statistics page shows it, such as `deals`, `amount`, `saved` or `alerts`; nil without a value.
  public func figure(_ id: String) -> Double? {
    watch.figures.indicators.first { $0.id == "procurement.\(id)" }?.value
  }
  /// Month by month.
  public var months: [Month] { watch.figures.months }

  /// What pages ask of the projections, each under its name, so that a benchmark can time it.
  public mutating func questions() -> [(name: String, ask: (inout ProcurementReplay) -> Int)] {
    let middle = watch.index.latest(limit: 1).rows.first?.buyer ?? ""
    let pair = watch.index.ties(of: nil, limit: 1).first.first?.pair
    let bidder = pair.map { watch.index.id($0.bidder) } ?? ""
    return [
      ("statistics", { $0.watch.figures.indicators.count }),
      ("trend by month", { $0.watch.figures.months.count }),
      ("latest notices", { $0.watch.index.latest(limit: 50).rows.count }),
      (
        "notices searched in vain",
        { $0.watch.index.latest(.init(words: "没有这样的标题"), limit: 50).rows.count }
      ),
      ("network", { $0.watch.index.ties(of: nil, limit: 80).first.count }),
      ("network of a buyer", { $0.watch.index.ties(of: middle, limit: 80).first.count }),
      ("profile of a bidder", { FirmProfile(bidder, $0.watch)?.purchases.count ?? 0 }),
      ("price fences", { $0.watch.fences().high == nil ? 0 : 1 }),
      ("widest price gaps", { $0.watch.index.widest(limit: 30).count }),
      ("a page of open data", { $0.watch.index.ocids(after: "", limit: 200).ids.count }),
    ]
  }
}
