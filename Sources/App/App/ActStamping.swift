import Books
import CityProfiles
import Commons
import Desk
import MeasureKit
import Storage

/// The stamps of a city's acts: one for each document under which a measure was, is or will be run, and
/// one without for acts that belong to no measure, such as opening an account.
struct ActStamping: Sendable {
  /// By measure and date, for the desk.
  let stamps: ActStamps
  /// All of them.
  let all: [StampBook.Stamp]

  /// For a city that is only read: no act is done.
  static let none = ActStamping(stamps: ActStamps(1), all: [])

  private init(stamps: ActStamps, all: [StampBook.Stamp]) {
    self.stamps = stamps
    self.all = all
  }

  /// Writes down the stamps that are new in the store.
  init(
    _ adoptions: Adoptions, _ zone: ZoneOffset, _ store: any Store, _ ring: KeyRing
  ) async throws {
    let terms = AllMeasures.cards.map { ($0, adoptions.terms($0.number)) }
    let found = try await CommandDesk.stamps(
      store, ring, jurisdiction: adoptions.jurisdiction,
      authorisations: [""] + terms.flatMap { $0.1.map(\.authorisation) })
    var series: [String: ActStamps.Series] = [:]
    for (card, terms) in terms {
      // Before the first day, and for a measure that is not adopted: the reason without a day.
      let before: Problem
      do throws(Problem) {
        try adoptions.require(card.number, on: CivilDate(dayNumber: .min))
        continue
      } catch { before = error }
      series[card.slug] = ActStamps.Series(
        terms.compactMap { term in
          found[term.authorisation].map {
            ActStamps.Term(
              from: Instant(term.from, in: zone), number: $0.number, opening: term.refusal)
          }
        }, before: before)
    }
    stamps = ActStamps(other: found[""]?.number ?? 1, series)
    all = found.values.sorted { $0.number < $1.number }
  }
}
