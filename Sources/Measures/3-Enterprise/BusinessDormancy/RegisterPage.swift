import CityProfiles
import HTTPValues
import Commons
import Dormancy
import Markup
import MeasureKit

/// The public register of dormant businesses: term and address for service (条例第30条第3款).
struct RegisterPage {
  let rules: DormancyRules
  let publicity: any PublicityChannel

  func render(_ visit: Visit, _ rows: [SpellRow], next: String?) -> Response {
    let title = Phrase("歇业公示", en: "Register of dormancy")
    let trail = [PageShell.Link(DormancyMeasure.card.name, "/\(DormancyMeasure.card.slug)")]
    let today = visit.now.date(in: rules.profile.zone)
    return visit.page(title, trail: trail) { h in
      h.heading(
        title,
        lead: Phrase(
          "登记机关依法公示歇业期限和法律文书送达地址，按截止日排列。",
          en: "Terms and addresses for service, as the law has them published; by last day."))
      h.element("p") { $0.basis(DormancyBasis.regulation(30, 3)) }
      if !publicity.isConnected { h.p(publicity.explanation, class: "hint") }
      guard !rows.isEmpty else {
        h.empty(Phrase("目前没有歇业的经营主体。", en: "No business is dormant now."))
        return
      }
      h.table(
        title,
        columns: [
          (Phrase("经营主体", en: "Business"), false), (Phrase("歇业期限", en: "Term"), false),
          (Phrase("法律文书送达地址", en: "Address for service"), false),
          (Phrase("状态", en: "State"), false),
        ], isCaptionHidden: true
      ) { table in
        for row in rows {
          table.row([
            { $0.element("strong", text: row.name) },
            { $0.text(row.spell.shown) },
            { $0.text(row.address.isEmpty ? "—" : row.address) },
            { RegisterPage.state(&$0, row.spell, today) },
          ])
        }
      }
      h.next(next)
    }
  }

  private static func state(_ h: inout HTML, _ spell: DormancySpell, _ today: CivilDate) {
    if spell.from > today {
      h.tag(Phrase("尚未开始", en: "not begun"), .info)
    } else if spell.through < today {
      h.tag(Phrase("期满，视为恢复", en: "term over"), .plain)
    } else {
      let left = today.days(to: spell.through)
      h.tag(Phrase("剩\(left)日", en: "\(left) days left"), left <= 30 ? .warn : .good)
    }
  }
}
