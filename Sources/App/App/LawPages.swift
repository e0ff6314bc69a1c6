import CityProfiles
import Commons
import HTTPValues
import LegalTime
import Markup
import MeasureKit
import Rulebook

/// The rules of law for everybody: the packs, each rule with what it rests on, and what it gives for
/// facts that the visitor enters. Everything is generated from the rule base.
struct LawPages: Sendable {
  private let shelf: LawShelf

  init(city: RunningCity) { shelf = LawShelf(profile: city.profile) }

  func routes(_ routes: inout Routes) {
    routes.get("/law") { try await contents($0) }
    routes.get("/law/{name}") { try await named($0) }
  }

  private static let trail = [PageShell.Link(Phrase("规则", en: "Rules of law"), "/law")]

  private func contents(_ visit: Visit) async throws -> Response {
    let law = try await shelf.law()
    let document = law.base.contents(law.entries)
    return visit.page(document.title) { LawPages.write(document, to: &$0) }
  }

  private func named(_ visit: Visit) async throws -> Response {
    let law = try await shelf.law()
    let name = visit["name"]
    if let entry = law.entries.first(where: { $0.slug == name }) {
      let document = law.base.document(entry)
      return visit.page(document.title, trail: LawPages.trail) {
        LawPages.write(document, to: &$0)
      }
    }
    return try RulePage(base: law.base, name: name, visit: visit, trail: LawPages.trail).response()
  }

  private static func write(_ document: LawDocument, to h: inout HTML) {
    h.heading(document.title)
    for block in document.blocks {
      switch block {
      case .heading(let text): h.section(text)
      case .paragraph(let text): h.p(text)
      case .table(let caption, let columns, let rows):
        h.table(
          caption, columns: columns.map { (name: $0, isNumber: false) }, isCaptionHidden: true
        ) { table in
          for row in rows {
            table.row(
              row.map { words in
                { h in
                  guard let target = words.target else { return h.text(words.text) }
                  h.a("/law/\(target)", words.text)
                }
              })
          }
        }
      }
    }
  }
}

/// The law of the city, put together when it is first asked for.
private actor LawShelf {
  struct Law {
    let base: RuleBase
    let entries: [AllLaw.Entry]
  }

  private let profile: CityProfile
  private var made: Law?

  init(profile: CityProfile) { self.profile = profile }

  func law() throws -> Law {
    if let made { return made }
    let law = Law(base: try CityLaw.base(profile), entries: try CityLaw.entries(profile))
    made = law
    return law
  }
}
