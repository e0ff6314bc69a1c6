#if PostgreSQL
  import Commons
  import Storage
  import Synchronization

  /// A single question that waits for a reader thread.
  final class WaitingQuestion: Sendable {
    let statement: Statement
    let parameters: [SQLValue]
    let resume: @Sendable (Result<PostgresAnswer, PostgresFailure>) -> Void

    init(
      _ statement: Statement, _ parameters: [SQLValue],
      resume: @escaping @Sendable (Result<PostgresAnswer, PostgresFailure>) -> Void
    ) {
      self.statement = statement
      self.parameters = parameters
      self.resume = resume
    }
  }

  /// A thread with a connection that answers single questions: what has gathered during one round
  /// trip goes out together in the next.
  final class PostgresReader: @unchecked Sendable {
    private let configuration: PostgresStore.Configuration
    private let queue = Mutex<[WaitingQuestion]>([])
    private let isStopped = Atomic<Bool>(false)
    private let wake = Signal()
    private let epoch: ServerEpoch
    // Used by the reader thread alone.
    private var connection: PostgresConnection?
    private var madeIn = 0

    init(_ configuration: PostgresStore.Configuration, _ epoch: ServerEpoch) {
      self.configuration = configuration
      self.epoch = epoch
      startThread { self.loop() }
    }

    /// Questions that wait.
    var load: Int { queue.withLock { $0.count } }

    func enqueue(_ question: WaitingQuestion) {
      queue.withLock { $0.append(question) }
      wake.signal()
    }

    func stop() {
      isStopped.store(true, ordering: .relaxed)
      wake.signal()
    }

    static func connect(
      _ configuration: PostgresStore.Configuration, settings: [String] = []
    ) throws -> PostgresConnection {
      try PostgresConnection(
        configuration, role: "reader",
        settings: PostgresSession.settings(configuration) + settings + [
          "SET default_transaction_read_only = on"
        ])
    }

    private func loop() {
      while true {
        let questions = queue.withLock { waiting in
          let taken = waiting
          waiting.removeAll(keepingCapacity: true)
          return taken
        }
        if questions.isEmpty {
          if isStopped.load(ordering: .relaxed) { return }
          wake.wait()
          continue
        }
        answer(questions)
      }
    }

    // A question that fails takes those behind it with it; they are asked again.
    private func answer(_ questions: [WaitingQuestion]) {
      var rest = questions[...]
      var hasReconnected = false
      while !rest.isEmpty {
        do {
          let connection = try ready()
          var sent: [WaitingQuestion] = []
          for question in rest {
            do {
              try connection.send(question.statement, question.parameters)
              sent.append(question)
            } catch {
              guard case .refused = error.kind else { throw error }
              // It is answered now, and must not be once more if the others are asked again.
              rest.removeAll { $0 === question }
              question.resume(.failure(error))
            }
          }
          let outcomes = try connection.finish()
          guard madeIn == epoch.current else { throw PostgresFailure.moved }
          rest = []
          for (question, outcome) in zip(sent, outcomes) {
            switch outcome {
            case .done(let answer): question.resume(.success(answer))
            case .failed(let failure): question.resume(.failure(failure))
            case .skipped: rest.append(question)
            }
          }
        } catch {
          connection = nil
          let failure = error as? PostgresFailure ?? PostgresFailure(.lost, "\(error)")
          if case .lost = failure.kind, !hasReconnected {
            hasReconnected = true
            continue
          }
          for question in rest { question.resume(.failure(failure)) }
          return
        }
      }
    }

    private func ready() throws -> PostgresConnection {
      if let connection, madeIn == epoch.current { return connection }
      madeIn = epoch.current
      let made = try PostgresReader.connect(configuration)
      connection = made
      return made
    }
  }

  /// Connections for snapshots: a transaction that stays open over several questions.
  final class SnapshotPool: Sendable {
    private struct Idle: @unchecked Sendable {
      let connection: PostgresConnection
      let madeIn: Int
    }
    private let configuration: PostgresStore.Configuration
    private let epoch: ServerEpoch
    private let idle = Mutex<[Idle]>([])

    init(_ configuration: PostgresStore.Configuration, _ epoch: ServerEpoch) {
      self.configuration = configuration
      self.epoch = epoch
    }

    /// Runs a body on the calling thread, all its questions within one snapshot.
    func read<Output>(_ body: (any View) throws -> Output) throws -> Output {
      let now = epoch.current
      let kept = idle.withLock { idle in
        idle.removeAll { $0.madeIn != now }
        return idle.popLast()
      }
      if let kept {
        do {
          let output = try read(kept, body)
          if now == epoch.current { return output }
        } catch is BrokenBeforeUse {}
      }
      do {
        let madeIn = epoch.current
        let made = Idle(connection: try PostgresReader.connect(configuration), madeIn: madeIn)
        let output = try read(made, body)
        guard madeIn == epoch.current else { throw PostgresFailure.moved }
        return output
      } catch is BrokenBeforeUse { throw Problem.unavailable() } catch let error as PostgresFailure
      { throw error.shown }
    }

    /// The connection was gone before the body ran: another one may be tried.
    private struct BrokenBeforeUse: Error {}

    private func read<Output>(
      _ entry: Idle, _ body: (any View) throws -> Output
    ) throws -> Output {
      let connection = entry.connection
      do { _ = try connection.ask(Control.beginSnapshot) } catch { throw BrokenBeforeUse() }
      let view = SnapshotView(connection)
      defer {
        if !view.isBroken, (try? connection.ask(Control.rollback)) != nil {
          idle.withLock { $0.append(entry) }
        }
      }
      return try body(view)
    }

    private final class SnapshotView: View {
      private let connection: PostgresConnection
      private(set) var isBroken = false

      init(_ connection: PostgresConnection) { self.connection = connection }

      func all<Output>(_ query: Query<Output>) throws -> [Output] {
        try answer(query).all(query.decode)
      }

      func first<Output>(_ query: Query<Output>) throws -> Output? {
        try answer(query).first(query.decode)
      }

      private func answer<Output>(_ query: Query<Output>) throws -> PostgresAnswer {
        do { return try connection.ask(query.statement, query.parameters) } catch {
          if case .lost = error.kind { isBroken = true }
          throw error.shown
        }
      }
    }
  }
#endif
