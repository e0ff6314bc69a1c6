import Commons
import HTTPValues
import MeasureKit

/// The contract of the measure's own addresses for programs; those of its kinds of case and of the standards
/// have contracts of their own.
extension LowAltitudeMeasure {
  func contractRoutes(_ routes: inout Routes) {
    routes.get("/api/low-altitude/openapi.json", .everybody, .interface) { _ in
      .json(LowAltitudeMeasure.contract)
    }
  }

  private static let object: JSONValue = ["application/json": ["schema": ["type": "object"]]]

  private static func parameter(_ name: String, in place: String) -> JSONValue {
    [
      "name": .string(name), "in": .string(place), "required": .bool(place == "path"),
      "schema": ["type": "string"],
    ]
  }

  private static func reading(_ summary: String, _ queries: [String] = []) -> JSONValue {
    [
      "get": [
        "summary": .string(summary),
        "parameters": .array(queries.map { parameter($0, in: "query") }),
        "responses": [
          "200": ["description": "Done", "content": object],
          "400": ["description": "The question cannot be read: what and where is told"],
        ],
      ]
    ]
  }

  private static func writing(
    _ summary: String, status: String = "201", path: String? = nil
  ) -> JSONValue {
    [
      "summary": .string(summary),
      "parameters": .array(path.map { [parameter($0, in: "path")] } ?? []),
      "requestBody": ["required": true, "content": object],
      "responses": [
        .init(status): ["description": "Done", "content": object],
        "401": ["description": "Nobody is signed in where somebody must be"],
        "403": ["description": "It is for another post"],
        "422": ["description": "Not valid: each field at fault is named"],
      ],
    ]
  }

  private static var networks: JSONValue {
    var both = reading("The registers of the networks", ["network"]).object ?? [:]
    both["post"] = writing("Plan an entry of a network")
    return .object(both)
  }

  private static var slots: JSONValue {
    var both = reading("The slots of a route that are taken in the next 24 hours").object ?? [:]
    if var read = both["get"]?.object {
      read["parameters"] = [parameter("code", in: "path")]
      both["get"] = .object(read)
    }
    return .object(both)
  }

  private static var clients: JSONValue {
    var both = reading("Programs that get tokens, for those who keep their register").object ?? [:]
    both["post"] = writing("Register a program, or give it new proofs; a secret is shown once")
    return .object(both)
  }

  /// The document.
  static let contract: JSONValue = [
    "openapi": "3.1.0",
    "info": ["title": "Low altitude: flights, networks and the picture · 低空经济", "version": "1.0"],
    "paths": [
      "/api/low-altitude/openapi.json": reading("This document"),
      "/api/low-altitude/networks": networks,
      "/api/low-altitude/networks.geojson": reading(
        "The registers of the networks as GeoJSON (RFC 7946)", ["network"]),
      "/api/low-altitude/networks/{code}/steps": [
        "post": writing("Take an entry a step further", path: "code")
      ],
      "/api/low-altitude/networks/{code}/slots": slots,
      "/api/low-altitude/plan": reading("Targets of the plan with actual figures and variance"),
      "/api/low-altitude/picture": reading("The flights of a moment", ["at"]),
      "/api/low-altitude/alarms": reading("Open alarms, for controllers"),
      "/api/low-altitude/peers": reading(
        "What is to be told to other providers and what they told, for officials"),
      "/api/low-altitude/clients": clients,
      "/api/low-altitude/clients/{client}/close": [
        "post": writing("Close a program: it gets no more tokens", path: "client")
      ],
      "/api/low-altitude/overhead": [
        "post": writing("Who passed over a place at a time", status: "200")
      ],
      "/api/low-altitude/complaints": ["post": writing("Complain about a flight")],
    ],
  ]
}
