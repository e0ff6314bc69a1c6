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

/// The registers: for everybody to read, for two posts to keep.
extension LowAltitudeMeasure {
  func networkRoutes(_ routes: inout Routes) {
    routes.get("/low-altitude/networks") { try await networksPage($0) }
    routes.get("/low-altitude/networks/{code}") { try await assetPage($0) }
    routes.get("/api/low-altitude/networks", .everybody, .interface) { visit in
      .json(["assets": .array(try await assets(visit).map(\.record))])
    }
    routes.get("/api/low-altitude/networks.geojson", .everybody, .interface) { visit in
      let features = try await assets(visit).compactMap(\.feature)
      return Response(
        type: "application/geo+json",
        JSONValue.object(["type": "FeatureCollection", "features": .array(features)]).canonicalBytes
      )
    }
    let staff = RouteAccess.anyOf([NetworkDuty.keep, NetworkDuty.inspect])
    let keeper = RouteAccess.holding(NetworkDuty.keep)
    routes.get("/desk/low-altitude/networks", staff) { try await networkDesk($0) }
    routes.post("/desk/low-altitude/networks", keeper) { try await planAsset($0) }
    routes.post("/desk/low-altitude/networks/{code}/steps", staff) { try await stepAsset($0) }
    routes.post("/api/low-altitude/networks", keeper, .interface) { visit in
      let done = try await desk.submit(
        try planned(visit.request.json()), by: visit.actor, visit.terms())
      return .json(try await NetworkAsset.loaded(done.aggregate, desk).record, status: 201)
    }
    routes.post("/api/low-altitude/networks/{code}/steps", staff, .interface) { visit in
      let body = try visit.request.json()
      let step = body["step"]?.string.flatMap { AssetStep(rawValue: $0) }
      guard let step, step != .plan else {
        throw Problem.invalid([
          Problem.Field("step", Phrase("没有这一步。", en: "There is no such step."))
        ])
      }
      let asset = try await asset(visit["code"])
      let act = AssetAct(
        step: step, key: asset.key, facts: body["facts"], reason: body["reason"]?.string ?? "",
        rules: rules)
      _ = try await desk.submit(act, by: visit.actor, visit.terms())
      return .json(try await NetworkAsset.loaded(asset.key, desk).record, status: 201)
    }
    slotRoutes(&routes)
    planRoutes(&routes)
    designerRoutes(&routes)
  }

  /// The entries of the network that a query names, or all.
  func assets(_ visit: Visit) async throws -> [NetworkAsset] {
    let all = try await desk.store.all(NetworkBook.all)
    guard let name = visit.request.query["network"], !name.isEmpty else { return all }
    guard let network = NetworkAsset.Network(rawValue: name) else {
      throw Problem.malformed(Phrase("没有“\(name)”这张网。", en: "There is no network “\(name)”."))
    }
    return all.filter { $0.network == network }
  }

  /// An entry by its code; 404 if there is none.
  func asset(_ code: String) async throws -> NetworkAsset {
    guard let asset = try await desk.store.first(NetworkBook.find(code: code)) else {
      throw Problem.notFound(
        Phrase("登记册中没有 \(code)。", en: "There is no entry \(code) on the registers."))
    }
    return asset
  }

  // MARK: Desk

  private func planned(_ body: JSONValue) throws -> PlanAsset {
    guard let kind = body["kind"]?.string.flatMap({ NetworkAsset.Kind(rawValue: $0) }) else {
      throw Problem.invalid([Problem.Field("kind", Phrase("没有这一种类。", en: "There is no such kind."))]
      )
    }
    return PlanAsset(
      assetKind: kind, code: body["code"]?.string ?? "",
      name: Phrase(body["name"]?["zh"]?.string ?? "", en: body["name"]?["en"]?.string ?? ""),
      facts: body["facts"] ?? [:])
  }

  /// What a form says of an entry of a kind; throws 422 for numbers and places that cannot be read.
  static func facts(_ form: FormFields, _ kind: NetworkAsset.Kind) throws -> JSONValue {
    var facts: [String: JSONValue] = [:]
    var faults: [Problem.Field] = []
    for number in AssetFacts.numbers(kind) {
      let text = FieldReader.trimmed(form[number.name] ?? "")
      guard !text.isEmpty else { continue }
      guard let value = Int64(text) else {
        faults.append(
          Problem.Field(
            number.name,
            Phrase("\(number.label.zh)应为整数。", en: "\(number.label.en): a whole number.")))
        continue
      }
      facts[number.name] = .integer(value)
    }
    for text in AssetFacts.texts(kind) {
      let value = FieldReader.trimmed(form[text.name] ?? "")
      if !value.isEmpty { facts[text.name] = .string(value) }
    }
    if AssetFacts.places(kind).upperBound > 0 {
      if let places = AssetFacts.places(form["points"] ?? "") {
        facts["points"] = places
      } else {
        faults.append(
          Problem.Field(
            "points",
            Phrase(
              "每行一个“纬度,经度”，例如 22.543100,114.057900。",
              en: "One “latitude,longitude” a line, such as 22.543100,114.057900.")))
      }
    }
    guard faults.isEmpty else { throw Problem.invalid(faults) }
    return .object(facts)
  }

  private func planAsset(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    do {
      guard let kind = NetworkAsset.Kind(rawValue: form["kind"] ?? "") else {
        throw Problem.invalid([
          Problem.Field("kind", Phrase("请选择种类。", en: "Choose a kind."))
        ])
      }
      let command = PlanAsset(
        assetKind: kind, code: FieldReader.trimmed(form["code"] ?? ""),
        name: Phrase(
          FieldReader.trimmed(form["name"] ?? ""), en: FieldReader.trimmed(form["name_en"] ?? "")),
        facts: try LowAltitudeMeasure.facts(form, kind))
      _ = try await desk.submit(command, by: visit.actor, visit.terms(form))
      return .seeOther("/low-altitude/networks/\(command.code)")
    } catch let problem as Problem where problem.status == 422 {
      return try await networkDesk(visit, problem)
    }
  }

  private func stepAsset(_ visit: Visit) async throws -> Response {
    let form = try visit.request.form()
    let asset = try await asset(visit["code"])
    do {
      guard let step = AssetStep(rawValue: form["step"] ?? ""), step != .plan else {
        throw Problem.invalid([
          Problem.Field("step", Phrase("没有这一步。", en: "There is no such step."))
        ])
      }
      let facts = step == .amend ? try LowAltitudeMeasure.facts(form, asset.kind) : nil
      let act = AssetAct(
        step: step, key: asset.key, facts: facts,
        reason: FieldReader.trimmed(form["reason"] ?? ""), rules: rules)
      _ = try await desk.submit(act, by: visit.actor, visit.terms(form))
      return .seeOther("/low-altitude/networks/\(asset.code)")
    } catch let problem as Problem where problem.status == 422 {
      return try await assetPage(visit, problem)
    }
  }
}

extension NetworkAsset {
  /// An entry that was just written.
  static func loaded(_ key: Int64, _ desk: CommandDesk) async throws -> NetworkAsset {
    guard let asset = try await desk.store.first(NetworkBook.find(key)) else {
      throw Problem.notFound(Phrase("没有这一项。", en: "There is no such entry."))
    }
    return asset
  }

  /// The entry as open data.
  var record: JSONValue {
    [
      "code": .string(code), "network": .string(network.rawValue), "kind": .string(kind.rawValue),
      "state": .string(state.rawValue), "name": ["zh": .string(name.zh), "en": .string(name.en)],
      "facts": facts, "version": .integer(version),
      "updated": JSONValue.string(updatedAt.rfc3339(in: .utc)),
    ]
  }

  /// The entry as a feature of GeoJSON (RFC 7946: longitude first, rings closed and anticlockwise); nil for one
  /// without a place.
  var feature: JSONValue? {
    func pair(_ place: LatLng) -> JSONValue {
      [.number(place.longitude), .number(place.latitude)]
    }
    guard let first = points.first else { return nil }
    let geometry: JSONValue
    switch (kind, outline) {
    case (.route, _):
      geometry = ["type": "LineString", "coordinates": .array(points.map { pair($0) })]
    case (_, .polygon?):
      let ring = points.rightHanded.map { pair($0) }
      geometry = ["type": "Polygon", "coordinates": [.array(ring)]]
    default:
      geometry = ["type": "Point", "coordinates": pair(first)]
    }
    var properties = record.object ?? [:]
    properties["facts"] = nil
    for (name, value) in facts.object ?? [:] where name != "points" { properties[name] = value }
    return [
      "type": "Feature", "id": .string(code), "geometry": geometry,
      "properties": .object(properties),
    ]
  }
}
