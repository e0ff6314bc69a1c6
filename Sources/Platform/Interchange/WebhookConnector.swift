import Commons

/// Posts each message as JSON to an address: a short-message gateway, a mail service, another
/// platform. The body is signed with HMAC-SHA-256 in `Tequ-Signature`; `Idempotency-Key` lets the
/// receiver drop repetitions. Any 2xx answer counts as taken.
public struct WebhookConnector: Connector {
  private let way: WebhookPost
  private let secret: [UInt8]
  /// The entry of `config.json` that sets it up; its proofs begin with it.
  public let name = "webhook"

  /// A connector to an http or https address.
  ///
  /// - Throws: ``Problem`` 400 for an address that is none.
  public init(address: String, secret: [UInt8], timeoutSeconds: Double = 10) throws(Problem) {
    way = try WebhookPost(address, timeoutSeconds: timeoutSeconds)
    self.secret = secret
  }

  /// Posts one message; the proof is `webhook:` and the status.
  ///
  /// - Throws: ``DeliveryFailure``; lasting for a status 4xx but 401, 403, 408, 425 and 429.
  public func deliver(_ notice: Notice) async throws -> String {
    let body = JSONValue.object([
      "id": .string(notice.id), "to": .string(notice.recipient),
      "subject": .string(notice.subject), "body": .string(notice.body),
      "date": .string(notice.date.description),
    ]).canonicalBytes
    let answer = try await way.post(
      body,
      [
        ("Idempotency-Key", notice.id),
        ("Tequ-Signature", Hex.encode(MAC.sha256(body, key: secret))),
      ])
    return "webhook:\(answer.status)"
  }
}
