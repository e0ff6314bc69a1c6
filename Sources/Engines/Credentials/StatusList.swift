import Commons

/// A list with one bit for each credential (W3C Bitstring Status List 1.0): the first credential is the
/// highest bit of the first byte.
public struct StatusList: Hashable, Sendable {
  /// What a bit says.
  public enum Purpose: String, Hashable, Sendable, CaseIterable {
    /// For good.
    case revocation
    /// Until it is lifted.
    case suspension
  }

  /// Bits of a list: the least that keeps one credential hidden among many (§6.1).
  public static let length = 131_072
  /// The most bits that are read from a list of somebody else.
  private static let limit = 1 << 24

  /// The bits, eight in a byte.
  public private(set) var bytes: [UInt8]

  /// A list of ``length`` bits, none of them set.
  public init() { bytes = [UInt8](repeating: 0, count: StatusList.length / 8) }

  /// A list from its bits; nil for fewer than ``length``.
  public init?(bytes: [UInt8]) {
    guard bytes.count >= StatusList.length / 8, bytes.count <= StatusList.limit / 8 else {
      return nil
    }
    self.bytes = bytes
  }

  /// Reads the encoded form: `u`, base64url, gzip.
  ///
  /// - Throws: ``Problem`` 422 `status-list` if it is damaged, shorter than ``length`` bits, or too long.
  public init(encoded: String) throws(Problem) {
    guard encoded.first == "u", encoded.utf8.count <= StatusList.limit / 4,
      let packed = Multibase.decode(encoded),
      let bytes = Deflate.expand(packed, .gzip, limit: StatusList.limit / 8),
      let list = StatusList(bytes: bytes)
    else {
      throw .refused(
        "status-list",
        Phrase("状态列表无法读取或长度不够。", en: "The status list cannot be read, or is too short."))
    }
    self = list
  }

  /// The encoded form.
  public var encoded: String { Multibase.base64url(Deflate.compress(bytes, .gzip)) }

  /// SHA-256 over the bits: what the log says of a version.
  public var digest: [UInt8] { Digest.of(bytes).bytes }

  /// Whether a credential's bit is set; nil beyond the end.
  public subscript(index: Int) -> Bool? {
    guard index >= 0, index < 8 * bytes.count else { return nil }
    return bytes[index / 8] >> UInt8(7 - index % 8) & 1 == 1
  }

  /// Sets or clears a credential's bit, which must be within the list.
  public mutating func set(_ index: Int, _ isSet: Bool) {
    precondition(index >= 0 && index < 8 * bytes.count, "the index lies within the list")
    let bit = UInt8(1) << UInt8(7 - index % 8)
    bytes[index / 8] = isSet ? bytes[index / 8] | bit : bytes[index / 8] & ~bit
  }

  // MARK: Credentials

  /// What a credential says of where its status is found.
  public static func entry(_ purpose: Purpose, index: Int, list address: String) -> JSONValue {
    [
      "id": .string("\(address)#\(index)"), "type": "BitstringStatusListEntry",
      "statusPurpose": .string(purpose.rawValue), "statusListIndex": .string(String(index)),
      "statusListCredential": .string(address),
    ]
  }

  /// The list as a credential that is not signed yet.
  public func credential(
    _ purpose: Purpose, at address: String, issuer: String, from time: Instant
  ) -> JSONValue {
    [
      "@context": ["https://www.w3.org/ns/credentials/v2"], "id": .string(address),
      "type": ["VerifiableCredential", "BitstringStatusListCredential"],
      "issuer": .string(issuer),
      "validFrom": .string(Instant(seconds: time.seconds).rfc3339(in: .utc)),
      "credentialSubject": [
        "id": .string("\(address)#list"), "type": "BitstringStatusList",
        "statusPurpose": .string(purpose.rawValue), "encodedList": .string(encoded),
      ],
    ]
  }

  /// Whether a status list, verified before, says that a credential is revoked or suspended; nil if the
  /// credential does not name this list.
  ///
  /// - Throws: ``Problem`` 422 `status-…` where list and credential do not fit.
  public static func status(
    of credential: JSONValue, in list: JSONValue
  ) throws(Problem) -> (purpose: Purpose, isSet: Bool)? {
    let entries = credential["credentialStatus"]?.array ?? [credential["credentialStatus"] ?? .null]
    guard let address = list["id"]?.string,
      let entry = entries.first(where: { $0["statusListCredential"]?.string == address })
    else { return nil }
    let subject = list["credentialSubject"]
    guard entry["type"]?.string == "BitstringStatusListEntry",
      let purpose = entry["statusPurpose"]?.string.flatMap(Purpose.init),
      subject?["statusPurpose"]?.string == purpose.rawValue,
      subject?["type"]?.string == "BitstringStatusList",
      issuer(of: list) == issuer(of: credential)
    else {
      throw .refused(
        "status-fit", Phrase("状态列表与证书不匹配。", en: "The status list does not fit the credential."))
    }
    let bits = try StatusList(encoded: subject?["encodedList"]?.string ?? "")
    guard let text = entry["statusListIndex"]?.string, let index = Int(text), String(index) == text,
      let isSet = bits[index]
    else {
      throw .refused(
        "status-index", Phrase("状态序号不在列表内。", en: "The status index is not within the list."))
    }
    return (purpose, isSet)
  }

  private static func issuer(of credential: JSONValue) -> String? {
    credential["issuer"]?.string ?? credential["issuer"]?["id"]?.string
  }
}
