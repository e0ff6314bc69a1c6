import Airspace
import Commons

/// What must be said of an entry of each kind, and how it is checked.
enum AssetFacts {
  /// A number that is said of an entry.
  struct Number: Sendable {
    let name: String
    let label: Phrase
    let bounds: ClosedRange<Int64>
    let isRequired: Bool

    init(
      _ name: String, _ zh: String, _ en: String, _ bounds: ClosedRange<Int64>,
      required: Bool = true
    ) {
      (self.name, self.label, self.bounds, self.isRequired) = (
        name, Phrase(zh, en: en), bounds, required
      )
    }
  }

  private static let lower = Number(
    "lower_m", "下限（米，椭球高）", "Lower limit (m, ellipsoid)", -500...10_000)
  private static let upper = Number(
    "upper_m", "上限（米，椭球高）", "Upper limit (m, ellipsoid)", -500...10_000)
  private static let radius = Number("radius_m", "半径（米）", "Radius (m)", 1...50_000, required: false)

  /// The numbers of a kind, in the order in which a form asks for them.
  static func numbers(_ kind: NetworkAsset.Kind) -> [Number] {
    switch kind {
    case .pad, .charging:
      [radius, Number("capacity", "同时停放架数", "Aircraft at a time", 1...1000)]
    case .weather, .sensor, .communications, .surveillance, .remoteID: [radius]
    case .route:
      [
        lower, upper, Number("width_m", "宽度（米）", "Width (m)", 10...2000),
        Number("slots_per_hour", "每小时时隙", "Slots an hour", 1...3600),
      ]
    case .service: [Number("capacity", "每日服务能力", "Capacity a day", 1...10_000_000)]
    case .controlled: [lower, upper, radius]
    case .target:
      [
        Number("year", "年度", "Year", 2020...2100),
        Number("target", "目标值", "Target", 0...1_000_000_000_000),
        Number("actual", "实际值", "Actual", 0...1_000_000_000_000, required: false),
        Number(
          "output_fen", "产值（分）", "Output value (fen)", 0...100_000_000_000_000, required: false),
      ]
    }
  }

  /// Texts of a kind.
  static func texts(_ kind: NetworkAsset.Kind) -> [(name: String, label: Phrase, isRequired: Bool)]
  {
    switch kind {
    case .target:
      [
        ("measure", Phrase("指标", en: "Figure"), true), ("unit", Phrase("单位", en: "Unit"), true),
        ("owner", Phrase("责任单位", en: "Owner"), true),
      ]
    case .service:
      [
        ("operator", Phrase("运营单位", en: "Operator"), true),
        ("mission", Phrase("服务内容", en: "What it serves"), true),
      ]
    case .controlled: [("reason", Phrase("划设依据", en: "Ground"), true)]
    default: [("operator", Phrase("运营单位", en: "Operator"), true)]
    }
  }

  /// How many places it has.
  static func places(_ kind: NetworkAsset.Kind) -> ClosedRange<Int> {
    switch kind {
    case .route: 2...200
    case .controlled: 1...200
    case .service, .target: 0...0
    case .communications, .surveillance, .remoteID: 1...200
    default: 1...1
    }
  }

  /// Throws 422 with everything that is wrong with the facts of an entry.
  static func check(_ facts: JSONValue, _ kind: NetworkAsset.Kind) throws(Problem) {
    var faults: [Problem.Field] = []
    func fail(_ name: String, _ message: Phrase) { faults.append(Problem.Field(name, message)) }
    for number in numbers(kind) {
      let value = facts[number.name]
      if value == nil || value == .null {
        if number.isRequired {
          fail(number.name, Phrase("请填写\(number.label.zh)。", en: "Give: \(number.label.en)."))
        }
      } else if !(value?.integer.map(number.bounds.contains) ?? false) {
        fail(
          number.name,
          Phrase(
            "\(number.label.zh)应为 \(number.bounds.lowerBound) 至 \(number.bounds.upperBound) 的整数。",
            en: "\(number.label.en): a whole number from \(number.bounds.lowerBound) to "
              + "\(number.bounds.upperBound)."))
      }
    }
    for text in texts(kind) {
      let length = facts[text.name]?.string?.codePoints ?? 0
      if text.isRequired && length == 0 || length > 120 {
        fail(
          text.name,
          Phrase("\(text.label.zh)应为1至120字。", en: "\(text.label.en): 1 to 120 characters."))
      }
    }
    if let low = facts["lower_m"]?.integer, let high = facts["upper_m"]?.integer, low >= high {
      fail("upper_m", Phrase("上限应高于下限。", en: "The upper limit must be above the lower one."))
    }
    if let message = placesFault(facts, kind) { fail("points", message) }
    let names = Set(numbers(kind).map(\.name) + texts(kind).map(\.name) + ["points"])
    for name in (facts.object ?? [:]).keys.sorted() where !names.contains(name) {
      fail(name, Phrase("没有这一项。", en: "There is no such fact."))
    }
    guard faults.isEmpty else { throw .invalid(faults) }
  }

  private static func placesFault(_ facts: JSONValue, _ kind: NetworkAsset.Kind) -> Phrase? {
    let pairs = facts["points"]?.array ?? []
    let bounds = places(kind)
    guard bounds.contains(pairs.count) else {
      return Phrase(
        "应有 \(bounds.lowerBound) 至 \(bounds.upperBound) 个坐标点，现为 \(pairs.count) 个。",
        en:
          "\(bounds.lowerBound) to \(bounds.upperBound) places are needed; there are \(pairs.count)."
      )
    }
    var places: [LatLng] = []
    for (index, pair) in pairs.enumerated() {
      guard let parts = pair.array, parts.count == 2, let lat = parts[0].integer,
        let lon = parts[1].integer, abs(lat) <= 90_000_000, abs(lon) <= 180_000_000
      else {
        return Phrase(
          "第 \(index + 1) 个坐标无法识别。", en: "Place \(index + 1) is no latitude and longitude.")
      }
      places.append(LatLng(latitude: Double(lat) / 1e6, longitude: Double(lon) / 1e6))
    }
    if kind == .route {
      for (index, (a, b)) in zip(places, places.dropFirst()).enumerated()
      where a.distance(to: b) < 1 {
        return Phrase(
          "第 \(index + 1) 与第 \(index + 2) 个航路点重合。",
          en: "Waypoints \(index + 1) and \(index + 2) are the same.")
      }
      return nil
    }
    if places.count >= 3 {
      do throws(Problem) { try Volume4D(.polygon(places)).check() } catch { return error.detail }
    } else if places.count == 2
      || places.count == 1 && needsArea(kind) && facts["radius_m"]?.integer == nil
    {
      return Phrase(
        "范围应为三个以上顶点，或一个圆心加半径。", en: "An area has three corners or more, or a middle and a radius.")
    }
    return nil
  }

  private static func needsArea(_ kind: NetworkAsset.Kind) -> Bool {
    [.controlled, .communications, .surveillance, .remoteID].contains(kind)
  }

  /// Places as people write them: a line each, latitude and longitude in degrees.
  static func places(_ text: String) -> JSONValue? {
    let lines = text.split(whereSeparator: { $0 == "\n" || $0 == ";" }).filter { line in
      line.contains { !$0.isWhitespace }
    }
    var pairs: [JSONValue] = []
    for line in lines {
      let parts = line.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "，" || $0 == "\t" })
      guard parts.count == 2, let lat = Double(parts[0]), let lon = Double(parts[1]),
        abs(lat) <= 90, abs(lon) <= 180
      else { return nil }
      pairs.append(
        [.integer(Int64((lat * 1e6).rounded())), .integer(Int64((lon * 1e6).rounded()))])
    }
    return .array(pairs)
  }
}
