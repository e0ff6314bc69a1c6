import Commons
import EvidenceLog

/// The proof that certain files of a deposit existed when it was registered. It shows nothing of the
/// other files, and of these their digests alone: the files themselves are shown beside it.
public struct PossessionProof: Sendable {
  /// One file in it.
  public struct Part: Sendable {
    /// Its place among the leaves, from 0.
    public let index: Int64
    let salt: [UInt8]
    /// SHA-256 of the file.
    public let content: [UInt8]
    let nameDigest: [UInt8]
    /// The name with its salt, where it is shown.
    let name: (text: String, salt: [UInt8])?
    let path: [[UInt8]]

    /// The name under which it was deposited, where that is shown.
    public var shownName: String? { name?.text }
  }

  /// The name of the format.
  public static let format = "tequ-possession-1"

  /// Leaves of the whole deposit.
  public let size: Int64
  /// The files that are proven, and perhaps the statement.
  public let parts: [Part]
  /// What the owner said when depositing, if it is shown: the content of the leaf 0.
  public let statement: String?
  /// The proof that the deposit was registered.
  public let receipt: Receipt

  /// A proof of some files of a deposit.
  ///
  /// - Parameter contents: SHA-256 of each file that is to be proven.
  /// - Throws: ``Problem`` 422 without a receipt, 404 for a file that is not in the deposit.
  public init(
    of record: DepositRecord, contents: [[UInt8]], showsNames: Bool, showsStatement: Bool
  ) throws {
    guard let receipt = record.receipt else {
      throw Problem.refused(
        "deposit-without-receipt",
        Phrase(
          "存证尚无日志回执，请先取得回执。", en: "The deposit has no receipt of the log yet; fetch it first."))
    }
    let tree = DepositTree(record.leaves.map(\.hash))
    var places = showsStatement ? [0] : []
    for content in contents {
      guard
        let place = record.leaves.indices.dropFirst().first(where: {
          record.leaves[$0].content == content && !places.contains($0)
        })
      else {
        throw Problem.notFound(
          Phrase(
            "本次存证中没有内容摘要为 \(Hex.encode(content)) 的文件（文件可能改动过）。",
            en: "No file of the deposit has the digest \(Hex.encode(content)); was it changed?"))
      }
      places.append(place)
    }
    parts = try places.map { place in
      let leaf = record.leaves[place]
      return Part(
        index: Int64(place), salt: leaf.salt, content: leaf.content, nameDigest: leaf.nameDigest,
        name: showsNames || place == 0 ? (leaf.name, leaf.nameSalt) : nil,
        path: try tree.proof(of: place))
    }
    size = Int64(record.leaves.count)
    statement = showsStatement ? record.statement : nil
    self.receipt = receipt
  }

  /// The value that a receipt's act registers, in hex; nil if it is no registration of a deposit.
  static func registered(in receipt: Receipt) -> String? {
    guard let entry = try? LogEntry(canonicalBytes: Array(receipt.entry.utf8)),
      entry.kind == DepositValue.kind
    else { return nil }
    return entry.publicFields[DepositValue.field]?.string
  }

  /// When the deposit was recorded: the files existed then. Nil if the receipt cannot be read.
  public var recordedAt: Instant? {
    (try? LogEntry(canonicalBytes: Array(receipt.entry.utf8)))?.recordedAt
  }

  // MARK: Verification

  /// Checks the proof with nothing but itself, the files that are shown, and the keys one trusts.
  ///
  /// - Parameter contents: SHA-256 of each file that is shown.
  public func verify(
    contents: [[UInt8]], trusting keys: [NoteVerifier] = []
  ) -> [Receipt.Check] {
    let value = PossessionProof.registered(in: receipt)
    var checks = [
      Receipt.Check(
        id: "registered", name: Phrase("登记的是存证", en: "the act registers a deposit"),
        holds: value != nil, detail: value ?? "—")
    ]
    let files = parts.filter { $0.index != 0 }
    checks += parts.map { part in
      let known = part.name.map { name in
        DepositLeaf.nameDigest(name.text, salt: name.salt) == part.nameDigest
      }
      // The empty name is the statement's, the first leaf's: no file may pass for it.
      let fits = (known ?? true) && part.name.map { ($0.text == "") == (part.index == 0) } ?? true
      let leaf = DepositLeaf.hash(
        salt: part.salt, content: part.content, nameDigest: part.nameDigest)
      let root = MerkleTree.root(leaf: leaf, at: part.index, size: size, proof: part.path)
      let found = root.map { Hex.encode(DepositValue.of(size: size, root: $0)) }
      return Receipt.Check(
        id: "part-\(part.index)",
        name: Phrase("第\(part.index)项在存证之内", en: "item \(part.index) is in the deposit"),
        holds: found != nil && found == value && fits,
        detail: part.shownName.flatMap { $0.isEmpty ? nil : $0 } ?? "\(part.index) / \(size)")
    }
    checks += shown(contents, files)
    let first = parts.first { $0.index == 0 }
    if statement != nil || first != nil {
      checks.append(
        Receipt.Check(
          id: "statement", name: Phrase("存证时的声明", en: "the statement made with it"),
          holds: statement.map { Digest.of($0).bytes == first?.content } ?? false,
          detail: statement ?? "—"))
    }
    return checks + receipt.verify(trusting: keys)
  }

  /// That each file of the proof is shown, and each file that is shown is in the proof.
  private func shown(_ contents: [[UInt8]], _ files: [Part]) -> [Receipt.Check] {
    var rest = contents
    var checks = files.map { part in
      let place = rest.firstIndex(of: part.content)
      if let place { rest.remove(at: place) }
      return Receipt.Check(
        id: "shown-\(part.index)",
        name: Phrase("第\(part.index)项的文件相符", en: "the file of item \(part.index) fits"),
        holds: place != nil, detail: Hex.encode(part.content))
    }
    if files.isEmpty {
      checks.append(
        Receipt.Check(
          id: "shown", name: Phrase("证明至少一个文件", en: "at least one file is proven"), holds: false,
          detail: "0"))
    }
    return checks
      + rest.map {
        Receipt.Check(
          id: "unknown", name: Phrase("出示的文件在证明之内", en: "the file shown is in the proof"),
          holds: false, detail: Hex.encode($0))
      }
  }
}

// MARK: As JSON

extension PossessionProof {
  /// The document, to be handed over together with the files.
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "format": .string(PossessionProof.format), "size": .integer(size),
      "parts": .array(parts.map(\.json)), "receipt": receipt.json,
    ]
    if let statement { members["statement"] = .string(statement) }
    return .object(members)
  }

  /// Reads the document; throws 400 with what is missing or wrong.
  public init(_ json: JSONValue) throws(Problem) {
    guard json["format"]?.string == PossessionProof.format else {
      throw DepositRecord.wrong("format")
    }
    guard let size = json["size"]?.integer, (2...Int64(DepositRecord.limit) + 1).contains(size)
    else {
      throw DepositRecord.wrong("size")
    }
    guard let list = json["parts"]?.array, !list.isEmpty, list.count <= size else {
      throw DepositRecord.wrong("parts")
    }
    var parts: [Part] = []
    for part in list { parts.append(try Part(part)) }
    guard Set(parts.map(\.index)).count == parts.count else { throw DepositRecord.wrong("parts") }
    guard let receipt = json["receipt"] else { throw DepositRecord.wrong("receipt") }
    if let statement = json["statement"], statement.string == nil {
      throw DepositRecord.wrong("statement")
    }
    self.size = size
    self.parts = parts
    statement = json["statement"]?.string
    self.receipt = try Receipt(receipt)
  }
}

extension PossessionProof.Part {
  var json: JSONValue {
    var members: [String: JSONValue] = [
      "index": .integer(index), "salt": .string(Hex.encode(salt)),
      "content": .string(Hex.encode(content)),
      "path": .array(path.map { .string(Base64.encode($0)) }),
    ]
    if let name {
      members["name"] = .string(name.text)
      members["name_salt"] = .string(Hex.encode(name.salt))
    } else {
      members["name_digest"] = .string(Hex.encode(nameDigest))
    }
    return .object(members)
  }

  init(_ json: JSONValue) throws(Problem) {
    guard let index = json["index"]?.integer, index >= 0 else { throw DepositRecord.wrong("index") }
    let path = (json["path"]?.array ?? [.null]).map { $0.string.flatMap { Base64.decode($0) } }
    guard !path.contains(where: { $0?.count != 32 }) else { throw DepositRecord.wrong("path") }
    self.index = index
    salt = try DepositRecord.bytes(json, "salt")
    content = try DepositRecord.bytes(json, "content")
    self.path = path.compactMap { $0 }
    guard let text = json["name"] else {
      name = nil
      nameDigest = try DepositRecord.bytes(json, "name_digest")
      return
    }
    // Either form alone: with both, one of them would be vouched for by nothing.
    guard let shown = text.string, json["name_digest"] == nil else {
      throw DepositRecord.wrong("name")
    }
    let hidden = try DepositRecord.bytes(json, "name_salt")
    name = (shown, hidden)
    nameDigest = DepositLeaf.nameDigest(shown, salt: hidden)
  }
}
