import Commons

extension CaseType {
  /// The longest status text that is read, in bytes.
  public static let longestStatusText = 256

  /// A status by names, as it is stored with a case: the stage, each counter that is not zero
  /// (a flag by its bare name), and each open clock with `+` (running), `~` (suspended) or `!`
  /// (lapsed), separated by spaces, such as `handling appointed redo=2 handle+`. It survives any reordering or growth of the declaration.
  public func text(_ status: CaseStatus) -> String {
    var text = stage(of: status).id.text
    for (index, counter) in counters.enumerated() {
      let value = plan.counters[index].value(status.word)
      if value != 0 { text += " \(counter.id.text)" + (counter.maximum > 1 ? "=\(value)" : "") }
    }
    for (index, clock) in clocks.enumerated() {
      switch plan.clockState(index, status.word) {
      case .off: break
      case .running: text += " \(clock.id.text)+"
      case .suspended: text += " \(clock.id.text)~"
      case .lapsed: text += " \(clock.id.text)!"
      }
    }
    return text
  }

  /// Reads what ``text(_:)`` wrote.
  ///
  /// Throws 400 for a name that is not declared, a name given twice, a value beyond the counter's
  /// maximum, or a text over ``longestStatusText`` bytes.
  public func status(_ text: String) throws(Problem) -> CaseStatus {
    guard text.utf8.count <= CaseType.longestStatusText else {
      throw unreadable(String(text.prefix(40)), Phrase("过长", en: "too long"))
    }
    let parts = text.utf8.split(separator: 0x20, omittingEmptySubsequences: false)
    guard let first = parts.first, let stage = plan.stageIndex[StageID(name(first))] else {
      throw unreadable(text, Phrase("没有这个阶段", en: "no such stage"))
    }
    var word = UInt64(stage)
    var seen: UInt64 = 63
    for part in parts.dropFirst() {
      let (field, value) = try entry(part, of: text)
      guard seen & field.mask << field.shift == 0 else {
        throw unreadable(text, Phrase("“\(name(part))”重复", en: "“\(name(part))” occurs twice"))
      }
      seen |= field.mask << field.shift
      word = field.setting(value, in: word)
    }
    return CaseStatus(word: word)
  }

  /// A status as JSON: `stage`, `counters` (those above zero) and `clocks` (those open).
  public func json(_ status: CaseStatus) -> JSONValue {
    var counted: [String: JSONValue] = [:]
    for (index, counter) in counters.enumerated() {
      let value = plan.counters[index].value(status.word)
      if value != 0 { counted[counter.id.text] = .integer(Int64(value)) }
    }
    var open: [String: JSONValue] = [:]
    for (clock, state) in openClocks(of: status) { open[clock.id.text] = .string("\(state)") }
    return [
      "stage": .string(stage(of: status).id.text), "counters": .object(counted),
      "clocks": .object(open),
    ]
  }

  private func entry(
    _ part: Substring.UTF8View.SubSequence, of text: String
  ) throws(Problem) -> (BitField, Int) {
    if let equals = part.firstIndex(of: 0x3D) {
      let id = name(part[..<equals])
      guard let index = plan.counterIndex[CounterID(id)],
        let value = decimal(part[part.index(after: equals)...]),
        counters[index].maximum > 1, (1...counters[index].maximum).contains(value)
      else { throw unreadable(text, Phrase("“\(name(part))”有误", en: "“\(name(part))” is wrong")) }
      return (plan.counters[index], value)
    }
    if let index = plan.counterIndex[CounterID(name(part))], counters[index].maximum == 1 {
      return (plan.counters[index], 1)
    }
    let state: ClockState? =
      switch part.last {
      case 0x2B: .running
      case 0x7E: .suspended
      case 0x21: .lapsed
      default: nil
      }
    guard let state, let index = plan.clockIndex[ClockID(name(part.dropLast()))] else {
      throw unreadable(text, Phrase("“\(name(part))”有误", en: "“\(name(part))” is wrong"))
    }
    return (plan.clocks[index], Int(state.rawValue))
  }

  private func name(_ bytes: Substring.UTF8View.SubSequence) -> String {
    String(Substring(bytes))
  }

  private func unreadable(_ text: String, _ why: Phrase) -> Problem {
    .malformed(
      Phrase(
        "办件状态“\(text)”与“\(self.name.zh)”不符：\(why.zh)。请核对数据版本。",
        en: "“\(text)” is no status of \(self.name.en): \(why.en). Check which version wrote it."))
  }
}
