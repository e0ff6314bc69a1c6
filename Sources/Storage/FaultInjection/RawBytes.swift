import Glibc

/// Bytes that grow, in memory of their own: a disk is copied around a lot, and arrays are slow at that
/// unless they are optimised.
final class RawBytes {
  private(set) var count: Int
  private var capacity: Int
  private var base: UnsafeMutableRawPointer

  init(_ source: UnsafeRawBufferPointer) {
    count = source.count
    capacity = max(64, count)
    base = .allocate(byteCount: capacity, alignment: 16)
    if let start = source.baseAddress { memcpy(base, start, count) }
  }

  convenience init() { self.init(UnsafeRawBufferPointer(start: nil, count: 0)) }

  convenience init(_ array: [UInt8]) {
    self.init()
    array.withUnsafeBytes { write($0, at: 0) }
  }

  /// A copy.
  convenience init(_ other: RawBytes) { self.init(other.bytes) }

  deinit { base.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
  var array: [UInt8] { Array(bytes) }

  /// Cuts off what is beyond a size, or adds zeros up to it.
  func resize(_ size: Int) {
    if size > capacity {
      let larger = UnsafeMutableRawPointer.allocate(byteCount: 2 * size, alignment: 16)
      memcpy(larger, base, count)
      base.deallocate()
      base = larger
      capacity = 2 * size
    }
    if size > count { memset(base + count, 0, size - count) }
    count = size
  }

  /// Puts bytes at a place, growing as needed.
  func write(_ source: UnsafeRawBufferPointer, at offset: Int) {
    if offset + source.count > count { resize(offset + source.count) }
    if let start = source.baseAddress { memcpy(base + offset, start, source.count) }
  }

  /// Copies what there is from a place on; the answer is how many bytes.
  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) -> Int {
    let there = max(0, min(target.count, count - offset))
    if there > 0 { memcpy(target.baseAddress!, base + offset, there) }
    return there
  }

  func flip(bit: Int, of byte: Int) {
    let place = base.assumingMemoryBound(to: UInt8.self) + byte
    place.pointee ^= 1 << UInt8(bit)
  }
}
