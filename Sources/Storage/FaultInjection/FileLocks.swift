import CSQLite

/// The locks of one database file among the connections of this process, with the levels of SQLite:
/// any number may share, one may reserve, one alone may write.
///
/// Used under the lock of its ``SimulatedDisk``.
final class FileLocks {
  private var levels: [ObjectIdentifier: Int32] = [:]

  func raise(_ owner: ObjectIdentifier, to level: Int32) -> Int32 {
    let own = levels[owner] ?? SQLITE_LOCK_NONE
    guard own < level else { return SQLITE_OK }
    let others = levels.filter { $0.key != owner }.values.max() ?? SQLITE_LOCK_NONE
    switch level {
    case SQLITE_LOCK_SHARED:
      if others >= SQLITE_LOCK_PENDING { return SQLITE_BUSY }
    case SQLITE_LOCK_RESERVED:
      if others >= SQLITE_LOCK_RESERVED { return SQLITE_BUSY }
    default:
      if others >= SQLITE_LOCK_RESERVED { return SQLITE_BUSY }
      if others >= SQLITE_LOCK_SHARED {
        levels[owner] = SQLITE_LOCK_PENDING
        return SQLITE_BUSY
      }
    }
    levels[owner] = level
    return SQLITE_OK
  }

  func lower(_ owner: ObjectIdentifier, to level: Int32) {
    guard let own = levels[owner], own > level else { return }
    levels[owner] = level == SQLITE_LOCK_NONE ? nil : level
  }

  var isReserved: Bool { levels.values.contains { $0 >= SQLITE_LOCK_RESERVED } }
}

/// The shared memory beside a write-ahead log: regions of bytes and eight locks. It lives as long as
/// a connection has it mapped, as the real one does.
///
/// Used under the lock of its ``SimulatedDisk``.
final class SharedMemory {
  private var regions: [UnsafeMutableRawPointer] = []
  private var users: [ObjectIdentifier: (shared: UInt16, exclusive: UInt16)] = [:]

  deinit { for region in regions { region.deallocate() } }

  /// The region with a number; nil if it is not there and shall not be made.
  func map(
    _ owner: ObjectIdentifier, region: Int, size: Int, extends: Bool
  ) -> UnsafeMutableRawPointer? {
    if users[owner] == nil { users[owner] = (0, 0) }
    guard region >= regions.count else { return regions[region] }
    guard extends else { return nil }
    while regions.count <= region {
      let fresh = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
      fresh.initializeMemory(as: UInt8.self, repeating: 0, count: size)
      regions.append(fresh)
    }
    return regions[region]
  }

  func unmap(_ owner: ObjectIdentifier) {
    users[owner] = nil
    guard users.isEmpty else { return }
    for region in regions { region.deallocate() }
    regions = []
  }

  func lock(_ owner: ObjectIdentifier, slots: Range<Int>, flags: Int32) -> Int32 {
    var own = users[owner] ?? (0, 0)
    let mask = slots.reduce(UInt16(0)) { $0 | 1 << UInt16($1) }
    if flags & SQLITE_SHM_UNLOCK != 0 {
      own.shared &= ~mask
      own.exclusive &= ~mask
    } else {
      for (other, held) in users where other != owner {
        let isTaken = held.exclusive & mask != 0
        let isShared = held.shared & mask != 0
        if isTaken || (isShared && flags & SQLITE_SHM_EXCLUSIVE != 0) { return SQLITE_BUSY }
      }
      if flags & SQLITE_SHM_EXCLUSIVE != 0 { own.exclusive |= mask } else { own.shared |= mask }
    }
    users[owner] = own
    return SQLITE_OK
  }
}
