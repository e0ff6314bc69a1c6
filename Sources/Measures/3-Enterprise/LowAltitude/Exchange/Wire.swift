import Airspace
import Commons

/// An answer that is no success, as the standards of ASTM say it: a status and a message.
struct AirRefusal: Error, Sendable {
  let status: Int
  let body: JSONValue

  init(_ status: Int, _ message: String) {
    self.status = status
    body = ["message": .string(message)]
  }

  init(_ status: Int, body: JSONValue) {
    self.status = status
    self.body = body
  }

  static func malformed(_ message: String) -> AirRefusal { AirRefusal(400, message) }
}

/// Reads what clients send.
struct AirReader: Sendable {
  let value: JSONValue
  let name: String
  /// Whether addresses without TLS are taken: where suites are served, whose servers have none.
  let takesPlain: Bool

  init(
    _ value: JSONValue, _ name: String = "the body", takesPlain: Bool = false
  ) throws(AirRefusal) {
    guard value.object != nil else { throw .malformed("\(name) must be a JSON object") }
    self.value = value
    self.name = name
    self.takesPlain = takesPlain
  }

  private func given(_ member: String) -> JSONValue? {
    guard let found = value[member], found != .null else { return nil }
    return found
  }

  func text(_ member: String) throws(AirRefusal) -> String? {
    guard let found = given(member) else { return nil }
    guard let text = found.string, text.utf8.count <= AirReader.longest else {
      throw .malformed("\(member) in \(name) must be a string of at most 4,096 bytes")
    }
    return text
  }

  func neededText(_ member: String) throws(AirRefusal) -> String {
    guard let text = try text(member), !text.isEmpty else {
      throw .malformed("\(member) is missing in \(name)")
    }
    return text
  }

  private static let longest = 4096

  func flag(_ member: String) throws(AirRefusal) -> Bool? {
    guard let found = given(member) else { return nil }
    guard let flag = found.bool else {
      throw .malformed("\(member) in \(name) must be true or false")
    }
    return flag
  }

  func number(_ member: String) throws(AirRefusal) -> Double {
    guard let number = given(member)?.double, number.isFinite else {
      throw .malformed("\(member) in \(name) must be a number")
    }
    return number
  }

  func list(_ member: String) throws(AirRefusal) -> [JSONValue]? {
    guard let found = given(member) else { return nil }
    guard let list = found.array else { throw .malformed("\(member) in \(name) must be an array") }
    return list
  }

  func part(_ member: String) throws(AirRefusal) -> AirReader? {
    guard let found = given(member) else { return nil }
    return try AirReader(found, member, takesPlain: takesPlain)
  }

  func neededPart(_ member: String) throws(AirRefusal) -> AirReader {
    guard let part = try part(member) else { throw .malformed("\(member) is missing in \(name)") }
    return part
  }

  /// An address of another body's server: https, as both standards ask.
  func address(_ member: String) throws(AirRefusal) -> String {
    let text = try neededText(member)
    let isPlain = takesPlain && text.hasPrefix("http://")
    guard isPlain || text.hasPrefix("https://"), text.utf8.count > 8 else {
      throw .malformed("\(member) in \(name) must be an address with https")
    }
    return text
  }

  /// A moment as the newer standards write it.
  func moment(_ member: String) throws(AirRefusal) -> Instant? {
    guard let part = try part(member) else { return nil }
    guard try part.text("format") == "RFC3339" else {
      throw .malformed("the format of \(member) must be RFC3339")
    }
    return try AirReader.moment(try part.neededText("value"), member)
  }

  /// A moment as F3411-19 writes it.
  func plainMoment(_ member: String) throws(AirRefusal) -> Instant? {
    guard let text = try text(member) else { return nil }
    return try AirReader.moment(text, member)
  }

  static func moment(_ text: String, _ name: String) throws(AirRefusal) -> Instant {
    guard let moment = Instant(rfc3339: text) else {
      throw .malformed("\(name) must be a time of RFC 3339, such as 2026-03-02T08:00:00Z")
    }
    return moment
  }

  /// A UUID in any of its spellings, in lower case with its hyphens. The standards take version 4 of
  /// RFC 4122's variant only.
  static func id(_ text: String) throws(AirRefusal) -> String {
    guard let id = uuid(text), digit(id, 14) == "4", "89ab".contains(digit(id, 19)) else {
      throw .malformed("“\(text.prefix(64))” is no UUID of version 4")
    }
    return id
  }

  /// The character at a place of a UUID.
  static func digit(_ id: String, _ place: Int) -> Character {
    id[id.index(id.startIndex, offsetBy: place)]
  }

  /// A UUID of any version; nil for anything else.
  static func uuid(_ text: String) -> String? {
    var rest = text.lowercased()[...]
    if rest.hasPrefix("urn:uuid:") { rest = rest.dropFirst(9) }
    if rest.hasPrefix("{"), rest.hasSuffix("}") { rest = rest.dropFirst().dropLast() }
    var digits = Array(rest)
    if digits.count == 36 {
      for place in [23, 18, 13, 8] {
        guard digits[place] == "-" else { return nil }
        digits.remove(at: place)
      }
    }
    guard digits.count == 32, digits.allSatisfy({ $0.isHexDigit && $0.isASCII }) else { return nil }
    for place in [20, 16, 12, 8] { digits.insert("-", at: place) }
    return String(digits)
  }
}

// MARK: Volumes

/// Where and when, with what the client may have left open.
struct AskedVolume: Sendable {
  var cells: [S2Cell] = []
  var lower: Int64?
  var upper: Int64?
  var start: Instant?
  var end: Instant?

  static let always = (
    Instant(microseconds: -(1 << 52)), Instant(microseconds: 1 << 53)
  )

  /// With everything open taken as without limit.
  var open: AirVolume {
    AirVolume(
      cells: cells, lower: lower, upper: upper, start: start ?? AskedVolume.always.0,
      end: end ?? AskedVolume.always.1)
  }

  /// The union of volumes of F3548-21.
  init(_ volumes: [Volume4D]) throws(AirRefusal) {
    do throws(Problem) {
      let union = try CellVolume(volumes)
      cells = union.cells
      lower = AskedVolume.millimetres(union.lower, .down)
      upper = AskedVolume.millimetres(union.upper, .up)
      (start, end) = (union.start, union.end)
    } catch {
      throw AirRefusal(error.slug == Volume4D.tooLarge ? 413 : 400, error.detail.en)
    }
  }

  private static func millimetres(
    _ metres: Double?, _ rule: FloatingPointRoundingRule
  ) -> Int64? {
    metres.map { Int64((min(max($0, -1e9), 1e9) * 1000).rounded(rule)) }
  }
}

extension AirReader {
  /// A Volume4D of F3548-21 or F3411-22a.
  func volume() throws(AirRefusal) -> Volume4D {
    let volume = try neededPart("volume")
    let (start, end) = (try moment("time_start"), try moment("time_end"))
    if let start, let end, end < start {
      throw .malformed("time_end of \(name) is before time_start")
    }
    return Volume4D(
      try volume.outline(), lower: try volume.altitude("altitude_lower"),
      upper: try volume.altitude("altitude_upper"), start: start, end: end)
  }

  /// A Volume4D of F3411-19.
  func plainVolume() throws(AirRefusal) -> Volume4D {
    let volume = try neededPart("spatial_volume")
    func metres(_ member: String) throws(AirRefusal) -> Double? {
      volume.value[member].flatMap { $0 == .null ? nil : $0 } == nil
        ? nil : try volume.number(member)
    }
    return Volume4D(
      .polygon(try volume.neededPart("footprint").corners()), lower: try metres("altitude_lo"),
      upper: try metres("altitude_hi"), start: try plainMoment("time_start"),
      end: try plainMoment("time_end"))
  }

  private func outline() throws(AirRefusal) -> Outline {
    let (polygon, circle) = (try part("outline_polygon"), try part("outline_circle"))
    switch (polygon, circle) {
    case (let polygon?, nil): return .polygon(try polygon.corners())
    case (nil, let circle?):
      let radius = try circle.neededPart("radius")
      guard try radius.text("units") == "M" else {
        throw .malformed("the units of a radius must be M")
      }
      return .circle(
        try circle.neededPart("center").place(), radius: try radius.number("value"))
    default:
      throw .malformed("\(name) must have either an outline_polygon or an outline_circle")
    }
  }

  private func corners() throws(AirRefusal) -> [LatLng] {
    var corners: [LatLng] = []
    for vertex in try list("vertices") ?? [] {
      corners.append(try AirReader(vertex, "a vertex").place())
    }
    return corners
  }

  private func place() throws(AirRefusal) -> LatLng {
    LatLng(latitude: try number("lat"), longitude: try number("lng"))
  }

  private func altitude(_ member: String) throws(AirRefusal) -> Double? {
    guard let altitude = try part(member) else { return nil }
    guard try altitude.text("reference") == "W84", try altitude.text("units") == "M" else {
      throw .malformed("\(member) must have the reference W84 and the units M")
    }
    return try altitude.number("value")
  }
}

extension JSONValue {
  /// A moment as the newer standards write it.
  init(moment: Instant) {
    self = ["value": .string(moment.rfc3339(in: .utc)), "format": "RFC3339"]
  }
}
