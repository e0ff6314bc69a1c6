/// Bytes that stand elsewhere: in the buffer of a line, or in a table of texts. Valid only while those do.
struct ByteText {
  let start: UnsafePointer<UInt8>
  let count: Int

  /// Whether these are the bytes of a name. At least 8 bytes can be read from `start`.
  @inline(__always)
  func matches(_ name: StaticString) -> Bool {
    guard count == name.utf8CodeUnitCount else { return false }
    return ByteText.equal(start, name.utf8Start, count)
  }

  @inline(__always)
  func equals(_ other: ByteText) -> Bool {
    count == other.count && ByteText.equal(start, other.start, count)
  }

  /// Order of bytes, which for UTF-8 is the order of code points.
  func precedes(_ other: ByteText) -> Bool {
    let common = min(count, other.count)
    var index = 0
    while index + 8 <= common {
      let (a, b) = (ByteText.word(start + index), ByteText.word(other.start + index))
      if a != b { return a.byteSwapped < b.byteSwapped }
      index += 8
    }
    while index < common {
      if start[index] != other.start[index] { return start[index] < other.start[index] }
      index += 1
    }
    return count < other.count
  }

  /// A hash in which all bytes count (a multiply-and-fold of 8 bytes at a time).
  @inline(__always)
  var hash: UInt64 {
    var state = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: count)
    var index = 0
    while index + 8 <= count {
      state = ByteText.fold(state ^ ByteText.word(start + index))
      index += 8
    }
    if index < count {
      var tail: UInt64 = 0
      var shift: UInt64 = 0
      while index < count {
        tail |= UInt64(start[index]) << shift
        shift += 8
        index += 1
      }
      state = ByteText.fold(state ^ tail)
    }
    return state ^ (state >> 32)
  }

  var bytes: [UInt8] { Array(UnsafeBufferPointer(start: start, count: count)) }

  var string: String {
    String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  /// Eight bytes, the first in the lowest place.
  @inline(__always)
  static func word(_ place: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
  }

  @inline(__always)
  private static func fold(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    return product.high ^ product.low
  }

  @inline(__always)
  private static func equal(
    _ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int
  ) -> Bool {
    guard count >= 8 else {
      var index = 0
      while index < count {
        if a[index] != b[index] { return false }
        index &+= 1
      }
      return true
    }
    var index = 0
    while index &+ 8 <= count {
      if word(a + index) != word(b + index) { return false }
      index &+= 8
    }
    // The last eight overlap what was compared.
    return word(a + (count &- 8)) == word(b + (count &- 8))
  }
}

/// Texts by number: each distinct text is kept once and numbered from 0 in order of arrival.
struct TextTable {
  private var bytes = ContiguousArray<UInt8>()
  private var ends = ContiguousArray<Int>()
  private var slots: ContiguousArray<UInt32>
  private var tags: ContiguousArray<UInt32>

  /// No number.
  static let none = UInt32.max

  init(capacity: Int = 64) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    slots = ContiguousArray(repeating: TextTable.none, count: size)
    tags = []
    // Room that no text owns, so that there is an address even while all texts are empty.
    bytes.append(0)
  }

  var count: Int { ends.count }

  /// The number of a text, new or known.
  mutating func number(of text: ByteText) -> UInt32 {
    let hash = text.hash
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != TextTable.none {
      let number = slots[slot]
      if tags[Int(number)] == tag, isText(number, text) { return number }
      slot = (slot + 1) & (slots.count - 1)
    }
    let number = UInt32(ends.count)
    slots[slot] = number
    tags.append(tag)
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.start, count: text.count))
    ends.append(bytes.count)
    if ends.count * 2 > slots.count { grow() }
    return number
  }

  /// The number of a known text.
  func find(_ text: ByteText) -> UInt32? {
    let hash = text.hash
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != TextTable.none {
      if isText(slots[slot], text) { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Lends the bytes of all texts, to look several up without copying.
  func withTexts<Result>(_ body: (Texts) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBufferPointer { bytes in
      try ends.withUnsafeBufferPointer { ends in
        // There is a first byte from the beginning.
        try body(Texts(bytes: bytes.baseAddress!, ends: ends))
      }
    }
  }

  /// A text by number.
  func string(_ number: UInt32) -> String { withTexts { $0[number].string } }

  /// The texts of a table while it lends them.
  struct Texts {
    fileprivate let bytes: UnsafePointer<UInt8>
    fileprivate let ends: UnsafeBufferPointer<Int>

    subscript(number: UInt32) -> ByteText {
      let index = Int(number)
      let begin = index == 0 ? 1 : ends[index - 1]
      return ByteText(start: bytes + begin, count: ends[index] - begin)
    }

    /// Numbers in the order of their texts.
    func sorted(_ numbers: ContiguousArray<UInt32>) -> ContiguousArray<UInt32> {
      var numbers = numbers
      numbers.sort { self[$0].precedes(self[$1]) }
      return numbers
    }
  }

  private func isText(_ number: UInt32, _ text: ByteText) -> Bool {
    let index = Int(number)
    let begin = index == 0 ? 1 : ends[index - 1]
    guard ends[index] - begin == text.count else { return false }
    return bytes.withUnsafeBufferPointer { bytes in
      ByteText(start: bytes.baseAddress! + begin, count: text.count).equals(text)
    }
  }

  private mutating func grow() {
    let size = slots.count * 2
    slots = ContiguousArray(repeating: TextTable.none, count: size)
    let hashes = withTexts { texts in (0..<UInt32(count)).map { texts[$0].hash } }
    for (number, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & (size - 1)
      while slots[slot] != TextTable.none { slot = (slot + 1) & (size - 1) }
      slots[slot] = UInt32(number)
    }
  }
}
