import Commons
import Crypto

/// A credential of which the holder shows only some claims (SD-JWT, RFC 9901; SD-JWT VC).
public struct SelectiveDisclosure: Hashable, Sendable {
  /// The issuer's signed part: header, payload and signature, joined by dots.
  public let signed: String
  /// The claims that are shown, each as its encoded disclosure.
  public let disclosures: [String]

  /// The media type of the header.
  public static let type = "dc+sd-jwt"
  /// Longest text and most disclosures that are read.
  private static let limit = (text: 1 << 18, disclosures: 200)

  private static func refused(_ what: String, _ text: Phrase) -> Problem {
    .refused("sd-jwt-\(what)", text)
  }

  init(signed: String, disclosures: [String]) {
    self.signed = signed
    self.disclosures = disclosures
  }

  /// The compact form: the signed part and the disclosures, each followed by `~`.
  public var text: String { ([signed] + disclosures).map { $0 + "~" }.joined() }

  /// Reads ``text``. One with a key binding at its end is refused: no key of the holder is bound here.
  ///
  /// - Throws: ``Problem`` 422 `sd-jwt-…`.
  public init(text: String) throws(Problem) {
    var parts = text.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
    guard text.utf8.count <= SelectiveDisclosure.limit.text,
      parts.count <= SelectiveDisclosure.limit.disclosures + 2, parts.count >= 2
    else {
      throw SelectiveDisclosure.refused("form", Phrase("不是SD-JWT。", en: "It is no SD-JWT."))
    }
    guard parts.removeLast().isEmpty else {
      throw SelectiveDisclosure.refused(
        "key-binding", Phrase("不支持持有人密钥绑定。", en: "A key binding is not read here."))
    }
    signed = parts.removeFirst()
    disclosures = parts
  }

  // MARK: Issuing

  /// Signs claims, some of which the holder may keep to himself.
  ///
  /// - Parameters:
  ///   - claims: an object; `hidden` names members of it or of its member `within`.
  ///   - salts: fresh random bytes, 16 for each hidden claim.
  public static func issue(
    _ claims: JSONValue, hiding hidden: [String], within: String? = nil,
    by issuer: CredentialIssuer,
    random: some RandomSource
  ) throws -> SelectiveDisclosure {
    guard case .object(var members) = claims else {
      throw Problem.malformed(Phrase("证书应为JSON对象。", en: "A credential is a JSON object."))
    }
    var inner = within.map { members[$0]?.object ?? [:] } ?? members
    var disclosures: [String] = []
    for name in hidden {
      guard let value = inner.removeValue(forKey: name) else { continue }
      let salt = Base64.encode(random.bytes(16), url: true)
      let disclosure = JSONValue.array([.string(salt), .string(name), value])
      disclosures.append(Base64.encode(disclosure.canonicalBytes, url: true))
    }
    if !disclosures.isEmpty {
      // In the order of the digests, which says nothing of the order of the claims.
      inner["_sd"] = .array(disclosures.map(digest).sorted().map { .string($0) })
      members["_sd_alg"] = "sha-256"
    }
    if let within {
      members[within] = .object(inner)
    } else {
      members = members.merging(inner) { $1 }
    }
    if within == nil { for name in hidden { members[name] = nil } }
    let header: JSONValue = [
      "alg": "EdDSA", "typ": .string(type), "kid": .string(issuer.method),
    ]
    let body = [header, .object(members)].map { Base64.encode($0.canonicalBytes, url: true) }
      .joined(separator: ".")
    let signature = try issuer.key.sign(Array(body.utf8))
    return SelectiveDisclosure(
      signed: body + "." + Base64.encode(signature, url: true), disclosures: disclosures)
  }

  private static func digest(_ disclosure: String) -> String {
    Base64.encode(Digest.of(disclosure).bytes, url: true)
  }

  /// The names of the claims that are shown selectively.
  public var names: [String] {
    disclosures.compactMap { SelectiveDisclosure.parts($0)?.name }
  }

  /// The same with only the claims of these names shown.
  public func showing(_ names: Set<String>) -> SelectiveDisclosure {
    SelectiveDisclosure(
      signed: signed,
      disclosures: disclosures.filter { disclosure in
        SelectiveDisclosure.parts(disclosure).map { $0.name.map(names.contains) ?? false } ?? false
      })
  }

  private static func parts(_ disclosure: String) -> (name: String?, value: JSONValue)? {
    guard let bytes = Base64.decode(disclosure, url: true),
      let list = (try? JSONValue(parsing: bytes))?.array, list.first?.string != nil
    else { return nil }
    switch list.count {
    case 2: return (nil, list[1])
    case 3: return list[1].string.map { ($0, list[2]) }
    default: return nil
    }
  }

  // MARK: Checking

  /// A key that checks the signature.
  public enum Key: Sendable {
    /// Ed25519.
    case edwards(CredentialPublicKey)
    /// P-256 (ES256): x and y, 32 bytes each.
    case p256([UInt8])

    func isValid(_ signature: [UInt8], over message: [UInt8], algorithm: String) -> Bool {
      switch self {
      case .edwards(let key): return algorithm == "EdDSA" && key.isValid(signature, over: message)
      case .p256(let point):
        guard algorithm == "ES256",
          let key = try? P256.Signing.PublicKey(rawRepresentation: point),
          let found = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
        else { return false }
        return key.isValidSignature(found, for: message)
      }
    }
  }

  /// Checks the signature and every disclosure (RFC 9901 §7.1).
  ///
  /// - Parameter key: the key for the header's `kid` and the payload's `iss`; nil if it is not trusted.
  /// - Returns: the claims that are shown.
  /// - Throws: ``Problem`` 422 `sd-jwt-…` with what does not hold.
  public func verify(key: (_ kid: String?, _ issuer: String?) -> Key?) throws(Problem) -> JSONValue
  {
    let parts = signed.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, let header = SelectiveDisclosure.json(parts[0]),
      let payload = SelectiveDisclosure.json(parts[1]), payload.object != nil,
      let signature = Base64.decode(parts[2], url: true)
    else {
      throw SelectiveDisclosure.refused(
        "form", Phrase("SD-JWT的签名部分无法读取。", en: "The signed part cannot be read."))
    }
    guard let algorithm = header["alg"]?.string,
      let found = key(header["kid"]?.string, payload["iss"]?.string)
    else {
      throw SelectiveDisclosure.refused(
        "issuer", Phrase("签发机构的公钥不受信任。", en: "The issuer's key is not one that is trusted."))
    }
    let message = Array("\(parts[0]).\(parts[1])".utf8)
    guard found.isValid(signature, over: message, algorithm: algorithm) else {
      throw SelectiveDisclosure.refused(
        "signature", Phrase("签名不符。", en: "The signature does not hold."))
    }
    guard payload["_sd_alg"] == nil || payload["_sd_alg"] == "sha-256" else {
      throw SelectiveDisclosure.refused(
        "hash", Phrase("摘要算法不是sha-256。", en: "The hash of disclosures is not sha-256."))
    }
    return try claims(of: payload)
  }

  private static func json(_ part: String) -> JSONValue? {
    Base64.decode(part, url: true).flatMap { try? JSONValue(parsing: $0) }
  }

  private func claims(of payload: JSONValue) throws(Problem) -> JSONValue {
    var shown: [String: (name: String?, value: JSONValue)] = [:]
    for disclosure in disclosures {
      guard let parts = SelectiveDisclosure.parts(disclosure),
        shown.updateValue(parts, forKey: SelectiveDisclosure.digest(disclosure)) == nil
      else {
        throw SelectiveDisclosure.refused(
          "disclosure", Phrase("披露项格式有误或者重复。", en: "A disclosure is malformed or occurs twice."))
      }
    }
    var opening = DisclosureOpening(shown: shown)
    let claims = try opening.open(payload)
    guard opening.used.count == shown.count else {
      throw SelectiveDisclosure.refused(
        "undisclosed",
        Phrase("有披露项不属于这份证书。", en: "A disclosure does not belong to this credential."))
    }
    return claims
  }
}

/// Puts disclosed claims in the places of their digests.
private struct DisclosureOpening {
  let shown: [String: (name: String?, value: JSONValue)]
  var used: Set<String> = []
  private var seen: Set<String> = []

  init(shown: [String: (name: String?, value: JSONValue)]) { self.shown = shown }

  private static func refused(_ text: Phrase) -> Problem { .refused("sd-jwt-disclosure", text) }

  private mutating func note(_ digest: String) throws(Problem) {
    guard seen.insert(digest).inserted else {
      throw DisclosureOpening.refused(
        Phrase("同一摘要出现两次。", en: "One digest occurs twice."))
    }
  }

  mutating func open(_ value: JSONValue, depth: Int = 0) throws(Problem) -> JSONValue {
    guard depth < 32 else {
      throw DisclosureOpening.refused(Phrase("嵌套过深。", en: "It is nested too deeply."))
    }
    switch value {
    case .object(let members): return try object(members, depth)
    case .array(let elements): return try array(elements, depth)
    default: return value
    }
  }

  private mutating func object(
    _ members: [String: JSONValue], _ depth: Int
  ) throws(Problem) -> JSONValue {
    var out: [String: JSONValue] = [:]
    for (name, value) in members where name != "_sd" && !(depth == 0 && name == "_sd_alg") {
      out[name] = try open(value, depth: depth + 1)
    }
    for digest in members["_sd"]?.array ?? [] {
      guard let text = digest.string else {
        throw DisclosureOpening.refused(Phrase("_sd有误。", en: "“_sd” is wrong."))
      }
      try note(text)
      guard let found = shown[text] else { continue }
      used.insert(text)
      guard let name = found.name, !["_sd", "...", "_sd_alg"].contains(name), out[name] == nil
      else {
        throw DisclosureOpening.refused(
          Phrase("披露项的名称不可用或者已存在。", en: "A disclosure's name is not allowed or is there already."))
      }
      out[name] = try open(found.value, depth: depth + 1)
    }
    return .object(out)
  }

  private mutating func array(_ elements: [JSONValue], _ depth: Int) throws(Problem) -> JSONValue {
    var out: [JSONValue] = []
    for element in elements {
      guard let text = element["..."]?.string, element.object?.count == 1 else {
        out.append(try open(element, depth: depth + 1))
        continue
      }
      try note(text)
      guard let found = shown[text] else { continue }
      used.insert(text)
      guard found.name == nil else {
        throw DisclosureOpening.refused(
          Phrase("数组元素的披露项有误。", en: "The disclosure of an element is wrong."))
      }
      out.append(try open(found.value, depth: depth + 1))
    }
    return .array(out)
  }
}
