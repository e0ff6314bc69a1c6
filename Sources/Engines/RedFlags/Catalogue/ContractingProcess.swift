/// One contracting process as the flags of the catalogue see it: its bids, awards, contracts and parties with
/// what most flags ask of them, and everything else by its path. One value is filled again and again.
final class ContractingProcess {
  /// An amount in hundredths of a currency's unit, converted if there are rates.
  struct Amount {
    let value: Double
    let currency: ByteText

    /// Hundredths, rounded; sums of these are exact in any order.
    var hundredths: Int64 { Int64(exactly: (value * 100).rounded()) ?? 0 }
  }

  struct Bid {
    let view: JSONView
    let status: Procurement.BidStatus
    let tenderers: ContiguousArray<ByteText>
    let amount: Amount?
    let date: Timestamp?
    let lot: ByteText?

    func has(_ tenderer: ByteText) -> Bool { tenderers.contains { $0.equals(tenderer) } }

    /// Whether two bids are of different tenderers throughout.
    func isApart(from other: Bid) -> Bool { !tenderers.contains { other.has($0) } }
  }

  struct Award {
    let view: JSONView
    let id: ByteText?
    let isActive: Bool
    let suppliers: ContiguousArray<ByteText>
    let amount: Amount?
    let date: Timestamp?
    let lot: ByteText?
  }

  struct Contract {
    let view: JSONView
    let awardID: ByteText?
    let amount: Amount?
    let signed: Timestamp?
  }

  struct Party {
    let view: JSONView
    let id: ByteText
  }

  private(set) var root: JSONView
  private(set) var ocid: ByteText
  private(set) var tender: JSONView
  private(set) var buyer: ByteText?
  private(set) var entity: ByteText?
  private(set) var bids = ContiguousArray<Bid>()
  private(set) var awards = ContiguousArray<Award>()
  private(set) var contracts = ContiguousArray<Contract>()
  private(set) var parties = ContiguousArray<Party>()
  private let tape = JSONTape()
  private let rates: ExchangeRates?
  /// The currency of the rates, in memory of its own.
  private let target: ByteText
  private let room: UnsafeMutableBufferPointer<UInt8>

  init(rates: ExchangeRates?) {
    self.rates = rates
    let name = Array((rates?.currency ?? "").utf8)
    // Eight bytes more, since texts are compared eight at a time.
    room = .allocate(capacity: name.count + 8)
    _ = room.initialize(from: name + [UInt8](repeating: 0, count: 8))
    target = ByteText(start: UnsafePointer(room.baseAddress!), count: name.count)
    root = tape.none
    tender = root
    ocid = target
  }

  deinit { room.deallocate() }

  /// Reads the process whose checked text begins here.
  func read(_ begin: Cursor, ocid: ByteText) {
    root = tape.read(begin)
    self.ocid = ocid
    tender = root["tender"]
    buyer = root["buyer"]["id"].id
    entity = tender["procuringEntity"]["id"].id
    bids.removeAll(keepingCapacity: true)
    for view in root["bids"]["details"].elements where view.kind == .object {
      bids.append(bid(view))
    }
    awards.removeAll(keepingCapacity: true)
    for view in root["awards"].elements where view.kind == .object { awards.append(award(view)) }
    contracts.removeAll(keepingCapacity: true)
    for view in root["contracts"].elements where view.kind == .object {
      let signed = view["dateSigned"].time
      contracts.append(
        Contract(
          view: view, awardID: view["awardID"].id, amount: amount(view["value"], signed),
          signed: signed))
    }
    parties.removeAll(keepingCapacity: true)
    for view in root["parties"].elements {
      if let id = view["id"].id { parties.append(Party(view: view, id: id)) }
    }
  }

  private func bid(_ view: JSONView) -> Bid {
    let date = view["date"].time
    return Bid(
      view: view, status: Procurement.BidStatus(view["status"].text),
      tenderers: ids(view["tenderers"]), amount: amount(view["value"], date), date: date,
      lot: onlyLot(view))
  }

  private func award(_ view: JSONView) -> Award {
    let date = view["date"].time
    return Award(
      view: view, id: view["id"].id, isActive: view["status"].text?.matches("active") ?? false,
      suppliers: ids(view["suppliers"]), amount: amount(view["value"], date), date: date,
      lot: onlyLot(view))
  }

  private func onlyLot(_ view: JSONView) -> ByteText? {
    var lots = view["relatedLots"].elements
    return lots.next()?.id
  }

  private func ids(_ view: JSONView) -> ContiguousArray<ByteText> {
    var ids = ContiguousArray<ByteText>()
    for element in view.elements {
      if let id = element["id"].id { ids.append(id) }
    }
    return ids
  }

  /// An amount with a currency. With rates it is converted by that of its day in China, or of the end of the
  /// tender period, or of the process; what cannot be converted is no amount.
  func amount(_ view: JSONView, _ date: Timestamp?) -> Amount? {
    guard let value = view["amount"].number, let currency = view["currency"].text else {
      return nil
    }
    guard let rates else { return Amount(value: value, currency: currency) }
    let day = date ?? tenderEnd ?? root["date"].time
    guard let day, let rate = rates.rate(of: currency.string, on: day.dayInChina) else {
      return nil
    }
    return Amount(value: value * rate, currency: target)
  }

  // MARK: What several flags ask

  var tenderStart: Timestamp? { tender["tenderPeriod"]["startDate"].time }
  var tenderEnd: Timestamp? { tender["tenderPeriod"]["endDate"].time }
  var method: ByteText? { tender["procurementMethod"].text }
  /// Open or selective: suppliers compete by tender.
  var isTendering: Bool {
    method.map { $0.matches("open") || $0.matches("selective") } ?? false
  }
  /// Limited or direct.
  var isNoncompetitive: Bool {
    method.map { $0.matches("limited") || $0.matches("direct") } ?? false
  }
  var isDirect: Bool { method?.matches("direct") ?? false }
  var estimate: Amount? { amount(tender["value"], tenderStart) }
  var activeAwards: some Sequence<Award> { awards.lazy.filter(\.isActive) }
  var submittedBids: some Sequence<Bid> { bids.lazy.filter(\.status.isSubmitted) }

  /// Whether an organisation supplies an active award.
  func isWinner(_ organisation: ByteText) -> Bool {
    activeAwards.contains { $0.suppliers.contains { $0.equals(organisation) } }
  }

  /// The award that a contract follows from.
  func award(of contract: Contract) -> Award? {
    guard let id = contract.awardID else { return nil }
    return awards.first { $0.id.map { $0.equals(id) } ?? false }
  }

  func party(_ id: ByteText) -> JSONView? { parties.first { $0.id.equals(id) }?.view }

  /// The category: the beginning of the first item's classification, else the main category.
  func category(digits: Int) -> ByteText? {
    var items = tender["items"].elements
    if let id = items.next()?["classification"]["id"].id { return id.prefix(characters: digits) }
    for award in awards {
      var items = award.view["items"].elements
      if let id = items.next()?["classification"]["id"].id { return id.prefix(characters: digits) }
    }
    return tender["mainProcurementCategory"].text
  }

  /// Submitted bids with an amount that may be compared: of one lot and one currency each.
  func comparableBids() -> [[Bid]] {
    var groups: [[Bid]] = []
    for bid in bids where bid.status.isSubmitted && !bid.tenderers.isEmpty {
      guard let amount = bid.amount, amount.value > 0 else { continue }
      let place = groups.firstIndex { group in
        guard let first = group.first, let other = first.amount else { return false }
        return other.currency.equals(amount.currency) && ContractingProcess.same(first.lot, bid.lot)
      }
      if let place { groups[place].append(bid) } else { groups.append([bid]) }
    }
    return groups
  }

  static func same(_ a: ByteText?, _ b: ByteText?) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return a.equals(b)
  }

  /// Pairs of submitted bids of different tenderers, each once.
  func forEachPair(_ body: (Bid, Bid) -> Void) {
    for (index, a) in bids.enumerated() where a.status.isSubmitted && !a.tenderers.isEmpty {
      for b in bids[(index + 1)...] where b.status.isSubmitted && !b.tenderers.isEmpty {
        if a.isApart(from: b) { body(a, b) }
      }
    }
  }
}

extension Procurement.BidStatus {
  /// The status that a word of the code list stands for.
  init(_ text: ByteText?) {
    guard let text else {
      self = .absent
      return
    }
    if text.matches("valid") {
      self = .valid
    } else if text.matches("disqualified") {
      self = .disqualified
    } else if text.matches("invited") {
      self = .invited
    } else {
      self = text.matches("withdrawn") ? .withdrawn : .other
    }
  }
}
