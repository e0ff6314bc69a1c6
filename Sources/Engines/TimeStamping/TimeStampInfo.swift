import Commons
import SwiftASN1

/// What an authority says (TSTInfo, RFC 3161 §2.4.2).
public struct TimeStampInfo: Hashable, Sendable {
  /// The policy, dotted numbers.
  public let policy: String
  /// The hash by which the stamped thing is named.
  public let digest: ImprintDigest
  /// Its value.
  public let imprint: [UInt8]
  /// The number of the time-stamp, hexadecimal.
  public let serial: String
  /// When it existed.
  public let time: Instant
  /// How far the time may be off, in microseconds; nil if the authority does not say.
  public let accuracyMicroseconds: Int64?
  /// What the request sent along.
  public let nonce: [UInt8]?

  /// Reads it from DER; throws ``Problem`` 400 with the part that is wrong.
  init(der: [UInt8]) throws(Problem) {
    var parts = try DERElements(try DERElements.parse(der, "TSTInfo"), "TSTInfo")
    guard try parts.integer() == [1] else { throw DERElements.malformed("TSTInfo.version") }
    policy = try parts.objectIdentifier().description
    var named = try DERElements(try parts.next(), "messageImprint")
    guard let digest = ImprintDigest(oid: try named.algorithm()) else {
      throw .refused(
        "timestamp-algorithm",
        Phrase(
          "时间戳所用的摘要算法不受支持。",
          en: "The time-stamp's hash is none of \(ImprintDigest.allCases.map(\.rawValue))."))
    }
    self.digest = digest
    imprint = try named.octets()
    serial = Hex.encode(try parts.integer())
    time = try TimeStampInfo.moment(try parts.next())
    accuracyMicroseconds = try parts.next(if: .sequence).map(TimeStampInfo.accuracy)
    _ = parts.next(if: .boolean)  // ordering
    nonce = parts.next(if: .integer).flatMap(DERElements.integer)
    _ = parts.next(if: .context(0))  // the authority's name: its certificate says who it is
    _ = parts.next(if: .context(1))  // extensions; none is critical to what is checked here
    try parts.requireEnd()
  }

  /// A GeneralizedTime with or without fractions of a second.
  private static func moment(_ node: ASN1Node) throws(Problem) -> Instant {
    guard let time = try? GeneralizedTime(derEncoded: node, withIdentifier: .generalizedTime)
    else { throw DERElements.malformed("genTime") }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
    let day = "\(time.year)-\(two(time.month))-\(two(time.day))"
    let clock = "\(two(time.hours)):\(two(time.minutes)):\(two(time.seconds))Z"
    guard (1000...9999).contains(time.year), let moment = Instant(rfc3339: "\(day)T\(clock)") else {
      throw DERElements.malformed("genTime")
    }
    return moment.adding(microseconds: Int64((time.fractionalSeconds * 1_000_000).rounded(.down)))
  }

  private static func accuracy(_ node: ASN1Node) throws(Problem) -> Int64 {
    var parts = try DERElements(node, "accuracy")
    func number(_ bytes: some Collection<UInt8>) throws(Problem) -> Int64 {
      guard (1...4).contains(bytes.count), bytes.first.map({ $0 < 0x80 }) ?? false else {
        throw DERElements.malformed("accuracy")
      }
      return bytes.reduce(0) { $0 << 8 | Int64($1) }
    }
    var total = try parts.next(if: .integer).flatMap(DERElements.integer).map(number) ?? 0
    total *= 1_000_000
    for (tag, unit) in [(UInt(0), Int64(1000)), (1, 1)] {
      guard let node = parts.next(if: .context(tag)) else { continue }
      guard case .primitive(let bytes) = node.content else {
        throw DERElements.malformed("accuracy")
      }
      total += try number(bytes) * unit
    }
    try parts.requireEnd()
    return total
  }
}
