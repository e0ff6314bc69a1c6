/// What the indicators need of one contracting process, as it stands in the text: a compiled release of
/// OCDS 1.1 with the extension for bids. A value of another type than the standard's counts as absent.
/// One value is filled again and again, so that reading allocates nothing.
struct Procurement {
  enum BidStatus: UInt8 {
    /// No status, or one that is no text.
    case absent
    case invited, withdrawn, valid, disqualified
    /// Pending, or a word outside the code list.
    case other

    /// Whether the bid was handed in and not taken back.
    var isSubmitted: Bool { rawValue >= BidStatus.valid.rawValue }
  }

  enum AwardStatus: UInt8 {
    case absent
    case active
    /// Cancelled or unsuccessful.
    case ended
    /// Pending, or a word outside the code list.
    case other
  }

  /// Organisations of a bid or an award: how many there are, and the ids of those that have one.
  struct Parties {
    var isArray = false
    var count = 0
    var ids = 0..<0
    /// Whether the first of them has an id.
    var firstHasID = false

    /// The place of the only organisation's id.
    var only: Int? { count == 1 && firstHasID ? ids.lowerBound : nil }
  }

  struct Bid {
    var status = BidStatus.absent
    var date: ByteText?
    /// Amount and currency, if both are there.
    var amount = Double.nan
    var currency: ByteText?
    var tenderers = Parties()
    /// Its lots, among those of the process.
    var lots = 0..<0

    var isPriced: Bool { currency != nil && !amount.isNaN }
  }

  struct Award {
    var status = AwardStatus.absent
    var suppliers = Parties()
    var hasItems = false
    var classifications = 0..<0
    /// Its lots, among those of the process.
    var lots = 0..<0
  }

  /// Where the object stands that it was read from.
  var begin: UnsafePointer<UInt8>?
  var ocid: ByteText?
  var buyer: ByteText?

  var hasTender = false
  var tenderIsCancelled = false
  var method: ByteText?
  var methodDetails: ByteText?
  var start: ByteText?
  var end: ByteText?
  var hasSingleTenderer = false
  var entity: ByteText?

  /// Whether `bids.details` is an array.
  var hasBids = false
  var bids = ContiguousArray<Bid>()
  /// Whether `awards` is an array.
  var hasAwards = false
  var awards = ContiguousArray<Award>()
  var parties = ContiguousArray<ByteText>()
  var classifications = ContiguousArray<ByteText>()
  /// Lots that bids and awards name, one after another.
  var lots = ContiguousArray<ByteText>()

  mutating func clear() {
    begin = nil
    lots.removeAll(keepingCapacity: true)
    ocid = nil
    buyer = nil
    clearTender()
    clearBids()
    clearAwards()
    parties.removeAll(keepingCapacity: true)
    classifications.removeAll(keepingCapacity: true)
  }

  mutating func clearTender() {
    hasTender = false
    tenderIsCancelled = false
    method = nil
    methodDetails = nil
    clearPeriod()
    hasSingleTenderer = false
    entity = nil
  }

  mutating func clearPeriod() {
    start = nil
    end = nil
  }

  mutating func clearBids() {
    hasBids = false
    bids.removeAll(keepingCapacity: true)
  }

  mutating func clearAwards() {
    hasAwards = false
    awards.removeAll(keepingCapacity: true)
  }
}
