import Books
import CityProfiles
import Commons
import Desk
import MeasureKit
import Storage

/// Requests that come through another measure: it files an act whose content has an intake under `request`;
/// the request is opened here once, however often the act is heard.
extension RequestsMeasure {
  /// The kinds of acts by which other measures pass requests on.
  static let referring: Set<String> = ["low-altitude.complaint.file"]

  var referrals: ActSubscription {
    ActSubscription("requests.referrals", to: RequestsMeasure.referring, opensActs: true) {
      [desk, rules] heard in
      // What was said may have been destroyed meanwhile: then nobody asks any more.
      guard let words = heard.content?["request"], var intake = Intake(words) else { return }
      let origin = Hex.encode(heard.act.matter)
      intake.source = "origin:\(origin)"
      do {
        _ = try await desk.submit(
          SubmitRequest(intake, rules: rules, origin: origin),
          by: .system(["requests.import"]), .init(idempotencyKey: "referral.\(origin)"))
      } catch let problem as Problem where (400..<500).contains(problem.status) {
        // It was opened before, or what it asks can never be opened: telling it again would change nothing.
      }
    }
  }
}
