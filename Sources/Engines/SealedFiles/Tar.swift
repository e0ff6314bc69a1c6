import Commons

/// Files in one stream: the ustar interchange format (POSIX.1-2017, pax), with sizes beyond 8 GiB in
/// base 256 as GNU tar writes them. Regular files only.
public enum Tar {
  static let block = 512

  /// What comes before the bytes of a file.
  ///
  /// - Parameters:
  ///   - name: relative, at most 100 bytes.
  ///   - size: bytes of the file.
  ///   - seconds: when it was made, in seconds since 1970.
  public static func header(_ name: String, size: Int64, seconds: Int64) -> [UInt8] {
    var head = [UInt8](repeating: 0, count: block)
    func put(_ text: String, at place: Int) {
      for (index, byte) in text.utf8.enumerated() { head[place + index] = byte }
    }
    put(String(name.prefix(100)), at: 0)
    put("0000600", at: 100)
    put("0000000", at: 108)
    put("0000000", at: 116)
    if size < 1 << 33 {
      put(octal(size, 11), at: 124)
    } else {
      head[124] = 0x80
      for index in 0..<8 {
        head[128 + index] = UInt8(truncatingIfNeeded: size >> Int64(56 - 8 * index))
      }
    }
    put(octal(max(0, seconds), 11), at: 136)
    put("        ", at: 148)
    put("0", at: 156)
    put("ustar", at: 257)
    put("00", at: 263)
    put(octal(head.reduce(0) { $0 + Int64($1) }, 6), at: 148)
    head[154] = 0
    return head
  }

  /// What comes after the bytes of a file of this size.
  public static func padding(size: Int64) -> [UInt8] {
    [UInt8](repeating: 0, count: Int((512 - size % 512) % 512))
  }

  /// What ends the stream.
  public static let end = [UInt8](repeating: 0, count: 2 * block)

  private static func octal(_ value: Int64, _ width: Int) -> String {
    let digits = String(value, radix: 8)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

/// Reads a stream of ``Tar`` as it comes.
public struct TarReader: Sendable {
  /// What was met.
  public enum Event: Hashable, Sendable {
    /// A file begins.
    case file(name: String, size: Int64)
    /// Bytes of it.
    case bytes([UInt8])
  }

  private var waiting: [UInt8] = []
  private var left: Int64 = 0
  private var padding: Int64 = 0
  /// Whether the end was met; nothing may follow but zeros.
  public private(set) var isAtEnd = false

  /// A reader at the beginning.
  public init() {}

  /// Takes bytes of the stream.
  ///
  /// - Throws: ``Problem`` 422 `archive-damaged` for what is no such stream, or holds other things
  ///   than regular files with plain relative names.
  public mutating func read(_ bytes: [UInt8]) throws -> [Event] {
    waiting += bytes
    var events: [Event] = []
    var start = 0
    while start < waiting.count, !isAtEnd {
      let rest = waiting[start...]
      if left > 0 {
        let part = rest.prefix(Int(min(left, Int64(rest.count))))
        events.append(.bytes(Array(part)))
        left -= Int64(part.count)
        start += part.count
      } else if padding > 0 {
        let part = Int(min(padding, Int64(rest.count)))
        padding -= Int64(part)
        start += part
      } else {
        guard rest.count >= Tar.block else { break }
        if let event = try head(Array(rest.prefix(Tar.block))) { events.append(event) }
        start += Tar.block
      }
    }
    waiting.removeFirst(start)
    return events
  }

  private mutating func head(_ block: [UInt8]) throws -> Event? {
    if block.allSatisfy({ $0 == 0 }) {
      isAtEnd = true
      return nil
    }
    func text(_ from: Int, _ count: Int) -> String {
      String(decoding: block[from..<(from + count)].prefix { $0 != 0 }, as: UTF8.self)
    }
    var plain = block
    plain.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
    let sum = plain.reduce(0) { $0 + Int64($1) }
    let size =
      block[124] == 0x80
      ? block[128..<136].reduce(0) { $0 << 8 | Int64($1) }
      : Int64(text(124, 12).filter { $0 != " " }, radix: 8)
    let name = text(0, 100)
    let steps = name.split(separator: "/", omittingEmptySubsequences: false)
    guard Int64(text(148, 8).filter { $0 != " " }, radix: 8) == sum, let size, size >= 0,
      block[156] == UInt8(ascii: "0") || block[156] == 0,
      !steps.contains(where: { ["", ".", ".."].contains($0) })
    else { throw SealedFile.damaged(Phrase("内部目录", en: "its table of contents")) }
    left = size
    padding = (512 - size % 512) % 512
    return .file(name: name, size: size)
  }
}
