import Commons

/// A request that a log sends to a witness (C2SP tlog-witness, `POST add-checkpoint`).
public struct AddCheckpoint: Hashable, Sendable {
  /// The size that the log thinks the witness saw last.
  public let oldSize: Int64
  /// The consistency proof from that size, at most 63 hashes.
  public let proof: [[UInt8]]
  /// The signed checkpoint.
  public let note: SignedNote

  /// A request from its parts.
  public init(oldSize: Int64, proof: [[UInt8]], note: SignedNote) {
    self.oldSize = oldSize
    self.proof = proof
    self.note = note
  }

  /// The body.
  public var text: String {
    "old \(oldSize)\n" + proof.map { Base64.encode($0) + "\n" }.joined() + "\n" + note.description
  }

  /// Reads ``text``; nil for anything else.
  public init?(text: String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    guard let first = lines.popFirst(), first.hasPrefix("old "),
      let size = Int64(first.dropFirst(4)),
      size >= 0, first == "old \(size)"
    else { return nil }
    var proof: [[UInt8]] = []
    while let line = lines.popFirst(), !line.isEmpty {
      guard let hash = Base64.decode(line), hash.count == MerkleTree.hashBytes, proof.count < 63
      else { return nil }
      proof.append(hash)
    }
    guard let note = SignedNote(lines.joined(separator: "\n")) else { return nil }
    self.init(oldSize: size, proof: proof, note: note)
  }
}

/// Sees that logs only grow, and signs what it saw (C2SP tlog-witness). It decides; whoever runs it must
/// keep ``latest`` durably before an answer leaves, and let one request at a time decide.
public struct Witness: Sendable {
  /// The last checkpoint that was signed, by origin, as its log signed it.
  public private(set) var latest: [String: SignedNote]
  private let logs: [String: [NoteVerifier]]
  private let signer: NoteSigner

  /// A witness of logs with these keys, going on from what it last signed.
  public init(signer: NoteSigner, logs: [NoteVerifier], latest: [String: SignedNote] = [:]) {
    self.signer = signer
    self.logs = Dictionary(grouping: logs.filter { $0.kind == .log }, by: \.name)
    self.latest = latest
  }

  /// An answer to a request.
  public enum Answer: Hashable, Sendable {
    /// 200: the checkpoint was signed.
    case signed(SignedNote.Signature)
    /// 400: the request cannot be read, or its old size is above the checkpoint's.
    case malformed
    /// 403: no key of the log signed the checkpoint.
    case unsigned
    /// 404: the log is not one of those that are watched.
    case unknownLog
    /// 409: another size was signed last, this one.
    case conflict(size: Int64)
    /// 409: a tree of this size but with another root was signed last. With their signatures the two
    /// prove to anybody that the log shows different histories.
    case splitView(shown: SignedNote, known: SignedNote)
    /// 422: the checkpoint does not follow from the one that was signed last, or its proof is wrong.
    case inconsistent(shown: SignedNote, known: SignedNote?)

    /// The status of HTTP.
    public var status: Int {
      switch self {
      case .signed: 200
      case .malformed: 400
      case .unsigned: 403
      case .unknownLog: 404
      case .conflict, .splitView: 409
      case .inconsistent: 422
      }
    }

    /// The body's media type.
    public var mediaType: String {
      if case .conflict = self { "text/x.tlog.size" } else { "text/plain; charset=utf-8" }
    }

    /// The body.
    public var body: String {
      switch self {
      case .signed(let signature): signature.line
      case .conflict(let size): "\(size)\n"
      case .malformed: "the request is malformed\n"
      case .unsigned: "the log did not sign this checkpoint\n"
      case .unknownLog: "this log is not known here\n"
      case .splitView: "split view: another tree of this size was signed before\n"
      case .inconsistent: "the checkpoint does not follow from the last one\n"
      }
    }

    /// The two notes that are worth keeping where a log may have lied, the known one first.
    public var evidence: [SignedNote] {
      switch self {
      case .splitView(let shown, let known): [known, shown]
      case .inconsistent(let shown, let known): (known.map { [$0] } ?? []) + [shown]
      default: []
      }
    }
  }

  /// Decides on a request, in the order of checks that the protocol gives.
  public mutating func add(_ body: String, at time: Instant) throws -> Answer {
    guard let request = AddCheckpoint(text: body), let next = Checkpoint(text: request.note.text)
    else { return .malformed }
    guard let keys = logs[next.origin] else { return .unknownLog }
    guard keys.contains(where: { $0.verifies(request.note) }) else { return .unsigned }
    guard request.oldSize <= next.size else { return .malformed }
    let known = latest[next.origin]
    let last = known.flatMap { Checkpoint(text: $0.text) }
    guard request.oldSize == last?.size ?? 0 else { return .conflict(size: last?.size ?? 0) }
    if let known, let last, last.size == next.size, last.root != next.root {
      return .splitView(shown: request.note, known: known)
    }
    guard next.follows(last, proof: request.proof) else {
      return .inconsistent(shown: request.note, known: known)
    }
    let signature = try signer.cosign(request.note.text, at: time)
    latest[next.origin] = request.note
    return .signed(signature)
  }
}
