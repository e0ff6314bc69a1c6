import AccessControl
import Airspace
import CityProfiles
import Commons
import MeasureKit

/// Articles of the Interim Regulation on the Administration of the Flight of Unmanned Aircraft (State Council
/// and Central Military Commission, Order 761, in force since 2024-01-01).
enum AirLaw {
  static func regulation(_ article: Int, _ paragraph: Int? = nil) -> Basis {
    .law(
      Citation(
        "无人驾驶航空器飞行管理暂行条例", edition: "2023-05-31", article: article, paragraph: paragraph))
  }
}

/// The networks, the picture and what people see: what of it the measure as a whole needs.
extension LowAltitudeMeasure {
  /// Who plans, builds and runs the networks.
  public static let keeper = Role(
    "low-altitude.keeper", Phrase("低空基础设施建设运营人员", en: "Keeper of the networks"),
    [NetworkDuty.keep, "low-altitude.desk"], reachesAllAgencies: true)
  /// Who accepts what was built, and suspends it.
  public static let inspector = Role(
    "low-altitude.inspector", Phrase("低空基础设施验收人员", en: "Inspector of the networks"),
    [NetworkDuty.inspect, "low-altitude.desk"], reachesAllAgencies: true)

  /// Who watches the air and handles alarms.
  public static let watcher = Role(
    "low-altitude.watcher", Phrase("低空飞行监控人员", en: "Watcher of the air"),
    [HandleAlarm.permission, "low-altitude.desk"], reachesAllAgencies: true)

  /// The posts of the networks and of the picture.
  static let networkRoles = [keeper, inspector, watcher]

  /// Who builds does not accept (city policy).
  static let networkSeparations = [
    RoleSeparation(
      keeper.id, inspector.id,
      .cityPolicy(Phrase("建设与验收分离", en: "who builds does not accept")))
  ]

  /// What a step of these parts is called.
  static func citySteps(_ kind: String) -> Phrase? {
    if let name = otherSteps[kind] { return name }
    let prefix = "low-altitude.asset."
    guard kind.hasPrefix(prefix) else { return nil }
    return AssetStep(rawValue: String(kind.dropFirst(prefix.count)))?.name
  }

  private static let otherSteps: [String: Phrase] = [
    "low-altitude.complaint.file": Phrase("投诉飞行", en: "Complaint about a flight"),
    "low-altitude.alarm.raise": Phrase("飞行告警", en: "Alarm about a flight"),
    "low-altitude.alarm.handle": Phrase("告警处置", en: "Alarm handled"),
    "low-altitude.complaint.progress": Phrase("投诉进展", en: "Progress of a complaint"),
  ]

  /// The middle of the city: that of its districts.
  var cityMiddle: LatLng {
    let districts = profile.districts
    let count = Double(max(1, districts.count))
    return LatLng(
      latitude: districts.map(\.latitude).reduce(0, +) / count,
      longitude: districts.map(\.longitude).reduce(0, +) / count)
  }

  /// Their pages and interfaces.
  func cityRoutes(_ routes: inout Routes) {
    networkRoutes(&routes)
    pictureRoutes(&routes)
    complaintRoutes(&routes)
    telemetryRoutes(&routes)
    densityRoutes(&routes)
    statisticsRoutes(&routes)
  }
}
