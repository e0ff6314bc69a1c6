import Commons

/// Purchases as pages list them, kept up to date release by release: a page costs what it shows, not what the city
/// has ever bought. It is folded from the same public fields as the flags.
struct PurchaseIndex: Sendable {
  /// How far a purchase has come, as the public sees it.
  enum Phase: String, CaseIterable, Sendable {
    case planning, announced, bidding, opened, awarded, contracted, ended

    var name: Phrase {
      switch self {
      case .planning: Phrase("筹划", en: "planning")
      case .announced: Phrase("已公告", en: "announced")
      case .bidding: Phrase("征集响应", en: "taking bids")
      case .opened: Phrase("已开启，评审中", en: "opened, evaluated")
      case .awarded: Phrase("已定标", en: "awarded")
      case .contracted: Phrase("已签约", en: "contract signed")
      case .ended: Phrase("终止或失败", en: "terminated or failed")
      }
    }

    /// The phase of a compiled release.
    init(_ release: JSONValue) {
      let status = release["tender"]?["status"]?.string ?? ""
      if release["contracts"]?.array?.isEmpty == false {
        self = .contracted
      } else if release["awards"]?.array?.contains(where: { $0["status"]?.string == "active" })
        == true
      {
        self = .awarded
      } else {
        switch status {
        case "planned": self = .announced
        case "active": self = .bidding
        case "complete": self = .opened
        case "cancelled", "unsuccessful", "withdrawn": self = .ended
        default: self = .planning
        }
      }
    }
  }

  /// A purchase as a line of a list.
  struct Notice: Sendable {
    let ocid, title, buyer, buyerName: String
    /// ``ProcurementMethod`` by its word; what a connected platform calls its own methods as it was sent.
    let method: String
    let phase: Phase
    /// The date of its latest release, in microseconds.
    let at: Int64
    let price: Double?
    var alerts = 0
  }

  /// Where a purchase stands among all, by the date of its latest release.
  struct Place: Comparable, Sendable {
    let at: Int64
    let ocid: String
    static func < (a: Place, b: Place) -> Bool {
      a.at != b.at ? a.at < b.at : a.ocid < b.ocid
    }
  }

  /// What a bidder and a buyer have to do with each other.
  struct Tie: Sendable {
    var bids = 0
    var wins = 0
    var alerts = 0
    var isNothing: Bool { bids == 0 && wins == 0 && alerts == 0 }
  }

  /// Organisations by number.
  struct Pair: Hashable, Sendable {
    let bidder: UInt32
    let buyer: UInt32
  }

  /// An alert: of which process, whom it names (`process`, `tenderer:ID` or `buyer:ID`), by which indicator.
  struct Alert: Sendable {
    let ocid, subject, code: String
    /// Organisations of the process that it names besides.
    var names: [String] = []
    var id: String { "\(ocid)|\(subject)|\(code)" }
  }

  /// An organisation.
  struct Organisation: Sendable {
    let id: String
    var name: String?
    var purchases: Set<String> = []
    /// How many ties it has.
    var degree = 0
    var isBuyer = false
    /// Alerts that name it, in the order of the log.
    var alerts: [Alert] = []
  }

  private(set) var notices: [String: Notice] = [:]
  private(set) var organisations: [Organisation] = []
  private(set) var ties: [Pair: Tie] = [:]
  /// By process, how far the second-lowest price lies above the winner's, where the engine compares them.
  private(set) var ratios: [String: Double] = [:]
  /// Alerts by code.
  private(set) var codes: [String: Int] = [:]
  /// By alert, the organisations that it names besides its subject.
  private(set) var names: [String: [String]] = [:]
  private var numbers: [String: UInt32] = [:]
  /// All purchases, the oldest first.
  private var order: [Place] = []
  /// All ocids in order, but for the newest, which wait until somebody asks.
  private var sorted: [String] = []
  private var unsorted: [String] = []

  var count: Int { notices.count }

  // MARK: Folding

  /// Takes the compiled release of a process in the place of the one before it.
  mutating func take(_ ocid: String, from old: JSONValue?, to new: JSONValue, ratio: Double?) {
    if let old { count(old, adds: false) }
    count(new, adds: true)
    ratios[ocid] = ratio
    if let known = notices[ocid] {
      let place = position(Place(at: known.at, ocid: ocid))
      if place < order.count, order[place].ocid == ocid { order.remove(at: place) }
    } else {
      unsorted.append(ocid)
    }
    var notice = PurchaseIndex.notice(ocid, new)
    notice.alerts = notices[ocid]?.alerts ?? 0
    notices[ocid] = notice
    let place = Place(at: notice.at, ocid: ocid)
    order.insert(place, at: position(place))
    for party in new["parties"]?.array ?? [] {
      guard let id = party["id"]?.string, !id.isEmpty else { continue }
      let number = number(id)
      organisations[number].purchases.insert(ocid)
      if let name = party["name"]?.string { organisations[number].name = name }
    }
    if !notice.buyer.isEmpty {
      let number = number(notice.buyer)
      organisations[number].isBuyer = true
      organisations[number].purchases.insert(ocid)
      if !notice.buyerName.isEmpty { organisations[number].name = notice.buyerName }
    }
  }

  /// Takes an alert that was raised.
  mutating func raise(_ alert: Alert) {
    codes[alert.code, default: 0] += 1
    notices[alert.ocid]?.alerts += 1
    var named = alert.names
    if let colon = alert.subject.firstIndex(of: ":") {
      named.append(String(alert.subject[alert.subject.index(after: colon)...]))
    }
    if !alert.names.isEmpty { names[alert.id] = alert.names }
    let buyer = notices[alert.ocid]?.buyer ?? ""
    for id in named {
      let one = number(id)
      organisations[one].alerts.append(alert)
      guard id != buyer, !buyer.isEmpty else { continue }
      change(Pair(bidder: UInt32(one), buyer: UInt32(number(buyer)))) { $0.alerts += 1 }
    }
  }

  private static func notice(_ ocid: String, _ release: JSONValue) -> Notice {
    let tender = release["tender"]
    let details = tender?["procurementMethodDetails"]?.string ?? ""
    let own = ProcurementMethod.allCases.first { $0.name.zh == details }?.rawValue
    let award = release["awards"]?.array?.first { $0["status"]?.string == "active" }
    return Notice(
      ocid: ocid, title: tender?["title"]?.string ?? "",
      buyer: release["buyer"]?["id"]?.string ?? "",
      buyerName: release["buyer"]?["name"]?.string ?? "",
      method: own ?? (details.isEmpty ? tender?["procurementMethod"]?.string ?? "" : details),
      phase: Phase(release),
      at: release["date"]?.string.flatMap { Instant(rfc3339: $0) }?.microseconds ?? 0,
      price: award?["value"]?["amount"]?.double)
  }

  /// Adds what a release says of ties, or takes it away.
  private mutating func count(_ release: JSONValue, adds: Bool) {
    guard let buyer = release["buyer"]?["id"]?.string, !buyer.isEmpty,
      let details = release["bids"]?["details"]?.array, !details.isEmpty
    else { return }
    let suppliers = (release["awards"]?.array ?? []).flatMap { $0["suppliers"]?.array ?? [] }
      .compactMap { $0["id"]?.string }
    let other = UInt32(number(buyer))
    for bid in details {
      for tenderer in (bid["tenderers"]?.array ?? []).compactMap({ $0["id"]?.string }) {
        let step = adds ? 1 : -1
        change(Pair(bidder: UInt32(number(tenderer)), buyer: other)) { tie in
          tie.bids += step
          tie.wins += suppliers.contains(tenderer) ? step : 0
        }
      }
    }
  }

  private mutating func change(_ pair: Pair, _ body: (inout Tie) -> Void) {
    var tie = ties[pair] ?? Tie()
    let was = tie.isNothing
    body(&tie)
    guard was != tie.isNothing else {
      ties[pair] = tie.isNothing ? nil : tie
      return
    }
    ties[pair] = tie.isNothing ? nil : tie
    for one in [pair.bidder, pair.buyer] {
      organisations[Int(one)].degree += tie.isNothing ? -1 : 1
    }
  }

  private mutating func number(_ id: String) -> Int {
    if let known = numbers[id] { return Int(known) }
    numbers[id] = UInt32(organisations.count)
    organisations.append(Organisation(id: id))
    return organisations.count - 1
  }

  /// The first place that is not before this one.
  private func position(_ place: Place) -> Int {
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if order[middle] < place { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Asking

  /// What a list of purchases is narrowed to; empty words narrow nothing.
  struct Filter: Sendable {
    var words = ""
    var buyer = ""
    var method = ""
    var phase: Phase?

    /// Whether it takes a purchase; `text` is the words in UTF-8.
    func takes(_ notice: Notice, _ text: [UInt8]) -> Bool {
      (phase == nil || notice.phase == phase) && (buyer.isEmpty || notice.buyer == buyer)
        && (method.isEmpty || notice.method == method)
        && (words.isEmpty || notice.title.contains(utf8: text) || notice.ocid == words
          || notice.buyerName.contains(utf8: text))
    }
  }

  /// Purchases before a place, the latest first, and where to go on.
  func latest(
    _ filter: Filter = Filter(), before: Place? = nil, limit: Int
  ) -> (rows: [Notice], next: Place?) {
    var rows: [Notice] = []
    let words = Array(filter.words.utf8)
    var index = before.map { position($0) } ?? order.count
    while index > 0 {
      index -= 1
      guard let notice = notices[order[index].ocid], filter.takes(notice, words) else { continue }
      if rows.count == limit {
        return (rows, rows.last.map { Place(at: $0.at, ocid: $0.ocid) })
      }
      rows.append(notice)
    }
    return (rows, nil)
  }

  /// Ocids after one, in order, and whether there are more.
  mutating func ocids(after ocid: String, limit: Int) -> (ids: [String], more: Bool) {
    if !unsorted.isEmpty {
      sorted += unsorted
      unsorted = []
      sorted.sort()
    }
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] <= ocid { low = middle + 1 } else { high = middle }
    }
    let ids = Array(sorted[low..<min(low + limit, sorted.count)])
    return (ids, low + limit < sorted.count)
  }

  func organisation(_ id: String) -> Organisation? {
    numbers[id].map { organisations[Int($0)] }
  }

  func id(_ number: UInt32) -> String { organisations[Int(number)].id }

  /// The ties of an organisation, or all, those with most alerts and bids first: how many there are, and the first.
  func ties(of id: String?, limit: Int) -> (count: Int, first: [(pair: Pair, tie: Tie)]) {
    let wanted = id.map { numbers[$0] ?? .max }
    var count = 0
    var first = Leading<(pair: Pair, tie: Tie)>(limit) { a, b in
      if a.tie.alerts != b.tie.alerts { return a.tie.alerts > b.tie.alerts }
      if a.tie.bids != b.tie.bids { return a.tie.bids > b.tie.bids }
      return (self.id(a.pair.bidder), self.id(a.pair.buyer))
        < (self.id(b.pair.bidder), self.id(b.pair.buyer))
    }
    for (pair, tie) in ties {
      guard wanted == nil || pair.bidder == wanted || pair.buyer == wanted else { continue }
      count += 1
      first.take((pair, tie))
    }
    return (count, first.elements)
  }

  /// The organisations with the most ties.
  func busiest(limit: Int) -> [Organisation] {
    var first = Leading<Organisation>(limit) { a, b in
      a.degree != b.degree ? a.degree > b.degree : a.id < b.id
    }
    for one in organisations where one.degree > 0 { first.take(one) }
    return first.elements
  }

  /// The widest price gaps, and the processes.
  func widest(limit: Int) -> [(ocid: String, ratio: Double)] {
    var first = Leading<(ocid: String, ratio: Double)>(limit) { a, b in
      a.ratio != b.ratio ? a.ratio > b.ratio : a.ocid < b.ocid
    }
    for (ocid, ratio) in ratios { first.take((ocid, ratio)) }
    return first.elements
  }
}

/// The first of many by some order, without sorting them all.
struct Leading<Element> {
  private(set) var elements: [Element] = []
  private let limit: Int
  private let precedes: (Element, Element) -> Bool

  init(_ limit: Int, _ precedes: @escaping (Element, Element) -> Bool) {
    self.limit = limit
    self.precedes = precedes
  }

  mutating func take(_ element: Element) {
    if elements.count == limit {
      guard let last = elements.last, precedes(element, last) else { return }
      elements.removeLast()
    }
    let place = elements.firstIndex { precedes(element, $0) } ?? elements.count
    elements.insert(element, at: place)
  }
}

extension String {
  /// Whether it has these bytes somewhere. A search goes through every title of a city, and by characters that takes
  /// more than a second.
  fileprivate func contains(utf8 bytes: [UInt8]) -> Bool {
    guard let first = bytes.first else { return true }
    var text = self
    return text.withUTF8 { text in
      var start = 0
      while start + bytes.count <= text.count {
        if text[start] == first, text[start..<start + bytes.count].elementsEqual(bytes) {
          return true
        }
        start += 1
      }
      return false
    }
  }
}
