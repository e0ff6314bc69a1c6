import CZlib

/// Compression by zlib, within limits.
public enum Deflate {
  /// How compressed bytes are wrapped.
  public enum Form: Int32, Sendable {
    /// RFC 1952.
    case gzip = 31
    /// RFC 1951 alone.
    case raw = -15
  }

  private static let version = ZLIB_VERSION
  private static let size = Int32(MemoryLayout<z_stream>.size)

  /// The compressed form of bytes.
  public static func compress(_ bytes: [UInt8], _ form: Form) -> [UInt8] {
    var stream = z_stream()
    guard
      deflateInit2_(
        &stream, 9, Z_DEFLATED, form.rawValue, 8, Z_DEFAULT_STRATEGY, version, size) == Z_OK
    else { return [] }
    defer { deflateEnd(&stream) }
    var input = bytes
    var out = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 32)
    let count = input.withUnsafeMutableBufferPointer { input in
      out.withUnsafeMutableBufferPointer { out -> Int in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = out.baseAddress
        stream.avail_out = UInt32(out.count)
        return deflate(&stream, Z_FINISH) == Z_STREAM_END ? out.count - Int(stream.avail_out) : 0
      }
    }
    return Array(out.prefix(count))
  }

  /// The bytes behind a compressed form; nil if it is damaged, goes on after its end, or would come to
  /// more than `limit` bytes.
  public static func expand(_ bytes: [UInt8], _ form: Form, limit: Int) -> [UInt8]? {
    var stream = z_stream()
    guard inflateInit2_(&stream, form.rawValue, version, size) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var input = bytes
    var out: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 65_536)
    return input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      while true {
        let (code, count) = room.withUnsafeMutableBufferPointer { room -> (Int32, Int) in
          stream.next_out = room.baseAddress
          stream.avail_out = UInt32(room.count)
          let code = inflate(&stream, Z_NO_FLUSH)
          return (code, room.count - Int(stream.avail_out))
        }
        guard out.count + count <= limit else { return nil }
        out += room.prefix(count)
        if code == Z_STREAM_END { return stream.avail_in == 0 ? out : nil }
        // Nothing more comes out and the end was not reached: it was cut off.
        guard code == Z_OK, count > 0 else { return nil }
      }
    }
  }
}
