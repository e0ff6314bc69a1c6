import CityProfiles
import Commons
import MeasureKit

/// The indicators of measure 21 with their formulas.
enum RequestIndicators {
  static func all(_ statistics: RequestStatistics, at moment: Instant) -> [IndicatorValue] {
    let total = statistics.total
    return [
      IndicatorValue(
        "requests.received", Phrase("受理件数", en: "Requests received"),
        formula: Phrase("“提出诉求”记录的件数", en: "matters with an act “file” or “lead”"),
        value: Double(total.received), format: .count),
      IndicatorValue(
        "requests.on-time", Phrase("按时办结率", en: "Answered on time"),
        formula: Phrase(
          "每次答复均不晚于当时办理时限的件数 ÷ 已答复件数",
          en:
            "matters whose every answer came before the due moment then in force ÷ matters answered"
        ),
        value: total.onTimeRate, format: .percent),
      IndicatorValue(
        "requests.satisfaction", Phrase("满意率", en: "Satisfied"),
        formula: Phrase(
          "最后一次评价为4或5分的件数 ÷ 已评价件数",
          en: "matters last judged 4 or 5 ÷ matters judged"),
        value: total.satisfactionRate, format: .percent),
      IndicatorValue(
        "requests.closed", Phrase("办结率", en: "Closed"),
        formula: Phrase("已办结件数 ÷ 受理件数", en: "closed matters ÷ matters received"),
        value: total.closedRate, format: .percent),
      IndicatorValue(
        "requests.days-to-answer", Phrase("平均答复天数", en: "Mean days to the first answer"),
        formula: Phrase(
          "首次答复时间减受理时间的平均值（日）", en: "mean of first answer minus intake, in days"),
        value: total.meanDaysToReply, format: .days),
      IndicatorValue(
        "requests.overdue", Phrase("逾期未答复", en: "Waiting past the due moment"),
        formula: Phrase(
          "未答复且办理时限已过的件数", en: "matters that wait for an answer and whose due moment is past"),
        value: Double(statistics.overdue(at: moment)), format: .count),
    ]
  }
}
