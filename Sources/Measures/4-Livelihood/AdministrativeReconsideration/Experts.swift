import CityProfiles
import Commons

/// An expert whom the committee may call.
struct Expert: Hashable, Sendable {
  let id: String
  let name: String
  let field: String
  /// The agency or body to which the expert belongs.
  let employer: String
}

/// A draw that anybody can repeat: experts in the order of SHA-256 over a seed and their ids.
enum ExpertDraw {
  /// The first `count` of those who do not belong to the respondent.
  static func draw(
    _ experts: [Expert], count: Int, seed: String, respondent: String?
  ) -> [Expert] {
    let free = experts.filter { $0.employer != respondent }
    let ranked = free.map { (rank: Digest.of(Array("\(seed)|\($0.id)".utf8)).hex, expert: $0) }
    return ranked.sorted { $0.rank < $1.rank }.prefix(count).map(\.expert)
  }
}

extension ReconsiderationRules {
  /// How many experts give an opinion.
  var expertsPerCase: Int { whole("experts-per-case") }

  /// The roster: one parameter `reconsideration.expert.ID` for each, `name|field|employer`.
  var experts: [Expert] {
    let prefix = "reconsideration.expert."
    return profile.parameters.filter { $0.name.hasPrefix(prefix) }.compactMap { parameter in
      let parts = parameter.series.last?.value.split(separator: "|").map(String.init) ?? []
      guard parts.count == 3 else { return nil }
      return Expert(
        id: String(parameter.name.dropFirst(prefix.count)), name: parts[0], field: parts[1],
        employer: parts[2])
    }.sorted { $0.id < $1.id }
  }
}
