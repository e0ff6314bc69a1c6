import Airspace
import Commons
import Storage

/// Approved flights as lines of JSON, for whoever checks them with a program of their own.
public enum FlightExport {
  /// A line for each flight that was ever approved, by its key: degrees and metres above the ellipsoid as decimal
  /// numbers, seconds since 1970.
  public static func lines(_ view: any View, _ body: (String) throws -> Void) throws {
    try FlightBook.forEach(view) { flight in
      func seconds(_ moment: Instant) -> JSONValue {
        .number(Double(moment.microseconds) / 1e6)
      }
      let line: JSONValue = [
        "number": .string(flight.number), "aircraft": .string(flight.aircraft),
        "mission": .string(flight.mission.rawValue), "state": .string(flight.state.rawValue),
        "area": .bool(flight.isArea), "start": seconds(flight.start), "end": seconds(flight.end),
        "lower": .number(Double(flight.lowerCM) / 100),
        "upper": .number(Double(flight.upperCM) / 100),
        "points": .array(
          flight.points.map { point in
            [
              .number(point.place.longitude), .number(point.place.latitude),
              .number(point.altitude), seconds(point.at),
            ]
          }),
      ]
      try body(line.canonical)
    }
  }
}
