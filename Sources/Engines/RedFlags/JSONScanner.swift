typealias Cursor = UnsafePointer<UInt8>

/// Walks over JSON text (RFC 8259) byte by byte without building anything. Every function takes the place
/// where something begins and gives the place after it, or nil once the text is wrong; `failure` then tells
/// why and where.
///
/// The text must end with a control character that JSON allows nowhere but between lines, and 16 more bytes
/// must be readable behind it: so no function ever looks for the end.
struct JSONScanner {
  enum Fault: UInt8 {
    case value, escape, surrogate, control, utf8, number, member, separator, depth, trailing
  }

  /// Values within one another, at most one less than this.
  static let depthLimit = 128

  var failure: (fault: Fault, at: Cursor)?
  /// Whether a line break is space (in a document over several lines) or an end.
  var allowsLineBreaks = false
  /// Whether the last string scanned holds escapes.
  var hasEscape = false

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  @inline(never)
  mutating func fail(_ fault: Fault, _ place: Cursor) -> Cursor? {
    failure = (fault, place)
    return nil
  }

  @inline(__always)
  func space(_ place: Cursor) -> Cursor {
    place.pointee > 0x20 ? place : longSpace(place)
  }

  @inline(never)
  private func longSpace(_ place: Cursor) -> Cursor {
    var place = place
    while place.pointee == 0x20 || place.pointee == 0x09 || place.pointee == 0x0D
      || (place.pointee == 0x0A && allowsLineBreaks)
    {
      place += 1
    }
    return place
  }

  /// From after the opening quotation mark to the closing one.
  @inline(__always)
  mutating func stringEnd(_ begin: Cursor) -> Cursor? {
    var place = begin
    while true {
      let word = ByteText.word(place)
      let quotes = word ^ 0x2222_2222_2222_2222
      let slashes = word ^ 0x5C5C_5C5C_5C5C_5C5C
      let plain = (quotes &- JSONScanner.ones) & ~quotes
      let escaped = (slashes &- JSONScanner.ones) & ~slashes
      let control = (word &- 0x2020_2020_2020_2020) & ~word
      let stops = (plain | escaped | control | word) & JSONScanner.highs
      if stops == 0 {
        place += 8
        continue
      }
      place += stops.trailingZeroBitCount &>> 3
      if place.pointee == 0x22 { return place }
      guard let next = oddity(place) else { return nil }
      place = next
    }
  }

  /// Over an escape or a run of characters beyond ASCII.
  @inline(never)
  private mutating func oddity(_ begin: Cursor) -> Cursor? {
    var place = begin
    if place.pointee == 0x5C {
      hasEscape = true
      return escape(place)
    }
    guard place.pointee >= 0x80 else { return fail(.control, place) }
    while place.pointee >= 0x80 {
      let length = JSONScanner.utf8Length(place)
      guard length > 0 else { return fail(.utf8, place) }
      place += length
    }
    return place
  }

  /// Bytes of one well-formed character beyond ASCII (Unicode, table 3-7); 0 if it is none.
  @inline(__always)
  static func utf8Length(_ place: Cursor) -> Int {
    let lead = place[0]
    if lead >= 0xE0, lead < 0xF0 {
      let low: UInt8 = lead == 0xE0 ? 0xA0 : 0x80
      let high: UInt8 = lead == 0xED ? 0x9F : 0xBF
      return place[1] >= low && place[1] <= high && place[2] & 0xC0 == 0x80 ? 3 : 0
    }
    if lead >= 0xC2, lead < 0xE0 { return place[1] & 0xC0 == 0x80 ? 2 : 0 }
    guard lead >= 0xF0, lead <= 0xF4 else { return 0 }
    let low: UInt8 = lead == 0xF0 ? 0x90 : 0x80
    let high: UInt8 = lead == 0xF4 ? 0x8F : 0xBF
    return place[1] >= low && place[1] <= high && place[2] & 0xC0 == 0x80
      && place[3] & 0xC0 == 0x80 ? 4 : 0
  }

  private mutating func escape(_ begin: Cursor) -> Cursor? {
    switch begin[1] {
    case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: return begin + 2
    case 0x75:
      guard let unit = JSONScanner.unit(begin + 2) else { return fail(.escape, begin) }
      guard unit & 0xF800 == 0xD800 else { return begin + 6 }
      guard unit < 0xDC00, begin[6] == 0x5C, begin[7] == 0x75,
        let second = JSONScanner.unit(begin + 8), second & 0xFC00 == 0xDC00
      else { return fail(.surrogate, begin) }
      return begin + 12
    default: return fail(.escape, begin)
    }
  }

  /// Four hexadecimal digits.
  static func unit(_ place: Cursor) -> UInt32? {
    var value: UInt32 = 0
    for index in 0..<4 {
      let digit: UInt8
      switch place[index] {
      case 0x30...0x39: digit = place[index] - 0x30
      case 0x41...0x46: digit = place[index] - 0x41 + 10
      case 0x61...0x66: digit = place[index] - 0x61 + 10
      default: return nil
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  /// Over a number.
  @inline(__always)
  mutating func number(_ begin: Cursor) -> Cursor? {
    var place = begin
    if place.pointee == 0x2D { place += 1 }
    if place.pointee == 0x30 {
      place += 1
    } else {
      guard JSONScanner.isDigit(place.pointee) else { return fail(.number, begin) }
      repeat { place += 1 } while JSONScanner.isDigit(place.pointee)
    }
    if place.pointee == 0x2E {
      place += 1
      guard JSONScanner.isDigit(place.pointee) else { return fail(.number, begin) }
      repeat { place += 1 } while JSONScanner.isDigit(place.pointee)
    }
    if place.pointee | 0x20 == 0x65 {
      place += 1
      if place.pointee == 0x2B || place.pointee == 0x2D { place += 1 }
      guard JSONScanner.isDigit(place.pointee) else { return fail(.number, begin) }
      repeat { place += 1 } while JSONScanner.isDigit(place.pointee)
    }
    return place
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  private mutating func literal(_ begin: Cursor, _ word: StaticString) -> Cursor? {
    let count = word.utf8CodeUnitCount
    for index in 0..<count where begin[index] != word.utf8Start[index] {
      return fail(.value, begin)
    }
    return begin + count
  }

  /// Over any value, which is checked but not kept. `depth` is that of what the value stands in.
  mutating func skip(_ begin: Cursor, depth: Int) -> Cursor? {
    switch begin.pointee {
    case 0x22:
      guard let end = stringEnd(begin + 1) else { return nil }
      return end + 1
    case 0x7B: return skipObject(begin, depth: depth + 1)
    case 0x5B: return skipArray(begin, depth: depth + 1)
    case 0x2D, 0x30...0x39: return number(begin)
    case 0x74: return literal(begin, "true")
    case 0x66: return literal(begin, "false")
    case 0x6E: return literal(begin, "null")
    default: return fail(.value, begin)
    }
  }

  private mutating func skipObject(_ begin: Cursor, depth: Int) -> Cursor? {
    guard depth < JSONScanner.depthLimit else { return fail(.depth, begin) }
    var place = space(begin + 1)
    if place.pointee == 0x7D { return place + 1 }
    while true {
      guard place.pointee == 0x22 else { return fail(.member, place) }
      guard let end = stringEnd(place + 1) else { return nil }
      place = space(end + 1)
      guard place.pointee == 0x3A else { return fail(.separator, place) }
      guard let after = skip(space(place + 1), depth: depth) else { return nil }
      place = space(after)
      if place.pointee == 0x2C {
        place = space(place + 1)
      } else if place.pointee == 0x7D {
        return place + 1
      } else {
        return fail(.separator, place)
      }
    }
  }

  private mutating func skipArray(_ begin: Cursor, depth: Int) -> Cursor? {
    guard depth < JSONScanner.depthLimit else { return fail(.depth, begin) }
    var place = space(begin + 1)
    if place.pointee == 0x5D { return place + 1 }
    while true {
      guard let after = skip(place, depth: depth) else { return nil }
      place = space(after)
      if place.pointee == 0x2C {
        place = space(place + 1)
      } else if place.pointee == 0x5D {
        return place + 1
      } else {
        return fail(.separator, place)
      }
    }
  }
}

/// Numbers of JSON as binary64, correctly rounded.
enum JSONNumber {
  private static let powers: ContiguousArray<Double> = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// The value of a number already checked; nil beyond the finite range.
  static func value(_ begin: Cursor, _ end: Cursor) -> Double? {
    var place = begin
    let isNegative = place.pointee == 0x2D
    if isNegative { place += 1 }
    var digits: UInt64 = 0
    var count = 0
    var scale = 0
    while place < end, JSONScanner.isDigit(place.pointee) {
      digits = digits &* 10 &+ UInt64(place.pointee &- 0x30)
      count += digits == 0 ? 0 : 1
      place += 1
    }
    if place < end, place.pointee == 0x2E {
      place += 1
      while place < end, JSONScanner.isDigit(place.pointee) {
        digits = digits &* 10 &+ UInt64(place.pointee &- 0x30)
        count += digits == 0 ? 0 : 1
        scale += 1
        place += 1
      }
    }
    // Up to 15 digits and 10²² are exact in binary64, so that one operation rounds once (Clinger 1990).
    guard place == end, count <= 15, scale <= 22 else { return slow(begin, end) }
    let value = Double(digits) / powers[scale]
    return isNegative ? -value : value
  }

  private static func slow(_ begin: Cursor, _ end: Cursor) -> Double? {
    let text = UnsafeBufferPointer(start: begin, count: end - begin)
    guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else {
      return nil
    }
    return value
  }
}
