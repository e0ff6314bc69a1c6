import Commons

/// The data that makes one city: where, which agencies and channels, what people may ask for, how
/// long things may take. The program is the same for all of them.
public struct CityProfile: Sendable {
  /// GB/T 2260 code.
  public let code: String
  /// The name in addresses and folders.
  public let slug: String
  /// The name.
  public let name: Phrase
  /// What every page says about it, such as that it is a demonstration; empty for a real city.
  public let note: Phrase?
  /// The address of its site, such as `https://tequ.city.example`, without a path; nil if it has none yet.
  public let address: String?
  /// Whether checkpoints of its log carry a second root and signature with SM3 and SM2.
  public let hasNationalLog: Bool
  /// Its clock.
  public let zone: ZoneOffset
  /// Districts.
  public let districts: [District]
  /// Agencies, the district governments among them.
  public let agencies: [Agency]
  /// Ways in which requests come in.
  public let channels: [Channel]
  /// Categories of the catalogue (大类).
  public let categories: [CatalogueCategory]
  /// Items of the catalogue (事项).
  public let items: [CatalogueItem]
  /// Where a request goes that fits no item.
  public let fallbackItem: CatalogueItem
  /// Dated values that rules use.
  public let parameters: [CityParameter]
  /// Adopted measures with the authorisation on record.
  public let measures: [Adoption]
  /// The city's airports for measure 13, as `airports.json` gives them; nil without that file. The measure
  /// reads and checks it.
  public let airports: JSONValue?
  /// Published figures to compare with.
  public let figures: [PublishedFigure]

  /// What the rules say on adopting measures.
  public let gate: AdoptionGate
  private let itemIndex: [String: Int]
  private let agencyIndex: [String: Int]
  private let suggestions: ItemSuggestions

  /// A district.
  public struct District: Hashable, Sendable {
    /// A stable id, unique among the districts, such as `jiangbei`.
    public let id: String
    /// The name that pages and forms show.
    public let name: Phrase
    /// WGS 84 latitude of its middle, degrees.
    public let latitude: Double
    /// WGS 84 longitude of its middle, degrees.
    public let longitude: Double
  }

  /// An agency.
  public struct Agency: Hashable, Sendable {
    /// A stable id, unique among the agencies, by which items, posts and cases name it.
    public let id: String
    /// The name that pages and forms show.
    public let name: Phrase
    /// bureau, district, company or centre.
    public let kind: String
    /// The district that it governs, if it is a district's.
    public let district: String?
    /// The telephone number that citizens are given; the first agency's is the contact of Open311.
    public let phone: String
  }

  /// A way in which requests come in.
  public struct Channel: Hashable, Sendable {
    /// A stable id, unique among the channels, by which requests and figures name it.
    public let id: String
    /// The name that forms and figures show.
    public let name: Phrase
    /// phone, web, app, counter, paper, staff or interface.
    public let kind: String
  }

  /// A figure that somebody published, to compare our own with.
  public struct PublishedFigure: Hashable, Sendable {
    /// The indicator that it is compared with, by id, such as `requests.on-time`.
    public let indicator: String
    /// The figure in the indicator's own unit: a number of cases, a share of one, or days.
    public let value: Double
    /// The figure in the words in which it was published.
    public let label: Phrase
    /// The city or region that it is about.
    public let place: Phrase
    /// The document that gives it, such as 发改体改〔2023〕1447号.
    public let source: String
  }

  /// Reads a city from its files, by name: `city.json`, `catalogue.json` and, if there, `airports.json`.
  /// Throws 400 or 422 with file and place of the first fault, or all faults of reference at once.
  public init(files: [String: [UInt8]]) throws {
    let city = try ProfileReader(files, "city.json")
    let catalogue = try ProfileReader(files, "catalogue.json")
    code = try city.text("code")
    slug = try city.text("slug")
    name = try city.phrase("name")
    note = city.value["note"] == nil ? nil : try city.phrase("note")
    address = try city.site("address")
    hasNationalLog = city.value["nationalLog"]?.bool ?? false
    zone = ZoneOffset(seconds: Int(try city.integer("zone")))
    districts = try city.list("districts") { row in
      District(
        id: try row.text("id"), name: try row.phrase("name"), latitude: try row.number("lat"),
        longitude: try row.number("lon"))
    }
    agencies = try city.list("agencies") { row in
      Agency(
        id: try row.text("id"), name: try row.phrase("name"), kind: try row.text("kind"),
        district: row.value["district"]?.string, phone: try row.text("phone"))
    }
    channels = try city.list("channels") { row in
      Channel(id: try row.text("id"), name: try row.phrase("name"), kind: try row.text("kind"))
    }
    categories = try catalogue.list("categories") { row in
      CatalogueCategory(
        id: try row.text("id"), name: try row.phrase("name"),
        weight: Int(try row.integer("weight")))
    }
    items = try catalogue.list("items") { row in try CatalogueItem(row) }
    parameters = try city.list("parameters") { row in try CityParameter(row) }
    var adoptions = AdoptionReader()
    let entries = adoptions.read(city.value["measures"], at: "/measures")
    measures = entries.map(\.adoption)
    airports = try files["airports.json"].map { _ in try ProfileReader(files, "airports.json").value
    }
    gate = try AdoptionGate()
    figures = try city.list("figures") { row in
      guard let value = Double(try row.text("value")) else { throw row.fault("value") }
      return PublishedFigure(
        indicator: try row.text("indicator"), value: value, label: try row.phrase("label"),
        place: try row.phrase("place"), source: try row.text("source"))
    }
    itemIndex = try ProfileReader.unique(items.map(\.id), "catalogue.json items")
    agencyIndex = try ProfileReader.unique(agencies.map(\.id), "city.json agencies")
    _ = try ProfileReader.unique(districts.map(\.id), "city.json districts")
    _ = try ProfileReader.unique(channels.map(\.id), "city.json channels")
    _ = try ProfileReader.unique(categories.map(\.id), "catalogue.json categories")
    guard let fallback = itemIndex[try city.text("fallbackItem")] else {
      throw city.fault("fallbackItem")
    }
    fallbackItem = items[fallback]
    suggestions = ItemSuggestions(items)
    try checkReferences(adoptions.faults, entries)
  }

  private func checkReferences(
    _ faults: [Problem.Field], _ entries: [(pointer: String, adoption: Adoption)]
  ) throws(Problem) {
    var fields = faults
    func expect(_ holds: Bool, _ place: String, _ message: Phrase) {
      if !holds { fields.append(Problem.Field(place, message)) }
    }
    for (index, item) in items.enumerated() {
      let place = "catalogue.json /items/\(index)"
      expect(
        agencyIndex[item.agency] != nil, place,
        Phrase("承办单位“\(item.agency)”不存在。", en: "There is no agency “\(item.agency)”."))
      expect(
        category(item.category) != nil, place,
        Phrase("类别“\(item.category)”不存在。", en: "There is no category “\(item.category)”."))
    }
    for (index, agency) in agencies.enumerated() {
      guard let district = agency.district else { continue }
      expect(
        self.district(district) != nil, "city.json /agencies/\(index)",
        Phrase("区“\(district)”不存在。", en: "There is no district “\(district)”."))
    }
    for parameter in parameters {
      let days = parameter.series.map(\.from)
      expect(
        !days.isEmpty && zip(days, days.dropFirst()).allSatisfy { $0 < $1 },
        "city.json /parameters \(parameter.name)",
        Phrase("取值应按生效日期排列且不为空。", en: "Its values must be in order of date, at least one."))
    }
    fields += try AdoptionChecks(
      code: code, districts: Set(districts.map(\.id)), agencies: Set(agencyIndex.keys), gate: gate
    ).faults(entries)
    if !fields.isEmpty { throw .invalid(fields) }
  }

  // MARK: Look-ups

  /// An item of the catalogue.
  public func item(_ id: String) -> CatalogueItem? { itemIndex[id].map { items[$0] } }
  /// An agency.
  public func agency(_ id: String) -> Agency? { agencyIndex[id].map { agencies[$0] } }
  /// A district.
  public func district(_ id: String) -> District? { districts.first { $0.id == id } }
  /// A channel.
  public func channel(_ id: String) -> Channel? { channels.first { $0.id == id } }
  /// A category.
  public func category(_ id: String) -> CatalogueCategory? { categories.first { $0.id == id } }
  /// The items of a category.
  public func items(in category: String) -> [CatalogueItem] {
    items.filter { $0.category == category }
  }

  /// Who handles an item in a district: the district's own government where the item says so.
  public func responsible(_ item: CatalogueItem, district: String) -> Agency {
    if item.isByDistrict, let own = agencies.first(where: { $0.district == district }) {
      return own
    }
    return agency(item.agency) ?? agencies[0]
  }

  /// The value of a parameter on a day, with what it rests on; nil if there is none.
  public func parameter(_ name: String, on day: CivilDate) -> CityParameter.Step? {
    parameters.first { $0.name == name }?.series.last { $0.from <= day }
  }

  /// The district whose middle is nearest to a place.
  public func district(latitude: Double, longitude: Double) -> District? {
    districts.min { a, b in
      func distance(_ d: District) -> Double {
        let x = (d.longitude - longitude) * 0.92
        let y = d.latitude - latitude
        return x * x + y * y
      }
      return distance(a) < distance(b)
    }
  }

  /// Items that fit a text, the best first; see ``ItemSuggestions``.
  public func suggestItems(for text: String, limit: Int = 5) -> [(
    item: CatalogueItem, score: Double
  )] {
    suggestions.best(for: text, limit: limit).map { (item: items[$0.index], score: $0.score) }
  }
}

/// A category of the catalogue.
public struct CatalogueCategory: Hashable, Sendable {
  /// A stable id, unique among the categories, by which items name theirs.
  public let id: String
  /// The name that the catalogue and the figures show.
  public let name: Phrase
  /// Its share of requests in the simulated city, relative to the others.
  public let weight: Int
}

/// An item of the catalogue: what people may ask for, and who is responsible.
public struct CatalogueItem: Hashable, Sendable {
  /// A stable id, unique in the catalogue; Open311 calls it `service_code`.
  public let id: String
  /// The id of its ``CatalogueCategory``.
  public let category: String
  /// What it is about, in the few words in which citizens choose it.
  public let name: Phrase
  /// consultation, complaint, report, suggestion or help.
  public let service: String
  /// Words besides the name by which a text is matched to it; Open311 lists them. May be empty.
  public let keywords: [String]
  /// The responsible agency.
  public let agency: String
  /// Whether the district's government handles it in place of the agency.
  public let isByDistrict: Bool
  /// A handling period of its own, such as `3wd`.
  public let handlePeriod: String?

  init(_ row: ProfileReader) throws {
    id = try row.text("id")
    category = try row.text("category")
    name = try row.phrase("name")
    service = try row.text("service")
    keywords = (row.value["keywords"]?.array ?? []).compactMap(\.string)
    agency = try row.text("agency")
    isByDistrict = row.value["byDistrict"]?.bool ?? false
    handlePeriod = row.value["handlePeriod"]?.string
  }
}

/// A value that rules use, as it changed over time.
public struct CityParameter: Sendable {
  /// The name by which rules ask for it, such as `requests.dispatch`.
  public let name: String
  /// What it sets, in words, such as 派单时限.
  public let label: Phrase
  /// The values, the oldest first.
  public let series: [Step]

  /// A value from a day on.
  public struct Step: Sendable {
    /// The first day on which the value counts.
    public let from: CivilDate
    /// The value as text, read by the rule that uses it, such as `5wd`.
    public let value: String
    /// The article or the city's own policy that sets the value.
    public let basis: Basis
  }

  init(_ row: ProfileReader) throws {
    name = try row.text("name")
    label = try row.phrase("label")
    series = try row.list("series") { step in
      let basis: Basis
      if let law = step.value["law"] {
        let reader = step.at("law", law)
        basis = .law(
          Citation(
            try reader.text("instrument"), edition: try reader.text("edition"),
            article: law["article"]?.integer.map(Int.init),
            paragraph: law["paragraph"]?.integer.map(Int.init),
            item: law["item"]?.integer.map(Int.init),
            verified: law["verified"]?.bool ?? true))
      } else {
        basis = .cityPolicy(try step.phrase("policy"))
      }
      return Step(from: try step.date("from"), value: try step.text("value"), basis: basis)
    }
  }
}
