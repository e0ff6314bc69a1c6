import Commons

/// How a state firm buys: what the chain asks for differs by it.
public enum ProcurementMethod: String, CaseIterable, Hashable, Sendable {
  case tender, invited, inquiry, auction, negotiation, direct

  /// Its name.
  public var name: Phrase {
    switch self {
    case .tender: Phrase("公开招标", en: "open tender")
    case .invited: Phrase("邀请招标", en: "invited tender")
    case .inquiry: Phrase("询比采购", en: "inquiry")
    case .auction: Phrase("竞价采购", en: "auction-type bidding")
    case .negotiation: Phrase("谈判采购", en: "negotiation")
    case .direct: Phrase("直接采购", en: "direct procurement")
    }
  }

  /// `tender.procurementMethod` of OCDS.
  var ocds: String {
    switch self {
    // What the Bidding Law does not govern is not held to its periods.
    case .tender: "open"
    case .invited: "selective"
    case .inquiry, .auction, .negotiation: "limited"
    case .direct: "direct"
    }
  }

  /// Whether the Bidding Law governs it.
  var isTendering: Bool { self == .tender || self == .invited }
  /// Whether bids are sealed until the hour.
  var hasBids: Bool { self != .direct }
  /// Whether a committee scores: elsewhere the lowest price wins.
  var hasCommittee: Bool { self == .tender || self == .invited || self == .negotiation }
}
