import Commons

/// A file of the OR-Library's aircraft landing problems (`airland1` to `airland13`).
///
/// Words are parted by white space: the number of aircraft and the freeze time; then for each aircraft
/// its appearance, earliest, target and latest time, the penalty for each unit of time before and after
/// the target, and its separation to each aircraft that lands after it, itself included (a figure
/// without meaning). Numbers may be decimal fractions with up to six places; they are read exactly.
///
/// Source: J. E. Beasley, OR-Library, “Aircraft landing”.
public struct AirlandFile: Hashable, Sendable {
  /// When each aircraft appears on the radar, in units of time.
  public let appearances: [Int]
  /// How long before landing a time may no longer change, in units of time.
  public let freeze: Int
  /// The aircraft.
  public let arrivals: [Arrival]
  /// Row after row, the leader's row; zero on the diagonal.
  public let separations: [Int]
  /// How the numbers are read.
  public let scale: LandingProblem.Scale

  /// Reads a file.
  ///
  /// - Throws: ``Problem`` 400 that names the line and aircraft of what cannot be read.
  public init(parsing text: some StringProtocol) throws(Problem) {
    var words = AirlandWords(text)
    let count = try words.count(Phrase("航空器数", en: "the number of aircraft"))
    words.expected = count
    let freeze = try words.number(Phrase("冻结时间", en: "the freeze time"))
    var rows: [[ExactDecimal]] = []
    for index in 0..<count {
      words.aircraft = index + 1
      var row: [ExactDecimal] = []
      row.reserveCapacity(count + 6)
      for name in AirlandFile.columns { row.append(try words.number(name)) }
      for other in 0..<count {
        row.append(
          try words.number(
            Phrase("与第\(other + 1)架的间隔", en: "the separation to aircraft \(other + 1)")))
      }
      rows.append(row)
    }
    try words.end()
    let isRate = { (column: Int) in column == 4 || column == 5 }
    var places = (time: freeze.places, rate: 0)
    for row in rows {
      for (column, number) in row.enumerated() {
        if isRate(column) {
          places.rate = max(places.rate, number.places)
        } else {
          places.time = max(places.time, number.places)
        }
      }
    }
    let powers = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000]
    scale = LandingProblem.Scale(time: powers[places.time], rate: powers[places.rate])
    self.freeze = freeze.units(places.time)
    appearances = rows.map { $0[0].units(places.time) }
    arrivals = rows.map { row in
      Arrival(
        earliest: row[1].units(places.time), target: row[2].units(places.time),
        latest: row[3].units(places.time),
        penalty: Arrival.Penalty(
          early: row[4].units(places.rate), late: row[5].units(places.rate)))
    }
    separations = rows.enumerated().flatMap { index, row in
      row[6...].enumerated().map { $0.offset == index ? 0 : $0.element.units(places.time) }
    }
  }

  /// The problem with so many runways.
  ///
  /// - Throws: ``Problem`` 422 if a window is empty or a number out of bounds.
  public func problem(runways: Int) throws(Problem) -> LandingProblem {
    try LandingProblem(
      arrivals: arrivals, separations: separations, runways: runways, scale: scale)
  }

  private static let columns = [
    Phrase("出现时间", en: "the appearance time"), Phrase("最早时间", en: "the earliest time"),
    Phrase("目标时间", en: "the target time"), Phrase("最晚时间", en: "the latest time"),
    Phrase("提前费率", en: "the penalty for earliness"),
    Phrase("延后费率", en: "the penalty for lateness"),
  ]
}

/// A decimal fraction as it was written: 12.50 is 125 with one place.
struct ExactDecimal: Hashable {
  let digits: Int
  let places: Int

  /// At most nine digits before the point and six after it.
  init?(_ text: Substring.UTF8View) {
    var bytes = text[...]
    let isNegative = bytes.first == 0x2D
    if isNegative { bytes = bytes.dropFirst() }
    let whole = bytes.prefix { $0 != 0x2E }
    var fraction = bytes.dropFirst(whole.count + 1)
    while fraction.last == 0x30 { fraction = fraction.dropLast() }
    guard whole.count <= 9, fraction.count <= 6, let head = decimal(whole),
      let tail = fraction.isEmpty ? 0 : decimal(fraction)
    else { return nil }
    var value = head
    for _ in fraction { value *= 10 }
    digits = isNegative ? -(value + tail) : value + tail
    places = fraction.count
  }

  /// The value as a whole number of 10⁻ⁿ, n being at least ``places``.
  func units(_ n: Int) -> Int {
    var value = digits
    for _ in places..<n { value *= 10 }
    return value
  }
}

/// Takes the words of a file one after the other and says where it failed.
private struct AirlandWords {
  private let words: [(text: Substring, line: Int)]
  private var next = 0
  var aircraft = 0
  var expected = 0

  init(_ text: some StringProtocol) {
    var words: [(Substring, Int)] = []
    for (number, line) in text.split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline
    ).enumerated() {
      for word in line.split(whereSeparator: \.isWhitespace) {
        words.append((Substring(word), number + 1))
      }
    }
    self.words = words
  }

  mutating func number(_ what: Phrase) throws(Problem) -> ExactDecimal {
    guard next < words.count else {
      throw failure(
        what,
        Phrase(
          "文件在此之前结束；\(expected)架航空器应有\(2 + expected * (expected + 6))个数，只有\(words.count)个。",
          en: "the file ends before it; \(expected) aircraft need \(2 + expected * (expected + 6))"
            + " numbers, there are \(words.count)."))
    }
    guard let value = ExactDecimal(words[next].text.utf8) else {
      throw failure(
        what,
        Phrase(
          "“\(words[next].text.prefix(40))”不是数；请写如 15 或 1.18 的十进制数（整数至多9位，小数至多6位）。",
          en:
            "“\(words[next].text.prefix(40))” is no number; write it like 15 or 1.18, at most nine"
            + " digits before the point and six after it."))
    }
    // No time, rate or separation of these files can be less than nothing; a sign is a slip.
    guard value.digits >= 0 else {
      throw failure(
        what,
        Phrase(
          "“\(words[next].text.prefix(40))”不得为负数。",
          en: "“\(words[next].text.prefix(40))” must not be negative."))
    }
    next += 1
    return value
  }

  mutating func count(_ what: Phrase) throws(Problem) -> Int {
    let value = try number(what)
    let limit = LandingProblem.limits.aircraft
    guard value.places == 0, (1...limit).contains(value.digits) else {
      next -= 1
      throw failure(
        what, Phrase("应为1至\(limit)的整数。", en: "it must be a whole number, 1 to \(limit)."))
    }
    return value.digits
  }

  func end() throws(Problem) {
    guard next < words.count else { return }
    throw failure(
      Phrase("文件末尾", en: "the end"),
      Phrase(
        "此后还有\(words.count - next)个数；请核对第一个数（航空器数）。",
        en: "\(words.count - next) more numbers follow; check the first number, the aircraft."))
  }

  private func failure(_ what: Phrase, _ why: Phrase) -> Problem {
    let line = next < words.count ? words[next].line : words.last?.line ?? 1
    let who =
      aircraft > 0
      ? Phrase("第\(aircraft)架航空器的", en: "Aircraft \(aircraft), ") : Phrase.same("")
    return .malformed(
      Phrase(
        "第\(line)行，\(who.zh)\(what.zh)：\(why.zh)",
        en: "Line \(line): \(who.en)\(what.en): \(why.en)"))
  }
}
