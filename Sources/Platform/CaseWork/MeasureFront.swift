import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit

/// A way into a measure from its front page.
public struct FrontDoor: Sendable {
  let name: Phrase
  let what: Phrase
  let target: String

  /// A door.
  ///
  /// - Parameters:
  ///   - name: what is behind it, in a word or two.
  ///   - what: what one gets there, in a sentence.
  ///   - target: its address.
  public init(_ name: Phrase, _ what: Phrase, _ target: String) {
    self.name = name
    self.what = what
    self.target = target
  }
}

/// The front page of a measure of several kinds of case, and that of its staff.
extension CaseMeasure {
  /// What the measure is, its doors, its figures beside the published ones, then what it adds, and
  /// what it rests on.
  public func front(
    _ visit: Visit, doors: [FrontDoor], _ content: (inout HTML) -> Void = { _ in }
  ) -> Response {
    let card = Self.card
    return visit.page(card.name) { h in
      h.heading(card.name, lead: card.summary)
      h.doors(doors)
      h.section(Phrase("成效", en: "Effects"))
      office.figures(&h, indicators(at: visit.now))
      content(&h)
      h.bases(card.bases)
    }
  }

  /// The desks that a member of staff may enter.
  public func desks(_ visit: Visit) -> Response {
    let title = Self.card.name + Phrase("办理台", en: ": desk")
    let own = offices.map(\.procedure).filter { visit.actor.may($0.deskPermission) }
    return visit.page(title) { h in
      h.heading(title)
      h.rows(own.map { ($0.card.name, $0.card.summary, "/desk/\($0.path)") }, class: "rows")
    }
  }
}

extension HTML {
  /// The ways into a measure.
  public mutating func doors(_ doors: [FrontDoor]) {
    rows(doors.map { ($0.name, $0.what, $0.target) }, class: "rows doors")
  }

  /// A list of links, each with a line about what is behind it.
  fileprivate mutating func rows(
    _ rows: [(name: Phrase, what: Phrase, target: String)], class name: String
  ) {
    element("ul", .class(name)) { h in
      for row in rows {
        h.element("li") { h in
          h.a(row.target, row.name, class: "main")
          h.element("span", .class("sub"), text: row.what)
        }
      }
    }
  }
}
