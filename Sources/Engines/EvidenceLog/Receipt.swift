import Commons

/// The proof that an act stands in the log, as one file: the entry, its place, the hashes beside its
/// way to the root, and the signed root. With the private part and its salt it also proves what was
/// said, to whom the holder shows it. Format: `docs/reference/evidence-format.md`.
public struct Receipt: Sendable {
  /// The entry's canonical bytes, as text.
  public let entry: String
  /// Its place in the log, from 0.
  public let index: Int64
  /// The inclusion proof, from the leaf up.
  public let proof: [[UInt8]]
  /// The signed checkpoint.
  public let checkpoint: String
  /// The log's key, see ``NoteVerifier/text``.
  public let key: String
  /// What was committed to, if the holder may have it: salt and private part.
  public let opening: Opening?

  /// What a commitment was made of.
  public struct Opening: Sendable {
    /// 16 bytes that nobody else can know.
    public let salt: [UInt8]
    /// Canonical JSON.
    public let privatePart: String
    /// An opening.
    public init(salt: [UInt8], privatePart: String) {
      self.salt = salt
      self.privatePart = privatePart
    }
  }

  /// The name of the format.
  public static let format = "tequ-receipt-1"

  /// A receipt from its parts.
  public init(
    entry: String, index: Int64, proof: [[UInt8]], checkpoint: String, key: String,
    opening: Opening?
  ) {
    self.entry = entry
    self.index = index
    self.proof = proof
    self.checkpoint = checkpoint
    self.key = key
    self.opening = opening
  }

  /// The document.
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "format": .string(Receipt.format), "entry": .string(entry), "index": .integer(index),
      "proof": .array(proof.map { .string(Base64.encode($0)) }),
      "checkpoint": .string(checkpoint), "key": .string(key),
    ]
    if let opening {
      members["salt"] = .string(Hex.encode(opening.salt))
      members["private"] = .string(opening.privatePart)
    }
    return .object(members)
  }

  /// Reads the document; throws 400 with what is missing.
  public init(_ json: JSONValue) throws(Problem) {
    func missing(_ name: String) -> Problem {
      .malformed(
        Phrase("回执缺少“\(name)”或其格式有误。", en: "The receipt's “\(name)” is missing or wrong."))
    }
    guard json["format"]?.string == Receipt.format else { throw missing("format") }
    guard let entry = json["entry"]?.string else { throw missing("entry") }
    guard let index = json["index"]?.integer else { throw missing("index") }
    guard let checkpoint = json["checkpoint"]?.string else { throw missing("checkpoint") }
    guard let key = json["key"]?.string else { throw missing("key") }
    let hashes = (json["proof"]?.array ?? [.null]).map { $0.string.flatMap { Base64.decode($0) } }
    guard !hashes.contains(where: { $0?.count != 32 }) else { throw missing("proof") }
    var opening: Opening?
    if json["salt"] != nil || json["private"] != nil {
      // One form only: what differs in a byte is not the receipt that was given.
      guard let text = json["salt"]?.string, let salt = Hex.decode(text), salt.count == 16,
        Hex.encode(salt) == text
      else { throw missing("salt") }
      guard let part = json["private"]?.string else { throw missing("private") }
      opening = Opening(salt: salt, privatePart: part)
    }
    self.init(
      entry: entry, index: index, proof: hashes.compactMap { $0 }, checkpoint: checkpoint,
      key: key, opening: opening)
  }

  /// The same proof as a C2SP `.tlog-proof` file.
  public var tlogProof: String {
    TlogProof(index: index, hashes: proof, checkpoint: checkpoint).text
  }

  /// One check of a receipt.
  public struct Check: Sendable {
    /// A stable name.
    public let id: String
    /// What is checked.
    public let name: Phrase
    /// Whether it holds.
    public let holds: Bool
    /// What was found.
    public let detail: String

    /// A check that was made.
    public init(id: String, name: Phrase, holds: Bool, detail: String) {
      self.id = id
      self.name = name
      self.holds = holds
      self.detail = detail
    }
  }

  /// Checks the receipt with nothing but itself and the keys one trusts: none given, the key in the
  /// receipt is used and the reader must know it.
  public func verify(trusting keys: [NoteVerifier] = []) -> [Check] {
    var checks: [Check] = []
    func check(_ id: String, _ name: Phrase, _ holds: Bool, _ detail: String) {
      checks.append(Check(id: id, name: name, holds: holds, detail: detail))
    }
    let bytes = Array(entry.utf8)
    let parsed = try? LogEntry(canonicalBytes: bytes)
    check(
      "entry", Phrase("条目格式", en: "entry in canonical form"), parsed != nil,
      parsed?.kind ?? "unreadable")
    let own = NoteVerifier(text: key)
    let isTrusted = own?.kind == .log && (keys.isEmpty || keys.contains { $0 == own })
    check("key", Phrase("日志公钥", en: "key of the log"), isTrusted, key)
    let note = SignedNote(checkpoint)
    let isSigned = note.flatMap { note in own?.verifies(note) } ?? false
    check(
      "signature", Phrase("检查点签名", en: "signature of the checkpoint"), isSigned, own?.name ?? "")
    let point = note.flatMap { Checkpoint(text: $0.text) }
    check(
      "origin", Phrase("日志名称", en: "name of the log"), point != nil && point?.origin == own?.name,
      point?.origin ?? "unreadable")
    let root = point.flatMap {
      MerkleTree.root(
        leaf: MerkleTree.leafHash(bytes), at: index, size: $0.size, proof: proof)
    }
    check(
      "inclusion", Phrase("在日志中的位置", en: "place in the log"),
      root != nil && root == point?.root, "\(index) / \(point?.size ?? 0)")
    if let opening {
      let commitment = LogEntry.commitment(
        salt: opening.salt, privatePart: Array(opening.privatePart.utf8))
      check(
        "commitment", Phrase("所述内容与承诺一致", en: "what was said is what was committed to"),
        parsed?.commitment == commitment, Hex.encode(commitment))
    }
    return checks
  }
}
