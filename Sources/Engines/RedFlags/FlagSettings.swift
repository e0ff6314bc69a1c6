import Commons

/// Which indicators are computed and with which parameters: the settings of Open Contracting's Cardinal,
/// with its defaults. Nil for an indicator leaves it out.
public struct FlagSettings: Hashable, Sendable {
  /// R003 short submission period.
  public struct ShortPeriod: Hashable, Sendable {
    /// Days from which a period is long enough.
    public var threshold = 15
    /// Procurement methods to which it applies; empty for all.
    public var methods: [String] = []
    /// Other thresholds by procurement method details.
    public var thresholds: [String: Int] = [:]

    /// The defaults.
    public init() {}
  }

  /// R018 single bid.
  public struct SingleBid: Hashable, Sendable {
    /// Procurement methods to which it applies; empty for all.
    public var methods = ["open", "selective"]

    /// The defaults.
    public init() {}
  }

  /// R024 and R058: a ratio of prices.
  public struct PriceRatio: Hashable, Sendable {
    /// The fence; nil for Tukey's, from the data.
    public var threshold: Double?

    /// The defaults.
    public init() {}
  }

  /// R025 excessive unsuccessful bids.
  public struct Losing: Hashable, Sendable {
    /// Bidders with at least as many bids as this percentile are looked at.
    public var percentile = 75
    /// The fence; nil for Tukey's, from the data.
    public var threshold: Double?

    /// The defaults.
    public init() {}
  }

  /// R035 all except the winning bid disqualified.
  public struct AllDisqualified: Hashable, Sendable {
    /// Disqualified tenderers from which it is flagged; at least 1.
    public var threshold = 1

    /// The defaults.
    public init() {}
  }

  /// R038 excessive disqualified bids.
  public struct Disqualified: Hashable, Sendable {
    /// The fence; nil for Tukey's, from the data.
    public var threshold: Double?
    /// Bids from which a tenderer counts.
    public var minimumBids = 2
    /// Submitted bids from which a buyer or procuring entity counts (Cardinal names it so).
    public var minimumProcesses = 2

    /// The defaults.
    public init() {}
  }

  /// R048 heterogeneous supplier.
  public struct Heterogeneous: Hashable, Sendable {
    /// Characters of a classification that tell kinds apart.
    public var digits = 2
    /// The fence; nil for Tukey's, from the data.
    public var threshold: Int?
    /// Processes from which a supplier counts.
    public var minimumProcesses = 20

    /// The defaults.
    public init() {}
  }

  /// The only currency compared; nil for the first one seen.
  public var currency: String?
  /// Method details whose prices are not compared.
  public var incomparable: [String] = []
  /// Method details whose prices alone are compared; empty for all. Stands before ``incomparable``.
  public var comparable: [String] = []
  /// Method details left out altogether.
  public var excluded: [String] = []
  /// R003.
  public var shortPeriod: ShortPeriod?
  /// R018.
  public var singleBid: SingleBid?
  /// R024.
  public var closePrice: PriceRatio?
  /// R025.
  public var losing: Losing?
  /// R028.
  public var identicalPrices = false
  /// R030.
  public var lateBid = false
  /// R035.
  public var allDisqualified: AllDisqualified?
  /// R036.
  public var lowestDisqualified = false
  /// R038.
  public var disqualified: Disqualified?
  /// R048.
  public var heterogeneous: Heterogeneous?
  /// R058.
  public var discount: PriceRatio?
  /// Whether the lots of a process are judged apart, each as `OCID/LOT`: Cardinal does not know lots.
  public var splitsLots = false
  /// Whether several tenderers of one bid are one tenderer, `A + B`: Cardinal passes such bids over in most places.
  public var joinsConsortia = false
  /// Rates by which amounts are converted; nil compares one currency only, as Cardinal does.
  public var rates: ExchangeRates? {
    didSet {
      catalogue.rates = rates
      if let rates { currency = rates.currency }
    }
  }
  /// Flags of the catalogue beyond those of Cardinal.
  public var catalogue = CatalogueSettings()

  /// No indicator at all.
  public init() {}

  /// Every indicator with its defaults.
  public static var all: FlagSettings {
    var settings = FlagSettings()
    settings.shortPeriod = ShortPeriod()
    settings.singleBid = SingleBid()
    settings.closePrice = PriceRatio()
    settings.losing = Losing()
    settings.identicalPrices = true
    settings.lateBid = true
    settings.allDisqualified = AllDisqualified()
    settings.lowestDisqualified = true
    settings.disqualified = Disqualified()
    settings.heterogeneous = Heterogeneous()
    settings.discount = PriceRatio()
    return settings
  }
}
