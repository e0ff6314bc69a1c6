import Commons
import SwiftASN1

/// A time-stamp as it is kept: a CMS SignedData around a TSTInfo (RFC 3161 §2.4.2, RFC 5652).
public struct SignedTimeStamp: Sendable {
  /// The token's bytes.
  public let der: [UInt8]
  /// What is signed.
  public let info: TimeStampInfo
  let content: [UInt8]
  let certificates: [[UInt8]]
  let signer: SignerInfo

  /// Reads an answer of an authority, or a token without its status.
  ///
  /// - Throws: ``Problem`` 422 `timestamp-rejected` if the authority granted none, 400 if the bytes are
  ///   not of this form.
  public init(der bytes: [UInt8]) throws(Problem) {
    var parts = try DERElements(try DERElements.parse(bytes, "TimeStampResp"), "TimeStampResp")
    let first = try parts.next()
    // A token begins with an object identifier, an answer with the status.
    let token =
      first.identifier == .objectIdentifier
      ? bytes : try SignedTimeStamp.granted(first, &parts)
    try self.init(token: token)
  }

  private static func granted(
    _ status: ASN1Node, _ parts: inout DERElements
  ) throws(Problem) -> [UInt8] {
    var info = try DERElements(status, "PKIStatusInfo")
    let number = try info.integer()
    // 0 granted, 1 granted with changes.
    guard number == [0] || number == [1] else {
      throw .refused(
        "timestamp-rejected",
        Phrase(
          "时间戳机构拒绝了请求（状态 \(Hex.encode(number))）。",
          en: "The authority refused the request (status \(Hex.encode(number)))."))
    }
    let token = try parts.next()
    try parts.requireEnd()
    return Array(token.encodedBytes)
  }

  private init(token bytes: [UInt8]) throws(Problem) {
    der = bytes
    var outer = try DERElements(try DERElements.parse(bytes, "ContentInfo"), "ContentInfo")
    guard try outer.objectIdentifier() == OID.signedData else {
      throw DERElements.malformed("contentType")
    }
    var wrapped = try DERElements(try outer.next(), "SignedData", tag: .context(0))
    try outer.requireEnd()
    var data = try DERElements(try wrapped.next(), "SignedData")
    _ = try data.integer()
    _ = try data.next()  // digestAlgorithms: the signer's own counts
    var inner = try DERElements(try data.next(), "encapContentInfo")
    guard try inner.objectIdentifier() == OID.timeStampInfo else {
      throw .refused(
        "timestamp-content",
        Phrase("签名的内容不是时间戳。", en: "What is signed is no time-stamp."))
    }
    var explicit = try DERElements(try inner.next(), "eContent", tag: .context(0))
    content = try explicit.octets()
    info = try TimeStampInfo(der: content)
    var found: [[UInt8]] = []
    if let set = data.next(if: .context(0)) {
      var list = try DERElements(set, "certificates", tag: .context(0))
      // Other kinds of certificates are tagged; none of them is asked for here.
      found = list.all().filter { $0.identifier == .sequence }.map { Array($0.encodedBytes) }
    }
    certificates = found
    _ = data.next(if: .context(1))
    var signers = try DERElements(try data.next(), "signerInfos", tag: .set)
    signer = try SignerInfo(try signers.next())
    guard signers.isEmpty else {
      throw .refused(
        "timestamp-signers",
        Phrase("时间戳应只有一个签名人。", en: "A time-stamp has one signer only."))
    }
  }
}

/// The one signature of a time-stamp.
struct SignerInfo: Sendable {
  /// Issuer (DER) and serial number, where the signer is named so.
  let issuer: [UInt8]?
  let serial: [UInt8]?
  let digest: ASN1ObjectIdentifier
  let algorithm: ASN1ObjectIdentifier
  let signature: [UInt8]
  /// What is signed: the attributes as a SET.
  let signedBytes: [UInt8]
  /// The first value of each attribute, by its identifier.
  private let attributes: [(type: ASN1ObjectIdentifier, value: ASN1Node)]

  init(_ node: ASN1Node) throws(Problem) {
    var parts = try DERElements(node, "SignerInfo")
    _ = try parts.integer()
    let sid = try parts.next()
    if sid.identifier == .sequence {
      var named = try DERElements(sid, "sid")
      issuer = Array(try named.next().encodedBytes)
      serial = try named.integer()
    } else {
      issuer = nil
      serial = nil
    }
    digest = try parts.algorithm()
    guard let signed = parts.next(if: .context(0)) else {
      throw .refused(
        "timestamp-attributes",
        Phrase("时间戳缺少签名属性。", en: "The time-stamp has no signed attributes."))
    }
    // RFC 5652 §5.4: they are signed with the tag of a SET.
    signedBytes = [0x31] + signed.encodedBytes.dropFirst()
    var list = try DERElements(signed, "signedAttrs", tag: .context(0))
    var found: [(type: ASN1ObjectIdentifier, value: ASN1Node)] = []
    for attribute in list.all() {
      var pair = try DERElements(attribute, "attribute")
      let type = try pair.objectIdentifier()
      var values = try DERElements(try pair.next(), "attribute", tag: .set)
      let value = try values.next()
      guard values.isEmpty, !found.contains(where: { $0.type == type }) else {
        throw DERElements.malformed("attribute \(type)")
      }
      found.append((type, value))
    }
    attributes = found
    algorithm = try parts.algorithm()
    signature = try parts.octets()
    _ = parts.next(if: .context(1))
    try parts.requireEnd()
  }

  func attribute(_ type: ASN1ObjectIdentifier) -> ASN1Node? {
    attributes.first { $0.type == type }?.value
  }

  /// How the signer's certificate is named: by a hash of it (RFC 5035, RFC 2634).
  func namesCertificate(_ certificate: [UInt8]) throws(Problem) -> Bool {
    let isSecond = attribute(OID.signingCertificateV2) != nil
    guard let node = attribute(OID.signingCertificateV2) ?? attribute(OID.signingCertificate) else {
      throw .refused(
        "timestamp-signing-certificate",
        Phrase("时间戳没有指明签名证书。", en: "The time-stamp does not name its signer's certificate."))
    }
    var outer = try DERElements(node, "SigningCertificate")
    var list = try DERElements(try outer.next(), "certs")
    var named = try DERElements(try list.next(), "ESSCertID")
    let first = try named.next()
    guard first.identifier == .sequence else {
      guard case .primitive(let hash) = first.content, first.identifier == .octetString else {
        throw DERElements.malformed("ESSCertID")
      }
      // The default of the second form is SHA-256, the first form knows SHA-1 only.
      let expected =
        isSecond ? ImprintDigest.sha256.hash(certificate) : ImprintDigest.sha1(certificate)
      return Array(hash) == expected
    }
    var algorithm = try DERElements(first, "ESSCertIDv2")
    guard isSecond, let digest = ImprintDigest(oid: try algorithm.objectIdentifier()) else {
      throw DERElements.malformed("ESSCertIDv2")
    }
    return try named.octets() == digest.hash(certificate)
  }
}
