import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import MeasureKit
import SealedFiles

/// Sealed bids: a bid is a text that is encrypted twice in the age format, first to the key of one keeper,
/// then to that of the other. Neither can open it alone, and the city holds neither key. With the envelope
/// the bidder hands in two digests, so that nothing can be exchanged when the seals are opened.
public enum BidEnvelope {
  /// What a bidder hands in.
  public struct Sealed: Sendable {
    /// Digest of the bid's text.
    public let content: String
    /// Digest of what is under the outer seal.
    public let inner: String
    /// Both seals closed, in base64.
    public let envelope: String
  }

  static func recipient(_ text: String) -> SealedFile.Recipient? {
    SealedFile.Recipient(text: text)
  }

  /// Closes both seals.
  ///
  /// - Throws: ``Problem`` 400 for a key that is none.
  public static func seal(
    _ text: String, keys: (String, String), random: some RandomSource
  ) throws -> Sealed {
    guard let first = recipient(keys.0), let second = recipient(keys.1) else {
      throw Problem.malformed(Phrase("开标公钥应为 age1… 格式。", en: "Opening keys are written age1…."))
    }
    let content = Array(text.utf8)
    let inner = try close(content, second, random)
    let outer = try close(inner, first, random)
    return Sealed(
      content: Digest.of(content).hex, inner: Digest.of(inner).hex,
      envelope: Base64.encode(outer))
  }

  private static func close(
    _ bytes: [UInt8], _ key: SealedFile.Recipient, _ random: some RandomSource
  ) throws -> [UInt8] {
    var sealer = try FileSealer(.recipient(key), random: random)
    return sealer.header + sealer.seal(bytes) + sealer.finish()
  }

  /// Opens one seal.
  ///
  /// - Throws: ``Problem`` if the key does not fit or the bytes were changed.
  public static func unseal(_ bytes: [UInt8], _ key: SealedFile.Identity) throws -> [UInt8] {
    var opener = FileOpener(.identity(key))
    return try opener.open(bytes) + opener.finish()
  }

  /// What a keeper hands in for all bids, each against the digest that its bidder gave; `null` says that the key does
  /// not open it, or that what is under the seal has another digest: one bid must not keep all others closed.
  static func matching(
    _ text: String, _ field: String, _ bids: [CaseFileRow], digest: String, isBase64: Bool
  ) throws -> [[UInt8]?] {
    func wrong(_ zh: String, _ en: String) -> Problem {
      .invalid([Problem.Field(field, Phrase(zh, en: en))])
    }
    guard let members = (try? JSONValue(parsing: Array(text.utf8)))?.object else {
      throw wrong("应为 JSON 对象：投标编号到内容。", "A JSON object is expected: number of the bid to content.")
    }
    let numbers = bids.map(\.base.number.description)
    guard Set(members.keys) == Set(numbers) else {
      throw wrong(
        "应当开启全部且仅有已递交的投标。", "All bids that were handed in, and no other, are to be opened.")
    }
    return try bids.map { row in
      let number = row.base.number.description
      if members[number] == .null { return nil }
      let value = members[number]?.string ?? ""
      let bytes = isBase64 ? Base64.decode(value) : Array(value.utf8)
      guard let bytes, Digest.of(bytes).hex == (try CaseFacts(row.facts)).string(digest) else {
        throw wrong(
          "投标 \(number) 的内容与递交时的摘要不符；如确实无法开启，填 null。",
          "Bid \(number) is not what its bidder handed in; if it cannot be opened, say null.")
      }
      return bytes
    }
  }
}

/// A bid as it stands once its seals are open.
struct ChainBid: Sendable {
  let id: String
  let tenderer: String
  let name: String
  let amount: Int64
  let date: String
  var status: String
  var why: String
  var score: Double?
  let salt: String
  /// Members that red flags look at: deposit, fingerprint, agent, documents.
  let more: [String: JSONValue]

  /// The format of a bid's text.
  static let format = "tequ-bid-1"
  private static let extras = ["deposit", "fingerprint", "agent", "projectTeam", "documents"]

  /// Signs of an organisation's id at most.
  static let idLimit = 64

  /// Whether a text can stand for an organisation in releases and alerts: a credit code, or letters and digits of
  /// another register with signs between them.
  static func isID(_ text: String) -> Bool {
    (1...idLimit).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
          || (0x61...0x7A).contains(byte) || [0x2D, 0x2E, 0x3A, 0x5F].contains(byte)
      }
  }

  /// A bid read from its text; one that is not in order is rejected, with the reason.
  init(id: String, _ row: CaseFileRow, _ bytes: [UInt8], project: String, ceiling: Int64) {
    let json = (try? JSONValue(parsing: bytes)) ?? .null
    self.id = id
    let said = json["tenderer"]?["id"]?.string ?? ""
    tenderer = ChainBid.isID(said) ? said : ""
    name = json["tenderer"]?["name"]?.string ?? ""
    amount = json["amount"]?.integer ?? 0
    salt = json["salt"]?.string ?? ""
    date = row.base.openedAt.rfc3339(in: .beijing)
    more = (json.object ?? [:]).filter { ChainBid.extras.contains($0.key) }
    score = nil
    why =
      json["format"]?.string != ChainBid.format || json["project"]?.string != project
        || tenderer.isEmpty || salt.count < 32
      ? "content" : amount <= 0 || amount > ceiling ? "price" : ""
    status = why.isEmpty ? "valid" : "disqualified"
  }

  /// A bid that a keeper could not open.
  init(unopened id: String, _ row: CaseFileRow) {
    self.id = id
    (tenderer, name, amount, salt, score, more) = ("", "", 0, "", nil, [:])
    date = row.base.openedAt.rfc3339(in: .beijing)
    (status, why) = ("disqualified", "unopened")
  }

  init(id: String, tenderer: String, name: String, amount: Int64, at moment: Instant) {
    self.id = id
    self.tenderer = tenderer
    self.name = name
    self.amount = amount
    date = moment.rfc3339(in: .beijing)
    status = "valid"
    (why, score, salt, more) = ("", nil, "", [:])
  }

  init?(_ json: JSONValue) {
    guard let id = json["id"]?.string else { return nil }
    self.id = id
    tenderer = json["tenderer"]?.string ?? ""
    name = json["name"]?.string ?? ""
    amount = json["amount"]?.integer ?? 0
    date = json["date"]?.string ?? ""
    status = json["status"]?.string ?? ""
    why = json["why"]?.string ?? ""
    score = json["score"]?.double
    salt = json["salt"]?.string ?? ""
    more = json["more"]?.object ?? [:]
  }

  var json: JSONValue {
    var members: [String: JSONValue] = [
      "id": .string(id), "tenderer": .string(tenderer), "name": .string(name),
      "amount": .integer(amount), "date": .string(date), "status": .string(status),
      "why": .string(why), "salt": .string(salt), "more": .object(more),
    ]
    if let score { members["score"] = .number(score) }
    return .object(members)
  }

  static func all(_ facts: CaseFacts) -> [ChainBid] {
    (facts["bids"]?.array ?? []).compactMap { ChainBid($0) }
  }

  /// Two bids of one bidder are both rejected (招标投标法实施条例第五十一条第四项).
  static func rejectRepeated(_ bids: inout [ChainBid]) {
    let counts = bids.reduce(into: [String: Int]()) { $0[$1.tenderer, default: 0] += 1 }
    for index in bids.indices
    where !bids[index].tenderer.isEmpty && (counts[bids[index].tenderer] ?? 0) > 1 {
      bids[index].status = "disqualified"
      bids[index].why = "repeated"
    }
  }

  /// Reads the committee's scores: every valid bid has one, or a reason why it is rejected.
  static func score(_ bids: inout [ChainBid], _ text: String) throws {
    func wrong(_ zh: String, _ en: String) -> Problem {
      .invalid([Problem.Field("scores", Phrase(zh, en: en))])
    }
    var said: [String: [Substring]] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(separator: " ", maxSplits: 2)
      guard words.count >= 2, said.updateValue(words, forKey: String(words[0])) == nil else {
        throw wrong("无法读取或重复：\(line)", "Unreadable or said twice: \(line)")
      }
    }
    for index in bids.indices where bids[index].status == "valid" {
      guard let words = said.removeValue(forKey: bids[index].id) else {
        throw wrong("缺少 \(bids[index].id) 的得分。", "The score of \(bids[index].id) is missing.")
      }
      if words[1] == "x" {
        guard words.count == 3 else {
          throw wrong("否决 \(bids[index].id) 应当说明理由。", "Rejecting \(bids[index].id) needs a reason.")
        }
        bids[index].status = "disqualified"
        bids[index].why = String(words[2])
      } else {
        guard let score = Double(words[1]), (0...100).contains(score) else {
          throw wrong("得分应为0至100：\(words[1])", "A score is from 0 to 100: \(words[1])")
        }
        bids[index].score = score
      }
    }
    guard said.isEmpty else {
      throw wrong("没有这份有效响应：\(said.keys.sorted())", "No such valid bid: \(said.keys.sorted())")
    }
  }

  /// Valid bids, the best first; of equal scores the lower price, then the earlier.
  static func ranking(_ bids: [ChainBid]) -> [ChainBid] {
    bids.filter { $0.status == "valid" }.sorted {
      (-($0.score ?? 0), $0.amount, $0.date, $0.id) < (-($1.score ?? 0), $1.amount, $1.date, $1.id)
    }
  }
}

/// The order in which a seed draws experts, those left out that an interest bars.
struct ExpertDraw {
  let order: [String]
  let recused: Int

  init(_ pool: [ProcurementRules.Expert], seed: String, excluding interested: Set<String>) {
    let free = pool.filter { !interested.contains($0.employer) }
    recused = pool.count - free.count
    order = free.map { ($0.id, Digest.of("\(seed)\n\($0.id)").hex) }.sorted { $0.1 < $1.1 }
      .map(\.0)
  }
}
