import CityProfiles
import Commons
import HTTPValues
import Markup

/// Fields of a procedure as a form on a page of the measure's own, and what is said in it.
public struct CaseForm: Sendable {
  private let fields: [CaseField]
  private let profile: CityProfile

  /// A form of some fields in a city.
  public init(_ fields: [CaseField], in profile: CityProfile) {
    self.fields = fields
    self.profile = profile
  }

  /// Writes the fields with what was entered before.
  public func write(_ h: inout HTML, _ state: FormState) {
    FieldForms(fields: fields, profile: profile).write(&h, state)
  }

  /// Reads a JSON object; throws 400 for anything else, 422 with every field at fault.
  public func read(_ body: JSONValue) throws(Problem) -> CaseFacts {
    try FieldValues(fields: fields, profile: profile).read(body)
  }

  /// Reads what was entered; throws 422 with every field at fault.
  public func read(_ form: FormFields) throws(Problem) -> CaseFacts {
    try FieldValues(fields: fields, profile: profile).read(form)
  }
}
