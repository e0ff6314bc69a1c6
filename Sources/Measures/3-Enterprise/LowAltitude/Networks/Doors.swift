import Commons
import Markup

/// What people find from the measure's first page.
extension LowAltitudeMeasure {
  private static let doorList: [(name: Phrase, what: Phrase, target: String)] = [
    (
      Phrase("我头顶上在飞什么", en: "What flies above me"),
      Phrase("按地点和时间查航班，位置不保存。", en: "Flights by place and time; your place is not kept."),
      "/low-altitude/overhead"
    ),
    (
      Phrase("空中态势", en: "Air picture"),
      Phrase("此刻和过去30天的飞行：平面、高度和列表。", en: "Now and the last 30 days: map, heights, list."),
      "/low-altitude/picture"
    ),
    (
      Phrase("适飞空域", en: "Where one may fly"),
      Phrase("管制空域之外、120米以下。", en: "Outside controlled airspace, below 120 m."),
      "/low-altitude/map"
    ),
    (
      Phrase("四张网", en: "The four networks"),
      Phrase("设施、空联、航路、服务。", en: "Facilities, air link, routes, services."),
      "/low-altitude/networks"
    ),
    (
      Phrase("实施方案", en: "Implementation plan"),
      Phrase("目标、完成、差额、产值。", en: "Targets, what was reached, variance, output."),
      "/low-altitude/plan"
    ),
    (
      Phrase("统计", en: "Figures"),
      Phrase(
        "航路、架次、告警、投诉，与深圳公布数对照。", en: "Routes, flights, alarms, complaints, beside Shenzhen's."),
      "/low-altitude/statistics"
    ),
    (
      Phrase("投诉飞行", en: "Complain about a flight"),
      Phrase(
        "找到航班，转民生诉求办理，结果回到这里。",
        en: "The flight is found, the city handles it, the result comes back."),
      "/low-altitude/complaints/new"
    ),
  ]

  func doors(_ h: inout HTML) {
    h.element("ul", .class("rows doors")) { h in
      for door in LowAltitudeMeasure.doorList {
        h.element("li") { h in
          h.a(door.target, door.name, class: "main")
          h.element("span", .class("sub"), text: door.what)
        }
      }
    }
  }
}
