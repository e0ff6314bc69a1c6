import CityProfiles
import Commons
import Foundation
import HTTPValues
import WebServer

/// Several cities in one process, each with a store of its own: requests go to the city whose host name
/// they ask for. No act ever touches two stores, so that cities can be spread over servers at will.
public final class CityRouter: Sendable {
  /// Where a city is and under which names it is known.
  public struct Place: Sendable {
    /// Host names, lower case, without a port.
    public let hosts: [String]
    /// Its folder, and where its rows are.
    public let folder: DataFolder
  }

  private let cities: [(hosts: [String], city: RunningCity, front: Front)]
  private let fronts: [String: Front]

  /// Reads a list of cities: `{"cities": [{"hosts": ["a.example"], "data": "DIR", "database":
  /// "postgresql://…"}]}`. A city without `database` has its rows in its folder; a relative folder is
  /// one beside the list.
  ///
  /// - Throws: ``Problem`` 400 that says which entry is wrong and how.
  public static func places(_ file: String) throws -> [Place] {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw Problem.notFound(Phrase("没有文件 \(file)。", en: "There is no file \(file)."))
    }
    let json: JSONValue
    do throws(JSONError) { json = try JSONValue(parsing: Array(data)) } catch {
      throw error.problem
    }
    let beside = URL(fileURLWithPath: file).deletingLastPathComponent().path
    let places = try (json["cities"]?.array ?? []).enumerated().map { index, entry in
      guard let hosts = entry["hosts"]?.array?.compactMap(\.string), !hosts.isEmpty,
        let folder = entry["data"]?.string
      else {
        throw Problem.malformed(
          Phrase(
            "\(file) 的第 \(index + 1) 个城市缺少 hosts（非空列表）或 data。",
            en: "City \(index + 1) of \(file) lacks “hosts” (a list that is not empty) or “data”."))
      }
      return Place(
        hosts: hosts.map { $0.lowercased() },
        folder: DataFolder(
          folder.hasPrefix("/") ? folder : beside + "/" + folder,
          database: try entry["database"]?.string.map { try StoreAddress($0) }))
    }
    guard !places.isEmpty else {
      throw Problem.malformed(
        Phrase("\(file) 中没有城市。", en: "There is no city in \(file)."))
    }
    return places
  }

  /// Opens the cities.
  ///
  /// - Throws: ``Problem`` 422 if two have the same host name or jurisdiction.
  public init(_ places: [Place], _ options: Front.Options = Front.Options()) async throws {
    var cities: [(hosts: [String], city: RunningCity, front: Front)] = []
    var fronts: [String: Front] = [:]
    for place in places {
      let city = try await RunningCity(place.folder)
      if cities.contains(where: { $0.city.profile.code == city.profile.code }) {
        throw CityRouter.twice(city.profile.code)
      }
      let front = Front(city, options)
      for host in place.hosts where fronts.updateValue(front, forKey: host) != nil {
        throw CityRouter.twice(host)
      }
      cities.append((place.hosts, city, front))
    }
    self.cities = cities
    self.fronts = fronts
  }

  private static func twice(_ name: String) -> Problem {
    .refused(
      "city-twice",
      Phrase(
        "“\(name)”出现在两个城市中；每个主机名和行政区划代码只能属于一个城市。",
        en: "“\(name)” stands for two cities; a host name or jurisdiction belongs to one."))
  }

  /// The city of a jurisdiction (GB/T 2260 code); nil if it is none of these.
  public func city(of jurisdiction: String) -> RunningCity? {
    cities.first { $0.city.profile.code == jurisdiction }?.city
  }

  /// Answers a request as the city does whose host name it asks for.
  public func respond(_ request: Request) async -> Response {
    let host = (request.headers["host"] ?? "").lowercased().prefix { $0 != ":" }
    guard let front = fronts[String(host)] else {
      return .problem(
        .notFound(
          Phrase("此处没有名为“\(host)”的城市。", en: "There is no city under the name “\(host)” here.")),
        request.language)
    }
    return await front.respond(request)
  }

  /// Serves on an address until the process is told to stop.
  public func run(
    host: String, port: Int, onReady: @escaping @Sendable (Int) async -> Void
  ) async throws {
    for entry in cities { try await CityServer.prepare(entry.city) }
    let background = cities.map { CityServer.startWorkers(of: $0.city, $0.front) }
    defer { for task in background { task.cancel() } }
    let server = HTTPServer(host: host, port: port, logger: cities[0].city.logger) {
      await self.respond($0)
    }
    try await server.run(onReady: onReady)
    for (task, entry) in zip(background, cities) {
      await CityServer.finish(entry.city, task)
    }
  }
}
