import Commons

/// What a bid says beside its price, as it is published: members that red flags look at, in the types of OCDS, whatever
/// the bidder wrote.
///
/// Accounts, serials, addresses and persons do not enter the log. What flags ask is whether two bids have the same, so
/// that an alias within the purchase says enough: equal ones have one alias.
struct BidParticulars {
  /// Parts of a fingerprint that flags compare.
  private static let prints = ["makerCode", "fileCode", "dongle", "mac", "cpu", "disk", "ip"]
  /// Bytes of texts of documents in all bids of a purchase: an act's public fields are bounded.
  private static let textBytes = 24_000
  /// Elements of a list that are looked at.
  private static let listLimit = 20

  private var aliases: [String: [String: Int]] = [:]
  private var published: [String: [String: JSONValue]] = [:]

  /// The particulars of all bids of a purchase, in their order.
  init(_ bids: [ChainBid]) {
    let room = BidParticulars.textBytes / max(1, bids.count)
    for bid in bids { published[bid.id] = particulars(bid.more, room: room) }
  }

  /// What is published of a bid.
  func of(_ bid: ChainBid) -> [String: JSONValue] { published[bid.id] ?? [:] }

  private mutating func alias(_ kind: String, _ value: JSONValue?) -> JSONValue? {
    guard let text = value?.string, !text.isEmpty else { return nil }
    let known = aliases[kind]?[text]
    let number = known ?? (aliases[kind]?.count ?? 0) + 1
    aliases[kind, default: [:]][text] = number
    return .string("\(kind)-\(number)")
  }

  private mutating func particulars(
    _ more: [String: JSONValue], room: Int
  ) -> [String: JSONValue] {
    var members: [String: JSONValue] = [:]
    var deposit: [String: JSONValue] = [:]
    deposit["account"] = alias("account", more["deposit"]?["account"])
    if let amount = more["deposit"]?["value"]?["amount"]?.double, amount.isFinite, amount >= 0 {
      deposit["value"] = ["amount": .number(amount), "currency": "CNY"]
    }
    if !deposit.isEmpty { members["deposit"] = .object(deposit) }
    var fingerprint: [String: JSONValue] = [:]
    for print in BidParticulars.prints {
      fingerprint[print] = alias(print, more["fingerprint"]?[print])
    }
    if !fingerprint.isEmpty { members["fingerprint"] = .object(fingerprint) }
    if let agent = alias("agent", more["agent"]?["id"]) { members["agent"] = ["id": agent] }
    var team: [JSONValue] = []
    for person in (more["projectTeam"]?.array ?? []).prefix(BidParticulars.listLimit) {
      if let one = alias("person", person["id"]) { team.append(["id": one]) }
    }
    if !team.isEmpty { members["projectTeam"] = .array(team) }
    let documents = documents(more["documents"], room: room)
    if !documents.isEmpty { members["documents"] = .array(documents) }
    return members
  }

  private func documents(_ value: JSONValue?, room: Int) -> [JSONValue] {
    var left = room
    return (value?.array ?? []).prefix(BidParticulars.listLimit).enumerated().map {
      place, document in
      var members: [String: JSONValue] = ["id": .string("d\(place + 1)")]
      if let author = document["author"]?.string {
        members["author"] = .string(String(author.prefix(ChainBid.idLimit)))
      }
      if let text = document["text"]?.string ?? document["description"]?.string, left > 0 {
        let kept = BidParticulars.beginning(of: text, bytes: left)
        left -= kept.utf8.count
        members["text"] = .string(kept)
      }
      return .object(members)
    }
  }

  /// As many whole characters as fit.
  private static func beginning(of text: String, bytes: Int) -> String {
    guard text.utf8.count > bytes else { return text }
    var count = 0
    return String(
      text.prefix { character in
        count += character.utf8.count
        return count <= bytes
      })
  }
}
