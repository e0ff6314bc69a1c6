import Commons
import Crypto

/// Seals a stream: what is given comes out in chunks, the last of them with ``finish()``.
public struct FileSealer: Sendable {
  /// To be written before everything else.
  public let header: [UInt8]
  private let key: SymmetricKey
  private var waiting: [UInt8] = []
  private var number: UInt64 = 0

  /// Begins a file for a lock.
  ///
  /// - Throws: ``Problem`` 400 if the recipient's key cannot be used.
  public init(_ lock: SealedFile.Lock, random: some RandomSource) throws {
    let fileKey = random.bytes(16)
    let nonce = random.bytes(16)
    header = try SealedHeader.make(lock, fileKey: fileKey, random: random) + nonce
    key = SealedFile.derive(fileKey, salt: nonce, info: "payload")
  }

  /// Takes bytes; the answer is what can be written.
  public mutating func seal(_ bytes: [UInt8]) -> [UInt8] {
    waiting += bytes
    var out: [UInt8] = []
    var start = 0
    // The last chunk is held back: only the end tells that it is one.
    while waiting.count - start > SealedFile.chunkBytes {
      let end = start + SealedFile.chunkBytes
      out += SealedFile.seal(waiting[start..<end], key, SealedFile.nonce(number, isLast: false))
      number += 1
      start = end
    }
    waiting.removeFirst(start)
    return out
  }

  /// The last chunk.
  public mutating func finish() -> [UInt8] {
    defer { waiting = [] }
    return SealedFile.seal(waiting, key, SealedFile.nonce(number, isLast: true))
  }
}

/// Opens a stream that ``FileSealer`` or age made. What comes out was proven chunk by chunk; that
/// nothing is missing is proven by ``finish()`` alone.
public struct FileOpener: Sendable {
  private static let headerLimit = 64 * 1024

  private let opening: SealedFile.Key
  private var key: SymmetricKey?
  private var waiting: [UInt8] = []
  private var number: UInt64 = 0

  /// An opener with a key.
  public init(_ key: SealedFile.Key) { opening = key }

  /// Takes bytes of the file; the answer is what they hold.
  ///
  /// - Throws: ``Problem`` 400 if this is no sealed file, 422 `wrong-archive-key` if the key does not
  ///   fit, 422 `archive-damaged` if a chunk was changed, moved or cut.
  public mutating func open(_ bytes: [UInt8]) throws -> [UInt8] {
    waiting += bytes
    guard let key = try ready() else { return [] }
    let size = SealedFile.chunkBytes + SealedFile.tagBytes
    var out: [UInt8] = []
    var start = 0
    while waiting.count - start > size {
      out += try chunk(waiting[start..<(start + size)], key, isLast: false)
      start += size
    }
    waiting.removeFirst(start)
    return out
  }

  /// The last bytes.
  ///
  /// - Throws: ``Problem`` 422 `archive-damaged` if the end of the file is missing.
  public mutating func finish() throws -> [UInt8] {
    guard let key else { throw SealedFile.damaged(Phrase("文件头不完整", en: "its header is cut off")) }
    defer { waiting = [] }
    return try chunk(waiting[...], key, isLast: true)
  }

  private mutating func chunk(
    _ sealed: ArraySlice<UInt8>, _ key: SymmetricKey, isLast: Bool
  ) throws -> [UInt8] {
    guard let plain = SealedFile.open(sealed, key, SealedFile.nonce(number, isLast: isLast)),
      // Only an empty file ends in an empty chunk.
      !plain.isEmpty || number == 0
    else {
      let place = number * UInt64(SealedFile.chunkBytes)
      throw SealedFile.damaged(
        isLast
          ? Phrase(
            "内容在第 \(place) 字节之后被截断或改动", en: "it is cut off or altered after byte \(place)")
          : Phrase("第 \(place) 字节起的内容被改动", en: "it is altered from byte \(place) on"))
    }
    number += 1
    return plain
  }

  /// The key, once the header and the nonce are there.
  private mutating func ready() throws -> SymmetricKey? {
    if let key { return key }
    let intro = Array(SealedFile.intro.utf8)
    guard waiting.prefix(intro.count).elementsEqual(intro.prefix(waiting.count)) else {
      _ = try SealedHeader.open("", opening)
      return nil
    }
    // The header ends with the line of its MAC.
    let marker = Array("\n--- ".utf8)
    guard let mark = waiting.firstRange(of: marker),
      let end = waiting[mark.upperBound...].firstIndex(of: 0x0A),
      waiting.count >= end + 1 + 16
    else {
      if waiting.count > FileOpener.headerLimit { _ = try SealedHeader.open("", opening) }
      return nil
    }
    let text = String(decoding: waiting[...end], as: UTF8.self)
    let fileKey = try SealedHeader.open(text, opening)
    let nonce = Array(waiting[(end + 1)..<(end + 17)])
    waiting.removeFirst(end + 17)
    let made = SealedFile.derive(fileKey, salt: nonce, info: "payload")
    key = made
    return made
  }
}

extension SealedFile {
  static func damaged(_ what: Phrase) -> Problem {
    Problem.refused(
      "archive-damaged",
      Phrase(
        "备份文件已损坏：\(what.zh)。请使用另一份备份。",
        en: "The backup is damaged: \(what.en). Use another backup."))
  }
}
