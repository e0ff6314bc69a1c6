import Books
import Commons
import Storage

extension CommandDesk {
  /// The number of a jurisdiction and authorisation in a store, given to it if it is new there.
  /// Called once at the start, before there is a desk.
  public static func stamp(
    _ store: any Store, _ ring: KeyRing, jurisdiction: String, authorisation: String
  ) async throws -> Int64 {
    try await store.write { view in
      let known = try view.all(StampBook.list)
      let same = known.first {
        $0.jurisdiction == jurisdiction && $0.authorisation == authorisation
      }
      if let same { return WritePlan([], answer: same.number) }
      let number = (known.map(\.number).max() ?? 0) + 1
      let stamp = StampBook.Stamp(
        number: number, jurisdiction: jurisdiction, authorisation: authorisation)
      return WritePlan([StampBook.add(stamp, ring)], answer: number)
    }
  }
}
