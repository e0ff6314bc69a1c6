import Commons

/// A firm's list of its secrets: what, how secret, on which carriers, known to which posts, and who holds
/// these posts or has left them. It never leaves the firm; a deposit of it may be registered.
public struct AssetInventory: Sendable {
  /// How secret. Three levels, as is usual in firms; no law names them.
  public enum Level: String, CaseIterable, Sendable {
    case core, important, general

    /// How it is called.
    public var name: Phrase {
      switch self {
      case .core: Phrase("核心", en: "core")
      case .important: Phrase("重要", en: "important")
      case .general: Phrase("一般", en: "general")
      }
    }
  }

  /// What kind of information (art. 1 of the provisions of 2020); an algorithm is a class of its own.
  public enum Class: String, CaseIterable, Sendable {
    case algorithm, program, data, formula, process, design, material, customers, plan, bid,
      finance,
      other

    /// How it is called.
    public var name: Phrase {
      switch self {
      case .algorithm: Phrase("算法", en: "algorithm")
      case .program: Phrase("计算机程序", en: "program")
      case .data: Phrase("数据", en: "data")
      case .formula: Phrase("配方", en: "formula")
      case .process: Phrase("工艺、方法", en: "process, method")
      case .design: Phrase("结构、样式", en: "structure, design")
      case .material: Phrase("原料、材料", en: "material")
      case .customers: Phrase("客户信息", en: "customer information")
      case .plan: Phrase("创意、计划", en: "idea, plan")
      case .bid: Phrase("招投标材料", en: "bids")
      case .finance: Phrase("财务", en: "finance")
      case .other: Phrase("其他", en: "other")
      }
    }
  }

  /// On what a secret lies.
  public struct Carrier: Sendable {
    /// A stable name within the inventory.
    public let id: String
    /// `paper`, `file`, `system`, `sample` or `equipment`.
    public let kind: String
    /// Where it is.
    public let place: String
    /// Whether it bears its level.
    public let isMarked: Bool
    /// Whether it is encrypted; only files and systems can be.
    public let isEncrypted: Bool

    static let kinds = ["paper", "file", "system", "sample", "equipment"]
    var isElectronic: Bool { kind == "file" || kind == "system" }
  }

  /// One secret.
  public struct Asset: Sendable {
    /// The firm's own number.
    public let id: String
    /// What it is called inside the firm.
    public let name: String
    /// The kind.
    public let kind: Class
    /// How secret.
    public let level: Level
    /// The version, which an algorithm needs.
    public let version: String?
    /// The carriers.
    public let carriers: [Carrier]
    /// The posts that may know it.
    public let posts: [String]
    /// The deposits of it, in hex.
    public let deposits: [String]
    /// When it is looked at again.
    public let review: CivilDate?
  }

  /// Somebody with access.
  public struct Person: Sendable {
    /// The firm's own number.
    public let id: String
    /// The name.
    public let name: String
    /// The posts that the person holds or held.
    public let posts: [String]
    /// When the agreement was signed.
    public let agreement: CivilDate?
    /// The last day, of a leaver.
    public let left: CivilDate?
    /// When a leaver was reminded in writing.
    public let reminded: CivilDate?
    /// The carriers that a leaver gave back, erased or destroyed.
    public let returned: [String]
  }

  /// The name of the format.
  public static let format = "tequ-secret-inventory-1"

  /// The secrets.
  public let assets: [Asset]
  /// The people.
  public let people: [Person]

  /// The secrets that somebody's posts may know.
  public func known(to person: Person) -> [Asset] {
    assets.filter { asset in asset.posts.contains { person.posts.contains($0) } }
  }

  /// A person by number; throws 404 if there is none.
  public func person(_ id: String) throws(Problem) -> Person {
    guard let found = people.first(where: { $0.id == id }) else {
      throw .notFound(Phrase("清单中没有人员“\(id)”。", en: "The inventory has no person “\(id)”."))
    }
    return found
  }

  // MARK: Check

  /// Something that the inventory shows to be missing.
  public struct Finding: Sendable {
    /// Which rule.
    public let rule: String
    /// The asset or person.
    public let subject: String
    /// What is missing.
    public let message: Phrase
    /// On what it rests.
    public let basis: Basis
  }

  private static let city = Basis.cityPolicy(
    Phrase("商业秘密清单核对规则（本项目）", en: "rules for checking inventories (this project's)"))

  /// Everything that is missing on a day.
  public func findings(on day: CivilDate) -> [Finding] {
    assets.flatMap { findings(of: $0, on: day) } + people.flatMap { findings(of: $0, on: day) }
  }

  private func findings(of asset: Asset, on day: CivilDate) -> [Finding] {
    var found: [Finding] = []
    func expect(_ holds: Bool, _ rule: String, _ message: Phrase, _ basis: Basis) {
      if !holds {
        found.append(Finding(rule: rule, subject: asset.id, message: message, basis: basis))
      }
    }
    expect(
      !asset.carriers.isEmpty, "carrier", Phrase("没有登记载体", en: "no carrier is listed"),
      ClauseSet.court(5))
    expect(
      !asset.posts.isEmpty, "posts", Phrase("没有限定知悉岗位", en: "access is not limited to posts"),
      ClauseSet.court(6, item: 4))
    for carrier in asset.carriers {
      expect(
        carrier.isMarked, "marking",
        Phrase("载体\(carrier.id)未标密级", en: "carrier \(carrier.id) is not marked"),
        ClauseSet.court(6, item: 4))
      expect(
        asset.level == .general || !carrier.isElectronic || carrier.isEncrypted, "encryption",
        Phrase("电子载体\(carrier.id)未加密", en: "carrier \(carrier.id) is not encrypted"),
        ClauseSet.court(6, item: 4))
    }
    expect(
      asset.level != .core || !asset.deposits.isEmpty, "deposit",
      Phrase("核心秘密没有存证", en: "a core secret without a deposit"), AssetInventory.city)
    if asset.kind == .algorithm {
      expect(
        asset.version != nil, "version", Phrase("算法没有版本号", en: "an algorithm without a version"),
        ClauseSet.court(1))
      expect(
        !asset.deposits.isEmpty, "algorithm-deposit",
        Phrase("算法没有存证", en: "an algorithm without a deposit"), AssetInventory.city)
    }
    expect(
      asset.review.map { $0 >= day } ?? true, "review",
      Phrase("已过复核日", en: "its review is overdue"),
      AssetInventory.city)
    return found
  }

  private func findings(of person: Person, on day: CivilDate) -> [Finding] {
    var found: [Finding] = []
    func add(_ rule: String, _ message: Phrase, _ item: Int) {
      found.append(
        Finding(
          rule: rule, subject: person.id, message: message, basis: ClauseSet.court(6, item: item)))
    }
    let known = known(to: person)
    guard !known.isEmpty else { return [] }
    if person.agreement == nil {
      add("agreement", Phrase("能接触秘密但没有保密协议", en: "has access without an agreement"), 1)
    }
    guard let left = person.left, left <= day else { return found }
    if person.reminded == nil {
      add("leaver-reminder", Phrase("离职后没有书面提醒", en: "left and was not reminded in writing"), 6)
    }
    for carrier in known.flatMap(\.carriers) where carrier.kind != "system" {
      guard !person.returned.contains(carrier.id) else { continue }
      add(
        "leaver-return",
        Phrase(
          "离职后载体\(carrier.id)没有返还或清除记录", en: "left; carrier \(carrier.id) is not accounted for"),
        6)
    }
    return found
  }
}
