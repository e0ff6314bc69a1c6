import Books
import Commons
import Storage

extension CommandDesk {
  /// The numbers of authorisations in a store, given to those that are new there, in one write. Called
  /// once at the start, before there is a desk.
  public static func stamps(
    _ store: any Store, _ ring: KeyRing, jurisdiction: String, authorisations: [String]
  ) async throws -> [String: StampBook.Stamp] {
    try await store.write { view in
      let known = try view.all(StampBook.list)
      var next = (known.map(\.number).max() ?? 0) + 1
      var found: [String: StampBook.Stamp] = [:]
      var changes: [Change] = []
      for authorisation in authorisations where found[authorisation] == nil {
        let same = known.first {
          $0.jurisdiction == jurisdiction && $0.authorisation == authorisation
        }
        let stamp =
          same
          ?? StampBook.Stamp(
            number: next, jurisdiction: jurisdiction, authorisation: authorisation)
        found[authorisation] = stamp
        guard same == nil else { continue }
        changes.append(StampBook.add(stamp, ring))
        next += 1
      }
      return WritePlan(changes, answer: found)
    }
  }
}
