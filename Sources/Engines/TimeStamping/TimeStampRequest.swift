import Commons
import SwiftASN1

/// What is sent to a time-stamping authority (RFC 3161 §2.4.1): a hash, never the thing itself.
public struct TimeStampRequest: Hashable, Sendable {
  /// The hash.
  public let digest: ImprintDigest
  /// Its value.
  public let imprint: [UInt8]
  /// The policy that is asked for, dotted numbers; nil leaves it to the authority.
  public let policy: String?
  /// What the answer must repeat: unpredictable bytes; nil for none.
  public let nonce: [UInt8]?

  /// The media type of a request.
  public static let mediaType = "application/timestamp-query"
  /// The media type of an answer.
  public static let replyType = "application/timestamp-reply"

  /// A request.
  ///
  /// - Throws: ``Problem`` 400 if the hash has another length or the policy is no object identifier.
  public init(
    _ digest: ImprintDigest, imprint: [UInt8], policy: String? = nil, nonce: [UInt8]? = nil
  ) throws(Problem) {
    guard imprint.count == digest.count else {
      throw .malformed(
        Phrase(
          "\(digest.rawValue) 摘要应为 \(digest.count) 字节。",
          en: "A \(digest.rawValue) hash has \(digest.count) bytes."))
    }
    if let policy, TimeStampRequest.identifier(policy) == nil {
      throw .malformed(
        Phrase("策略“\(policy)”不是对象标识符。", en: "The policy “\(policy)” is no object identifier."))
    }
    self.digest = digest
    self.imprint = imprint
    self.policy = policy
    // A positive INTEGER without leading zeros, so that it compares byte by byte with the answer's.
    self.nonce = nonce.map { bytes in
      let digits = Array(bytes.drop { $0 == 0 })
      return digits.first.map { $0 >= 0x80 } ?? true ? [0] + digits : digits
    }
  }

  /// Reads a request.
  ///
  /// - Throws: ``Problem`` 400 for anything else.
  public init(der bytes: [UInt8]) throws(Problem) {
    var parts = try DERElements(try DERElements.parse(bytes, "TimeStampReq"), "TimeStampReq")
    guard try parts.integer() == [1] else { throw DERElements.malformed("TimeStampReq.version") }
    var named = try DERElements(try parts.next(), "messageImprint")
    guard let digest = ImprintDigest(oid: try named.algorithm()) else {
      throw DERElements.malformed("messageImprint")
    }
    let imprint = try named.octets()
    guard imprint.count == digest.count else { throw DERElements.malformed("messageImprint") }
    self.digest = digest
    self.imprint = imprint
    policy = parts.next(if: .objectIdentifier).flatMap {
      try? ASN1ObjectIdentifier(derEncoded: $0).description
    }
    nonce = parts.next(if: .integer).flatMap(DERElements.integer)
  }

  static func identifier(_ text: String) -> ASN1ObjectIdentifier? {
    try? ASN1ObjectIdentifier(dotRepresentation: text[...])
  }

  /// The request as DER; it asks for the authority's certificate.
  public var der: [UInt8] {
    var serializer = DER.Serializer()
    do {
      try serializer.appendConstructedNode(identifier: .sequence) { request in
        try request.serialize(1)
        try request.appendConstructedNode(identifier: .sequence) { imprint in
          try imprint.appendConstructedNode(identifier: .sequence) { algorithm in
            try algorithm.serialize(digest.oid)
            try algorithm.serialize(ASN1Null())
          }
          try imprint.serialize(ASN1OctetString(contentBytes: self.imprint[...]))
        }
        if let policy = policy.flatMap(TimeStampRequest.identifier) {
          try request.serialize(policy)
        }
        if let nonce {
          request.appendPrimitiveNode(identifier: .integer) { $0.append(contentsOf: nonce) }
        }
        try request.serialize(true)
      }
    } catch { preconditionFailure("the parts of a request are checked when it is made") }
    return serializer.serializedBytes
  }
}
