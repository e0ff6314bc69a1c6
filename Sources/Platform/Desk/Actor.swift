import Commons

/// Who acts, as the desk and the measures see it.
public struct Actor: Hashable, Sendable {
  /// What kind of person or thing.
  public enum Kind: String, Hashable, Sendable {
    /// Somebody who has not signed in.
    case anonymous
    /// A signed-in citizen or firm.
    case citizen
    /// An official, with posts.
    case staff
    /// The program itself: clocks, imports, projections.
    case system
  }

  /// What kind.
  public let kind: Kind
  /// The account; 0 for nobody known, -1 for the system.
  public let account: Int64
  /// What the posts allow.
  public let permissions: Set<String>
  /// The agency of the post.
  public let agency: String?
  /// Agencies whose cases the post may handle; nil for all.
  public let agencies: Set<String>?
  /// The account for which an agent acts under a mandate.
  public let principal: Int64?

  /// An actor.
  public init(
    kind: Kind, account: Int64, permissions: Set<String>, agency: String? = nil,
    agencies: Set<String>? = [], principal: Int64? = nil
  ) {
    self.kind = kind
    self.account = account
    self.permissions = permissions
    self.agency = agency
    self.agencies = agencies
    self.principal = principal
  }

  /// The program itself, with these permissions.
  public static func system(_ permissions: Set<String>) -> Actor {
    Actor(kind: .system, account: -1, permissions: permissions, agencies: nil)
  }

  /// The person whose matter it is: the principal of an agent, else the actor.
  public var applicant: Int64? {
    if let principal { return principal }
    return kind == .citizen ? account : nil
  }

  /// Whether a permission is held.
  public func may(_ permission: String) -> Bool { permissions.contains(permission) }

  /// Throws 401 or 403 unless a permission is held.
  public func require(_ permission: String) throws(Problem) {
    guard may(permission) else {
      if kind == .anonymous { throw .loginNeeded }
      throw .forbidden(
        Phrase(
          "您的岗位没有此项权限（\(permission)）。",
          en: "Your post does not include this permission (\(permission))."))
    }
  }

  /// Whether the cases of an agency are within the post's reach.
  public func covers(agency: String?) -> Bool {
    guard let agencies else { return true }
    guard let agency else { return false }
    return agencies.contains(agency)
  }
}
