import CaseEngine
import Commons

import MeasureKit

/// A measure whose cases follow a declared procedure: what everybody needs of it follows from the
/// procedure.
public protocol CaseMeasure: Measure {
  /// Where its cases are handled.
  var office: CaseOffice { get }
}

extension CaseMeasure {
  /// To open a case, and to go on with it by its token.
  public var publicPermissions: Set<String> {
    ["\(office.slug).file", office.procedure.permission(.citizen)]
  }
  /// The desk with the trays.
  public var deskEntrance: DeskEntrance? {
    DeskEntrance(
      office.procedure.deskPermission, office.procedure.card.name, "/desk/\(office.slug)")
  }
  /// What the case type calls the step.
  public func stepName(_ kind: String) -> Phrase? {
    let procedure = office.procedure
    return procedure.command(kind).map { procedure.name(of: $0) }
  }
  /// What holds of all declared cases, and what the procedure adds.
  public var invariants: [StoreInvariant] { CaseInvariants(office.setting).all }
  /// The pages and the interface that follow from the procedure.
  public func routes(_ routes: inout Routes) {
    CaseRoutes(office) { self.indicators(at: $0) }.declare(&routes)
  }
}
