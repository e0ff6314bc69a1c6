import Commons

/// Flight plans and positions as comma-separated text. The first line names the columns, in any order:
/// `callsign` (needed), `type`, `eta`, `etd` and `time` (RFC 3339), `arc`, `lat`, `lon` (degrees), `level_ft`,
/// `speed_kt`, `track_deg`. A line with `etd` is a departure, one with `eta` an arrival. Fields hold no commas, so no
/// quotes are needed.
enum ReportTable {
  private static let known: Set<String> = [
    "callsign", "type", "eta", "etd", "time", "arc", "lat", "lon", "level_ft", "speed_kt",
    "track_deg",
  ]

  static func read(_ bytes: [UInt8]) -> FeedContent {
    var content = FeedContent()
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(omittingEmptySubsequences: false) { $0.isNewline }
    let columns = fields(lines.first ?? "").map { $0.lowercased() }
    for column in columns where !known.contains(column) {
      content.fault(1, "没有列“\(column)”。", "There is no column “\(column)”.")
    }
    guard columns.contains("callsign") else {
      content.fault(1, "第一行应有列名callsign。", "The first line must name a column callsign.")
      return content
    }
    guard content.faults.isEmpty else { return content }
    for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      let values = fields(line)
      guard values.count == columns.count else {
        content.fault(
          index + 1, "应有\(columns.count)列，实有\(values.count)列。",
          "There are \(values.count) fields; the first line names \(columns.count).")
        continue
      }
      row(Dictionary(zip(columns, values)) { $1 }, index + 1, &content)
    }
    return content
  }

  private static func fields(_ line: Substring) -> [String] {
    line.split(separator: ",", omittingEmptySubsequences: false).map {
      FieldText.trimmed($0)
    }
  }

  private static func row(_ row: [String: String], _ line: Int, _ content: inout FeedContent) {
    let faults = content.faults.count
    func text(_ name: String) -> String? { row[name].flatMap { $0.isEmpty ? nil : $0 } }
    func number(_ name: String, _ bounds: ClosedRange<Double>) -> Double? {
      guard let text = text(name) else { return nil }
      guard let number = Double(text), bounds.contains(number) else {
        content.fault(
          line, "\(name)“\(text)”应为\(bounds.lowerBound)至\(bounds.upperBound)的数。",
          "\(name) “\(text)” must be a number from \(bounds.lowerBound) to \(bounds.upperBound).")
        return nil
      }
      return number
    }
    func moment(_ name: String) -> Double? {
      guard let text = text(name) else { return nil }
      guard let instant = Instant(rfc3339: text) else {
        content.fault(
          line, "\(name)“\(text)”应如2026-03-02T09:00:00Z。",
          "\(name) “\(text)” must be written like 2026-03-02T09:00:00Z.")
        return nil
      }
      return Double(instant.microseconds) / 1e6
    }
    guard let callsign = FieldText.callsign(row["callsign"] ?? "") else {
      content.fault(
        line, "呼号应为1至8个字母和数字。", "A callsign has 1 to 8 letters and digits.")
      return
    }
    var report = TrackReport(track: callsign)
    report.callsign = callsign
    report.type = text("type").map { $0.uppercased() }
    let (landing, takeOff) = (moment("eta"), moment("etd"))
    if landing != nil, takeOff != nil {
      content.fault(line, "eta和etd只能给出一个。", "eta and etd exclude each other.")
    }
    report.estimate = landing ?? takeOff
    if report.estimate != nil { report.isDeparture = takeOff != nil }
    report.arc = text("arc")
    report.time = moment("time")
    report.latitude = number("lat", -90...90)
    report.longitude = number("lon", -180...180)
    report.level_m = number("level_ft", -2000...60_000).map { $0 * 0.3048 }
    report.speed = number("speed_kt", 0...700).map { $0 * 1852 / 3600 }
    report.course_deg = number("track_deg", 0...360)
    if (report.latitude == nil) != (report.longitude == nil) {
      content.fault(line, "lat和lon应一起给出。", "lat and lon go together.")
    }
    if content.faults.count == faults { content.reports.append(report) }
  }
}

/// Text of feeds.
enum FieldText {
  static func trimmed(_ text: some StringProtocol) -> String {
    var characters = text[...]
    while characters.first?.isWhitespace ?? false { characters = characters.dropFirst() }
    while characters.last?.isWhitespace ?? false { characters = characters.dropLast() }
    return String(characters)
  }

  /// A callsign of 1 to 8 letters and digits in capitals; nil if it is none.
  static func callsign(_ text: some StringProtocol) -> String? {
    let text = trimmed(text).uppercased()
    guard (1...8).contains(text.utf8.count),
      text.utf8.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) })
    else { return nil }
    return text
  }
}
