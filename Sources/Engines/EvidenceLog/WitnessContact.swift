import Commons

/// What a log knows of one of its witnesses, and what the witness's answers mean (C2SP tlog-witness,
/// from the side of the log). It decides; whoever uses it sends requests and brings the answers.
public struct WitnessContact: Sendable {
  /// The witness.
  public let member: WitnessPolicy.Member
  /// The size that it signed last, as far as is known: a wrong guess costs one more request.
  public private(set) var size: Int64

  /// A witness that may have signed the newest of these notes that bears its signature.
  public init(_ member: WitnessPolicy.Member, known note: SignedNote? = nil) {
    self.member = member
    let point = note.flatMap { Checkpoint(text: $0.text) }
    size = note.flatMap { member.key.cosigned($0) } == nil ? 0 : point?.size ?? 0
  }

  /// An answer as HTTP brings it.
  public struct Answer: Sendable {
    /// The status.
    public let status: Int
    /// The media type; empty where there is none.
    public let mediaType: String
    /// The body.
    public let body: String

    /// An answer.
    public init(status: Int, mediaType: String, body: String) {
      self.status = status
      self.mediaType = mediaType
      self.body = body
    }
  }

  /// What came of a request.
  public enum Outcome: Hashable, Sendable {
    /// The witness saw the checkpoint.
    case cosigned(SignedNote.Signature)
    /// It signed another size last: the request is to be made again from there.
    case again
    /// It did not sign, for now.
    case failed(Phrase)
    /// It saw another history or a longer one than this log has now: somebody must look.
    case contradicted(Phrase)
  }

  /// The request for a checkpoint; the proof leads from ``size``, or from nothing where the checkpoint
  /// is older than what the witness is thought to know.
  public func request(
    _ note: SignedNote, of point: Checkpoint, proof: (Int64) throws -> [[UInt8]]
  ) rethrows -> AddCheckpoint {
    let old = size <= point.size ? size : 0
    let hashes = old == 0 || old == point.size ? [] : try proof(old)
    return AddCheckpoint(oldSize: old, proof: hashes, note: note)
  }

  /// Takes an answer in.
  public mutating func take(
    _ answer: Answer, to request: AddCheckpoint, now: Instant
  ) -> Outcome {
    guard let point = Checkpoint(text: request.note.text) else {
      return .failed(Phrase("没有检查点", en: "no checkpoint was sent"))
    }
    switch answer.status {
    case 200: return signed(answer.body, request.note, point, now)
    case 409 where answer.mediaType.hasPrefix("text/x.tlog.size"):
      return moved(answer.body, request, point)
    case 409, 422:
      return .contradicted(
        Phrase(
          "见证认为第 \(point.size) 条的检查点与其已签的不一致（\(answer.status)）",
          en:
            "it says that the checkpoint of size \(point.size) does not follow from what it signed (\(answer.status))"
        ))
    default:
      return .failed(Phrase("应答 \(answer.status)", en: "it answered \(answer.status)"))
    }
  }

  private mutating func signed(
    _ body: String, _ note: SignedNote, _ point: Checkpoint, _ now: Instant
  ) -> Outcome {
    // A body can hold signatures of keys that are not known here; those are passed over.
    let own = (SignedNote.signatures(body) ?? []).first {
      member.key.cosigned(SignedNote(text: note.text, signatures: [$0])) != nil
    }
    guard let own else {
      return .failed(Phrase("应答中没有有效签名", en: "its answer holds no valid signature of its key"))
    }
    let time = member.key.cosigned(SignedNote(text: note.text, signatures: [own])) ?? now
    guard time <= now.adding(seconds: WitnessPolicy.allowedLeadSeconds) else {
      return .failed(
        Phrase(
          "签名时间 \(time.rfc3339(in: .utc)) 在未来",
          en: "it signed at \(time.rfc3339(in: .utc)), which is in the future"))
    }
    size = point.size
    return .cosigned(own)
  }

  private mutating func moved(
    _ body: String, _ request: AddCheckpoint, _ point: Checkpoint
  ) -> Outcome {
    let text = body.hasSuffix("\n") ? String(body.dropLast()) : body
    guard let known = Int64(text), known >= 0, String(known) == text else {
      return .failed(Phrase("应答中没有条数", en: "its answer holds no size"))
    }
    guard known != request.oldSize else {
      return .failed(Phrase("应答自相矛盾", en: "its answer contradicts itself"))
    }
    size = known
    guard known <= point.size else {
      return .contradicted(
        Phrase(
          "见证已签过 \(known) 条，本日志只有 \(point.size) 条：数据可能被退回到旧状态",
          en:
            "it has signed \(known) entries and this log has \(point.size): the store may have been set back"
        ))
    }
    return .again
  }
}
