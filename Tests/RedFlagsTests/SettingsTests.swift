import Commons
import RedFlags
import Testing

@Suite struct FlagSettingsTests {
  @Test func everythingIsRead() throws {
    let text = """
      \u{FEFF}; a comment
      currency = CNY
      no_price_comparison_procurement_methods = 竞价|"抽签"
      [output]
      info_currency_mismatches = true
      [exclusions]
      procurement_method_details: 直接采购|
      [R003]
      threshold = 20
      [R003.procurement_method_details]
      询比 = 5
      [R025]
      percentile = 50
      threshold = .05
      [R028]
      [R048]
      digits=3

      """
    let settings = try FlagSettings(ini: text.replacingLineEnds())
    #expect(settings.currency == "CNY")
    #expect(settings.incomparable == ["竞价", "\"抽签\""])
    #expect(settings.excluded == ["直接采购"])
    #expect(settings.shortPeriod?.threshold == 20)
    #expect(settings.shortPeriod?.thresholds == ["询比": 5])
    #expect(settings.losing?.percentile == 50)
    #expect(settings.losing?.threshold == 0.05)
    #expect(settings.identicalPrices)
    #expect(settings.heterogeneous?.digits == 3)
    #expect(settings.discount == nil)
    #expect(!settings.lateBid)
  }

  @Test(arguments: [
    ("[R024]\nthreshold = x", 2), ("[R999]", 1), ("[R003]\nthreshhold = 1", 2), ("[R024", 1),
    ("a b c", 1), ("[R048]\ndigits = -1", 2), ("[R024]\nthreshold = nan", 2), ("colour = red", 1),
  ]) func mistakesAreToldWithTheirLine(_ text: String, _ line: Int) {
    do throws(Problem) {
      _ = try FlagSettings(ini: text)
      Issue.record("\(text) was taken")
    } catch { #expect(error.fields.map(\.pointer) == ["line \(line)"]) }
  }

  @Test func withoutSectionsNothingIsComputed() throws {
    let line = #"{"ocid":"p","tender":{"numberOfTenderers":1,"procurementMethod":"open"}}"#
    #expect(try result([line], FlagSettings(ini: "")) == .object(["Meta": .object([:])]))
    #expect(try result([line], FlagSettings(ini: "[R018]"))["OCID"] != nil)
  }
}

extension String {
  /// As an editor on Windows writes it.
  fileprivate func replacingLineEnds() -> String {
    split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
  }
}
