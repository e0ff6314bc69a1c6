import AccessControl
import AccessTokens
import Accounts
import AdministrativeReconsideration
import ArrivalManagement
import Books
import BusinessDormancy
import CaseWork
import Cities
import CityProfiles
import Commons
import Desk
import EvidenceLog
import Foundation
import IPProtection
import Interchange
import LegalTime
import Logging
import LowAltitude
import MeasureKit
import NationalCrypto
import ProcurementOversight
import Rulebook
import ServiceRequests
import Storage
import StoreCopy
import TradeSecrets
import Verification

/// A city with everything wired together: store, desk, measures, log, workers. The composition root.
public final class RunningCity: Sendable {
  /// Its folder.
  public let folder: DataFolder
  /// Whether it only reads: from a standby, or beside the process that writes.
  public let isReading: Bool
  /// Its data.
  public let profile: CityProfile
  /// What it may do under its adopted measures.
  public let adoptions: Adoptions
  /// The only door for writes.
  public let desk: CommandDesk
  /// Time, injected.
  public let time: any TimeSource
  /// Unpredictable bytes, injected.
  public let random: any RandomSource
  /// The store's secrets.
  public let ring: KeyRing
  /// Measure 21.
  public let requests: RequestsMeasure
  /// Its rules.
  public let rules: RequestRules
  /// The measures that run.
  public let measures: [any Measure]
  /// Where the cases of declared procedures are handled.
  public let offices: [CaseOffice]
  /// Who may do what.
  public let policy: AccessPolicy
  /// The key with which the log signs.
  public let signer: NoteSigner
  /// The key of the second signature with SM2; nil unless the profile asks for one.
  public let nationalSigner: SM2NoteSigner?
  /// The log.
  public let sequencer: Sequencer
  /// What one node does for all that share the store.
  let duties: Duties
  /// Shows its checkpoints to the witnesses.
  public let publisher: CheckpointPublisher
  /// Its receipts.
  public let receipts: ReceiptDesk
  /// Signing in.
  public let signIn: SignInDesk
  /// Who stands behind a token.
  public let sessions: SessionReader
  /// Where events of the program go.
  public let logger: Logger
  let store: any Store
  private let lock: FolderLock?
  private let connectors: [any Connector]
  private let partners: Partners

  /// How a city is opened.
  public struct Options: Sendable {
    /// Whether to make it if it is not there.
    public var creates = false
    /// Whether nothing is written: other processes may write meanwhile.
    public var isReadOnly = false
    /// Time.
    public var time: any TimeSource = SystemTime()
    /// Unpredictable bytes.
    public var random: any RandomSource = KernelRandom()
    /// Megabytes of page cache of each connection.
    public var cacheMegabytes = 48
    /// Units in one transaction at most.
    public var batchLimit = 1000
    /// Whether a damaged page of the file fails the read; verification reads on.
    public var refusesDamagedPages = true
    /// Opens the store on other foundations than the folder's address and takes no lock: for faults
    /// that are injected below it.
    public var store: (@Sendable ([Migration]) throws -> any Store)?
    /// The city's data, if it was read before.
    public var profile: CityProfile?
    /// The way to the log's witnesses, instead of HTTP.
    public var witnessCaller: WitnessCaller?
    /// Whose tokens other programs may show; without keys they may show none.
    public var tokens = TokenVerifier(keys: [], audiences: [])
    /// Who gives tokens to whoever asks, for tests.
    public var testIssuer: TokenIssuer?
    /// Under which name the city plans flights among other providers; nil if it does not.
    public var provider: AirProviderOptions?
    /// The keys with which the city gives tokens to registered clients; nil if it gives none.
    public var tokenKeys: SigningKeys?
    /// Ways out of the program, instead of those that the folder sets up.
    public var connectors: [any Connector]?

    /// The usual way.
    public init() {}

    /// To read beside whoever writes; with `damaged` pages that are damaged too, so that what is wrong can be named.
    public static func reading(damaged: Bool = false) -> Options {
      var options = Options()
      options.isReadOnly = true
      options.refusesDamagedPages = !damaged
      return options
    }

    var opening: StoreAddress.Opening {
      var opening = StoreAddress.Opening()
      opening.batchLimit = batchLimit
      opening.cacheMegabytes = cacheMegabytes
      opening.isReadOnly = isReadOnly
      opening.refusesDamagedPages = refusesDamagedPages
      return opening
    }
  }

  /// Opens the city in a folder.
  ///
  /// - Throws: ``Problem`` if the folder is in use, its keys are missing or its profile is wrong.
  public init(_ folder: DataFolder, _ options: Options = Options()) async throws {
    if options.creates { try folder.create() } else { try folder.requireCity() }
    self.folder = folder
    isReading = options.isReadOnly
    lock = options.isReadOnly || options.store != nil ? nil : try folder.lock()
    time = options.time
    random = options.random
    // The random source of a simulation can be foreseen; keys never come from it.
    ring = KeyRing(
      try folder.secrets(create: options.creates, random: KernelRandom()), at: time.now)
    profile = try options.profile ?? RunningCity.profile(folder)
    store =
      try options.store?(RunningCity.migrations)
      ?? folder.database.open(options.opening, migrations: RunningCity.migrations)
    try await CopyBook.requireWhole(store)
    try await RunningCity.check(ring, store, folder)
    logger = Logger(label: "tequ")
    try await RunningCity.warn(logger, folder, store)
    adoptions = try Adoptions(profile)
    let stamping =
      options.isReadOnly
      ? ActStamping.none : try await ActStamping(adoptions, profile.zone, store, ring)
    desk = CommandDesk(
      store: store, ring: ring, time: time, random: random, stamps: stamping.stamps,
      keyLife: folder.database.isShared ? SubjectKeys.sharedLife : nil)
    rules = try RequestRules(profile, calendar: .stateCouncil)
    let acknowledger = Acknowledger(stamping.all)
    requests = RequestsMeasure(
      desk: desk, rules: rules, ring: ring, acknowledger: acknowledger)
    signer = try NoteSigner(name: "tequ.example/\(profile.slug)", seed: ring.logSeed)
    receipts = ReceiptDesk(desk: desk, signer: signer)
    partners = try Partners(folder)
    measures =
      try [requests]
      + RunningCity.adopted(profile, desk, ring, acknowledger, partners)
      + RunningCity.protection(
        profile, desk, ring, acknowledger, receipts, signer.verifier, partners.secrets, random)
      + RunningCity.airspace(profile, desk, ring, acknowledger, options)
      + RunningCity.arrivals(profile, desk, ring, acknowledger, partners.secrets)
    offices = measures.flatMap { ($0 as? any CaseMeasure)?.offices ?? [] }
    policy = BaseRoles.policy(with: measures)
    if profile.hasNationalLog { try SM3.requireAvailable() }
    nationalSigner =
      try profile.hasNationalLog
      ? SM2NoteSigner(name: signer.name, key: SM2PrivateKey(seed: ring.nationalLogSeed)) : nil
    duties = Duties(
      node: Hex.encode(random.bytes(8)), store: store, time: time,
      isAlone: !folder.database.isShared)
    sequencer = Sequencer(
      desk: desk, duty: duties.log, time: time, signer: signer, measures: measures,
      national: nationalSigner)
    publisher = try CheckpointPublisher(
      desk: desk, duty: duties.log, time: time, logger: logger,
      policy: try CheckpointPublisher.policy(folder.witnesses, of: signer.verifier),
      call: options.witnessCaller ?? CheckpointPublisher.overHTTP())
    signIn = SignInDesk(desk: desk, time: time, random: random, policy: policy, ring: ring)
    sessions = SessionReader(desk: desk, policy: policy)
    connectors = try options.connectors ?? RunningCity.connectors(folder)
  }

  /// Says what should not stay as it is, though the city runs.
  private static func warn(
    _ logger: Logger, _ folder: DataFolder, _ store: any Store
  ) async throws {
    for path in folder.openToOthers() {
      logger.warning("\(path) may be used by others than its owner: run chmod go= \(path)")
    }
    if try await !StoreAddress.checksPages(store) {
      logger.warning(
        "the cluster of \(folder.database.shown) has no data checksums, so a damaged page may be served: stop it and run pg_checksums --enable"
      )
    }
  }

  /// Refuses keys that are not those of the rows: they would seal what nobody can read afterwards.
  private static func check(
    _ ring: KeyRing, _ store: any Store, _ folder: DataFolder
  ) async throws {
    let fits = try await store.read { view in
      // A row that somebody changed is for `verify` to name; keys that match nothing at all are wrong.
      let stamps = try StampBook.table.firstRows(20, view, ring)
      let subjects = try SubjectBook.table.firstRows(20, view, ring)
      let sealed = try view.all(SubjectBook.first).filter { !$0.isForgotten }
      let marksFit = stamps.intact + subjects.intact > 0 || stamps.altered + subjects.altered == 0
      return marksFit && (sealed.isEmpty || sealed.contains { $0.sealingKey(ring) != nil })
    }
    guard fits else {
      throw Problem.refused(
        "keys-do-not-fit",
        Phrase(
          "\(folder.keys.path) 不是 \(folder.database.shown) 的密钥。请放入该数据库的密钥文件。",
          en:
            "\(folder.keys.path) does not hold the keys of \(folder.database.shown). Put the "
            + "key file of that database there."))
    }
  }

  /// The measures besides service requests that the profile has adopted.
  private static func adopted(
    _ profile: CityProfile, _ desk: CommandDesk, _ ring: KeyRing, _ acknowledger: Acknowledger,
    _ partners: Partners
  ) throws -> [any Measure] {
    var found: [any Measure] = []
    func adopts(_ card: MeasureCard) -> Bool {
      profile.measures.contains { $0.number == card.number }
    }
    if adopts(DormancyMeasure.card) {
      found.append(
        try DormancyMeasure(
          desk: desk,
          rules: try DormancyRules(profile, law: AllLaw.base(), calendar: .stateCouncil),
          ring: ring,
          acknowledger: acknowledger))
    }
    if adopts(ReconsiderationMeasure.card) {
      let rules = try ReconsiderationRules(
        profile, law: AllLaw.base(), calendar: .stateCouncil)
      let setting = try CaseSetting(
        ReconsiderationProcedure(rules), in: profile, calendar: .stateCouncil)
      found.append(
        ReconsiderationMeasure(
          office: CaseOffice(setting, desk: desk, ring: ring, acknowledger: acknowledger),
          rules: rules))
    }
    if adopts(ProcurementMeasure.card) {
      found.append(
        try ProcurementMeasure(
          desk: desk,
          rules: try ProcurementRules(profile, law: AllLaw.base(), calendar: .stateCouncil),
          ring: ring, acknowledger: acknowledger, partners: partners.secrets,
          feeds: partners.feeds))
    }
    if adopts(TradeSecretsMeasure.card) {
      found.append(
        try TradeSecretsMeasure(
          desk: desk, rules: try SecretRules(profile, law: AllLaw.base(), calendar: .stateCouncil),
          ring: ring, acknowledger: acknowledger))
    }
    return found
  }

  /// Measure 2, if the profile has adopted it: besides what every measure needs it takes proofs of the
  /// log, for evidence that leaves the city, and secrets shared with platforms.
  private static func protection(
    _ profile: CityProfile, _ desk: CommandDesk, _ ring: KeyRing, _ acknowledger: Acknowledger,
    _ receipts: ReceiptDesk, _ logKey: NoteVerifier, _ secrets: [String: SharedSecret],
    _ random: any RandomSource
  ) throws -> [any Measure] {
    guard profile.measures.contains(where: { $0.number == IPMeasure.card.number }) else {
      return []
    }
    return [
      try IPMeasure(
        desk: desk, rules: try IPRules(profile, law: AllLaw.base(), calendar: .stateCouncil),
        ring: ring, acknowledger: acknowledger, partners: secrets, logKey: logKey,
        random: random
      ) { try await receipts.receipt($0, withOpening: false) }
    ]
  }

  /// Measure 12, if the profile has adopted it.
  private static func airspace(
    _ profile: CityProfile, _ desk: CommandDesk, _ ring: KeyRing, _ acknowledger: Acknowledger,
    _ options: Options
  ) throws -> [any Measure] {
    guard profile.measures.contains(where: { $0.number == LowAltitudeMeasure.card.number }) else {
      return []
    }
    return [
      try LowAltitudeMeasure(
        desk: desk, ring: ring,
        rules: try FlightRules(profile, law: AllLaw.base(), calendar: .stateCouncil),
        acknowledger: acknowledger, tokens: options.tokens, issuer: options.testIssuer,
        provider: options.provider?.provider(options.time, options.random),
        authority: options.tokenKeys.map {
          TokenAuthority(
            keys: $0, clients: AirClients(desk: desk, ring: ring, random: options.random),
            random: options.random)
        })
    ]
  }

  /// Measure 13, if the profile has adopted it.
  private static func arrivals(
    _ profile: CityProfile, _ desk: CommandDesk, _ ring: KeyRing, _ acknowledger: Acknowledger,
    _ secrets: [String: SharedSecret]
  ) throws -> [any Measure] {
    guard profile.measures.contains(where: { $0.number == ArrivalMeasure.card.number }) else {
      return []
    }
    return [
      try ArrivalMeasure(
        desk: desk, rules: try ArrivalRules(profile, calendar: .stateCouncil), ring: ring,
        acknowledger: acknowledger, partners: secrets)
    ]
  }

  /// The approved flights as lines of JSON.
  public func flightLines() async throws -> [String] {
    try await store.report { view in
      var lines: [String] = []
      try FlightExport.lines(view) { lines.append($0) }
      return lines
    }
  }

  /// All schema steps of a city.
  public static let migrations =
    BookShelf.migrations + [CaseFileBook.migration] + RequestTables.migrations
    + DormancyTables.migrations + ReconsiderationTables.migrations + AlertTables.migrations
    + [CopyBook.migration] + LowAltitudeMeasure.migrations + ArrivalMeasure.migrations
  /// All tables whose rows carry a mark.
  public static let markedTables =
    BookShelf.markedTables + [CaseFileBook.table, RequestTables.table]
    + DormancyTables.markedTables + ReconsiderationTables.markedTables + [AlertTables.table]
    + LowAltitudeMeasure.allMarkedTables + ArrivalMeasure.allMarkedTables

  /// The city's data: the folder's own `city/`, else the demonstration city.
  public static func profile(_ folder: DataFolder) throws -> CityProfile {
    try CityProfile(files: profileFiles(folder))
  }

  /// The files of the city's data, by name.
  static func profileFiles(_ folder: DataFolder) -> [String: [UInt8]] {
    let own = folder.path + "/city"
    guard FileManager.default.fileExists(atPath: own) else { return BundledCities.shifanFiles }
    var files: [String: [UInt8]] = [:]
    for name in ["airports.json", "city.json", "catalogue.json"] {
      files[name] = FileManager.default.contents(atPath: own + "/" + name).map { Array($0) }
    }
    return files
  }

  /// A maildir always; a webhook if `config.json` names one.
  private static func connectors(_ folder: DataFolder) throws -> [any Connector] {
    var connectors: [any Connector] = [MaildirConnector(folder: folder.mail)]
    if let data = FileManager.default.contents(atPath: folder.path + "/config.json") {
      let config = try JSONValue(parsing: Array(data))
      if let webhook = config["webhook"], let address = webhook["url"]?.string {
        connectors.append(
          try WebhookConnector(
            address: address, secret: Array((webhook["secret"]?.string ?? "").utf8)))
      }
    }
    return connectors
  }

  /// What hands things over at once: to platforms, where measure 2 runs, and to other providers of services for
  /// drones, where the city is one.
  public var pushes: [PushWorker] { [platformPushes, peerNotices].compactMap { $0 } }

  private var peerNotices: PushWorker? {
    guard let measure = measures.lazy.compactMap({ $0 as? LowAltitudeMeasure }).first,
      measure.tellsPeers
    else { return nil }
    // Bounded by the time of what is told, see ``LowAltitudeMeasure/tellPeer(_:)``.
    let patience = PushWorker.Patience(
      attempts: .max, line: { LowAltitudeMeasure.line($0) },
      pause: { LowAltitudeMeasure.pause(after: $0) })
    return PushWorker(
      desk: desk, duty: duties.outbox, time: time, kind: LowAltitudeMeasure.noticeKind,
      patience: patience, receiver: { LowAltitudeMeasure.receiver($0) }
    ) { effect in
      switch try await measure.tellPeer(effect) {
      case .told(let proof): return proof
      case .later(let why): throw DeliveryFailure(why, isLasting: false)
      case .never(let why): throw DeliveryFailure(why, isLasting: true)
      }
    } gaveUp: { effect in
      try await measure.gaveUpTelling(effect)
    }
  }

  private var platformPushes: PushWorker? {
    guard let measure = measures.lazy.compactMap({ $0 as? IPMeasure }).first else { return nil }
    let (partners, time) = (partners, time)
    return PushWorker(
      desk: desk, duty: duties.outbox, time: time, kind: IPMeasure.pushKind,
      receiver: { IPMeasure.receiver($0) }
    ) { effect in
      guard let message = try await measure.push(effect) else { return nil }
      return try await partners.webhook(message.platform).post(
        message.body, key: effect.key, at: time.now)
    } gaveUp: { effect in
      try await measure.gaveUp(effect)
    }
  }

  /// What runs beside the requests.
  var workers: Workers {
    let (requests, offices) = (requests, offices)
    return Workers(
      sequencer: sequencer, publisher: publisher, expiry: RequestExpiry(desk: desk, rules: rules),
      caseExpiry: CaseExpiry(desk: desk, offices.map(\.setting)),
      outbox: OutboxWorker(
        desk: desk, duty: duties.outbox, time: time, connectors: connectors
      ) { effect in
        if let notice = try await requests.notice(effect) { return notice }
        for office in offices {
          if let notice = try await office.notice(effect) { return notice }
        }
        return nil
      }, pushes: pushes, keys: KeyWatch(self), measures: measures, desk: desk, duties: duties,
      time: time, logger: logger)
  }

  /// What the step behind a kind of act is called.
  func stepName(_ kind: String) -> Phrase {
    measures.lazy.compactMap { $0.stepName(kind) }.first ?? .same(kind)
  }

  /// Whether a visitor may read all of a case as an official, as whoever opens a receipt does.
  func isStaff(_ visit: Visit, _ row: CaseRow) async throws -> Bool {
    guard offices.contains(where: { $0.setting.measure == row.measure }) else {
      return visit.actor.may("requests.desk") && visit.actor.covers(agency: row.agency)
    }
    guard let file = try await store.first(CaseFileBook.find(row.key)),
      let office = offices.first(where: { $0.handles(file) })
    else { return false }
    return office.seesEverything(visit, file)
  }

  /// Runs what is due until nothing is: log, legal clocks, notices. For commands that end.
  public func settle() async throws {
    let workers = workers
    while try await workers.tick() > 0 {}
    repeat { try await sequencer.drain() } while try await workers.hear() > 0
    while try await workers.outbox.runOnce() > 0 {}
  }

  private static let latest = Statement("SELECT max(recorded_at) FROM journal")

  /// When the last act was recorded; nil if there is none.
  public func lastAct() async throws -> Instant? {
    try await store.first(Query(RunningCity.latest) { $0.optionalInstant(0) }) ?? nil
  }

  /// The account with a log-in name.
  public func account(_ login: String) async throws -> Int64? {
    try await store.first(AccountBook.find(login: login))?.key
  }

  /// Takes the steps that legal clocks call for now; the answer is how many.
  public func tick() async throws -> Int { try await workers.tick() }

  /// Tells measures of acts of others that are in the log; the answer is how many were heard.
  public func hear() async throws -> Int { try await workers.hear() }

  /// Does what is due once a night; the answer is how much.
  public func night() async throws -> Int { try await workers.night() }

  /// Hands over the notices that are due, at most so many times a worker's portion.
  public func notify(portions: Int = .max) async throws {
    let outbox = workers.outbox
    var done = 0
    while done < portions, try await outbox.runOnce() > 0 { done += 1 }
  }

  /// Gives back what this node does for others, so that they need not wait for it, and closes the
  /// store.
  public func retire() async {
    for duty in duties.all { try? await duty.leave() }
    close()
  }

  /// Closes the store; what this node did for others is taken over once they notice.
  public func close() { store.close() }
}

/// The roles that belong to no measure.
enum BaseRoles {
  /// All roles of a city whose measures are these.
  static func policy(with measures: [any Measure]) -> AccessPolicy {
    AccessPolicy(
      roles: all + measures.flatMap(\.roles),
      separations: separations + measures.flatMap(\.separations),
      everybody: measures.reduce(into: []) { $0.formUnion($1.publicPermissions) })
  }

  static let administrator = Role(
    "administrator", Phrase("系统管理员", en: "Administrator"), ["accounts.manage", "subjects.forget"],
    reachesAllAgencies: true)
  static let auditor = Role(
    "auditor", Phrase("审计员", en: "Auditor"), ["access.read"], reachesAllAgencies: true)
  static let importer = Role(
    "importer", Phrase("数据导入员", en: "Importer"), ["desk.backfill", "requests.import"],
    reachesAllAgencies: true)
  static let all = [administrator, auditor, importer]

  /// Who gives posts holds none of them; who checks the reads of personal data reads none.
  static let separations: [RoleSeparation] = {
    let duty = Basis.cityPolicy(Phrase("不相容职务分离", en: "separation of duties"))
    let work = [
      RequestsMeasure.dispatcher.id, RequestsMeasure.handler.id, RequestsMeasure.arbiter.id,
      RequestsMeasure.supervisor.id,
    ]
    return work.flatMap {
      [RoleSeparation(administrator.id, $0, duty), RoleSeparation(auditor.id, $0, duty)]
    } + [RoleSeparation(administrator.id, auditor.id, duty)]
  }()
}
