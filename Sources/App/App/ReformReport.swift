import CityProfiles
import Commons
import MeasureKit
import Rulebook

/// What the city runs, under what, with what effect, for all 22 measures on one day: the page and the
/// report for programs are written from this.
struct ReformReport: Sendable {
  /// One function of a measure.
  struct Function: Sendable {
    let function: MeasureFunction
    let isOn: Bool
    /// What the gate says of it, with what is on file.
    let answer: AdoptionGate.Answer
    /// All that is still needed; nil where nothing helps in this place on this day.
    let needed: [Phrase]?
    let because: [Basis]
  }

  /// A criterion for stopping beside the figure as it stands.
  struct Criterion: Sendable {
    let criterion: Adoption.StopCriterion
    let indicator: IndicatorValue?
    var isMet: Bool? { criterion.isMet(by: indicator?.value) }
  }

  /// One measure.
  struct Entry: Sendable {
    let card: MeasureCard
    /// The profile's entry; nil if the city has none.
    let adoption: Adoption?
    let state: State
    /// What its acts are stamped with on the day.
    let stamp: String?
    let functions: [Function]
    let indicators: [(value: IndicatorValue, published: [CityProfile.PublishedFigure])]
    let criteria: [Criterion]
  }

  /// Where the city stands with a measure.
  enum State: String, Sendable {
    /// Adopted, and something new may begin.
    case open
    /// Adopted; its authorisation has ended and what is under way is finished.
    case ended
    /// Adopted from a later day on.
    case planned
    /// Not adopted.
    case absent

    var name: Phrase {
      switch self {
      case .open: Phrase("已采用", en: "adopted")
      case .ended: Phrase("授权届满", en: "ended")
      case .planned: Phrase("将采用", en: "to come")
      case .absent: Phrase("未采用", en: "not adopted")
      }
    }
  }

  let day: CivilDate
  let rules: Digest
  let entries: [Entry]

  /// What the gate says of every function of every measure on a day: it follows from the profile.
  struct Verdicts: Sendable {
    let day: CivilDate
    let functions: [Int: [Function]]

    init(_ profile: CityProfile, _ adoptions: Adoptions, on day: CivilDate) throws(Problem) {
      self.day = day
      var functions: [Int: [Function]] = [:]
      for number in 1...22 {
        functions[number] = try Verdicts.functions(
          of: number, profile.gate, in: profile.code, on: day, adoptions[number])
      }
      self.functions = functions
    }

    /// The functions of one measure, with what is on file for it.
    static func functions(
      of measure: Int, _ gate: AdoptionGate, in place: String, on day: CivilDate,
      _ adoption: Adoption?
    ) throws(Problem) -> [Function] {
      var found: [Function] = []
      for function in MeasureFunction.of(measure) {
        let record =
          adoption.map { AdoptionGate.Record($0, function.code, on: max(day, $0.from)) }
          ?? AdoptionGate.Record()
        let path = try gate.path(measure, function.code, in: place, on: day, record)
        found.append(
          Function(
            function: function, isOn: adoption?.functions.contains(function.code) ?? false,
            answer: path.first, needed: path.needed, because: path.because))
      }
      return found
    }
  }

  /// The report of a city at a moment, with the verdicts of that day.
  init(_ city: RunningCity, _ verdicts: Verdicts, at moment: Instant) {
    day = verdicts.day
    rules = city.profile.gate.digest
    var values: [Int: [IndicatorValue]] = [:]
    for measure in city.measures {
      values[type(of: measure).card.number] = measure.indicators(at: moment)
    }
    entries = AllMeasures.cards.map { card in
      ReformReport.entry(card, city, verdicts, values[card.number] ?? [])
    }
  }

  /// How many measures are in a state.
  func count(_ state: State) -> Int { entries.count { $0.state == state } }

  private static func entry(
    _ card: MeasureCard, _ city: RunningCity, _ verdicts: Verdicts, _ values: [IndicatorValue]
  ) -> Entry {
    let (number, day, adoptions) = (card.number, verdicts.day, city.adoptions)
    let adoption = adoptions[number]
    let state: State =
      adoption.map {
        $0.from > day ? .planned : adoptions.isOpen(number, on: day) ? .open : .ended
      } ?? .absent
    return Entry(
      card: card, adoption: adoption, state: state, stamp: adoptions.stamp(number, on: day),
      functions: verdicts.functions[number] ?? [],
      indicators: values.map { value in
        (value: value, published: city.profile.figures.filter { $0.indicator == value.id })
      },
      criteria: (adoption?.stage?.stopCriteria ?? []).map { criterion in
        Criterion(
          criterion: criterion, indicator: values.first { $0.id == criterion.indicator })
      })
  }
}

// MARK: For programs

extension ReformReport {
  /// The report as JSON; `log` is the size and the checkpoint of the log from which the figures follow.
  func json(_ profile: CityProfile, log: JSONValue) -> JSONValue {
    [
      "city": [
        "code": .string(profile.code), "name": .init(phrase: profile.name),
      ],
      "on": .string(day.description), "rules": .string(rules.hex), "log": log,
      "measures": .array(entries.map(\.json)),
    ]
  }
}

extension ReformReport.Entry {
  fileprivate var json: JSONValue {
    var members: [String: JSONValue] = [
      "number": .integer(Int64(card.number)), "name": .init(phrase: card.name),
      "state": .string(state.rawValue), "has_module": .bool(card.isRunning),
      "stamp": JSONValue(stamp), "functions": .array(functions.map(\.json)),
      "indicators": .array(
        indicators.map { value, published in
          [
            "id": .string(value.id), "name": .init(phrase: value.name),
            "formula": .init(phrase: value.formula),
            "value": value.value.map(JSONValue.number) ?? .null,
            "text": .string(value.text),
            "published": .array(
              published.map {
                [
                  "value": .number($0.value), "label": .init(phrase: $0.label),
                  "place": .init(phrase: $0.place), "source": .string($0.source),
                ]
              }),
          ]
        }),
      "stop_criteria": .array(
        criteria.map { one in
          [
            "indicator": .string(one.criterion.indicator),
            "label": .init(phrase: one.criterion.label),
            one.criterion.isBelow ? "below" : "above": .number(one.criterion.bound),
            "value": one.indicator?.value.map(JSONValue.number) ?? .null,
            "is_met": one.isMet.map(JSONValue.bool) ?? .null,
          ]
        }),
    ]
    if let adoption { members["adoption"] = adoption.json }
    return .object(members)
  }
}

extension ReformReport.Function {
  fileprivate var json: JSONValue {
    [
      "code": .string(function.code), "name": .init(phrase: function.name), "is_on": .bool(isOn),
      "verdict": .string(answer.verdict.rawValue),
      "needed": needed.map { .array($0.map { .init(phrase: $0) }) } ?? .null,
      "because": .array(because.map { .init(phrase: $0.phrase) }),
    ]
  }
}

extension Adoption {
  /// The entry as the report for programs shows it.
  var json: JSONValue {
    var members: [String: JSONValue] = [
      "from": .string(from.description),
      "functions": .array(functions.map(JSONValue.string)),
      "authorisations": .array(
        authorisations.map {
          [
            "document": .string($0.document), "issuer": .string($0.issuer),
            "level": .string($0.level), "scope": $0.scope.map { .init(phrase: $0) } ?? .null,
            "functions": $0.functions.map { .array($0.map(JSONValue.string)) } ?? .null,
            "from": .string($0.from.description), "to": JSONValue($0.to?.description),
            "sunset": JSONValue($0.sunset?.description),
            "conditions": .array($0.conditions.map { .init(phrase: $0) }),
          ]
        }),
    ]
    for (name, filing) in [("guidance", guidance), ("risk_plan", riskPlan)] {
      guard let filing else { continue }
      members[name] = [
        "document": .string(filing.document), "issuer": .string(filing.issuer),
        "from": .string(filing.from.description),
      ]
    }
    if let stage {
      members["stage"] = [
        "name": .init(phrase: stage.name), "from": .string(stage.from.description),
        "districts": .array(stage.districts.map(JSONValue.string)),
        "agencies": .array(stage.agencies.map(JSONValue.string)),
        "limits": .array(
          stage.limits.map {
            [
              "name": .string($0.name), "label": .init(phrase: $0.label),
              "at_most": .integer($0.atMost),
            ]
          }),
        "next": stage.next.map {
          ["name": .init(phrase: $0.name), "from": .string($0.from.description)]
        } ?? .null,
      ]
    }
    return .object(members)
  }
}

extension JSONValue {
  /// A wording as `{"zh": …, "en": …}`.
  init(phrase: Phrase) { self = ["zh": .string(phrase.zh), "en": .string(phrase.en)] }
}
