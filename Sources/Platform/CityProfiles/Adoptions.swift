import Commons
import Rulebook

/// What a city may do under its adopted measures on a day: the one place that measures ask. It is worked
/// out once, so that asking costs a few comparisons.
public struct Adoptions: Sendable {
  /// Where something is to happen, as far as a stage limits it.
  public struct Place: Hashable, Sendable {
    /// The district, if it is known.
    public var district: String?
    /// The agency, if it is known.
    public var agency: String?
    /// Amounts by the names of the stage's limits, as they would be afterwards.
    public var amounts: [String: Int64]

    /// A place.
    public init(district: String? = nil, agency: String? = nil, amounts: [String: Int64] = [:]) {
      self.district = district
      self.agency = agency
      self.amounts = amounts
    }
  }

  /// The gate's answers of a function from a day on.
  struct Period: Sendable {
    let from: CivilDate
    let answer: AdoptionGate.Answer
  }

  /// The city's code.
  public let jurisdiction: String
  private let adoptions: [Int: Adoption]
  private let answers: [Int: [String: [Period]]]

  /// What a profile's measures come to.
  ///
  /// - Throws: ``Problem`` 422 if the rules on adoption are wrong.
  public init(_ profile: CityProfile) throws(Problem) {
    try self.init(code: profile.code, profile.measures, profile.gate)
  }

  init(code: String, _ measures: [Adoption], _ gate: AdoptionGate) throws(Problem) {
    jurisdiction = code
    adoptions = Dictionary(
      measures.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    var answers: [Int: [String: [Period]]] = [:]
    for adoption in measures {
      let days = Adoptions.edges(adoption, gate)
      for function in adoption.functions {
        var periods: [Period] = []
        for day in days {
          periods.append(
            Period(
              from: day,
              answer: try gate.answer(
                adoption.number, function, in: code, on: day,
                AdoptionGate.Record(adoption, function, on: day))))
        }
        answers[adoption.number, default: [:]][function] = periods
      }
    }
    self.answers = answers
  }

  /// The days from the adoption on, on which anything may change.
  private static func edges(_ adoption: Adoption, _ gate: AdoptionGate) -> [CivilDate] {
    let records = adoption.authorisations.flatMap { [$0.from, $0.end].compactMap { $0 } }
    let filings = [adoption.guidance, adoption.riskPlan].compactMap { $0?.from }
    let later = (records + filings + gate.edges).filter { $0 > adoption.from }
    return [adoption.from] + Set(later).sorted()
  }

  // MARK: Asking

  /// The entry of a measure, whatever the day.
  public subscript(measure: Int) -> Adoption? { adoptions[measure] }

  /// Whether a measure was adopted on or before a day; its sunset may have passed.
  public func isAdopted(_ measure: Int, on day: CivilDate) -> Bool {
    adoptions[measure].map { $0.from <= day } ?? false
  }

  /// Whether something new may begin under a measure on a day: one of its functions is open.
  public func isOpen(_ measure: Int, on day: CivilDate) -> Bool {
    guard let adoption = adoptions[measure], adoption.from <= day else { return false }
    return adoption.functions.contains { answer(measure, $0, on: day)?.verdict.isOpen ?? false }
  }

  /// What the gate says of a function that is switched on; nil if it is not, or not yet.
  public func answer(
    _ measure: Int, _ function: String, on day: CivilDate
  ) -> AdoptionGate.Answer? {
    answers[measure]?[function]?.last { $0.from <= day }?.answer
  }

  /// The first day on which a function is open; nil if it never is.
  public func firstDay(_ measure: Int, _ function: String) -> CivilDate? {
    answers[measure]?[function]?.first { $0.answer.verdict.isOpen }?.from
  }

  /// Throws unless a measure was adopted on or before a day.
  ///
  /// - Throws: ``Problem`` 422 `not-adopted`.
  public func require(_ measure: Int, on day: CivilDate) throws(Problem) {
    guard let adoption = adoptions[measure] else { throw Adoptions.notAdopted(measure) }
    guard adoption.from <= day else {
      throw .refused(
        "not-adopted",
        Phrase(
          "本市自\(adoption.from)起采用第\(measure)项举措。",
          en: "This city adopts measure \(measure) from \(adoption.from)."),
        because: [.cityPolicy(adoption.authorisations.documents)])
    }
  }

  /// Throws unless something new may begin under a measure on a day, whatever the function.
  ///
  /// - Throws: ``Problem`` 422 `not-adopted`, or `adoption-ended` after the end of its authorisation.
  public func requireOpen(_ measure: Int, on day: CivilDate) throws(Problem) {
    try require(measure, on: day)
    guard let adoption = adoptions[measure], !isOpen(measure, on: day) else { return }
    throw refusal(adoption, adoption.functions[0], on: day)
  }

  /// Throws unless a function may be used on a day at a place.
  ///
  /// - Throws: ``Problem`` 422 `not-adopted`, `function-off`, `adoption-ended`, `adoption-refused` or
  ///   `outside-pilot`, which names the rule and what would be needed.
  public func require(
    _ measure: Int, function: String, on day: CivilDate, at place: Place = Place()
  ) throws(Problem) {
    try require(measure, on: day)
    guard let adoption = adoptions[measure] else { return }
    guard let answer = answer(measure, function, on: day) else {
      let name = MeasureFunction.of(measure).first { $0.code == function }?.name
      throw .refused(
        "function-off",
        Phrase(
          "本市没有开通第\(measure)项的“\(name?.zh ?? function)”。需要在城市档案中开通，并有足够的授权。",
          en:
            "This city has not switched on “\(name?.en ?? function)” of measure \(measure). It takes an entry in the city's profile, under a sufficient authorisation."
        ), because: [.cityPolicy(adoption.authorisations.documents)])
    }
    guard answer.verdict.isOpen else { throw refusal(adoption, function, on: day) }
    try adoption.stage?.require(measure, on: day, place)
  }

  private static func notAdopted(_ measure: Int) -> Problem {
    .refused(
      "not-adopted",
      Phrase(
        "本市没有采用第\(measure)项举措。采用与否由城市依当地实际决定，见“改革举措”页。",
        en:
          "This city has not adopted measure \(measure). Whether to adopt it is for the city to decide; the page on adoption says what it takes."
      ), because: [.law(AdoptionScope.byLocalConditions)])
  }

  private func refusal(_ adoption: Adoption, _ function: String, on day: CivilDate) -> Problem {
    guard let answer = answer(adoption.number, function, on: day) else {
      return Adoptions.notAdopted(adoption.number)
    }
    let ended = adoption.authorisations.compactMap(\.end).filter { $0 <= day }.max()
    guard let ended, answer.verdict == .needsAuthorisation else {
      return .refused(
        "adoption-refused", answer.refusal(adoption.number, function, on: day),
        because: answer.because)
    }
    return .refused(
      "adoption-ended",
      Phrase(
        "第\(adoption.number)项举措的授权已于\(ended)届满，不再受理新的办件；已受理的继续办完。需要：续期或者新的授权文件。",
        en:
          "The authorisation of measure \(adoption.number) ended on \(ended): nothing new is taken in, what was taken in is finished. Needed: its renewal or a new document."
      ), because: answer.because + [.cityPolicy(adoption.authorisations.documents)])
  }

  // MARK: Stamps

  /// Under which document acts of a measure are done from a day on.
  public struct Term: Hashable, Sendable {
    /// The first day.
    public let from: CivilDate
    /// The documents in force; after the last one ended, those that were: what was taken in under them
    /// is finished under them.
    public let authorisation: String
    /// Why nothing new may begin; nil if it may.
    public let refusal: Problem?
  }

  /// The terms of a measure in order of time; none for one that is not adopted.
  public func terms(_ measure: Int) -> [Term] {
    guard let adoption = adoptions[measure] else { return [] }
    let days = Set((answers[measure] ?? [:]).values.flatMap { $0.map(\.from) }).sorted()
    var terms: [Term] = []
    for day in days {
      let held = adoption.authorisations.filter { $0.holds(on: day) }
      let text = held.isEmpty ? terms.last?.authorisation : held.documents.zh
      var refusal: Problem?
      do throws(Problem) { try requireOpen(measure, on: day) } catch { refusal = error }
      let term = Term(from: day, authorisation: text ?? "", refusal: refusal)
      if terms.last.map({
        $0.authorisation != term.authorisation || ($0.refusal == nil) != (term.refusal == nil)
      }) ?? true {
        terms.append(term)
      }
    }
    return terms
  }

  /// With what acts of a measure are stamped on a day; nil if it is not adopted then.
  public func stamp(_ measure: Int, on day: CivilDate) -> String? {
    terms(measure).last { $0.from <= day }?.authorisation
  }
}

extension Array where Element == Adoption.Authorisation {
  /// The documents, one after the other.
  public var documents: Phrase { .same(map(\.document).joined(separator: "；")) }
}

extension Adoption.Stage {
  fileprivate func require(
    _ measure: Int, on day: CivilDate, _ place: Adoptions.Place
  ) throws(Problem) {
    func refuse(_ zh: String, _ en: String) -> Problem {
      .refused(
        "outside-pilot",
        Phrase(
          "第\(measure)项处于“\(name.zh)”阶段：\(zh)。需要：等待下一阶段\(next.map { "（不早于\($0.from)）" } ?? "")，或者调整试点范围。",
          en:
            "Measure \(measure) is in the stage “\(name.en)”: \(en). Needed: the next stage\(next.map { ", not before \($0.from)" } ?? ""), or another pilot scope."
        ), because: [.law(AdoptionScope.byStages)])
    }
    guard day >= from else {
      throw refuse("该阶段自\(from)起", "it begins on \(from)")
    }
    if let district = place.district, !districts.isEmpty, !districts.contains(district) {
      throw refuse("本区不在试点范围", "this district is not in it")
    }
    if let agency = place.agency, !agencies.isEmpty, !agencies.contains(agency) {
      throw refuse("该单位不在试点范围", "this agency is not in it")
    }
    for limit in limits {
      if let amount = place.amounts[limit.name], amount > limit.atMost {
        throw refuse(
          "“\(limit.label.zh)”以\(limit.atMost)为限",
          "“\(limit.label.en)” is limited to \(limit.atMost)")
      }
    }
  }
}
