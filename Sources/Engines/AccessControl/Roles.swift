import Commons

/// What somebody may be in the city's administration: a set of permissions under a name. Measures
/// declare roles; a post gives one to a person, within an agency.
public struct Role: Hashable, Sendable {
  /// A stable id, such as `requests.handler`.
  public let id: String
  /// Its name.
  public let name: Phrase
  /// What it allows.
  public let permissions: Set<String>
  /// Whether it reaches the cases of every agency, or only those of the post's own.
  public let reachesAllAgencies: Bool

  /// A role.
  public init(
    _ id: String, _ name: Phrase, _ permissions: Set<String>, reachesAllAgencies: Bool = false
  ) {
    self.id = id
    self.name = name
    self.permissions = permissions
    self.reachesAllAgencies = reachesAllAgencies
  }
}

/// Two roles that one person may not hold together (separation of duties), and why.
public struct RoleSeparation: Hashable, Sendable {
  /// One role.
  public let first: String
  /// The other.
  public let second: String
  /// What the separation rests on.
  public let basis: Basis

  /// A separation.
  public init(_ first: String, _ second: String, _ basis: Basis) {
    self.first = first
    self.second = second
    self.basis = basis
  }

  func forbids(_ roles: Set<String>) -> Bool { roles.contains(first) && roles.contains(second) }
}

/// A role that somebody holds, in an agency.
public struct Post: Hashable, Sendable {
  /// The role's id.
  public let role: String
  /// The agency; nil for a role that belongs to none.
  public let agency: String?

  /// A post.
  public init(_ role: String, agency: String? = nil) {
    self.role = role
    self.agency = agency
  }

  /// The canonical form.
  public var json: JSONValue {
    var fields: [String: JSONValue] = ["role": .string(role)]
    if let agency { fields["agency"] = .string(agency) }
    return .object(fields)
  }

  /// Reads a list of posts; throws 400 for anything else.
  public static func list(_ text: String) throws -> [Post] {
    guard let entries = try JSONValue(parsing: Array(text.utf8)).array else {
      throw Problem.malformed(Phrase("岗位列表无法读取。", en: "The list of posts cannot be read."))
    }
    return try entries.map { entry in
      guard let role = entry["role"]?.string else {
        throw Problem.malformed(Phrase("岗位缺少角色。", en: "A post lacks its role."))
      }
      return Post(role, agency: entry["agency"]?.string)
    }
  }

  /// The canonical text of a list of posts.
  public static func text(_ posts: [Post]) -> String {
    JSONValue.array(posts.map(\.json)).canonical
  }
}

/// What a person's posts come to.
public struct Reach: Hashable, Sendable {
  /// All permissions.
  public let permissions: Set<String>
  /// Agencies whose cases are within reach; nil for all.
  public let agencies: Set<String>?
  /// The agency of the first post that has one.
  public let agency: String?
  /// The roles' names, in the order of the posts.
  public let names: [Phrase]
}

/// The roles of a city and which of them exclude each other: access control as data.
public struct AccessPolicy: Sendable {
  /// All roles.
  public let roles: [Role]
  /// All separations.
  public let separations: [RoleSeparation]
  /// What anybody may do, signed in or not: bring a matter, and go on with an own one.
  public let everybody: Set<String>
  private let byID: [String: Role]

  /// A policy; of two roles with one id the first counts.
  public init(roles: [Role], separations: [RoleSeparation], everybody: Set<String> = []) {
    self.everybody = everybody
    self.roles = roles
    self.separations = separations
    byID = Dictionary(roles.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// A role.
  public func role(_ id: String) -> Role? { byID[id] }

  /// What posts allow. A role that is not known any more allows nothing.
  public func reach(of posts: [Post]) -> Reach {
    var permissions: Set<String> = []
    var agencies: Set<String>? = []
    var names: [Phrase] = []
    for post in posts {
      guard let role = byID[post.role] else { continue }
      permissions.formUnion(role.permissions)
      names.append(role.name)
      if role.reachesAllAgencies {
        agencies = nil
      } else if let agency = post.agency {
        agencies?.insert(agency)
      }
    }
    return Reach(
      permissions: permissions, agencies: agencies, agency: posts.lazy.compactMap(\.agency).first,
      names: names)
  }

  /// Throws 422 if a role is not known, an agency is missing, or two roles exclude each other.
  public func check(_ posts: [Post]) throws(Problem) {
    var fields: [Problem.Field] = []
    for (index, post) in posts.enumerated() {
      guard let role = byID[post.role] else {
        fields.append(
          Problem.Field(
            "posts/\(index)",
            Phrase("没有角色“\(post.role)”。", en: "There is no role “\(post.role)”.")))
        continue
      }
      if !role.reachesAllAgencies, !role.permissions.isEmpty, post.agency == nil {
        fields.append(
          Problem.Field(
            "posts/\(index)",
            Phrase(
              "角色“\(role.name.zh)”须注明所在单位。",
              en: "The role “\(role.name.en)” needs an agency.")))
      }
    }
    guard fields.isEmpty else { throw .invalid(fields) }
    let held = Set(posts.map(\.role))
    if let rule = separations.first(where: { $0.forbids(held) }) {
      let names = [rule.first, rule.second].map { byID[$0]?.name ?? .same($0) }
      throw .refused(
        "separation-of-duties",
        Phrase(
          "“\(names[0].zh)”与“\(names[1].zh)”不得由同一人担任。",
          en: "“\(names[0].en)” and “\(names[1].en)” may not be held by one person."),
        because: [rule.basis])
    }
  }
}
