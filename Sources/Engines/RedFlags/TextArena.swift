/// Where strings with escapes stand once they are decoded, until the next process is read.
final class TextArena {
  private var blocks: [UnsafeMutableBufferPointer<UInt8>] = []
  private var used = 0

  deinit { for block in blocks { block.deallocate() } }

  func reset() {
    used = 0
    while blocks.count > 1 { blocks.removeFirst().deallocate() }
  }

  /// The text of a checked string with escapes.
  func decode(_ begin: Cursor, _ end: Cursor) -> ByteText {
    // Decoding never lengthens.
    let target = reserve(end - begin)
    let count = TextArena.unescape(begin, end, target)
    used += count + 8
    return ByteText(start: UnsafePointer(target), count: count)
  }

  /// Several texts as one, with something between them.
  func join(_ texts: some Collection<ByteText>, _ separator: StaticString) -> ByteText {
    let target = reserve(texts.reduce(0) { $0 + $1.count + separator.utf8CodeUnitCount })
    var count = 0
    for text in texts {
      if count > 0 {
        (target + count).update(from: separator.utf8Start, count: separator.utf8CodeUnitCount)
        count += separator.utf8CodeUnitCount
      }
      (target + count).update(from: text.start, count: text.count)
      count += text.count
    }
    used += count + 8
    return ByteText(start: UnsafePointer(target), count: count)
  }

  /// Memory for so many bytes; eight more may be read behind a text.
  private func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8> {
    let room = count + 8
    if blocks.isEmpty || used + room > blocks[blocks.count - 1].count {
      blocks.append(.allocate(capacity: max(room, 4096)))
      blocks[blocks.count - 1].initialize(repeating: 0)
      used = 0
    }
    return blocks[blocks.count - 1].baseAddress! + used
  }

  private static func unescape(
    _ begin: Cursor, _ end: Cursor, _ target: UnsafeMutablePointer<UInt8>
  ) -> Int {
    var (place, count) = (begin, 0)
    while place < end {
      guard place.pointee == 0x5C else {
        target[count] = place.pointee
        count += 1
        place += 1
        continue
      }
      switch place[1] {
      case 0x62: target[count] = 0x08
      case 0x66: target[count] = 0x0C
      case 0x6E: target[count] = 0x0A
      case 0x72: target[count] = 0x0D
      case 0x74: target[count] = 0x09
      case 0x75:
        var scalar = JSONScanner.unit(place + 2) ?? 0
        place += 4
        if scalar & 0xFC00 == 0xD800 {
          scalar = 0x10000 + (scalar & 0x3FF) << 10 + ((JSONScanner.unit(place + 4) ?? 0) & 0x3FF)
          place += 6
        }
        count += encode(scalar, target + count) - 1
      default: target[count] = place[1]
      }
      count += 1
      place += 2
    }
    return count
  }

  /// Writes a character as UTF-8; the number of bytes.
  private static func encode(_ scalar: UInt32, _ target: UnsafeMutablePointer<UInt8>) -> Int {
    switch scalar {
    case 0..<0x80:
      target[0] = UInt8(scalar)
      return 1
    case 0x80..<0x800:
      target[0] = UInt8(0xC0 | scalar >> 6)
      target[1] = UInt8(0x80 | scalar & 0x3F)
      return 2
    case 0x800..<0x10000:
      target[0] = UInt8(0xE0 | scalar >> 12)
      target[1] = UInt8(0x80 | scalar >> 6 & 0x3F)
      target[2] = UInt8(0x80 | scalar & 0x3F)
      return 3
    default:
      target[0] = UInt8(0xF0 | scalar >> 18)
      target[1] = UInt8(0x80 | scalar >> 12 & 0x3F)
      target[2] = UInt8(0x80 | scalar >> 6 & 0x3F)
      target[3] = UInt8(0x80 | scalar & 0x3F)
      return 4
    }
  }
}
