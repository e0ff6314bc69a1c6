import CZlib
import Commons
import Glibc
import RedFlags

/// Reads a file of procurement processes, plain or gzip-compressed, `-` for standard input: JSON lines, or one
/// package over several lines. Only as much of it is in memory as the threads work on.
public struct FlagFile: Sendable {
  /// How a file is read.
  public struct Options: Sendable {
    /// Which indicators.
    public var settings: FlagSettings
    /// Whether which organisations belong to which process is kept.
    public var map = false
    /// What counts when several lines have one ocid.
    public var repeats = FlagRepeats.each
    /// Threads that read lines.
    public var threads = 1

    /// The settings, on one thread.
    public init(_ settings: FlagSettings) { self.settings = settings }
  }

  private let path: String
  private let options: Options

  /// A file and how to read it.
  public init(_ path: String, _ options: Options) {
    self.path = path
    self.options = options
  }

  /// Reads the whole file.
  public func fold() async throws -> FlagFold {
    let source = Locked(try ChunkSource(path))
    let first = FlagFold(options.settings, map: options.map, repeats: options.repeats)
    let buffer = ChunkBuffer()
    if let chunk = try source.withLock({ source throws(Problem) in try source.next(buffer) }) {
      if FlagFold.isCutOff(buffer.base, count: chunk.count) {
        let count = try source.withLock { source throws(Problem) in
          try source.readRest(buffer, after: chunk.count)
        }
        if first.foldDocument(buffer.base, count: count) { return first }
        first.fold(buffer.base, count: count, chunk: 0)
        return first
      }
      first.fold(buffer.base, count: chunk.count, chunk: chunk.number)
    }
    let folds = (1..<max(1, options.threads)).map { _ in
      FlagFold(options.settings, map: options.map, repeats: options.repeats)
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for fold in [first] + folds {
        group.addTask {
          let buffer = ChunkBuffer()
          while let chunk = try source.withLock({ source throws(Problem) in
            try source.next(buffer)
          }) {
            fold.fold(buffer.base, count: chunk.count, chunk: chunk.number)
          }
        }
      }
      try await group.waitForAll()
    }
    for fold in folds { first.merge(fold) }
    return first
  }

  /// Lends the whole content, with room for ``FlagFold/padding`` more bytes behind.
  public static func withContent(
    of path: String, _ body: (UnsafeMutablePointer<UInt8>, Int) throws -> Void
  ) throws {
    var source = try ChunkSource(path)
    let buffer = ChunkBuffer()
    let count = try source.readRest(buffer, after: 0)
    try body(buffer.base, count)
  }

  /// A value of a file: a line, or a document that takes all of it.
  public struct Value {
    /// The line on which it begins, from 1.
    public let line: Int
    /// Its text, with room for ``FlagFold/padding`` more bytes behind.
    public let bytes: UnsafeMutablePointer<UInt8>
    /// Bytes of the text.
    public let count: Int
  }

  /// Lends the values of a file one by one: lines that hold something, or all of it, if its first line breaks off
  /// within an object and the second does not begin one.
  public static func forEachValue(
    of path: String, _ body: (Value) throws -> Void
  ) throws {
    var source = try ChunkSource(path)
    let buffer = ChunkBuffer()
    var line = 1
    while let chunk = try source.next(buffer) {
      var count = chunk.count
      if line == 1, FlagFold.isCutOff(buffer.base, count: count) {
        count = try source.readRest(buffer, after: count)
        if !FlagFile.isLines(buffer.base, count) {
          return try body(Value(line: 1, bytes: buffer.base, count: count))
        }
      }
      buffer.base[count] = 0x0A
      var begin = 0
      while begin < count {
        // The line ends at the line feed behind the chunk at the latest.
        guard let feed = memchr(buffer.base + begin, 0x0A, count + 1 - begin) else { break }
        let end = feed.assumingMemoryBound(to: UInt8.self) - buffer.base
        if (begin..<end).contains(where: { buffer.base[$0] > 0x20 }) {
          try body(Value(line: line, bytes: buffer.base + begin, count: end - begin))
        }
        begin = end + 1
        line += 1
      }
    }
  }

  /// Whether the second line that holds something begins an object, as lines of JSON do.
  private static func isLines(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Bool {
    var index = 0
    while index < count, bytes[index] != 0x0A { index += 1 }
    while index < count, bytes[index] <= 0x20 { index += 1 }
    return index < count && bytes[index] == 0x7B
  }

  /// Reads the file line by line into flags that are kept up to date; lines that are no JSON are handed to
  /// `skipped` with their number.
  public func live(skipped: (Int, Problem) -> Void) throws -> LiveFlags {
    var source = try ChunkSource(path)
    let live = LiveFlags(options.settings, map: options.map, repeats: options.repeats)
    let buffer = ChunkBuffer()
    var number = 0
    while let chunk = try source.next(buffer) {
      if number == 0, FlagFold.isCutOff(buffer.base, count: chunk.count) {
        let count = try source.readRest(buffer, after: chunk.count)
        let text = Array(UnsafeBufferPointer(start: buffer.base, count: count))
        if (try? live.apply(text, position: 0)) != nil { return live }
        take(text[...], &number, live, skipped)
        return live
      }
      take(
        Array(UnsafeBufferPointer(start: buffer.base, count: chunk.count))[...], &number, live,
        skipped)
    }
    return live
  }

  private func take(
    _ lines: ArraySlice<UInt8>, _ number: inout Int, _ live: LiveFlags,
    _ skipped: (Int, Problem) -> Void
  ) {
    for line in lines.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      guard line.contains(where: { $0 > 0x20 }) else { continue }
      do throws(Problem) {
        try live.apply(Array(line), position: UInt64(number))
      } catch { skipped(number, error) }
    }
  }
}

/// Memory for whole lines. Used by one thread at a time.
private final class ChunkBuffer: @unchecked Sendable {
  private(set) var base: UnsafeMutablePointer<UInt8>
  private(set) var capacity: Int

  init() {
    capacity = ChunkSource.blockBytes * 2
    base = .allocate(capacity: capacity + FlagFold.padding)
  }

  deinit { base.deallocate() }

  /// Makes room for so many bytes, of which the first `used` are kept.
  func reserve(_ count: Int, keeping used: Int) {
    guard count > capacity else { return }
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: count * 2 + FlagFold.padding)
    larger.update(from: base, count: used)
    base.deallocate()
    (base, capacity) = (larger, count * 2)
  }
}

/// Whole lines of a file, block by block.
private struct ChunkSource {
  /// Small enough to stay in a processor's cache between reading and scanning.
  static let blockBytes = 256 << 10
  /// Bytes of a line at most.
  static let lineLimit = 512 << 20

  private let path: String
  private let file: gzFile
  private let progress: ProgressLine
  private var rest: [UInt8] = []
  private var number = 0
  private var isAtEnd = false

  init(_ path: String) throws(Problem) {
    self.path = path
    var status = stat()
    let isFile = path == "-" || stat(path, &status) == 0
    guard isFile, status.st_mode & S_IFMT != S_IFDIR,
      let file = path == "-" ? gzdopen(dup(0), "rb") : gzopen(path, "rb")
    else {
      throw .malformed(
        Phrase("无法打开文件 \(path)。", en: "The file \(path) cannot be opened."))
    }
    self.file = file
    progress = ProgressLine(
      path == "-" ? "stdin (MB)" : "\(path) (MB)",
      total: path == "-" ? nil : Int(status.st_size >> 20))
  }

  /// Fills a buffer with whole lines; nil after the last.
  mutating func next(_ buffer: ChunkBuffer) throws(Problem) -> (count: Int, number: Int)? {
    guard !isAtEnd else { return nil }
    var count = rest.count
    buffer.reserve(count + ChunkSource.blockBytes, keeping: 0)
    rest.withUnsafeBufferPointer { rest in
      if let start = rest.baseAddress { buffer.base.update(from: start, count: rest.count) }
    }
    rest.removeAll(keepingCapacity: true)
    while true {
      let read = try read(buffer, at: count)
      let fresh = count
      count += read
      if read == 0 { break }
      // A memrchr is not in every C library; a line is short, so that this stops soon.
      var end = count
      while end > fresh, buffer.base[end - 1] != 0x0A { end -= 1 }
      if end > fresh {
        rest.append(
          contentsOf: UnsafeBufferPointer(start: buffer.base + end, count: count - end))
        count = end
        break
      }
      guard count <= ChunkSource.lineLimit else {
        throw .malformed(
          Phrase(
            "\(path) 中有一行超过 \(ChunkSource.lineLimit >> 20) MB。",
            en: "\(path) has a line of more than \(ChunkSource.lineLimit >> 20) MB."))
      }
    }
    guard count > 0 else { return nil }
    number += 1
    progress.update(Int(gzoffset(file)) >> 20)
    return (count, number - 1)
  }

  /// Reads everything that is left behind what a buffer holds.
  mutating func readRest(
    _ buffer: ChunkBuffer, after used: Int
  ) throws(Problem) -> Int {
    var count = used
    buffer.reserve(count + rest.count, keeping: count)
    rest.withUnsafeBufferPointer { rest in
      if let start = rest.baseAddress {
        (buffer.base + count).update(from: start, count: rest.count)
      }
    }
    count += rest.count
    while !isAtEnd { count += try read(buffer, at: count) }
    return count
  }

  private mutating func read(_ buffer: ChunkBuffer, at count: Int) throws(Problem) -> Int {
    buffer.reserve(count + ChunkSource.blockBytes, keeping: count)
    let read = gzread(file, buffer.base + count, UInt32(ChunkSource.blockBytes))
    var code: Int32 = 0
    // At the end of what there is, zlib still has to say whether it was the end of the content.
    if read == 0 { _ = gzerror(file, &code) }
    guard read >= 0, code == Z_OK || code == Z_STREAM_END else {
      throw .malformed(
        Phrase("\(path) 无法读取，或已损坏。", en: "\(path) cannot be read, or is damaged or cut off."))
    }
    if read == 0 {
      isAtEnd = true
      gzclose(file)
    }
    return Int(read)
  }
}
