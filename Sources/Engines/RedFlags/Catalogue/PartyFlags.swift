import Commons

extension CatalogueFlag {
  /// Who the bidders are.
  static let partyFlags: [CatalogueFlag] = [
    sharing(
      "R032", Phrase("受益所有人相同", en: "Bidders share a beneficial owner"),
      "two submitted bids' tenderers have a beneficial owner (extension) in common: 1; the tenderers",
      paths: ["parties.beneficialOwners.id", "bids.details.tenderers"], grade: .amber
    ) { party, keep in party["beneficialOwners"].elements.forEach { keep($0["id"].id) } },
    sharing(
      "R033", Phrase("主要股东相同", en: "Bidders share a major shareholder"),
      "two submitted bids' tenderers have a shareholder (extension) in common: 1; the tenderers",
      paths: ["parties.shareholders.id", "bids.details.tenderers"], grade: .amber
    ) { party, keep in party["shareholders"].elements.forEach { keep($0["id"].id) } },
    CatalogueFlag(
      "R042", Phrase("地址或电话异常", en: "Abnormal address or phone number"),
      "a supplier of an active award is among the parties with a telephone of fewer than seven digits or of one digit throughout, or with an address without a street: 1; the suppliers",
      paths: ["parties.contactPoint.telephone", "parties.address.streetAddress"]
    ) { process, sink in
      forEachSupplier(process) { id, party in
        guard let party else { return false }
        let telephone = party["contactPoint"]["telephone"].text
        let isOdd = telephone.map(isAbnormal) ?? false
        let address = party["address"]
        return isOdd || (address.exists && address["streetAddress"].text == nil)
      } found: {
        sink.name($0)
      }
      flagIfNamed(&sink)
    },
    CatalogueFlag(
      "R043", Phrase("投标人与采购人联系方式相同", en: "Bidder shares contact details with the buyer"),
      "a tenderer of a submitted bid has telephone, e-mail or street address of the buyer or procuring entity: 1; the tenderers",
      paths: ["parties.contactPoint", "parties.address.streetAddress", "buyer.id"], grade: .amber
    ) { process, sink in
      for body in [process.buyer, process.entity] {
        guard let body, let official = process.party(body) else { continue }
        for bid in process.submittedBids {
          for tenderer in bid.tenderers where !tenderer.equals(body) {
            if let party = process.party(tenderer), contacts(party, meet: contacts(official)) {
              sink.name(tenderer)
            }
          }
        }
      }
      flagIfNamed(&sink)
    },
    CatalogueFlag(
      "R044", Phrase("投标人之间信息雷同", en: "Business similarities between bidders"),
      "tenderers of two submitted bids share telephone, e-mail or street address: 1; the tenderers",
      paths: ["parties.contactPoint", "parties.address.streetAddress", "bids.details.tenderers"],
      grade: .amber
    ) { process, sink in
      process.forEachPair { a, b in
        for one in a.tenderers {
          guard let first = process.party(one) else { continue }
          for other in b.tenderers {
            guard let second = process.party(other), contacts(second, meet: contacts(first)) else {
              continue
            }
            sink.name([one, other])
          }
        }
      }
      flagIfNamed(&sink)
    },
    CatalogueFlag(
      "R045", Phrase("投标人未登记", en: "Bidder without registration"),
      "a tenderer of a submitted bid is among the parties without an identifier: 1; the tenderers",
      paths: ["parties.identifier.id", "parties.additionalIdentifiers"]
    ) { process, sink in
      for bid in process.submittedBids {
        for tenderer in bid.tenderers {
          guard let party = process.party(tenderer), party["identifier"]["id"].id == nil,
            party["additionalIdentifiers"].count == 0
          else { continue }
          sink.name(tenderer)
        }
      }
      flagIfNamed(&sink)
    },
    CatalogueFlag(
      "R046", Phrase("投标人在禁入名单", en: "Debarred bidder"),
      "a tenderer of a submitted bid or supplier of an active award is on the list `organisations`: 1; these",
      paths: ["bids.details.tenderers", "awards.suppliers"], grade: .red
    ) { process, sink in
      for bid in process.submittedBids {
        sink.name(bid.tenderers.filter { sink.debarred.find($0) != nil })
      }
      for award in process.activeAwards {
        sink.name(award.suppliers.filter { sink.debarred.find($0) != nil })
      }
      flagIfNamed(&sink)
    },
    CatalogueFlag(
      "R047", Phrase("供应商无从追溯", en: "Supplier cannot be traced"),
      "a supplier of an active award has neither identifier nor address nor contact among the parties, of which there are some: 1; the suppliers",
      paths: ["parties.identifier", "parties.address", "parties.contactPoint", "awards.suppliers"]
    ) { process, sink in
      guard !process.parties.isEmpty else { return }
      forEachSupplier(process) { _, party in
        guard let party else { return true }
        return !party["identifier"].exists && !party["address"].exists
          && !party["contactPoint"].exists
      } found: {
        sink.name($0)
      }
      flagIfNamed(&sink)
    },
    CatalogueFlag(
      "R070", Phrase("落标人成为分包人", en: "Losing bidders are subcontracted"),
      "a tenderer that supplies no active award has the role `subcontractor`: 1; the tenderers",
      paths: ["parties.roles", "awards.suppliers"], grade: .amber
    ) { process, sink in
      for party in process.parties
      where party.view["roles"].contains("subcontractor") && !process.isWinner(party.id) {
        let hasBid =
          party.view["roles"].contains("tenderer") || process.bids.contains { $0.has(party.id) }
        if hasBid { sink.name(party.id) }
      }
      flagIfNamed(&sink)
    },
  ]

  /// The process is flagged if the flag that runs has named somebody.
  static func flagIfNamed(_ sink: inout FlagSink) {
    let place = sink.place
    if sink.rows.contains(where: { $0.kind == .finding && $0.small == place }) { sink.flag(1) }
  }

  /// A flag for bids of different tenderers whose parties have something in common.
  private static func sharing(
    _ code: String, _ name: Phrase, _ definition: String, paths: [String], grade: Grade,
    _ gather: @escaping @Sendable (JSONView, (ByteText?) -> Void) -> Void
  ) -> CatalogueFlag {
    CatalogueFlag(code, name, definition, paths: paths, grade: grade) { process, sink in
      func values(_ bid: ContractingProcess.Bid) -> [ByteText] {
        var values: [ByteText] = []
        for tenderer in bid.tenderers {
          if let party = process.party(tenderer) {
            gather(party) { if let id = $0 { values.append(id) } }
          }
        }
        return values
      }
      process.forEachPair { a, b in
        let others = values(b)
        guard values(a).contains(where: { one in others.contains { $0.equals(one) } }) else {
          return
        }
        sink.name(a.tenderers)
        sink.name(b.tenderers)
      }
      flagIfNamed(&sink)
    }
  }

  private static func forEachSupplier(
    _ process: ContractingProcess, _ test: (ByteText, JSONView?) -> Bool,
    found: (ByteText) -> Void
  ) {
    for award in process.activeAwards {
      for supplier in award.suppliers where test(supplier, process.party(supplier)) {
        found(supplier)
      }
    }
  }

  private static func contacts(_ party: JSONView) -> [ByteText] {
    [
      party["contactPoint"]["telephone"].text, party["contactPoint"]["email"].text,
      party["address"]["streetAddress"].text,
    ].compactMap { $0 }
  }

  private static func contacts(_ party: JSONView, meet others: [ByteText]) -> Bool {
    contacts(party).contains { one in others.contains { $0.equals(one) } }
  }

  private static func isAbnormal(_ telephone: ByteText) -> Bool {
    let digits = (0..<telephone.count).map { telephone.start[$0] }.filter(JSONScanner.isDigit)
    return digits.count < 7 || Set(digits).count == 1
  }
}
