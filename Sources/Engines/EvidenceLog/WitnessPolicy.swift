import Commons

/// Which logs are accepted and how many witnesses must have seen a checkpoint (C2SP tlog-policy).
public struct WitnessPolicy: Hashable, Sendable {
  /// The keys of the logs; a checkpoint of another log is refused.
  public let logs: [NoteVerifier]
  /// The keys of the witnesses by the names that the policy gives them.
  public let witnesses: [String: NoteVerifier]
  private var groups: [String: Group] = [:]
  private let quorum: String?

  private struct Group: Hashable {
    let needed: Int
    let members: [String]
  }

  /// Seconds by which the clock of a witness may be ahead of ours: city policy.
  public static let allowedLeadSeconds: Int64 = 300

  /// Accepts one log without witnesses.
  public init(log: NoteVerifier) {
    logs = [log]
    witnesses = [:]
    quorum = nil
  }

  /// Reads a policy file: lines `log KEY [URL]`, `witness NAME KEY [URL]`, `group NAME K|any|all
  /// NAME…`, `quorum NAME|none`; throws 400 with the number of the line that is wrong.
  public init(text: String) throws(Problem) {
    var reader = Reader()
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
      guard let first = words.first, !first.hasPrefix("#") else { continue }
      if let wrong = reader.read(words) {
        throw .malformed(
          Phrase(
            "策略文件第 \(index + 1) 行：\(wrong.zh)。", en: "Line \(index + 1) of the policy: \(wrong.en)."
          ))
      }
    }
    guard let quorum = reader.quorum else {
      throw .malformed(
        Phrase("策略文件缺少 quorum 行。", en: "The policy lacks its line quorum NAME or quorum none."))
    }
    logs = reader.logs
    witnesses = reader.witnesses
    groups = reader.groups
    self.quorum = quorum == "none" ? nil : quorum
  }

  private struct Reader {
    var logs: [NoteVerifier] = []
    var witnesses: [String: NoteVerifier] = [:]
    var groups: [String: Group] = [:]
    var members: Set<String> = []
    var quorum: String?

    /// Takes a line; the answer is what is wrong with it.
    mutating func read(_ words: [String]) -> Phrase? {
      switch words[0] {
      case "log" where (2...3).contains(words.count): log(words[1])
      case "witness" where (3...4).contains(words.count): witness(words[1], words[2])
      case "group" where words.count >= 4: group(words[1], words[2], Array(words[3...]))
      case "quorum" where words.count == 2: quorum(words[1])
      default:
        Phrase(
          "应为 log、witness、group 或 quorum 及其各项",
          en: "log, witness, group or quorum with its parts is expected")
      }
    }

    private mutating func log(_ text: String) -> Phrase? {
      guard let key = NoteVerifier(text: text), key.kind == .log else {
        return Phrase("不是日志公钥", en: "this is no key of a log")
      }
      guard !logs.contains(where: { $0.publicKey == key.publicKey }) else {
        return Phrase("公钥重复", en: "this key stands here twice")
      }
      logs.append(key)
      return nil
    }

    private mutating func witness(_ name: String, _ text: String) -> Phrase? {
      guard let key = NoteVerifier(text: text), key.kind == .witness else {
        return Phrase("不是见证公钥", en: "this is no key of a witness")
      }
      guard !witnesses.values.contains(where: { $0.publicKey == key.publicKey }) else {
        return Phrase("公钥重复", en: "this key stands here twice")
      }
      guard isFree(name) else { return Reader.taken }
      witnesses[name] = key
      return nil
    }

    private mutating func group(_ name: String, _ count: String, _ names: [String]) -> Phrase? {
      guard isFree(name) else { return Reader.taken }
      for member in names {
        guard isDefined(member) else { return Reader.unknown }
        guard members.insert(member).inserted else {
          return Phrase("成员重复", en: "a member belongs to a group already")
        }
      }
      let needed = count == "any" ? 1 : count == "all" ? names.count : Int(count)
      guard let needed, (1...names.count).contains(needed) else {
        return Phrase("人数应为 1 至 \(names.count)", en: "the number must be 1 to \(names.count)")
      }
      groups[name] = Group(needed: needed, members: names)
      return nil
    }

    private mutating func quorum(_ name: String) -> Phrase? {
      guard quorum == nil else { return Phrase("quorum 重复", en: "quorum stands here twice") }
      guard name == "none" || isDefined(name) else { return Reader.unknown }
      quorum = name
      return nil
    }

    private static let taken = Phrase("名称已用过", en: "this name is taken")
    private static let unknown = Phrase(
      "名称须在前面定义", en: "a name must be defined on a line before")

    private func isDefined(_ name: String) -> Bool {
      witnesses[name] != nil || groups[name] != nil
    }

    private func isFree(_ name: String) -> Bool { name != "none" && !isDefined(name) }
  }

  /// A checkpoint that satisfies a policy.
  public struct Accepted: Sendable {
    /// What the log says of itself.
    public let checkpoint: Checkpoint
    /// Which witnesses saw it, by their names in the policy, and when.
    public let seen: [String: Instant]
  }

  /// Checks a checkpoint: signed by one of the logs under its own name, seen by enough witnesses, no
  /// witness in the future. Throws 400 or 422 with what does not hold.
  public func verify(_ note: SignedNote, now: Instant) throws(Problem) -> Accepted {
    guard let point = Checkpoint(text: note.text) else {
      throw .malformed(Phrase("这不是检查点。", en: "This is no checkpoint."))
    }
    let own = logs.filter { $0.name == point.origin }
    guard !own.isEmpty else {
      throw .refused(
        "log-origin",
        Phrase(
          "检查点属于“\(point.origin)”，不是所信任的日志。",
          en: "The checkpoint is of “\(point.origin)”, which is not a log that is trusted here."))
    }
    guard own.contains(where: { $0.verifies(note) }) else {
      throw .refused(
        "log-signature",
        Phrase("检查点没有日志的有效签名。", en: "The checkpoint bears no valid signature of the log."))
    }
    let seen = witnesses.compactMapValues { $0.cosigned(note) }
    let latest = now.adding(seconds: WitnessPolicy.allowedLeadSeconds)
    for (name, time) in seen.sorted(by: { $0.key < $1.key }) where time > latest {
      throw .refused(
        "log-future",
        Phrase(
          "见证“\(name)”的时间 \(time.rfc3339(in: .utc)) 在未来：请核对时钟。",
          en:
            "Witness “\(name)” signed at \(time.rfc3339(in: .utc)), which is in the future: compare the clocks."
        ))
    }
    guard quorum.map({ holds($0, seen) }) ?? true else {
      throw .refused(
        "log-quorum",
        Phrase(
          "见证不足：有效的只有 \(seen.count) 个。",
          en: "Too few witnesses: \(seen.count) of \(witnesses.count) signed, which is no quorum."))
    }
    return Accepted(checkpoint: point, seen: seen)
  }

  private func holds(_ name: String, _ seen: [String: Instant]) -> Bool {
    guard let group = groups[name] else { return seen[name] != nil }
    return group.members.filter { holds($0, seen) }.count >= group.needed
  }
}
