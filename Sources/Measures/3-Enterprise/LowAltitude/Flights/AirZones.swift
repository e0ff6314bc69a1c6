import Airspace
import Books
import Commons
import Storage

/// All airspace in which a flight may not be, or only with an approval: what the city's profile publishes, what stands
/// in the register of controlled airspace in service, and temporary closures. Flights, routes, maps and data all
/// ask here, so that none of them knows more than the others.
extension AirZone {
  /// What lasts: published and registered airspace.
  static func lasting(_ rules: FlightRules, _ view: any View) throws -> [AirZone] {
    rules.published + (try view.all(NetworkBook.of(.controlled))).compactMap(\.zone)
  }

  /// The same with the closures that share a moment with a span.
  static func all(
    _ rules: FlightRules, from: Instant, to: Instant, _ view: any View
  ) throws -> [AirZone] {
    try lasting(rules, view) + view.all(ClosureBook.open(from: from, to: to)).map(\.zone)
  }

  /// Seconds ahead for which closures are shown and routes are looked over.
  static let ahead: Int64 = 60 * 86_400

  /// Whether it holds at a moment.
  func isIn(force moment: Instant) -> Bool {
    (volume.start.map { $0 <= moment } ?? true) && (volume.end.map { moment <= $0 } ?? true)
  }

  /// Metres above the ground: from, nothing being below it, and to; nil for no limit.
  func heights(over ground: Double) -> (from: Int, to: Int?) {
    (
      max(0, Int(((volume.lower ?? ground) - ground).rounded())),
      volume.upper.map { Int(($0 - ground).rounded()) }
    )
  }
}

extension NetworkAsset {
  /// The airspace that an entry of the register keeps controlled; nil if it is not in service.
  var zone: AirZone? {
    guard kind == .controlled, state == .inService, let volume else { return nil }
    return AirZone(
      id: code, name: name, kind: .controlled, volume: volume, basis: FlightBasis.regulation(19, 2))
  }
}
