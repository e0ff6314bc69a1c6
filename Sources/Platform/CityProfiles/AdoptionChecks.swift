import Commons
import Rulebook

/// What is wrong with the adopted measures of a profile, each fault with its place in the file.
struct AdoptionChecks {
  let code: String
  let districts: Set<String>
  let agencies: Set<String>
  let gate: AdoptionGate

  func faults(
    _ entries: [(pointer: String, adoption: Adoption)]
  ) throws(Problem) -> [Problem.Field] {
    var found: [Problem.Field] = []
    var seen: Set<Int> = []
    for (place, adoption) in entries {
      let pointer = "city.json \(place)"
      if !seen.insert(adoption.number).inserted {
        found.append(
          Problem.Field(
            "\(pointer)/number",
            Phrase(
              "第\(adoption.number)项出现两次。", en: "Measure \(adoption.number) is there twice.")))
      }
      found += placeFaults(adoption, pointer)
      found += try gateFaults(adoption, pointer)
    }
    return found
  }

  private func placeFaults(_ adoption: Adoption, _ pointer: String) -> [Problem.Field] {
    guard let stage = adoption.stage else { return [] }
    var found: [Problem.Field] = []
    for (name, given, known) in [
      ("districts", stage.districts, districts), ("agencies", stage.agencies, agencies),
    ] {
      for (place, id) in given.enumerated() where !known.contains(id) {
        found.append(
          Problem.Field(
            "\(pointer)/stage/\(name)/\(place)",
            Phrase("城市档案中没有“\(id)”。", en: "The profile has no “\(id)” among its \(name).")))
      }
    }
    if stage.from < adoption.from {
      found.append(
        Problem.Field(
          "\(pointer)/stage/from",
          Phrase("不得早于采用之日。", en: "It must not be earlier than the measure's own day.")))
    }
    return found
  }

  /// The gate is asked for the days on which each function may begin; what ends later is told at run time.
  private func gateFaults(
    _ adoption: Adoption, _ pointer: String
  ) throws(Problem) -> [Problem.Field] {
    var found: [Problem.Field] = []
    for function in adoption.functions {
      var answers: [AdoptionGate.Answer] = []
      for day in adoption.starts(of: function) {
        answers.append(
          try gate.answer(
            adoption.number, function, in: code, on: day,
            AdoptionGate.Record(adoption, function, on: day)))
      }
      if let open = answers.first(where: \.verdict.isOpen) {
        if open.verdict == .pilotScopeOnly { found += stageFaults(adoption, pointer, open) }
      } else {
        found.append(
          Problem.Field(
            "\(pointer)/functions \(function)",
            answers[0].refusal(adoption.number, function, on: adoption.from)))
      }
    }
    return found.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  private func stageFaults(
    _ adoption: Adoption, _ pointer: String, _ answer: AdoptionGate.Answer
  ) -> [Problem.Field] {
    let why = answer.because.map(\.phrase)
    let basis = Phrase(
      why.map(\.zh).joined(separator: "、"), en: why.map(\.en).joined(separator: "; "))
    var found: [Problem.Field] = []
    if !(adoption.stage?.hasScope ?? false) {
      found.append(
        Problem.Field(
          "\(pointer)/stage",
          Phrase(
            "第\(adoption.number)项只能在特定范围内先行（\(basis.zh)）：请写明区、单位或者限额。",
            en:
              "Measure \(adoption.number) may run within a pilot scope only (\(basis.en)): name its districts, agencies or limits."
          )))
    }
    if adoption.stage?.stopCriteria.isEmpty ?? true {
      found.append(
        Problem.Field(
          "\(pointer)/stage/stopCriteria",
          Phrase(
            "第\(adoption.number)项分阶段推开（\(basis.zh)）：请写明停止标准。",
            en:
              "Measure \(adoption.number) goes by stages (\(basis.en)): say when it is to be stopped."
          )))
    }
    return found
  }
}

extension AdoptionGate.Answer {
  /// Why a function may not be on, and what would be needed.
  public func refusal(_ measure: Int, _ function: String, on day: CivilDate) -> Phrase {
    let known = MeasureFunction.of(measure).first { $0.code == function }
    let name = known?.name ?? .same(function)
    let why = because.map(\.phrase)
    return Phrase(
      "第\(measure)项“\(name.zh)”（\(function)）在\(day)不能开通：\(verdict.name.zh)。需要：\(needed.map(\.zh).joined(separator: "；"))。"
        + "依据：\(why.map(\.zh).joined(separator: "、"))。",
      en:
        "Measure \(measure), “\(name.en)” (\(function)), may not be on on \(day): \(verdict.name.en). "
        + "Needed: \(needed.map(\.en).joined(separator: "; ")). "
        + "Under \(why.map(\.en).joined(separator: "; ")).")
  }
}
