import ArrivalFlow
import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit

/// The front page of the measure, and that of its staff.
struct ArrivalFront {
  let measure: ArrivalMeasure

  func render(_ visit: Visit) -> Response {
    let card = ArrivalMeasure.card
    return visit.page(card.name) { h in
      h.heading(card.name, lead: card.summary)
      h.doors(Self.doors)
      if let airport = measure.rules.book.airports.first {
        h.section(Phrase("55架次怎样变成65架次", en: "How 55 movements become 65"))
        explanation(&h, airport)
        CapacityView(airport: airport, study: airport.scenario.study).render(&h)
        assumptions(&h, airport)
      }
      h.section(Phrase("与深圳公布数字对照", en: "Beside Shenzhen's published figures"))
      comparison(&h, visit)
      h.section(Phrase("机场", en: "Airports"))
      h.element("ul", .class("rows")) { h in
        for airport in measure.rules.book.airports {
          h.element("li") { h in
            h.a("/arrivals/airports/\(airport.id)", airport.name, class: "main")
            h.element(
              "span", .class("sub"),
              text: Phrase(
                "\(airport.runways.count)条跑道，\(airport.merge.arcs.count)条弧",
                en: "\(airport.runways.count) runways, \(airport.merge.arcs.count) arcs"))
          }
        }
      }
      h.bases(card.bases)
    }
  }

  private static let doors: [FrontDoor] = [
    FrontDoor(
      Phrase("假设分析", en: "What if"),
      Phrase("换机队、间隔标准、缓冲和跑道，比较容量和时刻。", en: "Another fleet, scheme, buffer or runways, compared."),
      "/arrivals/what-if"
    ),
    FrontDoor(
      Phrase("尾流间隔", en: "Wake minima"),
      Phrase("各标准、各日期的间隔矩阵。", en: "The matrix of each scheme as of a day."), "/arrivals/wake"
    ),
    FrontDoor(
      Phrase("蒙特卡洛模拟", en: "Monte Carlo"),
      Phrase("延误、弧使用、移位的分布和公平性。", en: "Distributions of delay, arc use and moves; fairness."),
      "/arrivals/monte-carlo"
    ),
    FrontDoor(
      Phrase("时刻资源", en: "Slot resources"),
      Phrase("增量×高峰小时；各小时进港、离港、总量的余量。", en: "Gain × peak hours; what is free by hour and kind."),
      "/arrivals/slot-resources"
    ),
    FrontDoor(
      Phrase("申请时刻", en: "Ask for slots"),
      Phrase("按公布容量答复最近的空位。", en: "The nearest time with room is offered."), "/arrivals/slots"
    ),
    FrontDoor(
      Phrase("公布的程序和时刻", en: "Published results"),
      Phrase("程序版本、每小时占用，可下载。", en: "Versions of procedures and slots by hour, as data."),
      "/arrivals/results"
    ),
  ]

  private func explanation(_ h: inout HTML, _ airport: Airport) {
    let study = airport.scenario.study
    let zh =
      "飞机排成一队落地。每两架之间先要隔开尾流和雷达最小间隔，再加一段缓冲，因为间隔不能做到分秒不差。尾流重新分类缩短前者；点融合把飞机沿弧等距排开，何时转向汇聚点即可调准间隔，缓冲因此变小。"
    let en =
      "Aircraft land one behind the other. Between any two lie the wake or radar minimum, and a buffer, because "
      + "spacing cannot be met to the second. Re-categorised wake classes shorten the first. Point merge lines "
      + "aircraft up along arcs at one distance from a point: when each turns towards it sets the spacing "
      + "exactly, and the buffer shrinks."
    h.p(Phrase(zh, en: en))
    let wake = study.causes.first { $0.cause == .wake }?.movements ?? 0
    let buffer = study.causes.first { $0.cause == .buffer }?.movements ?? 0
    h.p(
      Phrase(
        "按下列假设，增量中\(Numbers.text(wake, 1))架次来自尾流标准，\(Numbers.text(buffer, 1))架次来自间隔精度。",
        en:
          "Under the assumptions below \(Numbers.text(wake, 1)) movements of the gain come from wake minima"
          + " and \(Numbers.text(buffer, 1)) from the precision of spacing."
      ))
  }

  private func assumptions(_ h: inout HTML, _ airport: Airport) {
    h.details(Phrase("假设", en: "Assumptions")) { h in
      h.element("ul") { h in
        for line in airport.assumptions { h.element("li", text: line) }
      }
    }
  }

  private func comparison(_ h: inout HTML, _ visit: Visit) {
    let figures = measure.rules.profile.figures
    h.table(
      Phrase("指标", en: "Figures"),
      columns: [
        (Phrase("指标", en: "Figure"), false), (Phrase("本市", en: "Here"), true),
        (Phrase("深圳", en: "Shenzhen"), false), (Phrase("算法", en: "Formula"), false),
      ], isCaptionHidden: true
    ) { table in
      for one in measure.indicators(at: visit.now) {
        let published = figures.first { $0.indicator == one.id }
        table.row([
          { $0.text(one.name) }, { $0.text(one.text) },
          { $0.text(published.map { $0.label } ?? .same("—")) }, { $0.text(one.formula) },
        ])
      }
    }
  }

  /// The desks and boards that a member of staff may enter.
  func desk(_ visit: Visit) -> Response {
    let title = ArrivalMeasure.card.name + Phrase("办理台", en: ": desk")
    return visit.page(title) { h in
      h.heading(title)
      h.element("ul", .class("rows")) { h in
        for office in measure.offices where visit.actor.may(office.procedure.deskPermission) {
          h.element("li") { h in
            h.a("/desk/\(office.procedure.path)", office.procedure.card.name, class: "main")
            h.element("span", .class("sub"), text: office.procedure.card.summary)
          }
        }
        guard visit.actor.may("arrivals.board") else { return }
        for airport in measure.rules.book.airports {
          h.element("li") { h in
            h.a(
              "/desk/arrivals/boards/\(airport.id)",
              airport.name + Phrase("：进场序列", en: ": arrivals"),
              class: "main")
          }
        }
      }
    }
  }
}
