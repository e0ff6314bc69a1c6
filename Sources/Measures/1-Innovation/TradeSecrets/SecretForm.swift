import Commons
import Markup

/// A paper of the measure: filled in on the reader's own screen or by `tequ secret form` on the firm's own
/// machine, and printed on A4. What is filled in is sent nowhere.
public struct SecretForm: Sendable {
  /// A run of text, or a blank with its name.
  enum Piece: Sendable {
    case text(Phrase)
    case blank(String, Phrase)
  }

  /// A part of the paper.
  enum Block: Sendable {
    case heading(Phrase)
    case paragraph([Piece])
    case items([[Piece]])
    /// A table to be filled in: its columns and how many empty rows it has at least.
    case table(String, [Phrase], rows: Int)
    case signatures([Phrase])
    case bases([Basis])
  }

  /// A stable name for addresses.
  public let id: String
  /// The title that is printed.
  public let title: Phrase
  let blocks: [Block]

  /// What is filled in: texts by the names of blanks, rows by the names of tables.
  public struct Values: Sendable {
    /// By blank.
    public var texts: [String: String]
    /// By table.
    public var rows: [String: [[String]]]
    /// Values; those that are missing stay blank.
    public init(texts: [String: String] = [:], rows: [String: [[String]]] = [:]) {
      self.texts = texts
      self.rows = rows
    }
  }

  /// The blanks, in order.
  public var blanks: [String] {
    func names(_ pieces: [Piece]) -> [String] {
      pieces.compactMap { piece -> String? in
        if case .blank(let name, _) = piece { name } else { nil }
      }
    }
    var seen: Set<String> = []
    return blocks.flatMap { block -> [String] in
      switch block {
      case .paragraph(let pieces): names(pieces)
      case .items(let items): items.flatMap(names)
      default: []
      }
    }.filter { seen.insert($0).inserted }
  }

  // MARK: Writing

  /// The paper as an article of a page.
  public func write(_ h: inout HTML, _ values: Values) {
    h.element("article", .class("document")) { h in
      h.element("h1", text: title)
      for block in blocks { write(&h, block, values) }
    }
  }

  private func write(_ h: inout HTML, _ block: Block, _ values: Values) {
    switch block {
    case .heading(let text): h.element("h2", text: text)
    case .paragraph(let pieces): h.element("p") { write(&$0, pieces, values) }
    case .items(let items):
      h.element("ol") { h in
        for pieces in items { h.element("li") { write(&$0, pieces, values) } }
      }
    case .table(let name, let columns, let rows):
      write(&h, columns, values.rows[name] ?? [], atLeast: rows)
    case .signatures(let names):
      h.element("div", .class("signatures")) { h in
        for name in names {
          h.element("p") { h in
            h.text(name)
            blank(&h, "", name)
          }
          h.element("p") { h in
            h.text(Phrase("日期：", en: "Date: "))
            blank(&h, "", Phrase("日期", en: "date"))
          }
        }
      }
    case .bases(let bases):
      h.bases(bases, class: "document-proof")
    }
  }

  private func write(_ h: inout HTML, _ pieces: [Piece], _ values: Values) {
    for piece in pieces {
      switch piece {
      case .text(let text): h.text(text)
      case .blank(let name, let label): blank(&h, values.texts[name] ?? "", label)
      }
    }
  }

  /// A blank can be typed into without a script; nothing sends what is typed.
  private func blank(_ h: inout HTML, _ value: String, _ label: Phrase) {
    h.element(
      "span", .class("blank"), .named("contenteditable", "true"), .named("role", "textbox"),
      .named("tabindex", "0"), .label(label), text: value)
  }

  private func write(
    _ h: inout HTML, _ columns: [Phrase], _ rows: [[String]], atLeast count: Int
  ) {
    let empty = Array(
      repeating: Array(repeating: "", count: columns.count), count: max(0, count - rows.count))
    h.element("table", .class("paper-table")) { h in
      h.element("thead") { h in
        h.element("tr") { h in
          for column in columns { h.element("th", .named("scope", "col"), text: column) }
        }
      }
      h.element("tbody") { h in
        for row in rows + empty {
          h.element("tr") { h in
            for (cell, column) in zip(row, columns) {
              h.element("td") { blank(&$0, cell, column) }
            }
          }
        }
      }
    }
  }

  /// The paper as a file of its own, which needs no network.
  public func file(_ values: Values, in language: Language) -> [UInt8] {
    var body = HTML(language)
    write(&body, values)
    let head =
      "<!doctype html>\n<html lang=\"\(language.rawValue)\"><head><meta charset=\"utf-8\">"
      + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>\(id)</title>"
      + "<style>\(Stylesheet.css)</style></head><body><main>"
    return Array(head.utf8) + body.bytes + Array("</main></body></html>\n".utf8)
  }
}
