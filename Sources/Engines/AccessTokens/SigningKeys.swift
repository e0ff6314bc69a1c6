import Commons
import CryptoExtras

/// The keys with which an authorisation server signs: the first signs, the others are published as long as
/// tokens signed with them hold, so that a change of keys breaks nobody.
public struct SigningKeys: Sendable {
  private let keys: [_RSA.Signing.PrivateKey]
  /// What tokens say of who issued them.
  public let name: String
  private static let end = "-----END"

  /// What keeps keys from being used.
  public enum Refusal: Error, Hashable, Sendable {
    /// There is none.
    case none
    /// One is no RSA private key in PEM; its place, from 1.
    case unreadable(Int)
    /// One has fewer than 2048 bits; its place, from 1.
    case short(Int)
    /// Everybody knows one; its place, from 1.
    case known(Int)
    /// One stands there twice; its place, from 1.
    case double(Int)
  }

  /// Reads private keys in PEM, one after the other.
  public init(pem: String, name: String, allowsTestKey: Bool = false) throws(Refusal) {
    self.name = name
    var keys: [_RSA.Signing.PrivateKey] = []
    var known: Set<String> = []
    for block in SigningKeys.blocks(pem) {
      let place = keys.count + 1
      guard let key = try? _RSA.Signing.PrivateKey(pemRepresentation: block) else {
        throw .unreadable(place)
      }
      guard key.keySizeInBits >= 2048 else { throw .short(place) }
      let public_ = key.publicKey.pemRepresentation
      do throws(TokenKey.Refusal) {
        _ = try TokenKey(pem: public_, allowsTestKey: allowsTestKey)
      } catch { throw .known(place) }
      guard known.insert(public_).inserted else { throw .double(place) }
      keys.append(key)
    }
    guard !keys.isEmpty else { throw .none }
    self.keys = keys
  }

  private static func blocks(_ pem: String) -> [String] {
    var (blocks, lines): ([String], [Substring]) = ([], [])
    for line in pem.split(whereSeparator: \.isNewline) {
      lines.append(line)
      if line.hasPrefix(end) {
        blocks.append(lines.joined(separator: "\n") + "\n")
        lines = []
      }
    }
    return blocks
  }

  /// What signs new tokens.
  public var issuer: TokenIssuer { TokenIssuer(key: keys[0], name: name) }

  /// The public halves in PEM, the signing one first.
  public var publicKeys: [String] { keys.map(\.publicKey.pemRepresentation) }

  /// The public halves as a JSON Web Key Set (RFC 7517 §5).
  public var keySet: JSONValue {
    [
      "keys": .array(
        keys.compactMap { key in
          guard let parts = try? key.publicKey.getKeyPrimitives() else { return nil }
          return [
            "kty": "RSA", "use": "sig", "alg": "RS256",
            "kid": .string(TokenIssuer.keyID(key.publicKey)),
            "n": .string(Base64.encode(SigningKeys.bare(parts.modulus), url: true)),
            "e": .string(Base64.encode(SigningKeys.bare(parts.publicExponent), url: true)),
          ]
        })
    ]
  }

  /// Without leading zeros (RFC 7518 §2, Base64urlUInt).
  private static func bare(_ number: some Sequence<UInt8>) -> [UInt8] {
    Array(number.drop { $0 == 0 })
  }
}
