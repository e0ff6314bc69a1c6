import Commons

/// What a power cut leaves of writes that were not synced.
public enum PowerCut: Sendable, CaseIterable {
  /// Nothing: the disk had not begun.
  case dropsAll
  /// Everything: the disk had just finished. What a killed process leaves, too.
  case keepsAll
  /// Each 512-byte sector as it was after any one of its writes, or before all of them: writes
  /// dropped, torn and out of order.
  case tears
}

/// One file of a simulated disk: what is durable, what programs see, and the writes in between.
///
/// Used under the lock of its ``SimulatedDisk``.
final class DiskFile {
  static let sectorBytes = 512

  private enum Unsynced {
    case write(offset: Int, RawBytes)
    case truncation(size: Int)
  }

  /// What a power cut cannot take away.
  private var durable: RawBytes
  /// What reads see: the durable bytes and all writes since.
  let cached: RawBytes
  private var unsynced: [Unsynced] = []
  /// Locks of the connections that have it open.
  let locks = FileLocks()
  /// The index of its write-ahead log.
  let memory = SharedMemory()

  /// A file with durable bytes.
  init(_ bytes: RawBytes = RawBytes()) {
    durable = bytes
    cached = RawBytes(bytes)
  }

  func write(_ source: UnsafeRawBufferPointer, at offset: Int) {
    guard !source.isEmpty else { return }
    cached.write(source, at: offset)
    unsynced.append(.write(offset: offset, RawBytes(source)))
  }

  func truncate(to size: Int) {
    guard size < cached.count else { return }
    cached.resize(size)
    unsynced.append(.truncation(size: size))
  }

  /// Everything written so far becomes durable.
  func sync() {
    for step in unsynced { DiskFile.apply(step, to: durable) }
    unsynced.removeAll(keepingCapacity: true)
  }

  /// A sync that failed: some writes reached the disk, and the system forgets that the others did
  /// not. Reads go on to see them, no later sync writes them again.
  func failToSync(_ random: inout SeededRandom) {
    durable = afterPowerCut(.tears, &random)
    unsynced.removeAll(keepingCapacity: true)
  }

  /// What the disk holds after a power cut.
  func afterPowerCut(_ cut: PowerCut, _ random: inout SeededRandom) -> RawBytes {
    switch cut {
    case .dropsAll: return durable
    case .keepsAll: return cached
    case .tears: return unsynced.isEmpty ? durable : torn(&random)
    }
  }

  /// Turns one bit over, in what is durable and in what is seen.
  func flip(bit: Int, of byte: Int) {
    if byte < durable.count { durable.flip(bit: bit, of: byte) }
    cached.flip(bit: bit, of: byte)
  }

  private static func apply(_ step: Unsynced, to bytes: RawBytes) {
    switch step {
    case .truncation(let size): if size < bytes.count { bytes.resize(size) }
    case .write(let offset, let new): bytes.write(new.bytes, at: offset)
    }
  }

  /// Every sector that was written is left as it was after a write drawn for it, or before all; the
  /// size is that after a step drawn on its own.
  private func torn(_ random: inout SeededRandom) -> RawBytes {
    let sector = DiskFile.sectorBytes
    let now = RawBytes(durable)
    var sizes = [durable.count]
    var versions: [Int: [RawBytes]] = [:]
    func content(_ index: Int) -> RawBytes {
      let copy = RawBytes()
      if index * sector < now.count {
        let end = min(now.count, (index + 1) * sector)
        copy.write(UnsafeRawBufferPointer(rebasing: now.bytes[index * sector..<end]), at: 0)
      }
      copy.resize(sector)
      return copy
    }
    for step in unsynced {
      var touched = 0..<0
      if case .write(let offset, let bytes) = step {
        touched = offset / sector..<(offset + bytes.count - 1) / sector + 1
      }
      for index in touched where versions[index] == nil { versions[index] = [content(index)] }
      DiskFile.apply(step, to: now)
      for index in touched { versions[index, default: []].append(content(index)) }
      sizes.append(now.count)
    }
    // Most of the time one of a few sectors is missing, at times all but a few.
    let share = random.unit()
    let left = RawBytes(durable)
    let size = random.chance(0.5) ? now.count : sizes[random.below(sizes.count)]
    left.resize(size)
    for index in versions.keys.sorted() {
      guard let known = versions[index], index * sector < size else { continue }
      let chosen =
        random.chance(share) ? known[known.count - 1] : known[random.below(known.count)]
      let count = min(size, (index + 1) * sector) - index * sector
      left.write(UnsafeRawBufferPointer(rebasing: chosen.bytes[..<count]), at: index * sector)
    }
    return left
  }
}
