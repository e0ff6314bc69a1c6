/// Writes JSON.
struct FlagWriter {
  private(set) var bytes: [UInt8] = []
  private var isFirst = true

  mutating func open() {
    bytes.append(0x7B)
    isFirst = true
  }

  mutating func close() {
    bytes.append(0x7D)
    isFirst = false
  }

  mutating func key(_ text: ByteText) {
    if !isFirst { bytes.append(0x2C) }
    isFirst = false
    self.text(text)
    bytes.append(0x3A)
  }

  mutating func key(_ name: StaticString) {
    key(ByteText(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }

  mutating func key(_ name: String) {
    var name = name
    name.withUTF8 { utf8 in
      if let base = utf8.baseAddress { key(ByteText(start: base, count: utf8.count)) }
    }
  }

  mutating func text(_ text: ByteText) {
    bytes.append(0x22)
    var begin = 0
    for index in 0..<text.count {
      let byte = text.start[index]
      guard byte < 0x20 || byte == 0x22 || byte == 0x5C else { continue }
      bytes.append(
        contentsOf: UnsafeBufferPointer(start: text.start + begin, count: index - begin))
      begin = index + 1
      escape(byte)
    }
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.start + begin, count: text.count - begin))
    bytes.append(0x22)
  }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(0x5C)
    switch byte {
    case 0x08: bytes.append(0x62)
    case 0x09: bytes.append(0x74)
    case 0x0A: bytes.append(0x6E)
    case 0x0C: bytes.append(0x66)
    case 0x0D: bytes.append(0x72)
    case 0x22, 0x5C: bytes.append(byte)
    default:
      let digits = Array("0123456789abcdef".utf8)
      bytes += [0x75, 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }

  /// A number as briefly as it reads back; null if it is not finite.
  mutating func number(_ value: Double) {
    switch value {
    case 1: bytes += [0x31, 0x2E, 0x30]
    case _ where !value.isFinite: bytes += Array("null".utf8)
    default: bytes += Array(value.description.utf8)
    }
  }

  mutating func list(_ numbers: ContiguousArray<UInt32>, _ texts: TextTable.Texts) {
    bytes.append(0x5B)
    for (index, number) in numbers.enumerated() {
      if index > 0 { bytes.append(0x2C) }
      text(texts[number])
    }
    bytes.append(0x5D)
  }

  /// What a writer has written before.
  mutating func written(_ text: [UInt8]) { bytes.append(contentsOf: text) }

  /// What is JSON already, without the space between its parts.
  mutating func raw(_ text: ByteText) {
    var begin = 0
    var index = 0
    var isInString = false
    while index < text.count {
      let byte = text.start[index]
      if isInString {
        if byte == 0x5C { index += 1 }
        isInString = byte != 0x22
      } else if byte == 0x22 {
        isInString = true
      } else if byte <= 0x20 {
        bytes.append(
          contentsOf: UnsafeBufferPointer(start: text.start + begin, count: index - begin))
        begin = index + 1
      }
      index += 1
    }
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.start + begin, count: text.count - begin))
  }

  mutating func raw(_ text: StaticString) {
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func raw(_ json: [UInt8]) { bytes += json }

  /// A string of several parts, none of which needs more than escaping.
  mutating func text(_ first: ByteText, _ middle: StaticString, _ second: ByteText) {
    text(first)
    bytes.removeLast()
    raw(middle)
    let quote = bytes.count
    text(second)
    bytes.remove(at: quote)
  }

  /// A group of flagged ids, if there are any.
  mutating func group(
    _ name: StaticString, _ numbers: ContiguousArray<UInt32>, _ texts: TextTable.Texts,
    _ flags: (UInt32) -> FlagValues
  ) {
    guard !numbers.isEmpty else { return }
    key(name)
    open()
    for number in numbers {
      key(texts[number])
      open()
      for flag in flags(number) {
        key(flag.code.rawValue)
        self.number(flag.value)
      }
      close()
    }
    close()
  }
}
