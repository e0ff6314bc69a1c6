import CaseWork
import Commons

/// What people find from the measure's first page.
extension LowAltitudeMeasure {
  static let doors: [FrontDoor] = [
    FrontDoor(
      Phrase("要不要申请？", en: "Do I have to apply?"),
      Phrase("几个问题，当场给出答复和条文。", en: "A few questions, answered at once with the articles."),
      "/low-altitude/check"),
    FrontDoor(
      Phrase("飞行活动申请", en: "Flights"),
      Phrase(
        "前一日12时前申请，21时前答复；有冲突时给出最近的可行计划。",
        en: "By noon of the day before, answered by 21:00; on a conflict the nearest free plan."),
      "/low-altitude/flights"),
    FrontDoor(
      Phrase("企业试点", en: "Trials of firms"),
      Phrase(
        "配送、景区航线、生物制剂：申请、支持、评估。",
        en: "Delivery, scenic routes, biological products: apply, be supported, be evaluated."),
      "/low-altitude/trials"),
    FrontDoor(
      Phrase("我头顶上在飞什么", en: "What flies above me"),
      Phrase("按地点和时间查航班，位置不保存。", en: "Flights by place and time; your place is not kept."),
      "/low-altitude/overhead"
    ),
    FrontDoor(
      Phrase("空中态势", en: "Air picture"),
      Phrase("此刻和过去30天的飞行：平面、高度和列表。", en: "Now and the last 30 days: map, heights, list."),
      "/low-altitude/picture"
    ),
    FrontDoor(
      Phrase("适飞空域和管制空域", en: "Where one may fly"),
      Phrase(
        "公布的管制空域、禁区和临时管制空域，地图和数据。",
        en: "Controlled and prohibited airspace and closures, as a map and as data."),
      "/low-altitude/airspace"
    ),
    FrontDoor(
      Phrase("四张网", en: "The four networks"),
      Phrase("设施、空联、航路、服务。", en: "Facilities, air link, routes, services."),
      "/low-altitude/networks"
    ),
    FrontDoor(
      Phrase("实施方案", en: "Implementation plan"),
      Phrase("目标、完成、差额、产值。", en: "Targets, what was reached, variance, output."),
      "/low-altitude/plan"
    ),
    FrontDoor(
      Phrase("统计", en: "Figures"),
      Phrase(
        "航路、架次、告警、投诉，与深圳公布数对照。", en: "Routes, flights, alarms, complaints, beside Shenzhen's."),
      "/low-altitude/statistics"
    ),
    FrontDoor(
      Phrase("投诉飞行", en: "Complain about a flight"),
      Phrase(
        "找到航班，转民生诉求办理，结果回到这里。",
        en: "The flight is found, the city handles it, the result comes back."),
      "/low-altitude/complaints/new"
    ),
  ]
}
