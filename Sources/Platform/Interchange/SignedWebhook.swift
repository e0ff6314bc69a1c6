import Commons

/// Posts signed messages to the address of one other system, see ``SignedMessage``.
public struct SignedWebhook: Sendable {
  private let way: WebhookPost
  private let secret: SharedSecret

  /// A way to an http or https address.
  ///
  /// - Throws: ``Problem`` 400 for an address that is none.
  public init(
    address: String, secret: SharedSecret, timeoutSeconds: Double = 5
  ) throws(Problem) {
    way = try WebhookPost(address, timeoutSeconds: timeoutSeconds)
    self.secret = secret
  }

  /// Posts a message; the proof is the status and the receipt that the other side gave.
  ///
  /// - Throws: ``DeliveryFailure``; lasting for a status 4xx but 401, 403, 408, 425 and 429.
  public func post(_ body: JSONValue, key: String, at moment: Instant) async throws -> String {
    let bytes = body.canonicalBytes
    let answer = try await way.post(
      bytes,
      [
        (SignedMessage.keyHeader, key), (SignedMessage.timeHeader, String(moment.seconds)),
        (
          SignedMessage.signatureHeader,
          SignedMessage.signature(bytes, key: key, at: moment.seconds, secret)
        ),
      ])
    let receipt = (try? JSONValue(parsing: answer.body))?["receipt"]?.string
    return "webhook:\(answer.status) " + (receipt.map { String($0.prefix(100)) } ?? "no receipt")
  }
}
