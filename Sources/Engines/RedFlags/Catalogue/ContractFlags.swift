import Commons

extension CatalogueFlag {
  /// Contract and performance.
  static let contractFlags: [CatalogueFlag] = [
    CatalogueFlag(
      "R059", Phrase("合同价与中标价不一致", en: "Contract differs from award"),
      "the values of a contract without amendments and of its award, in one currency, differ by more than `threshold` of the latter: the greatest difference as a share",
      source: "OCP 2024, R059; 招标投标法 46; 招标投标法实施条例 57",
      paths: ["contracts.value", "contracts.awardID", "awards.value"], ["threshold": 0.01]
    ) { process, sink in
      var most = 0.0
      for contract in process.contracts where contract.view["amendments"].count == 0 {
        guard let value = contract.amount, let award = process.award(of: contract)?.amount,
          award.currency.equals(value.currency), award.value > 0
        else { continue }
        most = max(most, abs(value.value - award.value) / award.value)
      }
      if most > sink[0] { sink.flag(most) }
    },
    CatalogueFlag(
      "R060", Phrase("签约过慢", en: "Long time between award and signature"),
      "more whole days than `threshold_days` from award to signature of its contract: the greatest number",
      paths: ["awards.date", "contracts.dateSigned", "contracts.awardID"], ["threshold_days": 60]
    ) { process, sink in
      var most = -Double.infinity
      for contract in process.contracts {
        guard let signed = contract.signed, let award = process.award(of: contract)?.date else {
          continue
        }
        most = max(most, Double(signed.wholeDays(since: award)))
      }
      if most > sink[0] { sink.flag(most) }
    },
    CatalogueFlag(
      "R063", Phrase("合同未公开", en: "Contract not published"),
      "contracts of status `active` or `terminated` without a document of type `contractSigned`: how many",
      source: "OCP 2024, R063; 政府采购法实施条例 50",
      paths: ["contracts.status", "contracts.documents.documentType"]
    ) { process, sink in
      var hidden = 0
      for contract in process.contracts {
        guard let status = contract.view["status"].text,
          status.matches("active") || status.matches("terminated"),
          !contract.view["documents"].elements.contains(where: {
            $0["documentType"].text?.matches("contractSigned") ?? false
          })
        else { continue }
        hidden += 1
      }
      if hidden > 0 { sink.flag(Double(hidden)) }
    },
    CatalogueFlag(
      "R064", Phrase("合同多次变更", en: "Contract modifications"),
      "a contract has at least `threshold` amendments: the greatest number",
      paths: ["contracts.amendments"], ["threshold": 3]
    ) { process, sink in
      let most = process.contracts.map { $0.view["amendments"].count }.max() ?? 0
      if Double(most) >= max(1, sink[0]) { sink.flag(Double(most)) }
    },
    items(
      "R065", Phrase("变更减少标的", en: "Amendments cut items"),
      "items of an award that a contract with amendments, itself with items, lacks, by id: how many",
      missing: { award, contract in award.filter { item in !contract.contains { $0.equals(item) } }
      }),
    items(
      "R066", Phrase("变更增加标的", en: "Amendments add items"),
      "items of a contract with amendments that its award, itself with items, lacks, by id: how many",
      missing: { award, contract in contract.filter { item in !award.contains { $0.equals(item) } }
      }),
    CatalogueFlag(
      "R067", Phrase("未按期交付", en: "Delivery failure"),
      "milestones of performance with status `notMet`, or met after they were due: how many",
      paths: ["contracts.implementation.milestones"]
    ) { process, sink in
      var failures = 0
      for contract in process.contracts {
        for milestone in contract.view["implementation"]["milestones"].elements {
          let isUnmet = milestone["status"].text?.matches("notMet") ?? false
          let due = milestone["dueDate"].time
          let isLate = due.flatMap { due in
            milestone["dateMet"].time.map { $0.seconds > due.seconds }
          }
          if isUnmet || isLate ?? false { failures += 1 }
        }
      }
      if failures > 0 { sink.flag(Double(failures)) }
    },
    CatalogueFlag(
      "R068", Phrase("付款超过合同价", en: "Payments exceed the contract"),
      "transactions of a contract in its currency sum up to more than its value and `tolerance` of it: the greatest sum / value",
      paths: ["contracts.implementation.transactions.value", "contracts.value"], ["tolerance": 0]
    ) { process, sink in
      var most = 0.0
      for contract in process.contracts {
        guard let value = contract.amount, value.value > 0 else { continue }
        var paid: Int64 = 0
        for transaction in contract.view["implementation"]["transactions"].elements {
          guard let amount = process.amount(transaction["value"], transaction["date"].time),
            amount.currency.equals(value.currency)
          else { continue }
          paid += amount.hundredths
        }
        most = max(most, Double(paid) / Double(value.hundredths))
      }
      if most > 1 + sink[0], most.isFinite { sink.flag(most) }
    },
    CatalogueFlag(
      "R069", Phrase("变更抬高价格", en: "Amendments raise the price"),
      "a contract with amendments has a value above that of its award by more than `threshold` of it, in one currency: the greatest contract value / award value",
      paths: ["contracts.amendments", "contracts.value", "awards.value"], ["threshold": 0.1]
    ) { process, sink in
      if let rise = greatestRise(process), rise > 1 + sink[0] { sink.flag(rise) }
    },
  ]

  /// A flag for items that differ between award and amended contract.
  private static func items(
    _ code: String, _ name: Phrase, _ definition: String,
    missing: @escaping @Sendable ([ByteText], [ByteText]) -> [ByteText]
  ) -> CatalogueFlag {
    CatalogueFlag(
      code, name, definition,
      paths: ["contracts.amendments", "contracts.items.id", "awards.items.id"]
    ) { process, sink in
      var count = 0
      for contract in process.contracts where contract.view["amendments"].count > 0 {
        guard let award = process.award(of: contract) else { continue }
        let before = award.view["items"].elements.compactMap { $0["id"].id }
        let after = contract.view["items"].elements.compactMap { $0["id"].id }
        guard !before.isEmpty, !after.isEmpty else { continue }
        count += missing(before, after).count
      }
      if count > 0 { sink.flag(Double(count)) }
    }
  }
}
