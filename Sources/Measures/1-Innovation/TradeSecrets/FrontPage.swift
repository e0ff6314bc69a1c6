import CaseWork
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit

/// The front page of the measure.
struct FrontPage {
  let measure: TradeSecretsMeasure

  private static let doors: [FrontDoor] = [
    FrontDoor(
      Phrase("自评", en: "Assess yourself"),
      Phrase(
        "二十几条，当场出得分、缺口和依据，不保存答案。",
        en: "Some twenty clauses; score, gaps and law at once; nothing is kept."),
      "/trade-secrets/check"
    ),
    FrontDoor(
      Phrase("清单", en: "Take stock"),
      Phrase(
        "密级、载体、知悉岗位、离职交接，只在本机。", en: "Levels, carriers, posts, leavers; on your machine alone."),
      "/trade-secrets/inventory"
    ),
    FrontDoor(
      Phrase("存证", en: "Deposit"),
      Phrase("不公开内容，日后证明当时已经持有。", en: "Prove later that you had it, and show nothing now."),
      "/trade-secrets/proof"
    ),
    FrontDoor(
      Phrase("请人上门", en: "Ask for help"),
      Phrase("园区、协会工作站和志愿者：上门、意见、整改、回访。", en: "Stations and volunteers: visit, advice, follow-up."),
      "/trade-secrets/stations"
    ),
    FrontDoor(
      Phrase("刑事保护指引", en: "Criminal protection"),
      Phrase("门槛、损失估算、固证、报案书。", en: "Threshold, loss, evidence, report to the police."),
      "/trade-secrets/criminal"
    ),
    FrontDoor(
      Phrase("文书", en: "Papers"),
      Phrase(
        "离职提醒函、保密协议、报案书、证据保全记录。", en: "Leaver's letter, agreement, report, record of evidence."),
      "#papers"
    ),
  ]

  func render(_ visit: Visit) -> Response {
    measure.front(visit, doors: FrontPage.doors) { h in
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
    }
  }
}
