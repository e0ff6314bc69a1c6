import Books
import CaseEngine
import Commons
import Desk
import LegalTime
import MeasureKit
import Storage

/// How a kind of case is handled, as a measure declares it: the case type, what is said with each
/// step, how long clocks run, what the rules add, which documents issue, who sees what. From it come
/// commands, expiry, verification, pages and interface; a measure writes none of those itself.
public protocol Procedure: Sendable {
  /// The measure: its number stands in case numbers, its slug in addresses and permissions.
  var card: MeasureCard { get }
  /// Where its pages begin: the measure's slug, and for one of several kinds of case of a measure a
  /// word of its own, such as `trade-secrets/stations`.
  var path: String { get }
  /// Stages, commands, clocks.
  var type: CaseType { get }
  /// Under which function of its measure a command opens a case, by its code in `MeasureFunction`.
  func function(of command: CommandID) -> String
  /// What is said with a command, in the order in which a form asks for it.
  func fields(of command: CommandID) -> [CaseField]
  /// How long a clock runs that a step starts.
  func period(of clock: ClockID, _ draft: CaseDraft) throws -> Period
  /// By how much a step extends a clock.
  func prolongation(of clock: ClockID, _ draft: CaseDraft) throws -> Period
  /// What the rules say to a step: refuses it by throwing a ``Problem``, or sets facts, agency,
  /// title and what else the step changes. Pure: it asks the view and the draft, nothing else.
  func decide(_ draft: inout CaseDraft, _ view: any View) throws
  /// Whose cases somebody may act on in a capacity.
  func reach(of capacity: ActorKind, _ row: CaseFileRow) -> CaseReach
  /// The lists in which staff find cases, in the order of the tabs.
  var trays: [CaseTray] { get }
  /// The documents that steps issue.
  var documents: [CaseDocument] { get }
  /// The usual way through the stages, for the line of steps on a page.
  var way: [(name: Phrase, stages: [StageID])] { get }
  /// The command by which people open a case on the public pages.
  var openingCommand: CommandID { get }
  /// Whether people open such cases themselves; else officials do.
  var isOpenToPeople: Bool { get }
  /// Pages of the measure's own that its front page leads to.
  var links: [(name: Phrase, target: String)] { get }
  /// Pages of the measure's own for officials, each with the capacity that has use for it.
  var deskLinks: [(name: Phrase, target: String, capacity: ActorKind)] { get }
  /// Steps of which the applicant is told, with subject and text.
  var notices: [CommandID: (subject: Phrase, body: Phrase)] { get }
  /// Steps that stay among officials: the applicant does not see what was said with them.
  var internalCommands: Set<CommandID> { get }
  /// Pages of the measure's own about a case, to which its page leads.
  func links(
    of row: CaseFileRow, _ facts: CaseFacts, isStaff: Bool
  ) -> [(name: Phrase, target: String)]
  /// What somebody sees in a capacity of a case that has come to some facts.
  func sight(of capacity: ActorKind, _ facts: CaseFacts) -> CaseSight
  /// Steps that people take on a page of the measure's own, by the end of its address: there more is
  /// asked than the usual form can, such as who somebody is.
  var rooms: [CommandID: String] { get }
  /// Addresses of the measure's own in its JSON interface, for the contract.
  var operations: [CaseOperation] { get }
  /// Facts that a page shows beside the case, with their values in words.
  func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)]
  /// What must hold of every case besides what holds of all kinds: what is wrong, nothing if all is
  /// well.
  func broken(_ row: CaseFileRow, _ facts: CaseFacts) -> [Phrase]
}

extension Procedure {
  /// By default the measure's slug.
  public var path: String { card.slug }
  /// With what its permissions and the kinds of its acts begin: the path, with dots.
  public var prefix: String { path.split(separator: "/").joined(separator: ".") }
  /// By default a clock is extended by as long as it runs.
  public func prolongation(of clock: ClockID, _ draft: CaseDraft) throws -> Period {
    try period(of: clock, draft)
  }
  /// By default the rules add nothing.
  public func decide(_ draft: inout CaseDraft, _ view: any View) throws {}
  /// By default applicants act on their own cases, the system on all, officials on those of agencies
  /// within their reach.
  public func reach(of capacity: ActorKind, _ row: CaseFileRow) -> CaseReach {
    switch capacity {
    case .citizen: .applicant
    case .system: .all
    default: .agency(row.base.agency)
    }
  }
  /// By default no documents.
  public var documents: [CaseDocument] { [] }
  /// By default they do.
  public var isOpenToPeople: Bool { true }
  /// By default no other pages.
  public var links: [(name: Phrase, target: String)] { [] }
  /// By default no other pages.
  public var deskLinks: [(name: Phrase, target: String, capacity: ActorKind)] { [] }
  /// By default nobody is told.
  public var notices: [CommandID: (subject: Phrase, body: Phrase)] { [:] }
  /// By default the applicant sees everything.
  public var internalCommands: Set<CommandID> { [] }
  /// By default no such pages.
  public func links(
    of row: CaseFileRow, _ facts: CaseFacts, isStaff: Bool
  ) -> [(name: Phrase, target: String)] { [] }
  /// By default officials see everything, the applicant all but what officials say among themselves.
  public func sight(of capacity: ActorKind, _ facts: CaseFacts) -> CaseSight {
    capacity == .citizen ? .all(butSaidWith: internalCommands) : .everything
  }
  /// By default none.
  public var rooms: [CommandID: String] { [:] }
  /// By default none.
  public var operations: [CaseOperation] { [] }
  /// By default nothing.
  public func summary(_ file: CaseFileRow, _ facts: CaseFacts) -> [(name: Phrase, value: Phrase)] {
    []
  }
  /// By default nothing more must hold.
  public func broken(_ row: CaseFileRow, _ facts: CaseFacts) -> [Phrase] { [] }

  /// The permission to act in a capacity, such as `reconsideration.as-handler`.
  public func permission(_ capacity: ActorKind) -> String { "\(prefix).as-\(capacity.id)" }
  /// The permission without which staff see no pages, such as `reconsideration.desk`.
  public var deskPermission: String { "\(prefix).desk" }
  /// The kind of act that a command leaves in the journal, such as `reconsideration.accept`.
  public func kind(_ command: CommandID) -> String { "\(prefix).\(command.text)" }

  /// The command behind a kind of act; nil if it is none of this procedure.
  public func command(_ kind: String) -> CommandID? {
    let prefix = prefix + "."
    guard kind.hasPrefix(prefix) else { return nil }
    let name = kind.dropFirst(prefix.count).split(separator: ".").first ?? ""
    return CommandID(String(name))
  }

  /// What a command is called.
  public func name(of command: CommandID) -> Phrase {
    type.transitions.first { $0.command == command }?.name ?? .same(command.text)
  }

  /// In which capacity somebody opens a case: people's own where they may, else the first that the case
  /// type names and the actor may act in.
  func openingCapacity(of actor: Actor) -> ActorKind {
    guard !isOpenToPeople else { return .citizen }
    let actors = type.transitions.first { $0.command == openingCommand }?.actors ?? []
    return actors.first { actor.may(permission($0)) } ?? actors.first ?? .citizen
  }

  /// The capacities other than the system's, in the order in which the case type names them.
  var capacities: [ActorKind] {
    var seen: Set<ActorKind> = [.system]
    return type.transitions.flatMap(\.actors).filter { seen.insert($0).inserted }
  }
}

/// Whose cases somebody may act on.
public enum CaseReach: Hashable, Sendable {
  /// Every case.
  case all
  /// Cases that the actor, or whoever the actor stands for, opened; with a tracking token also those
  /// of people who have not signed in.
  case applicant
  /// Cases of an agency within the actor's reach.
  case agency(String?)
  /// None, as it stands: not even for whoever reaches all agencies.
  case nobody
}

/// A list in which staff find cases.
public struct CaseTray: Sendable {
  /// Where its cases are taken from.
  public enum Source: Hashable, Sendable {
    /// Open cases at one of these stages, whoever holds them.
    case stages([StageID])
    /// Open cases that the agency of the post holds.
    case agency
    /// Open cases in which the agency of the post is the other party.
    case party
  }

  /// A stable name for addresses.
  public let id: String
  /// How people call it.
  public let name: Phrase
  /// In which capacity somebody works on it.
  public let capacity: ActorKind
  /// Where its cases are taken from.
  public let source: Source

  /// A tray.
  public init(_ id: String, _ name: Phrase, for capacity: ActorKind, _ source: Source) {
    self.id = id
    self.name = name
    self.capacity = capacity
    self.source = source
  }
}
