import ArrivalFlow
import Charts
import Commons
import Markup
import MeasureKit

/// A capacity study in figures, bars and a table.
struct CapacityView {
  let airport: Airport
  let study: CapacityStudy

  /// What an hour becomes, and what each cause adds.
  func render(_ h: inout HTML) {
    let gained = study.predictedAfter - study.declaredBefore
    h.tiles { h in
      h.tile(
        Phrase("变化前", en: "Before"), Numbers.text(study.declaredBefore, 1),
        unit: Phrase("架次/小时", en: "an hour"))
      h.tile(
        Phrase("变化后（预测）", en: "After, predicted"), Numbers.text(study.predictedAfter, 1),
        unit: Phrase("架次/小时", en: "an hour"), .good)
      h.tile(
        Phrase("每日新增时刻", en: "Further slots a day"), String(study.slotsPerDay),
        note: Phrase(
          "整架次增量\(Numbers.text(gained.rounded(.down), 0))×\(study.peakHours)个高峰小时",
          en:
            "\(Numbers.text(gained.rounded(.down), 0)) whole movements × \(study.peakHours) peak hours"
        ))
    }
    let causes = study.causes
    let chart = BarChart(
      Phrase("增量来自哪里（架次/小时）", en: "Where the gain comes from (movements an hour)"),
      causes.map { .init($0.cause.name, $0.movements, text: Numbers.text($0.movements, 1)) }
        + study.expansions.map {
          let more = study.predicted($0) - study.predictedAfter
          return .init(airport.expansionName($0), more, text: Numbers.text(more, 1))
        },
      note: Phrase(
        "各原因按所有先后顺序的平均分摊（沙普利值）。",
        en: "Shared among the causes by the mean over all orders (Shapley).")
    )
    h.element("div", .class("charts")) { chart.render(&$0) }
    table(&h, causes)
  }

  private func table(
    _ h: inout HTML, _ causes: [(cause: CapacityCause, movements: Double)]
  ) {
    h.table(
      Phrase("敏感性", en: "Sensitivity"),
      columns: [
        (Phrase("原因", en: "Cause"), false), (Phrase("变化前", en: "Before"), false),
        (Phrase("变化后", en: "After"), false), (Phrase("架次/小时", en: "Movements an hour"), true),
      ]
    ) { table in
      for (cause, movements) in causes {
        table.row([
          { $0.text(cause.name) }, { $0.text(CapacityView.text(cause, study.before)) },
          { $0.text(CapacityView.text(cause, study.after)) },
          { $0.text(Numbers.text(movements, 2)) },
        ])
      }
      for expansion in study.expansions {
        let (predicted, more) = (
          study.predicted(expansion), study.predicted(expansion) - study.predictedAfter
        )
        table.row([
          { $0.text(airport.expansionName(expansion)) },
          {
            $0.text(
              expansion.published.map {
                Phrase("公布\(Numbers.text($0, 0))", en: "published \(Numbers.text($0, 0))")
              } ?? .same("—"))
          },
          { $0.text(Numbers.text(predicted, 1)) }, { $0.text(Numbers.text(more, 2)) },
        ])
      }
    }
  }

  private static func text(_ cause: CapacityCause, _ rules: SpacingRules) -> Phrase {
    switch cause {
    case .wake: rules.scheme.name
    case .radar: .same("\(Numbers.text(rules.radarMinimum_m / 1000, 2)) km")
    case .buffer: .same("\(Numbers.text(rules.buffer_s, 1)) s")
    }
  }
}

/// The separation matrix of a wake scheme.
struct WakeMatrix {
  let scheme: WakeScheme

  /// Writes leaders by row and followers by column, in kilometres.
  func render(_ h: inout HTML) {
    let codes = scheme.categories.map(\.code)
    var minima: [String: Int] = [:]
    for one in scheme.approachTable { minima[one.leader + " " + one.follower] = one.metres }
    h.element("div", .class("charts")) { h in
      MatrixChart(
        scheme.name + Phrase("（公里）", en: " (km)"),
        corner: Phrase("行：前机；列：后机", en: "row: leader, column: follower"), rows: codes,
        columns: codes,
        codes.map { leader in
          codes.map { follower in minima[leader + " " + follower].map { Double($0) / 1000 } }
        }
      ).render(&h)
    }
    h.table(
      scheme.name + Phrase("（公里，前机为行）", en: " (km, leader by row)"),
      columns: [(Phrase("前机", en: "Leader"), false)]
        + codes.map { (Phrase("后\($0)", en: "\($0) behind"), true) }
    ) { table in
      for leader in codes {
        table.row(
          texts: [leader]
            + codes.map { follower in
              minima[leader + " " + follower].map { Numbers.text(Double($0) / 1000, 1) } ?? "—"
            })
      }
    }
    h.p(
      Phrase(
        "自\(scheme.from)起；“—”处只有雷达最小间隔。",
        en: "From \(scheme.from); at “—” the radar minimum alone holds."))
    h.element("p") { $0.basis(.law(scheme.citation)) }
  }
}
