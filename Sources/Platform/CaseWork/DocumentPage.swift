import Books
import CaseEngine
import CityProfiles
import Commons
import HTTPValues
import Markup
import MeasureKit

/// A document as it is printed on A4: issuer, title, number, text, date, and where it is verified.
struct DocumentPage {
  let setting: CaseSetting

  func render(
    _ visit: Visit, _ file: CaseFile, _ event: CaseFile.Event, _ document: CaseDocument,
    _ sight: CaseSight
  ) -> Response {
    let profile = setting.profile
    let agency = setting.issuer(of: document, file.row.base.agency)
    let issuedOn = setting.day(event.row.effectiveAt)
    let source = CaseDocument.Source(
      row: file.row, facts: file.facts, said: event.said ?? CaseFacts(),
      opening: file.events.first.flatMap { sight.said($0.said, with: $0.command) } ?? CaseFacts(),
      issuedOn: issuedOn, issuer: agency,
      agencyName: { profile.agency($0)?.name ?? .same($0) })
    let number = event.fields["documents"]?[document.id]?.string
    let trail = [
      PageShell.Link(setting.procedure.card.name, "/\(setting.procedure.path)")
    ]
    return visit.page(document.title, trail: trail) { h in
      h.element("article", .class("document")) { h in
        h.element("p", .class("document-issuer"), text: agency)
        h.element("h1", text: document.title)
        if let number { h.element("p", .class("document-number"), text: number) }
        for block in document.fill(source) { write(&h, block) }
        h.element("p", .class("document-sign")) { h in
          h.text(agency)
          h.void("br")
          h.text(issuedOn.phrase)
        }
        h.element("p", .class("document-proof")) { h in
          h.text(
            Phrase(
              "办件 \(file.row.base.number)，第\(event.row.key.version)号记录。核验：",
              en: "Case \(file.row.base.number), record \(event.row.key.version). Verify: "))
          h.element(
            "span", .class("mono"),
            text: "/receipts/\(file.row.base.number)/\(event.row.key.version)")
        }
      }
    }
  }

  private func write(_ h: inout HTML, _ block: CaseDocument.Block) {
    switch block {
    case .paragraph(let text): h.p(text)
    case .words(let text): h.prose(text)
    case .heading(let text): h.element("h2", text: text)
    case .pairs(let pairs):
      h.summary(pairs.map { pair in (pair.name, { $0.text(pair.value) }) })
    case .list(let items):
      h.element("ol") { h in for item in items { h.element("li", text: item) } }
    case .bases(let bases):
      h.bases(bases)
    }
  }
}
