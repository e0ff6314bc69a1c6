import Commons

extension CatalogueFlag {
  /// The threshold of a process by its main category, among parameters that begin with those for goods, services
  /// and works. They are a city's own choice.
  static func threshold(_ process: ContractingProcess, _ sink: FlagSink) -> Double {
    guard let category = process.tender["mainProcurementCategory"].text else { return sink[0] }
    return category.matches("works") ? sink[2] : category.matches("services") ? sink[1] : sink[0]
  }

  /// Planning and tender.
  static let tenderFlags: [CatalogueFlag] = [
    CatalogueFlag(
      "R001", Phrase("采购计划文件缺失", en: "Planning documents missing"),
      "a process with a tender and neither `planning.documents` nor `planning.budget`: 1",
      paths: ["planning.documents", "planning.budget", "tender"]
    ) { process, sink in
      let planning = process.root["planning"]
      guard process.tender.exists, planning["documents"].count == 0, !planning["budget"].exists
      else { return }
      sink.flag(1)
    },
    CatalogueFlag(
      "R002", Phrase("估算价紧贴限额之下", en: "Value just below a procurement threshold"),
      "the estimate is below its category's threshold by at most `margin` of it: estimate / threshold",
      paths: ["tender.mainProcurementCategory", "tender.value"],
      [
        "goods_threshold": 2_000_000, "services_threshold": 1_000_000,
        "works_threshold": 4_000_000, "margin": 0.05,
      ]
    ) { process, sink in
      guard let estimate = process.estimate else { return }
      let ratio = estimate.value / threshold(process, sink)
      if ratio < 1, ratio >= 1 - sink[3] { sink.flag(ratio) }
    },
    CatalogueFlag(
      "R004", Phrase("未发布公告", en: "Failure to advertise"),
      "an open or selective tender without a document of type `tenderNotice` and without a start of the tender period: 1",
      paths: [
        "tender.procurementMethod", "tender.documents.documentType",
        "tender.tenderPeriod.startDate",
      ]
    ) { process, sink in
      guard process.isTendering, process.tenderStart == nil,
        !process.tender["documents"].elements.contains(where: {
          $0["documentType"].text?.matches("tenderNotice") ?? false
        })
      else { return }
      sink.flag(1)
    },
    CatalogueFlag(
      "R005", Phrase("招标关键信息缺失", en: "Key tender information missing"),
      "an open or selective tender lacks at least `threshold` of title, value, items, end of the tender period, award criteria, eligibility criteria, submission method: how many",
      paths: [
        "tender.title", "tender.value", "tender.items", "tender.tenderPeriod.endDate",
        "tender.awardCriteria", "tender.eligibilityCriteria", "tender.submissionMethod",
      ], ["threshold": 3]
    ) { process, sink in
      guard process.isTendering else { return }
      let tender = process.tender
      let missing = [
        tender["title"].text == nil, !tender["value"].exists, tender["items"].count == 0,
        process.tenderEnd == nil, tender["awardCriteria"].text == nil,
        tender["eligibilityCriteria"].text == nil, tender["submissionMethod"].count == 0,
      ].lazy.filter { $0 }.count
      if Double(missing) >= sink[0] { sink.flag(Double(missing)) }
    },
    CatalogueFlag(
      "R008", Phrase("参与费用过高", en: "Unreasonable participation fees"),
      "the sum of `tender.participationFees` (extension) is at least `threshold` of the estimate, in one currency: the share",
      paths: ["tender.participationFees.value", "tender.value"], ["threshold": 0.005]
    ) { process, sink in
      guard let estimate = process.estimate, estimate.value > 0 else { return }
      var fees: Int64 = 0
      for fee in process.tender["participationFees"].elements {
        guard let amount = process.amount(fee["value"], process.tenderStart),
          amount.currency.equals(estimate.currency)
        else { continue }
        fees += amount.hundredths
      }
      let share = Double(fees) / 100 / estimate.value
      if fees > 0, share >= sink[0] { sink.flag(share) }
    },
    CatalogueFlag(
      "R010", Phrase("非竞争采购无理由", en: "Non-competitive method without reasons"),
      "method `limited` or `direct` without a rationale: 1",
      paths: ["tender.procurementMethod", "tender.procurementMethodRationale"]
    ) { process, sink in
      guard process.isNoncompetitive, process.tender["procurementMethodRationale"].text == nil
      else { return }
      sink.flag(1)
    },
    CatalogueFlag(
      "R014", Phrase("公告至开标过短", en: "Short time between notice and opening"),
      "fewer whole days than `threshold_days` from the start of the tender period to the bid opening (extension): the days",
      paths: ["tender.tenderPeriod.startDate", "tender.bidOpening.date"], ["threshold_days": 15]
    ) { process, sink in
      guard process.isTendering, let start = process.tenderStart,
        let opening = process.tender["bidOpening"]["date"].time
      else { return }
      let days = Double(opening.wholeDays(since: start))
      if days < sink[0] { sink.flag(days) }
    },
    CatalogueFlag(
      "R015", Phrase("开标至评标过长", en: "Long time between opening and evaluation"),
      "more whole days than `threshold_days` from the bid opening, or the end of the tender period, to the start of the award period: the days",
      paths: [
        "tender.bidOpening.date", "tender.tenderPeriod.endDate", "tender.awardPeriod.startDate",
      ],
      ["threshold_days": 10]
    ) { process, sink in
      guard let opening = process.tender["bidOpening"]["date"].time ?? process.tenderEnd,
        let start = process.tender["awardPeriod"]["startDate"].time
      else { return }
      let days = Double(start.wholeDays(since: opening))
      if days > sink[0] { sink.flag(days) }
    },
    CatalogueFlag(
      "R020", Phrase("有投诉", en: "Complaints"),
      "the process has complaints (`complaints`, extension): how many",
      paths: ["complaints"]
    ) { process, sink in
      let complaints = process.root["complaints"].count
      if complaints > 0 { sink.flag(Double(complaints)) }
    },
    CatalogueFlag(
      "R021", Phrase("评标标准随意", en: "Discretionary award criteria"),
      "award criteria are `ratedCriteria`, `qualityOnly`, `singleBidOnly` or absent in an open or selective tender, and there are no details of them: 1",
      paths: ["tender.awardCriteria", "tender.awardCriteriaDetails"]
    ) { process, sink in
      guard process.isTendering, process.tender["awardCriteriaDetails"].text == nil else { return }
      if let criteria = process.tender["awardCriteria"].text,
        !criteria.matches("ratedCriteria"), !criteria.matches("qualityOnly"),
        !criteria.matches("singleBidOnly")
      {
        return
      }
      sink.flag(1)
    },
    CatalogueFlag(
      "R039", Phrase("提问未答复", en: "Unanswered questions"),
      "enquiries (extension) without an answer: how many",
      paths: ["tender.enquiries.answer", "tender.enquiries.dateAnswered"]
    ) { process, sink in
      let open = process.tender["enquiries"].elements.reduce(into: 0) { count, enquiry in
        if enquiry["answer"].text == nil, enquiry["dateAnswered"].text == nil { count += 1 }
      }
      if open > 0 { sink.flag(Double(open)) }
    },
  ]
}
