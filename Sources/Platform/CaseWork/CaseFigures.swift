import CityProfiles
import Commons
import Markup
import MeasureKit

extension CaseOffice {
  /// Our figures, each beside the published one.
  public func figures(_ h: inout HTML, _ indicators: [IndicatorValue]) {
    h.tiles { h in
      for indicator in indicators {
        let published = profile.figures.first { $0.indicator == indicator.id }
        h.tile(
          indicator.name, indicator.text,
          note: note(indicator, published))
      }
    }
    h.details(Phrase("怎么算的", en: "How they are computed")) { h in
      h.summary(indicators.map { indicator in (indicator.name, { $0.text(indicator.formula) }) })
    }
  }

  /// What a figure covers, and the published one.
  private func note(_ indicator: IndicatorValue, _ published: CityProfile.PublishedFigure?)
    -> Phrase?
  {
    let beside = published.map {
      Phrase("\($0.place.zh)：\($0.label.zh)", en: "\($0.place.en): \($0.label.en)")
    }
    guard let note = indicator.note else { return beside }
    return beside.map { note + Phrase("。", en: ". ") + $0 } ?? note
  }
}
