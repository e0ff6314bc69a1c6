import Commons
import LegalTime

// What may be fined in connection with dormancy. In every case an order to correct comes first, and only
// who refuses is fined; within the limits the registrar decides by kind and size of the business and by
// how grave it is (Regulation art. 49).
extension DormancyLaw {
  private static func amount(
    _ name: String, _ title: Phrase, _ yuan: Int64, _ citation: Citation
  ) -> Parameter {
    Parameter(
      ParameterID("dormancy.\(name)"), title,
      [.init(from: start, .money(.fen(yuan * 100)), citation)])
  }

  static let fineParameters: [Parameter] = [
    amount(
      "fine-end-most", Phrase("未公示终止歇业罚款上限", en: "greatest fine, end not published"), 30_000,
      rules(74)),
    amount(
      "fine-change-least", Phrase("未办理变更登记罚款下限", en: "least fine, change not registered"), 10_000,
      regulation(46)),
    amount(
      "fine-change-most", Phrase("未办理变更登记罚款上限", en: "greatest fine, change not registered"),
      100_000, regulation(46)),
  ]

  private static let registrar = Phrase("登记机关", en: "the registration authority")

  /// From what through what a fine may be.
  static let fines: [Rule] = [
    Rule(
      "dormancy.fine", Phrase("罚款", en: "Fine"), rules(74), from: start, .value(.nothing(.cny)),
      rounding: .assumed(.halfUp)),
    Rule(
      "dormancy.fine.end", Phrase("拒不公示终止歇业", en: "Refuses to publish the end"), rules(74),
      from: start, exceptionOf: "dormancy.fine", when: refused("end-unpublished"),
      .value(.between(.nothing(.cny), .parameter("dormancy.fine-end-most"))),
      decidedBy: registrar),
    Rule(
      "dormancy.fine.change", Phrase("拒不办理变更登记", en: "Refuses to register the change"),
      regulation(46), from: start, exceptionOf: "dormancy.fine",
      when: refused("change-unregistered"),
      .value(
        .between(
          .parameter("dormancy.fine-change-least"), .parameter("dormancy.fine-change-most"))),
      decidedBy: registrar),
  ]

  private static func refused(_ breach: String) -> Condition {
    .all([.equals("dormancy.breach", breach), .holds("dormancy.refused-to-correct")])
  }

  static let fineFacts: [FactDeclaration] = [
    FactDeclaration(
      "dormancy.breach", Phrase("违法情形", en: "breach"),
      .choice([
        .init("end-unpublished", Phrase("未按规定公示终止歇业", en: "end of dormancy not published")),
        .init("change-unregistered", Phrase("未按规定办理变更登记", en: "change not registered")),
      ]), meaning: Phrase("哪一种违法情形", en: "which breach it is")),
    FactDeclaration(
      "dormancy.refused-to-correct", Phrase("责令后拒不改正", en: "refused to correct"), .truth,
      meaning: Phrase("责令改正后是否拒不改正", en: "whether it was ordered to correct and refused")),
  ]
}
