import AccessControl
import Accounts
import AdministrativeReconsideration
import App
import ArrivalManagement
import BusinessDormancy
import CityProfiles
import Commons
import Desk
import IPProtection
import LowAltitude
import ProcurementOversight
import ServiceRequests
import TradeSecrets

/// The demonstration city: accounts for every role, and weeks of simulated requests up to today.
public struct DemoCity: Sendable {
  /// A log-in of the demonstration.
  public struct Login: Sendable {
    /// Who it is.
    public let who: Phrase
    /// The log-in name.
    public let login: String
    /// What it may do.
    public let posts: [Post]
  }

  /// The password of all of them; the city is fictional and serves on the loopback address.
  public static let password = "tequ-demo-2026"
  /// Days that are simulated.
  public static let days = 60

  /// The log-ins.
  public static let logins: [Login] = [
    Login(who: Phrase("市民", en: "citizen"), login: "citizen", posts: []),
    Login(
      who: Phrase("经办人（城管局）", en: "officer (Urban Management)"), login: "officer",
      posts: [Post(RequestsMeasure.handler.id, agency: "urban")]),
    Login(
      who: Phrase("热线中心派单员", en: "dispatcher"), login: "dispatcher",
      posts: [Post(RequestsMeasure.dispatcher.id, agency: "center")]),
    Login(
      who: Phrase("职责争议裁决人", en: "arbiter"), login: "arbiter",
      posts: [Post(RequestsMeasure.arbiter.id)]),
    Login(
      who: Phrase("督办人", en: "supervisor"), login: "supervisor",
      posts: [Post(RequestsMeasure.supervisor.id)]),
    Login(
      who: Phrase("歇业窗口人员", en: "counter for dormancy"), login: "dormancy-counter",
      posts: [Post(DormancyMeasure.counter.id, agency: "market")]),
    Login(
      who: Phrase("歇业登记员", en: "registrar of dormancy"), login: "dormancy-registrar",
      posts: [Post(DormancyMeasure.registrar.id, agency: "market")]),
    Login(
      who: Phrase("歇业数据接入", en: "feed for dormancy"), login: "dormancy-feed",
      posts: [Post(DormancyMeasure.feed.id)]),
    Login(
      who: Phrase("知识产权执法人员", en: "IP officer"), login: "ip-officer",
      posts: [Post(IPMeasure.officer.id, agency: "market")]),
    Login(
      who: Phrase("平台知识产权专员（示范商城）", en: "platform's IP officer (Shifan Mall)"),
      login: "ip-platform",
      posts: [Post(IPMeasure.platform.id, agency: "mall")]),
    Login(
      who: Phrase("法院立案和审判人员", en: "court officer"), login: "ip-court",
      posts: [Post(IPMeasure.court.id, agency: "court-ip")]),
    Login(
      who: Phrase("复议立案人员", en: "reconsideration intake"), login: "recon-clerk",
      posts: [Post(ReconsiderationMeasure.clerk.id, agency: "justice")]),
    Login(
      who: Phrase("行政复议人员", en: "reconsideration officer"), login: "recon-officer",
      posts: [Post(ReconsiderationMeasure.officer.id, agency: "justice")]),
    Login(
      who: Phrase("复议机关负责人", en: "head of reconsideration"), login: "recon-head",
      posts: [Post(ReconsiderationMeasure.approver.id, agency: "justice")]),
    Login(
      who: Phrase("被申请人经办人（城管局）", en: "respondent's officer (Urban Management)"),
      login: "recon-respondent",
      posts: [Post(ReconsiderationMeasure.respondent.id, agency: "urban")]),
    Login(
      who: Phrase("商业秘密保护统筹人员", en: "coordinator for trade secrets"), login: "secrets-office",
      posts: [Post(TradeSecretsMeasure.coordinator.id, agency: "market")]),
    Login(
      who: Phrase("保护工作站人员（高新区）", en: "protection station (Gaoxin)"),
      login: "secrets-station",
      posts: [Post(TradeSecretsMeasure.station.id, agency: "gov-gaoxin")]),
    Login(
      who: Phrase("联席会议成员（司法局）", en: "member of the joint conference (Justice)"),
      login: "secrets-member",
      posts: [Post(TradeSecretsMeasure.member.id, agency: "justice")]),
    Login(
      who: Phrase("飞行程序设计人员", en: "procedure designer"), login: "arrivals-design",
      posts: [Post(ArrivalMeasure.designer.id, agency: "atc")]),
    Login(
      who: Phrase("空域协调单位人员", en: "staff of a unit"), login: "arrivals-unit",
      posts: [Post(ArrivalMeasure.unit.id, agency: "atc")]),
    Login(
      who: Phrase("飞行程序批准人", en: "approver of procedures"), login: "arrivals-approve",
      posts: [Post(ArrivalMeasure.approver.id, agency: "atc")]),
    Login(
      who: Phrase("进近管制员", en: "approach controller"), login: "arrivals-control",
      posts: [Post(ArrivalMeasure.controller.id, agency: "atc")]),
    Login(
      who: Phrase("时刻协调人员", en: "slot coordinator"), login: "arrivals-slots",
      posts: [Post(ArrivalMeasure.coordinator.id, agency: "atc")]),
    Login(
      who: Phrase("采购执行岗（公用事业集团）", en: "buyer (Public Utilities)"), login: "buyer-conduct",
      posts: [Post(ProcurementMeasure.conductor.id, agency: "utilities")]),
    Login(
      who: Phrase("采购审批岗（公用事业集团）", en: "approver of purchases"), login: "buyer-approve",
      posts: [Post(ProcurementMeasure.approver.id, agency: "utilities")]),
    Login(
      who: Phrase("采购需求岗（公用事业集团）", en: "post that states needs"), login: "buyer-need",
      posts: [Post(ProcurementMeasure.needs.id, agency: "utilities")]),
    Login(
      who: Phrase("开标钥匙保管人（公用事业集团）", en: "keeper of an opening key"), login: "buyer-keeper",
      posts: [Post(ProcurementMeasure.keeper.id, agency: "utilities")]),
    Login(
      who: Phrase("验收付款岗（公用事业集团）", en: "acceptance and payment"), login: "buyer-accept",
      posts: [Post(ProcurementMeasure.acceptor.id, agency: "utilities")]),
    Login(
      who: Phrase("采购预警处置人员", en: "handler of procurement alerts"), login: "alerts-handler",
      posts: [Post(ProcurementMeasure.handler.id, agency: "finance")]),
    Login(
      who: Phrase("采购预警复核人员", en: "reviewer of procurement alerts"), login: "alerts-reviewer",
      posts: [Post(ProcurementMeasure.reviewer.id, agency: "finance")]),
    Login(
      who: Phrase("空中交通管制人员", en: "air traffic controller"), login: "air-controller",
      posts: [Post(LowAltitudeMeasure.controller.id, agency: "air-sector")]),
    Login(
      who: Phrase("低空登记人员", en: "registrar of unmanned aviation"), login: "air-registrar",
      posts: [Post(LowAltitudeMeasure.registrar.id, agency: "civil-aviation")]),
    Login(
      who: Phrase("低空飞行试点主管人员", en: "trial office of low altitude"), login: "air-trials",
      posts: [Post(LowAltitudeMeasure.trialOffice.id, agency: "transport")]),
    Login(
      who: Phrase("人民法院联络员", en: "court liaison"), login: "recon-court",
      posts: [Post(ReconsiderationMeasure.court.id)]),
    Login(
      who: Phrase("人民检察院联络员", en: "procuratorate liaison"), login: "recon-prosecutor",
      posts: [Post(ReconsiderationMeasure.procuratorate.id)]),
    Login(
      who: Phrase("低空基础设施建设运营人员", en: "keeper of the low-altitude networks"), login: "air-keeper",
      posts: [Post(LowAltitudeMeasure.keeper.id), Post(LowAltitudeMeasure.watcher.id)]),
    Login(
      who: Phrase("低空基础设施验收人员", en: "inspector of the low-altitude networks"),
      login: "air-inspector", posts: [Post(LowAltitudeMeasure.inspector.id)]),
    Login(
      who: Phrase("系统管理员", en: "administrator"), login: "admin",
      posts: [Post("administrator")]),
  ]

  /// Builds the demonstration in an empty folder; a folder that has a city is left as it is, and an
  /// unfinished demonstration is lived on to its end.
  public static func build(
    _ folder: DataFolder, now: Instant, seed: UInt64 = 1, days: Int = DemoCity.days,
    perDay: Int = 80, progress: @escaping (Int, Int) -> Void = { _, _ in }
  ) async throws {
    guard try !folder.isCity() || folder.isUnfinished else { return }
    try folder.create()
    try folder.mark(unfinished: true)
    let end = Instant(seconds: now.seconds / 3600 * 3600)
    let zone = try RunningCity.profile(folder).zone
    let first = end.date(in: zone).adding(days: -days)
    let start = Instant(first, in: zone)
    let time = SimulatedTime(start)
    var options = RunningCity.Options()
    options.creates = true
    options.time = time
    let city = try await RunningCity(folder, options)
    try await city.sequencer.load()
    let citizen = try await openAccounts(city)
    let from =
      try await city.lastAct().map { last in
        max(start, Instant(seconds: last.seconds / 3600 * 3600 + 3600))
      } ?? start
    var wishes = RequestSimulation.Options()
    wishes.seed = seed
    wishes.perDay = perDay
    wishes.citizen = citizen
    let total = Int((end.seconds - from.seconds) / 3600)
    let simulation = RequestSimulation(city, time: time, wishes)
    let agents = CityAgents(city, seed: seed, citizen: citizen)
    _ = try await simulation.run(from: min(from, end), to: end) { hour, _ in
      try await agents.turn(at: hour)
      progress(total - Int((end.seconds - hour.seconds) / 3600), total)
    }
    try await city.settle()
    await city.retire()
    try folder.mark(unfinished: false)
  }

  private static func openAccounts(_ city: RunningCity) async throws -> Int64? {
    var citizen: Int64?
    let hash = try PasswordHash(password, salt: city.random.bytes(16))
    let clerk = Actor.system(["accounts.manage", "accounts.register"])
    for one in logins {
      if let known = try await city.account(one.login) {
        if one.posts.isEmpty { citizen = known }
        continue
      }
      let done = try await city.desk.submit(
        OpenAccount(
          login: one.login, name: one.who.zh, posts: one.posts, password: hash,
          policy: city.policy), by: clerk)
      if one.posts.isEmpty { citizen = done.aggregate }
    }
    return citizen
  }
}
