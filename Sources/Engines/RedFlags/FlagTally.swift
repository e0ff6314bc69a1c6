/// What all processes together say of each organisation.
struct OrganisationTally {
  /// Processes with a valid bid, and those won (R025).
  var valid: UInt32 = 0
  var won: UInt32 = 0
  /// Submitted bids and disqualified ones: as tenderer, as buyer, as procuring entity (R038).
  var submitted: UInt32 = 0
  var disqualified: UInt32 = 0
  var bought: UInt32 = 0
  var boughtDisqualified: UInt32 = 0
  var procured: UInt32 = 0
  var procuredDisqualified: UInt32 = 0
  /// Times flagged by R028, R030 and R035.
  var identical: UInt32 = 0
  var late: UInt32 = 0
  var soleWinner: UInt32 = 0
  /// Processes with classified items, and distinct kinds of these (R048).
  var supplied: UInt32 = 0
  var kinds: UInt32 = 0
}

/// Counts over processes. Facts can be added and taken away in any order: all counts are whole numbers.
struct FlagTally {
  private(set) var organisations = ContiguousArray<OrganisationTally>()
  private var kindCounts: [UInt64: UInt32] = [:]

  subscript(organisation: UInt32) -> OrganisationTally {
    Int(organisation) < organisations.count
      ? organisations[Int(organisation)] : OrganisationTally()
  }

  /// Makes room for organisations with numbers below this.
  mutating func reserve(_ count: Int) {
    while organisations.count < count { organisations.append(OrganisationTally()) }
  }

  /// Adds what a process says (`sign` 1) or takes it away (−1, as the number that wraps around).
  mutating func count(_ facts: ProcessFacts, _ words: borrowing FactWords, adds: Bool) {
    let one: UInt32 = adds ? 1 : .max
    for index in facts.range(.identical) { organisations[Int(words[index])].identical &+= one }
    for index in facts.range(.late) { organisations[Int(words[index])].late &+= one }
    if facts.marks.contains(.allDisqualified) {
      organisations[Int(facts.soleWinner)].soleWinner &+= one
    }
    for index in facts.range(.valid) {
      let organisation = Int(words[index] >> 1)
      organisations[organisation].valid &+= one
      if words[index] & 1 == 1 { organisations[organisation].won &+= one }
    }
    for index in facts.range(.submitted) {
      let organisation = Int(words[index] >> 1)
      organisations[organisation].submitted &+= one
      if words[index] & 1 == 1 { organisations[organisation].disqualified &+= one }
    }
    if facts.buyer != TextTable.none {
      organisations[Int(facts.buyer)].bought &+= one &* facts.submittedBids
      organisations[Int(facts.buyer)].boughtDisqualified &+= one &* facts.disqualifiedBids
    }
    if facts.entity != TextTable.none {
      organisations[Int(facts.entity)].procured &+= one &* facts.submittedBids
      organisations[Int(facts.entity)].procuredDisqualified &+= one &* facts.disqualifiedBids
    }
    for index in facts.range(.suppliers) { organisations[Int(words[index])].supplied &+= one }
    for index in stride(
      from: facts.range(.kinds).lowerBound, to: facts.range(.kinds).upperBound, by: 2)
    {
      countKind(words[index], words[index + 1], 1, adds: adds)
    }
  }

  private mutating func countKind(
    _ organisation: UInt32, _ kind: UInt32, _ times: UInt32, adds: Bool
  ) {
    let key = UInt64(organisation) << 32 | UInt64(kind)
    let before = kindCounts[key] ?? 0
    let after = adds ? before + times : before - times
    kindCounts[key] = after == 0 ? nil : after
    if before == 0 { organisations[Int(organisation)].kinds += 1 }
    if after == 0 { organisations[Int(organisation)].kinds -= 1 }
  }

  /// Adds another tally, whose numbers stand for these here.
  mutating func merge(
    _ other: FlagTally, organisations numbers: ContiguousArray<UInt32>,
    kinds kindNumbers: ContiguousArray<UInt32>
  ) {
    for (index, tally) in other.organisations.enumerated() {
      let number = Int(numbers[index])
      reserve(number + 1)
      organisations[number].valid += tally.valid
      organisations[number].won += tally.won
      organisations[number].submitted += tally.submitted
      organisations[number].disqualified += tally.disqualified
      organisations[number].bought += tally.bought
      organisations[number].boughtDisqualified += tally.boughtDisqualified
      organisations[number].procured += tally.procured
      organisations[number].procuredDisqualified += tally.procuredDisqualified
      organisations[number].identical += tally.identical
      organisations[number].late += tally.late
      organisations[number].soleWinner += tally.soleWinner
      organisations[number].supplied += tally.supplied
    }
    for (key, times) in other.kindCounts {
      countKind(
        numbers[Int(key >> 32)], kindNumbers[Int(key & 0xFFFF_FFFF)], times, adds: true)
    }
  }
}
