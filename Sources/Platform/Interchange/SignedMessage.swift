import Commons

/// A secret that the city and another system share.
public struct SharedSecret: Sendable {
  let bytes: [UInt8]

  /// At least 16 bytes; throws ``Problem`` 422 for fewer.
  public init(_ text: String) throws(Problem) {
    bytes = Array(text.utf8)
    guard bytes.count >= 16 else {
      throw .refused(
        "short-secret",
        Phrase("共享密钥至少16字节。", en: "A shared secret has at least 16 bytes."))
    }
  }
}

/// How messages between the city and another system are signed, in both directions: HMAC-SHA-256 over
/// `v1`, the time in seconds, the idempotency key and the body, each but the last followed by a line
/// feed. The time lets the receiver refuse what is old, the key what was answered before.
public enum SignedMessage {
  /// The header with the seconds since 1970.
  public static let timeHeader = "Tequ-Timestamp"
  /// The header with `v1=` and the signature in lower-case hexadecimal.
  public static let signatureHeader = "Tequ-Signature"
  /// The header with the key by which repetitions are told.
  public static let keyHeader = "Idempotency-Key"
  /// Seconds by which a message may be older or younger than the receiver's clock.
  public static let tolerance: Int64 = 300

  /// The value of ``signatureHeader``.
  public static func signature(
    _ body: [UInt8], key: String, at seconds: Int64, _ secret: SharedSecret
  ) -> String {
    let text = Array("v1\n\(seconds)\n\(key)\n".utf8) + body
    return "v1=" + Hex.encode(MAC.sha256(text, key: secret.bytes))
  }

  /// Checks a message that came in.
  ///
  /// - Returns: its idempotency key.
  /// - Throws: ``Problem`` 401 that says which part is missing, old or wrong.
  public static func check(
    _ body: [UInt8], time: String?, key: String?, signature: String?, _ secret: SharedSecret,
    now: Instant
  ) throws(Problem) -> String {
    func refused(_ zh: String, _ en: String) -> Problem {
      Problem(
        "signature", status: 401, title: Phrase("签名无效", en: "The signature does not hold"),
        detail: Phrase(zh, en: en))
    }
    guard let key, !key.isEmpty, key.utf8.count <= 255 else {
      throw refused("缺少 \(keyHeader)。", "\(keyHeader) is missing.")
    }
    guard let time, let seconds = Int64(time), String(seconds) == time else {
      throw refused("缺少 \(timeHeader)。", "\(timeHeader) is missing.")
    }
    guard abs(now.seconds.subtractingReportingOverflow(seconds).partialValue) <= tolerance else {
      throw refused(
        "时间与本机相差超过\(tolerance)秒。", "The time is more than \(tolerance) seconds off.")
    }
    let expected = self.signature(body, key: key, at: seconds, secret)
    guard let signature, constantTimeEqual(Array(signature.utf8), Array(expected.utf8)) else {
      throw refused("\(signatureHeader) 与内容不符。", "\(signatureHeader) does not fit the message.")
    }
    return key
  }
}
