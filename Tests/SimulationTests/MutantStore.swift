import Books
import Storage

/// A store with a fault of design in it: what the checks of a faulty run must find.
final class MutantStore: Store {
  enum Flaw: CaseIterable {
    /// Answers what the unit would come to, and then commits, whether it succeeds or not.
    case answersBeforeCommit
    /// Commits the changes of a unit in two transactions.
    case commitsInHalves
    /// Keeps no answers for requests that are sent again.
    case forgetsKeys
    /// Queues nothing for the log.
    case skipsTheLog
  }

  private struct Half<Answer: Sendable>: Sendable {
    let answer: Answer
    let rest: [Change]
  }

  private let inner: any Store
  private let flaw: Flaw

  init(_ inner: any Store, _ flaw: Flaw) {
    self.inner = inner
    self.flaw = flaw
  }

  var dialect: Dialect { inner.dialect }
  var commits: CommitCount { inner.commits }
  func close() { inner.close() }

  func write<Answer>(_ unit: @escaping WriteUnit<Answer>) async throws -> Answer {
    try await writeAll([unit])[0].get()
  }

  func writeAll<Answer>(_ units: [WriteUnit<Answer>]) async -> [Result<Answer, any Error>] {
    switch flaw {
    case .answersBeforeCommit:
      var answers: [Result<Answer, any Error>] = []
      for unit in units {
        do {
          answers.append(.success(try await inner.read { try unit($0).answer }))
        } catch { answers.append(.failure(error)) }
      }
      _ = await inner.writeAll(units)
      return answers
    case .commitsInHalves: return await inHalves(units)
    case .forgetsKeys: return await without(IdempotencyBook.table.insert, units)
    case .skipsTheLog:
      return await inner.writeAll(
        units.map { unit in
          { view in
            let plan = try unit(view)
            return WritePlan(
              plan.changes.filter { !$0.statement.sql.contains("INSERT INTO log_waiting") },
              answer: plan.answer)
          }
        })
    }
  }

  private func without<Answer>(
    _ statement: Statement, _ units: [WriteUnit<Answer>]
  ) async -> [Result<Answer, any Error>] {
    await inner.writeAll(
      units.map { unit in
        { view in
          let plan = try unit(view)
          return WritePlan(
            plan.changes.filter { $0.statement !== statement }, answer: plan.answer)
        }
      })
  }

  private func inHalves<Answer>(
    _ units: [WriteUnit<Answer>]
  ) async -> [Result<Answer, any Error>] {
    let halves: [Result<Half<Answer>, any Error>] = await inner.writeAll(
      units.map { unit in
        { view in
          let plan = try unit(view)
          let middle = plan.changes.count / 2
          return WritePlan(
            Array(plan.changes[..<middle]),
            answer: Half(answer: plan.answer, rest: Array(plan.changes[middle...])))
        }
      })
    var answers: [Result<Answer, any Error>] = []
    for half in halves {
      switch half {
      case .failure(let error): answers.append(.failure(error))
      case .success(let half):
        do {
          answers.append(
            .success(
              try await inner.write { _ in WritePlan(half.rest, answer: half.answer) }))
        } catch { answers.append(.failure(error)) }
      }
    }
    return answers
  }

  func read<Output: Sendable>(
    _ body: @escaping @Sendable (any View) throws -> Output
  ) async throws -> Output { try await inner.read(body) }

  func report<Output: Sendable>(
    _ body: @escaping @Sendable (any View) throws -> Output
  ) async throws -> Output { try await inner.report(body) }
}
