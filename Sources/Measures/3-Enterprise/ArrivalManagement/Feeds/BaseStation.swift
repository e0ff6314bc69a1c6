import Commons

/// The text that BaseStation (SBS-1) receivers and many after them send on port 30003: lines of 22 fields
/// parted by commas, `MSG` with a transmission type from 1 to 8 in front. Times are taken as UTC.
enum BaseStation {
  private static let fieldCount = 22

  static func read(_ bytes: [UInt8]) -> FeedContent {
    var content = FeedContent()
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, line) in lines.enumerated() where !line.isEmpty {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      // SEL, ID, AIR, STA and CLK tell of the receiver's own display.
      if ["SEL", "ID", "AIR", "STA", "CLK"].contains(fields[0]) { continue }
      guard fields[0] == "MSG" else {
        content.fault(
          index + 1, "“\(fields[0].prefix(10))”不是BaseStation消息。",
          "“\(fields[0].prefix(10))” is no message of BaseStation.")
        continue
      }
      guard fields.count == fieldCount else {
        content.fault(
          index + 1, "MSG应有\(fieldCount)个字段，实有\(fields.count)个。",
          "MSG has \(fieldCount) fields; there are \(fields.count).")
        continue
      }
      message(fields, index + 1, &content)
    }
    return content
  }

  private static func message(
    _ fields: [Substring], _ line: Int, _ content: inout FeedContent
  ) {
    guard let kind = Int(fields[1]), (1...8).contains(kind) else {
      content.fault(
        line, "传输类型“\(fields[1])”应为1至8。", "Transmission type “\(fields[1])” must be 1 to 8.")
      return
    }
    let address = fields[4].uppercased()
    guard address.utf8.count == 6, UInt32(address, radix: 16) != nil else {
      content.fault(
        line, "地址“\(address)”应为6位十六进制。", "The address “\(address)” must have 6 hex digits.")
      return
    }
    var report = TrackReport(track: address)
    report.callsign = FieldText.callsign(fields[10])
    report.time = time(fields[6], fields[7])
    report.level_m = Double(fields[11]).map { $0 * 0.3048 }
    report.speed = Double(fields[12]).map { $0 * 1852 / 3600 }
    report.course_deg = Double(fields[13])
    if let latitude = Double(fields[14]), let longitude = Double(fields[15]) {
      guard (-90...90).contains(latitude), (-180...180).contains(longitude) else {
        content.fault(
          line, "位置\(fields[14])、\(fields[15])不在地球上。",
          "The position \(fields[14]), \(fields[15]) is not on Earth.")
        return
      }
      (report.latitude, report.longitude) = (latitude, longitude)
    }
    content.reports.append(report)
  }

  /// `2026/03/02` and `01:00:00.000` as seconds since 1970.
  private static func time(_ day: Substring, _ clock: Substring) -> Double? {
    let date = day.split(separator: "/").compactMap { Int($0) }
    let parts = clock.split(separator: ":").compactMap { Double($0) }
    guard date.count == 3, parts.count == 3,
      let civil = CivilDate(year: date[0], month: date[1], day: date[2]),
      (0..<24).contains(parts[0]), (0..<60).contains(parts[1]), (0..<61).contains(parts[2])
    else { return nil }
    return Double(Instant(civil, in: .utc).seconds) + parts[0] * 3600 + parts[1] * 60 + parts[2]
  }
}
