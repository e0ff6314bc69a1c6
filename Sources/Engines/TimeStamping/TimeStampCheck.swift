import Commons
import SwiftASN1

/// Whom to believe, and what a time-stamp must say.
public struct TimeStampCheck: Sendable {
  /// Certificates (DER) that are trusted as they are.
  public let roots: [[UInt8]]
  /// Certificates (DER) that may stand between, besides those in the token.
  public let intermediates: [[UInt8]]
  /// The policy that is asked for; nil for any.
  public let policy: String?
  /// The nonce of the request as an INTEGER's content bytes; nil if there was none.
  public let nonce: [UInt8]?

  /// What a time-stamp must say.
  public init(
    roots: [[UInt8]], intermediates: [[UInt8]] = [], policy: String? = nil, nonce: [UInt8]? = nil
  ) {
    self.roots = roots
    self.intermediates = intermediates
    self.policy = policy
    self.nonce = nonce
  }

  /// The certificates of a PEM text.
  ///
  /// - Throws: ``Problem`` 400 if there is none.
  public static func certificates(pem text: String) throws(Problem) -> [[UInt8]] {
    let documents = (try? PEMDocument.parseMultiple(pemString: text)) ?? []
    let found = documents.filter { $0.discriminator == "CERTIFICATE" }.map(\.derBytes)
    guard !found.isEmpty else {
      throw .malformed(
        Phrase("文件中没有PEM证书。", en: "There is no certificate in PEM form in the file."))
    }
    return found
  }

  private static func refused(_ what: String, _ text: Phrase) -> Problem {
    .refused("timestamp-\(what)", text)
  }

  /// Checks a time-stamp over a hash: content, attributes, signature, and the signer's certificate up to
  /// a root as of the time that is stamped. Lists of revoked certificates are not asked.
  ///
  /// - Returns: what the authority said.
  /// - Throws: ``Problem`` 422 with what does not hold; its slug begins with `timestamp-`.
  public func verify(
    _ stamp: SignedTimeStamp, digest: ImprintDigest, imprint: [UInt8]
  ) throws(Problem) -> TimeStampInfo {
    let info = stamp.info
    guard info.digest == digest, constantTimeEqual(info.imprint, imprint) else {
      throw TimeStampCheck.refused(
        "imprint", Phrase("时间戳不是对这份内容作出的。", en: "The time-stamp is about something else."))
    }
    guard nonce == nil || info.nonce == nonce else {
      throw TimeStampCheck.refused(
        "nonce",
        Phrase("时间戳不是对这次请求的答复。", en: "The time-stamp answers another request (nonce)."))
    }
    guard policy == nil || info.policy == policy else {
      throw TimeStampCheck.refused(
        "policy",
        Phrase(
          "时间戳的策略是 \(info.policy)。", en: "The time-stamp was made under policy \(info.policy)."))
    }
    let signer = stamp.signer
    let hash = try checkAttributes(stamp)
    let certificate = try signerCertificate(of: stamp)
    try CertificateChain.verify(
      signature: signer.signature, over: signer.signedBytes, hash, by: certificate)
    try CertificateChain.verify(
      certificate, through: stamp.certificates + intermediates, to: roots, at: info.time)
    return info
  }

  /// The attributes must be about this content; the answer is the hash that the signature uses.
  private func checkAttributes(_ stamp: SignedTimeStamp) throws(Problem) -> ImprintDigest {
    let signer = stamp.signer
    guard let type = signer.attribute(OID.contentType),
      (try? ASN1ObjectIdentifier(derEncoded: type)) == OID.timeStampInfo
    else {
      throw TimeStampCheck.refused(
        "content-type", Phrase("签名属性中的内容类型有误。", en: "The signed content type is another."))
    }
    guard let hash = ImprintDigest(oid: signer.digest) else {
      throw TimeStampCheck.refused(
        "algorithm", Phrase("签名所用的摘要算法不受支持。", en: "The signature's hash is not supported."))
    }
    guard let node = signer.attribute(OID.messageDigest), node.identifier == .octetString,
      case .primitive(let named) = node.content, Array(named) == hash.hash(stamp.content)
    else {
      throw TimeStampCheck.refused(
        "digest", Phrase("时间戳内容与签名的摘要不符。", en: "The content is not the one that was signed."))
    }
    return hash
  }

  /// The certificate that the attributes name, which must be the one of the signature.
  private func signerCertificate(of stamp: SignedTimeStamp) throws(Problem) -> [UInt8] {
    let signer = stamp.signer
    for certificate in stamp.certificates + intermediates {
      guard try signer.namesCertificate(certificate) else { continue }
      let named = try CertificateNames(certificate)
      guard signer.serial == nil || (signer.serial == named.serial && signer.issuer == named.issuer)
      else { continue }
      return certificate
    }
    throw TimeStampCheck.refused(
      "signing-certificate",
      Phrase(
        "没有找到时间戳所指明的签名证书。请提供机构证书。",
        en:
          "The certificate that the time-stamp names is not there: give the authority's certificate."
      ))
  }
}

/// Issuer and serial number of a certificate (RFC 5280 §4.1).
struct CertificateNames {
  let issuer: [UInt8]
  let serial: [UInt8]

  init(_ der: [UInt8]) throws(Problem) {
    var outer = try DERElements(try DERElements.parse(der, "certificate"), "certificate")
    var inner = try DERElements(try outer.next(), "tbsCertificate")
    _ = inner.next(if: .context(0))
    serial = try inner.integer()
    _ = try inner.next()
    issuer = Array(try inner.next().encodedBytes)
  }
}
