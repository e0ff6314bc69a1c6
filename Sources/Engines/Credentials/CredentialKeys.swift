import Commons
import Crypto

/// A key with which credentials are signed: Ed25519 (RFC 8032).
public struct CredentialKey: Sendable {
  private let key: Curve25519.Signing.PrivateKey

  /// A key from its seed of 32 bytes; throws 400 for another length.
  public init(seed: [UInt8]) throws(Problem) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
      throw .malformed(
        Phrase("证书签名密钥应为32字节。", en: "The key for certificates must have 32 bytes."))
    }
    self.key = key
  }

  /// The public half.
  public var publicKey: CredentialPublicKey {
    CredentialPublicKey(bytes: Array(key.publicKey.rawRepresentation))
  }

  /// The signature over bytes, 64 bytes.
  public func sign(_ bytes: [UInt8]) throws -> [UInt8] { Array(try key.signature(for: bytes)) }
}

/// The public half of a key for credentials.
public struct CredentialPublicKey: Hashable, Sendable {
  /// 32 bytes.
  public let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// What stands before an Ed25519 public key as a Multikey (W3C Controlled Identifiers 1.0 §2.2.2).
  private static let prefix: [UInt8] = [0xED, 0x01]

  /// Reads a Multikey such as `z6Mk…`; nil for another kind of key.
  public init?(multikey text: String) {
    guard text.first == "z", let bytes = Multibase.decode(text), bytes.count == 34,
      bytes.starts(with: CredentialPublicKey.prefix)
    else { return nil }
    self.init(bytes: Array(bytes.dropFirst(2)))
  }

  /// The Multikey.
  public var multikey: String { Multibase.base58(CredentialPublicKey.prefix + bytes) }
  /// The did:key.
  public var did: String { "did:key:\(multikey)" }

  /// Whether a signature is of this key over these bytes.
  public func isValid(_ signature: [UInt8], over bytes: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: self.bytes) else {
      return false
    }
    return key.isValidSignature(signature, for: bytes)
  }
}

/// Who issues credentials, and with which key.
public struct CredentialIssuer: Sendable {
  /// The issuer's DID.
  public let id: String
  /// The verification method: the DID and a fragment.
  public let method: String
  /// The key.
  public let key: CredentialKey

  /// An issuer known by its key alone.
  public init(key: CredentialKey) {
    self.key = key
    id = key.publicKey.did
    method = "\(id)#\(key.publicKey.multikey)"
  }

  /// An issuer known by a host name: `did:web:` and the name (W3C CCG did:web).
  ///
  /// - Throws: ``Problem`` 400 for a name with other characters than letters, digits, `-`, `.` and `:`.
  public init(host: String, key: CredentialKey) throws(Problem) {
    let isName =
      !host.isEmpty
      && host.utf8.allSatisfy { byte in
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
          || [0x2D, 0x2E, 0x3A].contains(byte)
      }
    guard isName else {
      throw .malformed(
        Phrase("“\(host)”不能作为did:web的域名。", en: "“\(host)” is no host name for did:web."))
    }
    self.key = key
    id = "did:web:" + host.replacing(":", with: "%3A")
    method = "\(id)#\(key.publicKey.multikey)"
  }

  /// The DID document, with older keys that no longer sign but still prove what they signed.
  public func document(older keys: [CredentialPublicKey] = []) -> JSONValue {
    let methods = ([key.publicKey] + keys).map { key -> JSONValue in
      [
        "id": .string("\(id)#\(key.multikey)"), "type": "Multikey", "controller": .string(id),
        "publicKeyMultibase": .string(key.multikey),
      ]
    }
    return [
      "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
      "id": .string(id), "verificationMethod": .array(methods),
      "assertionMethod": .array(methods.compactMap { $0["id"] }),
    ]
  }
}

/// Whose credentials are believed.
public struct TrustedIssuers: Sendable {
  /// Keys by verification method, with the issuer to which it belongs.
  private var methods: [String: (issuer: String, key: CredentialPublicKey)] = [:]

  /// Nobody's.
  public init() {}

  /// Adds an issuer by its did:key.
  ///
  /// - Throws: ``Problem`` 400 if it is none.
  public mutating func add(didKey did: String) throws(Problem) {
    guard did.hasPrefix("did:key:"),
      let key = CredentialPublicKey(multikey: String(did.dropFirst(8)))
    else {
      throw .malformed(
        Phrase("“\(did)”不是Ed25519的did:key。", en: "“\(did)” is no did:key of Ed25519."))
    }
    methods["\(did)#\(key.multikey)"] = (did, key)
  }

  /// Adds the keys for assertions of a DID document.
  ///
  /// - Throws: ``Problem`` 400 if it has none.
  public mutating func add(document: JSONValue) throws(Problem) {
    let issuer = document["id"]?.string ?? ""
    let asserted = Set((document["assertionMethod"]?.array ?? []).compactMap(\.string))
    var count = 0
    for method in document["verificationMethod"]?.array ?? [] {
      guard let id = method["id"]?.string, asserted.contains(id), id.hasPrefix(issuer + "#"),
        method["controller"]?.string == issuer, method["type"]?.string == "Multikey",
        let key = method["publicKeyMultibase"]?.string.flatMap({ CredentialPublicKey(multikey: $0) }
        )
      else { continue }
      methods[id] = (issuer, key)
      count += 1
    }
    guard count > 0, issuer.hasPrefix("did:") else {
      throw .malformed(
        Phrase("DID文档中没有可用的Ed25519密钥。", en: "The DID document has no Ed25519 key for assertions."))
    }
  }

  /// The key of a verification method and its issuer; nil if it is not trusted.
  public func key(of method: String) -> (issuer: String, key: CredentialPublicKey)? {
    methods[method]
  }
}
