import Books
import CaseEngine
import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage

// The lists of officials, for pages and programs alike.
extension CaseOffice {
  /// One page of a tray.
  struct TrayPage: Sendable {
    let tray: CaseTray
    let agency: String?
    let rows: [CaseFileRow]
    /// Where the next page is; nil on the last.
    let next: String?
  }

  /// The trays on which somebody works.
  func trays(_ actor: Actor) -> [CaseTray] {
    procedure.trays.filter { actor.may(procedure.permission($0.capacity)) }
  }

  /// The page of a tray that a visitor asks for; without an id that of the first tray.
  ///
  /// - Throws: ``Problem`` 403 for a tray or an agency that is not within the post, 400 for a limit or
  ///   cursor that cannot be read.
  func page(_ visit: Visit, tray id: String?) async throws -> TrayPage {
    let trays = trays(visit.actor)
    guard let tray = id.map({ id in trays.first { $0.id == id } }) ?? trays.first else {
      throw Problem.forbidden(Phrase("此收件箱不在您的岗位范围内。", en: "This inbox is not within your post."))
    }
    let limit = try visit.limit()
    let cursor = try visit.cursor(count: 2).map { ($0.keys[0], $0.keys[1]) } ?? (.min, .min)
    let wanted = visit.request.query["agency"].flatMap { $0.isEmpty ? nil : $0 }
    let agency = wanted ?? visit.actor.agency
    guard visit.actor.covers(agency: agency) || agency == nil else {
      throw Problem.forbidden(Phrase("此单位不在您的岗位范围内。", en: "This agency is not within your post."))
    }
    let found = try await rows(tray, agency, visit.actor, after: cursor, limit: limit + 1)
    let last = found.count > limit ? found[limit - 1] : nil
    return TrayPage(
      tray: tray, agency: agency, rows: Array(found.prefix(limit)),
      next: last.map { visit.target(after: PageCursor($0.sortKey, $0.base.key)) })
  }

  /// The cases of a tray within somebody's reach, after a cursor.
  private func rows(
    _ tray: CaseTray, _ agency: String?, _ actor: Actor, after cursor: (Int64, Int64), limit: Int
  ) async throws -> [CaseFileRow] {
    let kind = setting.type.id
    return try await desk.store.read { view in
      var found: [CaseFileRow] = []
      switch tray.source {
      case .agency:
        guard let agency else { return [] }
        found = try view.all(
          CaseFileBook.held(by: agency, kind: kind, after: cursor, limit: limit))
      case .party:
        guard let agency else { return [] }
        found = try view.all(
          CaseFileBook.against(agency, kind: kind, after: cursor, limit: limit))
      case .stages(let stages):
        for stage in stages {
          var place = cursor
          var mine: [CaseFileRow] = []
          // Cases out of reach are passed over, however many lie between.
          while mine.count < limit {
            let page = try view.all(
              CaseFileBook.at(stage, kind: kind, after: place, limit: limit))
            mine += page.filter { mayAct(actor, as: tray.capacity, on: $0) }
            guard page.count == limit, let last = page.last else { break }
            place = (last.sortKey, last.base.key)
          }
          found += mine.prefix(limit)
        }
      }
      return Array(
        found.sorted { ($0.sortKey, $0.base.key) < ($1.sortKey, $1.base.key) }.prefix(limit))
    }
  }
}
