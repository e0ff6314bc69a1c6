import Commons

/// EUROCONTROL ASTERIX Category 062, system track data (SUR.ET1.ST05.2000-STD-09-01; all items of its
/// user application profile can be passed over, a subset is read).
///
/// Read are I062/070 time of track, 105 position, 185 velocity, 245 target identification, 380 target address
/// and identification, 040 track number, 136 measured flight level, 390 callsign and type of aircraft.
enum Asterix062 {
  private static let category: UInt8 = 62

  /// Reads data blocks one after the other; blocks of other categories are passed over.
  static func read(_ bytes: [UInt8], now: Double) -> FeedContent {
    var content = FeedContent()
    var at = 0
    while at < bytes.count {
      guard at + 3 <= bytes.count else {
        content.fault(at + 1, "数据块不足3字节。", "A data block has at least 3 bytes.")
        return content
      }
      let length = Int(bytes[at + 1]) << 8 | Int(bytes[at + 2])
      guard length >= 3, at + length <= bytes.count else {
        content.fault(
          at + 1, "数据块长度\(length)与余下的\(bytes.count - at)字节不符。",
          "The block says it has \(length) bytes; \(bytes.count - at) are left.")
        return content
      }
      if bytes[at] == category {
        var reader = AsterixReader(bytes, from: at + 3, to: at + length)
        records(&reader, now, &content)
      }
      at += length
    }
    return content
  }

  private static func records(
    _ reader: inout AsterixReader, _ now: Double, _ content: inout FeedContent
  ) {
    while !reader.isAtEnd {
      let start = reader.at
      do throws(AsterixFault) {
        content.reports.append(try record(&reader, now))
      } catch {
        content.fault(
          error.at + 1, "第\(start + 1)字节起的记录：\(error.item)\(error.zh)。",
          "Record from byte \(start + 1): \(error.item) \(error.en).")
        // Where a record ends is known only by reading it: the rest of the block is lost.
        return
      }
    }
  }

  private static func record(
    _ reader: inout AsterixReader, _ now: Double
  ) throws(AsterixFault) -> TrackReport {
    let present = try reader.fieldNumbers("FSPEC", atMost: 5)
    var report = TrackReport(track: "")
    var source = 0
    for number in present {
      guard let item = AsterixItem.profile[number] else {
        throw AsterixFault(
          "FRN \(number)", reader.at, "为备用字段，不应出现", "is spare and must not be there")
      }
      let body = try reader.take(item)
      switch item.name {
      case "I062/010": source = body.unsigned(0, 2)
      case "I062/040": report.track = "\(source).\(body.unsigned(0, 2))"
      case "I062/070": report.time = moment(Double(body.unsigned(0, 3)) / 128, now)
      case "I062/105":
        report.latitude = Double(body.signed(0, 4)) * 180 / 33_554_432
        report.longitude = Double(body.signed(4, 4)) * 180 / 33_554_432
        try requireOnEarth(report, reader.at)
      case "I062/185":
        let (x, y) = (Double(body.signed(0, 2)) / 4, Double(body.signed(2, 2)) / 4)
        report.speed = (x * x + y * y).squareRoot()
        report.course_deg = PlaneCourse.degrees(east: x, north: y)
      case "I062/136": report.level_m = Double(body.signed(0, 2)) * 25 * 0.3048
      case "I062/245": report.callsign = body.identification(1) ?? report.callsign
      case "I062/380": try derived(body, &report)
      case "I062/390": try plan(body, &report)
      default: break
      }
    }
    guard !report.track.isEmpty else {
      throw AsterixFault("I062/040", reader.at, "缺失，无法区分航迹", "is missing: the track cannot be told")
    }
    return report
  }

  /// The moment of a time of day that is nearest to now: a track just before midnight comes after it.
  private static func moment(_ secondOfDay: Double, _ now: Double) -> Double {
    let day = 86_400.0
    let midnight = (now / day).rounded(.down) * day
    return [midnight - day, midnight, midnight + day].map { $0 + secondOfDay }
      .min { abs($0 - now) < abs($1 - now) } ?? now
  }

  private static func requireOnEarth(_ report: TrackReport, _ at: Int) throws(AsterixFault) {
    guard (-90...90).contains(report.latitude ?? 0), (-180..<180).contains(report.longitude ?? 0)
    else { throw AsterixFault("I062/105", at, "不在地球上", "is not on Earth") }
  }

  /// Aircraft derived data: address and identification.
  private static func derived(
    _ body: AsterixBody, _ report: inout TrackReport
  ) throws(AsterixFault) {
    for (number, part) in try body.parts(AsterixItem.derived, "I062/380") where number == 2 {
      report.callsign = part.identification(0) ?? report.callsign
    }
  }

  /// Flight-plan data: callsign and type.
  private static func plan(
    _ body: AsterixBody, _ report: inout TrackReport
  ) throws(AsterixFault) {
    for (number, part) in try body.parts(AsterixItem.plan, "I062/390") {
      if number == 2 { report.callsign = FieldText.callsign(part.text) ?? report.callsign }
      if number == 5 { report.type = FieldText.callsign(part.text) }
    }
  }
}
