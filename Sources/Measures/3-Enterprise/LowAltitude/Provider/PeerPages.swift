import Books
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// What the city has to tell other providers and what they told it, for its officials: nothing that was not told is
/// out of sight.
extension LowAltitudeMeasure {
  func peerRoutes(_ routes: inout Routes) {
    let staff = RouteAccess.holding("low-altitude.desk")
    routes.get("/desk/low-altitude/peers", staff) { try await peerPage($0) }
    routes.get("/api/low-altitude/peers", staff, .interface) { visit in
      .json(try await peers(at: visit.now).record)
    }
    clientRoutes(&routes)
  }

  /// From the measure's desk to what stands here.
  func peerLinks(_ h: inout HTML, _ visit: Visit) {
    h.buttonLink(Phrase("其他服务商", en: "Other providers"), "/desk/low-altitude/peers", .quiet)
    if authority != nil, visit.actor.may(AirClients.permission) {
      h.buttonLink(Phrase("令牌客户端", en: "Clients"), "/desk/low-altitude/clients", .quiet)
    }
  }

  /// How it stands with other providers.
  private struct Peers: Sendable {
    var waiting: [OutboxBook.Waiting] = []
    var untold: [AirNotice] = []
    var heard: [AirNotice] = []
    var closures: [(closure: ClosureRow, constraint: String?)] = []

    var record: JSONValue {
      [
        "waiting": .array(
          waiting.compactMap { effect in
            PeerNotice(effect).map { notice in
              [
                "about": .string(notice.about.rawValue), "id": .string(notice.id),
                "to": .string(notice.to), "tries": .integer(effect.attempts),
                "next": .string(effect.notBefore.rfc3339(in: .utc)),
                "until": .string(notice.until.rfc3339(in: .utc)),
              ]
            }
          }),
        "untold": .array(
          untold.map { notice in
            var members = notice.body.object ?? [:]
            members["id"] = .string(notice.subject)
            members["at"] = .string(notice.at.rfc3339(in: .utc))
            return .object(members)
          }),
        "closures": .array(
          closures.map { row in
            [
              "closure": .string(row.closure.number), "constraint": JSONValue(row.constraint),
            ]
          }),
        "constraints_of_others": .array(
          heard.map { notice in
            [
              "id": .string(notice.subject), "at": .string(notice.at.rfc3339(in: .utc)),
              "constraint": notice.body["constraint"] ?? .null,
            ]
          }),
      ]
    }
  }

  private static let shownRows = 100

  private func peers(at now: Instant) async throws -> Peers {
    let limit = LowAltitudeMeasure.shownRows
    return try await desk.store.read { view in
      let own = Dictionary(
        try view.all(OwnConstraintBook.all).map { ($0.closure, $0.id) }, uniquingKeysWith: { $1 })
      let closures = try view.all(
        ClosureBook.open(from: now, to: now.adding(seconds: 60 * 86_400)))
      return Peers(
        waiting: try view.all(
          OutboxBook.waiting(limit: limit, kind: LowAltitudeMeasure.noticeKind)),
        untold: try view.all(OwnFlightBook.latest(.untold, limit: limit)),
        heard: try view.all(OwnFlightBook.latest(.constraint, limit: limit)),
        closures: closures.map { ($0, own[$0.id]) })
    }
  }

  private func peerPage(_ visit: Visit) async throws -> Response {
    let found = try await peers(at: visit.now)
    let title = Phrase("与其他服务商的往来", en: "Other providers")
    return visit.page(title, trail: LowAltitudeMeasure.networkTrail) { h in
      h.heading(
        title,
        lead: Phrase(
          "应告知而未送达的、已放弃的、以及临时管制空域是否已向各服务商公布。",
          en:
            "What is still to be told, what could not be told, and whether closures are published to all."
        ))
      if provider == nil {
        h.empty(
          Phrase(
            "本市未以服务商身份运行（--uss-base-url），不发也不收。",
            en:
              "The city does not run as a provider (--uss-base-url): nothing goes out or comes in.")
        )
      }
      waitingTable(&h, found.waiting, visit)
      closureTable(&h, found.closures)
      noticeTable(&h, Phrase("未能告知", en: "Could not be told"), found.untold, visit)
      noticeTable(
        &h, Phrase("其他服务商的空域限制", en: "Constraints of other providers"), found.heard, visit)
      h.element("p") { $0.a("/api/low-altitude/peers", .same("JSON")) }
    }
  }

  private func waitingTable(_ h: inout HTML, _ waiting: [OutboxBook.Waiting], _ visit: Visit) {
    let title = Phrase("待送达", en: "Waiting")
    h.section(title)
    guard !waiting.isEmpty else {
      return h.empty(Phrase("全部已送达。", en: "Everything was told."))
    }
    h.table(
      title,
      columns: [
        (Phrase("事项", en: "About"), false), (Phrase("服务商", en: "Provider"), false),
        (Phrase("已试", en: "Tries"), true), (Phrase("下次", en: "Next try"), false),
        (Phrase("截止", en: "Until"), false),
      ], isCaptionHidden: true
    ) { table in
      for effect in waiting {
        guard let notice = PeerNotice(effect) else { continue }
        table.row([
          { $0.text(LowAltitudeMeasure.name(notice.about)) }, { $0.text(notice.to) },
          { $0.text(String(effect.attempts)) }, { $0.time(effect.notBefore, in: profile.zone) },
          { $0.time(notice.until, in: profile.zone) },
        ])
      }
    }
  }

  private static func name(_ about: PeerNotice.About) -> Phrase {
    switch about {
    case .intent: Phrase("飞行意图", en: "operational intent")
    case .constraint: Phrase("空域限制", en: "constraint")
    case .area19, .area22: Phrase("识别服务区", en: "identification service area")
    }
  }

  private func closureTable(
    _ h: inout HTML, _ closures: [(closure: ClosureRow, constraint: String?)]
  ) {
    let title = Phrase("临时管制空域", en: "Closures")
    h.section(title)
    guard !closures.isEmpty else {
      return h.empty(Phrase("没有公告中的临时管制空域。", en: "No closure is announced."))
    }
    h.table(
      title,
      columns: [
        (Phrase("编号", en: "Number"), false), (Phrase("生效", en: "From"), false),
        (Phrase("结束", en: "Until"), false), (Phrase("空域限制", en: "Constraint"), false),
      ], isCaptionHidden: true
    ) { table in
      for (closure, constraint) in closures {
        table.row([
          { $0.text(closure.number) }, { $0.time(closure.start, in: profile.zone) },
          { $0.time(closure.end, in: profile.zone) },
          { h in
            guard let constraint else {
              return h.tag(Phrase("未公布", en: "not published"), .warn)
            }
            h.text(constraint)
          },
        ])
      }
    }
  }

  private func noticeTable(
    _ h: inout HTML, _ title: Phrase, _ notices: [AirNotice], _ visit: Visit
  ) {
    h.section(title)
    guard !notices.isEmpty else { return h.empty(Phrase("没有。", en: "None.")) }
    h.table(
      title,
      columns: [
        (Phrase("时间", en: "Time"), false), (Phrase("编号", en: "Id"), false),
        (Phrase("服务商", en: "Provider"), false),
      ], isCaptionHidden: true
    ) { table in
      for notice in notices {
        let who =
          notice.body["to"]?.string ?? notice.body["constraint"]?["reference"]?["manager"]?.string
        table.row([
          { $0.time(notice.at, in: profile.zone) }, { $0.text(notice.subject) },
          { $0.text(who ?? "—") },
        ])
      }
    }
  }
}
