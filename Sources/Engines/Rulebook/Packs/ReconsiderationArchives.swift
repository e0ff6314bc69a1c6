import Commons
import LegalTime

extension ReconsiderationLaw {
  // MARK: Files

  /// The archives administration's list of periods, known from secondary sources alone. It does not name
  /// files of reconsideration; which of its periods fits which file is the project's reading.
  static let archiveOrder = Citation(
    "机关文件材料归档范围和文书档案保管期限规定", edition: "2006-12-18 国家档案局令第8号", verified: false)
  /// The day of that list.
  static let archiveStart = CivilDate(dayNumber: 13_500)

  static let archiveParameters: [Parameter] = [
    kept("retention-long", Phrase("长期保管", en: "kept long"), 30),
    kept("retention-short", Phrase("短期保管", en: "kept short"), 10),
  ]

  private static func kept(_ name: String, _ title: Phrase, _ years: Int) -> Parameter {
    Parameter(
      ParameterID(prefix + name), title,
      [.init(from: archiveStart, .period(years, .years, rollsOver: false), archiveOrder)])
  }

  /// How long the file of a case is kept once it is archived.
  static let archives: [Rule] =
    [
      Rule(
        rule("retention"), Phrase("案卷保管期限", en: "How long a file is kept"), archiveOrder,
        from: archiveStart, .choice("short", Phrase("短期", en: "short"))),
      Rule(
        rule("retention.decided"), Phrase("作出决定或者调解书的案件", en: "A case with a decision"),
        archiveOrder, from: archiveStart, exceptionOf: rule("retention"),
        when: .all([holds("decided"), lacks("major")]),
        .choice("long", Phrase("长期", en: "long"))),
      Rule(
        rule("retention.major"), Phrase("作出决定的重大案件", en: "A major case with a decision"),
        archiveOrder, from: archiveStart, exceptionOf: rule("retention"),
        when: .all([holds("decided"), holds("major")]),
        .choice("permanent", Phrase("永久", en: "for ever"))),
    ]
    + archiveParameters.map { parameter in
      Rule(
        rule("period." + parameter.id.text.dropFirst(prefix.count)), parameter.name, archiveOrder,
        from: archiveStart, .period(parameter.id))
    }
}
