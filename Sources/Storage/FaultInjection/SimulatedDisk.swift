import CSQLite
import Commons
import Glibc
import Synchronization

/// A disk in memory that knows what is durable apart from what was only written, and fails as it is
/// told to: at the n-th read, write or sync power is lost, a call fails, room ends.
///
/// SQLite uses it through the VFS ``FaultVFS``, under the path that ``uri(_:)`` gives. One program at
/// a time: after its end (``isDead``) ``restart(_:)`` brings up what is left.
public final class SimulatedDisk: @unchecked Sendable {
  // Everything below is touched under `guardian` alone.
  private let guardian = Mutex(())
  private var files: [String: DiskFile] = [:]
  /// The directory as a power cut cannot change it.
  private var durableNames: [String: DiskFile] = [:]
  private var events: [DiskEvent] = []
  private var calls: [DiskCall: Int] = [:]
  private var failing: Set<DiskCall> = []
  private var capacity: Int?
  private var fired: [String: Int] = [:]
  private var random: SeededRandom
  private var boot = 0
  private var end: DiskFault?
  private var syncsAreLies = false
  private var openCount = 0
  private let onDelay: @Sendable () -> Void

  /// Its number in the process.
  let number: Int

  /// A disk with these files, durable, by name.
  ///
  /// - Parameters:
  ///   - seed: draws what torn writes and failed syncs leave.
  ///   - onDelay: called when a call takes long, to move simulated time.
  public init(
    _ image: [String: [UInt8]] = [:], seed: UInt64, onDelay: @escaping @Sendable () -> Void = {}
  ) {
    random = SeededRandom(seed: seed)
    self.onDelay = onDelay
    number = FaultVFS.newNumber()
    for (name, bytes) in image { files[name] = DiskFile(RawBytes(bytes)) }
    durableNames = files
    FaultVFS.add(self)
  }

  deinit { FaultVFS.remove(number) }

  /// The address under which SQLite opens a file on this disk.
  public func uri(_ name: String) -> String { "file:/\(number)/\(name)?vfs=\(FaultVFS.name)" }

  // MARK: What goes wrong

  /// Plans faults, counted from now on, instead of those planned before.
  public func plan(_ events: [DiskEvent]) {
    locked {
      self.events = events
      calls = [:]
    }
  }

  /// Lets nothing more go wrong: what failed works again, there is room, nothing else is planned.
  public func mend() {
    locked {
      events = []
      failing = []
      capacity = nil
    }
  }

  /// For tests of the checks themselves: from here on a sync does nothing and says it has.
  public func lieAboutSyncs() { locked { syncsAreLies = true } }

  /// The power goes off now, or the program is killed now; a first end stays.
  public func end(as fault: DiskFault) {
    precondition(fault.isEnd, "\(fault) ends nothing")
    locked { end = end ?? fault }
  }

  /// Turns over one bit of a file, as an ageing disk does. `place` is taken modulo the file's bits;
  /// the answer is the byte, nil for an empty file.
  @discardableResult
  public func flipBit(of name: String, place: Int) -> Int? {
    locked {
      guard let file = files[name], file.cached.count > 0 else { return nil }
      let byte = place / 8 % file.cached.count
      file.flip(bit: place % 8, of: byte)
      return byte
    }
  }

  /// How often each planned fault has come, by ``DiskEvent/name``, since the disk was made.
  public var faults: [String: Int] { locked { fired } }
  /// Calls since the plan was made.
  public var callCounts: [DiskCall: Int] { locked { calls } }
  /// Whether a fault has ended the program; every call fails since.
  public var isDead: Bool { locked { end != nil } }
  /// Whether the end was a loss of power.
  public var hasLostPower: Bool { locked { end == .powerLossBefore || end == .powerLossAfter } }
  /// Whether calls still fail or there is no room.
  public var isAiling: Bool { locked { !failing.isEmpty || capacity != nil } }

  // MARK: Afterwards

  /// The files as programs see them, by name.
  public var image: [String: [UInt8]] { locked { files.mapValues(\.cached.array) } }

  /// Waits until no connection has a file open. A store lets its connections go on a thread of its
  /// own, shortly after it was closed and forgotten.
  public func waitUntilClosed() { while locked({ openCount > 0 && end == nil }) { sched_yield() } }

  /// Starts anew after an end (or now, as after a kill), with no faults planned. Connections from
  /// before stay dead. After a loss of power only what is durable is left, and of the rest what
  /// `cut` says.
  public func restart(_ cut: PowerCut) {
    locked {
      let isPowerCut = end == .powerLossBefore || end == .powerLossAfter
      boot += 1
      openCount = 0
      end = nil
      events = []
      calls = [:]
      failing = []
      capacity = nil
      let names = Set(files.keys).union(durableNames.keys).sorted()
      var left: [String: DiskFile] = [:]
      for name in names {
        var file = files[name]
        // A name that was made or removed since the last sync is there, or is not.
        if isPowerCut, file !== durableNames[name], cut == .dropsAll || random.chance(0.5) {
          file = durableNames[name]
        }
        guard let file else { continue }
        left[name] = DiskFile(file.afterPowerCut(isPowerCut ? cut : .keepsAll, &random))
      }
      files = left
      durableNames = left
    }
  }

  // MARK: For the VFS

  private func locked<Answer>(_ body: () throws -> Answer) rethrows -> Answer {
    // The mutex guards this object's own fields; its value is nothing.
    try guardian.withLock { _ in UncheckedBox(try body()) }.value
  }

  private struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  /// Opens a file; nil if it is not there and shall not be made, or the program has ended. Without a
  /// name it is a temporary file, to which no faults come.
  func open(_ name: String?, creates: Bool) -> OpenFile? {
    locked {
      guard end == nil else { return nil }
      guard let name else { return OpenFile(self, DiskFile(), boot: boot, isTemporary: true) }
      if files[name] == nil {
        guard creates else { return nil }
        files[name] = DiskFile()
      }
      openCount += 1
      return files[name].map { OpenFile(self, $0, boot: boot, isTemporary: false) }
    }
  }

  func close(_ file: OpenFile) {
    locked {
      file.file.locks.lower(ObjectIdentifier(file), to: SQLITE_LOCK_NONE)
      if !file.isTemporary, file.boot == boot { openCount -= 1 }
    }
  }

  func exists(_ name: String) -> Bool { locked { files[name] != nil } }

  func delete(_ name: String, durably: Bool) -> Int32 {
    locked {
      guard end == nil else { return FaultVFS.deleteFailed }
      guard files.removeValue(forKey: name) != nil else { return FaultVFS.deleteMissing }
      if durably { durableNames[name] = nil }
      return SQLITE_OK
    }
  }

  /// Runs a call on an open file under the lock; dead files answer `failure`.
  func use(_ file: OpenFile, orElse failure: Int32, _ body: (DiskFile) -> Int32) -> Int32 {
    locked { end == nil && file.boot == boot ? body(file.file) : failure }
  }

  /// Runs a call that counts, and lets its faults happen. `body` is told how much of a write takes
  /// effect: all of it, or the bytes before a place. `reach` is where a write ends in the file.
  func count(
    _ call: DiskCall, _ file: OpenFile, orElse failure: Int32, size: Int = 0, end reach: Int = 0,
    _ body: (DiskFile, _ bytes: Int) -> Int32
  ) -> Int32 {
    var isSlow = false
    let code = locked { () -> Int32 in
      guard end == nil, file.boot == boot else { return failure }
      guard !file.isTemporary else { return body(file.file, size) }
      let number = (calls[call] ?? 0) + 1
      calls[call] = number
      for event in events where event.call == call && event.number == number {
        fired[event.name, default: 0] += 1
        switch event.fault {
        case .powerLossBefore, .kill:
          end = event.fault
          // Of the write under way any part may have reached the disk.
          if call == .write { _ = body(file.file, random.below(size + 1)) }
          return failure
        case .powerLossAfter:
          _ = body(file.file, size)
          end = event.fault
          return failure
        case .failsOnce: return fail(call, file.file, failure, size, body)
        case .failsOn: failing.insert(call)
        case .full: capacity = files.values.reduce(0) { $0 + $1.cached.count }
        case .delay: isSlow = true
        }
      }
      if failing.contains(call) { return fail(call, file.file, failure, size, body) }
      if let capacity, reach > file.file.cached.count,
        files.values.reduce(0, { $0 + $1.cached.count }) + reach - file.file.cached.count > capacity
      {
        return SQLITE_FULL
      }
      return body(file.file, size)
    }
    if isSlow { onDelay() }
    return code
  }

  private func fail(
    _ call: DiskCall, _ file: DiskFile, _ failure: Int32, _ size: Int,
    _ body: (DiskFile, Int) -> Int32
  ) -> Int32 {
    switch call {
    case .read: break
    case .write: _ = body(file, random.below(size + 1))
    case .sync: file.failToSync(&random)
    }
    return failure
  }

  func sync(_ file: DiskFile) {
    guard !syncsAreLies else { return }
    file.sync()
    // As SQLite's own VFS does, a new file's first sync syncs the directory, with all its names.
    if files.contains(where: { $0.value === file && durableNames[$0.key] !== file }) {
      durableNames = files
    }
  }
}

/// A file as one connection has it open.
final class OpenFile {
  let disk: SimulatedDisk
  let file: DiskFile
  /// The start of the disk in which it was opened; it is dead in every later one.
  let boot: Int
  let isTemporary: Bool

  init(_ disk: SimulatedDisk, _ file: DiskFile, boot: Int, isTemporary: Bool) {
    self.disk = disk
    self.file = file
    self.boot = boot
    self.isTemporary = isTemporary
  }
}
