import Commons
import Crypto

/// What the key file of a store holds: the secrets that stay, and the generations of those that are
/// changed from time to time.
///
/// Three stay as long as the store: with one the log signs, with one tracking tokens are made, from
/// one follow blind indexes and whatever else was given out or must be found again. Wrapping and
/// marking keys come in generations: rows under an older one stay readable until all are renewed.
public struct KeySecrets: Sendable {
  /// One pair of keys that are changed together.
  public struct Generation: Hashable, Sendable {
    /// Counts from 1.
    public let number: Int64
    /// Wraps the sealing keys of subjects, 32 bytes.
    public let wrapping: [UInt8]
    /// Marks rows, 32 bytes.
    public let marking: [UInt8]
    /// From when it is used for what is written; before that it is only known, so that every process
    /// can read before any writes.
    public let usedFrom: Instant
  }

  /// The Ed25519 seed of the log, 32 bytes.
  public let log: [UInt8]
  /// Makes tracking tokens, 32 bytes.
  public let tracking: [UInt8]
  /// The root of blind indexes and other lasting uses, 32 bytes.
  public let lasting: [UInt8]
  /// The Ed25519 seeds that sign certificates, 32 bytes each, the present one last; none in a store that
  /// never changed it.
  public private(set) var certificates: [[UInt8]] = []
  /// At least one, by number.
  public private(set) var generations: [Generation]

  /// New secrets.
  public init(random: some RandomSource) {
    log = random.bytes(32)
    tracking = random.bytes(32)
    lasting = random.bytes(32)
    generations = [
      Generation(
        number: 1, wrapping: random.bytes(32), marking: random.bytes(32),
        usedFrom: Instant(microseconds: 0))
    ]
  }

  /// The secrets that follow from one master secret of 32 bytes by HKDF (RFC 5869), as the first
  /// version of the key file has it.
  public init(master secret: [UInt8]) throws(Problem) {
    guard secret.count == 32 else {
      throw .malformed(Phrase("主密钥应为32字节。", en: "The master secret must have 32 bytes."))
    }
    let master = SymmetricKey(data: secret)
    func derive(_ use: String) -> [UInt8] {
      KeyRing.derive(master, use).withUnsafeBytes { Array($0) }
    }
    log = derive("tequ log 1")
    tracking = derive("tequ tracking 1")
    lasting = derive("tequ lasting 1")
    generations = [
      Generation(
        number: 1, wrapping: derive("tequ wrapping 1"), marking: derive("tequ marking 1"),
        usedFrom: Instant(microseconds: 0))
    ]
  }

  // MARK: Rotation

  /// With a new generation that is used from a moment on.
  public func addingGeneration(usedFrom moment: Instant, random: some RandomSource) -> KeySecrets {
    var next = self
    next.generations.append(
      Generation(
        number: (generations.last?.number ?? 0) + 1, wrapping: random.bytes(32),
        marking: random.bytes(32), usedFrom: moment))
    return next
  }

  /// With a new key for certificates; what older ones signed stays valid.
  public func addingCertificateKey(random: some RandomSource) -> KeySecrets {
    var next = self
    next.certificates.append(random.bytes(32))
    return next
  }

  /// With the newest generation alone.
  public var withoutOlderGenerations: KeySecrets {
    var next = self
    next.generations = Array(generations.suffix(1))
    return next
  }

  // MARK: The file

  /// Reads the key file.
  ///
  /// - Throws: ``Problem`` 400 if it is none.
  public init(json: JSONValue) throws(Problem) {
    if let master = json["master"]?.string, let secret = Hex.decode(master) {
      self = try KeySecrets(master: secret)
      return
    }
    func secret(_ value: JSONValue?, _ name: String) throws(Problem) -> [UInt8] {
      guard let text = value?[name]?.string, let bytes = Hex.decode(text), bytes.count == 32 else {
        throw .malformed(
          Phrase(
            "密钥文件中没有 \(name)，或它不是32字节的十六进制数。",
            en: "The key file has no “\(name)” of 32 bytes in hexadecimal."))
      }
      return bytes
    }
    try KeySecrets.requireWhole(json)
    log = try secret(json, "log")
    tracking = try secret(json, "tracking")
    lasting = try secret(json, "lasting")
    certificates = try (json["certificates"]?.array ?? []).map { seed throws(Problem) in
      try secret(["seed": seed], "seed")
    }
    var found: [Generation] = []
    for item in json["generations"]?.array ?? [] {
      guard let number = item["number"]?.integer, let from = item["used_from"]?.string,
        let moment = Instant(rfc3339: from), number > found.last?.number ?? 0
      else {
        throw .malformed(
          Phrase("密钥文件中的 generations 有误。", en: "“generations” in the key file is wrong."))
      }
      found.append(
        Generation(
          number: number, wrapping: try secret(item, "wrapping"),
          marking: try secret(item, "marking"), usedFrom: moment))
    }
    guard !found.isEmpty else {
      throw .malformed(
        Phrase("密钥文件中没有 generations。", en: "The key file has no “generations”."))
    }
    generations = found
  }

  // A key of which one digit was lost would seal what nobody can read afterwards.
  private static func requireWhole(_ json: JSONValue) throws(Problem) {
    guard case .object(var members) = json, let check = members.removeValue(forKey: "check") else {
      return
    }
    guard check.string == KeySecrets.check(members) else {
      throw .malformed(
        Phrase(
          "密钥文件的内容与其校验值（check）不符：文件被改动或损坏，请从备份中恢复。",
          en:
            "The key file does not match its “check”: it was edited or damaged. Restore these keys "
            + "from a backup."))
    }
  }

  private static func check(_ members: [String: JSONValue]) -> String {
    String(Digest.of(JSONValue.object(members).canonicalBytes).hex.prefix(32))
  }

  /// The key file's content, with a digest over the rest of it.
  public var json: JSONValue {
    guard case .object(var members) = content else { return content }
    if !certificates.isEmpty {
      members["certificates"] = .array(certificates.map { .string(Hex.encode($0)) })
    }
    members["check"] = .string(KeySecrets.check(members))
    return .object(members)
  }

  private var content: JSONValue {
    [
      "version": 2, "log": .string(Hex.encode(log)), "tracking": .string(Hex.encode(tracking)),
      "lasting": .string(Hex.encode(lasting)),
      "generations": .array(
        generations.map {
          [
            "number": .integer($0.number), "wrapping": .string(Hex.encode($0.wrapping)),
            "marking": .string(Hex.encode($0.marking)),
            "used_from": .string($0.usedFrom.description),
          ]
        }),
    ]
  }
}
