import Commons

extension CatalogueFlag {
  /// What only shows across processes: their closures leave facts, ``CatalogueTally`` draws the conclusion.
  static let marketFlags: [CatalogueFlag] = [
    CatalogueFlag(
      "R011", Phrase("化整为零", en: "Splitting below the threshold"),
      "processes by other methods than `open`, of one buyer, category and civil year, each awarded below its threshold, sum up to the threshold or more; two or more of them: sum / threshold",
      source: "OCP 2024, R011; 政府采购法实施条例 28",
      paths: [
        "buyer.id", "tender.items.classification.id", "tender.mainProcurementCategory",
        "tender.procurementMethod", "awards.value", "awards.date",
      ], grade: .amber,
      [
        "goods_threshold": 2_000_000, "services_threshold": 1_000_000,
        "works_threshold": 4_000_000, "category_digits": 4,
      ]
    ) { process, sink in
      guard let method = process.method, !method.matches("open"), let buyer = process.buyer,
        let category = process.category(digits: Int(sink[3]))
      else { return }
      countInYear(
        process, [buyer, category, process.tender["mainProcurementCategory"].text], &sink)
    },
    CatalogueFlag(
      "R013", Phrase("非竞争采购比例过高", en: "High use of non-competitive methods"),
      "buyer with at least `minimum_processes` whose share with method `limited` or `direct` is at or above the upper fence, if that is above 0: the share",
      paths: ["buyer.id", "tender.procurementMethod"], ["minimum_processes": 10]
    ) { process, sink in markBuyer(process, &sink) },
    sample(
      "R016", Phrase("估算价偏离同类", en: "Value off its category"),
      "the estimate is beyond the fences of its category's, q1 / s and q3 × s, s = (q3 / q1)^1.5, in one currency; with `minimum_processes` of these: estimate / median",
      paths: ["tender.value", "tender.items.classification.id"],
      ["minimum_processes": 20, "category_digits": 4]
    ) { process, sink in
      guard let estimate = process.estimate, estimate.value > 0,
        let category = process.category(digits: Int(sink[1]))
      else { return }
      sink.sample([category, estimate.currency], estimate.value)
    },
    sample(
      "R017", Phrase("单价偏离同类", en: "Unit price off its kind"),
      "a unit price in an active award is beyond the upper fence of its classification's and unit's, q3 × (q3 / q1)^1.5, in one currency; with `minimum_items`: the greatest price / median",
      paths: ["awards.items.unit", "awards.items.classification.id"], ["minimum_items": 20]
    ) { process, sink in
      for award in process.activeAwards {
        for item in award.view["items"].elements {
          guard let price = process.amount(item["unit"]["value"], award.date), price.value > 0,
            let kind = item["classification"]["id"].id
          else { continue }
          sink.sample([kind, item["unit"]["name"].text, price.currency], price.value)
        }
      }
    },
    sample(
      "R019", Phrase("投标人数少于同类", en: "Few bidders for the category"),
      "an open or selective tender has tenderers of submitted bids, but at most the lower fence of its category's, if that is above 0; with `minimum_processes`: how many",
      paths: ["bids.details.tenderers", "tender.items.classification.id"],
      ["minimum_processes": 20, "category_digits": 4]
    ) { process, sink in
      let bidders = bidders(process).count
      guard process.isTendering, bidders > 0, let category = process.category(digits: Int(sink[1]))
      else { return }
      sink.sample([category], Double(bidders))
    },
    CatalogueFlag(
      "R026", Phrase("联合体盛行", en: "Prevalence of consortia"),
      "buyer with at least `minimum_processes` whose share with a submitted bid by several tenderers is at or above the upper fence, if that is above 0: the share",
      paths: ["buyer.id", "bids.details.tenderers"], ["minimum_processes": 10]
    ) { process, sink in markBuyer(process, &sink) },
    CatalogueFlag(
      "R029", Phrase("首位数字异常", en: "First digits off Benford's law"),
      "buyer with at least `minimum_awards` active awards whose first digits differ from Benford's law by χ² (8 degrees of freedom) of at least `threshold`: χ²",
      paths: ["buyer.id", "awards.value"], ["minimum_awards": 100, "threshold": 20.09]
    ) { process, sink in noteAwards(process, &sink) },
    CatalogueFlag(
      "R034", Phrase("递交次序相同", en: "Same order of submission"),
      "the same three or more tenderers hand in their bids in one order at least `minimum_processes` times, which is at least `threshold` of all times they meet: the share; the tenderers are those of the process",
      paths: ["bids.details.date", "bids.details.tenderers"],
      ["minimum_processes": 5, "threshold": 0.8]
    ) { process, sink in noteMeeting(process, &sink) },
    CatalogueFlag(
      "R040", Phrase("供应商占采购人份额过高", en: "Supplier's share of a buyer"),
      "supplier with at least `threshold` of the value of active awards of a buyer, in one currency, who has given at least `minimum_awards`: the greatest share",
      paths: ["buyer.id", "awards.suppliers", "awards.value"],
      ["threshold": 0.5, "minimum_awards": 20]
    ) { process, sink in noteAwards(process, &sink) },
    CatalogueFlag(
      "R050", Phrase("市场份额过高", en: "High market share"),
      "supplier with at least `threshold` of the value of active awards of a category, in one currency, with at least `minimum_awards`: the greatest share",
      paths: ["tender.items.classification.id", "awards.suppliers", "awards.value"],
      ["threshold": 0.5, "minimum_awards": 20, "category_digits": 4]
    ) { process, sink in
      guard let category = process.category(digits: Int(sink[2])) else { return }
      for award in process.activeAwards {
        guard let amount = award.amount, amount.value > 0 else { continue }
        let market = sink.number([category, amount.currency])
        for supplier in award.suppliers {
          let number = sink.names.number(of: supplier)
          sink.append(
            FactRow(
              kind: .award, small: 1, minute: minute(award.date), a: number, b: market,
              x: UInt64(bitPattern: amount.hundredths / Int64(award.suppliers.count))))
        }
      }
    },
    CatalogueFlag(
      "R051", Phrase("供应高度集中", en: "High concentration"),
      "buyer with at least `minimum_awards` whose suppliers' shares of value, squared, sum up to at least `threshold` (Herfindahl–Hirschman): the sum",
      paths: ["buyer.id", "awards.suppliers", "awards.value"],
      ["threshold": 0.25, "minimum_awards": 20]
    ) { process, sink in noteAwards(process, &sink) },
    CatalogueFlag(
      "R052", Phrase("先小后大", en: "Small first award, large later ones"),
      "an award is at least `factor` times the first that the same buyer gave the same supplier earlier, in one currency: the greatest multiple; the suppliers",
      paths: ["buyer.id", "awards.suppliers", "awards.value", "awards.date"], ["factor": 20]
    ) { process, sink in noteAwards(process, &sink) },
    CatalogueFlag(
      "R053", Phrase("固定搭档投标，一方常胜", en: "Co-bidding pair with a recurrent winner"),
      "two tenderers bid together at least `minimum_processes` times, `lift` times as often as by chance, and one of them wins at least `share` of these: the greatest lift; the two",
      paths: ["bids.details.tenderers", "awards.suppliers"], grade: .amber,
      ["minimum_processes": 6, "lift": 2, "share": 0.8]
    ) { process, sink in noteBidders(process, &sink) },
    CatalogueFlag(
      "R055", Phrase("多次直接采购累计达限额", en: "Several direct awards up to the threshold"),
      "processes by `direct`, of one buyer, supplier and civil year, each awarded below its threshold, sum up to the threshold or more; two or more of them: sum / threshold",
      paths: [
        "buyer.id", "tender.procurementMethod", "awards.suppliers", "awards.value", "awards.date",
      ],
      ["goods_threshold": 2_000_000, "services_threshold": 1_000_000, "works_threshold": 4_000_000]
    ) { process, sink in
      guard process.isDirect, let buyer = process.buyer else { return }
      let suppliers = process.activeAwards.flatMap(\.suppliers)
      guard let supplier = suppliers.first, suppliers.allSatisfy({ $0.equals(supplier) }) else {
        return
      }
      countInYear(
        process, [buyer, supplier, process.tender["mainProcurementCategory"].text], &sink)
    },
    CatalogueFlag(
      "R057", Phrase("轮流中标", en: "Bid rotation"),
      "the same three or more tenderers, and nobody else, meet at least `minimum_processes` times and at least twice as often as they are many; in order of awards, of all runs of as many meetings as they are many, at least `threshold` see each of them win once: the share; the tenderers",
      paths: ["bids.details.tenderers", "awards.suppliers", "awards.date"], grade: .amber,
      ["minimum_processes": 8, "threshold": 0.6]
    ) { process, sink in noteMeeting(process, &sink) },
    CatalogueFlag(
      "R072", Phrase("分包盛行", en: "Prevalence of subcontracting"),
      "supplier with at least `minimum_awards` active awards whose share with `hasSubcontracting` (extension) is at or above the upper fence, if that is above 0: the share",
      paths: ["awards.hasSubcontracting", "awards.suppliers"], ["minimum_awards": 5]
    ) { process, sink in
      for award in process.activeAwards {
        for supplier in award.suppliers {
          let number = sink.names.number(of: supplier)
          sink.append(
            FactRow(
              kind: .subcontract, small: award.view["hasSubcontracting"].isTrue ? 1 : 0, a: number))
        }
      }
    },
  ]

  private static func sample(
    _ code: String, _ name: Phrase, _ definition: String, paths: [String],
    _ parameters: KeyValuePairs<String, Double>,
    judge: @escaping @Sendable (ContractingProcess, inout FlagSink) -> Void
  ) -> CatalogueFlag {
    CatalogueFlag(code, name, definition, paths: paths, parameters, judge: judge)
  }

  private static func countInYear(
    _ process: ContractingProcess, _ group: [ByteText?], _ sink: inout FlagSink
  ) {
    guard let sum = awarded(process), let year = sum.year,
      Double(sum.hundredths) / 100 < threshold(process, sink)
    else { return }
    sink.annual(group + [sum.currency], year: year, sum.hundredths)
  }

  /// Facts that several flags need are noted once.
  private static func markBuyer(_ process: ContractingProcess, _ sink: inout FlagSink) {
    guard let buyer = process.buyer, process.method != nil,
      !sink.rows.contains(where: { $0.kind == .buyer })
    else { return }
    var marks = FactRow.BuyerMarks()
    if process.isNoncompetitive { marks.insert(.noncompetitive) }
    if process.submittedBids.contains(where: { $0.tenderers.count > 1 }) {
      marks.insert(.consortium)
    }
    let number = sink.names.number(of: buyer)
    sink.append(FactRow(kind: .buyer, small: marks.rawValue, a: number))
  }

  private static func noteAwards(_ process: ContractingProcess, _ sink: inout FlagSink) {
    guard let buyer = process.buyer,
      !sink.rows.contains(where: { $0.kind == .award && $0.small == 0 })
    else { return }
    // The buyer is named by itself too: conclusions look it up.
    _ = sink.names.number(of: buyer)
    for award in process.activeAwards {
      guard let amount = award.amount, amount.value > 0 else { continue }
      let market = sink.number([buyer, amount.currency])
      for supplier in award.suppliers {
        let number = sink.names.number(of: supplier)
        sink.append(
          FactRow(
            kind: .award, minute: minute(award.date), a: number, b: market,
            x: UInt64(bitPattern: amount.hundredths / Int64(award.suppliers.count))))
      }
    }
  }

  /// Tenderers of submitted bids, each once.
  static func bidders(_ process: ContractingProcess) -> [ByteText] {
    var found: [ByteText] = []
    for bid in process.submittedBids {
      for tenderer in bid.tenderers where !found.contains(where: { $0.equals(tenderer) }) {
        found.append(tenderer)
      }
    }
    return found
  }

  /// So many tenderers are looked at in pairs; more are no ring.
  private static let pairLimit = 64

  static func noteBidders(_ process: ContractingProcess, _ sink: inout FlagSink) {
    guard !sink.rows.contains(where: { $0.kind == .bidder }) else { return }
    let found = bidders(process)
    guard (2...pairLimit).contains(found.count) else { return }
    for tenderer in found {
      let number = sink.names.number(of: tenderer)
      sink.append(
        FactRow(kind: .bidder, small: process.isWinner(tenderer) ? 1 : 0, a: number))
    }
  }

  private static func noteMeeting(_ process: ContractingProcess, _ sink: inout FlagSink) {
    guard !sink.rows.contains(where: { $0.kind == .meeting }) else { return }
    let found = bidders(process)
    guard (2...pairLimit).contains(found.count) else { return }
    // Conclusions name each member.
    for tenderer in found { _ = sink.names.number(of: tenderer) }
    let winners = found.filter(process.isWinner)
    var row = FactRow(kind: .meeting)
    row.a = sink.number(found.sorted { $0.precedes($1) })
    row.x = UInt64(winners.count == 1 ? sink.names.number(of: winners[0]) : TextTable.none)
    row.minute = minute(process.activeAwards.compactMap(\.date).min { $0.seconds < $1.seconds })
    if let order = order(process, found) { row.b = sink.number(order) }
    sink.append(row)
  }

  /// Tenderers in the order of hand-in; nil unless three or more have one bid each, dated apart.
  private static func order(_ process: ContractingProcess, _ found: [ByteText]) -> [ByteText]? {
    let bids = process.submittedBids.filter { !$0.tenderers.isEmpty }
    guard found.count > 2, bids.count == found.count,
      bids.allSatisfy({ $0.tenderers.count == 1 && $0.date != nil })
    else { return nil }
    let dated = bids.compactMap { bid in bid.date.map { ($0.seconds, bid.tenderers[0]) } }
      .sorted { $0.0 < $1.0 }
    guard zip(dated, dated.dropFirst()).allSatisfy({ $0.0 < $1.0 }) else { return nil }
    return dated.map(\.1)
  }
}
