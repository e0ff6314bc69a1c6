import Commons

extension AssetInventory {
  /// Reads the document; throws 422 with everything at fault.
  public init(_ json: JSONValue) throws(Problem) {
    var reader = InventoryReader()
    guard json["format"]?.string == AssetInventory.format else {
      throw .malformed(
        Phrase(
          "不是商业秘密清单（format 应为 \(AssetInventory.format)）。",
          en: "This is no inventory: its format must be \(AssetInventory.format)."))
    }
    let assets = (json["assets"]?.array ?? []).enumerated().map {
      reader.asset($1, "assets[\($0)]")
    }
    let people = (json["people"]?.array ?? []).enumerated().map {
      reader.person($1, "people[\($0)]")
    }
    reader.distinct(assets.map(\.id), "assets")
    reader.distinct(people.map(\.id), "people")
    reader.distinct(assets.flatMap(\.carriers).map(\.id), "carriers")
    if assets.isEmpty {
      reader.fault("assets", Phrase("清单为空。", en: "The inventory is empty."))
    }
    guard reader.faults.isEmpty else { throw .invalid(reader.faults) }
    self.assets = assets
    self.people = people
  }

  /// An example to begin with.
  public static let example: JSONValue = [
    "format": .string(format),
    "assets": [
      [
        "id": "A-001", "name": "推荐算法", "class": "algorithm", "level": "core", "version": "3.2",
        "carriers": [
          [
            "id": "C-01", "kind": "system", "place": "代码仓库", "marked": true, "encrypted": true,
          ]
        ], "posts": ["研发总监", "算法工程师"], "deposits": [], "review": "2027-01-31",
      ],
      [
        "id": "A-002", "name": "客户名单", "class": "customers", "level": "important",
        "carriers": [
          ["id": "C-02", "kind": "file", "place": "销售部共享盘", "marked": true, "encrypted": true]
        ], "posts": ["销售经理"], "deposits": [], "review": "2027-01-31",
      ],
    ],
    "people": [
      ["id": "P-01", "name": "张三", "posts": ["研发总监"], "agreement": "2024-03-01"],
      [
        "id": "P-02", "name": "李四", "posts": ["销售经理"], "agreement": "2024-03-01",
        "left": "2026-02-27", "returned": [],
      ],
    ],
  ]
}

/// Reads an inventory and names everything that is wrong.
private struct InventoryReader {
  private(set) var faults: [Problem.Field] = []

  mutating func fault(_ place: String, _ message: Phrase) {
    faults.append(Problem.Field(place, message))
  }

  mutating func distinct(_ ids: [String], _ what: String) {
    var seen: Set<String> = []
    for id in ids where !seen.insert(id).inserted {
      fault(what, Phrase("编号“\(id)”重复。", en: "“\(id)” is there twice."))
    }
  }

  private mutating func text(_ json: JSONValue, _ name: String, _ place: String) -> String {
    guard let text = json[name]?.string, !text.isEmpty, text.utf8.count <= 400 else {
      fault("\(place).\(name)", Phrase("缺失、为空或过长。", en: "It is missing, empty or too long."))
      return ""
    }
    return text
  }

  private mutating func code<Code: RawRepresentable & CaseIterable>(
    _ json: JSONValue, _ name: String, _ place: String, else other: Code
  ) -> Code where Code.RawValue == String {
    if let code = json[name]?.string.flatMap(Code.init(rawValue:)) { return code }
    let known = Code.allCases.map(\.rawValue).joined(separator: ", ")
    fault("\(place).\(name)", Phrase("应为其中之一：\(known)。", en: "It must be one of: \(known)."))
    return other
  }

  private mutating func date(_ json: JSONValue, _ name: String, _ place: String) -> CivilDate? {
    guard let value = json[name], value != .null else { return nil }
    if let day = value.string.flatMap({ CivilDate($0) }) { return day }
    fault(
      "\(place).\(name)", Phrase("应为日期，例如 2026-03-02。", en: "It must be a day such as 2026-03-02."))
    return nil
  }

  private mutating func texts(_ json: JSONValue, _ name: String, _ place: String) -> [String] {
    guard let value = json[name], value != .null else { return [] }
    guard let texts = value.array?.map(\.string), texts.allSatisfy({ $0 != nil }) else {
      fault("\(place).\(name)", Phrase("应为文字的列表。", en: "It must be a list of texts."))
      return []
    }
    return texts.compactMap { $0 }
  }

  mutating func asset(_ json: JSONValue, _ place: String) -> AssetInventory.Asset {
    let carriers = (json["carriers"]?.array ?? []).enumerated().map {
      carrier($1, "\(place).carriers[\($0)]")
    }
    let deposits = texts(json, "deposits", place)
    for deposit in deposits where Hex.decode(deposit)?.count != 32 {
      fault(
        "\(place).deposits", Phrase("“\(deposit)”不是存证值。", en: "“\(deposit)” is no deposit value."))
    }
    return AssetInventory.Asset(
      id: text(json, "id", place), name: text(json, "name", place),
      kind: code(json, "class", place, else: .other),
      level: code(json, "level", place, else: .general), version: json["version"]?.string,
      carriers: carriers, posts: texts(json, "posts", place), deposits: deposits,
      review: date(json, "review", place))
  }

  private mutating func carrier(_ json: JSONValue, _ place: String) -> AssetInventory.Carrier {
    let kind = text(json, "kind", place)
    if !AssetInventory.Carrier.kinds.contains(kind) {
      let known = AssetInventory.Carrier.kinds.joined(separator: ", ")
      fault("\(place).kind", Phrase("应为其中之一：\(known)。", en: "It must be one of: \(known)."))
    }
    return AssetInventory.Carrier(
      id: text(json, "id", place), kind: kind, place: text(json, "place", place),
      isMarked: json["marked"]?.bool ?? false, isEncrypted: json["encrypted"]?.bool ?? false)
  }

  mutating func person(_ json: JSONValue, _ place: String) -> AssetInventory.Person {
    AssetInventory.Person(
      id: text(json, "id", place), name: text(json, "name", place),
      posts: texts(json, "posts", place), agreement: date(json, "agreement", place),
      left: date(json, "left", place), reminded: date(json, "reminded", place),
      returned: texts(json, "returned", place))
  }
}
