import Books
import CityProfiles
import Commons
import Credentials

/// Who signs a city's certificates, and under which addresses they are found.
public struct CertificateOffice: Sendable {
  /// The issuer.
  public let issuer: CredentialIssuer
  /// Keys that signed before and sign no more.
  public let older: [CredentialPublicKey]
  /// The address of the city's site, without a slash at its end.
  public let address: String
  private let permutation: [UInt8]

  /// The office of a city under its keys. With an address of its own it is `did:web`, without one it is
  /// known by its key alone.
  public init(_ profile: CityProfile, _ ring: KeyRing) throws {
    let key = try CredentialKey(seed: ring.certificateSeed)
    if let address = profile.address {
      self.address = address
      let host = address.split(separator: "/").dropFirst().first.map(String.init) ?? ""
      issuer = try CredentialIssuer(host: host, key: key)
    } else {
      address = "https://tequ.example/\(profile.slug)"
      issuer = CredentialIssuer(key: key)
    }
    older = try ring.olderCertificateSeeds.map { try CredentialKey(seed: $0).publicKey }
    permutation = ring.secret(for: "status index 1")
  }

  /// The issuer as others may come to trust it.
  public var trusted: TrustedIssuers {
    get throws {
      var trusted = TrustedIssuers()
      try trusted.add(document: document)
      return trusted
    }
  }

  /// The DID document of the issuer, with older keys.
  public var document: JSONValue { issuer.document(older: older) }

  /// The address of a status list by its name, such as `revocation/1`.
  public func listAddress(_ name: String) -> String { "\(address)/certificates/status/\(name)" }

  /// Where a certificate's bit is: the number of its lists and the place in them. Places follow from the
  /// number by a keyed permutation, so that they do not tell in which order certificates were issued.
  public func place(of number: Int64) -> (list: Int64, index: Int) {
    let bits = 17
    let within = Int((number - 1) % Int64(StatusList.length))
    // Four rounds over halves of 8 and 9 bits that trade places (an unbalanced Feistel network).
    var (left, right) = (within >> 9, within & 0x1FF)
    var (leftBits, rightBits) = (bits - 9, 9)
    for round in 0..<4 {
      let code = MAC.sha256(
        [UInt8(round), UInt8(right >> 8), UInt8(right & 0xFF)], key: permutation)
      let mixed = (left ^ (Int(code[0]) << 8 | Int(code[1]))) & (1 << leftBits - 1)
      (left, right) = (right, mixed)
      (leftBits, rightBits) = (rightBits, leftBits)
    }
    return ((number - 1) / Int64(StatusList.length) + 1, left << rightBits | right)
  }

  /// A list as a signed credential, in its present version.
  public func signed(
    _ purpose: StatusList.Purpose, _ name: String, _ kept: CertificateBook.List?,
    from start: Instant
  ) throws -> JSONValue {
    let list = kept.flatMap { StatusList(bytes: $0.bits) } ?? StatusList()
    let time = kept?.changedAt ?? start
    let plain = list.credential(
      purpose, at: listAddress(name), issuer: issuer.id, from: time)
    return try DataIntegrity.sign(plain, by: issuer, at: time)
  }
}
