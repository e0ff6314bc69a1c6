/// Reads processes from JSON text along the paths that indicators need; everything else is only checked.
/// Where a name occurs twice in an object the last one counts.
struct ProcurementReader {
  /// What a text holds.
  enum Content {
    /// A release or a record, with or without an id.
    case process
    /// A package.
    case package
    /// A value that is no object.
    case other
  }

  var scanner = JSONScanner()
  private var found = Procurement()
  private let decoded = TextArena()

  /// Reads one value and hands over its processes, once all of it is known to be right.
  ///
  /// - Parameters:
  ///   - content: what was found.
  ///   - end: checks what follows the value and gives the place where reading ends.
  /// - Returns: the end; nil if it is no JSON.
  mutating func read(
    _ begin: Cursor, _ content: inout Content, end: (Cursor, inout JSONScanner) -> Cursor?,
    each: (borrowing Procurement) -> Void
  ) -> Cursor? {
    decoded.reset()
    let place = scanner.space(begin)
    guard place.pointee == 0x7B else {
      content = .other
      return scanner.skip(place, depth: 0).flatMap { end($0, &scanner) }
    }
    var parts = Parts()
    found.clear()
    guard let after = release(place, depth: 0, &parts).flatMap({ end($0, &scanner) }) else {
      return nil
    }
    content = .process
    if parts.compiled == nil, found.ocid == nil, let list = parts.list {
      content = .package
      elements(list, each)
    } else {
      takeCompiled(parts, depth: 1)
      each(found)
    }
    return after
  }

  /// Where an object's parts stand that make it a record or a package.
  private struct Parts {
    var compiled: Cursor?
    var list: Cursor?
  }

  /// A record's compiled release stands for it.
  private mutating func takeCompiled(_ parts: Parts, depth: Int) {
    guard let compiled = parts.compiled else { return }
    let ocid = found.ocid
    found.clear()
    var inner = Parts()
    _ = release(compiled, depth: depth, &inner)
    found.ocid = found.ocid ?? ocid
  }

  /// Hands over each release or record of a package; the text is known to be right.
  private mutating func elements(_ begin: Cursor, _ each: (borrowing Procurement) -> Void) {
    var place = scanner.space(begin + 1)
    while place.pointee != 0x5D {
      found.clear()
      var end: Cursor?
      if place.pointee == 0x7B {
        var parts = Parts()
        end = release(place, depth: 2, &parts)
        takeCompiled(parts, depth: 3)
      } else {
        end = scanner.skip(place, depth: 2)
      }
      each(found)
      guard let end else { return }
      place = scanner.space(end)
      if place.pointee == 0x2C { place = scanner.space(place + 1) }
    }
  }

  // MARK: Objects of the standard

  private mutating func release(_ begin: Cursor, depth: Int, _ parts: inout Parts) -> Cursor? {
    found.begin = begin
    return object(begin, depth: depth) { reader, key, place, depth in
      switch key.count {
      case 4:
        if key.matches("ocid") { return reader.text(place, depth) { $0.ocid = $1 } }
        if key.matches("bids") { return reader.bidSection(place, depth) }
      case 5:
        if key.matches("buyer") { return reader.identified(place, depth) { $0.buyer = $1 } }
      case 6:
        if key.matches("tender") { return reader.tender(place, depth) }
        if key.matches("awards") { return reader.awardList(place, depth) }
      case 7:
        if key.matches("records") {
          parts.list = place.pointee == 0x5B ? place : nil
        }
      case 8:
        if key.matches("releases") {
          parts.list = place.pointee == 0x5B ? place : nil
        }
      case 15:
        if key.matches("compiledRelease") {
          parts.compiled = place.pointee == 0x7B ? place : nil
        }
      default: break
      }
      return reader.scanner.skip(place, depth: depth)
    }
  }

  private mutating func tender(_ begin: Cursor, _ depth: Int) -> Cursor? {
    found.clearTender()
    guard begin.pointee == 0x7B else { return scanner.skip(begin, depth: depth) }
    found.hasTender = true
    return object(begin, depth: depth) { reader, key, place, depth in
      switch key.count {
      case 6:
        guard key.matches("status") else { break }
        var status: ByteText?
        let end = reader.text(place, depth, &status)
        reader.found.tenderIsCancelled = status?.matches("cancelled") ?? false
        return end
      case 12:
        if key.matches("tenderPeriod") { return reader.period(place, depth) }
      case 15:
        if key.matches("procuringEntity") {
          return reader.identified(place, depth) { $0.entity = $1 }
        }
      case 17:
        if key.matches("procurementMethod") {
          return reader.text(place, depth) { $0.method = $1 }
        }
        guard key.matches("numberOfTenderers") else { break }
        let end = reader.scanner.skip(place, depth: depth)
        reader.found.hasSingleTenderer =
          end.map { $0 - place == 1 && place.pointee == 0x31 } ?? false
        return end
      case 24:
        if key.matches("procurementMethodDetails") {
          return reader.text(place, depth) { $0.methodDetails = $1 }
        }
      default: break
      }
      return reader.scanner.skip(place, depth: depth)
    }
  }

  private mutating func period(_ begin: Cursor, _ depth: Int) -> Cursor? {
    found.clearPeriod()
    guard begin.pointee == 0x7B else { return scanner.skip(begin, depth: depth) }
    return object(begin, depth: depth) { reader, key, place, depth in
      if key.matches("startDate") { return reader.text(place, depth) { $0.start = $1 } }
      if key.matches("endDate") { return reader.text(place, depth) { $0.end = $1 } }
      return reader.scanner.skip(place, depth: depth)
    }
  }

  private mutating func bidSection(_ begin: Cursor, _ depth: Int) -> Cursor? {
    found.clearBids()
    guard begin.pointee == 0x7B else { return scanner.skip(begin, depth: depth) }
    return object(begin, depth: depth) { reader, key, place, depth in
      guard key.matches("details") else { return reader.scanner.skip(place, depth: depth) }
      reader.found.clearBids()
      guard place.pointee == 0x5B else { return reader.scanner.skip(place, depth: depth) }
      reader.found.hasBids = true
      return reader.array(place, depth: depth) { reader, place, depth in
        reader.bid(place, depth)
      }
    }
  }

  private mutating func bid(_ begin: Cursor, _ depth: Int) -> Cursor? {
    guard begin.pointee == 0x7B else { return scanner.skip(begin, depth: depth) }
    var bid = Procurement.Bid()
    let end = object(begin, depth: depth) { reader, key, place, depth in
      switch key.count {
      case 4:
        if key.matches("date") { return reader.text(place, depth, &bid.date) }
      case 5:
        if key.matches("value") { return reader.price(place, depth, &bid) }
      case 6:
        guard key.matches("status") else { break }
        var status: ByteText?
        let end = reader.text(place, depth, &status)
        bid.status = Procurement.BidStatus(status)
        return end
      case 9:
        if key.matches("tenderers") { return reader.partyList(place, depth, &bid.tenderers) }
      case 11:
        if key.matches("relatedLots") { return reader.lotList(place, depth, &bid.lots) }
      default: break
      }
      return reader.scanner.skip(place, depth: depth)
    }
    found.bids.append(bid)
    return end
  }

  private mutating func price(
    _ begin: Cursor, _ depth: Int, _ bid: inout Procurement.Bid
  ) -> Cursor? {
    bid.amount = .nan
    bid.currency = nil
    guard begin.pointee == 0x7B else { return scanner.skip(begin, depth: depth) }
    return object(begin, depth: depth) { reader, key, place, depth in
      if key.matches("amount") {
        bid.amount = .nan
        guard let end = reader.scanner.skip(place, depth: depth) else { return nil }
        if place.pointee == 0x2D || JSONScanner.isDigit(place.pointee) {
          bid.amount = JSONNumber.value(place, end) ?? .nan
        }
        return end
      }
      if key.matches("currency") { return reader.text(place, depth, &bid.currency) }
      return reader.scanner.skip(place, depth: depth)
    }
  }

  private mutating func awardList(_ begin: Cursor, _ depth: Int) -> Cursor? {
    found.clearAwards()
    guard begin.pointee == 0x5B else { return scanner.skip(begin, depth: depth) }
    found.hasAwards = true
    return array(begin, depth: depth) { reader, place, depth in reader.award(place, depth) }
  }

  private mutating func award(_ begin: Cursor, _ depth: Int) -> Cursor? {
    guard begin.pointee == 0x7B else { return scanner.skip(begin, depth: depth) }
    var award = Procurement.Award()
    let end = object(begin, depth: depth) { reader, key, place, depth in
      switch key.count {
      case 5:
        if key.matches("items") { return reader.items(place, depth, &award) }
      case 6:
        guard key.matches("status") else { break }
        var status: ByteText?
        let end = reader.text(place, depth, &status)
        award.status = ProcurementReader.awardStatus(status)
        return end
      case 9:
        if key.matches("suppliers") { return reader.partyList(place, depth, &award.suppliers) }
      case 11:
        if key.matches("relatedLots") { return reader.lotList(place, depth, &award.lots) }
      default: break
      }
      return reader.scanner.skip(place, depth: depth)
    }
    found.awards.append(award)
    return end
  }

  private static func awardStatus(_ text: ByteText?) -> Procurement.AwardStatus {
    guard let text else { return .absent }
    if text.matches("active") { return .active }
    return text.matches("cancelled") || text.matches("unsuccessful") ? .ended : .other
  }

  private mutating func items(
    _ begin: Cursor, _ depth: Int, _ award: inout Procurement.Award
  ) -> Cursor? {
    award.hasItems = begin.pointee == 0x5B
    let first = found.classifications.count
    award.classifications = first..<first
    guard award.hasItems else { return scanner.skip(begin, depth: depth) }
    let end = array(begin, depth: depth) { reader, place, depth in
      guard place.pointee == 0x7B else { return reader.scanner.skip(place, depth: depth) }
      var id: ByteText?
      let end = reader.object(place, depth: depth) { reader, key, place, depth in
        guard key.matches("classification") else {
          return reader.scanner.skip(place, depth: depth)
        }
        return reader.identified(place, depth, &id)
      }
      if let id { reader.found.classifications.append(id) }
      return end
    }
    award.classifications = first..<found.classifications.count
    return end
  }

  private mutating func partyList(
    _ begin: Cursor, _ depth: Int, _ list: inout Procurement.Parties
  ) -> Cursor? {
    list = Procurement.Parties()
    let first = found.parties.count
    list.ids = first..<first
    list.isArray = begin.pointee == 0x5B
    guard list.isArray else { return scanner.skip(begin, depth: depth) }
    let end = array(begin, depth: depth) { reader, place, depth in
      var id: ByteText?
      let end = reader.identified(place, depth, &id)
      if list.count == 0 { list.firstHasID = id != nil }
      list.count += 1
      if let id { reader.found.parties.append(id) }
      return end
    }
    list.ids = first..<found.parties.count
    return end
  }

  private mutating func lotList(
    _ begin: Cursor, _ depth: Int, _ list: inout Range<Int>
  ) -> Cursor? {
    let first = found.lots.count
    list = first..<first
    guard begin.pointee == 0x5B else { return scanner.skip(begin, depth: depth) }
    let end = array(begin, depth: depth) { reader, place, depth in
      var id: ByteText?
      let end = reader.text(place, depth, &id)
      if let id { reader.found.lots.append(id) }
      return end
    }
    list = first..<found.lots.count
    return end
  }

  // MARK: Values

  /// The text `id` of an object.
  private mutating func identified(
    _ begin: Cursor, _ depth: Int, _ id: inout ByteText?
  ) -> Cursor? {
    id = nil
    guard begin.pointee == 0x7B else { return scanner.skip(begin, depth: depth) }
    return object(begin, depth: depth) { reader, key, place, depth in
      guard key.matches("id") else { return reader.scanner.skip(place, depth: depth) }
      return reader.text(place, depth, &id)
    }
  }

  private mutating func identified(
    _ begin: Cursor, _ depth: Int, _ keep: (inout Procurement, ByteText?) -> Void
  ) -> Cursor? {
    var id: ByteText?
    let end = identified(begin, depth, &id)
    keep(&found, id)
    return end
  }

  /// A text, or nil for a value of another type.
  @inline(__always)
  private mutating func text(_ begin: Cursor, _ depth: Int, _ text: inout ByteText?) -> Cursor? {
    guard begin.pointee == 0x22 else {
      text = nil
      return scanner.skip(begin, depth: depth)
    }
    scanner.hasEscape = false
    guard let end = scanner.stringEnd(begin + 1) else { return nil }
    text = ByteText(start: begin + 1, count: end - begin - 1)
    if scanner.hasEscape { text = decoded.decode(begin + 1, end) }
    return end + 1
  }

  @inline(__always)
  private mutating func text(
    _ begin: Cursor, _ depth: Int, _ keep: (inout Procurement, ByteText?) -> Void
  ) -> Cursor? {
    var text: ByteText?
    let end = self.text(begin, depth, &text)
    keep(&found, text)
    return end
  }

  /// The members of an object, each with its name, the place of its value and the object's depth.
  @inline(__always)
  private mutating func object(
    _ begin: Cursor, depth outer: Int,
    _ member: (inout ProcurementReader, ByteText, Cursor, Int) -> Cursor?
  ) -> Cursor? {
    let depth = outer + 1
    guard depth < JSONScanner.depthLimit else { return scanner.fail(.depth, begin) }
    var place = scanner.space(begin + 1)
    if place.pointee == 0x7D { return place + 1 }
    while true {
      guard place.pointee == 0x22 else { return scanner.fail(.member, place) }
      scanner.hasEscape = false
      guard let end = scanner.stringEnd(place + 1) else { return nil }
      var key = ByteText(start: place + 1, count: end - place - 1)
      if scanner.hasEscape { key = decoded.decode(place + 1, end) }
      place = scanner.space(end + 1)
      guard place.pointee == 0x3A else { return scanner.fail(.separator, place) }
      guard let after = member(&self, key, scanner.space(place + 1), depth) else { return nil }
      place = scanner.space(after)
      if place.pointee == 0x2C {
        place = scanner.space(place + 1)
      } else if place.pointee == 0x7D {
        return place + 1
      } else {
        return scanner.fail(.separator, place)
      }
    }
  }

  /// The elements of an array, each with its place and the array's depth.
  @inline(__always)
  private mutating func array(
    _ begin: Cursor, depth outer: Int,
    _ element: (inout ProcurementReader, Cursor, Int) -> Cursor?
  ) -> Cursor? {
    let depth = outer + 1
    guard depth < JSONScanner.depthLimit else { return scanner.fail(.depth, begin) }
    var place = scanner.space(begin + 1)
    if place.pointee == 0x5D { return place + 1 }
    while true {
      guard let after = element(&self, place, depth) else { return nil }
      place = scanner.space(after)
      if place.pointee == 0x2C {
        place = scanner.space(place + 1)
      } else if place.pointee == 0x5D {
        return place + 1
      } else {
        return scanner.fail(.separator, place)
      }
    }
  }
}
