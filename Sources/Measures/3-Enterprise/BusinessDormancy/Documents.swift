import CaseEngine
import CaseWork
import Commons
import Dormancy
import Markup

/// The documents that steps issue, filled from the case.
extension DormancyProcedure {
  var documents: [CaseDocument] {
    [filingNotice, addressLetter, extensionNotice, resumptionNotice, deemedNotice, orderNotice]
  }

  private static func pair(_ name: Phrase, _ value: Phrase) -> CaseDocument.Pair {
    CaseDocument.Pair(name, value)
  }
  private static func pair(_ zh: String, _ en: String, _ value: String) -> CaseDocument.Pair {
    CaseDocument.Pair(Phrase(zh, en: en), .same(value.isEmpty ? "—" : value))
  }

  private static func business(_ source: CaseDocument.Source) -> [CaseDocument.Pair] {
    [
      pair("经营主体", "Business", source.facts.text("operator")),
      pair("统一社会信用代码", "Code", source.opening.text("code")),
    ]
  }

  private static func term(_ source: CaseDocument.Source) -> CaseDocument.Pair {
    guard let from = source.facts.date("from"), let through = source.facts.date("through") else {
      return pair("歇业期限", "Term", "")
    }
    return pair(
      Phrase("歇业期限", en: "Term"), DormancySpell(from: from, through: through).shown)
  }

  private var filingNotice: CaseDocument {
    CaseDocument(
      "filing-notice", Phrase("歇业备案通知书", en: "Notice of filed dormancy"), with: [.file],
      numbered: "歇备"
    ) { source in
      let cause = DormancyFields.causes.first { $0.code == source.facts.text("cause") }?.name
      return [
        .pairs(
          DormancyProcedure.business(source)
            + [
              DormancyProcedure.term(source),
              DormancyProcedure.pair(Phrase("歇业事由", en: "Cause"), cause ?? .same("—")),
              DormancyProcedure.pair(
                "法律文书送达地址", "Address for service", source.facts.text("address")),
            ]),
        .paragraph(
          Phrase(
            "你单位的歇业备案申请材料齐全、符合规定，予以备案，歇业期限和法律文书送达地址向社会公示。",
            en:
              "The application is complete and in order. Dormancy is filed; its term and the address for "
              + "service are published.")),
        .heading(Phrase("歇业期间", en: "While dormant")),
        .list([
          Phrase("开展经营活动的，视为恢复营业。", en: "Doing business means resuming."),
          Phrase("恢复经营的，应当在30日内公示终止歇业。", en: "On resuming, publish the end within 30 days."),
          Phrase(
            "延长期限的，在期限届满前30日内办理。", en: "An extension is filed within the 30 days before the end."),
          Phrase("按时公示年度报告。", en: "The annual report is published in time."),
        ]),
        .bases([
          DormancyBasis.regulation(30), DormancyBasis.rules(41), DormancyBasis.rules(42),
          DormancyBasis.rules(63, 3),
        ]),
      ]
    }.certified(filingCertificate)
  }

  /// What the notice certifies: that a business rests, for how long, and where papers are served. The cause
  /// and the address are for whoever the holder shows them to.
  private var filingCertificate: CaseCertificate {
    CaseCertificate(
      "DormancyFilingCredential",
      [
        .init("business", Phrase("经营主体", en: "Business")),
        .init("code", Phrase("统一社会信用代码", en: "Code")),
        .init("from", Phrase("歇业开始", en: "Dormant from")),
        .init("through", Phrase("歇业结束", en: "Dormant through")),
        .init("cause", Phrase("歇业事由", en: "Cause"), hidden: true),
        .init("serviceAddress", Phrase("法律文书送达地址", en: "Address for service"), hidden: true),
      ], revokedBy: .handler
    ) { source in
      let cause = DormancyFields.causes.first { $0.code == source.facts.text("cause") }?.name
      return [
        "business": .string(source.facts.text("operator")),
        "code": .string(source.opening.text("code")),
        "from": JSONValue(source.facts.date("from")?.description),
        "through": JSONValue(source.facts.date("through")?.description),
        "cause": JSONValue(cause?.zh), "serviceAddress": .string(source.facts.text("address")),
      ]
    }
  }

  private var addressLetter: CaseDocument {
    CaseDocument(
      "address-letter", Phrase("法律文书送达地址确认书", en: "Letter confirming the address for service"),
      with: [.apply]
    ) { source in
      let facts = source.facts
      let isElectronic = facts.flag("electronic")
      return [
        .pairs(
          DormancyProcedure.business(source) + [
            DormancyProcedure.pair("送达地址", "Address", facts.text("address")),
            DormancyProcedure.pair("联系人", "Contact", source.opening.text("contact")),
            DormancyProcedure.pair("联系电话", "Telephone", source.opening.text("phone")),
            DormancyProcedure.pair(
              Phrase("电子送达", en: "Electronic service"),
              isElectronic
                ? .same(source.opening.text("email")) : Phrase("不同意", en: "not agreed to")),
            DormancyProcedure.pair(
              Phrase("代替住所", en: "Replaces the domicile"),
              facts.flag("replaces") ? Phrase("是", en: "yes") : Phrase("否", en: "no")),
          ]),
        .paragraph(
          Phrase(
            "申请人确认：登记机关、法院等向上述地址送达文书的，即视为送达；地址变化的，及时重新确认。",
            en:
              "The applicant confirms that what is delivered to this address is served, and that a "
              + "change of it is confirmed anew at once.")),
        .bases([DormancyBasis.rules(41, 2), DormancyBasis.rules(43)]),
      ]
    }
  }

  private var extensionNotice: CaseDocument {
    CaseDocument(
      "extension-notice", Phrase("延长歇业期限通知书", en: "Notice of an extended term"), with: [.extend],
      numbered: "歇延"
    ) { source in
      [
        .pairs(DormancyProcedure.business(source) + [DormancyProcedure.term(source)]),
        .paragraph(
          Phrase("准予延长歇业期限，新的期限向社会公示。", en: "The term is extended; the new term is published.")),
        .bases([DormancyBasis.rules(41, 3), DormancyBasis.regulation(30, 4)]),
      ]
    }
  }

  private var resumptionNotice: CaseDocument {
    CaseDocument(
      "resumption-notice", Phrase("终止歇业公示", en: "Published end of dormancy"),
      with: [
        .resume, .resumeEarlier, .resumeChanged, .publish, .publishChanged, .confirm,
        .confirmChanged,
      ], numbered: "歇终"
    ) { source in
      let facts = source.facts
      return [
        .pairs(
          DormancyProcedure.business(source) + [
            DormancyProcedure.term(source),
            DormancyProcedure.pair(
              Phrase("恢复经营日", en: "Back in business on"),
              facts.date("resumed")?.phrase ?? .same("—")),
            DormancyProcedure.pair(
              "歇业天数", "Days of dormancy", String(facts.integer("days") ?? 0)),
          ]),
        .paragraph(Phrase("终止歇业，恢复经营。", en: "Dormancy has ended; the business is open again.")),
        .bases([DormancyBasis.rules(42)]),
      ]
    }
  }

  private var deemedNotice: CaseDocument {
    CaseDocument(
      "deemed-notice", Phrase("视为恢复营业通知书", en: "Notice of deemed resumption"), with: [.deem],
      numbered: "歇认"
    ) { source in
      let facts = source.facts
      let event = DormancyFields.of(.deem, asksPledge: false).first
      var name = Phrase.same(facts.text("event"))
      if case .choice(let choices) = event?.kind {
        name = choices.first { $0.code == facts.text("event") }?.name ?? name
      }
      return [
        .pairs(
          DormancyProcedure.business(source) + [
            DormancyProcedure.term(source),
            DormancyProcedure.pair(Phrase("发现的经营活动", en: "Business that was found"), name),
            DormancyProcedure.pair(
              Phrase("发生日期", en: "Day"), facts.date("event-on")?.phrase ?? .same("—")),
            DormancyProcedure.pair(
              "来源", "Source", "\(facts.text("event-source")) \(facts.text("event-id"))"),
          ]),
        .paragraph(
          Phrase(
            "歇业期间开展经营活动，视为自该日恢复营业。请自该日起30日内公示终止歇业；对认定有异议的，可在该期限内提出。",
            en:
              "Business was done while dormant: it is deemed to have resumed on that day. Publish the "
              + "end within 30 days of it, or object within that time.")),
        .bases([DormancyBasis.regulation(30, 4), DormancyBasis.rules(42, 1)]),
      ]
    }
  }

  private var orderNotice: CaseDocument {
    CaseDocument(
      "order-notice", Phrase("责令改正通知书", en: "Order to correct"), with: ["order"], numbered: "歇责"
    ) { source in
      [
        .pairs(DormancyProcedure.business(source)),
        .paragraph(
          Phrase(
            "未按规定公示终止歇业，责令改正；拒不改正的，处3万元以下的罚款。",
            en:
              "The end of dormancy was not published as required. Correct it; whoever refuses is fined "
              + "up to CNY 30,000.")),
        .words(source.said.text("text")),
        .bases([DormancyBasis.rules(74), DormancyBasis.rules(42, 1)]),
      ]
    }
  }
}
