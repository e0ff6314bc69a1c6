import Commons
import Foundation
import Interchange

/// The other systems with which the city shares a secret: `partners` in `config.json`, each with `url` and
/// `secret`; an exchange from which the city fetches releases has `feed` besides.
struct Partners: Sendable {
  private struct Partner: Sendable {
    let secret: SharedSecret
    let webhook: SignedWebhook
    let feed: SignedFeed?
  }

  private let partners: [String: Partner]

  /// Those of a folder; none without a configuration.
  ///
  /// - Throws: ``Problem`` for an address that is none or a secret that is too short.
  init(_ folder: DataFolder) throws {
    var found: [String: Partner] = [:]
    if let data = FileManager.default.contents(atPath: folder.path + "/config.json") {
      let listed = try JSONValue(parsing: Array(data))["partners"]?.object ?? [:]
      for (name, entry) in listed {
        let secret = try SharedSecret(entry["secret"]?.string ?? "")
        found[name] = Partner(
          secret: secret,
          webhook: try SignedWebhook(address: entry["url"]?.string ?? "", secret: secret),
          feed: try entry["feed"]?.string.map { try SignedFeed($0, secret: secret) })
      }
    }
    partners = found
  }

  /// The secrets, by partner.
  var secrets: [String: SharedSecret] { partners.mapValues(\.secret) }

  /// What the city fetches from, by partner.
  var feeds: [String: SignedFeed] { partners.compactMapValues(\.feed) }

  /// The way to a partner.
  ///
  /// - Throws: a lasting ``DeliveryFailure`` if there is none: somebody must set it up, or serve the
  ///   message otherwise.
  func webhook(_ name: String) throws -> SignedWebhook {
    guard let partner = partners[name] else {
      throw DeliveryFailure("no address of \(name) in config.json", isLasting: true)
    }
    return partner.webhook
  }
}
