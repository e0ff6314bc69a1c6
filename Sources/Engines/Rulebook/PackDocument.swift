import Commons
import LegalTime

/// Writes the page of one pack.
struct PackDocument {
  let base: RuleBase
  let entry: AllLaw.Entry

  private typealias Words = LawDocument.Words

  var document: LawDocument {
    let general = rules.filter { $0.rank == .general }
    var blocks: [LawDocument.Block] = [
      .paragraph(
        Phrase(
          "\(Set(rules.map(\.id)).count)条规则，\(parameters.count)个数值系列。规则集 \(base.digest.hex.prefix(16))…",
          en:
            "\(Set(rules.map(\.id)).count) rules, \(parameters.count) series of numbers. Rule set \(base.digest.hex.prefix(16))…"
        )), .heading(Phrase("文件", en: "Instruments")), instruments,
      .heading(Phrase("规则", en: "Rules")), table(Phrase("规则", en: "Rules"), general),
    ]
    let exceptions = rules.filter { $0.rank != .general }
    if !exceptions.isEmpty {
      blocks += [
        .heading(Phrase("例外", en: "Exceptions")), table(Phrase("例外", en: "Exceptions"), exceptions),
      ]
    }
    if !parameters.isEmpty { blocks += [.heading(Phrase("数值", en: "Numbers")), numbers] }
    if !entry.pack.facts.isEmpty { blocks += [.heading(Phrase("事实", en: "Facts")), facts] }
    blocks += [
      .heading(Phrase("生效与失效", en: "Days on which something begins or ends")), edges,
    ]
    return LawDocument(entry.title, blocks)
  }

  private var wording: Wording { Wording(base: base) }
  private var rules: [Rule] { sorted(entry.pack.rules) }
  private var parameters: [Parameter] {
    entry.pack.parameters.sorted {
      ($0.id, $0.territory?.code ?? "") < ($1.id, $1.territory?.code ?? "")
    }
  }

  private func sorted(_ rules: [Rule]) -> [Rule] {
    rules.sorted {
      ($0.id, $0.territory?.code ?? "", $0.span.from) < (
        $1.id, $1.territory?.code ?? "", $1.span.from
      )
    }
  }

  private func place(_ territory: Territory?) -> Words {
    Words(territory.map { .same($0.code) } ?? Phrase("全国", en: "national"))
  }

  /// The title by which an instrument is looked up: in English the official one stands beside the translation.
  private static func title(_ citation: Citation) -> Phrase {
    let title = citation.title
    return title.en == title.zh ? title : Phrase(title.zh, en: "\(title.en) (\(title.zh))")
  }

  private var instruments: LawDocument.Block {
    struct Line: Hashable {
      let instrument: Phrase
      let edition: String
      let isVerified: Bool
    }
    let cited =
      entry.pack.rules.map(\.citation) + entry.pack.parameters.flatMap(\.series).map(\.citation)
    let lines = Set(
      cited.map {
        Line(
          instrument: $0.cityPolicy ?? PackDocument.title($0), edition: $0.edition,
          isVerified: $0.isVerified)
      })
    let order = lines.sorted { ($0.instrument.zh, $0.edition) < ($1.instrument.zh, $1.edition) }
    return .table(
      Phrase("文件", en: "Instruments"),
      columns: [
        Phrase("文件", en: "Instrument"), Phrase("版本", en: "Edition"), Phrase("核对", en: "Checked"),
      ],
      rows: order.map {
        [
          Words($0.instrument), Words(.same($0.edition)),
          Words(
            $0.isVerified
              ? Phrase("已与官方文本核对", en: "compared with the official text")
              : Phrase("未核对", en: "unverified")),
        ]
      })
  }

  private func table(_ caption: Phrase, _ rules: [Rule]) -> LawDocument.Block {
    .table(
      caption,
      columns: [
        Phrase("规则", en: "Rule"), Phrase("出处和期间", en: "Where and since when"),
        Phrase("内容", en: "What it says"), Phrase("例外", en: "Exceptions"),
      ],
      rows: rules.map { rule in
        let (law, span) = (rule.citation.phrase, rule.span.phrase)
        let place = place(rule.territory).text
        return [
          Words(
            Phrase("\(rule.name.zh)（\(rule.id)）", en: "\(rule.name.en) (\(rule.id))"),
            to: rule.id.text),
          Words(
            Phrase("\(law.zh)，\(span.zh)，\(place.zh)", en: "\(law.en); \(span.en); \(place.en)")),
          Words(base.words(of: rule)), Words(relation(rule)),
        ]
      })
  }

  /// Of a general rule its exceptions, of an exception the rule that it departs from.
  private func relation(_ rule: Rule) -> Phrase {
    if case .exception(let of) = rule.rank {
      return Phrase("“\(wording.rule(of).zh)”的例外", en: "an exception of “\(wording.rule(of).en)”")
    }
    let names = (base.exceptions[rule.id] ?? []).map { base.rules[$0] }
      .filter { $0.territory == rule.territory || $0.territory == nil }.map(\.name)
    let distinct = names.enumerated().filter { place, name in names.firstIndex(of: name) == place }
    guard !distinct.isEmpty else { return .same("—") }
    return Phrase(
      distinct.map(\.element.zh).joined(separator: "；"),
      en: distinct.map(\.element.en).joined(separator: "; "))
  }

  private var numbers: LawDocument.Block {
    .table(
      Phrase("数值", en: "Numbers"),
      columns: [
        Phrase("数值", en: "Number"), Phrase("地域", en: "Place"), Phrase("期间", en: "Days"),
        Phrase("值", en: "Value"), Phrase("出处", en: "Source"),
      ],
      rows: parameters.flatMap { parameter in
        parameter.series.map { value in
          [
            Words(
              Phrase(
                "\(parameter.name.zh)（\(parameter.id)）",
                en: "\(parameter.name.en) (\(parameter.id))")),
            place(parameter.territory), Words(value.span.phrase), Words(value.value.phrase),
            Words(value.citation.phrase),
          ]
        }
      })
  }

  private var facts: LawDocument.Block {
    .table(
      Phrase("事实", en: "Facts"),
      columns: [
        Phrase("事实", en: "Fact"), Phrase("含义", en: "Meaning"), Phrase("填写", en: "Give"),
        Phrase("未说明时", en: "If silent"),
      ],
      rows: entry.pack.facts.sorted { $0.id < $1.id }.map { fact in
        [
          Words(Phrase("\(fact.name.zh)（\(fact.id)）", en: "\(fact.name.en) (\(fact.id))")),
          Words(fact.meaning), Words(fact.type.phrase),
          Words(silence(fact)),
        ]
      })
  }

  private func silence(_ fact: FactDeclaration) -> Phrase {
    guard let value = fact.whenSilent else { return Phrase("须填写", en: "must be given") }
    if case .choice(let code) = value { return wording.choice(fact.id, code) }
    return value.phrase
  }

  private var edges: LawDocument.Block {
    let own = Set(entry.pack.rules)
    let numbers = Set(entry.pack.parameters)
    let found = base.edges.compactMap { edge -> (CivilDate, Bool, Phrase)? in
      switch edge.subject {
      case .rule(let place):
        let rule = base.rules[place]
        guard own.contains(rule) else { return nil }
        return (edge.date, edge.begins, rule.name)
      case .parameter(let place, _):
        let parameter = base.parameters[place]
        guard numbers.contains(parameter) else { return nil }
        return (edge.date, edge.begins, parameter.name)
      }
    }
    let days = Set(found.map(\.0)).sorted()
    func names(_ day: CivilDate, _ begins: Bool) -> Phrase {
      let all = found.filter { $0.0 == day && $0.1 == begins }.map(\.2)
      let names = all.enumerated().filter { all.firstIndex(of: $1) == $0 }.map(\.element)
      guard !names.isEmpty else { return .same("—") }
      return Phrase(
        names.map(\.zh).joined(separator: "；"), en: names.map(\.en).joined(separator: "; "))
    }
    return .table(
      Phrase("生效与失效", en: "Begins and ends"),
      columns: [Phrase("日期", en: "Day"), Phrase("开始", en: "Begins"), Phrase("终止", en: "Ends")],
      rows: days.map { day in
        [Words(.same(day.description)), Words(names(day, true)), Words(names(day, false))]
      })
  }
}
