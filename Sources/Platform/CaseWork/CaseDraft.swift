import Books
import CaseEngine
import Commons
import Desk
import LegalTime
import MeasureKit
import Rulebook
import Storage

/// A step under way, as the rules of a procedure see and shape it.
public struct CaseDraft: Sendable {
  /// The command.
  public let command: CommandID
  /// The capacity in which it is given.
  public let capacity: ActorKind
  /// Who gives it.
  public let actor: Actor
  /// When it takes effect.
  public let at: Instant
  /// The civil day of that in the city.
  public let today: CivilDate
  /// The case's key.
  public let key: Int64
  /// The version that the act makes.
  public let version: Int64
  /// The case as it stood; nil for a step that opens one.
  public let before: CaseFileRow?
  /// The status as it was; nil for a step that opens a case.
  public let statusBefore: CaseStatus?
  /// The status to which the step leads.
  public let status: CaseStatus
  /// What is said with the step.
  public let said: CaseFacts
  /// Random draws for lotteries; what was drawn belongs into the public fields.
  public let random: any RandomSource
  /// Working days.
  public let calendar: WorkCalendar
  /// The city's clock.
  public let zone: ZoneOffset
  /// The clocks as they stood; the step's own effects on them come after ``Procedure/decide(_:_:)``.
  public internal(set) var clocks: CaseClocks

  /// What the case has come to; the fields that are facts are in it already.
  public var facts: CaseFacts
  /// A line that may be shown in lists: it names no person.
  public var title: String
  /// The agency that holds the case.
  public var agency: String?
  /// The officer that holds it.
  public var handler: Int64?
  /// The agency that is the other party, such as a respondent.
  public var party: String?
  /// What the case is about, for finding all cases about it: a code or a keyed digest, no name.
  public var subject: String?
  /// From which moment a clock counts that the step starts, where that is not the step's own: a
  /// filing that another authority received earlier keeps that date.
  public var startsAt: [ClockID: Instant] = [:]
  /// At which moment a clock ends that the step starts, where the law names a moment instead of a period:
  /// 21:00 of the day before, ten minutes before take-off.
  public var endsAt: [ClockID: Instant] = [:]
  /// More public fields: all that outsiders need to recompute the indicators.
  public var publicFields: [String: JSONValue] = [:]
  /// Results of rules on which the step rests; their receipts go into the act.
  public var findings: [Finding] = []
  /// Rows of the measure's own tables.
  public var changes: [Change] = []
  /// More of them, made with the store's secrets for their marks; a case that is lived through without
  /// a store has none.
  public var rows: [@Sendable (KeyRing) -> [Change]] = []
  /// What else leaves the store after the commit.
  public var effects: [Effect] = []
  /// Set to refuse the step and keep the refusal on record; nothing else of the draft counts then.
  public var refusal: Problem?
  /// The numbers under which documents issue with this step, by document.
  public internal(set) var documentNumbers: [String: String] = [:]

  /// Where the step leads.
  public func stage(_ type: CaseType) -> Stage { type.stage(of: status) }
}
