#if PostgreSQL
  import Storage

  /// One unit that waits for the writer. The writer thread fills in the outcome before it calls the
  /// group's `done`, which is what makes the hand-over of these fields safe.
  class PostgresUnit: @unchecked Sendable {
    var failure: (any Error)?
    /// What it would change, once it could be run to its end.
    private(set) var changes: [Change] = []
    private(set) var state = State.waiting
    private var asked: [Asked] = []
    /// What its plan rests on, if it was made before the unit's turn.
    private var ahead: Ahead?
    /// Whether a change of it was refused when others were sent with it: it is tried alone.
    var isSuspect = false
    /// Why it fails for good: it was refused when it was tried alone.
    var verdict: (any Error)?
    /// Set if one of its values could not even be sent.
    var unsendable: PostgresFailure?

    enum State {
      /// Must be run, or run again.
      case waiting
      /// Needs the answer of this question.
      case asking(Asked)
      /// Ran to its end: `changes` or `failure` stand as long as its answers do.
      case decided
    }

    private struct Ahead {
      let questions: [Question]
      /// The batch that was over before the first of them was asked.
      let since: Int
    }

    /// Runs the unit's pure part and keeps its answer.
    func plan(_ view: any View) throws -> [Change] { preconditionFailure("overridden") }

    var isDecided: Bool { if case .decided = state { true } else { false } }

    func reset() {
      state = .waiting
      verdict = nil
      unsendable = nil
      asked = []
      ahead = nil
      changes = []
      failure = nil
    }

    private func run(_ view: any View) {
      failure = nil
      changes = []
      do { changes = try plan(view) } catch { failure = error }
    }

    private func stop() {
      failure = nil
      changes = []
    }

    // MARK: Before its turn

    /// Runs it with the answers it has so far: the question that it asks next, or nil if it is planned.
    func planAhead(_ view: AheadView, since: Int) -> Question? {
      run(view)
      // A unit may swallow the error that stands for a missing answer; what it says then is void.
      if let missing = view.missing {
        stop()
        return missing
      }
      ahead = Ahead(questions: view.asked, since: since)
      state = .decided
      return nil
    }

    /// Whether the plan that was made before its turn is the one that it would make now. One that is not
    /// is dropped.
    func isPlanned(_ trail: ChangeTrail) -> Bool {
      guard let ahead, verdict == nil else { return false }
      if trail.holds(ahead.questions, since: ahead.since) { return true }
      self.ahead = nil
      state = .waiting
      return false
    }

    // MARK: At its turn

    /// Brings the unit as far as the known answers carry it.
    func advance(_ cache: AnswerCache) -> State {
      if let verdict {
        failure = verdict
        changes = []
        return .decided
      }
      switch state {
      case .decided where !asked.contains(where: \.isStale): return state
      case .asking(let question) where question.answer == nil && !question.isStale: return state
      default: break
      }
      let view = CachedView(cache)
      run(view)
      asked = view.asked
      if let missing = view.missing {
        stop()
        state = .asking(missing)
      } else {
        state = .decided
      }
      return state
    }
  }

  final class TypedPostgresUnit<Answer: Sendable>: PostgresUnit, @unchecked Sendable {
    private let unit: WriteUnit<Answer>
    private(set) var answer: Answer?

    init(_ unit: @escaping WriteUnit<Answer>) { self.unit = unit }

    override func plan(_ view: any View) throws -> [Change] {
      let plan = try unit(view)
      answer = plan.answer
      return plan.changes
    }
  }

  /// Units that arrived together and are answered together.
  final class PostgresGroup: Sendable {
    let units: [PostgresUnit]
    let done: @Sendable () -> Void

    init(_ units: [PostgresUnit], done: @escaping @Sendable () -> Void) {
      self.units = units
      self.done = done
    }
  }

  /// A view that gives the answers of one unit in their order and stops it at the first question that has
  /// none yet.
  final class AheadView: View {
    private var answers: [PostgresAnswer] = []
    private(set) var asked: [Question] = []
    private(set) var missing: Question?
    private var position = 0

    private struct Missing: Error {}

    /// Takes the answer to the missing question; the unit is then run from its beginning.
    func take(_ answer: PostgresAnswer) {
      answers.append(answer)
      asked = []
      missing = nil
      position = 0
    }

    func all<Output>(_ query: Query<Output>) throws -> [Output] {
      try answer(query).all(query.decode)
    }

    func first<Output>(_ query: Query<Output>) throws -> Output? {
      try answer(query).first(query.decode)
    }

    private func answer<Output>(_ query: Query<Output>) throws -> PostgresAnswer {
      if missing != nil { throw Missing() }
      let question = Question(statement: query.statement, parameters: query.parameters)
      guard position < answers.count else {
        missing = question
        throw Missing()
      }
      asked.append(question)
      position += 1
      return answers[position - 1]
    }
  }

  /// A view that answers from what was fetched and stops the unit at the first question that was
  /// not.
  private final class CachedView: View {
    private let cache: AnswerCache
    private(set) var asked: [Asked] = []
    private(set) var missing: Asked?

    private struct Missing: Error {}

    init(_ cache: AnswerCache) { self.cache = cache }

    func all<Output>(_ query: Query<Output>) throws -> [Output] {
      try answer(query).all(query.decode)
    }

    func first<Output>(_ query: Query<Output>) throws -> Output? {
      try answer(query).first(query.decode)
    }

    private func answer<Output>(_ query: Query<Output>) throws -> PostgresAnswer {
      if missing != nil { throw Missing() }
      let entry = cache.entry(query.statement, query.parameters)
      guard let answer = entry.answer else {
        missing = entry
        throw Missing()
      }
      asked.append(entry)
      return try answer.get()
    }
  }
#endif
