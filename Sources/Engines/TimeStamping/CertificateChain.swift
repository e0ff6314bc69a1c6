import COpenSSL
import Commons

/// Signatures and chains of X.509 certificates, checked by OpenSSL. Every call frees what it makes and
/// leaves no errors in the thread's queue.
enum CertificateChain {
  /// A certificate of the library, to be freed; nil for bytes that are none.
  private static func read(_ der: [UInt8]) -> OpaquePointer? {
    let found = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
      var next = buffer.baseAddress
      guard let one = d2i_X509(nil, &next, buffer.count) else { return nil }
      // Nothing may stand behind it.
      guard next == buffer.baseAddress.map({ $0 + buffer.count }) else {
        X509_free(one)
        return nil
      }
      return one
    }
    guard let found else { return nil }
    // Certificates signed with SM2 are signed under the usual identifier (GM/T 0015, GM/T 0009).
    if X509_get_signature_nid(found) == NID_SM2_with_SM3, let id = ASN1_OCTET_STRING_new() {
      ASN1_OCTET_STRING_set(id, usualID, Int32(usualID.count))
      X509_set0_distinguishing_id(found, id)
    }
    return found
  }

  private static let usualID = Array("1234567812345678".utf8)

  /// Checks a signature of a certificate's key over bytes; throws 422 `timestamp-signature`.
  static func verify(
    signature: [UInt8], over bytes: [UInt8], _ digest: ImprintDigest, by der: [UInt8]
  ) throws(Problem) {
    guard let certificate = read(der) else { throw DERElements.malformed("certificate") }
    defer {
      X509_free(certificate)
      ERR_clear_error()
    }
    guard let key = X509_get0_pubkey(certificate), let context = EVP_MD_CTX_new(),
      let own = EVP_PKEY_CTX_new_from_pkey(nil, key, nil)
    else { throw DERElements.malformed("subjectPublicKeyInfo") }
    defer {
      EVP_MD_CTX_free(context)
      EVP_PKEY_CTX_free(own)
    }
    if EVP_PKEY_is_a(key, "SM2") == 1 {
      EVP_PKEY_CTX_set1_id(own, usualID, Int32(usualID.count))
    }
    EVP_MD_CTX_set_pkey_ctx(context, own)
    guard EVP_DigestVerifyInit(context, nil, digest.method, nil, key) == 1,
      EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
    else {
      throw .refused(
        "timestamp-signature", Phrase("时间戳的签名不符。", en: "The time-stamp's signature does not hold."))
    }
  }

  /// Checks a certificate for time-stamping up to a trusted root as of a moment (RFC 5280 §6, RFC 3161
  /// §2.3: the one use of its key, marked critical); throws 422 `timestamp-chain` with the reason.
  static func verify(
    _ der: [UInt8], through others: [[UInt8]], to roots: [[UInt8]], at time: Instant
  ) throws(Problem) {
    guard let certificate = read(der), let store = X509_STORE_new(),
      let untrusted = tequ_x509_stack_new(), let context = X509_STORE_CTX_new()
    else { throw DERElements.malformed("certificate") }
    defer {
      X509_STORE_CTX_free(context)
      tequ_x509_stack_free(untrusted)
      X509_STORE_free(store)
      X509_free(certificate)
      ERR_clear_error()
    }
    for root in roots {
      guard let one = read(root) else { throw DERElements.malformed("root") }
      X509_STORE_add_cert(store, one)
      X509_free(one)
    }
    for other in others {
      guard let one = read(other) else { continue }
      _ = tequ_x509_stack_push(untrusted, one)
      X509_free(one)
    }
    guard X509_STORE_CTX_init(context, store, certificate, untrusted) == 1,
      X509_STORE_CTX_set_purpose(context, X509_PURPOSE_TIMESTAMP_SIGN) == 1
    else { throw .unavailable() }
    X509_STORE_CTX_set_time(context, 0, Int(time.seconds))
    guard X509_verify_cert(context) == 1 else {
      let code = X509_STORE_CTX_get_error(context)
      let reason = X509_verify_cert_error_string(Int(code)).map { String(cString: $0) } ?? "\(code)"
      throw .refused(
        "timestamp-chain",
        Phrase(
          "时间戳机构的证书不受信任：\(reason)。",
          en: "The authority's certificate is not trusted: \(reason)."))
    }
  }
}
