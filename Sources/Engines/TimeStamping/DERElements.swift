import Commons
import SwiftASN1

/// The elements of a constructed DER value, taken one after the other. What does not fit throws
/// ``Problem`` 400 that names the part.
struct DERElements {
  private var rest: ArraySlice<ASN1Node>
  private let what: String

  /// The elements of a SEQUENCE or of another constructed value.
  init(_ node: ASN1Node, _ what: String, tag: ASN1Identifier = .sequence) throws(Problem) {
    guard node.identifier == tag, case .constructed(let nodes) = node.content else {
      throw DERElements.malformed(what)
    }
    rest = Array(nodes)[...]
    self.what = what
  }

  static func malformed(_ what: String) -> Problem {
    .malformed(
      Phrase("时间戳中的 \(what) 无法读取。", en: "\(what) in the time-stamp cannot be read."))
  }

  /// Reads one value from bytes that hold nothing else.
  static func parse(_ bytes: [UInt8], _ what: String) throws(Problem) -> ASN1Node {
    do { return try DER.parse(bytes) } catch { throw malformed(what) }
  }

  /// Whether all were taken.
  var isEmpty: Bool { rest.isEmpty }

  /// The next element.
  mutating func next() throws(Problem) -> ASN1Node {
    guard let node = rest.popFirst() else { throw DERElements.malformed(what) }
    return node
  }

  /// The next element if it has this tag.
  mutating func next(if tag: ASN1Identifier) -> ASN1Node? {
    guard rest.first?.identifier == tag else { return nil }
    return rest.popFirst()
  }

  /// All that is left.
  mutating func all() -> [ASN1Node] {
    defer { rest = [] }
    return Array(rest)
  }

  /// Refuses what stands after the last element that is known.
  func requireEnd() throws(Problem) {
    guard rest.isEmpty else { throw DERElements.malformed(what) }
  }

  mutating func objectIdentifier() throws(Problem) -> ASN1ObjectIdentifier {
    let node = try next()
    do { return try ASN1ObjectIdentifier(derEncoded: node) } catch {
      throw DERElements.malformed(what)
    }
  }

  mutating func octets() throws(Problem) -> [UInt8] {
    let node = try next()
    guard node.identifier == .octetString, case .primitive(let bytes) = node.content else {
      throw DERElements.malformed(what)
    }
    return Array(bytes)
  }

  /// An INTEGER as its content bytes.
  mutating func integer() throws(Problem) -> [UInt8] {
    let node = try next()
    guard let bytes = DERElements.integer(node) else { throw DERElements.malformed(what) }
    return bytes
  }

  static func integer(_ node: ASN1Node) -> [UInt8]? {
    guard node.identifier == .integer, case .primitive(let bytes) = node.content, !bytes.isEmpty
    else { return nil }
    return Array(bytes)
  }

  /// The algorithm of an AlgorithmIdentifier; its parameters are not looked at.
  mutating func algorithm() throws(Problem) -> ASN1ObjectIdentifier {
    var parts = try DERElements(try next(), what)
    return try parts.objectIdentifier()
  }
}

extension ASN1Identifier {
  /// `[n]`, constructed where it wraps other values.
  static func context(_ number: UInt) -> ASN1Identifier {
    ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific)
  }
}

/// The object identifiers of CMS (RFC 5652), time-stamps (RFC 3161, RFC 5816) and algorithms.
enum OID {
  static let signedData: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 7, 2]
  static let timeStampInfo: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 16, 1, 4]
  static let contentType: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 3]
  static let messageDigest: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 4]
  static let signingCertificate: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 16, 2, 12]
  static let signingCertificateV2: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 16, 2, 47]
}
