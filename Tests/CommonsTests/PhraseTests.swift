import Commons
import Testing

@Suite struct PhraseTests {
  /// Names of commands become titles; names of things are nobody's to change.
  @Test func titlesBeginWithACapitalAndNamesStay() {
    #expect(Phrase("受理", en: "take over").titled == Phrase("受理", en: "Take over"))
    #expect(Phrase("已办", en: "Done").titled.en == "Done")
    #expect(Phrase("空", en: "").titled.en == "")
    #expect(Phrase.same("eHang 216").titled.en == "eHang 216")
  }

  @Test func lawsHaveAnEnglishTitleWhereOneIsKnown() {
    let known = Citation("行政复议法", edition: "2023-09-01", article: 62)
    #expect(known.phrase.zh == "《行政复议法》第62条")
    #expect(known.phrase.en == "Administrative Reconsideration Law, art. 62")
    #expect(known.title.zh == "行政复议法")
  }
}
