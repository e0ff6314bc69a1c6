import Commons

/// A message to a person, as a connector delivers it.
public struct Notice: Sendable {
  /// The key by which the receiving side can tell repetitions.
  public let id: String
  /// Where it goes: an e-mail address, a telephone number.
  public let recipient: String
  /// The subject line.
  public let subject: String
  /// The text.
  public let body: String
  /// When the act was recorded.
  public let date: Instant

  /// A message.
  public init(id: String, recipient: String, subject: String, body: String, date: Instant) {
    self.id = id
    self.recipient = recipient
    self.subject = subject
    self.body = body
    self.date = date
  }
}

/// A way out of the program: to a mail system, a short-message gateway, another platform.
///
/// Delivery happens at least once; ``Notice/id`` lets the other side drop repetitions.
public protocol Connector: Sendable {
  /// The name by which the configuration and the proofs call it.
  var name: String { get }
  /// Hands a message over. Returns the proof that the other side gave; throws
  /// ``DeliveryFailure`` if it did not take it.
  func deliver(_ notice: Notice) async throws -> String
}

/// Why a message was not taken.
public struct DeliveryFailure: Error, Sendable, CustomStringConvertible {
  /// What happened.
  public let description: String
  /// Whether trying again is no use.
  public let isLasting: Bool

  /// A failed delivery.
  public init(_ description: String, isLasting: Bool) {
    self.description = description
    self.isLasting = isLasting
  }
}
