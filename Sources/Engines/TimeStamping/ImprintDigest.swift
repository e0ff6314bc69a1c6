import COpenSSL
import SwiftASN1

/// A hash by which a time-stamp names what it stamps.
public enum ImprintDigest: String, Hashable, Sendable, CaseIterable {
  /// SHA-256 (FIPS 180-4).
  case sha256
  /// SHA-384.
  case sha384
  /// SHA-512.
  case sha512
  /// SM3 (GB/T 32905).
  case sm3

  /// Bytes of a value.
  public var count: Int {
    switch self {
    case .sha256, .sm3: 32
    case .sha384: 48
    case .sha512: 64
    }
  }

  var oid: ASN1ObjectIdentifier {
    switch self {
    case .sha256: [2, 16, 840, 1, 101, 3, 4, 2, 1]
    case .sha384: [2, 16, 840, 1, 101, 3, 4, 2, 2]
    case .sha512: [2, 16, 840, 1, 101, 3, 4, 2, 3]
    case .sm3: [1, 2, 156, 10197, 1, 401]
    }
  }

  init?(oid: ASN1ObjectIdentifier) {
    guard let found = ImprintDigest.allCases.first(where: { $0.oid == oid }) else { return nil }
    self = found
  }

  var method: OpaquePointer? {
    switch self {
    case .sha256: EVP_sha256()
    case .sha384: EVP_sha384()
    case .sha512: EVP_sha512()
    case .sm3: EVP_sm3()
    }
  }

  /// The value over bytes.
  public func hash(_ bytes: [UInt8]) -> [UInt8] { ImprintDigest.hash(bytes, method) }

  /// SHA-1, which the first form of the attribute that names the signer's certificate uses (RFC 2634);
  /// nothing here rests on it alone.
  static func sha1(_ bytes: [UInt8]) -> [UInt8] { hash(bytes, EVP_sha1()) }

  private static func hash(_ bytes: [UInt8], _ method: OpaquePointer?) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    guard EVP_Digest(bytes, bytes.count, &out, &length, method, nil) == 1 else { return [] }
    return Array(out.prefix(Int(length)))
  }
}
