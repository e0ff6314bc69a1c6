import CaseWork
import Commons
import HTTPValues
import MeasureKit

/// The page with which a bidder seals a bid in the browser. It is one file that works with the network off, and the
/// browser itself forbids it to send anything: no server ever sees the bid.
enum SealPage {
  /// Where it is.
  static let path = "/procurement/seal.html"

  /// What a browser may do with it: run its own script and save files, and reach nothing.
  private static let policy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'none'; "
    + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

  static func show() -> Response {
    var response = Response(type: "text/html; charset=utf-8", PackageResources.seal_html)
    response.headers.set("content-security-policy", policy)
    return response
  }

  /// The address of the page with the number and the two opening keys of a purchase filled in.
  static func address(_ number: String, _ keys: [String]) -> String {
    let words =
      ["project=\(PercentCoding.encode(number))"] + keys.map { "key=\(PercentCoding.encode($0))" }
    return "\(path)?\(words.joined(separator: "&"))"
  }
}
