import Airspace
import App
import ArgumentParser
import Commons
import Foundation
import LowAltitude

/// Works on airspace.
struct AirspaceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "airspace",
    abstract:
      "Cells of the S2 grid, how aircraft keep to their plans, and the flights that are approved.",
    subcommands: [AirspaceCells.self, AirspaceConformance.self, AirspaceExport.self])
}

/// Writes the approved flights.
struct AirspaceExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write every flight that was ever approved, one JSON object a line.",
    discussion: """
      Each line has the number of the case, mission, state (planned, active, ended, dropped), the window, and the \
      points: longitude, latitude, metres above the ellipsoid, seconds since 1970. Reads only; the city may run \
      meanwhile. Two flights that were not dropped keep the city's minima at every moment; \
      Tests/independent/flights.py computes it again.
      """)

  @OptionGroup var data: FolderOptions

  func run() async throws {
    try await telling {
      let city = try await RunningCity(data.folder, .reading(damaged: true))
      let lines = try await city.flightLines()
      city.close()
      for line in lines { Say.line(line) }
    }
  }
}

/// Names the cells of areas.
struct AirspaceCells: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cells",
    abstract: "The cells of level 13 that each area of a file touches.",
    discussion: """
      The file has one JSON object a line: {"polygon":[[latitude,longitude],…]}, \
      {"circle":[latitude,longitude,metres]} or {"point":[latitude,longitude]}. The answer has one line for \
      each, a list of cells by their numbers in hexadecimal, or what is wrong with the area.
      """)

  @Argument(help: "The file.") var file: String

  func run() async throws {
    try await telling {
      try JSONLines.forEach(file) { Say.line(try answer($1, $0)) }
    }
  }

  private func answer(_ value: JSONValue, _ number: Int) throws -> String {
    if let point = numbers(value["point"]), point.count == 2 {
      let cell = S2Cell(LatLng(latitude: point[0], longitude: point[1]))
      return "[\"\(cell.token)\"]"
    }
    guard let outline = outline(value) else {
      throw Problem.malformed(
        Phrase(
          "第 \(number) 行：应有 polygon、circle 或 point。",
          en: "Line \(number): a polygon, a circle or a point is expected."))
    }
    do throws(Problem) {
      let volume = try CellVolume([Volume4D(outline)])
      return "[" + volume.cells.map { "\"\($0.token)\"" }.joined(separator: ",") + "]"
    } catch { return "{\"refused\":\(JSONValue.string(error.detail.en).canonical)}" }
  }

  private func outline(_ value: JSONValue) -> Outline? {
    if let circle = numbers(value["circle"]), circle.count == 3 {
      return .circle(LatLng(latitude: circle[0], longitude: circle[1]), radius: circle[2])
    }
    guard case .array(let corners)? = value["polygon"] else { return nil }
    let places = corners.compactMap { numbers($0) }.filter { $0.count == 2 }
    guard places.count == corners.count else { return nil }
    return .polygon(places.map { LatLng(latitude: $0[0], longitude: $0[1]) })
  }

  private func numbers(_ value: JSONValue?) -> [Double]? {
    guard case .array(let items)? = value else { return nil }
    let numbers = items.compactMap(\.double)
    return numbers.count == items.count ? numbers : nil
  }
}
