import Books
import CaseEngine
import CityProfiles
import Commons
import Desk
import MeasureKit
import Storage

/// What a citizen, or staff on a citizen's behalf, tells the city.
public struct Intake: Hashable, Sendable {
  /// The catalogue's item.
  public var item: String
  /// A line that may be shown in lists: it should name no person.
  public var title: String
  /// The citizen's words.
  public var text: String
  /// The channel.
  public var channel: String
  /// The district's id.
  public var district: String
  /// Where it is, in words.
  public var address: String
  /// WGS 84 latitude in millionths of a degree.
  public var latitudeE6: Int64?
  /// WGS 84 longitude in millionths of a degree.
  public var longitudeE6: Int64?
  /// The citizen's name; may be empty.
  public var name: String
  /// The citizen's telephone; may be empty.
  public var phone: String
  /// The citizen's e-mail; may be empty.
  public var email: String
  /// Whether title and text may be shown to everybody.
  public var isPublic: Bool
  /// Whether the unit complained of must not learn who complained.
  public var isAnonymous: Bool
  /// Attachments that were staged for this request.
  public var attachments: [Attachment]
  /// Where an imported request comes from, unique.
  public var source: String?

  /// A file that goes with a request.
  public struct Attachment: Hashable, Sendable {
    /// Its key in the blob book.
    public let key: Int64
    /// SHA-256 of its bytes: what the act commits to, the same whenever it is sent again.
    public let digest: [UInt8]

    /// An attachment.
    public init(key: Int64, digest: [UInt8]) {
      self.key = key
      self.digest = digest
    }
  }

  /// An intake; all but item, title, text, channel and district may be left out.
  public init(
    item: String, title: String, text: String, channel: String, district: String,
    address: String = "", latitudeE6: Int64? = nil, longitudeE6: Int64? = nil, name: String = "",
    phone: String = "", email: String = "", isPublic: Bool = false, isAnonymous: Bool = false,
    attachments: [Attachment] = [], source: String? = nil
  ) {
    self.item = item
    self.title = title
    self.text = text
    self.channel = channel
    self.district = district
    self.address = address
    self.latitudeE6 = latitudeE6
    self.longitudeE6 = longitudeE6
    self.name = name
    self.phone = phone
    self.email = email
    self.isPublic = isPublic
    self.isAnonymous = isAnonymous
    self.attachments = attachments
    self.source = source
  }

  /// The channel of imported requests.
  public static let importChannel = "import"
  /// Files with one request at most.
  public static let fileLimit = 4
  /// Characters in a title at most.
  public static let titleLimit = 100
  /// Characters in the text at most (GeoReport v2 allows 4,000).
  public static let textLimit = 4000

  /// The canonical form; empty fields are left out.
  var content: JSONValue {
    var fields: [String: JSONValue] = [
      "item": .string(item), "title": .string(title), "text": .string(text),
      "channel": .string(channel), "district": .string(district),
    ]
    for (name, value) in [("address", address), ("name", name), ("phone", phone), ("email", email)]
    where !value.isEmpty { fields[name] = .string(value) }
    if let latitudeE6 { fields["lat"] = .integer(latitudeE6) }
    if let longitudeE6 { fields["lon"] = .integer(longitudeE6) }
    if isPublic { fields["open"] = true }
    if isAnonymous { fields["anonymous"] = true }
    if !attachments.isEmpty {
      fields["files"] = .array(attachments.map { .string(Hex.encode($0.digest)) })
    }
    if let source { fields["source"] = .string(source) }
    return .object(fields)
  }

  /// Reads what ``content`` wrote; the attachments are found in the blob book.
  init?(_ content: JSONValue) {
    guard let item = content["item"]?.string, let title = content["title"]?.string,
      let text = content["text"]?.string, let channel = content["channel"]?.string,
      let district = content["district"]?.string
    else { return nil }
    self.init(
      item: item, title: title, text: text, channel: channel, district: district,
      address: content["address"]?.string ?? "", latitudeE6: content["lat"]?.integer,
      longitudeE6: content["lon"]?.integer, name: content["name"]?.string ?? "",
      phone: content["phone"]?.string ?? "", email: content["email"]?.string ?? "",
      isPublic: content["open"]?.bool ?? false, isAnonymous: content["anonymous"]?.bool ?? false,
      source: content["source"]?.string)
  }
}

/// Opens a service request.
public struct SubmitRequest: Command {
  /// Nothing: the case does not exist yet.
  public typealias Loaded = Void
  /// What is told.
  public let intake: Intake
  let rules: RequestRules
  /// The alias in the log of the matter in another measure from which it comes, in hexadecimal; nil for none.
  let origin: String?

  /// A request under a city's rules.
  public init(_ intake: Intake, rules: RequestRules, origin: String? = nil) {
    self.intake = intake
    self.rules = rules
    self.origin = origin
  }

  /// `requests.file`, whoever files it and also for an import.
  public var kind: String { "requests.file" }
  /// `requests.import` for an intake that names its source, else `requests.file`.
  public var permission: String { intake.source == nil ? "requests.file" : "requests.import" }
  /// nil: every request is a new case.
  public var aggregate: Int64? { nil }
  /// The intake in its canonical form; attachments stand in it as SHA-256 in hexadecimal.
  public var content: JSONValue { intake.content }

  /// Opens the case in the stage `received`, starts its clock for dispatch and ties the attachments
  /// to the act.
  ///
  /// - Throws: ``Problem`` 422 with every field at fault, for a district or agency outside the pilot
  ///   scope, for a source that was imported before, or for an attachment that was not staged for this
  ///   request.
  public func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    let item = try rules.check(intake)
    try rules.adoptions.require(
      RequestsMeasure.card.number, function: "intake", on: rules.day(context.recordedAt),
      at: Adoptions.Place(
        district: intake.district,
        agency: rules.profile.responsible(item, district: intake.district).id))
    if let source = intake.source, try view.first(RequestTables.imported(source)) != nil {
      throw Problem.refused(
        "imported-before", Phrase("这一条已导入过。", en: "This row was imported before."))
    }
    let at = context.effectiveAt
    let capacity: ActorKind = context.actor.kind == .staff ? .dispatcher : .citizen
    let type = ServiceRequestCases.request
    let step = try type.open("file", by: capacity)
    var clocks = CaseClocks()
    try clocks.apply(
      step.clockEffects, at: at, zone: rules.profile.zone, periods: rules.periods(item.id, on: at))
    var base = CaseRow(
      key: context.aggregate, measure: 21, version: 1,
      stage: type.stage(of: step.status).id.text, status: type.text(step.status),
      title: intake.title, applicant: context.actor.applicant,
      openedAt: at, clocks: clocks.text)
    RequestDeadlines(type, step.status, clocks, rules.calendar).write(to: &base)
    let request = RequestRow(
      key: context.aggregate, item: item.id, category: item.category, service: item.service,
      channel: intake.channel, district: intake.district, latitudeE6: intake.latitudeE6,
      longitudeE6: intake.longitudeE6, isPublic: intake.isPublic, openedAt: at, updatedAt: at,
      source: intake.source)
    var changes = RequestTables.open(RequestCase(base: base, request: request), context.ring)
    changes += try attachments(view, context)
    var fields: [String: JSONValue] = [
      "item": .string(item.id), "category": .string(item.category),
      "service": .string(item.service), "channel": .string(intake.channel),
      "district": .string(intake.district), "stage": .string(base.stage),
    ]
    if let origin { fields["origin"] = .string(origin) }
    return .accepted(
      publicFields: .object(fields),
      changes: changes, effects: [Effect("notice")])
  }

  /// Ties the staged attachments to this act; they must have been staged for this very request.
  private func attachments(_ view: any View, _ context: Context) throws -> [Change] {
    let entry = JournalKey(aggregate: context.aggregate, version: 1)
    return try intake.attachments.map { attachment in
      guard let blob = try view.first(BlobBook.find(attachment.key)), blob.entry == nil,
        blob.aggregate == context.aggregate, blob.digest == attachment.digest
      else {
        throw Problem.invalid([
          Problem.Field(
            "files", Phrase("附件已失效，请重新上传。", en: "The attachment has expired; upload it again."))
        ])
      }
      return BlobBook.attach(blob, to: entry, context.ring)
    }
  }
}
