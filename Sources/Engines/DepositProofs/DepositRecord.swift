import Commons
import EvidenceLog

/// A deposit as its owner keeps it: every file's digest and salts. It stays with the owner; what leaves
/// is ``request`` alone. Whoever has the record and a file can prove that the file existed when the
/// deposit was registered; without the record nobody can. Format: `docs/reference/trade-secrets.md`.
public struct DepositRecord: Sendable {
  /// Where a deposit was registered.
  public struct Filing: Hashable, Sendable {
    /// The city's address; empty if it was handed in as a file.
    public let city: String
    /// The number there.
    public let number: String
    /// The token with which the receipt is fetched.
    public let token: String
    /// A filing.
    public init(city: String, number: String, token: String) {
      self.city = city
      self.number = number
      self.token = token
    }
  }

  /// The name of the format.
  public static let format = "tequ-deposit-record-1"
  /// Files in one deposit at most.
  public static let limit = 100_000

  /// The statement and the files, in the order of their names.
  public let leaves: [DepositLeaf]
  /// What the owner says of the deposit: canonical JSON, the content of the first leaf.
  public let statement: String
  /// By this key a repeated sending registers nothing twice; 16 bytes.
  public let key: [UInt8]
  /// Where it was registered.
  public var filing: Filing?
  /// The proof that the registration stands in the log.
  public var receipt: Receipt?

  /// A file to be deposited, read and hashed on the owner's machine.
  public struct File: Hashable, Sendable {
    let name: String
    let size: Int64
    let content: [UInt8]
    /// A file under a path, with the SHA-256 of its bytes.
    public init(name: String, size: Int64, content: [UInt8]) {
      self.name = name
      self.size = size
      self.content = content
    }
  }

  /// A new deposit of files with fresh salts.
  ///
  /// - Parameter statement: what the owner says of it: who, for which asset; any of it may be left out.
  /// - Throws: ``Problem`` 400 without files, with too many, or with two of one name.
  public init(
    _ files: [File], statement: [String: JSONValue], random: any RandomSource
  ) throws(Problem) {
    guard !files.isEmpty else {
      throw .malformed(Phrase("没有可存证的文件。", en: "There is no file to deposit."))
    }
    guard files.count <= DepositRecord.limit else {
      throw .malformed(
        Phrase(
          "一次最多 \(DepositRecord.limit) 个文件，请分批。",
          en: "At most \(DepositRecord.limit) files in one deposit; divide them."))
    }
    let sorted = files.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
    for (file, next) in zip(sorted, sorted.dropFirst()) where file.name == next.name {
      throw .malformed(
        Phrase("文件“\(file.name)”重复。", en: "The file “\(file.name)” is there twice."))
    }
    guard sorted[0].name != "" else {
      throw .malformed(Phrase("文件名不能为空。", en: "A file needs a name."))
    }
    let text = JSONValue.object(statement).canonical
    let first = File(
      name: "", size: Int64(text.utf8.count), content: Digest.of(text).bytes)
    leaves = ([first] + sorted).map { file in
      DepositLeaf(
        name: file.name, size: file.size, content: file.content,
        salt: random.bytes(DepositLeaf.saltBytes), nameSalt: random.bytes(DepositLeaf.saltBytes))
    }
    self.statement = text
    key = random.bytes(16)
  }

  /// What is registered: 32 bytes.
  public var value: [UInt8] {
    get throws {
      DepositValue.of(
        size: Int64(leaves.count), root: try DepositTree(leaves.map(\.hash)).root())
    }
  }

  /// All that leaves the owner's machine.
  public var request: JSONValue {
    get throws { [DepositValue.field: .string(Hex.encode(try value))] }
  }

  // MARK: Receipt

  /// Takes in the receipt of the registration, without what only the owner may read in it.
  ///
  /// - Throws: ``Problem`` 422 if it is not this deposit's or does not hold.
  public mutating func attach(_ found: Receipt) throws {
    let checks = found.verify()
    if let failed = checks.first(where: { !$0.holds }) {
      throw Problem.refused(
        "receipt-does-not-hold",
        Phrase("回执核验未通过：\(failed.name.zh)。", en: "The receipt does not hold: \(failed.name.en)."))
    }
    guard PossessionProof.registered(in: found) == Hex.encode(try value) else {
      throw Problem.refused(
        "receipt-of-another-deposit",
        Phrase("这份回执不是本次存证的。", en: "The receipt is not that of this deposit."))
    }
    receipt = Receipt(
      entry: found.entry, index: found.index, proof: found.proof, checkpoint: found.checkpoint,
      key: found.key, opening: nil)
  }

  // MARK: As JSON

  /// The document; only its owner may read it.
  public var json: JSONValue {
    get throws {
      var members: [String: JSONValue] = [
        "format": .string(DepositRecord.format), "deposit": .string(Hex.encode(try value)),
        "statement": .string(statement), "key": .string(Hex.encode(key)),
        "leaves": .array(leaves.map(\.json)),
      ]
      if let filing {
        members["filing"] = [
          "city": .string(filing.city), "number": .string(filing.number),
          "token": .string(filing.token),
        ]
      }
      if let receipt { members["receipt"] = receipt.json }
      return .object(members)
    }
  }

  /// Reads the document.
  ///
  /// - Throws: ``Problem`` 400 with what is missing or wrong, also where a digest was changed.
  public init(_ json: JSONValue) throws {
    guard json["format"]?.string == DepositRecord.format else {
      throw DepositRecord.wrong("format")
    }
    guard let list = json["leaves"]?.array, (2...DepositRecord.limit + 1).contains(list.count)
    else {
      throw DepositRecord.wrong("leaves")
    }
    leaves = try list.map { try DepositLeaf($0) }
    guard let text = json["statement"]?.string, Digest.of(text).bytes == leaves[0].content,
      leaves[0].name.isEmpty, leaves.dropFirst().allSatisfy({ !$0.name.isEmpty })
    else { throw DepositRecord.wrong("statement") }
    statement = text
    key = try DepositRecord.bytes(json, "key", count: 16)
    if let filing = json["filing"] {
      guard let city = filing["city"]?.string, let number = filing["number"]?.string,
        let token = filing["token"]?.string
      else { throw DepositRecord.wrong("filing") }
      self.filing = Filing(city: city, number: number, token: token)
    }
    if let receipt = json["receipt"] { self.receipt = try Receipt(receipt) }
    guard try DepositRecord.bytes(json, "deposit") == value else {
      throw DepositRecord.wrong("deposit")
    }
  }

  static func wrong(_ name: String) -> Problem {
    .malformed(
      Phrase("存证文件的“\(name)”缺失或有误。", en: "“\(name)” of the deposit file is missing or wrong."))
  }

  static func bytes(
    _ json: JSONValue, _ name: String, count: Int = 32
  ) throws(Problem) -> [UInt8] {
    // One spelling only: what differs in a byte is another file.
    guard let text = json[name]?.string, let bytes = Hex.decode(text), bytes.count == count,
      Hex.encode(bytes) == text
    else { throw wrong(name) }
    return bytes
  }
}
