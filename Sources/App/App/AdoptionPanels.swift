import CityProfiles
import Commons
import Markup
import MeasureKit
import Rulebook

extension ReformReport.Function {
  /// The verdict in a word or two.
  var shortName: Phrase {
    switch answer.verdict {
    case .allowed: Phrase("可以实施", en: "allowed")
    case .pilotScopeOnly: Phrase("限试点范围", en: "pilot scope only")
    case .needsAuthorisation where answer.required != "none":
      Phrase("须先授权", en: "authorisation first")
    case .needsAuthorisation where (needed?.count ?? 0) > 1:
      Phrase("须具备条件", en: "on conditions")
    case .needsAuthorisation: Phrase("可由城市决定", en: "the city may decide")
    case .needsGuidance: Phrase("须指导和风险方案", en: "guidance and risk plan")
    case .notInThisPlace: Phrase("本地不可", en: "not in this place")
    }
  }

  var tone: Tone {
    switch answer.verdict {
    case .allowed: .good
    case .pilotScopeOnly: .info
    case .needsAuthorisation where answer.required != "none": .warn
    case .needsAuthorisation: (needed?.count ?? 0) > 1 ? .info : .plain
    case .needsGuidance: .warn
    case .notInThisPlace: .bad
    }
  }
}

/// A measure that the city has adopted: authorisation, stage, functions, criteria, indicators.
struct AdoptedPanel {
  let entry: ReformReport.Entry
  let city: RunningCity
  /// Whether it stands on the measure's own page.
  var isWhole = false

  func render(_ h: inout HTML) {
    guard let adoption = entry.adoption else { return }
    h.element("div", .class("panel"), .id("m\(entry.card.number)")) { h in
      if !isWhole { head(&h) }
      if !entry.card.isRunning {
        h.p(
          Phrase("已采用；本程序尚无该举措的模块。", en: "Adopted; this program has no module for it yet."),
          class: "hint")
      }
      h.summary(authorisations(adoption) + progress(adoption))
      functions(&h)
      criteria(&h)
      indicators(&h)
    }
  }

  private func head(_ h: inout HTML) {
    h.element("h2") { h in
      h.a(
        "/adoption/\(entry.card.number)", .same("\(entry.card.number)　") + entry.card.name)
      h.text(" ")
      h.tag(entry.state.name, entry.state == .open ? .good : .warn)
    }
  }

  private func authorisations(
    _ adoption: Adoption
  ) -> [(name: Phrase, value: (inout HTML) -> Void)] {
    adoption.authorisations.map { one in
      (
        name: Phrase("授权", en: "Under"),
        value: { h in
          h.element("strong", text: one.document)
          h.text(Phrase("　\(one.issuer)", en: " · \(one.issuer)"))
          var lines: [Phrase] = []
          if let scope = one.scope { lines.append(Phrase("范围：", en: "Scope: ") + scope) }
          lines.append(
            Phrase("自\(one.from.phrase.zh)起", en: "From \(one.from.phrase.en)")
              + (one.to.map { Phrase("，至\($0.phrase.zh)前", en: ", until before \($0.phrase.en)") }
                ?? .same("")))
          if let sunset = one.sunset {
            lines.append(
              Phrase(
                "日落日期：\(sunset.phrase.zh)，届时须评估续期",
                en: "Sunset: \(sunset.phrase.en), unless reviewed and renewed")
            )
          }
          lines += one.conditions.map { Phrase("条件：", en: "Condition: ") + $0 }
          for line in lines { h.p(line, class: "hint") }
        }
      )
    }
  }

  private func progress(
    _ adoption: Adoption
  ) -> [(name: Phrase, value: (inout HTML) -> Void)] {
    var rows: [(name: Phrase, value: (inout HTML) -> Void)] = []
    if let stage = adoption.stage {
      rows.append(
        (
          Phrase("阶段", en: "Stage"),
          { h in
            h.element("strong", text: stage.name)
            h.text(
              Phrase(
                "（自\(stage.from.phrase.zh)起）", en: " (from \(stage.from.phrase.en))"))
            for line in scope(stage) { h.p(line, class: "hint") }
          }
        ))
      if let next = stage.next {
        rows.append(
          (
            Phrase("下一阶段", en: "Next stage"),
            {
              $0.text(
                next.name
                  + Phrase(
                    "（不早于\(next.from.phrase.zh)）", en: " (not before \(next.from.phrase.en))"))
            }
          ))
      }
    }
    for (name, filing) in [
      (Phrase("部门指导", en: "Guidance"), adoption.guidance),
      (Phrase("风险方案", en: "Risk plan"), adoption.riskPlan),
    ] {
      guard let filing else { continue }
      rows.append(
        (name, { $0.text(.same("\(filing.document) · \(filing.issuer)")) }))
    }
    return rows
  }

  private func scope(_ stage: Adoption.Stage) -> [Phrase] {
    let profile = city.profile
    var lines: [Phrase] = []
    if !stage.districts.isEmpty {
      lines.append(
        Phrase("区：", en: "Districts: ")
          + names(stage.districts.map { profile.district($0)?.name ?? .same($0) }))
    }
    if !stage.agencies.isEmpty {
      lines.append(
        Phrase("单位：", en: "Agencies: ")
          + names(stage.agencies.map { profile.agency($0)?.name ?? .same($0) }))
    }
    lines += stage.limits.map {
      Phrase("限额：", en: "Limit: ") + $0.label
        + Phrase("不超过\($0.atMost)", en: " at most \($0.atMost)")
    }
    return lines.isEmpty ? [Phrase("全市范围", en: "the whole city")] : lines
  }

  private func names(_ list: [Phrase]) -> Phrase {
    Phrase(list.map(\.zh).joined(separator: "、"), en: list.map(\.en).joined(separator: ", "))
  }

  private func functions(_ h: inout HTML) {
    h.element("p") { h in
      h.element("strong", text: Phrase("功能：", en: "Functions: "))
      for (place, one) in entry.functions.enumerated() {
        if place > 0 { h.text(" ") }
        h.tag(
          one.function.name
            + (one.isOn
              ? one.answer.verdict == .pilotScopeOnly ? Phrase("（试点）", en: " (pilot)") : .same("")
              : Phrase("（未开通）", en: " (off)")),
          one.isOn ? (one.answer.verdict.isOpen ? .good : .warn) : .plain)
      }
    }
  }

  private func criteria(_ h: inout HTML) {
    guard !entry.criteria.isEmpty else { return }
    let title = Phrase("停止标准", en: "Criteria for stopping")
    h.table(
      title,
      columns: [
        (Phrase("标准", en: "Criterion"), false), (Phrase("当前值", en: "Now"), true),
        (Phrase("是否触发", en: "Met"), false),
      ]
    ) { table in
      for one in entry.criteria {
        table.row([
          { $0.text(one.criterion.label) }, { $0.text(one.indicator?.text ?? "—") },
          { h in
            switch one.isMet {
            case true?: h.tag(Phrase("已触发", en: "met: stop"), .bad)
            case false?: h.tag(Phrase("未触发", en: "not met"), .good)
            case nil: h.tag(Phrase("尚无数据", en: "no figure yet"))
            }
          },
        ])
      }
    }
  }

  private func indicators(_ h: inout HTML) {
    guard !entry.indicators.isEmpty else { return }
    let title = Phrase("成效指标与公布数据", en: "Indicators and published figures")
    h.details(title, isOpen: true) { h in
      h.table(
        title,
        columns: [
          (Phrase("指标", en: "Indicator"), false), (Phrase("本市", en: "Here"), true),
          (Phrase("公布数据", en: "Published"), false), (Phrase("算法", en: "Formula"), false),
        ], isCaptionHidden: true
      ) { table in
        for (value, published) in entry.indicators {
          table.row([
            { $0.element("strong", text: value.name) }, { $0.text(value.text) },
            { h in
              for figure in published {
                h.text(figure.place + Phrase("：", en: ": ") + figure.label)
                h.element("span", .class("sub"), text: figure.source)
              }
            },
            { $0.text(value.formula) },
          ])
        }
      }
    }
  }
}

/// One function with what the gate says, what it takes, and why.
struct FunctionPanel {
  let function: ReformReport.Function

  func render(_ h: inout HTML) {
    let answer = function.answer
    h.element("div", .class("panel")) { h in
      h.element("h3") { h in
        h.text(function.function.name)
        h.text(" ")
        h.tag(function.shortName, function.tone)
        h.text(" ")
        h.element("span", .class("mono"), text: function.function.code)
      }
      if let needed = function.needed, !needed.isEmpty {
        h.element("strong", text: Phrase("采用需要：", en: "What it takes:"))
        h.element("ul", .class("next-steps")) { h in
          for need in needed { h.element("li", text: need) }
        }
      }
      h.element("p") { h in
        for basis in function.because {
          h.basis(basis)
          h.text(" ")
        }
      }
      h.details(Phrase("逐步理由", en: "Reasons, step by step")) { h in
        for finding in answer.findings {
          h.element("pre", text: finding.explanation(h.language))
        }
      }
    }
  }
}
