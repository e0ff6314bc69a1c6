import Commons

extension CatalogueFlag {
  private static let print = "bids.details.fingerprint"

  /// Signs that bidders act as one. What the law deems collusion is red; one serial alone is amber, an address
  /// alone yellow: machines and networks are shared for honest reasons too.
  static let collusionFlags: [CatalogueFlag] = [
    pairs(
      "CN21", Phrase("投标文件由同一单位编制", en: "Bids made by one maker"),
      "two submitted bids have in `fingerprint` (extension) the same `makerCode`, `fileCode` or `dongle`, or the same `mac`, `cpu` and `disk` together: 1; the tenderers",
      source: "招标投标法实施条例 40(1)", paths: [print], grade: .red
    ) { a, b in isOneMaker(a.view["fingerprint"], b.view["fingerprint"]) },
    pairs(
      "CN22", Phrase("同一硬件特征", en: "One serial of hardware in common"),
      "two submitted bids, not of one maker (CN21), have in `fingerprint` the same `mac` or `disk`: 1; the tenderers",
      source: "招标投标法实施条例 40(1), by guidance: one serial is a strong sign", paths: [print],
      grade: .amber
    ) { a, b in
      let (a, b) = (a.view["fingerprint"], b.view["fingerprint"])
      return !isOneMaker(a, b) && (same(a["mac"], b["mac"]) || same(a["disk"], b["disk"]))
    },
    pairs(
      "CN23", Phrase("同一网络地址或处理器", en: "Same network address or processor"),
      "two submitted bids have in `fingerprint` the same `ip` or `cpu`, and nothing of CN21 and CN22: 1; the tenderers",
      source: "招标投标法实施条例 40(1), by guidance: suspicion, no proof", paths: [print],
      grade: .yellow
    ) { a, b in
      let (a, b) = (a.view["fingerprint"], b.view["fingerprint"])
      return (same(a["ip"], b["ip"]) || same(a["cpu"], b["cpu"])) && !isOneMaker(a, b)
        && !same(a["mac"], b["mac"]) && !same(a["disk"], b["disk"])
    },
    pairs(
      "CN24", Phrase("委托同一人办理投标", en: "One agent for several bidders"),
      "two submitted bids have the same `agent.id` (extension): 1; the tenderers",
      source: "招标投标法实施条例 40(2)", paths: ["bids.details.agent.id"], grade: .red
    ) { a, b in same(a.view["agent"]["id"], b.view["agent"]["id"]) },
    pairs(
      "CN25", Phrase("项目管理成员为同一人", en: "One person in several project teams"),
      "two submitted bids have somebody in common in `projectTeam` (extension), by id: 1; the tenderers",
      source: "招标投标法实施条例 40(3)", paths: ["bids.details.projectTeam.id"], grade: .red
    ) { a, b in
      a.view["projectTeam"].elements.contains { one in
        b.view["projectTeam"].elements.contains { same(one["id"], $0["id"]) }
      }
    },
    CatalogueFlag(
      "CN26", Phrase("报价呈等差", en: "Prices at equal differences"),
      "at least `minimum_bids` distinct prices of one lot and currency, in order, differ from one to the next by the same, but for `tolerance` of it: the difference; the tenderers",
      source: "招标投标法实施条例 40(4)", paths: ["bids.details.value", "bids.details.tenderers"],
      grade: .amber, ["minimum_bids": 4, "tolerance": 0.02]
    ) { process, sink in
      for group in process.comparableBids() {
        if let step = PriceSteps.difference(group, Int(sink[0]), sink[1]) {
          sink.flag(step)
          for bid in group { sink.name(bid.tenderers) }
        }
      }
    },
    CatalogueFlag(
      "CN27", Phrase("投标文件相互混装", en: "Bids mixed up"),
      "a document of a submitted bid has as `author` (extension) a tenderer of another bid, and none of its own: 1; the tenderers of both",
      source: "招标投标法实施条例 40(5)", paths: ["bids.details.documents.author"], grade: .red
    ) { process, sink in
      process.forEachPair { a, b in
        for (own, other) in [(a, b), (b, a)] {
          let isMixed = own.view["documents"].elements.contains { document in
            document["author"].id.map { other.has($0) && !own.has($0) } ?? false
          }
          guard isMixed else { continue }
          sink.name(a.tenderers)
          sink.name(b.tenderers)
        }
      }
      flagIfNamed(&sink)
    },
    pairs(
      "CN28", Phrase("保证金从同一账户转出", en: "Deposits from one account"),
      "the deposits of two submitted bids have the same `account` (extension): 1; the tenderers",
      source: "招标投标法实施条例 40(6)", paths: ["bids.details.deposit.account"], grade: .red
    ) { a, b in same(a.view["deposit"]["account"], b.view["deposit"]["account"]) },
    CatalogueFlag(
      "CN29", Phrase("同一分钟递交", en: "Handed in within one minute"),
      "submitted bids of `minimum_bids` or more different tenderers are dated within one minute of the clock: the greatest number; the tenderers",
      source: "a sign of 招标投标法 32", paths: ["bids.details.date"], ["minimum_bids": 3]
    ) { process, sink in
      var minutes: [Int: [ContractingProcess.Bid]] = [:]
      for bid in process.submittedBids where !bid.tenderers.isEmpty {
        guard let date = bid.date else { continue }
        let known = minutes[date.seconds / 60] ?? []
        if known.allSatisfy({ $0.isApart(from: bid) }) {
          minutes[date.seconds / 60] = known + [bid]
        }
      }
      let crowded = minutes.values.filter { Double($0.count) >= max(2, sink[0]) }
      guard let most = crowded.map(\.count).max() else { return }
      sink.flag(Double(most))
      for bids in crowded { for bid in bids { sink.name(bid.tenderers) } }
    },
    CatalogueFlag(
      "CN30", Phrase("报价紧贴最高限价", en: "Prices just under the ceiling"),
      "at least `minimum_bids` prices, all of one lot and currency that are submitted, lie at or below the ceiling (`tender.maximumValue`, extension, else the estimate) by at most `margin` of it: lowest / ceiling; the tenderers",
      source: "a sign of 招标投标法 32",
      paths: ["bids.details.value", "tender.maximumValue", "tender.value"],
      ["minimum_bids": 3, "margin": 0.02]
    ) { process, sink in
      guard
        let ceiling = process.amount(process.tender["maximumValue"], process.tenderStart)
          ?? process.estimate, ceiling.value > 0
      else { return }
      for group in process.comparableBids() where Double(group.count) >= sink[0] {
        let amounts = group.compactMap(\.amount)
        guard amounts[0].currency.equals(ceiling.currency),
          let low = amounts.map(\.value).min(), let high = amounts.map(\.value).max(),
          high <= ceiling.value, low >= (1 - sink[1]) * ceiling.value
        else { continue }
        sink.flag(low / ceiling.value)
        for bid in group { sink.name(bid.tenderers) }
      }
    },
    CatalogueFlag(
      "CN31", Phrase("结伴投标", en: "Bidders that come together"),
      "two tenderers bid together at least `minimum_processes` times, `lift` times as often as by chance, and in at least `share` of the processes of the one that bids less: the greatest lift; the two",
      source: "a sign of 招标投标法 32", paths: ["bids.details.tenderers"],
      ["minimum_processes": 6, "lift": 3, "share": 0.5]
    ) { process, sink in noteBidders(process, &sink) },
    CatalogueFlag(
      "CN32", Phrase("专家与中标人关联", en: "Evaluator and winner recur"),
      "somebody among `tender.evaluators` (extension) sat in at least `minimum_processes` processes that the winner won, `lift` times as many as by chance, and in at least `share` of all that he or she sat in: the greatest lift; the winner",
      source: "a sign of 招标投标法 37; 招标投标法实施条例 46",
      paths: ["tender.evaluators.id", "awards.suppliers"], grade: .amber,
      ["minimum_processes": 5, "lift": 3, "share": 0.5]
    ) { process, sink in
      let winners = process.activeAwards.flatMap(\.suppliers)
      guard let winner = winners.first, winners.allSatisfy({ $0.equals(winner) }) else { return }
      var seen: [ByteText] = []
      for evaluator in process.tender["evaluators"].elements {
        guard let id = evaluator["id"].id, !seen.contains(where: { $0.equals(id) }) else {
          continue
        }
        seen.append(id)
        let (a, b) = (sink.names.number(of: id), sink.names.number(of: winner))
        sink.append(FactRow(kind: .expert, a: a, b: b))
      }
    },
  ]

  private static func same(_ a: JSONView, _ b: JSONView) -> Bool {
    guard let a = a.id, let b = b.id else { return false }
    return a.equals(b)
  }

  private static func isOneMaker(_ a: JSONView, _ b: JSONView) -> Bool {
    same(a["makerCode"], b["makerCode"]) || same(a["fileCode"], b["fileCode"])
      || same(a["dongle"], b["dongle"])
      || (same(a["mac"], b["mac"]) && same(a["cpu"], b["cpu"]) && same(a["disk"], b["disk"]))
  }

  /// A flag for two submitted bids of different tenderers.
  private static func pairs(
    _ code: String, _ name: Phrase, _ definition: String, source: String, paths: [String],
    grade: Grade,
    _ isFound: @escaping @Sendable (ContractingProcess.Bid, ContractingProcess.Bid) -> Bool
  ) -> CatalogueFlag {
    CatalogueFlag(code, name, definition, source: source, paths: paths, grade: grade) {
      process, sink in
      process.forEachPair { a, b in
        guard isFound(a, b) else { return }
        sink.name(a.tenderers)
        sink.name(b.tenderers)
      }
      flagIfNamed(&sink)
    }
  }
}
