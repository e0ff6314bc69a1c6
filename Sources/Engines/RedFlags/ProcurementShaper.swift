/// Shapes a process before it is judged, where the settings say so: amounts in one currency, consortia as one
/// tenderer, lots apart. What Cardinal's definitions then say of a process they say of each lot.
struct ProcurementShaper {
  private let splitsLots: Bool
  private let joinsConsortia: Bool
  private let rates: ExchangeRates?
  private let room = TextArena()

  init(_ settings: FlagSettings) {
    splitsLots = settings.splitsLots
    joinsConsortia = settings.joinsConsortia
    rates = settings.rates
  }

  /// Whether there is anything to shape.
  var isNeeded: Bool { splitsLots || joinsConsortia || rates != nil }

  /// Hands over the process itself, then each of its lots.
  func shape(_ process: borrowing Procurement, _ body: (borrowing Procurement, Bool) -> Void) {
    room.reset()
    var shaped = copy process
    if let rates { convert(&shaped, rates) }
    if joinsConsortia { join(&shaped) }
    guard splitsLots, !shaped.lots.isEmpty else { return body(shaped, false) }
    var whole = shaped
    whole.bids.removeAll { !$0.lots.isEmpty }
    whole.awards.removeAll { !$0.lots.isEmpty }
    body(whole, false)
    guard let ocid = shaped.ocid else { return }
    for lot in ProcurementShaper.distinct(shaped.lots) {
      var part = shaped
      part.ocid = room.join([ocid, lot], "/")
      // The tender period and the number of tenderers are the whole process's.
      part.start = nil
      part.hasSingleTenderer = false
      part.bids.removeAll { bid in !ProcurementShaper.names(shaped, bid.lots, lot) }
      part.awards.removeAll { award in !ProcurementShaper.names(shaped, award.lots, lot) }
      // One price for several lots is no price of one of them.
      for index in part.bids.indices where part.bids[index].lots.count > 1 {
        part.bids[index].currency = nil
      }
      body(part, true)
    }
  }

  private static func names(_ process: Procurement, _ range: Range<Int>, _ lot: ByteText) -> Bool {
    range.contains { process.lots[$0].equals(lot) }
  }

  private static func distinct(_ texts: some Collection<ByteText>) -> ContiguousArray<ByteText> {
    var sorted = ContiguousArray(texts)
    sorted.sort { $0.precedes($1) }
    var distinct = ContiguousArray<ByteText>()
    for text in sorted where !(distinct.last.map { $0.equals(text) } ?? false) {
      distinct.append(text)
    }
    return distinct
  }

  private func convert(_ process: inout Procurement, _ rates: ExchangeRates) {
    var name = rates.currency
    let target = name.withUTF8 { utf8 in
      utf8.baseAddress.map { room.join([ByteText(start: $0, count: utf8.count)], "") }
    }
    for index in process.bids.indices {
      guard let currency = process.bids[index].currency else { continue }
      let date = (process.bids[index].date ?? process.end).flatMap(Timestamp.init)
      let day = date ?? process.end.flatMap(Timestamp.init)
      if let day, let rate = rates.rate(of: currency.string, on: day.dayInChina) {
        process.bids[index].amount *= rate
        process.bids[index].currency = target
      } else if currency.string != rates.currency {
        process.bids[index].currency = nil
      }
    }
  }

  private func join(_ process: inout Procurement) {
    for index in process.bids.indices { join(&process.bids[index].tenderers, &process.parties) }
    for index in process.awards.indices { join(&process.awards[index].suppliers, &process.parties) }
  }

  private func join(
    _ parties: inout Procurement.Parties, _ ids: inout ContiguousArray<ByteText>
  ) {
    guard parties.count > 1, parties.ids.count == parties.count else { return }
    let members = ProcurementShaper.distinct(ids[parties.ids])
    ids.append(members.count == 1 ? members[0] : room.join(members, " + "))
    parties.ids = (ids.count - 1)..<ids.count
    parties.count = 1
    parties.firstHasID = true
  }
}
