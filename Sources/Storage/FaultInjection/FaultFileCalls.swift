import CSQLite
import Glibc

/// What SQLite may do with an open file of a simulated disk.
enum FaultFileCalls {
  static func fill(_ methods: inout sqlite3_io_methods) {
    methods.xClose = { pointer in
      let file = FaultVFS.file(pointer)
      file.disk.close(file)
      FaultVFS.release(pointer)
      return SQLITE_OK
    }
    bytes(&methods)
    locks(&methods)
    memory(&methods)
    methods.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
    // As SQLite's own VFS for Unix says: it plans for the same disk here and there.
    methods.xSectorSize = { _ in 4096 }
    methods.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
  }

  private static func bytes(_ methods: inout sqlite3_io_methods) {
    methods.xRead = { pointer, out, count, offset in
      let file = FaultVFS.file(pointer)
      let target = UnsafeMutableRawBufferPointer(start: out, count: Int(count))
      return file.disk.count(.read, file, orElse: FaultVFS.readFailed) { file, _ in
        let there = file.cached.read(at: Int(offset), into: target)
        guard there < target.count else { return SQLITE_OK }
        memset(target.baseAddress! + there, 0, target.count - there)
        return FaultVFS.shortRead
      }
    }
    methods.xWrite = { pointer, source, count, offset in
      let file = FaultVFS.file(pointer)
      let bytes = UnsafeRawBufferPointer(start: source, count: Int(count))
      return file.disk.count(
        .write, file, orElse: FaultVFS.writeFailed, size: bytes.count,
        end: Int(offset) + bytes.count
      ) { file, part in
        file.write(UnsafeRawBufferPointer(rebasing: bytes[..<part]), at: Int(offset))
        return SQLITE_OK
      }
    }
    methods.xTruncate = { pointer, size in
      let file = FaultVFS.file(pointer)
      return file.disk.count(.write, file, orElse: FaultVFS.truncateFailed, size: 1) { file, part in
        if part == 1 { file.truncate(to: Int(size)) }
        return SQLITE_OK
      }
    }
    methods.xSync = { pointer, _ in
      let file = FaultVFS.file(pointer)
      return file.disk.count(.sync, file, orElse: FaultVFS.syncFailed) { inner, _ in
        file.disk.sync(inner)
        return SQLITE_OK
      }
    }
    methods.xFileSize = { pointer, out in
      let file = FaultVFS.file(pointer)
      return file.disk.use(file, orElse: FaultVFS.sizeFailed) {
        out?.pointee = sqlite3_int64($0.cached.count)
        return SQLITE_OK
      }
    }
  }

  private static func locks(_ methods: inout sqlite3_io_methods) {
    methods.xLock = { pointer, level in
      let file = FaultVFS.file(pointer)
      return file.disk.use(file, orElse: FaultVFS.lockFailed) {
        $0.locks.raise(ObjectIdentifier(file), to: level)
      }
    }
    methods.xUnlock = { pointer, level in
      let file = FaultVFS.file(pointer)
      // Letting go must not fail, or SQLite waits for a lock that nobody holds.
      return file.disk.use(file, orElse: SQLITE_OK) {
        $0.locks.lower(ObjectIdentifier(file), to: level)
        return SQLITE_OK
      }
    }
    methods.xCheckReservedLock = { pointer, out in
      let file = FaultVFS.file(pointer)
      return file.disk.use(file, orElse: FaultVFS.lockFailed) {
        out?.pointee = $0.locks.isReserved ? 1 : 0
        return SQLITE_OK
      }
    }
  }

  private static func memory(_ methods: inout sqlite3_io_methods) {
    methods.xShmMap = { pointer, region, size, extends, out in
      let file = FaultVFS.file(pointer)
      return file.disk.use(file, orElse: FaultVFS.memoryFailed) {
        out?.pointee = $0.memory.map(
          ObjectIdentifier(file), region: Int(region), size: Int(size), extends: extends != 0)
        return SQLITE_OK
      }
    }
    methods.xShmLock = { pointer, offset, count, flags in
      let file = FaultVFS.file(pointer)
      return file.disk.use(
        file, orElse: flags & SQLITE_SHM_UNLOCK != 0 ? SQLITE_OK : FaultVFS.lockFailed
      ) {
        $0.memory.lock(
          ObjectIdentifier(file), slots: Int(offset)..<Int(offset + count), flags: flags)
      }
    }
    methods.xShmBarrier = { pointer in
      let file = FaultVFS.file(pointer)
      // Taking the disk's lock is a full fence.
      _ = file.disk.use(file, orElse: SQLITE_OK) { _ in SQLITE_OK }
    }
    methods.xShmUnmap = { pointer, _ in
      let file = FaultVFS.file(pointer)
      return file.disk.use(file, orElse: SQLITE_OK) {
        $0.memory.unmap(ObjectIdentifier(file))
        return SQLITE_OK
      }
    }
  }
}
