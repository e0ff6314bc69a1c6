import Commons
import EvidenceLog

/// The verifier that travels with a receipt: one web page that checks what is in it, with the server
/// stopped and the network off.
enum VerifierPage {
  static func html(with receipt: Receipt) -> [UInt8] {
    let page = PackageResources.verifier_html
    let marker = Array("/*RECEIPT*/".utf8)
    guard let place = page.firstRange(of: marker) else { return page }
    // Inside a script element only “<” could end it.
    let json = receipt.json.canonicalBytes.flatMap { byte -> [UInt8] in
      byte == UInt8(ascii: "<") ? Array("\\u003c".utf8) : [byte]
    }
    return page[..<place.lowerBound] + json + page[place.upperBound...]
  }
}
