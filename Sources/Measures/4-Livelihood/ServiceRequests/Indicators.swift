import CityProfiles
import Commons
import MeasureKit

/// The indicators of measure 21 with their formulas.
enum RequestIndicators {
  static func all(_ figures: RequestFigures, at moment: Instant) -> [IndicatorValue] {
    let total = figures.total
    return [
      IndicatorValue(
        "requests.received", Phrase("受理件数", en: "Requests received"),
        formula: Phrase("“提出诉求”记录的件数", en: "cases with an act “file” or “lead”"),
        value: Double(total.received), format: .count),
      IndicatorValue(
        "requests.on-time", Phrase("按时办结率", en: "Answered on time"),
        formula: Phrase(
          "每次答复均不晚于当时办理时限的件数 ÷ 已答复件数",
          en:
            "cases whose every answer came before the deadline then in force ÷ cases answered"
        ),
        value: total.onTimeRate, format: .percent),
      IndicatorValue(
        "requests.satisfaction", Phrase("满意率", en: "Satisfaction"),
        formula: Phrase(
          "最后一次评价为4或5分的件数 ÷ 已评价件数",
          en: "cases last rated 4 or 5 of 5 ÷ cases rated"),
        value: total.satisfactionRate, format: .percent),
      IndicatorValue(
        "requests.closed", Phrase("办结率", en: "Closed"),
        formula: Phrase("已办结件数 ÷ 受理件数", en: "cases closed ÷ cases received"),
        value: total.closedRate, format: .percent),
      IndicatorValue(
        "requests.days-to-answer", Phrase("平均答复天数", en: "Days to first answer"),
        formula: Phrase(
          "首次答复时间减受理时间的平均值（日）", en: "mean time from intake to the first answer"),
        value: total.meanDaysToReply, format: .days),
      IndicatorValue(
        "requests.overdue", Phrase("逾期未答复", en: "Overdue"),
        formula: Phrase(
          "未答复且办理时限已过的件数", en: "cases without an answer whose deadline has passed"),
        value: Double(figures.overdue(at: moment)), format: .count),
    ]
  }
}
