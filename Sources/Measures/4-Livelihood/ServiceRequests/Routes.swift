import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// What everybody may open: to tell the city something, to follow it, to look at the figures.
extension RequestsMeasure {
  func publicRoutes(_ routes: inout Routes) {
    routes.get("/requests") { try await self.landing($0) }
    routes.get("/requests/new") { try self.describe($0) }
    routes.post("/requests/new") { try await self.classify($0) }
    routes.post("/requests") { try await self.file($0) }
    routes.get("/requests/mine", .signedIn) { try await self.mine($0) }
    routes.get("/requests/track") { try self.track($0) }
    routes.get("/requests/how") { self.how($0) }
    routes.get("/requests/figures") { try await self.figuresPage($0) }
    routes.get("/requests/catalogue") { self.catalogue($0) }
    routes.get("/requests/{number}") { try await self.follow($0) }
    routes.post("/requests/{number}/steps") { try await self.citizenStep($0) }
    routes.get("/requests/{number}/files/{file}") { try await self.download($0) }
  }

  // MARK: Intake

  private func describe(_ visit: Visit) throws -> Response {
    // Nobody is to write a page full and learn only then that nothing is taken in.
    try rules.adoptions.require(
      RequestsMeasure.card.number, function: "intake", on: rules.day(visit.now))
    let values = ["item", "title", "text"].map { ($0, visit.request.query[$0] ?? "") }
    return intakePages.describe(visit, FormState(values: values))
  }

  private func classify(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    var reader = FieldReader(form)
    let text = reader.text("text", Phrase("诉求内容", en: "what it is about"), limit: Intake.textLimit)
    let title = reader.text(
      "title", Phrase("标题", en: "title"), required: false, limit: Intake.titleLimit)
    do { try reader.finish() } catch {
      return intakePages.describe(visit, state(form, error), error)
    }
    let line = title.isEmpty ? RequestsMeasure.firstLine(text) : title
    let values = form.values.map { ($0.name, $0.value) } + [("title", line)]
    return try await details(
      visit, FormState(values: [("title", line)] + values.filter { $0.0 != "title" }), line, text)
  }

  /// The second page: item, place, contact, files; requests that may be about the same.
  private func details(
    _ visit: Visit, _ state: FormState, _ title: String, _ text: String, _ problem: Problem? = nil
  ) async throws -> Response {
    let suggested = profile.suggestItems(for: title + " " + text).map(\.item)
    let chosen = profile.item(state.value("item")) ?? suggested.first ?? profile.fallbackItem
    let similar = try await SimilarRequests.find(
      .init(
        key: nil, category: chosen.category, title: title,
        latitudeE6: RequestsMeasure.microdegrees(state.value("latitude")),
        longitudeE6: RequestsMeasure.microdegrees(state.value("longitude")),
        district: state.value("district")), in: desk.store, at: visit.now)
    return intakePages.details(
      visit, state, suggested, similar.filter { $0.row.request.isPublic }, problem)
  }

  private func file(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    let channel = "web"
    do {
      let done = try await submit(form, channel: channel, visit)
      let number = try await self.number(of: done.aggregate)
      let token = trackingToken(done.aggregate)
      return .seeOther("/requests/\(number)?token=\(token)&filed=1")
    } catch let problem as Problem where problem.status == 422 {
      return try await details(
        visit, state(form, problem), form["title"] ?? "", form["text"] ?? "", problem)
    }
  }

  /// Files what a form says; staged attachments belong to it alone.
  func submit(_ form: FormFields, channel: String, _ visit: Visit) async throws -> Acknowledged {
    var intake = try RequestsMeasure.intake(form, channel: channel)
    let files = try RequestsMeasure.files(form)
    _ = try rules.check(intake)
    var terms = try visit.terms(form)
    terms.expectedVersion = nil
    if !files.isEmpty {
      let place = try await desk.reserve()
      for file in files {
        let key = try await desk.stage(file, for: place)
        intake.attachments.append(.init(key: key, digest: Digest.of(file.bytes).bytes))
      }
      terms.reservation = place
    }
    return try await desk.submit(SubmitRequest(intake, rules: rules), by: visit.actor, terms)
  }

  static func intake(_ form: FormFields, channel: String) throws -> Intake {
    var reader = FieldReader(form)
    func text(_ name: String, _ label: Phrase, _ limit: Int, required: Bool = false) -> String {
      reader.text(name, label, required: required, limit: limit)
    }
    let words = text(
      "text", Phrase("诉求内容", en: "what it is about"), Intake.textLimit, required: true)
    let title = text("title", Phrase("标题", en: "title"), Intake.titleLimit)
    let latitude = reader.microdegrees("latitude", Phrase("纬度", en: "latitude"), limit: 90)
    let longitude = reader.microdegrees("longitude", Phrase("经度", en: "longitude"), limit: 180)
    var item = form["item"] ?? ""
    // “None of these”: the list of all items counts.
    if item.isEmpty { item = form["item_other"] ?? "" }
    let intake = Intake(
      item: item, title: title.isEmpty ? firstLine(words) : title, text: words, channel: channel,
      district: form["district"] ?? "",
      address: text("address", Phrase("地点", en: "place"), 200), latitudeE6: latitude,
      longitudeE6: longitude, name: text("name", Phrase("称呼", en: "name"), 60),
      phone: text("phone", Phrase("电话", en: "telephone"), 30),
      email: text("email", Phrase("邮箱", en: "e-mail"), 120), isPublic: reader.flag("is_public"),
      isAnonymous: reader.flag("is_anonymous"))
    try reader.finish()
    return intake
  }

  static func files(_ form: FormFields) throws -> [IncomingFile] {
    guard form.files.count <= Intake.fileLimit else {
      throw Problem.invalid([
        Problem.Field(
          "files", Phrase("最多 \(Intake.fileLimit) 个附件。", en: "At most \(Intake.fileLimit) files."))
      ])
    }
    return try form.files.map { file in
      guard let type = file.mediaType else {
        throw Problem.invalid([
          Problem.Field(
            "files",
            Phrase(
              "“\(file.filename)”不是 JPEG、PNG、WebP 或 PDF。",
              en: "“\(file.filename)” is no JPEG, PNG, WebP or PDF."))
        ])
      }
      return IncomingFile(name: file.filename, mediaType: type, bytes: file.bytes)
    }
  }

  /// The first line or sentence of a text, as a title. A title stands open for lists, so what says who
  /// somebody is (telephone and identity numbers, e-mail addresses) is left out of it.
  static func firstLine(_ text: String) -> String {
    let line = text.split { $0.isNewline || "。！？!?".contains($0) }.first.map(String.init) ?? text
    return withoutNumbers(line.cut(to: 120)).cut(to: 40)
  }

  /// A line in which runs with six digits or more, and runs with an at sign, became an ellipsis.
  static func withoutNumbers(_ line: String) -> String {
    let all = Array(line)
    func isDigit(_ index: Int) -> Bool { all.indices.contains(index) && all[index].isWholeNumber }
    func isOfRun(_ index: Int) -> Bool {
      let one = all[index]
      return isDigit(index) || (one.isASCII && one.isLetter) || "@._%+-".contains(one)
        || (one == " " && isDigit(index - 1) && isDigit(index + 1))
    }
    var out = ""
    var start = 0
    while start < all.count {
      var end = start
      while end < all.count, isOfRun(end) { end += 1 }
      let run = all[start..<end]
      let says = run.contains("@") || run.count(where: \.isWholeNumber) >= 6
      out += says ? "…" : String(run)
      if end < all.count { out.append(all[end]) }
      start = end + 1
    }
    return out
  }

  static func microdegrees(_ text: String) -> Int64? {
    guard let degrees = Double(text), degrees.isFinite, abs(degrees) <= 180 else { return nil }
    return Int64((degrees * 1_000_000).rounded())
  }

  func state(_ form: FormFields, _ problem: Problem) -> FormState {
    FormState(values: form.values.map { ($0.name, $0.value) }, problem: problem)
  }

  // MARK: Following

  private func track(_ visit: Visit) throws -> Response {
    let number = visit.request.query["number"] ?? ""
    guard !number.isEmpty else { return intakePages.track(visit, nil, number: "") }
    guard let parsed = CaseNumber(number.filter { !$0.isWhitespace }), parsed.measure == 21 else {
      let problem = Problem.invalid([
        Problem.Field(
          "number",
          Phrase(
            "编号有误，请核对（末位为校验码）。",
            en: "This is no number of a request; its last character is a check."))
      ])
      return intakePages.track(visit, problem, number: number)
    }
    let token = (visit.request.query["token"] ?? "").filter { !$0.isWhitespace }
    return .seeOther("/requests/\(parsed)?token=\(PercentCoding.encode(token))")
  }

  /// Reads a number of this measure; throws 404 for anything else.
  func key(_ text: String) throws(Problem) -> Int64 {
    guard let number = CaseNumber(text), number.measure == 21 else { throw RequestsMeasure.unknown }
    return number.serial
  }

  static let unknown = Problem.notFound(
    Phrase("没有这件诉求，或查询码不符。", en: "There is no such request, or the token does not fit."))

  func number(of key: Int64) async throws -> CaseNumber {
    guard let row = try await desk.store.first(CaseBook.find(key)) else {
      throw RequestsMeasure.unknown
    }
    return row.number
  }

  /// Whether a visitor may read and act as the person who filed a request.
  func isOwner(_ visit: Visit, _ row: CaseRow, token: String?) -> Bool {
    if let token,
      constantTimeEqual(
        Array(token.uppercased().utf8), Array(trackingToken(row.key).utf8))
    {
      return true
    }
    return visit.actor.applicant != nil && visit.actor.applicant == row.applicant
  }

  private func follow(_ visit: Visit) async throws -> Response {
    let key = try key(visit["number"])
    guard let row = try await desk.store.first(RequestTables.find(key)),
      row.base.number.description == visit["number"].uppercased()
    else { throw RequestsMeasure.unknown }
    let token = visit.request.query["token"]
    let isOwner = isOwner(visit, row.base, token: token)
    guard isOwner || row.request.isPublic else {
      if token == nil { return intakePages.track(visit, nil, number: row.base.number.description) }
      throw RequestsMeasure.unknown
    }
    if isOwner {
      try await desk.recordAccess(by: visit.actor, to: key, "requests.follow")
    }
    guard let file = try await RequestFile.load(key, desk) else { throw RequestsMeasure.unknown }
    if isOwner {
      for delivery in file.deliveries where delivery.readAt == nil {
        try await desk.maintain(.markRead(delivery, at: visit.now))
      }
    }
    return casePages.follow(
      visit, file, CasePages.Reader(isOwner: isOwner, token: isOwner ? token : nil))
  }

  private func citizenStep(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    let key = try key(visit["number"])
    guard let row = try await desk.store.first(CaseBook.find(key)),
      isOwner(visit, row, token: form["token"])
    else { throw RequestsMeasure.unknown }
    let token = form["token"].flatMap { $0.isEmpty ? nil : $0 }
    let back =
      "/requests/\(row.number)" + (token.map { "?token=\(PercentCoding.encode($0))" } ?? "")
    let score = form["score"].flatMap { Int64($0) }
    var command = CommandID(form["command"] ?? "")
    if command == "evaluate" { command = (score ?? 5) >= 4 ? "satisfied" : "unsatisfied" }
    let step = MoveRequest(
      command, as: .citizen, on: key, text: form["text"] ?? "", score: score, rules: rules)
    // By a token one acts for the matter itself, whoever may have signed in.
    let actor =
      visit.actor.applicant == row.applicant && row.applicant != nil
      ? visit.actor : RequestsMeasure.tokenHolder
    do {
      _ = try await desk.submit(step, by: actor, try visit.terms(form))
      return .seeOther(back)
    } catch let problem as Problem where problem.status == 422 {
      try await desk.recordAccess(by: visit.actor, to: key, "requests.follow")
      guard let file = try await RequestFile.load(key, desk) else { throw problem }
      return casePages.follow(
        visit, file, CasePages.Reader(isOwner: true, token: token), state(form, problem), problem)
    }
  }

  static let tokenHolder = Actor(
    kind: .anonymous, account: 0, permissions: ["requests.as-citizen"])

  private func download(_ visit: Visit) async throws -> Response {
    let key = try key(visit["number"])
    guard let row = try await desk.store.first(RequestTables.find(key)) else {
      throw RequestsMeasure.unknown
    }
    let isOwner = isOwner(visit, row.base, token: visit.request.query["token"])
    let isHandler = visit.actor.may("requests.desk") && visit.actor.covers(agency: row.base.agency)
    guard isOwner || isHandler || row.request.isPublic else { throw RequestsMeasure.unknown }
    guard let blob = Int64(visit["file"]),
      let found = try await desk.store.first(BlobBook.find(blob)), found.aggregate == key,
      found.entry != nil
    else { throw Problem.notFound(Phrase("没有这个附件。", en: "There is no such file.")) }
    if isOwner || isHandler {
      try await desk.recordAccess(by: visit.actor, to: key, "requests.file")
    }
    guard let file = try await desk.open(found) else { throw RequestsMeasure.unknown }
    var response = Response(type: file.mediaType, file.bytes)
    let name = PercentCoding.encode(file.name)
    let isPicture = file.mediaType.hasPrefix("image/")
    response.headers.set(
      "content-disposition", "\(isPicture ? "inline" : "attachment"); filename*=UTF-8''\(name)")
    response.headers.set("content-security-policy", "default-src 'none'; sandbox")
    return response
  }

  // MARK: Lists

  private func landing(_ visit: Visit) async throws -> Response {
    let cursor = try visit.cursor(count: 2)
    let limit = 20
    let rows = try await desk.store.all(
      RequestTables.openToAll(
        since: Instant(microseconds: 0),
        before: cursor.map { ($0.keys[0], $0.keys[1]) } ?? (.max, .max), limit: limit + 1))
    let next = rows.count > limit ? rows[limit - 1] : nil
    let target = next.map {
      visit.target(after: PageCursor($0.request.openedAt.microseconds, $0.base.key))
    }
    return intakePages.landing(
      visit, Array(rows.prefix(limit)), next: target, pulse: pulse(at: visit.now))
  }

  private func mine(_ visit: Visit) async throws -> Response {
    let limit = try visit.limit()
    let cursor = try visit.cursor(count: 1)
    guard let applicant = visit.actor.applicant ?? visit.person?.account else {
      throw Problem.loginNeeded
    }
    try await desk.recordAccess(by: visit.actor, to: applicant, "requests.mine")
    let rows = try await desk.store.all(
      CaseBook.of(
        applicant: applicant, measure: RequestsMeasure.card.number,
        before: cursor?.keys[0] ?? .max, limit: limit + 1))
    let next = rows.count > limit ? visit.target(after: PageCursor(rows[limit - 1].key)) : nil
    return intakePages.mine(visit, Array(rows.prefix(limit)), next: next)
  }

  // MARK: Pages

  var intakePages: IntakePages { IntakePages(rules: rules) }
  var casePages: CasePages { CasePages(rules: rules) }

  private func how(_ visit: Visit) -> Response { HowPage(rules: rules).render(visit) }
  private func catalogue(_ visit: Visit) -> Response { HowPage(rules: rules).catalogue(visit) }
}
