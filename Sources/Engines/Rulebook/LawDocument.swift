import Commons

/// A page about rules, as blocks from which Markdown and HTML are written.
public struct LawDocument: Sendable {
  /// The text of a cell or line; a name that has a page of its own leads there.
  public struct Words: Sendable {
    /// The text.
    public let text: Phrase
    /// The page: a pack's slug or a rule's name.
    public let target: String?

    /// A text, perhaps with a page behind it.
    public init(_ text: Phrase, to target: String? = nil) {
      self.text = text
      self.target = target
    }
  }

  /// A part of the page.
  public enum Block: Sendable {
    case heading(Phrase)
    case paragraph(Phrase)
    case table(Phrase, columns: [Phrase], rows: [[Words]])
  }

  /// The title.
  public let title: Phrase
  /// What stands under it.
  public let blocks: [Block]

  /// A page.
  public init(_ title: Phrase, _ blocks: [Block]) {
    self.title = title
    self.blocks = blocks
  }

  /// As Markdown; a page is linked as a file of its own in the same language if it is among `files`.
  public func markdown(_ language: Language, files: Set<String>) -> String {
    let suffix = language == .zh ? "zh" : "en"
    func cell(_ words: Words) -> String {
      let text = words.text[language].replacing("|", with: "\\|")
      guard let target = words.target, files.contains(target) else { return text }
      return "[\(text)](\(target).\(suffix).md)"
    }
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    var lines = ["# \(title[language])"]
    for block in blocks {
      lines.append("")
      switch block {
      case .heading(let text): lines.append("## \(text[language])")
      case .paragraph(let text): lines.append(text[language])
      case .table(_, let columns, let rows):
        lines.append(line(columns.map { $0[language] }))
        lines.append(line(columns.map { _ in "---" }))
        lines += rows.map { line($0.map(cell)) }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension RuleBase {
  /// What a pack says: instruments, rules with exceptions, numbers as dated series, facts, and the days
  /// on which something begins or ends. The pack must be one of this base.
  public func document(_ entry: AllLaw.Entry) -> LawDocument {
    PackDocument(base: self, entry: entry).document
  }

  /// The list of packs.
  public func contents(_ entries: [AllLaw.Entry]) -> LawDocument {
    LawDocument(
      Phrase("规则", en: "Rules of law"),
      [
        .paragraph(
          Phrase(
            "本系统所用的法律规则都在这里：每条规则、每个数值都有出处和施行期间；未与官方文本核对的注明“未核对”。各页由规则库生成。",
            en:
              "All law that this system applies: every rule and number with its place and its days; what was not compared with the official text says “unverified”. The pages are generated from the rules."
          )),
        .paragraph(
          Phrase("规则集：\(digest.hex)", en: "Rule set: \(digest.hex)")),
        .table(
          Phrase("规则包", en: "Packs"),
          columns: [
            Phrase("规则包", en: "Pack"), Phrase("规则", en: "Rules"), Phrase("数值", en: "Numbers"),
            Phrase("文件", en: "Instruments"),
          ],
          rows: entries.map { entry in
            let names = Set(entry.pack.rules.map(\.citation.instrument)).sorted()
            return [
              .init(entry.title, to: entry.slug),
              .init(.same(String(Set(entry.pack.rules.map(\.id)).count))),
              .init(.same(String(Set(entry.pack.parameters.map(\.id)).count))),
              .init(
                Phrase(
                  names.map { "《\($0)》" }.joined(separator: "、"), en: names.joined(separator: "; "))
              ),
            ]
          }),
      ])
  }
}
