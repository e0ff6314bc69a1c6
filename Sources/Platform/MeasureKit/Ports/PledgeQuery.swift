import Commons
import Storage

/// Whether shares of a business are pledged, as whoever keeps the register of security interests
/// (measure 3) answers it to other measures. A port: it asks the view, so that both sides fall in one
/// transaction, and does nothing else.
public protocol PledgeQuery: Sendable {
  /// Whether a register stands behind it; pages say so where none does.
  var isConnected: Bool { get }
  /// What is known of a business by its unified social credit code.
  func pledge(of code: String, _ view: any View) throws -> PledgeAnswer
}

/// What a register answers. That it was not asked is not that there is nothing.
public enum PledgeAnswer: Hashable, Sendable {
  /// Whether a pledge is registered.
  case pledged(Bool)
  /// No answer, for this reason.
  case notAvailable(because: Phrase)
}

/// The stand-in while the city has no register of security interests: it answers nothing, and says so.
public struct NoPledgeQuery: PledgeQuery {
  /// A stand-in.
  public init() {}
  /// No register stands behind it.
  public var isConnected: Bool { false }
  /// Not available.
  public func pledge(of code: String, _ view: any View) -> PledgeAnswer {
    .notAvailable(
      because: Phrase(
        "担保信息互联互通（举措3）尚未接入。", en: "The search over pledges (measure 3) is not connected yet."))
  }
}
