import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit

/// The library of guidance: by topic, by day, by word.
struct GuidancePages: Sendable {
  let rules: IPRules

  private struct Wish {
    let topic: Guidance.Topic?
    let day: CivilDate
    let word: String

    init(_ query: QueryItems, today: CivilDate) throws(Problem) {
      let on = query["on"] ?? ""
      guard let day = on.isEmpty ? today : CivilDate(on) else {
        throw .invalid([
          Problem.Field("on", Phrase("请填真实存在的日期。", en: "Give a day that exists."))
        ])
      }
      let topic = query["topic"] ?? ""
      guard topic.isEmpty || Guidance.Topic(rawValue: topic) != nil else {
        throw .invalid([Problem.Field("topic", Phrase("没有这个主题。", en: "There is no such topic."))])
      }
      self.day = day
      self.topic = Guidance.Topic(rawValue: topic)
      word = FieldReader.trimmed(query["q"] ?? "")
    }

    var found: [Guidance] {
      Guidance.all.filter { entry in
        entry.holds(on: day) && (topic.map { $0 == entry.topic } ?? true)
          && (word.isEmpty || entry.mentions(word))
      }
    }
  }

  private func wish(_ visit: Visit) throws(Problem) -> Wish {
    try Wish(visit.request.query, today: visit.now.date(in: rules.profile.zone))
  }

  private static let title = Phrase("新领域新业态保护指引", en: "Guidance for new fields")
  private static let trail = [PageShell.Link(IPMeasure.card.name, "/ip-protection")]

  func list(_ visit: Visit) throws -> Response {
    var problem: Problem?
    var found: [Guidance] = []
    do throws(Problem) { found = try wish(visit).found } catch { problem = error }
    let state = FormState(
      values: visit.request.query.items.map { ($0.name, $0.value) }, problem: problem)
    return visit.page(
      Self.title, trail: Self.trail, status: problem?.status ?? 200
    ) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        Self.title,
        lead: Phrase(
          "按主题和日期查：哪一天的规则，就看那一天的答案。",
          en: "By topic and date: the answer of the day that you ask about."))
      h.element(
        "form", .action("/ip-protection/guidance"), .named("method", "get"), .class("filters")
      ) { h in
        h.select(
          "topic", Phrase("主题", en: "Topic"), state,
          groups: [
            (
              nil,
              [("", Phrase("全部", en: "all"))]
                + Guidance.Topic.allCases.map { ($0.rawValue, $0.name) }
            )
          ])
        h.textField("q", Phrase("含有", en: "With the word"), state)
        h.textField("on", Phrase("哪一天", en: "On"), state, type: "date")
        h.button(Phrase("查找", en: "Find"), .quiet)
      }
      if found.isEmpty, problem == nil {
        h.empty(Phrase("那一天没有这样的指引。", en: "There was no such guidance on that day."))
      }
      h.element("ul", .class("rows")) { h in
        for entry in found {
          h.element("li") { h in
            h.a("/ip-protection/guidance/\(entry.id)", entry.question)
            h.element("div", .class("sub")) { h in
              h.text(entry.topic.name)
              h.text(Phrase("　自\(entry.from)", en: ", from \(entry.from)"))
            }
          }
        }
      }
    }
  }

  func one(_ visit: Visit) throws -> Response {
    guard let entry = Guidance.all.first(where: { $0.id == visit["entry"] }) else {
      throw Problem.notFound(Phrase("没有这条指引。", en: "There is no such guidance."))
    }
    return visit.page(
      entry.question, trail: Self.trail + [.init(Self.title, "/ip-protection/guidance")]
    ) { h in
      h.heading(entry.question) { h in
        h.tag(entry.topic.name)
        h.text(Phrase("自\(entry.from)起", en: "from \(entry.from)"))
      }
      h.element("div", .class("panel reading")) { h in
        for paragraph in entry.answer { h.p(paragraph) }
        h.element("p") { h in
          for basis in entry.bases {
            h.basis(basis)
            h.text("　")
          }
        }
      }
      h.p(
        Phrase(
          "这是城市根据所列条文写的说明，不代替法律和裁判。",
          en:
            "This is the city's explanation of the articles; it replaces neither law nor judgment."),
        class: "hint")
    }
  }

  func json(_ visit: Visit) throws -> Response {
    .json(
      .array(
        try wish(visit).found.map { entry in
          [
            "id": .string(entry.id), "topic": .string(entry.topic.rawValue),
            "from": .string(entry.from.description), "to": JSONValue(entry.to?.description),
            "question": .string(entry.question[visit.language]),
            "answer": .array(entry.answer.map { .string($0[visit.language]) }),
            "bases": .array(entry.bases.map { .string($0.phrase[visit.language]) }),
          ]
        }))
  }
}
