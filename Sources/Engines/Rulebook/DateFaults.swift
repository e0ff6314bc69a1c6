import Commons

extension CivilDate {
  /// Why a text is no day: there is no such month or day, or it is not written like `2026-01-31`.
  /// Nil if it is one.
  public static func fault(_ text: String) -> Phrase? {
    guard CivilDate(text) == nil else { return nil }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2],
      let year = decimal(Array(parts[0].utf8)), let month = decimal(Array(parts[1].utf8)),
      decimal(Array(parts[2].utf8)) != nil, year > 0
    else {
      return Phrase("日期应写作 2026-01-31 的样子。", en: "Dates are written like 2026-01-31.")
    }
    guard (1...12).contains(month) else {
      return Phrase("没有\(month)月这个月份。", en: "There is no month \(month).")
    }
    let last = CivilDate.daysIn(month: month, year: year)
    return Phrase(
      "这一天不存在：\(year)年\(month)月只有\(last)天。",
      en: "There is no such day: \(parts[0])-\(parts[1]) has \(last) days.")
  }
}

/// Facts that come in pairs named `….from` and `….to` are spans: from the first day until the day
/// before the second, which may be left open. Spans of one kind are numbered, `….1.from`, and may
/// not overlap.
extension FactSheet {
  private struct Stated {
    let stem: String
    let from: FactDeclaration
    let to: FactDeclaration
    let span: Span
    var family: String {
      let parts = stem.split(separator: ".")
      guard let last = parts.last, last.allSatisfy(\.isNumber) else { return stem }
      return parts.dropLast().joined(separator: ".")
    }
  }

  /// What is wrong with the stated spans: one that ends before it begins, or two that overlap.
  public var spanFaults: [Problem.Field] {
    let spans = statedSpans
    var faults: [Problem.Field] = []
    for this in spans {
      guard let to = this.span.to, to <= this.span.from else { continue }
      faults.append(
        Problem.Field(
          this.to.id.text,
          Phrase(
            "“\(this.from.name.zh)”（\(this.span.from)）应早于“\(this.to.name.zh)”（\(to)）。",
            en:
              "“\(this.from.name.en)” (\(this.span.from)) must be before “\(this.to.name.en)” (\(to))."
          )))
    }
    guard faults.isEmpty else { return faults }
    for (place, a) in spans.enumerated() {
      for b in spans[(place + 1)...] where a.family == b.family && a.span.overlaps(b.span) {
        faults.append(
          Problem.Field(
            b.from.id.text,
            Phrase(
              "两段期间重叠：\(a.stem)（\(a.span.phrase.zh)）与\(b.stem)（\(b.span.phrase.zh)）。",
              en:
                "Two spans overlap: \(a.stem) (\(a.span.phrase.en)) and \(b.stem) (\(b.span.phrase.en))."
            )))
      }
    }
    return faults
  }

  private var statedSpans: [Stated] {
    declarations.indices.compactMap { place in
      let name = declarations[place].id.text
      guard name.hasSuffix(".from"), case .date(let from)? = stated[place] else { return nil }
      let stem = String(name.dropLast(5))
      guard let end = slots[FactID(stem + ".to")] else { return nil }
      var to: CivilDate?
      if case .date(let day)? = stated[end] { to = day }
      return Stated(
        stem: stem, from: declarations[place], to: declarations[end],
        span: Span(from: from, to: to))
    }
  }
}
