import Books
import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import Interchange
import MeasureKit
import Storage

/// What the platform holds as OCDS 1.1, for everybody.
extension ProcurementMeasure {
  /// All processes as one release package of compiled releases; `after` goes on behind an ocid.
  func releases(_ visit: Visit) throws -> Response {
    let limit = try visit.limit()
    let after = visit.request.query["after"] ?? ""
    let (page, more) = watch.withLock { watch in
      let found = watch.index.ocids(after: after, limit: limit)
      return (found.ids.compactMap { watch.compiled[$0] }, found.more)
    }
    var response = Response.json(
      ProcurementMeasure.package(
        ProcurementMeasure.origin(visit) + "/api/procurement/releases.json",
        visit.now.rfc3339(in: rules.profile.zone),
        rules.profile.name.zh, page))
    if more, let last = page.last?["ocid"]?.string {
      response.headers.set(
        "link", "</api/procurement/releases.json?limit=\(limit)&after=\(last)>; rel=\"next\"")
    }
    return response
  }

  /// Log entries that one request looks through.
  private static let exportSpan: Int64 = 2000

  /// All releases as they were published, one by one, in the order of the log: `after` goes on behind an index, and
  /// `links.next` leads there. A page may hold fewer than asked, or none, where other acts lie between.
  func history(_ visit: Visit) async throws -> Response {
    let limit = try visit.limit()
    let after = visit.request.query["after"].flatMap { Int64($0) } ?? -1
    let from = max(0, after &+ 1)
    let (rows, size) = try await desk.store.report { view in
      let size = try view.first(LogBook.state)?.size ?? 0
      let end = min(size, from.addingReportingOverflow(ProcurementMeasure.exportSpan).partialValue)
      return (from < end ? try view.all(LogBook.entries(from: from, to: end)) : [], size)
    }
    var releases: [JSONValue] = []
    var last = after
    for row in rows where releases.count < limit {
      last = row.index
      guard row.row.kind.hasPrefix("procurement."), !row.row.kind.hasSuffix(".refused"),
        let fields = try? JSONValue(parsing: row.row.publicFields),
        let release = fields[ReleaseParts.field]
      else { continue }
      releases.append(release)
    }
    let (origin, address) = (ProcurementMeasure.origin(visit), "/api/procurement/history.json")
    var package = ProcurementMeasure.package(
      "\(origin)\(address)?after=\(after)", visit.now.rfc3339(in: rules.profile.zone),
      rules.profile.name.zh, releases)
    var response: Response
    if last + 1 < size, last > after {
      let next = "\(address)?limit=\(limit)&after=\(last)"
      var members = package.object ?? [:]
      members["links"] = ["next": .string(origin + next)]
      package = .object(members)
      response = .json(package)
      response.headers.set("link", "<\(next)>; rel=\"next\"")
    } else {
      response = .json(package)
    }
    return response
  }

  /// One process.
  func record(_ visit: Visit) throws -> Response {
    let ocid = visit["id"]
    guard let release = watch.withLock({ $0.compiled[ocid] }) else {
      throw Problem.notFound(Phrase("没有这一采购过程。", en: "There is no such process."))
    }
    return .json(release)
  }

  /// The address under which whoever asks sees this city, so that links in packages lead there.
  private static func origin(_ visit: Visit) -> String {
    let host = visit.request.headers["host"] ?? "localhost"
    let scheme = visit.request.headers["x-forwarded-proto"] == "https" ? "https" : "http"
    return "\(scheme)://\(host)"
  }

  private static func package(
    _ uri: String, _ date: String, _ publisher: String, _ releases: [JSONValue]
  ) -> JSONValue {
    [
      "uri": .string(uri), "version": "1.1",
      "publishedDate": .string(date), "publisher": ["name": .string(publisher)],
      "releases": .array(releases),
    ]
  }

  /// The contract of the measure's own addresses.
  static let contract: JSONValue = {
    func reading(_ summary: String, path: String? = nil) -> JSONValue {
      var members: [String: JSONValue] = [
        "summary": .string(summary),
        "responses": [
          "200": [
            "description": "Done",
            "content": ["application/json": ["schema": ["type": "object"]]],
          ],
          "404": ["description": "Not there"],
        ],
      ]
      if let path {
        members["parameters"] = [
          ["name": .string(path), "in": "path", "required": true, "schema": ["type": "string"]]
        ]
      }
      return ["get": .object(members)]
    }
    func header(_ name: String) -> JSONValue {
      ["name": .string(name), "in": "header", "required": true, "schema": ["type": "string"]]
    }
    return [
      "openapi": "3.1.0",
      "info": ["title": "Procurement: open data and exchanges · 采购开放数据与平台接入", "version": "1.0"],
      "paths": [
        "/api/procurement/releases.json": reading("All processes, compiled, as a release package"),
        "/api/procurement/history.json": reading(
          "All releases one by one, in the order of the log"),
        "/api/procurement/records/{id}": reading("One process, compiled", path: "id"),
        "/api/procurement/openapi.json": reading("This document"),
        "/api/procurement/feeds.json": reading(
          "Platforms from which releases are fetched, and how far"),
        "/api/procurement/exchange/{exchange}/releases": [
          "post": [
            "summary": "A connected platform hands in a release of OCDS 1.1, signed",
            "parameters": [
              ["name": "exchange", "in": "path", "required": true, "schema": ["type": "string"]],
              header(SignedMessage.timeHeader), header(SignedMessage.keyHeader),
              header(SignedMessage.signatureHeader),
            ],
            "requestBody": [
              "required": true,
              "content": ["application/json": ["schema": ["type": "object"]]],
            ],
            "responses": [
              "201": [
                "description": "Taken",
                "content": ["application/json": ["schema": ["type": "object"]]],
              ], "400": ["description": "No release"], "401": ["description": "Bad signature"],
              "404": ["description": "No such platform"], "422": ["description": "Not valid"],
            ],
          ]
        ],
      ],
    ]
  }()
}
