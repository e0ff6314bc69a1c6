import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit

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

extension Visit {
  /// What a form of this address shows: what was sent and refused, else what it begins with.
  public func entered(
    _ problem: Problem? = nil, else defaults: [(String, String)] = []
  ) -> FormState {
    let form = request.method == .post ? try? request.form() : nil
    return FormState(values: form?.values.map { ($0.name, $0.value) } ?? defaults, problem: problem)
  }
}
