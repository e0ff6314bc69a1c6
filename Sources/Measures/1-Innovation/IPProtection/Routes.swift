import Books
import CaseEngine
import CaseWork
import CityProfiles
import Commons
import Desk
import EvidenceLog
import EvidencePackets
import HTTPValues
import Interchange
import Markup
import MeasureKit
import Storage

/// What the measure has beside the pages that its declaration gives.
extension IPMeasure {
  func ownRoutes(_ routes: inout Routes) {
    publicRoutes(&routes)
    evidenceRoutes(&routes)
    exchangeRoutes(&routes)
  }

  // MARK: For everybody

  private func publicRoutes(_ routes: inout Routes) {
    let competence = CompetencePage(rules: rules)
    let guidance = GuidancePages(rules: rules)
    routes.get("/ip-protection/competence") { competence.render($0) }
    routes.get("/ip-protection/guidance") { try guidance.list($0) }
    routes.get("/ip-protection/guidance/{entry}") { try guidance.one($0) }
    routes.get("/ip-protection/notices") { try await self.notices($0) }
    routes.get("/api/ip-protection/competence", .everybody, .interface) {
      try competence.json($0)
    }
    routes.get("/api/ip-protection/codes", .everybody, .interface) { _ in
      .json(ExchangeContract.codes(self.rules))
    }
    routes.get("/api/ip-protection/guidance", .everybody, .interface) { try guidance.json($0) }
    routes.get("/api/ip-protection/notices", .everybody, .interface) {
      .json(try await self.published().json($0, self.rules))
    }
  }

  /// Notices, statements and outcomes as art. 44 has platforms publish them: no person, no number.
  private func published() async throws -> PublishedNotices {
    let kind = IPCases.notice.id
    let rows = try await desk.store.read { view in
      var rows: [CaseFileRow] = []
      for stage in IPCases.notice.stages {
        rows += try view.all(
          CaseFileBook.latest(at: stage.id, kind: kind, before: (.max, .max), limit: 40))
      }
      return rows
    }
    return PublishedNotices(
      rows: Array(rows.sorted { $0.updatedAt > $1.updatedAt }.prefix(60)))
  }

  private func notices(_ visit: Visit) async throws -> Response {
    try await published().render(visit, rules)
  }

  // MARK: Evidence

  private func evidenceRoutes(_ routes: inout Routes) {
    let staff = RouteAccess.holding(office.procedure.deskPermission)
    let pages = EvidencePages(rules: rules)
    for (base, access) in [
      ("/ip-protection", RouteAccess.everybody), ("/desk/ip-protection", staff),
    ] {
      let isStaff = access != .everybody
      routes.get("\(base)/{number}/evidence", access) {
        let visitor = try await self.visitor($0, isStaff: isStaff)
        try await self.noteReading($0, visitor)
        return pages.list($0, visitor, FormState())
      }
      routes.post("\(base)/{number}/evidence", access) {
        try await self.depositForm($0, isStaff: isStaff, pages)
      }
      routes.get("\(base)/{number}/evidence/{content}.json", access) {
        try await self.export($0, isStaff: isStaff)
      }
      routes.get("\(base)/{number}/evidence/{content}", access) {
        let visitor = try await self.visitor($0, isStaff: isStaff)
        try await self.noteReading($0, visitor)
        let packet = try await self.packet(visitor.row, $0["content"])
        return pages.report(
          $0, visitor, packet, self.report(packet, visitor.row),
          packet.verify(trusting: [self.logKey]))
      }
    }
    routes.post("/api/ip-protection/{number}/packets", .everybody, .interface) {
      try await self.depositJSON($0)
    }
    routes.get("/api/ip-protection/{number}/packets/{content}", .everybody, .interface) {
      let isStaff = $0.request.query["token"] == nil
      return try await self.export($0, isStaff: isStaff)
    }
    routes.get("/api/ip-protection/{number}/packets/{content}/report", .everybody, .interface) {
      let isStaff = $0.request.query["token"] == nil
      let visitor = try await self.visitor($0, isStaff: isStaff)
      try await self.noteReading($0, visitor)
      let packet = try await self.packet(visitor.row, $0["content"])
      return .json(self.report(packet, visitor.row).json)
    }
    routes.post("/api/ip-protection/packets/verify", .everybody, .interface) {
      try self.verify($0)
    }
    routes.get("/api/ip-protection/packet.schema.json", .everybody, .interface) { _ in
      .json(PacketFormat.schema)
    }
  }

  private func noteReading(_ visit: Visit, _ visitor: EvidenceVisitor) async throws {
    try await desk.recordAccess(
      by: visit.actor, to: visitor.row.base.key, "ip-protection.evidence")
  }

  private func depositForm(
    _ visit: Visit, isStaff: Bool, _ pages: EvidencePages
  ) async throws -> Response {
    let visitor = try await visitor(visit, isStaff: isStaff)
    let form = try visit.request.form()
    do {
      var reader = PacketForm(form, capacity: visitor.capacity, zone: rules.profile.zone)
      let packet = try reader.packet(nonce: random.bytes(16))
      _ = try await deposit(packet, visitor, visit, key: form["idempotency_key"])
      let base = isStaff ? "/desk/ip-protection" : "/ip-protection"
      let query = visitor.query + (visitor.query.isEmpty ? "?done=1" : "&done=1")
      return .seeOther("\(base)/\(visitor.row.base.number)/evidence\(query)")
    } catch let problem as Problem where problem.status == 422 || problem.status == 400 {
      let state = FormState(values: form.values.map { ($0.name, $0.value) }, problem: problem)
      return pages.list(visit, visitor, state, problem)
    }
  }

  private func depositJSON(_ visit: Visit) async throws -> Response {
    let visitor = try await visitor(visit, isStaff: visit.request.query["token"] == nil)
    _ = try visit.request.json()
    let packet = try EvidencePacket(visit.request.body)
    let done = try await deposit(
      packet, visitor, visit, key: visit.request.headers["idempotency-key"])
    var fields = try office.acknowledgement(done, number: visitor.row.base.number)
    fields["packet"] = .string(packet.contentDigest.hex)
    return .json(.object(fields), status: 201)
  }

  private func export(_ visit: Visit, isStaff: Bool) async throws -> Response {
    let visitor = try await visitor(visit, isStaff: isStaff)
    try await noteReading(visit, visitor)
    let packet = try await packet(visitor.row, visit["content"])
    guard packet.isLogged else {
      throw Problem(
        "receipt-pending", status: 202, title: Phrase("证明正在生成", en: "The proofs are being made"),
        detail: Phrase("通常不到一秒，请稍后再取。", en: "It takes a second at most; ask again."),
        retryAfterSeconds: 1)
    }
    var response = Response(type: PacketFormat.mediaType, packet.bytes)
    response.headers.set(
      "content-disposition",
      "attachment; filename=\"\(visit["content"].prefix(16)).packet.json\"")
    return response
  }

  /// Checks a packet that somebody sends in; nothing is kept.
  private func verify(_ visit: Visit) throws -> Response {
    let packet = try EvidencePacket(visit.request.body)
    let checks = packet.verify(trusting: [logKey])
    return .json([
      "holds": .bool(checks.allSatisfy(\.holds)), "packet": .string(packet.contentDigest.hex),
      "checks": .array(
        checks.map { check in
          [
            "id": .string(check.id), "holds": .bool(check.holds),
            "name": .string(check.name[visit.language]), "detail": .string(check.detail),
          ]
        }), "factors": FactorReport(packet, checks).json,
    ])
  }
}
