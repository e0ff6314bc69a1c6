import Airspace
import Books
import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// A complaint about noise, privacy or danger: the flight is found by place and time, the request is handled by
/// measure 21, what came of it is seen here.
extension LowAltitudeMeasure {
  func complaintRoutes(_ routes: inout Routes) {
    routes.get("/low-altitude/complaints/new") { try await complaintForm($0, nil) }
    routes.post("/low-altitude/complaints") { try await fileComplaint($0) }
    routes.get("/low-altitude/complaints/{key}") { try await complaintPage($0) }
    routes.post("/api/low-altitude/complaints", .everybody, .interface) { visit in
      let body = try visit.request.json()
      let form = FormFields(
        values: (body.object ?? [:]).map { name, value in
          QueryItems.Item(name, value.string ?? value.double.map { "\($0)" } ?? "")
        }, files: [])
      let done = try await desk.submit(
        try await complaint(form, visit), by: visit.actor, visit.terms())
      return .json(
        [
          "complaint": .integer(done.aggregate),
          "token": .string(ring.trackingToken(done.aggregate)),
          "flight": try JSONValue(parsing: done.privatePart)["content"]?["flight"] ?? .null,
        ], status: 201)
    }
  }

  /// A complaint from what was entered: the flight is the one that was chosen, if it did pass there, else the
  /// nearest that passed.
  private func complaint(_ form: FormFields, _ visit: Visit) async throws -> FileComplaint {
    let search = try search(form["lat"], form["lon"], form["at"], visit.now)
    var reader = FieldReader(form)
    let text = reader.text("text", Phrase("情况", en: "what happened"), limit: 2000)
    let name = reader.text("name", Phrase("姓名", en: "name"), required: false, limit: 60)
    let phone = reader.text("phone", Phrase("电话", en: "telephone"), required: false, limit: 30)
    let topic = ComplaintRow.Topic(rawValue: form["topic"] ?? "")
    if topic == nil { reader.fail("topic", Phrase("请选择投诉事项。", en: "Say what it is about.")) }
    try reader.finish()
    guard let topic else { throw Problem.invalid([]) }
    let near = try await near(search)
    let chosen = near.first { $0.flight.number == form["flight"] } ?? near.first
    let district = profile.district(
      latitude: search.place.latitude, longitude: search.place.longitude)
    return FileComplaint(
      topic: topic, flight: chosen?.flight.number,
      request: intake(
        topic, chosen, search, text: text, name: name, phone: phone, district: district?.id ?? ""))
  }

  /// The request in the words of measure 21's intake.
  private func intake(
    _ topic: ComplaintRow.Topic, _ near: NearFlight?, _ search: OverheadSearch, text: String,
    name: String, phone: String, district: String
  ) -> JSONValue {
    let day = search.moment.date(in: profile.zone)
    let item = profile.parameter("low-altitude.complaint.\(topic.rawValue)", on: day)?.value
    let when = search.moment.phrase(in: profile.zone).zh
    let flight =
      near.map {
        "飞行编号：\($0.flight.number)；任务：\($0.flight.mission.name.zh)；地面距离约\(Int($0.distance))米"
      }
      ?? "该时段附近没有经批准的飞行"
    var members: [String: JSONValue] = [
      "item": .string(item ?? profile.fallbackItem.id),
      "title": .string("无人机飞行投诉（\(topic.name.zh)）"),
      "text": .string("\(text)\n\n时间：\(when)。\(flight)。"), "channel": .string(webChannel),
      "district": .string(district.isEmpty ? profile.districts.first?.id ?? "" : district),
      "lat": .integer(Int64((search.place.latitude * 1e6).rounded())),
      "lon": .integer(Int64((search.place.longitude * 1e6).rounded())),
    ]
    if !name.isEmpty { members["name"] = .string(name) }
    if !phone.isEmpty { members["phone"] = .string(phone) }
    return .object(members)
  }

  private var webChannel: String {
    profile.channels.first { $0.kind == "web" }?.id ?? profile.channels.first?.id ?? ""
  }

  private func fileComplaint(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    do {
      let done = try await desk.submit(
        try await complaint(form, visit), by: visit.actor, visit.terms(form))
      let token = ring.trackingToken(done.aggregate)
      return .seeOther("/low-altitude/complaints/\(done.aggregate)?token=\(token)")
    } catch let problem as Problem where problem.status == 422 {
      return try await complaintForm(visit, problem)
    }
  }

  private func complaintForm(_ visit: Visit, _ problem: Problem?) async throws -> Response {
    let title = Phrase("投诉无人机飞行", en: "Complain about a drone")
    return visit.page(
      title, trail: LowAltitudeMeasure.networkTrail, status: problem?.status ?? 200
    ) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(
        title,
        lead: Phrase(
          "填地点、时间和情况，系统找到当时的航班，转民生诉求办理，结果在此查看。",
          en:
            "Say where, when and what: the flight is found, your request goes to the city's desk, and the result "
            + "comes back here."))
      let state = visit.entered(problem, else: [("at", localText(visit.now))])
      h.form(
        "/low-altitude/complaints", csrf: visit.csrf, idempotencyKey: visit.freshKey
      ) { h in
        h.radios(
          "topic", Phrase("投诉事项", en: "What is it about"), state,
          options: ComplaintRow.Topic.allCases.map { (value: $0.rawValue, label: $0.name) })
        placeFields(&h, state)
        h.textField(
          "flight", Phrase("飞行编号（如已知）", en: "Number of the flight, if you know it"), state)
        h.textArea("text", Phrase("情况", en: "What happened"), state, rows: 4, isRequired: true)
        h.textField("name", Phrase("姓名（可不填）", en: "Your name (optional)"), state)
        h.textField("phone", Phrase("电话（可不填）", en: "Your telephone (optional)"), state)
        h.button(Phrase("提交", en: "Send"))
      }
    }
  }

  /// The words of measure 21 for how a request stands.
  private static let stages: [String: Phrase] = [
    "received": Phrase("已收件，待派单", en: "received, to be sent on"),
    "dispatched": Phrase("已派单", en: "sent on"), "handling": Phrase("办理中", en: "being handled"),
    "replied": Phrase("已答复，待回访", en: "answered, you will be called back"),
    "answered": Phrase("已答复", en: "answered"),
    "evaluating": Phrase("已答复，待评价", en: "answered, to be rated"),
    "closed": Phrase("已办结", en: "closed"), "deemed-closed": Phrase("已办结", en: "closed"),
  ]

  private func complaintPage(_ visit: Visit) async throws -> Response {
    guard let key = Int64(visit["key"]),
      let row = try await desk.store.first(ComplaintBook.find(key)),
      let token = visit.request.query["token"],
      constantTimeEqual(Array(token.uppercased().utf8), Array(ring.trackingToken(key).utf8))
    else {
      throw Problem.notFound(
        Phrase("没有这件投诉，或查询码不对。", en: "There is no such complaint, or the token is wrong."))
    }
    let title = Phrase("无人机飞行投诉", en: "Complaint about a drone")
    return visit.page(title, trail: LowAltitudeMeasure.networkTrail) { h in
      h.heading(title) { h in
        h.tag(row.topic.name, .info)
        h.time(row.filedAt, in: profile.zone)
      }
      h.banner(
        Phrase("请保存本页地址，凭它查询。", en: "Keep the address of this page: it is your way back."), .info)
      var rows: [(name: Phrase, value: (inout HTML) -> Void)] = [
        (
          Phrase("飞行", en: "Flight"),
          { h in
            h.text(
              row.flight.map { .same($0) }
                ?? Phrase("该时段附近没有经批准的飞行", en: "no approved flight passed there then"))
          }
        ),
        (
          Phrase("办理", en: "Where it stands"),
          { h in
            h.text(
              row.request == nil
                ? Phrase("正在转交民生诉求", en: "being passed on to the city's desk")
                : LowAltitudeMeasure.stages[row.stage] ?? Phrase("办理中", en: "being handled"))
          }
        ),
      ]
      if let request = row.request, let at = row.requestedAt {
        let number = CaseNumber(measure: 21, year: at.date(in: profile.zone).year, serial: request)
        let target = "/requests/\(number)?token=\(ring.trackingToken(request))"
        rows.append(
          (Phrase("诉求编号", en: "Request"), { $0.a(target, .same(number.description)) }))
      }
      h.summary(rows)
    }
  }
}
