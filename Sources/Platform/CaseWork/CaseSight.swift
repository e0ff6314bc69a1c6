import CaseEngine
import Commons
import Desk
import HTTPValues
import MeasureKit

/// What of a case somebody sees in a capacity: as much as the capacity needs and no more. What is not
/// in sight is not handed over by pages, interface, files, documents or receipts.
public struct CaseSight: Hashable, Sendable {
  /// Of a step, what was said with it.
  private enum Words: Hashable, Sendable {
    case all(but: Set<CommandID>)
    case only([CommandID: Set<String>])
  }

  private enum Facts: Hashable, Sendable {
    case all(but: Set<String>)
    case only(Set<String>)
  }

  private let words: Words
  private let facts: Facts
  private let documents: Set<String>?

  private init(_ words: Words, _ facts: Facts, documents: Set<String>?) {
    self.words = words
    self.facts = facts
    self.documents = documents
  }

  /// Everything.
  public static let everything = CaseSight.all(butSaidWith: [])

  /// Everything but what was said with some steps and some facts, which stay within the authority.
  public static func all(
    butSaidWith commands: Set<CommandID>, butFacts names: Set<String> = []
  ) -> CaseSight {
    CaseSight(.all(but: commands), .all(but: names), documents: nil)
  }

  /// Named facts and documents alone, and of what was said the named answers of named steps.
  public static func only(
    facts: Set<String>, said: [CommandID: Set<String>] = [:], documents: Set<String> = []
  ) -> CaseSight {
    CaseSight(.only(said), .only(facts), documents: documents)
  }

  /// Whether nothing is kept back.
  public var isEverything: Bool { self == .everything }
  /// Whether only what is named is in sight.
  public var isMinimal: Bool { documents != nil }
  /// Whether files are in sight.
  public var hasFiles: Bool { !isMinimal }

  /// What was said with a step, as far as it is in sight; nil if none of it is.
  public func said(_ said: CaseFacts?, with command: CommandID) -> CaseFacts? {
    switch words {
    case .all(let kept): return kept.contains(command) ? nil : said
    case .only(let shown):
      guard let names = shown[command], let said else { return nil }
      return CaseFacts(said.values.filter { names.contains($0.key) })
    }
  }

  /// The facts that are in sight.
  public func facts(_ all: CaseFacts) -> CaseFacts {
    switch facts {
    case .all(let kept): CaseFacts(all.values.filter { !kept.contains($0.key) })
    case .only(let shown): CaseFacts(all.values.filter { shown.contains($0.key) })
    }
  }

  /// Whether a document is in sight.
  public func shows(_ document: CaseDocument) -> Bool { documents?.contains(document.id) ?? true }
}

extension CaseOffice {
  /// What somebody sees of a case: the applicant as such, an official what the widest of the capacities
  /// within reach needs.
  func sight(_ visit: Visit, _ row: CaseFileRow, isOwner: Bool = false) -> CaseSight {
    let facts = (try? CaseFacts(row.facts)) ?? CaseFacts()
    if isOwner { return procedure.sight(of: .citizen, facts) }
    let sights = procedure.capacities.filter { mayAct(visit.actor, as: $0, on: row) }
      .map { procedure.sight(of: $0, facts) }
    return sights.first { $0.isEverything } ?? sights.first { !$0.isMinimal } ?? sights.first
      ?? .only(facts: [])
  }

  /// Whether an official may read all of a case, as whoever opens a receipt does.
  public func seesEverything(_ visit: Visit, _ row: CaseFileRow) -> Bool {
    isStaff(visit, row) && sight(visit, row).isEverything
  }
}
