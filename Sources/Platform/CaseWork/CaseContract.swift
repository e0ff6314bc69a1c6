import CaseEngine
import CityProfiles
import Commons
import MeasureKit

/// The JSON interface of a procedure as an OpenAPI 3.1 document, written from the declaration that is
/// carried out. Served at `/api/<slug>/openapi.json`.
struct CaseContract {
  let setting: CaseSetting
  private var procedure: any Procedure { setting.procedure }
  var base: String { "/api/\(procedure.path)" }

  init(setting: CaseSetting) { self.setting = setting }

  /// The document.
  var json: JSONValue {
    [
      "openapi": "3.1.0",
      "info": [
        "title": .string("\(procedure.card.name.en) · \(procedure.card.name.zh)"),
        "version": "1", "description": .string(procedure.card.summary.en),
      ],
      "paths": .object(paths),
      "components": [
        "schemas": [
          "Problem": CaseContract.problem, "Acknowledgement": CaseContract.acknowledgement,
        ]
      ],
    ]
  }

  private var paths: [String: JSONValue] {
    let declared: [String: JSONValue] = [
      base: ["post": opening], "\(base)/{number}": ["get": reading],
      "\(base)/{number}/steps": ["post": stepping], "\(base)/figures": ["get": figures],
      "\(base)/openapi.json": ["get": contract], "\(base)/trays/{tray}": ["get": tray],
    ]
    return declared.merging(ownPaths) { declared, _ in declared }
  }

  // MARK: Operations

  private var opening: JSONValue {
    [
      "summary": .string(procedure.name(of: procedure.openingCommand).en),
      "parameters": [CaseContract.key],
      "requestBody": CaseContract.body(object(of: procedure.openingCommand, more: [:])),
      "responses": CaseContract.responses(201, "Acknowledgement", 400, 403, 422, 429),
    ]
  }

  private var reading: JSONValue {
    [
      "summary": "One case, for its applicant by token or session and for officials within reach",
      "parameters": [CaseContract.number, CaseContract.token],
      "responses": CaseContract.responses(200, nil, 404),
    ]
  }

  private var stepping: JSONValue {
    let commands = setting.type.commands.filter { command in
      setting.type.transitions.contains {
        $0.command == command && !$0.isOpening && $0.actors.contains { $0 != .system }
      }
    }
    let bodies = commands.map { command -> JSONValue in
      let moves = setting.type.transitions.filter { $0.command == command && !$0.isOpening }
      let actors = Set(moves.flatMap(\.actors).filter { $0 != .system }.map(\.id)).sorted()
      return object(
        of: command,
        more: [
          "command": ["const": .string(command.text)],
          "as": ["enum": .array(actors.map { .string($0) }), "default": "citizen"],
        ])
    }
    return [
      "summary": "A step of a case",
      "parameters": [CaseContract.number, CaseContract.token, CaseContract.key],
      "requestBody": CaseContract.body(["oneOf": .array(bodies)]),
      "responses": CaseContract.responses(201, "Acknowledgement", 400, 401, 403, 404, 409, 422),
    ]
  }

  private var contract: JSONValue {
    ["summary": "This document", "responses": CaseContract.responses(200, nil)]
  }

  private var tray: JSONValue {
    let trays = procedure.trays.map { "\($0.id) (\($0.capacity.id))" }.joined(separator: ", ")
    return [
      "summary": "The cases of a tray by deadline, each as far as it is in sight of whoever asks",
      "description": .string("Trays, each with the capacity that works on it: \(trays)"),
      "parameters": .array(
        [CaseContract.parameter("tray", in: "path")]
          + (CaseOperation.paging + [("agency", "For whoever reaches several agencies")])
          .map { CaseContract.parameter($0.name, in: "query", $0.meaning) }),
      "responses": CaseContract.responses(
        200,
        CaseOperation.list(
          of: CaseOperation.object([
            "number": CaseOperation.text, "version": CaseOperation.count,
            "stage": CaseOperation.text, "title": CaseOperation.text, "due": CaseContract.moment,
            "closed": CaseContract.moment, "updated": CaseOperation.text,
            "facts": ["type": "object"],
          ])), [400, 401, 403]),
    ]
  }

  private static let moment: JSONValue = ["type": ["string", "null"], "format": "date-time"]

  private var figures: JSONValue {
    ["summary": "The indicators", "responses": CaseContract.responses(200, nil)]
  }

  // MARK: Schemas

  private func object(of command: CommandID, more: [String: JSONValue]) -> JSONValue {
    let fields = setting.fields(of: command).filter { $0.kind != .files && !$0.isInternal }
    var properties = more
    for field in fields { properties[field.name] = schema(field) }
    let required =
      fields.filter { $0.isRequired && $0.condition == nil }.map(\.name)
      + (more["command"] == nil ? [] : ["command"])
    return [
      "type": "object", "title": .string(command.text),
      "description": .string(procedure.name(of: command).en),
      "properties": .object(properties), "required": .array(required.map { .string($0) }),
      "additionalProperties": false,
    ]
  }

  private func schema(_ field: CaseField) -> JSONValue {
    var schema: [String: JSONValue] =
      switch field.kind {
      case .line(let limit), .words(let limit):
        ["type": "string", "maxLength": .integer(Int64(limit))]
      case .date: ["type": "string", "format": "date"]
      case .money(let currency):
        [
          "type": "integer", "minimum": 0,
          "x-unit": .string("1/\(CaseContract.power(currency.minorDigits)) \(currency.code)"),
        ]
      case .count(let bounds):
        [
          "type": "integer", "minimum": .integer(bounds.lowerBound),
          "maximum": .integer(bounds.upperBound),
        ]
      case .choice(let choices): CaseContract.codes(choices)
      case .choices(let choices):
        [
          "type": "array", "items": .object(CaseContract.codes(choices)), "uniqueItems": true,
          "minItems": 1,
        ]
      case .flag: ["type": "boolean"]
      case .agency:
        ["type": "string", "enum": .array(setting.profile.agencies.map { .string($0.id) })]
      case .files: [:]
      }
    schema["description"] = .string(field.label.en)
    return .object(schema)
  }

  private static func codes(_ choices: [CaseField.Choice]) -> [String: JSONValue] {
    ["type": "string", "enum": .array(choices.map { .string($0.code) })]
  }

  private static func power(_ digits: Int) -> Int {
    (0..<digits).reduce(1) { power, _ in power * 10 }
  }

  static func body(_ schema: JSONValue) -> JSONValue {
    ["required": true, "content": ["application/json": ["schema": schema]]]
  }

  private static let number: JSONValue = [
    "name": "number", "in": "path", "required": true, "schema": ["type": "string"],
  ]
  private static let token: JSONValue = [
    "name": "token", "in": "query", "schema": ["type": "string"],
    "description": "The tracking token of whoever filed without an account",
  ]
  static let key: JSONValue = [
    "name": "Idempotency-Key", "in": "header", "schema": ["type": "string", "maxLength": 255],
  ]
  private static let problem: JSONValue = [
    "type": "object", "required": ["type", "title", "status", "detail"],
    "properties": [
      "type": ["type": "string"], "title": ["type": "string"], "status": ["type": "integer"],
      "detail": ["type": "string"],
      "errors": [
        "type": "array",
        "items": [
          "type": "object",
          "properties": ["pointer": ["type": "string"], "detail": ["type": "string"]],
        ],
      ],
      "because": ["type": "array", "items": ["type": "string"]],
    ],
  ]
  private static let acknowledgement: JSONValue = [
    "type": "object", "required": ["number", "version", "entry", "salt", "receipt"],
    "properties": [
      "number": ["type": "string"], "version": ["type": "integer"], "entry": ["type": "string"],
      "salt": ["type": "string"], "receipt": ["type": "string"], "token": ["type": "string"],
      "repeated": ["type": "boolean"],
    ],
  ]

  private static func responses(_ good: Int, _ schema: String?, _ bad: Int...) -> JSONValue {
    responses(
      good, schema.map { ["$ref": .string("#/components/schemas/\($0)")] } ?? ["type": "object"],
      bad)
  }

  static func responses(_ good: Int, _ content: JSONValue, _ bad: [Int]) -> JSONValue {
    var responses: [String: JSONValue] = [:]
    responses[String(good)] = [
      "description": "Done", "content": ["application/json": ["schema": content]],
    ]
    for status in bad {
      responses[String(status)] = [
        "description": "A problem (RFC 9457)",
        "content": [
          "application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]
        ],
      ]
    }
    return .object(responses)
  }
}
