import CSQLite
import Glibc
import Synchronization

/// The VFS (virtual file system) of SQLite that writes and checks ``PageSum``: a layer over another
/// VFS, which does everything else. The database file goes through it, and what is written to its
/// write-ahead log (``SummedLog``); the log has sums of SQLite's own besides, which are checked when it
/// is read after a crash.
///
/// A database says in byte 20 of its header whether its pages have room for sums; one without, from
/// elsewhere, is read and written as it is.
enum SummedFiles {
  /// A page does not hold its sum (SQLITE_IOERR_DATA).
  static let pageFailed = SQLITE_IOERR | 32 << 8
  /// Tells a file that its database, still empty, will have sums. Numbers below 100 are SQLite's.
  private static let startsSummed: Int32 = 1_420

  private struct Layers {
    var known: [String: Bool] = [:]
  }
  private static let layers = Mutex(Layers())

  /// The name of the VFS that lies over another one; nil names SQLite's default.
  static func layer(over inner: String?) -> String? {
    let name = "tequ-sums" + (inner.map { ".\($0)" } ?? "")
    let isThere = layers.withLock { layers in
      if let known = layers.known[name] { return known }
      let made = register(name, over: inner)
      layers.known[name] = made
      return made
    }
    return isThere ? name : nil
  }

  /// An address with the layer over the VFS that it names, and the VFS for an address that names none.
  static func addressed(_ path: String) -> (path: String, vfs: String?) {
    let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let query = parts.count == 2 ? parts[1].split(separator: "&").map(String.init) : []
    guard let place = query.firstIndex(where: { $0.hasPrefix("vfs=") }) else {
      return (path, layer(over: nil))
    }
    guard let name = layer(over: String(query[place].dropFirst(4))) else { return (path, nil) }
    var named = query
    named[place] = "vfs=\(name)"
    return ("\(parts[0])?\(named.joined(separator: "&"))", nil)
  }

  /// Makes the pages of a database that is still empty hold sums; leaves any other as it is.
  static func enable(_ handle: OpaquePointer) {
    var size = Int32(PageSum.bytes)
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &size)
    sqlite3_file_control(handle, "main", startsSummed, nil)
  }

  /// Whether the pages of an open database hold sums.
  static func isEnabled(_ handle: OpaquePointer) -> Bool {
    var size: Int32 = -1
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &size)
    return size == Int32(PageSum.bytes)
  }

  // MARK: A file: SQLite's own struct, what is known of the database, and the file of the VFS below

  struct State {
    var pageBytes: Int32
    var isSummed: Bool
  }

  private static let stateOffset = MemoryLayout<sqlite3_file>.stride
  private static let innerOffset = stateOffset + 16

  static func state(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<State> {
    (UnsafeMutableRawPointer(file) + stateOffset).assumingMemoryBound(to: State.self)
  }

  /// Where a log keeps what is known of it.
  static func slot(
    _ file: UnsafeMutablePointer<sqlite3_file>
  ) -> UnsafeMutablePointer<UnsafeMutableRawPointer?> {
    (UnsafeMutableRawPointer(file) + stateOffset)
      .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }

  static func inner(
    _ file: UnsafeMutablePointer<sqlite3_file>?
  ) -> UnsafeMutablePointer<sqlite3_file> {
    (UnsafeMutableRawPointer(file!) + innerOffset).assumingMemoryBound(to: sqlite3_file.self)
  }

  static func control(
    _ file: UnsafeMutablePointer<sqlite3_file>, _ operation: Int32,
    _ argument: UnsafeMutableRawPointer?
  ) -> Int32 {
    let below = inner(file)
    guard operation == startsSummed else {
      return below.pointee.pMethods.pointee.xFileControl(below, operation, argument)
    }
    var size: sqlite3_int64 = 0
    if below.pointee.pMethods.pointee.xFileSize(below, &size) == SQLITE_OK, size == 0 {
      state(file).pointee = State(pageBytes: 4096, isSummed: true)
    }
    return SQLITE_OK
  }

  // MARK: Registering

  private static func register(_ name: String, over innerName: String?) -> Bool {
    guard let below = sqlite3_vfs_find(innerName) else { return false }
    let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    vfs.initialize(to: below.pointee)
    vfs.pointee.pNext = nil
    vfs.pointee.zName = UnsafePointer(strdup(name))
    vfs.pointee.szOsFile = Int32(innerOffset) + below.pointee.szOsFile
    vfs.pointee.pAppData = UnsafeMutableRawPointer(below)
    // The other calls are those of the VFS below, which asks for nothing of its own by the pointer
    // but through ``lower(_:)``.
    vfs.pointee.xOpen = { vfs, path, file, flags, out in
      SummedFiles.open(SummedFiles.lower(vfs), path, file!, flags, out)
    }
    vfs.pointee.xDelete = { vfs, path, durably in
      let below = SummedFiles.lower(vfs)
      return below.pointee.xDelete(below, path, durably)
    }
    vfs.pointee.xAccess = { vfs, path, flags, out in
      let below = SummedFiles.lower(vfs)
      return below.pointee.xAccess(below, path, flags, out)
    }
    vfs.pointee.xFullPathname = { vfs, path, room, out in
      let below = SummedFiles.lower(vfs)
      return below.pointee.xFullPathname(below, path, room, out)
    }
    return sqlite3_vfs_register(vfs, 0) == SQLITE_OK
  }

  private static func lower(
    _ vfs: UnsafeMutablePointer<sqlite3_vfs>?
  ) -> UnsafeMutablePointer<sqlite3_vfs> {
    vfs!.pointee.pAppData.assumingMemoryBound(to: sqlite3_vfs.self)
  }

  private static func open(
    _ below: UnsafeMutablePointer<sqlite3_vfs>, _ path: UnsafePointer<CChar>?,
    _ file: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32,
    _ out: UnsafeMutablePointer<Int32>?
  ) -> Int32 {
    if flags & SQLITE_OPEN_WAL != 0, let database = sqlite3_database_file_object(path),
      database.pointee.pMethods == UnsafePointer(methods)
    {
      return openLog(of: database, below, path, file, flags, out)
    }
    // Journals and temporary files are those of the VFS below.
    guard flags & SQLITE_OPEN_MAIN_DB != 0 else {
      return below.pointee.xOpen(below, path, file, flags, out)
    }
    state(file).initialize(to: State(pageBytes: 0, isSummed: false))
    let code = below.pointee.xOpen(below, path, inner(file), flags, out)
    // A file that could not be opened has methods only if it must still be closed.
    file.pointee.pMethods = inner(file).pointee.pMethods == nil ? nil : UnsafePointer(methods)
    return code
  }

  private static func openLog(
    of database: UnsafeMutablePointer<sqlite3_file>, _ below: UnsafeMutablePointer<sqlite3_vfs>,
    _ path: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32,
    _ out: UnsafeMutablePointer<Int32>?
  ) -> Int32 {
    let code = below.pointee.xOpen(below, path, inner(file), flags, out)
    guard code == SQLITE_OK else {
      file.pointee.pMethods = nil
      if let opened = inner(file).pointee.pMethods { _ = opened.pointee.xClose(inner(file)) }
      return code
    }
    let log = SummedLog(database, over: inner(file))
    slot(file).initialize(to: Unmanaged.passRetained(log).toOpaque())
    // What the VFS below says of the file and of its disk counts.
    file.pointee.pMethods = UnsafePointer(logMethods)
    return code
  }

  private nonisolated(unsafe) static let logMethods: UnsafeMutablePointer<sqlite3_io_methods> = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(to: Self.methods.pointee)
    methods.pointee.iVersion = 1
    SummedLogCalls.fill(&methods.pointee)
    methods.pointee.xFileControl = { file, operation, argument in
      let below = SummedFiles.inner(file)
      return below.pointee.pMethods.pointee.xFileControl(below, operation, argument)
    }
    return methods
  }()

  private nonisolated(unsafe) static let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(to: sqlite3_io_methods())
    // Version 2: nothing is mapped into memory, where no read could be checked.
    methods.pointee.iVersion = 2
    SummedFileCalls.fill(&methods.pointee)
    return methods
  }()
}
