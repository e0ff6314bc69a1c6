import App
import Books
import Commons
import Desk
import HTTPValues
import MeasureKit
import Storage

/// Times list pages through the front, from routing to the last byte of HTML.
public struct ListBench: Sendable {
  /// What a page took.
  public struct Page: Sendable {
    /// Which page.
    public let name: String
    /// The median, seconds.
    public let p50: Double
    /// The slowest but one in a hundred, seconds.
    public let p99: Double
    /// Bytes of the answer.
    public let bytes: Int
  }

  private let city: RunningCity

  /// A bench on a city.
  public init(_ city: RunningCity) { self.city = city }

  /// Each page 200 times, lists from different places.
  public func run() async throws -> [Page] {
    let front = Front(city)
    let span = try await CityBench(city).keys() ?? 1...1
    var pages: [Page] = []
    for (name, target) in [
      ("public list", "/requests?after="), ("one request by key", "/api/requests/"),
      ("Open311 list", "/open311/v2/requests.json?page_size=50&x="),
    ] {
      var times: [Double] = []
      var bytes = 0
      var random = SeededRandom(seed: 5)
      for _ in 0..<200 {
        let key = span.lowerBound + Int64(random.below(Int(span.upperBound - span.lowerBound + 1)))
        let number = CaseNumber(
          measure: 21, year: city.time.now.date(in: .beijing).year, serial: key)
        let cursor = PageCursor(city.time.now.microseconds, key).description
        let path =
          name == "one request by key"
          ? target + number.description + "?token=" + city.ring.trackingToken(key) : target + cursor
        let request = try Request(
          method: .get, target: path, headers: Headers(), body: [], remoteAddress: "",
          requestID: "bench")
        let start = ContinuousClock.now
        let response = await front.respond(request)
        let taken = (ContinuousClock.now - start).components
        times.append(Double(taken.seconds) + Double(taken.attoseconds) * 1e-18)
        guard response.status == 200 else {
          throw Problem.notFound(.same("\(path): \(response.status)"))
        }
        bytes = max(bytes, response.body.count)
      }
      times.sort()
      pages.append(
        Page(
          name: name, p50: times[times.count / 2], p99: times[times.count * 99 / 100], bytes: bytes)
      )
    }
    return pages
  }
}
