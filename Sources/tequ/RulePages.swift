import App
import ArgumentParser
import Commons
import Foundation
import Rulebook

/// The reference pages of the law.
struct RulePagesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pages", abstract: "Write the reference pages of all packs as Markdown.",
    discussion: "One page a pack and language, and an index; the program serves the same at /law.")

  @Argument(help: "The folder; made if it is not there.") var folder: String
  @OptionGroup var place: RulePlace

  func run() async throws {
    try await telling {
      let base = try place.base()
      let entries = try CityLaw.entries(for: place.territory, folder: place.folder)
      let target = FolderOptions.absolute(folder)
      try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
      let files = Set(entries.map(\.slug))
      let pages =
        [("index", base.contents(entries))] + entries.map { ($0.slug, base.document($0)) }
      for (name, page) in pages {
        for (language, suffix) in [(Language.zh, "zh"), (.en, "en")] {
          let path = "\(target)/\(name).\(suffix).md"
          try Data(page.markdown(language, files: files).utf8)
            .write(to: URL(fileURLWithPath: path), options: .atomic)
        }
      }
      Say.line(
        Phrase(
          "已写出\(pages.count * 2)页到 \(target)", en: "\(pages.count * 2) pages written to \(target)")[
            Say.language])
    }
  }
}
