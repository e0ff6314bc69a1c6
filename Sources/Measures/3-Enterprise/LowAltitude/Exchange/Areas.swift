import Airspace
import Books
import Commons
import Desk
import Storage

/// The two editions of F3411 that run side by side over the same areas.
enum RemoteID: Sendable {
  case v19, v22a

  /// What the address of a USS is called: of all its paths, or of its flights.
  func address(_ kind: AirEntity.Kind) -> String {
    switch (self, kind) {
    case (.v22a, _): "uss_base_url"
    case (.v19, .area): "flights_url"
    case (.v19, _): "identification_service_area_url"
    }
  }

  /// The path by which a USS of the other edition would be reached at its address.
  private static let flights = "/uss/flights"
  private static let notices = "/uss/identification_service_areas"

  /// The address as this edition writes it. Kept is that of 22a, with a mark if it came from 19.
  func shown(_ url: String, _ kind: AirEntity.Kind) -> String {
    let isOld = url.hasPrefix(RemoteID.mark)
    let plain = isOld ? String(url.dropFirst(RemoteID.mark.count)) : url
    let path = kind == .area ? RemoteID.flights : RemoteID.notices
    switch (self, isOld) {
    case (.v19, true), (.v22a, false): return plain
    case (.v19, false): return plain + path
    case (.v22a, true): return plain.hasSuffix(path) ? String(plain.dropLast(path.count)) : plain
    }
  }

  func kept(_ url: String) -> String { self == .v19 ? RemoteID.mark + url : url }
  private static let mark = "v19 "

  func moment(_ moment: Instant) -> JSONValue {
    self == .v19 ? .string(moment.rfc3339(in: .utc)) : JSONValue(moment: moment)
  }

  /// The extents of a request: one volume.
  func volume(_ body: AirReader) throws(AirRefusal) -> AskedVolume {
    let extents = try body.neededPart("extents")
    return try AskedVolume([self == .v19 ? try extents.plainVolume() : try extents.volume()])
  }

  /// An area in a query: `lat,lng,lat,lng,…` around it.
  static func area(_ text: String?) throws(AirRefusal) -> [S2Cell] {
    guard let text, !text.isEmpty else { throw .malformed("area is missing") }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Double($0.filter { $0 != " " }) }
    guard numbers.count == parts.count, numbers.count.isMultiple(of: 2) else {
      throw .malformed("area must be lat,lng,lat,lng,… in degrees")
    }
    let corners = stride(from: 0, to: numbers.count, by: 2).map {
      LatLng(latitude: numbers[$0], longitude: numbers[$0 + 1])
    }
    return try AskedVolume([Volume4D(.polygon(corners))]).cells
  }

  /// A version as this DSS writes them, within what F3411 allows: ten hexadecimal digits or
  /// more. What cannot be one is malformed, what is not the current one is stale.
  static func version(_ text: String) throws(AirRefusal) -> String {
    guard (10...64).contains(text.utf8.count),
      text.utf8.allSatisfy({
        (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
      })
    else { throw .malformed("“\(text.prefix(64))” is no version of this DSS") }
    return text
  }
}

/// What a service provider wants of an identification service area, or a display provider of a
/// subscription to such areas.
struct AreaWish: Sendable {
  let edition: RemoteID
  let kind: AirEntity.Kind
  let id: String
  let tag: String?
  let volume: AskedVolume
  let url: String

  init(
    _ body: AirReader, _ edition: RemoteID, _ kind: AirEntity.Kind, id: String, tag: String?
  ) throws(AirRefusal) {
    self.edition = edition
    self.kind = kind
    self.id = try AirReader.id(id)
    self.tag = try tag.map { text throws(AirRefusal) in try RemoteID.version(text) }
    if edition == .v19, kind == .areaSubscription {
      url = edition.kept(
        try body.neededPart("callbacks").address("identification_service_area_url"))
    } else {
      url = edition.kept(try body.address(edition.address(kind)))
    }
    do throws(AirRefusal) { volume = try edition.volume(body) } catch {
      throw AirRefusal(400, body: error.body)
    }
  }

  /// Makes or changes it.
  func put(
    _ old: AirEntity?, by caller: AirCaller, _ ring: KeyRing, _ view: any View,
    _ context: Context
  ) throws -> AirOutcome {
    // What can never be is said before what is only not so now.
    let span = try span(old, at: context.recordedAt)
    try check(old, by: caller)
    var new = AirEntity(
      kind: kind, id: id, aggregate: context.aggregate, version: (old?.version ?? 0) + 1,
      manager: caller.name, start: span.start, end: span.end)
    new.take(volume.open)
    (new.start, new.end) = span
    (new.url, new.notices) = (url, old?.notices ?? 0)
    new.tag = AirEntity.freshVersion(id, context)
    return kind == .area
      ? try announce(new, old, ring, view, context) : try subscribe(new, old, ring, view, context)
  }

  private func span(
    _ old: AirEntity?, at now: Instant
  ) throws(AirRefusal) -> (start: Instant, end: Instant) {
    if kind == .areaSubscription { return try SubscriptionWish.span(volume, old, at: now) }
    if let start = volume.start, start.adding(seconds: SubscriptionWish.skewSeconds) < now {
      throw .malformed("time_start must not be in the past")
    }
    let start = volume.start ?? old?.start ?? now
    guard let end = volume.end ?? old?.end else { throw .malformed("time_end is missing") }
    guard start <= end else { throw .malformed("time_end is before time_start") }
    return (start, end)
  }

  private func check(_ old: AirEntity?, by caller: AirCaller) throws {
    guard let old else {
      if tag == nil { return }
      throw AirRefusal(400, "there is nothing under the id \(id) to change")
    }
    guard let tag else { throw AirRefusal(409, "the id \(id) is taken already") }
    guard old.manager == caller.name else { throw AirRefusal(403, "it belongs to another USS") }
    guard old.tag == tag else { throw AirRefusal(409, "the version is not the current one") }
  }

  private func announce(
    _ new: AirEntity, _ old: AirEntity?, _ ring: KeyRing, _ view: any View, _ context: Context
  ) throws -> AirOutcome {
    try AreaWish.outcome(
      new, AirBook.save(new, over: old, ring),
      in: old.map { new.volume.union($0.volume) } ?? new.volume, edition, ring, view, context)
  }

  private static func outcome(
    _ area: AirEntity, _ changes: [Change], in volume: AirVolume, _ edition: RemoteID,
    _ ring: KeyRing, _ view: any View, _ context: Context
  ) throws -> AirOutcome {
    // F3411 tells subscribers of an area by its cells alone.
    var volume = volume
    (volume.lower, volume.upper) = (nil, nil)
    volume.start = context.recordedAt
    volume.end = max(volume.end, AskedVolume.always.1)
    var subscriptions = SubscriptionChanges(ring)
    try subscriptions.notify(
      .areaSubscription, of: [], in: volume, at: context.recordedAt, view)
    return AirOutcome(
      changes: changes + subscriptions.changes,
      reply: [
        "service_area": area.areaRecord(edition),
        "subscribers": subscriptions.list("url") {
          edition.shown($0.url, .areaSubscription)
        },
      ], publicFields: area.publicFields)
  }

  /// Subscriptions of one display provider in one cell (F3411, DSS0050).
  private static let mostInCell = 10

  private func subscribe(
    _ new: AirEntity, _ old: AirEntity?, _ ring: KeyRing, _ view: any View, _ context: Context
  ) throws -> AirOutcome {
    var future = new.volume
    (future.start, future.lower, future.upper) = (context.recordedAt, nil, nil)
    future.end = AskedVolume.always.1
    let others = try AirBook.entities(.areaSubscription, in: future, view)
      .filter { $0.manager == new.manager && $0.id != new.id }
    var counts: [S2Cell: Int] = [:]
    for other in others { for cell in other.cells { counts[cell, default: 0] += 1 } }
    if new.cells.contains(where: { (counts[$0] ?? 0) >= AreaWish.mostInCell }) {
      throw AirRefusal(429, "there are ten subscriptions of yours in a part of this area already")
    }
    let areas = try AirBook.entities(.area, in: new.volume, view)
    return AirOutcome(
      changes: AirBook.save(new, over: old, ring),
      reply: [
        "subscription": new.areaSubscriptionRecord(edition),
        "service_areas": .array(areas.map { $0.areaRecord(edition) }),
      ], publicFields: new.publicFields)
  }

  /// Takes an area or a subscription away.
  static func delete(
    _ old: AirEntity?, tag: String, _ edition: RemoteID, by caller: AirCaller, _ ring: KeyRing,
    _ view: any View, _ context: Context
  ) throws -> AirOutcome {
    let old = try AirEntity.removable(old, tag: tag, by: caller)
    guard old.kind == .area else {
      return AirOutcome(
        changes: AirBook.remove(old),
        reply: ["subscription": old.areaSubscriptionRecord(edition)],
        publicFields: old.publicFields)
    }
    return try outcome(
      old, AirBook.remove(old) + (try ProviderExchange.leftovers(of: old, view)), in: old.volume,
      edition, ring, view, context)
  }
}

extension AirEntity {
  func areaRecord(_ edition: RemoteID) -> JSONValue {
    .object([
      "id": .string(id), "owner": .string(manager), "version": .string(tag),
      edition.address(.area): .string(edition.shown(url, .area)),
      "time_start": edition.moment(start), "time_end": edition.moment(end),
    ])
  }

  func areaSubscriptionRecord(_ edition: RemoteID) -> JSONValue {
    var members: [String: JSONValue] = [
      "id": .string(id), "owner": .string(manager), "version": .string(tag),
      "notification_index": .integer(notices),
      "time_start": edition.moment(start), "time_end": edition.moment(end),
    ]
    let address = JSONValue.string(edition.shown(url, .areaSubscription))
    if edition == .v19 {
      members["callbacks"] = ["identification_service_area_url": address]
    } else {
      members["uss_base_url"] = address
    }
    return .object(members)
  }
}
