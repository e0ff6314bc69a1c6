import CityProfiles
import Dormancy
import AccessControl
import Books
import CaseEngine
import CaseWork
import Commons
import Desk
import MeasureKit
import Storage

/// Measure 15 (商事主体歇业机制): a business in trouble rests instead of closing: filed online, finished
/// at the counter, published, and back in business with one click.
public final class DormancyMeasure: CaseMeasure {
  /// Its kind of case.
  public static let caseType = DormancyCases.dormancy

  /// Number 15 of the notice, under enterprise.
  public static let card = MeasureCard(
    15, .enterprise, slug: "dormancy", Phrase("商事主体歇业", en: "Dormancy of businesses"),
    Phrase(
      "暂时经营困难时，线上申请、窗口办结歇业；期限、提醒、恢复一目了然。",
      en:
        "In trouble for a while? Rest instead of closing: applied for online, finished at the counter, "
        + "resumed with one click."),
    bases: [
      DormancyBasis.regulation(30), DormancyBasis.rules(41), DormancyBasis.rules(42),
    ])

  let rules: DormancyRules
  let pledges: any PledgeQuery
  let publicity: any PublicityChannel
  /// Where its cases are handled.
  public let office: CaseOffice
  let ring: KeyRing
  let program: Actor
  private let figures = Locked(DormancyFigures())

  var desk: CommandDesk { office.desk }

  /// The measure under a city's rules. `pledges` answers whether shares are pledged, `publicity` takes
  /// over what is published by law; the stand-ins say that they do neither.
  public init(
    desk: CommandDesk, rules: DormancyRules, ring: KeyRing, acknowledger: Acknowledger,
    pledges: any PledgeQuery = NoPledgeQuery(),
    publicity: any PublicityChannel = PublicityExport()
  ) throws(Problem) {
    self.rules = rules
    self.pledges = pledges
    self.publicity = publicity
    self.ring = ring
    let procedure = DormancyProcedure(rules: rules, ring: ring, pledges: pledges)
    office = CaseOffice(
      try CaseSetting(procedure, in: rules.profile, calendar: rules.calendar), desk: desk,
      ring: ring,
      acknowledger: acknowledger)
    program = .system([procedure.permission(.system), "dormancy.sweep"])
  }

  /// Businesses, spells, events, publications, sweeps.
  public var schema: [Migration] { DormancyTables.migrations }
  /// All of them.
  public var markedTables: [MarkedTable] { DormancyTables.markedTables }

  // MARK: Who may do what

  /// The window at which identity is checked.
  public static let counter = Role(
    "dormancy.counter", Phrase("歇业窗口人员", en: "Counter officer"),
    ["dormancy.desk", "dormancy.as-clerk"])
  /// Who files, publishes and decides.
  public static let registrar = Role(
    "dormancy.registrar", Phrase("歇业登记员", en: "Registrar of dormancy"),
    ["dormancy.desk", "dormancy.as-handler"])
  /// Systems that report businesses and events.
  public static let feed = Role(
    "dormancy.feed", Phrase("歇业数据接入", en: "Feed of registers"), ["dormancy.feed"],
    reachesAllAgencies: true)

  /// Counter, registrar and feed.
  public var roles: [Role] {
    [DormancyMeasure.counter, DormancyMeasure.registrar, DormancyMeasure.feed]
  }

  /// Who checks identity does not file, and who reports events does neither (city policy).
  public var separations: [RoleSeparation] {
    let (counter, registrar, feed) = (
      DormancyMeasure.counter.id, DormancyMeasure.registrar.id, DormancyMeasure.feed.id
    )
    return [(counter, registrar), (feed, counter), (feed, registrar)].map {
      RoleSeparation($0.0, $0.1, DormancyBasis.city)
    }
  }

  // MARK: Figures

  /// Takes an act into the figures; acts of other measures are passed over.
  public func consume(_ act: PublicAct) { figures.withLock { $0.consume(act) } }

  /// Filed, restarted, dormant, deemed, days, overdue.
  public func indicators(at moment: Instant) -> [IndicatorValue] {
    figures.withLock { $0.indicators }
  }

  // MARK: Routes and verification

  /// Check, register and feeds, then what the declaration gives.
  public func routes(_ routes: inout Routes) {
    ownRoutes(&routes)
    CaseRoutes(office) { [figures] _ in figures.withLock { $0.indicators } }.declare(&routes)
  }

  /// What holds of every case, and that a spell here and its case say the same.
  public var invariants: [StoreInvariant] {
    CaseInvariants(office.setting).all + [
      StoreInvariant("dormancy_spells") { view in
        var found: [(row: Int64, what: Phrase)] = []
        try DormancyTables.forEachSpell(view) { row in
          found += try SpellInvariant.broken(row, view).map { (row: row.key, what: $0) }
        }
        return found
      }
    ]
  }
}

/// What must hold of a spell that a case keeps.
enum SpellInvariant {
  private static let lasting: Set<StageID> = [.dormant, .extending]

  static func broken(_ row: SpellRow, _ view: any View) throws -> [Phrase] {
    var found: [Phrase] = []
    func expect(_ holds: Bool, _ what: Phrase) { if !holds { found.append(what) } }
    let spell = row.spell
    expect(
      spell.from <= spell.through
        && spell.resumedOn.map { $0 >= spell.from && $0 <= spell.through.adding(days: 1) } ?? true,
      Phrase("歇业日期不可能。", en: "its days are impossible"))
    guard row.hasCase else { return found }
    guard let file = try view.first(CaseFileBook.find(row.key)) else {
      return found + [Phrase("没有对应的办件。", en: "its case is missing")]
    }
    guard let facts = try? CaseFacts(file.facts) else {
      return found + [Phrase("办件的事实无法读取。", en: "the facts of its case cannot be read")]
    }
    expect(
      file.subject == String(row.business),
      Phrase("主体与办件不符。", en: "its case is about another business"))
    expect(
      facts.date("from") == spell.from && facts.date("through") == spell.through,
      Phrase("期限与办件不符。", en: "its term is not that of its case"))
    expect(
      lasting.contains(StageID(file.base.stage)) == (spell.resumedOn == nil),
      Phrase("恢复日与办件阶段不符。", en: "its end does not fit the stage of its case"))
    return found
  }
}
