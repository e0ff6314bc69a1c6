import Commons
import EvidenceLog

/// The verifiers that travel with a proof: web pages that check what is in them, or what they are given,
/// with the server stopped and the network off.
enum VerifierPage {
  /// The page of one receipt.
  static func html(with receipt: Receipt) -> [UInt8] {
    filled(PackageResources.verifier_html, "RECEIPT", receipt.json)
  }

  /// The page that checks certificates under keys that it brings along.
  static func html(trusting keys: JSONValue) -> [UInt8] {
    filled(PackageResources.verify_html, "TRUST", keys)
  }

  /// What a browser may do with such a page: run its own script, and fetch nothing.
  static let policy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src blob:; "
    + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

  private static func filled(_ page: [UInt8], _ mark: String, _ value: JSONValue) -> [UInt8] {
    // Inside a script element only “<” could end it.
    let json = value.canonicalBytes.flatMap { byte -> [UInt8] in
      byte == UInt8(ascii: "<") ? Array("\\u003c".utf8) : [byte]
    }
    let whole = replacing("/*PROOFS*/", in: page, with: PackageResources.proofs_js)
    return replacing("/*\(mark)*/", in: whole, with: json)
  }

  private static func replacing(_ mark: String, in page: [UInt8], with bytes: [UInt8]) -> [UInt8] {
    guard let place = page.firstRange(of: Array(mark.utf8)) else { return page }
    return page[..<place.lowerBound] + bytes + page[place.upperBound...]
  }
}
