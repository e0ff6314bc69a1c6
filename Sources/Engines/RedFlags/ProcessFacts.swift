/// What one process contributes: all that results need of it, in numbers. Texts are numbers of tables.
struct ProcessFacts {
  struct Marks: OptionSet {
    let rawValue: UInt8
    static let shortPeriod = Marks(rawValue: 1)
    static let singleBid = Marks(rawValue: 2)
    static let identicalPrices = Marks(rawValue: 4)
    static let lateBid = Marks(rawValue: 8)
    static let allDisqualified = Marks(rawValue: 16)
  }

  /// Winner and second of a process in one currency: what R024 and R058 compare.
  struct Prices {
    /// Words that it takes.
    static let width = 5
    var currency: UInt32
    var winner: UInt32
    var second: UInt32
    /// (second − winner) / winner.
    var ratio: Double
  }

  /// Parts of the words that follow a process, in this order. What comes first is of the process itself, the
  /// rest is of organisations and is kept only where it may have to be taken back.
  enum Part: Int, CaseIterable {
    /// ``Prices``.
    case prices
    /// Currencies in which the lowest bid is disqualified (R036).
    case lowest
    /// Tenderers of submitted bids.
    case participants
    /// Tenderers of identical prices (R028).
    case identical
    /// Late winners (R030).
    case late
    /// Tenderers of valid bids, twice the number, one more for the winner (R025).
    case valid
    /// Tenderers of submitted bids, twice the number, one more if disqualified (R038).
    case submitted
    /// Suppliers with classified items, each once (R048).
    case suppliers
    /// Pairs of supplier and kind (R048).
    case kinds
  }

  /// Where the process came from: greater is later.
  var position: UInt64 = 0
  /// Where its words begin.
  var offset = 0
  var ocid: UInt32 = 0
  /// The process that it is a lot of.
  var parent = TextTable.none
  /// Other tenderers whose bids were disqualified, and the winner (R035).
  var othersDisqualified: UInt32 = 0
  var soleWinner = TextTable.none
  var buyer = TextTable.none
  var entity = TextTable.none
  var submittedBids: UInt32 = 0
  var disqualifiedBids: UInt32 = 0
  /// The currency that this process would make the main one.
  var firstCurrency = TextTable.none
  /// How many words each part has.
  var counts = PartCounts()
  var marks: Marks = []

  struct PartCounts {
    private var counts:
      (
        UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32
      ) = (0, 0, 0, 0, 0, 0, 0, 0, 0)

    subscript(part: Part) -> Int {
      get {
        withUnsafeBytes(of: counts) {
          Int($0.load(fromByteOffset: part.rawValue * 4, as: UInt32.self))
        }
      }
      set {
        withUnsafeMutableBytes(of: &counts) {
          $0.storeBytes(
            of: UInt32(newValue), toByteOffset: part.rawValue * 4, as: UInt32.self)
        }
      }
    }
  }

  /// Where a part's words are.
  @inline(__always)
  func range(_ part: Part) -> Range<Int> {
    var begin = offset
    for index in 0..<part.rawValue { begin += counts[Part(rawValue: index)!] }
    return begin..<(begin + counts[part])
  }

  /// Whether something of the process itself must be kept.
  var isNoteworthy: Bool {
    !marks.isEmpty || disqualifiedBids > 0 || counts[.prices] > 0 || counts[.lowest] > 0
      || counts[.participants] > 0
  }
}

/// The words of processes, one after another.
struct FactWords {
  private(set) var words = ContiguousArray<UInt32>()

  var count: Int { words.count }

  mutating func removeAll() { words.removeAll(keepingCapacity: true) }

  mutating func append(_ word: UInt32) { words.append(word) }

  mutating func append(_ other: FactWords, _ range: Range<Int>) {
    other.words.withUnsafeBufferPointer { words.append(contentsOf: $0[range]) }
  }

  mutating func append(_ prices: ProcessFacts.Prices) {
    words.append(prices.currency)
    words.append(prices.winner)
    words.append(prices.second)
    words.append(UInt32(truncatingIfNeeded: prices.ratio.bitPattern))
    words.append(UInt32(truncatingIfNeeded: prices.ratio.bitPattern >> 32))
  }

  subscript(index: Int) -> UInt32 { words[index] }

  func prices(at index: Int) -> ProcessFacts.Prices {
    let bits = UInt64(words[index + 3]) | UInt64(words[index + 4]) << 32
    return ProcessFacts.Prices(
      currency: words[index], winner: words[index + 1], second: words[index + 2],
      ratio: Double(bitPattern: bits))
  }
}
