import CaseEngine
import CityProfiles
import Commons
import ServiceRequests

/// What the people of the simulated city say: short, about their item and place, never a name.
struct CityTexts: RequestTexts {
  private static let roads = [
    "滨河路", "解放路", "人民路", "科技园路", "学府路", "望江路", "环城东路", "湖滨路", "港前路", "春晖街",
    "和平里", "新民街", "兴业路", "梅林路", "石桥巷", "翠竹路",
  ]
  private static let marks = ["小区北门", "地铁站口", "小学门口", "菜市场旁", "公交站", "公园入口", "商场后门", "工地旁"]
  private static let since = ["已有两天", "将近一周", "半个多月", "从上个月开始", "昨晚起", "反复出现"]
  private static let hopes = [
    "希望尽快处理。", "请有关部门到现场看看。", "希望给个答复。", "影响出行，请尽快解决。", "老人孩子多，请重视。",
  ]

  /// A place in words.
  func address(_ random: inout SeededRandom) -> String {
    let road = CityTexts.roads[random.below(CityTexts.roads.count)]
    return "\(road)\(1 + random.below(180))号\(CityTexts.marks[random.below(CityTexts.marks.count)])"
  }

  func title(_ item: CatalogueItem, _ address: String, _ random: inout SeededRandom) -> String {
    switch random.below(3) {
    case 0: "\(address)\(item.name.zh)"
    case 1: "反映\(item.name.zh)问题"
    default: "\(item.name.zh)（\(address)）"
    }
  }

  func text(_ item: CatalogueItem, _ address: String, _ random: inout SeededRandom) -> String {
    let since = CityTexts.since[random.below(CityTexts.since.count)]
    let hope = CityTexts.hopes[random.below(CityTexts.hopes.count)]
    let word =
      item.keywords.isEmpty ? item.name.zh : item.keywords[random.below(item.keywords.count)]
    return item.service == "consultation"
      ? "想咨询\(item.name.zh)怎么办理，需要什么材料，\(word)是否可以网上办？\(hope)"
      : "\(address)存在\(word)的情况，\(since)。属于\(item.name.zh)，\(hope)"
  }

  func reply(_ item: CatalogueItem, _ random: inout SeededRandom) -> String {
    let endings = ["如仍有问题，请来电说明。", "感谢您对城市管理的关心和支持。", "后续我们会加强巡查。"]
    let ending = endings[random.below(endings.count)]
    if item.service == "consultation" {
      return "您好，关于\(item.name.zh)：可在政务服务大厅或网上办理，所需材料见办事指南，受理后按规定时限办结。\(ending)"
    }
    let done = ["已安排人员到现场核实并处理完毕", "经核实情况属实，已督促责任单位整改", "已完成维修恢复", "已对相关方批评教育并限期改正"]
    return "您好，您反映的\(item.name.zh)问题，\(done[random.below(done.count)])。\(ending)"
  }

  func words(
    _ command: CommandID, _ item: CatalogueItem, _ random: inout SeededRandom
  ) -> String {
    switch command {
    case "return": "经核对职责清单，\(item.name.zh)不属于我单位职责，建议转有权单位办理。"
    case "uphold": "该事项按职责清单由首接单位办理。"
    case "appoint": "经会商，指定该单位办理，不再退回。"
    case "ask": "请补充具体位置和发生时间，便于核实。"
    case "supply": "已补充：在路口往东约五十米，每天晚上七点以后。"
    case "note": ["已到现场查看，正在协调维修。", "已联系责任单位，约定三日内处理。"][random.below(2)]
    case "unsatisfied": ["问题没有真正解决。", "答复敷衍，没人到现场。", "处理后又出现了。"][random.below(3)]
    case "redo": "请承办单位到现场重新核实办理，并联系诉求人。"
    case "explain": "该诉求受现行规定限制暂不能解决，已向诉求人说明理由。"
    case "refer-procedure": "该事项已进入法定程序，请按告知的途径办理。"
    case "refer-same": "同一事项正在办理，编号已另行告知。"
    case "refuse-remit": "该事项不属于本市热线受理范围，请联系相应渠道。"
    default: "按规定办理。"
    }
  }
}
