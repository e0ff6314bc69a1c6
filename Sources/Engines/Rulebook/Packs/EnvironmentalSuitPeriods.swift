import Commons
import LegalTime

/// Periods of public interest suits about the environment: the Supreme People's Court's
/// interpretation on civil suits (amended 2020-12-23) and the joint interpretation on suits of the
/// procuratorates (in force since 2018-03-02). Articles were compared with the official texts; that the
/// amendment came into force with the Civil Code stands in neither and is taken from its date.
public enum EnvironmentalSuitPeriods {
  /// All of it.
  public static let pack = RulePack(
    facts: facts, parameters: table.map(\.parameter), rules: table.map(\.rule))

  private static let courtStart = CivilDate(dayNumber: 18_628)
  private static let jointStart = CivilDate(dayNumber: 17_592)

  private static func court(_ article: Int, _ paragraph: Int? = nil) -> Citation {
    Citation(
      "最高人民法院关于审理环境民事公益诉讼案件适用法律若干问题的解释", edition: "2020-12-29",
      article: article, paragraph: paragraph)
  }

  private static func joint(_ article: Int, _ paragraph: Int? = nil) -> Citation {
    Citation(
      "最高人民法院、最高人民检察院关于检察公益诉讼案件适用法律若干问题的解释", edition: "2018-03-02",
      article: article, paragraph: paragraph)
  }

  private static let facts = [
    FactDeclaration(
      "procuratorate.is-urgent", Phrase("损害继续扩大等紧急情形", en: "harm is spreading"), .truth,
      meaning: Phrase(
        "国家利益或者社会公共利益损害是否继续扩大", en: "whether harm to the public interest goes on growing"),
      whenSilent: .truth(false))
  ]

  private struct Line {
    let name: String
    let title: Phrase
    let amount: Int
    let unit: Period.Unit
    let place: Citation
    let from: CivilDate
    var exceptionOf: RuleID?
    var condition = Condition.always

    var parameter: Parameter {
      Parameter(
        ParameterID("environmental-suit.\(name)"), title,
        [.init(from: from, .period(amount, unit, rollsOver: true), place)])
    }

    var rule: Rule {
      Rule(
        RuleID("environmental-suit.\(name)"), title, place, from: from, exceptionOf: exceptionOf,
        when: condition, .period(ParameterID("environmental-suit.\(name)")),
        counting: .civilProcedure)
    }
  }

  private static let table: [Line] = [
    Line(
      name: "serve-defendant",
      title: Phrase("向被告发送起诉状副本", en: "Sending the claim to the defendant"), amount: 5,
      unit: .days, place: court(10, 1), from: courtStart),
    Line(
      name: "join", title: Phrase("申请参加诉讼", en: "Joining the suit"), amount: 30, unit: .days,
      place: court(10, 2), from: courtStart),
    Line(
      name: "inform-regulator",
      title: Phrase("告知监督管理部门", en: "Telling the regulator"), amount: 10, unit: .days,
      place: court(12), from: courtStart),
    Line(
      name: "settlement-notice",
      title: Phrase("公告调解或者和解协议（不少于）", en: "Publishing a settlement, at least"), amount: 30,
      unit: .days, place: court(25), from: courtStart),
    Line(
      name: "procuratorate-notice",
      title: Phrase("检察机关诉前公告", en: "Notice of the procuratorate before suing"), amount: 30,
      unit: .days, place: joint(13, 1), from: jointStart),
    Line(
      name: "procuratorate-attendance",
      title: Phrase("提交派员出庭通知书", en: "Naming who appears for the procuratorate"), amount: 3,
      unit: .days, place: joint(8, 2), from: jointStart),
    Line(
      name: "procuratorate-serve",
      title: Phrase("送达检察机关起诉书副本", en: "Serving the procuratorate's claim"), amount: 5,
      unit: .days, place: joint(17), from: jointStart),
    Line(
      name: "procuratorate-reply",
      title: Phrase("行政机关回复检察建议", en: "Reply of the organ to a suggestion"), amount: 2,
      unit: .months, place: joint(21, 2), from: jointStart),
    Line(
      name: "procuratorate-reply.urgent",
      title: Phrase("紧急情形下回复检察建议", en: "Reply in urgency"), amount: 15, unit: .days,
      place: joint(21, 2), from: jointStart, exceptionOf: "environmental-suit.procuratorate-reply",
      condition: .holds("procuratorate.is-urgent")),
  ]
}
