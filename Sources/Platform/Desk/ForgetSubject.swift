import Books
import Commons
import Storage

/// Destroys the key of a case or account: what was sealed for it cannot be read again, in the store
/// or in any later backup; every proof of the log stays valid. Rests on the Personal Information
/// Protection Law, article 47.
public struct ForgetSubject: Command {
  /// Nothing: the decision itself asks for the subject.
  public typealias Loaded = Void
  /// Whose words are to be forgotten.
  public let subject: Int64
  /// Why, for the record.
  public let reason: String
  /// The act that stays in the journal as proof that the words were destroyed.
  public let kind = "subjects.forget"
  /// A permission of its own, because what it destroys cannot be brought back.
  public let permission = "subjects.forget"
  /// nil: the act opens an aggregate of its own, whose words stay readable.
  public var aggregate: Int64? { nil }
  /// The subject, by key, and the reason.
  public var content: JSONValue {
    ["subject": .integer(subject), "reason": .string(reason)]
  }

  /// A wish to forget.
  public init(_ subject: Int64, reason: String) {
    self.subject = subject
    self.reason = reason
  }

  /// Destroys the subject's key, its attachments and what was kept of its requests; for a case the
  /// title becomes a dash, an account is closed and loses its log-in name.
  ///
  /// - Throws: ``Problem`` 404 if there is no such subject, 422 if it was forgotten before or its
  ///   case is still open.
  public func decide(_ loaded: Void, _ view: any View, _ context: Context) throws -> Decision {
    guard let known = try view.first(SubjectBook.find(subject)) else {
      throw Problem.notFound(Phrase("没有这个主体。", en: "There is no such subject."))
    }
    guard !known.isForgotten else {
      throw Problem.refused(
        "forgotten-before", Phrase("该主体的内容已销毁。", en: "It has been destroyed before."))
    }
    var changes = [
      SubjectBook.forget(known, context.ring), IdempotencyBook.forget(subject),
    ]
    changes += try view.all(BlobBook.of(subject)).flatMap(BlobBook.drop)
    if let account = try view.first(AccountBook.find(subject)) {
      changes += AccountBook.forget(account, at: context.effectiveAt, context.ring)
    }
    if let row = try view.first(CaseBook.find(subject)) {
      guard row.isClosed else {
        throw Problem.refused(
          "case-open",
          Phrase(
            "此件尚未办结，不能销毁其内容。", en: "The case is still open; its words are needed."),
          because: [
            .law(Citation("中华人民共和国个人信息保护法", edition: "2021-08-20", article: 47))
          ])
      }
      var nameless = row
      nameless.title = "—"
      changes.append(CaseBook.move(nameless, from: row, context.ring))
    }
    return .accepted(publicFields: [:], changes: changes)
  }
}

extension CommandDesk {
  /// Forgets a subject, drops its key from memory and has the engine overwrite what it kept of it. If
  /// somebody reads an older state just then, the hourly sweep does the last.
  public func forget(_ subject: Int64, reason: String, by actor: Actor) async throws -> Acknowledged
  {
    let done = try await submit(ForgetSubject(subject, reason: reason), by: actor)
    keys.drop(subject)
    try? await store.scrub()
    return done
  }
}
