import Commons
import EvidenceLog

/// A certificate with the proof that its issue stands in the evidence log: what is saved, and what the QR
/// code on paper holds. Format: `docs/reference/certificates.md`.
public struct CertificateFile: Sendable {
  /// The signed credential.
  public let credential: JSONValue
  /// The receipt of the act that issued it, without the act's private part.
  public let receipt: Receipt

  /// The name of the format.
  public static let format = "tequ-certificate-1"
  /// What stands before the content of a QR code.
  public static let mark = "TC1:"
  /// Most bytes behind a QR code.
  private static let limit = 1 << 16
  /// The public field of an act that names the certificates it issues, by document, with their digests.
  public static let field = "certificates"

  /// A certificate with its proof.
  public init(credential: JSONValue, receipt: Receipt) {
    self.credential = credential
    self.receipt = Receipt(
      entry: receipt.entry, index: receipt.index, proof: receipt.proof,
      checkpoint: receipt.checkpoint, key: receipt.key, opening: nil)
  }

  /// What the log says of a credential: SHA-256 over its canonical form with its proof. The signature in
  /// it cannot be guessed, so the digest tells nothing of the fields.
  public static func digest(of credential: JSONValue) -> String {
    Digest.of(credential.canonicalBytes).hex
  }

  /// The document.
  public var json: JSONValue {
    ["format": .string(CertificateFile.format), "credential": credential, "receipt": receipt.json]
  }

  /// The content of the QR code: compressed, in the characters that a QR code packs best.
  public var code: String {
    CertificateFile.mark + Base45.encode(Deflate.compress(json.canonicalBytes, .raw))
  }

  /// The same with the log's own signature alone under its checkpoint.
  public var withoutWitnesses: CertificateFile {
    guard let key = NoteVerifier(text: receipt.key), let note = SignedNote(receipt.checkpoint)
    else {
      return self
    }
    let own = note.signatures.filter { signature in
      key.verifies(SignedNote(text: note.text, signatures: [signature]))
    }
    let short = SignedNote(text: note.text, signatures: own).description
    return CertificateFile(
      credential: credential,
      receipt: Receipt(
        entry: receipt.entry, index: receipt.index, proof: receipt.proof, checkpoint: short,
        key: receipt.key, opening: nil))
  }

  /// Reads a document or the content of a QR code.
  ///
  /// - Throws: ``Problem`` 400 with what is missing or damaged.
  public init(text: String) throws(Problem) {
    var bytes = Array(text.utf8)
    if let code = CertificateFile.content(of: text) {
      guard let packed = Base45.decode(code),
        let plain = Deflate.expand(packed, .raw, limit: CertificateFile.limit)
      else {
        throw .malformed(
          Phrase("二维码内容已损坏：请重新扫描。", en: "The QR code's content is damaged: scan it again."))
      }
      bytes = plain
    }
    let json: JSONValue
    do {
      json = try JSONValue(parsing: bytes, limits: JSONValue.Limits(depth: 32, bytes: 1 << 20))
    } catch { throw error.problem }
    guard json["format"]?.string == CertificateFile.format, let credential = json["credential"],
      credential.object != nil, let receipt = json["receipt"]
    else {
      throw .malformed(
        Phrase("这不是证书文件（tequ-certificate-1）。", en: "This is no certificate (tequ-certificate-1)."))
    }
    self.init(credential: credential, receipt: try Receipt(receipt))
  }

  private static func content(of text: String) -> Substring? {
    let trimmed = text.drop { $0.isNewline }
    guard trimmed.hasPrefix(mark) else { return nil }
    var content = trimmed.dropFirst(mark.count)
    // A line break at the end is no part of it; a space may be.
    while content.last?.isNewline ?? false { content.removeLast() }
    return content
  }

  /// One check.
  public typealias Check = Receipt.Check

  /// Checks the credential and its place in the log.
  ///
  /// - Parameters:
  ///   - issuers: whose credentials are believed.
  ///   - logs: keys of logs that are believed; none given, the one in the receipt is used and the reader
  ///     must know it.
  ///   - lists: signed status lists that the reader holds.
  ///   - now: the moment for validity.
  public func verify(
    _ issuers: TrustedIssuers, logs: [NoteVerifier] = [], lists: [JSONValue] = [], at now: Instant
  ) -> [Check] {
    var checks = CredentialCheck.checks(credential, issuers, lists: lists, at: now)
    checks += receipt.verify(trusting: logs).map { check in
      Check(id: "log-\(check.id)", name: check.name, holds: check.holds, detail: check.detail)
    }
    let digest = CertificateFile.digest(of: credential)
    let entry = try? JSONValue(parsing: receipt.entry)
    let logged = entry?["public"]?[CertificateFile.field]?.object?.values ?? [:].values
    checks.append(
      Check(
        id: "logged", name: Phrase("签发已写入日志", en: "its issue stands in the log"),
        holds: logged.contains { $0.string == digest }, detail: digest))
    return checks
  }
}

/// The checks of a credential by itself.
public enum CredentialCheck {
  /// Form, signature, issuer, validity, and status where a list is at hand.
  public static func checks(
    _ credential: JSONValue, _ issuers: TrustedIssuers, lists: [JSONValue] = [], at now: Instant
  ) -> [Receipt.Check] {
    var checks: [Receipt.Check] = []
    func check(_ id: String, _ name: Phrase, _ holds: Bool, _ detail: String) {
      checks.append(Receipt.Check(id: id, name: name, holds: holds, detail: detail))
    }
    check(
      "form", Phrase("证书格式", en: "form of the credential"), isCredential(credential),
      (credential["type"]?.array ?? []).compactMap(\.string).joined(separator: " "))
    let fault = fault(of: credential, issuers)
    check(
      "signature", Phrase("签发机构的签名", en: "signature of the issuer"), fault == nil,
      fault.map { "\($0.slug): \($0.detail.zh)" } ?? issuer(of: credential) ?? "")
    let (from, until) = (credential["validFrom"]?.string, credential["validUntil"]?.string)
    let start = from.flatMap { Instant(rfc3339: $0) }
    let end = until.flatMap { Instant(rfc3339: $0) }
    let isReadable = (from == nil) == (start == nil) && (until == nil) == (end == nil)
    check(
      "validity", Phrase("有效期", en: "validity"),
      isReadable && start.map { $0 <= now } ?? true && end.map { now <= $0 } ?? true,
      "\(from ?? "") – \(until ?? "")")
    for list in lists { status(credential, list, issuers, at: now).map { checks.append($0) } }
    return checks
  }

  private static func issuer(of credential: JSONValue) -> String? {
    credential["issuer"]?.string ?? credential["issuer"]?["id"]?.string
  }

  private static func isCredential(_ credential: JSONValue) -> Bool {
    let types = credential["type"]?.array?.compactMap(\.string) ?? []
    return credential["@context"]?.array?.first?.string == "https://www.w3.org/ns/credentials/v2"
      && types.contains("VerifiableCredential") && issuer(of: credential) != nil
      && credential["credentialSubject"] != nil
  }

  /// Why a credential's signature is not believed: the proof fails, or its key is not the issuer's.
  private static func fault(of credential: JSONValue, _ issuers: TrustedIssuers) -> Problem? {
    do throws(Problem) {
      let (_, method) = try DataIntegrity.verify(credential) { issuers.key(of: $0)?.key }
      guard issuers.key(of: method)?.issuer == issuer(of: credential) else {
        throw .refused(
          "credential-issuer",
          Phrase("公钥不属于证书所称的机构。", en: "The key is not that of the issuer."))
      }
      return nil
    } catch { return error }
  }

  /// Whether a list, which must be of the same issuer, leaves the credential in force; nil if the
  /// credential does not name the list.
  private static func status(
    _ credential: JSONValue, _ list: JSONValue, _ issuers: TrustedIssuers, at now: Instant
  ) -> Receipt.Check? {
    func made(_ id: String, _ holds: Bool, _ detail: String) -> Receipt.Check {
      Receipt.Check(
        id: id, name: Phrase("未被撤销、中止", en: "neither revoked nor suspended"), holds: holds,
        detail: detail)
    }
    do throws(Problem) {
      guard let found = try StatusList.status(of: credential, in: list) else { return nil }
      if let fault = fault(of: list, issuers) { throw fault }
      return made("status-\(found.purpose.rawValue)", !found.isSet, found.isSet ? "1" : "0")
    } catch { return made("status", false, "\(error.slug): \(error.detail.zh)") }
  }
}
