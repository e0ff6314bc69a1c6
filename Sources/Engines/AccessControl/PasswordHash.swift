import Commons
import CryptoExtras
import Foundation

/// A password as it is kept: scrypt (RFC 7914) with its own salt, in the PHC string format
/// `$scrypt$ln=15,r=8,p=1$salt$hash`.
public struct PasswordHash: Hashable, Sendable {
  /// log₂ of scrypt's N; 15 takes 32 MB and about a tenth of a second.
  public let logRounds: Int
  let salt: [UInt8]
  let hash: [UInt8]

  /// log₂ of N for new passwords (OWASP Password Storage Cheat Sheet: at least 2¹⁵ with r = 8, p = 3,
  /// or 2¹⁷ with p = 1).
  public static let standardLogRounds = 17
  /// Characters in a password at least.
  public static let minimumCharacters = 10
  /// Bytes in a password at most.
  public static let maximumBytes = 256

  /// Hashes a new password.
  public init(
    _ password: String, salt: [UInt8], logRounds: Int = PasswordHash.standardLogRounds
  ) throws {
    self.logRounds = logRounds
    self.salt = salt
    hash = try PasswordHash.derive(password, salt, logRounds)
  }

  /// Reads ``text``; nil for anything else.
  public init?(text: String) {
    let parts = text.split(separator: "$")
    guard parts.count == 4, parts[0] == "scrypt", parts[1].hasPrefix("ln="),
      parts[1].hasSuffix(",r=8,p=1"), let rounds = Int(parts[1].dropFirst(3).dropLast(8)),
      (10...20).contains(rounds), let salt = Base64.decode(PasswordHash.padded(parts[2])),
      let hash = Base64.decode(PasswordHash.padded(parts[3])), hash.count == 32
    else { return nil }
    logRounds = rounds
    self.salt = salt
    self.hash = hash
  }

  /// The text that is kept.
  public var text: String {
    func bare(_ bytes: [UInt8]) -> String { Base64.encode(bytes).filter { $0 != "=" } }
    return "$scrypt$ln=\(logRounds),r=8,p=1$\(bare(salt))$\(bare(hash))"
  }

  /// Whether a password is the one that was hashed. Takes as long as hashing it.
  public func matches(_ password: String) -> Bool {
    guard password.utf8.count <= PasswordHash.maximumBytes,
      let other = try? PasswordHash.derive(password, salt, logRounds)
    else { return false }
    return constantTimeEqual(other, hash)
  }

  /// Throws 422 for a password that is too short or too long.
  public static func check(_ password: String, field: String) throws(Problem) {
    guard password.count >= minimumCharacters, password.utf8.count <= maximumBytes else {
      throw .invalid([
        Problem.Field(
          field,
          Phrase(
            "密码至少 \(minimumCharacters) 个字符，不超过 \(maximumBytes) 字节。",
            en: "A password has at least \(minimumCharacters) characters and at most "
              + "\(maximumBytes) bytes."))
      ])
    }
  }

  private static func derive(
    _ password: String, _ salt: [UInt8], _ logRounds: Int
  ) throws -> [UInt8] {
    // 128·r·N bytes of memory, with r = 8; the library's own limit is lower.
    let key = try KDF.Scrypt.deriveKey(
      from: Data(password.utf8), salt: Data(salt), outputByteCount: 32, rounds: 1 << logRounds,
      blockSize: 8, parallelism: 1, maxMemory: (1 << logRounds) * 1024 + (1 << 20))
    return key.withUnsafeBytes { Array($0) }
  }

  private static func padded(_ text: Substring) -> String {
    text + String(repeating: "=", count: (4 - text.count % 4) % 4)
  }
}
