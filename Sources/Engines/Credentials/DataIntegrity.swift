import Commons

/// Data Integrity proofs with the suite `eddsa-jcs-2022` (W3C Data Integrity EdDSA Cryptosuites 1.0 §3.3):
/// Ed25519 over SHA-256 of the proof's options and SHA-256 of the document, both canonical (RFC 8785).
public enum DataIntegrity {
  /// The suite.
  public static let suite = "eddsa-jcs-2022"

  private static func refused(_ what: String, _ text: Phrase) -> Problem {
    .refused("credential-\(what)", text)
  }

  /// What is signed: both digests.
  private static func message(_ options: JSONValue, _ document: JSONValue) -> [UInt8] {
    Digest.of(options.canonicalBytes).bytes + Digest.of(document.canonicalBytes).bytes
  }

  /// Signs a document for assertions.
  ///
  /// - Returns: the document with its `proof`.
  public static func sign(
    _ document: JSONValue, by issuer: CredentialIssuer, at time: Instant
  ) throws -> JSONValue {
    guard case .object(var members) = document else {
      throw Problem.malformed(Phrase("证书应为JSON对象。", en: "A credential is a JSON object."))
    }
    members["proof"] = nil
    var options: [String: JSONValue] = [
      "type": "DataIntegrityProof", "cryptosuite": .string(suite),
      "created": .string(Instant(seconds: time.seconds).rfc3339(in: .utc)),
      "verificationMethod": .string(issuer.method), "proofPurpose": "assertionMethod",
    ]
    options["@context"] = members["@context"]
    let signature = try issuer.key.sign(message(.object(options), .object(members)))
    options["proofValue"] = .string(Multibase.base58(signature))
    members["proof"] = .object(options)
    return .object(members)
  }

  /// Checks a document's proof under keys by verification method.
  ///
  /// - Returns: the document without its proof, and the verification method.
  /// - Throws: ``Problem`` 422 `credential-…` with what does not hold.
  public static func verify(
    _ secured: JSONValue, key: (String) -> CredentialPublicKey?
  ) throws(Problem) -> (document: JSONValue, method: String) {
    guard case .object(var members) = secured,
      case .object(var options)? = members.removeValue(forKey: "proof")
    else {
      throw refused(
        "proof-missing",
        Phrase("证书没有签名（proof）。", en: "The credential has no proof, or not one only."))
    }
    guard options["type"]?.string == "DataIntegrityProof", options["cryptosuite"]?.string == suite
    else {
      throw refused(
        "suite", Phrase("签名方式不是 \(suite)。", en: "The proof is none of the suite \(suite)."))
    }
    guard options["proofPurpose"]?.string == "assertionMethod" else {
      throw refused("purpose", Phrase("签名的用途不是声明。", en: "The proof's purpose is not assertion."))
    }
    if let created = options["created"] {
      guard created.string.flatMap({ Instant(rfc3339: $0) }) != nil else {
        throw refused("created", Phrase("签名时间有误。", en: "The proof's time is none."))
      }
    }
    guard let method = options["verificationMethod"]?.string else {
      throw refused("method", Phrase("没有指明公钥。", en: "The proof names no verification method."))
    }
    guard let signature = options.removeValue(forKey: "proofValue")?.string,
      signature.first == "z", let bytes = Multibase.decode(signature), bytes.count == 64
    else {
      throw refused("proof-value", Phrase("签名值有误。", en: "The proof's value is no signature."))
    }
    if let context = options["@context"] {
      guard begins(members["@context"], with: context) else {
        throw refused(
          "context", Phrase("签名与证书的上下文不一致。", en: "Proof and credential have different contexts."))
      }
      members["@context"] = context
    }
    guard let publicKey = key(method) else {
      throw refused(
        "issuer", Phrase("公钥 \(method) 不受信任。", en: "The key \(method) is not one that is trusted."))
    }
    guard publicKey.isValid(bytes, over: message(.object(options), .object(members))) else {
      throw refused(
        "signature",
        Phrase(
          "签名不符：内容被改动，或者不是该机构签发。",
          en: "The signature does not hold: it was changed, or another made it."))
    }
    return (.object(members), method)
  }

  /// Whether a document's contexts begin with those of its proof, in order.
  private static func begins(_ whole: JSONValue?, with part: JSONValue) -> Bool {
    func list(_ value: JSONValue?) -> [JSONValue] { value?.array ?? value.map { [$0] } ?? [] }
    return list(whole).starts(with: list(part))
  }
}
