import Airspace
import Books
import Commons
import Storage

/// An entry in the registers of the four networks (notice, measure 12 (2)), of the airspace that the city
/// publishes, or of the implementation plan (measure 12 (1)).
struct NetworkAsset: Hashable, Sendable {
  /// One of the four networks, the published airspace, or the plan.
  enum Network: String, CaseIterable, Sendable {
    case facilities
    case airLink = "air-link"
    case routes, services, airspace, plan

    var name: Phrase {
      switch self {
      case .facilities: Phrase("设施网", en: "Facilities")
      case .airLink: Phrase("空联网", en: "Air link")
      case .routes: Phrase("航路网", en: "Routes")
      case .services: Phrase("服务网", en: "Services")
      case .airspace: Phrase("管制空域", en: "Controlled airspace")
      case .plan: Phrase("实施方案", en: "Implementation plan")
      }
    }

    /// The four of the notice.
    static let four: [Network] = [.facilities, .airLink, .routes, .services]
  }

  /// What an entry is.
  enum Kind: String, CaseIterable, Sendable {
    case pad, charging, weather, sensor
    case communications, surveillance
    case remoteID = "remote-id"
    case route, service, controlled, target

    var network: Network {
      switch self {
      case .pad, .charging, .weather, .sensor: .facilities
      case .communications, .surveillance, .remoteID: .airLink
      case .route: .routes
      case .service: .services
      case .controlled: .airspace
      case .target: .plan
      }
    }

    var name: Phrase {
      switch self {
      case .pad: Phrase("起降点", en: "Pad")
      case .charging: Phrase("充换电站", en: "Charging station")
      case .weather: Phrase("气象传感器", en: "Weather sensor")
      case .sensor: Phrase("其他感知设备", en: "Other sensor")
      case .communications: Phrase("通信覆盖", en: "Communications")
      case .surveillance: Phrase("监视覆盖", en: "Surveillance")
      case .remoteID: Phrase("远程识别覆盖", en: "Remote-ID coverage")
      case .route: Phrase("航路", en: "Route")
      case .service: Phrase("服务", en: "Service")
      case .controlled: Phrase("管制空域", en: "Controlled airspace")
      case .target: Phrase("目标", en: "Target")
      }
    }
  }

  /// Where an entry stands.
  enum State: String, CaseIterable, Sendable {
    case planned, built, accepted
    case inService = "in-service"
    case suspended, closed

    var name: Phrase {
      switch self {
      case .planned: Phrase("规划", en: "planned")
      case .built: Phrase("建成", en: "built")
      case .accepted: Phrase("验收通过", en: "accepted")
      case .inService: Phrase("运行中", en: "in service")
      case .suspended: Phrase("暂停", en: "suspended")
      case .closed: Phrase("关闭", en: "closed")
      }
    }
  }

  let key: Int64
  var version: Int64
  let kind: Kind
  var state: State
  /// A short code by which people and other entries name it, such as `R-001`.
  let code: String
  var name: Phrase
  /// Canonical JSON with whole numbers: places in millionths of a degree, lengths in metres.
  var facts: JSONValue
  var updatedAt: Instant

  var network: Network { kind.network }

  // MARK: Facts

  /// Places of its line, its border or its middle.
  var points: [LatLng] {
    (facts["points"]?.array ?? []).compactMap { pair in
      guard let parts = pair.array, parts.count == 2, let lat = parts[0].integer,
        let lon = parts[1].integer
      else { return nil }
      return LatLng(latitude: Double(lat) / 1e6, longitude: Double(lon) / 1e6)
    }
  }

  func number(_ name: String) -> Int64? { facts[name]?.integer }
  func text(_ name: String) -> String { facts[name]?.string ?? "" }

  /// What it covers or keeps closed; nil for a line or for nothing on the map.
  var outline: Outline? {
    guard kind != .route, let first = points.first else { return nil }
    if points.count >= 3 { return .polygon(points) }
    guard let radius = number("radius_m"), radius > 0 else { return nil }
    return .circle(first, radius: Double(radius))
  }

  /// The volume that a controlled airspace keeps closed while it is in force.
  var volume: Volume4D? {
    guard kind == .controlled, let outline else { return nil }
    return Volume4D(
      outline, lower: number("lower_m").map(Double.init), upper: number("upper_m").map(Double.init))
  }

  /// What a route keeps for its flights.
  var corridor: Corridor? {
    guard kind == .route, points.count >= 2, let width = number("width_m"),
      let lower = number("lower_m"), let upper = number("upper_m")
    else { return nil }
    return Corridor(
      points, halfWidth: Double(width) / 2, lower: Double(lower), upper: Double(upper))
  }
}

/// The table of the registers.
enum NetworkBook {
  static let migration = Migration(
    "low-altitude.0201",
    [
      """
      CREATE TABLE air_assets (
        asset_key {key}, version BIGINT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
        code TEXT NOT NULL, name_zh TEXT NOT NULL, name_en TEXT NOT NULL, facts TEXT NOT NULL,
        updated_at BIGINT NOT NULL, mark {bytes} NOT NULL)
      """,
      "CREATE UNIQUE INDEX air_assets_code ON air_assets (code)",
      "CREATE INDEX air_assets_kind ON air_assets (kind, asset_key)",
    ])

  static let table = MarkedTable(
    "air_assets",
    [
      "asset_key", "version", "kind", "state", "code", "name_zh", "name_en", "facts", "updated_at",
    ])

  private static let list = table.columns.joined(separator: ", ")
  private static let byKey = Statement("SELECT \(list) FROM air_assets WHERE asset_key = $1")
  private static let byCode = Statement("SELECT \(list) FROM air_assets WHERE code = $1")
  private static let every = Statement("SELECT \(list) FROM air_assets ORDER BY kind, asset_key")
  private static let byKind = Statement(
    "SELECT \(list) FROM air_assets WHERE kind = $1 ORDER BY asset_key")

  private static func read(_ row: Row) throws -> NetworkAsset {
    guard let kind = NetworkAsset.Kind(rawValue: row.text(2)),
      let state = NetworkAsset.State(rawValue: row.text(3))
    else { throw StorageError("air_assets \(row.integer(0)): unknown kind or state") }
    return NetworkAsset(
      key: row.integer(0), version: row.integer(1), kind: kind, state: state, code: row.text(4),
      name: Phrase(row.text(5), en: row.text(6)),
      facts: try JSONValue(parsing: Array(row.text(7).utf8)), updatedAt: row.instant(8))
  }

  private static func values(_ asset: NetworkAsset) -> [SQLValue] {
    [
      .integer(asset.key), .integer(asset.version), .text(asset.kind.rawValue),
      .text(asset.state.rawValue), .text(asset.code), .text(asset.name.zh), .text(asset.name.en),
      .text(asset.facts.canonical), SQLValue(asset.updatedAt),
    ]
  }

  /// What decisions about routes rest on: all of them and all closed airspace.
  private static let guards = [GuardKey("air-assets", "map")]

  static func find(_ key: Int64) -> Query<NetworkAsset> {
    Query(byKey, [.integer(key)], decode: read)
  }
  static func find(code: String) -> Query<NetworkAsset> {
    Query(byCode, [.text(code)], guards: [GuardKey("air-asset", code)], decode: read)
  }
  /// All entries; there are hundreds, not millions.
  static let all = Query(every, decode: read)
  static func of(_ kind: NetworkAsset.Kind) -> Query<NetworkAsset> {
    Query(byKind, [.text(kind.rawValue)], guards: guards, decode: read)
  }

  private static func raises(_ asset: NetworkAsset) -> [GuardKey] {
    [GuardKey("air-asset", asset.code)]
      + (asset.kind == .route || asset.kind == .controlled ? guards : [])
  }

  static func add(_ asset: NetworkAsset, _ ring: KeyRing) -> Change {
    let change = table.inserting(values(asset), ring)
    return Change(change.statement, change.parameters, raises: raises(asset))
  }

  static func replace(_ old: NetworkAsset, with new: NetworkAsset, _ ring: KeyRing) -> Change {
    let change = table.updating(values(new), from: values(old), ring)
    return Change(
      change.statement, change.parameters, raises: raises(new), touchesOneRow: true)
  }

  /// That every entry can be read and that its facts fit its kind.
  @Sendable static func broken(_ view: any View) throws -> [(row: Int64, what: Phrase)] {
    try view.all(all).compactMap { asset in
      do throws(Problem) {
        try AssetFacts.check(asset.facts, asset.kind)
        return nil
      } catch {
        return (asset.key, Phrase("事实与种类不符。", en: "its facts do not fit its kind"))
      }
    }
  }
}
