import CSQLite
import Glibc
import Synchronization

/// The VFS (virtual file system) of SQLite over all simulated disks of the process. Registered once,
/// never the default: only addresses that name it go through it.
enum FaultVFS {
  static let name = "tequ-faults"

  // Extended result codes; their macros are not imported into Swift.
  static let readFailed = SQLITE_IOERR | 1 << 8
  static let shortRead = SQLITE_IOERR | 2 << 8
  static let writeFailed = SQLITE_IOERR | 3 << 8
  static let syncFailed = SQLITE_IOERR | 4 << 8
  static let truncateFailed = SQLITE_IOERR | 6 << 8
  static let sizeFailed = SQLITE_IOERR | 7 << 8
  static let deleteFailed = SQLITE_IOERR | 10 << 8
  static let lockFailed = SQLITE_IOERR | 15 << 8
  static let memoryFailed = SQLITE_IOERR | 21 << 8
  static let deleteMissing = SQLITE_IOERR | 23 << 8

  private struct Disks {
    var last = 0
    var known: [Int: Weak] = [:]
  }

  private struct Weak: @unchecked Sendable { weak var disk: SimulatedDisk? }

  private static let disks = Mutex(Disks())

  static func newNumber() -> Int {
    disks.withLock { disks in
      disks.last += 1
      return disks.last
    }
  }

  static func add(_ disk: SimulatedDisk) {
    _ = isRegistered
    let entry = Weak(disk: disk)
    let number = disk.number
    disks.withLock { $0.known[number] = entry }
  }

  static func remove(_ number: Int) { disks.withLock { $0.known[number] = nil } }

  /// Disk and name of a file: `/number/name`, with `-wal` and the like behind it.
  static func place(_ path: UnsafePointer<CChar>?) -> (disk: SimulatedDisk, name: String)? {
    guard let path else { return nil }
    let parts = String(cString: path).split(separator: "/", maxSplits: 1)
    guard parts.count == 2, let number = Int(parts[0]),
      let disk = disks.withLock({ $0.known[number] })?.disk
    else { return nil }
    return (disk, String(parts[1]))
  }

  /// A connection's file is SQLite's own struct and a reference behind it.
  private static let ownOffset = MemoryLayout<sqlite3_file>.stride

  static func file(_ pointer: UnsafeMutablePointer<sqlite3_file>?) -> OpenFile {
    Unmanaged<OpenFile>.fromOpaque(
      UnsafeRawPointer(pointer!).load(
        fromByteOffset: ownOffset, as: UnsafeMutableRawPointer.self)
    ).takeUnretainedValue()
  }

  static func release(_ pointer: UnsafeMutablePointer<sqlite3_file>?) {
    Unmanaged<OpenFile>.fromOpaque(
      UnsafeRawPointer(pointer!).load(
        fromByteOffset: ownOffset, as: UnsafeMutableRawPointer.self)
    ).release()
  }

  static func open(
    _ path: UnsafePointer<CChar>?, _ pointer: UnsafeMutablePointer<sqlite3_file>,
    _ flags: Int32, _ outFlags: UnsafeMutablePointer<Int32>?
  ) -> Int32 {
    pointer.pointee.pMethods = nil
    // A temporary file has no name, and so no disk: it lives beside the disks.
    let opened =
      path == nil
      ? scratch.open(nil, creates: true)
      : place(path).flatMap { $0.disk.open($0.name, creates: flags & SQLITE_OPEN_CREATE != 0) }
    guard let opened else { return SQLITE_CANTOPEN }
    UnsafeMutableRawPointer(pointer).storeBytes(
      of: Unmanaged.passRetained(opened).toOpaque(), toByteOffset: ownOffset,
      as: UnsafeMutableRawPointer.self)
    pointer.pointee.pMethods = UnsafePointer(methods)
    outFlags?.pointee = flags
    return SQLITE_OK
  }

  private static let scratch = SimulatedDisk(seed: 0)

  private static let isRegistered: Bool = {
    let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    vfs.initialize(to: sqlite3_vfs())
    vfs.pointee.iVersion = 2
    vfs.pointee.szOsFile = Int32(ownOffset + MemoryLayout<UnsafeMutableRawPointer>.size)
    vfs.pointee.mxPathname = 512
    vfs.pointee.zName = UnsafePointer(strdup(name))
    fill(&vfs.pointee)
    return sqlite3_vfs_register(vfs, 0) == SQLITE_OK
  }()

  private static func fill(_ vfs: inout sqlite3_vfs) {
    vfs.xOpen = { _, path, file, flags, out in
      FaultVFS.open(path, file!, flags, out)
    }
    vfs.xDelete = { _, path, durably in
      guard let place = FaultVFS.place(path) else { return FaultVFS.deleteFailed }
      return place.disk.delete(place.name, durably: durably != 0)
    }
    vfs.xAccess = { _, path, _, answer in
      answer?.pointee = FaultVFS.place(path).map { $0.disk.exists($0.name) } ?? false ? 1 : 0
      return SQLITE_OK
    }
    vfs.xFullPathname = { _, path, room, out in
      guard let path, let out, strlen(path) < room else { return SQLITE_CANTOPEN }
      strcpy(out, path)
      return SQLITE_OK
    }
    vfs.xRandomness = { _, count, out in
      let system = sqlite3_vfs_find(nil)
      return system?.pointee.xRandomness(system, count, out) ?? 0
    }
    // Simulated time does not pass while a connection waits for another one.
    vfs.xSleep = { _, microseconds in microseconds }
    vfs.xCurrentTimeInt64 = { _, out in
      let system = sqlite3_vfs_find(nil)
      return system?.pointee.xCurrentTimeInt64(system, out) ?? SQLITE_ERROR
    }
    vfs.xGetLastError = { _, _, _ in 0 }
  }

  private nonisolated(unsafe) static let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(to: sqlite3_io_methods())
    methods.pointee.iVersion = 2
    FaultFileCalls.fill(&methods.pointee)
    return methods
  }()
}
