import Commons

/// Compares the checkpoints of a log over time: an honest log only grows.
public struct Monitor: Sendable {
  /// What the log must be, and who must have seen it.
  public let policy: WitnessPolicy
  /// The last checkpoint that followed from the one before; none at first.
  public private(set) var latest: SignedNote?

  /// A monitor that goes on from a checkpoint it accepted before.
  public init(policy: WitnessPolicy, latest: SignedNote? = nil) {
    self.policy = policy
    self.latest = latest
  }

  /// What a checkpoint is beside the last one. Where two contradict each other both are given: with
  /// their signatures they prove it to anybody.
  public enum Finding: Hashable, Sendable {
    /// The first one.
    case first
    /// The same tree as before.
    case same
    /// The tree has grown.
    case grown(from: Int64, to: Int64)
    /// An older one was served: a stale copy, or a log that was set back.
    case replayed(shown: SignedNote, known: SignedNote)
    /// Two trees of one size: the log shows different histories.
    case splitView(shown: SignedNote, known: SignedNote)
    /// The new tree does not hold the old one.
    case rewritten(shown: SignedNote, known: SignedNote)

    /// Whether an honest log with fresh copies can be like this.
    public var isGood: Bool {
      switch self {
      case .first, .same, .grown: true
      case .replayed, .splitView, .rewritten: false
      }
    }

    /// What was found, in words.
    public var phrase: Phrase {
      switch self {
      case .first: Phrase("首个检查点，已记下", en: "The first checkpoint; it is kept")
      case .same: Phrase("没有新条目", en: "Nothing new")
      case .grown(let from, let to):
        Phrase("日志由 \(from) 条增至 \(to) 条，前后一致", en: "Grown from \(from) to \(to), consistently")
      case .replayed:
        Phrase("收到比已知更早的检查点", en: "An older checkpoint than the known one was served")
      case .splitView:
        Phrase(
          "分裂视图：同一条数有两个不同的根值", en: "Split view: two different trees of one size")
      case .rewritten:
        Phrase("历史被改写：新日志不含旧日志", en: "Rewritten: the new tree does not hold the old one")
      }
    }

    /// The two notes that contradict each other, the known one first; none where nothing does.
    public var evidence: [SignedNote] {
      switch self {
      case .first, .same, .grown: []
      case .replayed(let shown, let known), .splitView(let shown, let known),
        .rewritten(let shown, let known):
        [known, shown]
      }
    }
  }

  /// Takes a checkpoint in; what is no checkpoint that the policy accepts is thrown. The proof is asked
  /// for only where the tree has grown: from one size to the other.
  public mutating func observe(
    _ note: SignedNote, now: Instant, proof: (Int64, Int64) throws -> [[UInt8]]
  ) throws -> Finding {
    let next = try policy.verify(note, now: now).checkpoint
    guard let known = latest, let last = Checkpoint(text: known.text) else {
      latest = note
      return .first
    }
    guard last.origin == next.origin else {
      throw Problem.refused(
        "log-origin",
        Phrase(
          "检查点属于“\(next.origin)”，此前监看的是“\(last.origin)”。",
          en: "The checkpoint is of “\(next.origin)”; watched until now was “\(last.origin)”."))
    }
    if next.size == last.size {
      return next.root == last.root ? .same : .splitView(shown: note, known: known)
    }
    if next.size < last.size { return .replayed(shown: note, known: known) }
    guard next.follows(last, proof: try proof(last.size, next.size)) else {
      return .rewritten(shown: note, known: known)
    }
    latest = note
    return .grown(from: last.size, to: next.size)
  }
}
