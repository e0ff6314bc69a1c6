import Commons

/// Whether what a registration authority must publish by law reaches the national publicity system
/// (国家企业信用信息公示系统) by itself. A port: what is to be published stands in the measure's own
/// table; a channel hands it over.
public protocol PublicityChannel: Sendable {
  /// Whether a system stands behind it; pages and answers say so where none does.
  var isConnected: Bool { get }
  /// What happens to a publication.
  var explanation: Phrase { get }
}

/// The stand-in while no such system is connected: publications wait in the measure's interface, in the
/// terms of the law, until somebody takes them over and says so. Nothing is assumed of the national
/// system's own interface, of which no description was at hand (unverified).
public struct PublicityExport: PublicityChannel {
  /// A stand-in.
  public init() {}
  /// No system stands behind it.
  public var isConnected: Bool { false }
  /// It is exported.
  public var explanation: Phrase {
    Phrase(
      "国家企业信用信息公示系统尚未接入：公示内容按法定事项导出，由登记机关录入后回填（其接口未核对）。",
      en:
        "The national publicity system is not connected: publications are exported in the terms of the "
        + "law, entered there by the registrar and marked as handed over (its interface is unverified)."
    )
  }
}
