import ArrivalFlow
import Commons

/// The wind by altitude that a board reckons with: who said so, and as of when.
struct BoardWind: Hashable, Sendable {
  /// Wind at an altitude, in the units in which it is said.
  struct Layer: Hashable, Sendable {
    let altitude_m: Int64
    let from_deg: Int64
    let speed_kt: Int64
  }

  let layers: [Layer]
  /// As of when, in seconds since 1970.
  let at: Int64
  /// Which feed said so; empty for a controller.
  let by: String

  /// After so long it is shown as old, in seconds: twice the hour between two routine reports.
  static let oldAfter: Int64 = 7200
  private static let layersAtMost = 20

  /// For the engine.
  ///
  /// - Throws: ``Problem`` 422 for altitudes that do not rise, or wind that cannot be.
  func profile() throws(Problem) -> WindProfile {
    try WindProfile(
      layers.map {
        WindProfile.Layer(
          altitude_m: Double($0.altitude_m), from_deg: Double($0.from_deg),
          speed: Double($0.speed_kt) * ApproachProfile.knot)
      })
  }

  /// One line a layer.
  var text: String {
    layers.map { "\($0.altitude_m) \($0.from_deg) \($0.speed_kt)" }.joined(separator: "\n")
  }

  /// Reads lines of altitude in metres, direction in degrees and speed in knots, parted by blanks or commas; a first
  /// line of column names is passed over. No line means calm air.
  ///
  /// - Throws: ``Problem`` 422 that names the line.
  init(_ text: String, at: Int64, by: String) throws(Problem) {
    var found: [Layer] = []
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, line) in lines.enumerated() {
      let parts = line.split { $0 == "," || $0 == "\t" || $0 == " " }
      if parts.isEmpty || (index == 0 && parts[0] == "altitude_m") { continue }
      let numbers = parts.compactMap { Int64($0) }
      guard parts.count == 3, numbers.count == 3, (0...20_000).contains(numbers[0]),
        (0...360).contains(numbers[1]), (0...190).contains(numbers[2])
      else {
        throw Self.fault(
          "第\(index + 1)行应为“高度（米） 风向（度） 风速（节）”，如 3000 290 25。",
          "Line \(index + 1) must be altitude (m), direction (degrees) and speed (kt), like 3000 290 25."
        )
      }
      found.append(Layer(altitude_m: numbers[0], from_deg: numbers[1], speed_kt: numbers[2]))
    }
    guard found.count <= Self.layersAtMost else {
      throw Self.fault("至多\(Self.layersAtMost)层。", "At most \(Self.layersAtMost) layers.")
    }
    guard zip(found, found.dropFirst()).allSatisfy({ $0.altitude_m < $1.altitude_m }) else {
      throw Self.fault("高度应自下而上递增。", "Altitudes must rise from line to line.")
    }
    layers = found
    self.at = at
    self.by = by
    _ = try profile()
  }

  private static func fault(_ zh: String, _ en: String) -> Problem {
    .invalid([Problem.Field("wind", Phrase(zh, en: en))])
  }

  var json: JSONValue {
    ["layers": .string(text), "at": .integer(at), "by": .string(by)]
  }

  init?(_ json: JSONValue) {
    guard let text = json["layers"]?.string, let at = json["at"]?.integer,
      let wind = try? BoardWind(text, at: at, by: json["by"]?.string ?? "")
    else { return nil }
    self = wind
  }
}
