import CZlib
import Commons
import Glibc

/// Reads a text file line by line, plain or gzip-compressed (zlib tells the two apart), without ever
/// holding more than a line and a buffer.
public final class LineReader {
  private let file: gzFile
  private let path: String
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var start = 0
  private var end = 0
  private var isAtEnd = false
  /// Bytes of a line at most; a longer one is an error of the file.
  static let lineLimit = 4 << 20

  /// Opens a file.
  public init(_ path: String) throws(Problem) {
    guard access(path, R_OK) == 0, let file = gzopen(path, "rb") else {
      throw .malformed(
        Phrase("无法打开文件 \(path)。", en: "The file \(path) cannot be opened."))
    }
    gzbuffer(file, 1 << 17)
    self.file = file
    self.path = path
  }

  deinit { gzclose(file) }

  /// How much of the file on disk has been read, in bytes.
  var position: Int { Int(gzoffset(file)) }

  /// The next line without its end; nil after the last.
  public func next() throws(Problem) -> [UInt8]? {
    var line: [UInt8] = []
    while true {
      if let newline = buffer[start..<end].firstIndex(of: 0x0A) {
        line += buffer[start..<newline]
        start = newline + 1
        if line.last == 0x0D { line.removeLast() }
        return line
      }
      line += buffer[start..<end]
      start = 0
      end = 0
      guard line.count <= LineReader.lineLimit else {
        throw .malformed(
          Phrase(
            "\(path) 中有一行超过 \(LineReader.lineLimit >> 20) MB。",
            en: "\(path) has a line of more than \(LineReader.lineLimit >> 20) MB."))
      }
      if isAtEnd { return line.isEmpty ? nil : line }
      try fill()
    }
  }

  private func fill() throws(Problem) {
    let count = buffer.withUnsafeMutableBytes {
      gzread(file, $0.baseAddress, UInt32($0.count))
    }
    var code: Int32 = 0
    // At the end of what there is, zlib still has to say whether it was the end of the content.
    if count == 0 { _ = gzerror(file, &code) }
    guard count >= 0, code == Z_OK || code == Z_STREAM_END else {
      throw .malformed(
        Phrase(
          "\(path) 的压缩内容已损坏或不完整。", en: "The compressed content of \(path) is damaged or cut off."))
    }
    if count == 0 { isAtEnd = true } else { end = Int(count) }
  }
}
