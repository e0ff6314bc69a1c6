#if PostgreSQL
  import Storage

  /// The values of one statement in the form that libpq takes; the memory is used again.
  ///
  /// Numbers and texts go as text, whose type the server infers from the statement: a binary integer
  /// would need the inferred width to be asked for first. Bytes go in binary.
  final class PostgresParameters {
    private(set) var pointers: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private(set) var lengths: UnsafeMutablePointer<Int32>
    private(set) var formats: UnsafeMutablePointer<Int32>
    private var capacity = 32
    private var arena = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 8)
    private var used = 0

    init() {
      pointers = .allocate(capacity: 32)
      lengths = .allocate(capacity: 32)
      formats = .allocate(capacity: 32)
    }

    deinit {
      pointers.deallocate()
      lengths.deallocate()
      formats.deallocate()
      arena.deallocate()
    }

    /// Writes the values down; refuses a text that PostgreSQL cannot hold.
    func load(_ values: [SQLValue], for statement: Statement) throws(PostgresFailure) {
      reserve(values)
      used = 0
      for (index, value) in values.enumerated() {
        formats[index] = 0
        switch value {
        case .null:
          pointers[index] = nil
          lengths[index] = 0
        case .integer(let integer): place(integer, at: index)
        case .real(let real): try place("\(real)", at: index, of: statement)
        case .text(let text): try place(text, at: index, of: statement)
        case .blob(let bytes):
          formats[index] = 1
          bytes.withUnsafeBytes { put($0, at: index) }
        }
      }
    }

    private func reserve(_ values: [SQLValue]) {
      var size = 0
      for value in values {
        switch value {
        case .text(let text): size += text.utf8.count + 1
        case .blob(let bytes): size += bytes.count + 1
        default: size += 32
        }
      }
      if size > arena.count {
        arena.deallocate()
        arena = .allocate(byteCount: 2 * size, alignment: 8)
      }
      guard values.count > capacity else { return }
      pointers.deallocate()
      lengths.deallocate()
      formats.deallocate()
      capacity = 2 * values.count
      pointers = .allocate(capacity: capacity)
      lengths = .allocate(capacity: capacity)
      formats = .allocate(capacity: capacity)
    }

    private func place(
      _ text: String, at index: Int, of statement: Statement
    ) throws(PostgresFailure) {
      var text = text
      let hasZero = text.withUTF8 { utf8 in
        put(UnsafeRawBufferPointer(utf8), at: index)
        return utf8.contains(0)
      }
      guard !hasZero else {
        throw PostgresFailure(
          .refused(isConstraint: false),
          "PostgreSQL cannot keep U+0000 in a text (parameter $\(index + 1)) in: \(statement.sql)")
      }
    }

    private func place(_ integer: Int64, at index: Int) {
      var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
      withUnsafeMutableBytes(of: &digits) { buffer in
        var start = 24
        var rest = integer.magnitude
        repeat {
          start -= 1
          buffer[start] = UInt8(48 + rest % 10)
          rest /= 10
        } while rest > 0
        if integer < 0 {
          start -= 1
          buffer[start] = 45
        }
        put(UnsafeRawBufferPointer(rebasing: buffer[start...]), at: index)
      }
    }

    private func put(_ bytes: UnsafeRawBufferPointer, at index: Int) {
      let place = arena.baseAddress! + used
      if let start = bytes.baseAddress { place.copyMemory(from: start, byteCount: bytes.count) }
      place.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
      pointers[index] = UnsafePointer(place.assumingMemoryBound(to: CChar.self))
      lengths[index] = Int32(bytes.count)
      used += bytes.count + 1
    }
  }
#endif
