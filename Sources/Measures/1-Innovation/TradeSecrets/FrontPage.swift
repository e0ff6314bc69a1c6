import CaseWork
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit

/// The front page of the measure, and that of its staff.
struct FrontPage {
  let measure: TradeSecretsMeasure

  private static let doors: [(name: Phrase, what: Phrase, target: String)] = [
    (
      Phrase("自评", en: "Assess yourself"),
      Phrase(
        "二十几条，当场出得分、缺口和依据，不保存答案。",
        en: "Some twenty clauses; score, gaps and law at once; nothing is kept."),
      "/trade-secrets/check"
    ),
    (
      Phrase("清单", en: "Take stock"),
      Phrase(
        "密级、载体、知悉岗位、离职交接，只在本机。", en: "Levels, carriers, posts, leavers; on your machine alone."),
      "/trade-secrets/inventory"
    ),
    (
      Phrase("存证", en: "Deposit"),
      Phrase("不公开内容，日后证明当时已经持有。", en: "Prove later that you had it, and show nothing now."),
      "/trade-secrets/proof"
    ),
    (
      Phrase("请人上门", en: "Ask for help"),
      Phrase("园区、协会工作站和志愿者：上门、意见、整改、回访。", en: "Stations and volunteers: visit, advice, follow-up."),
      "/trade-secrets/stations"
    ),
    (
      Phrase("刑事保护指引", en: "Criminal protection"),
      Phrase("门槛、损失估算、固证、报案书。", en: "Threshold, loss, evidence, report to the police."),
      "/trade-secrets/criminal"
    ),
    (
      Phrase("文书", en: "Papers"),
      Phrase(
        "离职提醒函、保密协议、报案书、证据保全记录。", en: "Leaver's letter, agreement, report, record of evidence."),
      "#papers"
    ),
  ]

  func render(_ visit: Visit) -> Response {
    let card = TradeSecretsMeasure.card
    return visit.page(card.name) { h in
      h.heading(card.name, lead: card.summary)
      h.element("ul", .class("rows doors")) { h in
        for door in FrontPage.doors {
          h.element("li") { h in
            h.a(door.target, door.name, class: "main")
            h.element("span", .class("sub"), text: door.what)
          }
        }
      }
      h.section(Phrase("成效", en: "Effects"))
      measure.office.figures(&h, measure.indicators(at: visit.now))
      h.element("div", .id("papers")) { h in
        h.section(Phrase("文书", en: "Papers"))
        h.element("div", .class("actions")) { h in
          for form in SecretForm.all {
            h.buttonLink(form.title, "/trade-secrets/forms/\(form.id)", .quiet)
          }
        }
      }
      h.section(Phrase("已登记的", en: "What was registered"))
      h.element("div", .class("actions")) { h in
        for office in measure.offices where office.procedure.isOpenToPeople {
          h.buttonLink(
            office.procedure.card.name, "/\(office.procedure.path)/track", .quiet)
        }
      }
      h.element("p") { h in
        for (index, basis) in card.bases.enumerated() {
          if index > 0 { h.text("　") }
          h.basis(basis)
        }
      }
    }
  }

  /// The desks that a member of staff may enter.
  func desk(_ visit: Visit) -> Response {
    let title = TradeSecretsMeasure.card.name + Phrase("办理台", en: ": desk")
    return visit.page(title) { h in
      h.heading(title)
      h.element("ul", .class("rows")) { h in
        for office in measure.offices
        where visit.actor.may(office.procedure.deskPermission) {
          h.element("li") { h in
            h.a("/desk/\(office.procedure.path)", office.procedure.card.name, class: "main")
            h.element("span", .class("sub"), text: office.procedure.card.summary)
          }
        }
      }
    }
  }
}
