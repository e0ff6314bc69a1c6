import CSQLite
import Glibc

/// The write-ahead log of a database whose pages hold sums (file format §4).
///
/// SQLite sums up a frame before it hands it over, so the page's own sum can only be written in
/// afterwards, and the frame's be computed again. A frame is held back until its page comes, and then
/// written whole. So every page in the log holds its sum, and whoever copies it into the database,
/// another program too, copies the sum.
///
/// SQLite goes on from sums of its own in memory, which differ; what counts is the chain in the file, and
/// that is continued here.
final class SummedLog {
  private typealias File = UnsafeMutablePointer<sqlite3_file>
  private static let headerBytes = 32
  private static let frameBytes = 24

  private let database: UnsafeMutablePointer<sqlite3_file>
  private let below: UnsafeMutablePointer<sqlite3_file>
  /// A frame's head whose page has not come yet.
  private var head: (offset: Int64, bytes: [UInt8])?
  /// The frame that was written last, with its sums.
  private var last: (offset: Int64, sums: (UInt32, UInt32))?
  private var isBigEndian = false
  private var frame: [UInt8] = []

  init(
    _ database: UnsafeMutablePointer<sqlite3_file>, over below: UnsafeMutablePointer<sqlite3_file>
  ) {
    self.database = database
    self.below = below
  }

  private var pageBytes: Int {
    let state = SummedFiles.state(database).pointee
    return state.isSummed ? Int(state.pageBytes) : 0
  }

  private func raw(_ bytes: UnsafeRawBufferPointer, _ offset: Int64) -> Int32 {
    below.pointee.pMethods.pointee.xWrite(below, bytes.baseAddress, Int32(bytes.count), offset)
  }

  /// Writes a head whose page does not come: SQLite has changed it alone.
  func settle() -> Int32 {
    guard let held = head else { return SQLITE_OK }
    head = nil
    last = nil
    return held.bytes.withUnsafeBytes { raw($0, held.offset) }
  }

  func write(_ source: UnsafeRawBufferPointer, _ offset: Int64) -> Int32 {
    let page = pageBytes
    let step = Int64(SummedLog.frameBytes + page)
    let place = offset - Int64(SummedLog.headerBytes)
    if page > 0, source.count == page, place >= 0,
      place % step == Int64(SummedLog.frameBytes)
    {
      return writePage(UnsafeMutableRawBufferPointer(mutating: source), offset)
    }
    let code = settle()
    guard code == SQLITE_OK else { return code }
    if page > 0, source.count == SummedLog.frameBytes, place >= 0, place % step == 0 {
      head = (offset, Array(source))
      return SQLITE_OK
    }
    last = nil
    return raw(source, offset)
  }

  private func writePage(_ page: UnsafeMutableRawBufferPointer, _ offset: Int64) -> Int32 {
    let start = offset - Int64(SummedLog.frameBytes)
    guard let held = head, held.offset == start else {
      // The page of a frame that is there already; SQLite sums the frames up again at the commit.
      let code = settle()
      guard code == SQLITE_OK else { return code }
      var bytes = [UInt8](repeating: 0, count: 4)
      guard read(&bytes, start) else { return SummedFiles.pageFailed }
      sumUp(page, number: SummedLog.number(bytes, 0))
      last = nil
      return raw(UnsafeRawBufferPointer(page), offset)
    }
    sumUp(page, number: SummedLog.number(held.bytes, 0))
    guard var sums = sums(before: start, page.count) else { return SummedFiles.pageFailed }
    held.bytes.withUnsafeBytes {
      SummedLog.add(UnsafeRawBufferPointer(rebasing: $0[..<8]), to: &sums, isBigEndian)
    }
    SummedLog.add(UnsafeRawBufferPointer(page), to: &sums, isBigEndian)
    frame.removeAll(keepingCapacity: true)
    frame += held.bytes[..<16]
    for sum in [sums.0, sums.1] {
      frame += (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * $0)) }
    }
    frame += page
    head = nil
    let code = frame.withUnsafeBytes { raw($0, start) }
    last = code == SQLITE_OK ? (start, sums) : nil
    return code
  }

  private func sumUp(_ page: UnsafeMutableRawBufferPointer, number: UInt32) {
    PageSum.write(into: page, at: (Int64(number) - 1) * Int64(page.count))
  }

  /// The sums with which the frame or the head of the file before an offset ends.
  private func sums(before start: Int64, _ page: Int) -> (UInt32, UInt32)? {
    let before = start - Int64(SummedLog.frameBytes + page)
    if let last, last.offset == before { return last.sums }
    var magic = [UInt8](repeating: 0, count: 4)
    guard read(&magic, 0) else { return nil }
    isBigEndian = magic[3] & 1 == 1
    var bytes = [UInt8](repeating: 0, count: 8)
    let isFirst = start == Int64(SummedLog.headerBytes)
    guard read(&bytes, isFirst ? 24 : before + 16) else { return nil }
    return (SummedLog.number(bytes, 0), SummedLog.number(bytes, 4))
  }

  private func read(_ bytes: inout [UInt8], _ offset: Int64) -> Bool {
    bytes.withUnsafeMutableBytes {
      below.pointee.pMethods.pointee.xRead(below, $0.baseAddress, Int32($0.count), offset)
    } == SQLITE_OK
  }

  private static func number(_ bytes: [UInt8], _ place: Int) -> UInt32 {
    bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The sum of the log (file format §4.2): pairs of words, each added to both halves.
  private static func add(
    _ bytes: UnsafeRawBufferPointer, to sums: inout (UInt32, UInt32), _ isBigEndian: Bool
  ) {
    var (first, second) = sums
    for place in stride(from: 0, to: bytes.count, by: 8) {
      var one = bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
      var two = bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self)
      if isBigEndian {
        (one, two) = (UInt32(bigEndian: one), UInt32(bigEndian: two))
      } else {
        (one, two) = (UInt32(littleEndian: one), UInt32(littleEndian: two))
      }
      first = first &+ one &+ second
      second = second &+ two &+ first
    }
    sums = (first, second)
  }
}

/// What SQLite may do with the write-ahead log of such a database.
enum SummedLogCalls {
  private static func log(_ file: UnsafeMutablePointer<sqlite3_file>?) -> SummedLog {
    Unmanaged<SummedLog>.fromOpaque(SummedFiles.slot(file!).pointee!).takeUnretainedValue()
  }

  static func fill(_ methods: inout sqlite3_io_methods) {
    methods.xWrite = { file, source, count, offset in
      SummedLogCalls.log(file).write(
        UnsafeRawBufferPointer(start: source, count: Int(count)), offset)
    }
    methods.xRead = { file, out, count, offset in
      let code = SummedLogCalls.log(file).settle()
      let below = SummedFiles.inner(file)
      return code == SQLITE_OK
        ? below.pointee.pMethods.pointee.xRead(below, out, count, offset) : code
    }
    methods.xSync = { file, flags in
      let code = SummedLogCalls.log(file).settle()
      let below = SummedFiles.inner(file)
      return code == SQLITE_OK ? below.pointee.pMethods.pointee.xSync(below, flags) : code
    }
    methods.xTruncate = { file, size in
      let code = SummedLogCalls.log(file).settle()
      let below = SummedFiles.inner(file)
      return code == SQLITE_OK ? below.pointee.pMethods.pointee.xTruncate(below, size) : code
    }
    methods.xFileSize = { file, out in
      let code = SummedLogCalls.log(file).settle()
      let below = SummedFiles.inner(file)
      return code == SQLITE_OK ? below.pointee.pMethods.pointee.xFileSize(below, out) : code
    }
    methods.xClose = { file in
      _ = SummedLogCalls.log(file).settle()
      Unmanaged<SummedLog>.fromOpaque(SummedFiles.slot(file!).pointee!).release()
      let below = SummedFiles.inner(file)
      return below.pointee.pMethods.pointee.xClose(below)
    }
  }
}
