import CaseEngine
import Commons

import MeasureKit

/// A measure whose cases follow a declared procedure: what everybody needs of it follows from the
/// procedure.
public protocol CaseMeasure: Measure {
  /// Where its cases are handled; of several kinds, those that its front page is about.
  var office: CaseOffice { get }
  /// Where all its cases are handled, an office for each kind.
  var offices: [CaseOffice] { get }
}

extension CaseMeasure {
  /// By default one kind of case.
  public var offices: [CaseOffice] { [office] }
  /// To open a case, and to go on with it by its token.
  public var publicPermissions: Set<String> { casePermissions }
  /// What the kinds of case of the measure let everybody do.
  public var casePermissions: Set<String> {
    offices.map(\.procedure).filter { $0.isOpenToPeople }.reduce(into: []) {
      $0.formUnion(["\($1.prefix).file", $1.permission(.citizen)])
    }
  }
  /// The desk with the trays.
  public var deskEntrance: DeskEntrance? {
    DeskEntrance(
      office.procedure.deskPermission, office.procedure.card.name, "/desk/\(office.slug)")
  }
  /// What the case type calls the step.
  public func stepName(_ kind: String) -> Phrase? {
    // The longest prefix first: that of one kind of case may begin that of another.
    let procedures = offices.map(\.procedure).sorted { $0.prefix.count > $1.prefix.count }
    for procedure in procedures {
      if let command = procedure.command(kind) { return procedure.name(of: command) }
    }
    return nil
  }
  /// What holds of all declared cases, and what the procedure adds.
  public var invariants: [StoreInvariant] { CaseInvariants.all(offices.map(\.setting)) }
  /// The pages and the interface that follow from the procedure.
  public func routes(_ routes: inout Routes) {
    for office in offices { CaseRoutes(office) { self.indicators(at: $0) }.declare(&routes) }
  }
}
