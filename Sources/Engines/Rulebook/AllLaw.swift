import Commons

/// The law that the program knows, whoever asks: a measure, a page, the command line.
public enum AllLaw {
  /// A pack with the name of its page and its title.
  public struct Entry: Sendable {
    /// Stands in addresses and file names.
    public let slug: String
    /// What it is about.
    public let title: Phrase
    /// The rules.
    public let pack: RulePack

    /// A pack under a name.
    public init(_ slug: String, _ title: Phrase, _ pack: RulePack) {
      self.slug = slug
      self.title = title
      self.pack = pack
    }
  }

  /// All packs, in the order in which they are listed.
  public static let entries: [Entry] = [
    Entry("court-fees", Phrase("诉讼费用", en: "Court fees"), CourtFees.pack),
    Entry("arbitration-fees", Phrase("仲裁费用", en: "Arbitration fees"), ArbitrationFees.pack),
    Entry(
      "civil-procedure", Phrase("民事诉讼期间", en: "Periods of civil procedure"),
      CivilProcedurePeriods.pack),
    Entry(
      "environmental-suits", Phrase("环境公益诉讼期间", en: "Periods of environmental suits"),
      EnvironmentalSuitPeriods.pack),
    Entry("hotline", Phrase("12345热线办理规则", en: "Rules of the 12345 hotline"), HotlineRules.pack),
    Entry("dormancy", Phrase("经营主体歇业", en: "Dormancy of businesses"), DormancyLaw.pack),
    Entry(
      "ip-competence", Phrase("知识产权管辖", en: "Competence in intellectual property"),
      IPCompetence.pack),
    Entry(
      "platform-notices", Phrase("平台知识产权通知", en: "Notices to platforms"), PlatformNotices.pack),
    Entry("adoption", Phrase("采用改革举措", en: "Adoption of measures"), AdoptionScope.pack),
    Entry(
      "reconsideration", Phrase("行政复议", en: "Administrative reconsideration"),
      ReconsiderationLaw.pack),
    Entry("trade-secrets", Phrase("商业秘密", en: "Trade secrets"), TradeSecretLaw.pack),
    Entry(
      "procurement", Phrase("招标投标期限", en: "Periods of tendering"), ProcurementPeriods.pack),
    Entry(
      "unmanned-flight", Phrase("无人驾驶航空器飞行", en: "Flight of unmanned aircraft"),
      UnmannedFlight.pack),
  ]

  private static let loaded: Result<RuleBase, Problem> = load(entries)

  private static func load(_ entries: [Entry]) -> Result<RuleBase, Problem> {
    do throws(Problem) { return .success(try RuleBase(entries.map(\.pack))) } catch {
      return .failure(error)
    }
  }

  /// All packs, checked together once.
  ///
  /// - Throws: ``Problem`` 422 that lists what is wrong with them.
  public static func base() throws(Problem) -> RuleBase { try loaded.get() }
}
