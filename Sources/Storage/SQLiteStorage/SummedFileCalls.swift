import CSQLite
import Glibc

/// What SQLite may do with a database file whose pages hold sums.
enum SummedFileCalls {
  private typealias File = UnsafeMutablePointer<sqlite3_file>

  static func fill(_ methods: inout sqlite3_io_methods) {
    methods.xRead = { file, out, count, offset in
      SummedFileCalls.read(
        file!, UnsafeMutableRawBufferPointer(start: out, count: Int(count)), offset)
    }
    methods.xWrite = { file, source, count, offset in
      SummedFileCalls.write(
        file!, UnsafeRawBufferPointer(start: source, count: Int(count)), offset)
    }
    methods.xFileControl = { SummedFiles.control($0!, $1, $2) }
    passThrough(&methods)
    passLocks(&methods)
  }

  // MARK: Bytes

  private static func read(
    _ file: File, _ target: UnsafeMutableRawBufferPointer, _ offset: Int64
  ) -> Int32 {
    let below = SummedFiles.inner(file)
    let code = below.pointee.pMethods.pointee.xRead(
      below, target.baseAddress, Int32(target.count), offset)
    if offset == 0, code == SQLITE_OK || code == SQLITE_IOERR | 2 << 8 {
      learn(file, UnsafeRawBufferPointer(target))
    }
    let state = SummedFiles.state(file).pointee
    guard code == SQLITE_OK, state.isSummed else { return code }
    let size = Int(state.pageBytes)
    if target.count == size, offset % Int64(size) == 0 {
      return PageSum.holds(UnsafeRawBufferPointer(target), at: offset)
        ? SQLITE_OK : SummedFiles.pageFailed
    }
    // The header alone is looked at to see whether something changed; whatever is used of it is read
    // again with its page.
    if offset + Int64(target.count) <= 100 { return SQLITE_OK }
    return checkAround(below, offset, target.count, size)
  }

  /// A part of a page is as good as its whole page.
  private static func checkAround(
    _ below: File, _ offset: Int64, _ count: Int, _ size: Int
  ) -> Int32 {
    let page = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
    defer { page.deallocate() }
    var start = offset - offset % Int64(size)
    while start < offset + Int64(count) {
      let code = below.pointee.pMethods.pointee.xRead(
        below, page.baseAddress, Int32(size), start)
      guard code == SQLITE_OK else { return code }
      guard PageSum.holds(UnsafeRawBufferPointer(page), at: start) else {
        return SummedFiles.pageFailed
      }
      start += Int64(size)
    }
    return SQLITE_OK
  }

  private static func write(
    _ file: File, _ source: UnsafeRawBufferPointer, _ offset: Int64
  ) -> Int32 {
    if offset == 0 { learn(file, source) }
    let state = SummedFiles.state(file).pointee
    let below = SummedFiles.inner(file)
    if state.isSummed, source.count == Int(state.pageBytes), offset % Int64(source.count) == 0 {
      // The last bytes of a page are free for a VFS to write, in SQLite's own memory too.
      PageSum.write(into: UnsafeMutableRawBufferPointer(mutating: source), at: offset)
    }
    return below.pointee.pMethods.pointee.xWrite(
      below, source.baseAddress, Int32(source.count), offset)
  }

  private static let magic = Array("SQLite format 3\0".utf8)

  /// Reads off a header how large pages are and whether they hold sums (file format §1.3).
  private static func learn(_ file: File, _ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 100, bytes.prefix(16).elementsEqual(magic) else { return }
    let size = Int32(bytes[16]) << 8 | Int32(bytes[17])
    SummedFiles.state(file).pointee = SummedFiles.State(
      pageBytes: size == 1 ? 65536 : size, isSummed: bytes[20] == UInt8(PageSum.bytes))
  }

  // MARK: Everything else is the file below

  private static func passThrough(_ methods: inout sqlite3_io_methods) {
    methods.xClose = { file in
      let below = SummedFiles.inner(file)
      return below.pointee.pMethods.pointee.xClose(below)
    }
    methods.xTruncate = { file, size in
      let below = SummedFiles.inner(file)
      return below.pointee.pMethods.pointee.xTruncate(below, size)
    }
    methods.xSync = { file, flags in
      let below = SummedFiles.inner(file)
      return below.pointee.pMethods.pointee.xSync(below, flags)
    }
    methods.xFileSize = { file, out in
      let below = SummedFiles.inner(file)
      return below.pointee.pMethods.pointee.xFileSize(below, out)
    }
    methods.xSectorSize = { file in
      let below = SummedFiles.inner(file)
      return below.pointee.pMethods.pointee.xSectorSize(below)
    }
    methods.xDeviceCharacteristics = { file in
      let below = SummedFiles.inner(file)
      return below.pointee.pMethods.pointee.xDeviceCharacteristics(below)
    }
  }

  private static func passLocks(_ methods: inout sqlite3_io_methods) {
    methods.xLock = { file, level in
      let below = SummedFiles.inner(file)
      return below.pointee.pMethods.pointee.xLock(below, level)
    }
    methods.xUnlock = { file, level in
      let below = SummedFiles.inner(file)
      return below.pointee.pMethods.pointee.xUnlock(below, level)
    }
    methods.xCheckReservedLock = { file, out in
      let below = SummedFiles.inner(file)
      return below.pointee.pMethods.pointee.xCheckReservedLock(below, out)
    }
    methods.xShmMap = { file, region, size, extends, out in
      let below = SummedFiles.inner(file)
      return below.pointee.pMethods.pointee.xShmMap(below, region, size, extends, out)
    }
    methods.xShmLock = { file, offset, count, flags in
      let below = SummedFiles.inner(file)
      return below.pointee.pMethods.pointee.xShmLock(below, offset, count, flags)
    }
    methods.xShmBarrier = { file in
      let below = SummedFiles.inner(file)
      below.pointee.pMethods.pointee.xShmBarrier(below)
    }
    methods.xShmUnmap = { file, deletes in
      let below = SummedFiles.inner(file)
      return below.pointee.pMethods.pointee.xShmUnmap(below, deletes)
    }
  }
}
