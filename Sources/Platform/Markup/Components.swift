import Commons

/// The pieces of which pages are made. Each works without scripts, with a keyboard and with a
/// screen reader.
extension HTML {
  // MARK: Words about the page

  /// A heading of the page with a line under it.
  public mutating func heading(_ title: Phrase, lead: Phrase? = nil) {
    element("div", .class("heading")) { h in
      h.element("h1", text: title.titled)
      if let lead { h.element("p", .class("lead"), text: lead) }
    }
  }

  /// A heading of the page with a line of marks over it: number, state, dates.
  public mutating func heading(_ title: Phrase, kicker: (inout HTML) -> Void) {
    element("div", .class("heading")) { h in
      h.element("div", .class("kicker")) { kicker(&$0) }
      h.element("h1", text: title.titled)
    }
  }

  /// The heading of a part of the page, with a link to more of it.
  public mutating func section(_ title: Phrase, more: Phrase? = nil, _ target: String? = nil) {
    element("div", .class("panel-head")) { h in
      h.element("h2", text: title)
      if let more, let target { h.a(target, more) }
    }
  }

  /// A coloured word for a state.
  public mutating func tag(_ text: Phrase, _ tone: Tone = .plain) {
    element("span", .class("tag tag-\(tone.rawValue)"), text: text)
  }

  /// A word of notice across the page.
  public mutating func banner(
    _ text: Phrase, _ tone: Tone, content: (inout HTML) -> Void = { _ in }
  ) {
    element("div", .class("banner banner-\(tone.rawValue)"), .named("role", "status")) { h in
      h.element("p", text: text)
      content(&h)
    }
  }

  /// What something rests on; what nobody has checked says so.
  public mutating func basis(_ basis: Basis) {
    element("span", .class("basis")) { h in
      h.element("span", .class("basis-mark"), .named("aria-hidden", "true"), text: "§")
      h.text(basis.phrase)
    }
  }

  /// All that something rests on, in one line.
  public mutating func bases(_ bases: [Basis]) { element("p") { $0.line(bases) } }

  /// The same, in a style of its own.
  public mutating func bases(_ bases: [Basis], class name: String) {
    element("p", .class(name)) { $0.line(bases) }
  }

  private mutating func line(_ bases: [Basis]) {
    for (index, basis) in bases.enumerated() {
      if index > 0 { text("　") }
      self.basis(basis)
    }
  }

  /// What was wrong: a summary with links to the fields.
  public mutating func errorSummary(_ problem: Problem) {
    element("div", .class("errors"), .named("role", "alert"), .named("tabindex", "-1")) { h in
      h.element("h2", text: problem.title)
      h.element("p", text: problem.detail)
      if !problem.fields.isEmpty {
        h.element("ul") { h in
          for field in problem.fields {
            h.element("li") { h in
              h.element("a", .href("#\(field.pointer)"), text: field.message)
            }
          }
        }
      }
      for basis in problem.because { h.element("p") { $0.basis(basis) } }
    }
  }

  /// Nothing to show, and why.
  public mutating func empty(_ text: Phrase) {
    element("p", .class("empty"), text: text)
  }

  // MARK: Facts

  /// Facts as pairs of name and value.
  public mutating func summary(_ rows: [(name: Phrase, value: (inout HTML) -> Void)]) {
    element("dl", .class("summary")) { h in
      for row in rows {
        h.element("div") { h in
          h.element("dt", text: row.name)
          h.element("dd") { row.value(&$0) }
        }
      }
    }
  }

  /// A figure with its name and unit, a word of comparison under it, and perhaps a small drawing.
  public mutating func tile(
    _ name: Phrase, _ figure: String, unit: Phrase? = nil, note: Phrase? = nil,
    _ tone: Tone = .plain, drawing: (inout HTML) -> Void = { _ in }
  ) {
    // A large sum would break between its digits.
    let width = figure.count > 9 ? " tile-wide" : ""
    element("div", .class("tile tile-\(tone.rawValue)\(width)")) { h in
      h.element("p", .class("tile-name"), text: name)
      h.element("p", .class("tile-figure")) { h in
        h.text(figure)
        if let unit { h.element("small", text: unit) }
      }
      if let note { h.element("p", .class("tile-note"), text: note) }
      drawing(&h)
    }
  }

  /// Tiles beside each other.
  public mutating func tiles(_ content: (inout HTML) -> Void) {
    element("div", .class("tiles")) { content(&$0) }
  }

  /// A table with a caption; on a phone each row becomes a card, unless it has so many columns that
  /// sliding sideways reads better.
  public mutating func table(
    _ caption: Phrase, columns: [(name: Phrase, isNumber: Bool)], isCaptionHidden: Bool = false,
    rows: (inout TableRows) -> Void
  ) {
    let slides = columns.count > 6
    // What slides must be reachable by the keyboard.
    element(
      "div", .class("table-frame"), .named("tabindex", slides ? "0" : nil),
      .named("role", slides ? "region" : nil),
      slides ? .label(caption) : .flag("aria-label", false)
    ) { h in
      h.element("table", .class(slides ? "sliding" : nil)) { h in
        h.element(
          "caption", .class(isCaptionHidden ? "visually-hidden" : nil), text: caption)
        h.element("thead") { h in
          h.element("tr") { h in
            for column in columns {
              h.element(
                "th", .named("scope", "col"), .class(column.isNumber ? "number" : nil),
                text: column.name)
            }
          }
        }
        h.element("tbody") { h in
          var writer = TableRows(columns: columns, html: h)
          h = HTML(h.language, capacity: 0)
          rows(&writer)
          h = writer.html
        }
      }
    }
  }

  /// What happened, the latest first or last as given.
  public mutating func timeline(_ content: (inout HTML) -> Void) {
    element("ol", .class("timeline")) { content(&$0) }
  }

  /// One event of a timeline: what was done, by whom, when.
  public mutating func event(
    _ title: Phrase, by actor: Phrase? = nil, at moment: Instant, in zone: ZoneOffset,
    _ tone: Tone = .plain, content: (inout HTML) -> Void
  ) {
    element("li", .class("event event-\(tone.rawValue)")) { h in
      h.element("div", .class("event-head")) { h in
        h.element("strong", text: title.titled)
        if let actor { h.element("span", .class("by"), text: actor) }
        h.time(moment, in: zone)
      }
      content(&h)
    }
  }

  /// How much of a legal period is used, day by day, with its last day. A period that ends within a day has its `hour`
  /// and what is `left` in hours.
  public mutating func clockMeter(
    _ name: Phrase, used: Int, total: Int, unit: Phrase, lastDay: CivilDate?, isProvisional: Bool,
    isLate: Bool, isSuspended: Bool, basis: Basis, hour: String? = nil, left: Phrase? = nil
  ) {
    let used = max(0, used)
    let tone =
      isLate ? "bad" : isSuspended ? "plain" : total > 0 && used * 4 >= total * 3 ? "warn" : "good"
    element("div", .class("meter meter-\(tone)")) { h in
      h.element("div", .class("meter-head")) { h in
        h.element("strong", text: name)
        h.element("span", .class("meter-count")) { h in
          if isLate {
            h.text(Phrase("已逾期", en: "late"))
          } else if isSuspended {
            h.text(Phrase("已中止", en: "standing still"))
          } else if let left {
            h.text(Phrase("剩", en: "") + left + Phrase("", en: " left"))
          } else {
            let left = max(0, total - used)
            let days = left == 1 && unit.en.hasSuffix("s") ? String(unit.en.dropLast()) : unit.en
            h.text(Phrase("剩\(left)\(unit.zh)", en: "\(left) \(days) left"))
          }
        }
      }
      h.meterBar(used: isLate ? max(used, total) : used, total: total)
      h.element("p", .class("meter-note")) { h in
        h.text(
          Phrase("共\(total)\(unit.zh)，已用\(used)。", en: "\(used) of \(total) \(unit.en) used. "))
        if isSuspended {
          h.text(Phrase("恢复后重新计算期满日。", en: "The last day is set anew when it goes on. "))
        } else if let lastDay {
          let last = lastDay.weekdayPhrase
          let end = Phrase(hour ?? "24时", en: hour ?? "24:00")
          h.text(
            isLate
              ? Phrase("\(last.zh)已期满。", en: "It ended on \(last.en). ")
              : Phrase("\(last.zh)\(end.zh)期满。", en: "It ends on \(last.en) at \(end.en). "))
        }
        if isProvisional {
          h.text(
            Phrase("当年放假安排未公布，为暂定日期。", en: "Provisional: the days off are not announced yet. "))
        }
        h.basis(basis)
      }
    }
  }

  /// A bar with a piece for each day of a period, or one piece for long periods.
  private mutating func meterBar(used: Int, total: Int) {
    let count = (1...31).contains(total) ? total : 1
    let share = total > 0 ? min(100, used * 100 / total) : 100
    let gap = count > 1 ? 1 : 0
    element(
      "svg", .class("meter-bar"), .named("viewBox", "0 0 \(count * 20 - gap) 8"),
      .named("preserveAspectRatio", "none"), .named("aria-hidden", "true")
    ) { h in
      for index in 0..<count {
        let isFull = count > 1 ? index < used : share == 100
        h.element(
          "rect", .class(isFull ? "meter-fill" : "meter-track"),
          .named("x", String(index * 20)), .named("width", String(20 - gap)), .named("height", "8")
        ) { _ in }
      }
      if count == 1, share < 100 {
        h.element(
          "rect", .class("meter-fill"), .named("width", String(share * 20 / 100)),
          .named("height", "8")
        ) { _ in }
      }
    }
  }

  /// The good end of a form: what was done, the numbers by which to find it, what comes next.
  public mutating func confirmation(
    _ title: Phrase, _ note: Phrase, keys: [(name: Phrase, value: String)],
    content: (inout HTML) -> Void
  ) {
    element("div", .class("confirmation"), .named("role", "status")) { h in
      h.element("h2", text: title)
      h.element("p", text: note)
      h.element("dl", .class("keys")) { h in
        for key in keys {
          h.element("div") { h in
            h.element("dt", text: key.name)
            h.element("dd", text: key.value)
          }
        }
      }
      content(&h)
    }
  }

  /// Where a case stands among the steps of its usual way.
  public mutating func steps(_ names: [Phrase], current: Int) {
    element("ol", .class("steps")) { h in
      for (index, name) in names.enumerated() {
        let state = index < current ? "done" : index == current ? "now" : "todo"
        h.element(
          "li", .class("step step-\(state)"),
          .named("aria-current", index == current ? "step" : nil),
          text: name)
      }
    }
  }

  /// Something that opens when asked, or stands open from the start.
  public mutating func details(
    _ summary: Phrase, isOpen: Bool = false, content: (inout HTML) -> Void
  ) {
    element("details", .flag("open", isOpen)) { h in
      h.element("summary", text: summary.titled)
      h.element("div", .class("details-body")) { content(&$0) }
    }
  }

  /// Links to parts of a page or neighbouring pages, perhaps with how much lies there.
  public mutating func tabs(
    _ items: [(label: Phrase, count: String?, target: String, isCurrent: Bool)], label: Phrase
  ) {
    element("nav", .class("tabs"), .label(label)) { h in
      for item in items {
        h.element(
          "a", .href(item.target), .class(item.isCurrent ? "current" : nil),
          .named("aria-current", item.isCurrent ? "page" : nil)
        ) { h in
          h.text(item.label)
          if let count = item.count {
            h.text(" ")
            h.element("span", .class("count"), text: count)
          }
        }
      }
    }
  }

  /// The way to the next page of a list.
  public mutating func next(_ target: String?) {
    guard let target else { return }
    element("p", .class("next")) { h in
      h.element(
        "a", .href(target), .class("button button-quiet"), .named("rel", "next"),
        text: Phrase("下一页 ›", en: "Next page ›"))
    }
  }
}

/// The colour of a state; never the only sign of it.
public enum Tone: String, Sendable {
  case plain, good, warn, bad, info
}

/// Writes the rows of a table.
public struct TableRows {
  let columns: [(name: Phrase, isNumber: Bool)]
  var html: HTML

  /// One row; each cell is written by one closure.
  public mutating func row(_ cells: [(inout HTML) -> Void], class name: String? = nil) {
    let columns = columns
    html.element("tr", .class(name)) { h in
      for (cell, column) in zip(cells, columns) {
        h.element(
          "td", .class(column.isNumber ? "number" : nil), .named("data-label", column.name)
        ) { cell(&$0) }
      }
    }
  }

  /// One row of texts.
  public mutating func row(texts: [String], class name: String? = nil) {
    row(texts.map { text in { $0.text(text) } }, class: name)
  }
}
