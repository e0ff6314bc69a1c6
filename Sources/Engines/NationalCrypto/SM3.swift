import COpenSSL
import Commons

/// The hash SM3 (GB/T 32905-2016), by OpenSSL: 32 bytes over any number of them.
public enum SM3 {
  /// A method of the library; it is never freed and only read.
  private struct Method: @unchecked Sendable {
    let pointer: OpaquePointer?
  }

  // Fetched once: to look it up for each hash would cost as much as the hash of a node.
  private static let method = Method(pointer: EVP_MD_fetch(nil, "SM3", nil))

  /// Throws ``Problem`` 422 where the system's OpenSSL is set up without SM3.
  public static func requireAvailable() throws(Problem) {
    guard method.pointer != nil else {
      throw .refused(
        "no-sm3", Phrase("本机的OpenSSL没有SM3。", en: "This machine's OpenSSL offers no SM3."))
    }
  }

  /// The hash of parts, one after the other. Where the library has none, see ``requireAvailable()``, this
  /// ends the program.
  public static func hash(_ parts: [UInt8]...) -> [UInt8] {
    guard let context = EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
    defer { EVP_MD_CTX_free(context) }
    var good = EVP_DigestInit_ex2(context, method.pointer, nil) == 1
    for part in parts { good = EVP_DigestUpdate(context, part, part.count) == 1 && good }
    let out = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      good = EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1 && good
      count = 32
    }
    precondition(good, "OpenSSL offers SM3")
    return out
  }
}
