import Commons

/// Which logs are accepted and how many witnesses must have seen a checkpoint (C2SP tlog-policy).
public struct WitnessPolicy: Hashable, Sendable {
  /// The keys of the logs; a checkpoint of another log is refused.
  public let logs: [NoteVerifier]
  /// The witnesses in the order of the policy.
  public let witnesses: [Member]
  private var groups: [Name: Group] = [:]
  private let quorum: Name?

  /// A witness that the policy names.
  public struct Member: Hashable, Sendable {
    /// Its name in the policy, which means nothing elsewhere.
    public let name: String
    /// Its key.
    public let key: NoteVerifier
    /// Where it takes checkpoints; needed by those who ask it alone.
    public let address: String?
    fileprivate let id: [UInt8]
  }

  /// A name as the bytes that stand in the file: equal text in another Unicode form is another name.
  private typealias Name = [UInt8]

  private struct Group: Hashable {
    let needed: Int
    let members: [Name]
  }

  /// Seconds by which the clock of a witness may be ahead of ours: city policy.
  public static let allowedLeadSeconds: Int64 = 300

  /// Accepts one log without witnesses.
  public init(log: NoteVerifier) {
    logs = [log]
    witnesses = []
    quorum = nil
  }

  /// The same policy with another log.
  public func of(_ log: NoteVerifier) -> WitnessPolicy { WitnessPolicy(self, log: log) }

  private init(_ other: WitnessPolicy, log: NoteVerifier) {
    logs = [log]
    witnesses = other.witnesses
    groups = other.groups
    quorum = other.quorum
  }

  /// Reads a policy file: lines `log KEY [URL]`, `witness NAME KEY [URL]`, `group NAME K|any|all
  /// NAME…`, `quorum NAME|none`; throws 400 with the number of the line that is wrong.
  public init(text: String) throws(Problem) { try self.init(Array(text.utf8)) }

  /// Reads the bytes of a policy file, see ``init(text:)``.
  public init(_ bytes: [UInt8]) throws(Problem) {
    var reader = Reader()
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if let wrong = reader.read(line: line) {
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
    self.quorum = quorum == Reader.none ? nil : quorum
  }

  private struct Reader {
    var logs: [NoteVerifier] = []
    var witnesses: [Member] = []
    var groups: [Name: Group] = [:]
    var members: Set<Name> = []
    var quorum: Name?

    static let none = Array("none".utf8)

    /// Takes a line; the answer is what is wrong with it.
    mutating func read(line: ArraySlice<UInt8>) -> Phrase? {
      guard line.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
        return Phrase(
          "含有控制字符：行以换行符结尾，各项以空格或制表符分隔",
          en: "a control character: lines end with LF, parts are parted by spaces or tabs")
      }
      let words = line.split { $0 == 0x20 || $0 == 0x09 }.map { Name($0) }
      guard let first = words.first, first.first != 0x23 else { return nil }
      switch String(decoding: first, as: UTF8.self) {
      case "log" where (2...3).contains(words.count): return log(words[1])
      case "witness" where (3...4).contains(words.count): return witness(words)
      case "group" where words.count >= 4: return group(words[1], words[2], Array(words[3...]))
      case "quorum" where words.count == 2: return quorum(words[1])
      default:
        return Phrase(
          "应为 log、witness、group 或 quorum 及其各项",
          en: "log, witness, group or quorum with its parts is expected")
      }
    }

    private func key(_ word: Name) -> NoteVerifier? {
      String(validating: word, as: UTF8.self).flatMap { NoteVerifier(text: $0) }
    }

    private mutating func log(_ word: Name) -> Phrase? {
      guard let key = key(word), key.kind == .log else {
        return Phrase("不是日志公钥", en: "this is no key of a log")
      }
      guard !logs.contains(where: { $0.publicKey == key.publicKey }) else {
        return Phrase("公钥重复", en: "this key stands here twice")
      }
      logs.append(key)
      return nil
    }

    private mutating func witness(_ words: [Name]) -> Phrase? {
      guard let key = key(words[2]), key.kind == .witness else {
        return Phrase("不是见证公钥", en: "this is no key of a witness")
      }
      guard !witnesses.contains(where: { $0.key.publicKey == key.publicKey }) else {
        return Phrase("公钥重复", en: "this key stands here twice")
      }
      guard isFree(words[1]) else { return Reader.taken }
      witnesses.append(
        Member(
          name: String(decoding: words[1], as: UTF8.self), key: key,
          address: words.count > 3 ? String(decoding: words[3], as: UTF8.self) : nil, id: words[1]))
      return nil
    }

    private mutating func group(_ name: Name, _ count: Name, _ names: [Name]) -> Phrase? {
      guard isFree(name) else { return Reader.taken }
      for member in names {
        guard isDefined(member) else { return Reader.unknown }
        guard members.insert(member).inserted else {
          return Phrase("成员重复", en: "a member belongs to a group already")
        }
      }
      let needed =
        switch String(decoding: count, as: UTF8.self) {
        case "any": 1
        case "all": names.count
        case let text: Int(text).flatMap { String($0) == text ? $0 : nil } ?? 0
        }
      guard (1...names.count).contains(needed) else {
        return Phrase("人数应为 1 至 \(names.count)", en: "the number must be 1 to \(names.count)")
      }
      groups[name] = Group(needed: needed, members: names)
      return nil
    }

    private mutating func quorum(_ name: Name) -> Phrase? {
      guard quorum == nil else { return Phrase("quorum 重复", en: "quorum stands here twice") }
      guard name == Reader.none || isDefined(name) else { return Reader.unknown }
      quorum = name
      return nil
    }

    private static let taken = Phrase("名称已用过", en: "this name is taken")
    private static let unknown = Phrase(
      "名称须在前面定义", en: "a name must be defined on a line before")

    private func isDefined(_ name: Name) -> Bool {
      groups[name] != nil || witnesses.contains { $0.id == name }
    }

    private func isFree(_ name: Name) -> Bool { name != Reader.none && !isDefined(name) }
  }

  /// A checkpoint that satisfies a policy.
  public struct Accepted: Sendable {
    /// What the log says of itself.
    public let checkpoint: Checkpoint
    /// Which witnesses saw it, and when, in the order of the policy.
    public let seen: [(witness: Member, at: Instant)]
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
    let seen = witnesses.compactMap { member in
      member.key.cosigned(note).map { (witness: member, at: $0) }
    }
    let latest = now.adding(seconds: WitnessPolicy.allowedLeadSeconds)
    for (member, time) in seen where time > latest {
      let name = member.name
      throw .refused(
        "log-future",
        Phrase(
          "见证“\(name)”的时间 \(time.rfc3339(in: .utc)) 在未来：请核对时钟。",
          en:
            "Witness “\(name)” signed at \(time.rfc3339(in: .utc)), which is in the future: compare the clocks."
        ))
    }
    guard quorum.map({ holds($0, Set(seen.map(\.witness.id))) }) ?? true else {
      throw .refused(
        "log-quorum",
        Phrase(
          "见证不足：有效的只有 \(seen.count) 个。",
          en: "Too few witnesses: \(seen.count) of \(witnesses.count) signed, which is no quorum."))
    }
    return Accepted(checkpoint: point, seen: seen)
  }

  private func holds(_ name: Name, _ seen: Set<Name>) -> Bool {
    guard let group = groups[name] else { return seen.contains(name) }
    return group.members.filter { holds($0, seen) }.count >= group.needed
  }
}
