import Commons

extension CatalogueFlag {
  /// Periods, sums and bodies that the law of tendering fixes. Days are civil days in China, the first not
  /// counted. Whether a project must be tendered by law the data does not say: open and selective tenders are
  /// held to it.
  static let statutoryFlags: [CatalogueFlag] = [
    CatalogueFlag(
      "CN01", Phrase("招标文件发售期不足", en: "Tender documents on sale too briefly"),
      "fewer days than `threshold_days` from start to end of `tender.documentsPeriod` (extension): the days",
      source: "招标投标法实施条例 16", paths: ["tender.documentsPeriod"], grade: .red,
      ["threshold_days": 5]
    ) { process, sink in
      let period = process.tender["documentsPeriod"]
      guard process.isTendering, let start = period["startDate"].time,
        let end = period["endDate"].time
      else { return }
      flag(days(start, end), below: sink[0], &sink)
    },
    CatalogueFlag(
      "CN02", Phrase("投标准备期不足", en: "Too little time to prepare bids"),
      "fewer days than `threshold_days` from start to end of the tender period: the days",
      source: "招标投标法 24; 政府采购法 35", paths: ["tender.tenderPeriod"], grade: .red,
      ["threshold_days": 20]
    ) { process, sink in
      guard process.isTendering, let start = process.tenderStart, let end = process.tenderEnd else {
        return
      }
      flag(days(start, end), below: sink[0], &sink)
    },
    CatalogueFlag(
      "CN03", Phrase("澄清修改过迟", en: "Clarification too late"),
      "a document of type `clarifications`, or an amendment of the tender, is dated before the end of the tender period by fewer days than `threshold_days`: the least days",
      source: "招标投标法 23; 招标投标法实施条例 21; 政府采购法实施条例 31",
      paths: [
        "tender.documents.datePublished", "tender.amendments.date", "tender.tenderPeriod.endDate",
      ],
      grade: .red, ["threshold_days": 15]
    ) { process, sink in
      guard process.isTendering, let end = process.tenderEnd else { return }
      var least = Int.max
      for amendment in process.tender["amendments"].elements {
        if let date = amendment["date"].time { least = min(least, days(date, end)) }
      }
      for document in process.tender["documents"].elements {
        guard document["documentType"].text?.matches("clarifications") ?? false,
          let date = document["datePublished"].time
        else { continue }
        least = min(least, days(date, end))
      }
      // What comes after the end is no clarification for bidders any more.
      if least >= 0, least != .max { flag(least, below: sink[0], &sink) }
    },
    CatalogueFlag(
      "CN04", Phrase("异议答复逾期", en: "Objection answered late"),
      "an objection (`objections`, extension) is answered more than `threshold_days` after its date: the most days",
      source: "招标投标法实施条例 22, 54", paths: ["objections.date", "objections.dateAnswered"],
      grade: .red, ["threshold_days": 3]
    ) { process, sink in
      var most = Int.min
      for objection in process.root["objections"].elements {
        guard let date = objection["date"].time, let answered = objection["dateAnswered"].time
        else {
          continue
        }
        most = max(most, days(date, answered))
      }
      flag(most, above: sink[0], &sink)
    },
    CatalogueFlag(
      "CN05", Phrase("中标候选人公示期不足", en: "Candidates published too briefly"),
      "fewer days than `threshold_days` from start to end of `tender.candidateNotice` (extension): the days",
      source: "招标投标法实施条例 54", paths: ["tender.candidateNotice"], grade: .red,
      ["threshold_days": 3]
    ) { process, sink in
      let notice = process.tender["candidateNotice"]
      guard process.isTendering, let start = notice["startDate"].time,
        let end = notice["endDate"].time
      else { return }
      flag(days(start, end), below: sink[0], &sink)
    },
    CatalogueFlag(
      "CN06", Phrase("中标候选人公示过迟", en: "Candidates published late"),
      "`tender.candidateNotice` (extension) starts more than `threshold_days` after its `reportDate`, the receipt of the evaluation report: the days",
      source: "招标投标法实施条例 54", paths: ["tender.candidateNotice"], grade: .red,
      ["threshold_days": 3]
    ) { process, sink in
      let notice = process.tender["candidateNotice"]
      guard process.isTendering, let report = notice["reportDate"].time,
        let start = notice["startDate"].time
      else { return }
      flag(days(report, start), above: sink[0], &sink)
    },
    CatalogueFlag(
      "CN07", Phrase("签订合同逾期", en: "Contract signed late"),
      "a contract is signed more than `threshold_days` after the date of its award, the notice of it: the most days",
      source: "招标投标法 46; 政府采购法 46", paths: ["awards.date", "contracts.dateSigned"],
      grade: .red, ["threshold_days": 30]
    ) { process, sink in
      var most = Int.min
      for contract in process.contracts {
        if let signed = contract.signed, let award = process.award(of: contract)?.date {
          most = max(most, days(award, signed))
        }
      }
      flag(most, above: sink[0], &sink)
    },
    CatalogueFlag(
      "CN08", Phrase("投标保证金超限", en: "Bid deposit too high"),
      "a deposit (`bids.details.deposit.value`, extension) is above `threshold` of the estimate, in one currency: the greatest share",
      source: "招标投标法实施条例 26; 政府采购法实施条例 33",
      paths: ["bids.details.deposit.value", "tender.value"], grade: .red, ["threshold": 0.02]
    ) { process, sink in
      guard let estimate = process.estimate, estimate.value > 0 else { return }
      var most: Int64 = 0
      for bid in process.bids {
        if let deposit = process.amount(bid.view["deposit"]["value"], bid.date),
          deposit.currency.equals(estimate.currency)
        {
          most = max(most, deposit.hundredths)
        }
      }
      if Double(most) > sink[0] * Double(estimate.hundredths) {
        sink.flag(Double(most) / Double(estimate.hundredths))
      }
    },
    CatalogueFlag(
      "CN09", Phrase("保证金退还逾期", en: "Deposit returned late"),
      "a deposit is returned (`bids.details.deposit.dateReturned`, extension) more than `threshold_days` after the last contract was signed: the most days",
      source: "招标投标法实施条例 57",
      paths: ["bids.details.deposit.dateReturned", "contracts.dateSigned"], grade: .red,
      ["threshold_days": 5]
    ) { process, sink in
      guard
        let signed = process.contracts.compactMap(\.signed).max(by: { $0.seconds < $1.seconds })
      else { return }
      var most = Int.min
      for bid in process.bids {
        if let date = bid.view["deposit"]["dateReturned"].time {
          most = max(most, days(signed, date))
        }
      }
      flag(most, above: sink[0], &sink)
    },
    CatalogueFlag(
      "CN10", Phrase("履约保证金超限", en: "Performance bond too high"),
      "`contracts.performanceBond` (extension) is above `threshold` of the contract's value, in one currency: the greatest share",
      source: "招标投标法实施条例 58; 政府采购法实施条例 48",
      paths: ["contracts.performanceBond", "contracts.value"], grade: .red, ["threshold": 0.1]
    ) { process, sink in
      var most = 0.0
      for contract in process.contracts {
        guard let value = contract.amount, value.value > 0,
          let bond = process.amount(contract.view["performanceBond"], contract.signed),
          bond.currency.equals(value.currency)
        else { continue }
        most = max(most, Double(bond.hundredths) / Double(value.hundredths))
      }
      if most > sink[0] { sink.flag(most) }
    },
    CatalogueFlag(
      "CN11", Phrase("投标人不足三家仍定标", en: "Awarded with fewer than three bidders"),
      "an open or selective tender has an active award and fewer than `threshold` different tenderers of bids handed in, or `numberOfTenderers` where there are no bids: how many",
      source: "招标投标法 28; 招标投标法实施条例 44",
      paths: ["bids.details.tenderers", "tender.numberOfTenderers", "awards.status"], grade: .red,
      ["threshold": 3]
    ) { process, sink in
      guard process.isTendering, process.awards.contains(where: \.isActive) else { return }
      let count =
        process.bids.isEmpty
        ? process.tender["numberOfTenderers"].number
        : Double(
          process.submittedBids.filter { !$0.tenderers.isEmpty }.reduce(into: [[ByteText]]()) {
            apart, bid in
            let isNew = apart.allSatisfy { known in
              !known.contains { one in bid.has(one) }
            }
            if isNew { apart.append(Array(bid.tenderers)) }
          }.count)
      if let count, count < sink[0] { sink.flag(count) }
    },
    CatalogueFlag(
      "CN12", Phrase("评标委员会组成不合规", en: "Evaluation committee wrongly composed"),
      "`tender.evaluators` (extension) are fewer than `minimum`, or an even number, or those with `isExpert` fewer than two thirds: how many evaluators",
      source: "招标投标法 37", paths: ["tender.evaluators"], grade: .red, ["minimum": 5]
    ) { process, sink in
      let evaluators = process.tender["evaluators"].elements
      let (all, experts) = evaluators.reduce(into: (0, 0)) { count, person in
        count.0 += 1
        if person["isExpert"].isTrue { count.1 += 1 }
      }
      guard process.isTendering, all > 0 else { return }
      if Double(all) < sink[0] || all % 2 == 0 || experts * 3 < all * 2 { sink.flag(Double(all)) }
    },
    CatalogueFlag(
      "CN13", Phrase("收取逾期投标", en: "Late bid accepted"),
      "valid bids dated after the end of the tender period, as instants: how many; the tenderers",
      source: "招标投标法 28", paths: ["bids.details.date", "tender.tenderPeriod.endDate"],
      grade: .red
    ) { process, sink in
      guard process.isTendering, let end = process.tenderEnd else { return }
      var late = 0
      for bid in process.bids where bid.status == .valid {
        guard let date = bid.date, date.seconds > end.seconds else { continue }
        late += 1
        sink.name(bid.tenderers)
      }
      if late > 0 { sink.flag(Double(late)) }
    },
    CatalogueFlag(
      "CN14", Phrase("职责未分离", en: "Duties not separated"),
      "one person has two or more of the roles `need`, `conduct`, `approval`, `acceptance` among `duties` (extension): how many persons",
      source: "a city's own rule (measure 16); unverified in an official text",
      paths: ["duties.person", "duties.role"], grade: .red
    ) { process, sink in
      var roles: [[UInt8]: Set<Int>] = [:]
      for duty in process.root["duties"].elements {
        let known: [StaticString] = ["need", "conduct", "approval", "acceptance"]
        guard let person = duty["person"].id, let role = duty["role"].text,
          let place = known.firstIndex(where: { role.matches($0) })
        else { continue }
        roles[person.bytes, default: []].insert(place)
      }
      let persons = roles.values.lazy.filter { $0.count > 1 }.count
      if persons > 0 { sink.flag(Double(persons)) }
    },
  ]

  /// Civil days in China from one to the other; the first is not counted.
  private static func days(_ begin: Timestamp, _ end: Timestamp) -> Int {
    end.dayInChina - begin.dayInChina
  }

  private static func flag(_ days: Int, below threshold: Double, _ sink: inout FlagSink) {
    if Double(days) < threshold { sink.flag(Double(days)) }
  }

  private static func flag(_ days: Int, above threshold: Double, _ sink: inout FlagSink) {
    if days != .min, Double(days) > threshold { sink.flag(Double(days)) }
  }
}
