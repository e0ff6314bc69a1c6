import Commons

/// What a feed says of one aircraft at one moment. Members that a format does not give are nil.
public struct TrackReport: Hashable, Sendable {
  /// By which reports of one aircraft are told within a feed, such as a track number or an address.
  public var track: String
  /// Its callsign.
  public var callsign: String?
  /// The ICAO designator of its type.
  public var type: String?
  /// Seconds since 1970 in UTC.
  public var time: Double?
  /// WGS-84, degrees.
  public var latitude: Double?
  /// WGS-84, degrees.
  public var longitude: Double?
  /// Ground speed in metres a second.
  public var speed: Double?
  /// The direction over the ground, degrees clockwise from north.
  public var course_deg: Double?
  /// Altitude by pressure in metres.
  public var level_m: Double?
  /// When it is expected to land (or to take off) by its flight plan, in seconds since 1970.
  public var estimate: Double?
  /// Whether it departs from the airport, by its flight plan.
  public var isDeparture: Bool?
  /// The arc by which it comes by its flight plan, such as A or 34L.A.
  public var arc: String?

  /// A report.
  public init(track: String) { self.track = track }
}

/// What was read from a message, and what could not be.
public struct FeedContent: Sendable {
  /// A part that could not be read.
  public struct Fault: Hashable, Sendable {
    /// The line, or the offset in bytes, both counted from 1.
    public let place: Int
    /// What is wrong with it.
    public let message: Phrase
    /// A fault.
    public init(_ place: Int, _ message: Phrase) {
      self.place = place
      self.message = message
    }
  }

  /// The reports, in the order of the message.
  public var reports: [TrackReport] = []
  /// What could not be read.
  public var faults: [Fault] = []

  /// Nothing yet.
  public init() {}

  mutating func fault(_ place: Int, _ zh: String, _ en: String) {
    faults.append(Fault(place, Phrase(zh, en: en)))
  }
}

/// In which form a feed speaks.
public enum FeedFormat: String, Sendable, CaseIterable {
  /// A table with named columns: flight plans or positions.
  case csv
  /// EUROCONTROL ASTERIX, Category 062.
  case asterix
  /// Lines of BaseStation (SBS-1).
  case sbs

  /// Reads a message.
  ///
  /// - Parameter now: Seconds since 1970, for formats that give the time of day alone.
  public func read(_ bytes: [UInt8], now: Double) -> FeedContent {
    switch self {
    case .csv: ReportTable.read(bytes)
    case .asterix: Asterix062.read(bytes, now: now)
    case .sbs: BaseStation.read(bytes)
    }
  }
}
