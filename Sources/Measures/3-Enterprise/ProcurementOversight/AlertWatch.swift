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
    /// The organisations of the process that the flag names.
    let names: [String]
    /// When the act was recorded that calls for it.
    let since: Instant
    var id: String { "\(ocid)|\(subject)|\(code)" }
    var valueText: String { JSONValue.number(value).canonical }
  }

  private let flags: LiveFlags
  private(set) var compiled = CompiledReleases()
  private(set) var raised: Set<String> = []
  /// Purchases by organisation.
  private var processes: [String: Set<String>] = [:]
  /// Organisations of which something was published since all purchases were looked at again.
  private var stirred: Set<String> = []
  private(set) var waiting: [String: Wanted] = [:]
  /// Alerts that were raised though nothing called for them.
  private(set) var uncalled: [String] = []
  /// Releases of connected platforms, which may come in any order, by process; of one release nothing is kept here.
  private var imported: [String: [[UInt8]]] = [:]
  var figures = ProcurementFigures()
  var index = PurchaseIndex()

  /// Indicators of which the city raises no alert.
  private let quiet: Set<String>
  /// Habits of an organisation that were alerted: year, subject and code.
  private var habits: Set<String> = []

  /// Nothing yet, under a city's rules.
  ///
  /// - Throws: ``Problem`` 422 if the values of the law are wrong.
  init(_ rules: ProcurementRules) throws(Problem) {
    flags = LiveFlags(try rules.flagSettings(on: ProcurementMeasure.lawOfFlags))
    quiet = rules.quiet
  }

  /// The fences of the price ratio (R024 below, R058 above), as the engine has them now.
  func fences() -> (low: Double?, high: Double?) {
    flags.priceFences
  }

  mutating func consume(_ act: PublicAct) {
    guard act.kind.hasPrefix("procurement.") else { return }
    if act.kind == "procurement.alerts.raise", let id = act.fields["alert"]?.string {
      if waiting.removeValue(forKey: id) == nil { uncalled.append(id) }
      if raised.insert(id).inserted {
        func said(_ name: String) -> String { act.fields[name]?.string ?? "" }
        index.raise(
          .init(
            ocid: said("ocid"), subject: said("subject"), code: said("code"),
            names: AlertProcedure.names(said("names"))))
      }
    }
    figures.consume(act)
    if act.kind == "procurement.draws.commit" { lookAgain(act.recordedAt) }
    guard !act.kind.hasSuffix(".refused"), let release = act.fields[ReleaseParts.field],
      let ocid = release["ocid"]?.string
    else { return }
    let old = compiled[ocid]
    let whole =
      act.kind.hasPrefix("procurement.exchange.")
      ? takeForeign(release, ocid) : ReleaseMerge.take(release, into: old)
    let text = compiled.keep(whole, ocid)
    figures.take(ocid, whole)
    // The platform's own releases are JSON by construction; what an exchange pushed was read before.
    _ = try? flags.apply(text)
    index.take(ocid, from: old, to: whole, ratio: flags.priceRatio(process: ocid))
    look(ocid, act.recordedAt)
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

  /// The compiled release of a connected platform's process: all its releases by date, merged as the schema says,
  /// in whatever order they came.
  private mutating func takeForeign(_ release: JSONValue, _ ocid: String) -> JSONValue {
    guard let known = compiled.text(ocid) else { return ReleaseMerge.take(release, into: nil) }
    // The compiled release of a single one says what that one said: it stands in its place.
    var all = imported[ocid] ?? [known]
    all.append(release.canonicalBytes)
    imported[ocid] = all
    return ReleaseMerge.compiled(all) ?? ReleaseMerge.take(release, into: compiled[ocid])
  }

  /// Once a day, with the act that commits to the day's draw, every purchase is looked at again of whose buyer or
  /// bidders something was published since. The act stands in the log: whoever folds it looks at the same moment.
  private mutating func lookAgain(_ moment: Instant) {
    var others: Set<String> = []
    for id in stirred { others.formUnion(processes[id] ?? []) }
    stirred = []
    for other in others.sorted() { look(other, moment) }
  }

  /// A purchase is looked at from the moment on which its documents are out: before, much must be missing.
  private mutating func look(_ ocid: String, _ moment: Instant) {
    guard let outline = compiled.outline(ocid), outline.isOut else { return }
    let firm = outline.firm
    var own: [String: Double] = [:]
    var named: [String: [String]] = [:]
    var habitual: [(subject: String, code: String, value: Double)] = []
    let findings = flags.findings(process: ocid)
    for finding in findings where finding.group == .OCID { own[finding.code] = finding.value }
    for flag in flags.flags(process: ocid) { own[flag.code.rawValue] = flag.value }
    for finding in findings where finding.group != .OCID {
      // Whom a flag of the process names stands in its alert: one thing that happened is one alert.
      if own[finding.code] != nil {
        named[finding.code, default: []].append(finding.id)
      } else {
        let role = finding.group == .Buyer ? "buyer" : "tenderer"
        habitual.append(("\(role):\(finding.id)", finding.code, finding.value))
      }
    }
    for id in outline.tenderers {
      for flag in flags.flags(tenderer: id) where flag.value > 0 && AlertWatch.ofHabit(flag.code) {
        habitual.append(("tenderer:\(id)", flag.code.rawValue, flag.value))
      }
    }
    if !firm.isEmpty, let ratio = flags.disqualifiedRatio(buyer: firm) {
      habitual.append(("buyer:\(firm)", FlagCode.R038.rawValue, ratio))
    }
    for (code, value) in own {
      let names = Array(Set(named[code] ?? []).sorted().prefix(AlertWatch.namesLimit))
      want(
        Wanted(
          ocid: ocid, subject: "process", code: code, value: value, firm: firm, names: names,
          since: moment))
    }
    let year = moment.date(in: .beijing).year
    for (subject, code, value) in habitual.sorted(by: {
      ($0.subject, $0.code) < ($1.subject, $1.code)
    })
    where !quiet.contains(code) && habits.insert("\(year) \(subject) \(code)").inserted {
      want(
        Wanted(
          ocid: ocid, subject: subject, code: code, value: value, firm: firm, names: [],
          since: moment))
    }
  }

  /// Organisations named in an alert at most.
  private static let namesLimit = 40

  /// Whether a flag speaks of how an organisation bids over many purchases, not of one of them: it is alerted once a
  /// year, with the purchase by which it was noticed.
  private static func ofHabit(_ code: FlagCode) -> Bool {
    code == .R025 || code == .R038 || code == .R048
  }

  private mutating func want(_ one: Wanted) {
    guard !quiet.contains(one.code), !raised.contains(one.id), waiting[one.id] == nil else {
      return
    }
    waiting[one.id] = one
  }
}
