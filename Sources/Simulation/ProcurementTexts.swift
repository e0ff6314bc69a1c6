import Commons

/// Procurement of a city's firms as compiled releases of OCDS 1.1, with what red flags look for planted in it.
/// All of it follows from the seed.
public struct ProcurementTexts {
  /// What a city's procurement is like.
  public struct Options: Sendable {
    /// Firms that buy, and suppliers.
    public var buyers = 60
    /// Suppliers.
    public var suppliers = 500
    /// Share of processes with each planted pattern.
    public var planted = 0.02
    /// How far bids lie above the lowest, as a share of it.
    public var spread = 0.3
    /// Share of processes in another currency.
    public var foreign = 0.02
    /// Whether a ceiling of 96 % of the estimate is published.
    public var ceiling = false
    /// The largest estimate, in fen; the smallest is 10,000 yuan.
    public var largest = 2_001_000_000
    /// Whether releases are as complete as those of a platform that keeps its records: identifiers, plan, documents,
    /// criteria, reasons, three bids at least. Otherwise what is missing is flagged in every process.
    public var complete = false

    /// A city of middling habits.
    public init() {}
  }

  /// 2024-01-01.
  fileprivate static let firstDay: Int32 = 19_723

  private let options: Options
  private let seed: UInt64

  /// Procurement from a seed.
  public init(seed: UInt64, _ options: Options = Options()) {
    self.seed = seed
    self.options = options
  }

  private struct Bid {
    var status: StaticString = "valid"
    var supplier: Int
    var fen: Int
    var minute: Int
  }

  private static let methods: [(StaticString, StaticString)] = [
    ("open", "公开招标"), ("open", "公开招标"), ("selective", "邀请招标"), ("open", "询比采购"),
    ("limited", "竞争性谈判"), ("open", "竞价采购"), ("direct", "直接采购"),
  ]

  /// Appends the line of a process; `change` gives other bids of the same process, `day` has it awarded on that day
  /// after the first of 2024, `care` is by how much fewer patterns are planted than the options say: 0 as many, 1 none.
  public func appendLine(
    _ number: Int, change: Int = 0, day: Int? = nil, care: Double = 0, to out: inout [UInt8]
  ) {
    let planted = options.planted * (1 - care)
    var random = SeededRandom(
      seed: seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(change) << 48)
    let buyer = random.below(options.buyers)
    let method = ProcurementTexts.methods[random.below(ProcurementTexts.methods.count)]
    let estimate = 1_000_000 + random.below(options.largest - 1_000_000)
    let days = random.chance(planted) ? 3 + random.below(10) : 20 + random.below(20)
    let drawn = random.below(525_600)
    // From the closing to the award are 14 days.
    let opening = day.map { $0 * 1440 + 540 - 20_160 - days * 1440 } ?? drawn
    let closing = opening + days * 1440
    var bids = makeBids(estimate, closing, planted, &random)
    plant(&bids, closing, planted, &random)
    let currency: StaticString = random.chance(options.foreign) ? "USD" : "CNY"
    let isCancelled = random.chance(0.03)
    let lowest = bids.indices.filter { bids[$0].status.description == "valid" }
      .min { bids[$0].fen < bids[$1].fen }
    let winner = random.chance(0.9) ? lowest : bids.indices.last
    let line = LineWriter()
    line.raw("{\"ocid\":\"ocds-tequ\(seed)-").digits(number, 8).raw("\",\"id\":\"\(number)-c\"")
    line.raw(",\"date\":").date(closing + 43_200)
    line.raw(
      ",\"tag\":[\"compiled\"],\"initiationType\":\"tender\",\"language\":\"zh\",\"parties\":[")
    line.buyer(buyer).raw(",\"roles\":[\"buyer\",\"procuringEntity\"]}")
    for bid in bids {
      line.raw(",").supplier(bid.supplier)
      if options.complete { line.raw(",\"identifier\":{\"id\":\"CN-USCI-\(bid.supplier)\"}") }
      line.raw(",\"roles\":[\"tenderer\"]}")
    }
    line.raw("],\"buyer\":").buyer(buyer).raw("}")
    if options.complete {
      line.raw(
        ",\"planning\":{\"documents\":[{\"id\":\"p\",\"documentType\":\"procurementPlan\"}]}")
    }
    line.raw(",\"tender\":{\"id\":\"\(number)\",\"title\":\"采购项目\(number)\",\"status\":\"")
    line.raw(isCancelled ? "cancelled" : "complete").raw("\",\"procuringEntity\":").buyer(buyer)
    line.raw("},\"procurementMethod\":\"\(method.0)\",\"procurementMethodDetails\":\"\(method.1)\"")
    line.raw(",\"awardCriteria\":\"priceOnly\",\"tenderPeriod\":{\"startDate\":").date(opening)
    line.raw(",\"endDate\":").date(closing).raw("},\"numberOfTenderers\":\(bids.count),\"value\":")
    line.value(estimate, currency).raw("}")
    if options.ceiling {
      line.raw(",\"maximumValue\":").value(estimate / 100 * 96, currency).raw("}")
    }
    if options.complete { line.raw(ProcurementTexts.particulars) }
    line.raw("},\"bids\":{\"details\":[")
    for (index, bid) in bids.enumerated() {
      line.raw(index == 0 ? "" : ",").raw("{\"id\":\"\(index + 1)\",\"status\":\"\(bid.status)\"")
      line.raw(",\"date\":").date(bid.minute).raw(",\"tenderers\":[").supplier(bid.supplier)
      line.raw("}],\"value\":").value(bid.fen, currency).raw("}")
      if options.complete, bid.status.description == "disqualified" {
        line.raw(",\"statusDetails\":\"未实质性响应\"")
      }
      line.raw("}")
    }
    line.raw("]},\"awards\":[")
    if let winner, !isCancelled {
      appendAward(bids[winner], closing, currency, &random, line)
    }
    line.raw("]}\n")
    out += line.bytes
  }

  private func appendAward(
    _ bid: Bid, _ closing: Int, _ currency: StaticString, _ random: inout SeededRandom,
    _ line: LineWriter
  ) {
    line.raw("{\"id\":\"1\",\"status\":\"active\",\"date\":").date(closing + 20_160)
    line.raw(",\"suppliers\":[").supplier(bid.supplier).raw("}],\"value\":")
    line.value(bid.fen, currency)
    line.raw(
      "},\"items\":[{\"id\":\"1\",\"description\":\"项\",\"classification\":{\"scheme\":\"UNSPSC\",")
    // Most suppliers keep to a few kinds of goods; one in fifty sells anything.
    let kind = bid.supplier % 50 == 0 ? random.below(90) : (bid.supplier * 7 + random.below(4)) % 90
    line.raw("\"id\":\"\(10 + kind)191500\"}}]}],\"contracts\":[{\"id\":\"1\",\"awardID\":\"1\",")
    line.raw("\"status\":\"active\",\"dateSigned\":").date(closing + 30_240)
    line.raw(",\"value\":").value(bid.fen, currency).raw("}")
    if options.complete {
      line.raw(",\"documents\":[{\"id\":\"c\",\"documentType\":\"contractSigned\"}]")
    }
    line.raw("}")
  }

  /// What a complete tender says besides.
  private static let particulars = """
    ,"mainProcurementCategory":"goods","items":[{"id":"1","description":"项"}],"submissionMethod":["electronicSubmission"],\
    "eligibilityCriteria":"见采购文件","procurementMethodRationale":"已公示",\
    "documents":[{"id":"n","documentType":"tenderNotice"}]
    """

  private func makeBids(
    _ estimate: Int, _ closing: Int, _ planted: Double, _ random: inout SeededRandom
  ) -> [Bid] {
    let count = random.chance(planted) ? 1 : (options.complete ? 3 : 2) + random.below(7)
    let lowest = Double(estimate) * (0.7 + 0.2 * random.unit())
    let first = random.below(options.suppliers)
    return (0..<count).map { index in
      Bid(
        supplier: (first + index * (1 + random.below(30))) % options.suppliers,
        fen: Int(lowest * (1 + options.spread * random.unit() + (index == 0 ? 0 : 0.01))),
        minute: closing - random.below(14_400))
    }
  }

  /// Patterns that indicators look for, each in a share of the processes.
  private func plant(
    _ bids: inout [Bid], _ closing: Int, _ planted: Double, _ random: inout SeededRandom
  ) {
    for index in bids.indices where random.chance(options.complete ? planted : 0.05) {
      bids[index].status = "disqualified"
    }
    if random.chance(planted), bids.count > 1 { bids[1].fen = bids[0].fen }
    if random.chance(planted) { bids[0].minute = closing + 30 }
    if random.chance(planted) {
      for index in bids.indices.dropFirst() { bids[index].status = "disqualified" }
      bids[0].status = "valid"
    }
    if random.chance(planted) { bids[0].fen /= 2 }
    if random.chance(planted), bids.count > 1 {
      bids[1].fen = bids[0].fen + bids[0].fen / 5000
    }
  }
}

/// Writes the line of a process.
private final class LineWriter {
  private(set) var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(4096) }

  @discardableResult
  func raw(_ text: String) -> LineWriter {
    bytes += text.utf8
    return self
  }

  @discardableResult
  func digits(_ number: Int, _ width: Int) -> LineWriter {
    let text = String(number)
    for _ in text.utf8.count..<max(width, text.utf8.count) { bytes.append(0x30) }
    return raw(text)
  }

  /// A buyer's object, left open.
  @discardableResult
  func buyer(_ number: Int) -> LineWriter {
    raw("{\"id\":\"CN-SOE-").digits(number, 6).raw("\",\"name\":\"市属国企\(number)\"")
  }

  /// A supplier's object, left open.
  @discardableResult
  func supplier(_ number: Int) -> LineWriter {
    raw("{\"id\":\"CN-USCI-").digits(number, 9).raw("\",\"name\":\"供应商\(number)\"")
  }

  /// An amount's object, left open.
  @discardableResult
  func value(_ fen: Int, _ currency: StaticString) -> LineWriter {
    raw("{\"amount\":\(fen / 100).").digits(fen % 100, 2).raw(",\"currency\":\"\(currency)\"")
  }

  /// A minute after the beginning of 2024, in the time of China.
  @discardableResult
  func date(_ minute: Int) -> LineWriter {
    let day = CivilDate(dayNumber: ProcurementTexts.firstDay + Int32(minute / 1440))
    return raw("\"\(day)T").digits(minute / 60 % 24, 2).raw(":").digits(minute % 60, 2)
      .raw(":00+08:00\"")
  }
}
