import Commons

extension CatalogueFlag {
  /// The decision.
  static let awardFlags: [CatalogueFlag] = [
    CatalogueFlag(
      "R031", Phrase("中标价紧贴或高于估算价", en: "Winning bid close to or above the estimate"),
      "the value of all active awards is at least `threshold` of the estimate, in its currency: the share",
      paths: ["awards.value", "tender.value"], ["threshold": 0.995]
    ) { process, sink in
      guard let estimate = process.estimate, estimate.value > 0 else { return }
      var sum: Int64 = 0
      for award in process.activeAwards {
        guard let amount = award.amount, amount.currency.equals(estimate.currency) else { return }
        sum += amount.hundredths
      }
      let share = Double(sum) / 100 / estimate.value
      if sum > 0, share >= sink[0] { sink.flag(share) }
    },
    CatalogueFlag(
      "R049", Phrase("直接采购紧贴限额之下", en: "Direct award just below the threshold"),
      "method `direct`, and the value of its active awards is below its category's threshold by at most `margin` of it: value / threshold",
      paths: ["tender.procurementMethod", "tender.mainProcurementCategory", "awards.value"],
      [
        "goods_threshold": 2_000_000, "services_threshold": 1_000_000,
        "works_threshold": 4_000_000, "margin": 0.1,
      ]
    ) { process, sink in
      guard process.isDirect, let sum = awarded(process) else { return }
      let ratio = Double(sum.hundredths) / 100 / threshold(process, sink)
      if ratio < 1, ratio >= 1 - sink[3] { sink.flag(ratio) }
    },
    CatalogueFlag(
      "R054", Phrase("直接采购后变更", en: "Direct award followed by change orders"),
      "method `direct`, and a contract has amendments and a value above that of its award, in one currency: the greatest contract value / award value",
      paths: [
        "tender.procurementMethod", "contracts.amendments", "contracts.value", "awards.value",
      ]
    ) { process, sink in
      guard process.isDirect, let rise = greatestRise(process), rise > 1 else { return }
      sink.flag(rise)
    },
    CatalogueFlag(
      "R056", Phrase("中标人不符合条件", en: "Winning bid does not meet the criteria"),
      "a supplier of an active award has bids in the process, all of them disqualified or withdrawn: 1; the suppliers",
      paths: ["awards.suppliers", "bids.details.status", "bids.details.tenderers"], grade: .red
    ) { process, sink in
      for award in process.activeAwards {
        for supplier in award.suppliers {
          let own = process.bids.filter { $0.has(supplier) }
          guard !own.isEmpty,
            own.allSatisfy({ $0.status == .disqualified || $0.status == .withdrawn })
          else { continue }
          sink.name(supplier)
        }
      }
      flagIfNamed(&sink)
    },
    CatalogueFlag(
      "R061", Phrase("定标过快", en: "Decision period extremely short"),
      "fewer whole days than `threshold_days` from the end of the tender period to the first active award of an open or selective tender: the days",
      paths: ["tender.tenderPeriod.endDate", "awards.date"], ["threshold_days": 1]
    ) { process, sink in
      guard process.isTendering, let days = decisionDays(process), days < sink[0] else { return }
      sink.flag(days)
    },
    CatalogueFlag(
      "R062", Phrase("定标过慢", en: "Decision period excessively long"),
      "more whole days than `threshold_days` from the end of the tender period to the first active award: the days",
      paths: ["tender.tenderPeriod.endDate", "awards.date"], ["threshold_days": 60]
    ) { process, sink in
      guard let days = decisionDays(process), days > sink[0] else { return }
      sink.flag(days)
    },
    CatalogueFlag(
      "R071", Phrase("大部分转包", en: "Most of the contract is subcontracted"),
      "`subcontracting.maximumPercentage` (extension) of an active award is at least `threshold`: the share; the suppliers",
      paths: ["awards.subcontracting.maximumPercentage"], ["threshold": 0.5]
    ) { process, sink in
      var most = 0.0
      for award in process.activeAwards {
        guard let share = award.view["subcontracting"]["maximumPercentage"].number,
          share >= sink[0]
        else { continue }
        most = max(most, share)
        sink.name(award.suppliers)
      }
      if most > 0 { sink.flag(most) }
    },
  ]

  private static func decisionDays(_ process: ContractingProcess) -> Double? {
    guard let end = process.tenderEnd,
      let first = process.activeAwards.compactMap(\.date).min(by: { $0.seconds < $1.seconds })
    else { return nil }
    return Double(first.wholeDays(since: end))
  }

  /// The sum of the active awards, all in one currency.
  static func awarded(
    _ process: ContractingProcess
  ) -> (hundredths: Int64, currency: ByteText, minute: UInt32, year: Int?)? {
    var sum: (hundredths: Int64, currency: ByteText, minute: UInt32, year: Int?)?
    for award in process.activeAwards {
      guard let amount = award.amount, amount.value > 0 else { continue }
      guard let known = sum else {
        sum = (amount.hundredths, amount.currency, minute(award.date), year(award.date))
        continue
      }
      guard known.currency.equals(amount.currency) else { return nil }
      sum?.hundredths += amount.hundredths
    }
    return sum
  }

  static func minute(_ time: Timestamp?) -> UInt32 {
    time.flatMap { UInt32(exactly: $0.seconds / 60) } ?? 0
  }

  /// The civil year in China.
  private static func year(_ time: Timestamp?) -> Int? {
    time.map { CivilDate(dayNumber: Int32($0.dayInChina)).year }
  }

  /// The greatest contract value / award value among contracts with amendments.
  static func greatestRise(_ process: ContractingProcess) -> Double? {
    var most: Double?
    for contract in process.contracts where contract.view["amendments"].count > 0 {
      guard let value = contract.amount, let award = process.award(of: contract)?.amount,
        award.currency.equals(value.currency), award.value > 0
      else { continue }
      most = max(most ?? 0, value.value / award.value)
    }
    return most
  }
}
