import Commons
import MeasureKit
import RedFlags

/// What the log says of purchases, folded in its order: the compiled releases, the red flags on them, which
/// alerts were raised and which must still be. It reads public fields alone, so that an outsider who folds the
/// same entries comes to the same alerts.
struct AlertWatch {
  /// An alert that the flags call for.
  struct Wanted: Hashable, Sendable {
    let ocid: String
    /// `process`, `tenderer:ID` or `buyer:ID`.
    let subject: String
    let code: String
    let value: Double
    let firm: String
    var id: String { "\(ocid)|\(subject)|\(code)" }
    var valueText: String { JSONValue.number(value).canonical }
  }

  private let flags: LiveFlags
  private(set) var compiled: [String: JSONValue] = [:]
  private(set) var raised: Set<String> = []
  /// Purchases by organisation.
  private var processes: [String: Set<String>] = [:]
  /// Organisations of which something was published since all purchases were looked at again.
  private var stirred: Set<String> = []
  private(set) var waiting: [String: Wanted] = [:]
  var figures = ProcurementFigures()

  init(_ settings: FlagSettings) { flags = LiveFlags(settings) }

  /// The fences of the price ratio (R024 below, R058 above), as the engine has them now.
  func fences() -> (low: Double?, high: Double?) {
    let meta = (try? JSONValue(parsing: flags.report().json()))?["Meta"]
    return (meta?["R024"]?["lower_fence"]?.double, meta?["R058"]?["upper_fence"]?.double)
  }

  mutating func consume(_ act: PublicAct) {
    guard act.kind.hasPrefix("procurement.") else { return }
    if act.kind == "procurement.alerts.raise", let id = act.fields["alert"]?.string {
      raised.insert(id)
      waiting[id] = nil
    }
    figures.consume(act)
    if act.kind == "procurement.draws.commit" { lookAgain() }
    guard !act.kind.hasSuffix(".refused"), let release = act.fields[ReleaseParts.field],
      let ocid = release["ocid"]?.string
    else { return }
    let whole = ReleaseMerge.take(release, into: compiled[ocid])
    compiled[ocid] = whole
    figures.take(ocid, whole)
    // The platform's own releases are JSON by construction; what an exchange pushed was read before.
    _ = try? flags.apply(whole.canonicalBytes)
    look(ocid, whole)
    // What is said of one purchase may be a sign in others of the same bidders and buyer.
    guard release["bids"] != nil || release["awards"] != nil || release["contracts"] != nil else {
      return
    }
    for party in whole["parties"]?.array ?? [] {
      guard let id = party["id"]?.string else { continue }
      processes[id, default: []].insert(ocid)
      stirred.insert(id)
    }
  }

  /// Once a day, with the act that commits to the day's draw, every purchase is looked at again of whose buyer or
  /// bidders something was published since. The act stands in the log: whoever folds it looks at the same moment.
  private mutating func lookAgain() {
    var others: Set<String> = []
    for id in stirred { others.formUnion(processes[id] ?? []) }
    stirred = []
    for other in others.sorted() {
      if let known = compiled[other] { look(other, known) }
    }
  }

  /// A purchase is looked at from the moment on which its documents are out: before, much must be missing.
  private mutating func look(_ ocid: String, _ whole: JSONValue) {
    let status = whole["tender"]?["status"]?.string ?? ""
    let isOut = !["planning", "planned", ""].contains(status) || whole["awards"] != nil
    guard isOut else { return }
    let firm = whole["buyer"]?["id"]?.string ?? ""
    func want(_ subject: String, _ code: String, _ value: Double) {
      let one = Wanted(ocid: ocid, subject: subject, code: code, value: value, firm: firm)
      guard !raised.contains(one.id), waiting[one.id] == nil else { return }
      waiting[one.id] = one
    }
    for finding in flags.findings(process: ocid) {
      switch finding.group {
      case .OCID: want("process", finding.code, finding.value)
      case .Tenderer: want("tenderer:\(finding.id)", finding.code, finding.value)
      case .Buyer: want("buyer:\(finding.id)", finding.code, finding.value)
      }
    }
    for flag in flags.flags(process: ocid) { want("process", flag.code.rawValue, flag.value) }
    for tenderer in whole["tender"]?["tenderers"]?.array ?? [] {
      guard let id = tenderer["id"]?.string else { continue }
      for flag in flags.flags(tenderer: id) where flag.value > 0 {
        want("tenderer:\(id)", flag.code.rawValue, flag.value)
      }
    }
  }
}
