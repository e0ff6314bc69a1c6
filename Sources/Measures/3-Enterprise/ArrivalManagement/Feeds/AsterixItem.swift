import Glibc

/// How long an item of ASTERIX is.
indirect enum AsterixLength: Sendable {
  /// So many bytes.
  case fixed(Int)
  /// A first part and further parts of so many bytes, as long as the last bit of a part is set.
  case extended(Int, Int)
  /// A count, then so many times so many bytes.
  case repeated(Int)
  /// A length in the first byte that counts itself.
  case explicit
  /// Bits that say which parts follow, and the parts by number.
  case compound([Int: AsterixLength])
}

/// An item of Category 062 and how long it is.
struct AsterixItem: Sendable {
  let name: String
  let length: AsterixLength

  private static func compound(_ lengths: [Int]) -> AsterixLength { .compound(numbered(lengths)) }

  private static func numbered(_ lengths: [Int]) -> [Int: AsterixLength] {
    Dictionary(
      uniqueKeysWithValues: lengths.enumerated().map { ($0.offset + 1, .fixed($0.element)) })
  }

  /// I062/380: subfields by number; 8 may be extended, 9 and 25 are counted.
  static let derived: [Int: AsterixLength] = {
    var parts = numbered([
      3, 6, 2, 2, 2, 2, 2, 1, 0, 2, 2, 7, 2, 2, 2, 2, 2, 2, 1, 8, 1, 6, 2, 1, 0, 2, 2, 2,
    ])
    parts[8] = .extended(1, 1)
    parts[9] = .repeated(15)
    parts[25] = .repeated(8)
    return parts
  }()

  /// I062/390: subfields by number; 12 is counted.
  static let plan: [Int: AsterixLength] = {
    var parts = numbered([2, 7, 4, 1, 4, 1, 4, 4, 3, 2, 2, 0, 6, 1, 7, 7, 2, 7])
    parts[12] = .repeated(4)
    return parts
  }()

  private static let items: [(Int, String, AsterixLength)] = [
    (1, "I062/010", .fixed(2)), (3, "I062/015", .fixed(1)), (4, "I062/070", .fixed(3)),
    (5, "I062/105", .fixed(8)), (6, "I062/100", .fixed(6)), (7, "I062/185", .fixed(4)),
    (8, "I062/210", .fixed(2)), (9, "I062/060", .fixed(2)), (10, "I062/245", .fixed(7)),
    (11, "I062/380", .compound(derived)), (12, "I062/040", .fixed(2)),
    (13, "I062/080", .extended(1, 1)),
    (14, "I062/290", compound([1, 1, 1, 1, 2, 1, 1, 1, 1, 1])), (15, "I062/200", .fixed(1)),
    (16, "I062/295", compound(Array(repeating: 1, count: 31))), (17, "I062/136", .fixed(2)),
    (18, "I062/130", .fixed(2)), (19, "I062/135", .fixed(2)), (20, "I062/220", .fixed(2)),
    (21, "I062/390", .compound(plan)), (22, "I062/270", .extended(1, 1)),
    (23, "I062/300", .fixed(1)), (24, "I062/110", compound([1, 4, 6, 2, 2, 1, 1])),
    (25, "I062/120", .fixed(2)), (26, "I062/510", .extended(3, 3)),
    (27, "I062/500", compound([4, 2, 4, 1, 1, 2, 2, 1])),
    (28, "I062/340", compound([2, 4, 2, 2, 2, 1])), (34, "RE", .explicit), (35, "SP", .explicit),
  ]

  /// The user application profile: items by field reference number.
  static let profile: [Int: AsterixItem] = Dictionary(
    uniqueKeysWithValues: items.map { ($0.0, AsterixItem(name: $0.1, length: $0.2)) })
}

/// What is wrong with a record.
struct AsterixFault: Error {
  let item: String
  /// The offset from 0.
  let at: Int
  let zh: String
  let en: String

  init(_ item: String, _ at: Int, _ zh: String, _ en: String) {
    self.item = item
    self.at = at
    self.zh = zh
    self.en = en
  }
}

/// The bytes of one item.
struct AsterixBody {
  let bytes: ArraySlice<UInt8>

  private subscript(index: Int) -> UInt8 { bytes[bytes.startIndex + index] }

  /// A whole number without sign, most significant byte first.
  func unsigned(_ from: Int, _ count: Int) -> Int {
    (from..<(from + count)).reduce(0) { $0 << 8 | Int(self[$1]) }
  }

  /// The same in two's complement.
  func signed(_ from: Int, _ count: Int) -> Int {
    let value = unsigned(from, count)
    return value >= 1 << (count * 8 - 1) ? value - 1 << (count * 8) : value
  }

  /// Eight characters of six bits, ICAO Annex 10 volume IV; nil if they are no callsign.
  func identification(_ from: Int) -> String? {
    let bits = UInt64(unsigned(from, 6))
    var out = ""
    for index in 0..<8 {
      let code = UInt8(bits >> UInt64(42 - 6 * index) & 63)
      switch code {
      case 1...26: out.unicodeScalars.append(Unicode.Scalar(code + 64))
      case 48...57, 32: out.unicodeScalars.append(Unicode.Scalar(code))
      default: return nil
      }
    }
    return FieldText.callsign(out)
  }

  /// As ASCII.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The parts of a compound item.
  func parts(
    _ lengths: [Int: AsterixLength], _ name: String
  ) throws(AsterixFault) -> [(Int, AsterixBody)] {
    var reader = AsterixReader(Array(bytes), from: 0, to: bytes.count)
    var found: [(Int, AsterixBody)] = []
    for number in try reader.fieldNumbers(name, atMost: 8) {
      guard let length = lengths[number] else {
        throw AsterixFault(
          name, bytes.startIndex, "有未知子字段\(number)", "has an unknown part \(number)")
      }
      found.append((number, try reader.take(AsterixItem(name: name, length: length))))
    }
    return found
  }
}

/// Reads items from the bytes of a block.
struct AsterixReader {
  private let bytes: [UInt8]
  private(set) var at: Int
  private let end: Int

  init(_ bytes: [UInt8], from: Int, to end: Int) {
    self.bytes = bytes
    at = from
    self.end = end
  }

  var isAtEnd: Bool { at >= end }

  /// Bits seven to a byte, the eighth says that another byte follows: the numbers of those that are set.
  mutating func fieldNumbers(_ item: String, atMost limit: Int) throws(AsterixFault) -> [Int] {
    var found: [Int] = []
    var count = 0
    while true {
      guard at < end else { throw cut(item, 1) }
      let byte = bytes[at]
      at += 1
      for bit in 0..<7 where byte & (0x80 >> UInt8(bit)) != 0 { found.append(count * 7 + bit + 1) }
      count += 1
      if byte & 1 == 0 { return found }
      guard count < limit else {
        throw AsterixFault(item, at, "超过\(limit)字节", "has more than \(limit) bytes")
      }
    }
  }

  private func cut(_ item: String, _ needed: Int) -> AsterixFault {
    AsterixFault(
      item, at, "需要\(needed)字节，块内只剩\(max(0, end - at))字节",
      "needs \(needed) bytes; \(max(0, end - at)) are left in the block")
  }

  private mutating func skip(_ count: Int, _ item: String) throws(AsterixFault) {
    guard at + count <= end else { throw cut(item, count) }
    at += count
  }

  /// The bytes of an item.
  mutating func take(_ item: AsterixItem) throws(AsterixFault) -> AsterixBody {
    let start = at
    try pass(item.length, item.name)
    return AsterixBody(bytes: bytes[start..<at])
  }

  private mutating func pass(_ length: AsterixLength, _ item: String) throws(AsterixFault) {
    switch length {
    case .fixed(let count): try skip(count, item)
    case .extended(let first, let more):
      try skip(first, item)
      while bytes[at - 1] & 1 == 1 { try skip(more, item) }
    case .repeated(let each):
      try skip(1, item)
      try skip(Int(bytes[at - 1]) * each, item)
    case .explicit:
      try skip(1, item)
      let count = Int(bytes[at - 1])
      guard count >= 1 else {
        throw AsterixFault(item, at, "的长度为0", "says that it has no byte")
      }
      try skip(count - 1, item)
    case .compound(let parts):
      for number in try fieldNumbers(item, atMost: 8) {
        guard let part = parts[number] else {
          throw AsterixFault(item, at, "有未知子字段\(number)", "has an unknown part \(number)")
        }
        try pass(part, item)
      }
    }
  }
}

enum PlaneCourse {
  /// A direction in degrees clockwise from north, 0 to below 360.
  static func degrees(east: Double, north: Double) -> Double {
    let angle = atan2(east, north) * 180 / .pi
    return angle < 0 ? angle + 360 : angle
  }
}
