import CaseEngine
import CaseWork
import CityProfiles
import Commons
import EvidencePackets
import Interchange
import Rulebook

/// The interface that agencies, courts and platforms share, as a versioned OpenAPI document. Both sides
/// run one conformance test against themselves: Tests/independent/ip_conformance.py.
enum ExchangeContract {
  /// The version; a message of another major version is refused.
  static let version = "1.0"

  /// The document, written from what is carried out.
  static func document(_ rules: IPRules) -> JSONValue {
    [
      "openapi": "3.1.0",
      "info": [
        "title": "IP protection: shared interface · 知识产权协同保护统一接口", "version": .string(version),
        "description":
          "Cities push notices to platforms, platforms answer; both sign alike. Evidence packets and the list of codes are the same for agencies and courts.",
      ],
      "paths": [
        "/api/ip-protection/exchange/{platform}/answers": ["post": answer(rules)],
        "/api/ip-protection/codes": ["get": reading("The one list of case types and agencies")],
        "/api/ip-protection/competence": ["get": competence],
        "/api/ip-protection/packets/verify": ["post": verification],
        "/api/ip-protection/packet.schema.json": [
          "get": reading("The JSON Schema of evidence packets")
        ],
        "/api/ip-protection/guidance": ["get": reading("Guidance by topic and date")],
        "/api/ip-protection/notices": ["get": reading("Published notices (art. 44)")],
      ],
      "webhooks": ["push": ["post": push]],
      "components": ["schemas": ["Push": pushSchema, "Packet": PacketFormat.schema]],
    ]
  }

  /// The one list of codes.
  static func codes(_ rules: IPRules) -> JSONValue {
    func list(_ choices: [FactType.Choice]) -> JSONValue {
      .array(
        choices.map {
          ["code": .string($0.code), "zh": .string($0.name.zh), "en": .string($0.name.en)]
        })
    }
    func places(_ places: [(String, Phrase)]) -> JSONValue {
      .array(
        places.map { ["code": .string($0.0), "zh": .string($0.1.zh), "en": .string($0.1.en)] })
    }
    return [
      "version": .string(version), "rights": list(IPCompetence.rights),
      "procedures": list(IPCompetence.procedures), "defendants": list(IPCompetence.defendants),
      "agencies": list(IPCompetence.agencyKinds),
      "platforms": places(rules.platforms.map { ($0.id, $0.name) }),
      "courts": places(rules.courts.map { ($0.id, $0.name) }),
      "events": .array(IPPush.events.map { .string($0) }),
    ]
  }

  // MARK: Parts

  private static let signing: JSONValue = .array(
    [
      (SignedMessage.timeHeader, "Seconds since 1970; at most \(SignedMessage.tolerance) off"),
      (SignedMessage.keyHeader, "The same for a repetition, which gets the same answer"),
      (
        SignedMessage.signatureHeader,
        "v1= and HMAC-SHA-256 in lower-case hexadecimal over v1, time, key and body, each but the last followed by a line feed"
      ),
    ].map { name, meaning in
      [
        "name": .string(name), "in": "header", "required": true,
        "schema": ["type": "string"], "description": .string(meaning),
      ]
    })

  private static func reading(_ summary: String) -> JSONValue {
    [
      "summary": .string(summary),
      "responses": [
        "200": [
          "description": "Done",
          "content": ["application/json": ["schema": ["type": ["object", "array"]]]],
        ]
      ],
    ]
  }

  private static func problems(_ statuses: Int...) -> [String: JSONValue] {
    Dictionary(
      uniqueKeysWithValues: statuses.map { status in
        (
          String(status),
          [
            "description": "A problem (RFC 9457)",
            "content": ["application/problem+json": ["schema": ["type": "object"]]],
          ]
        )
      })
  }

  private static func answer(_ rules: IPRules) -> JSONValue {
    let fields = IPFields(rules: rules)
    let bodies = IPMeasure.answers.map { command -> JSONValue in
      let asked = fields.of(command).filter { $0.kind != .files }
      let required =
        ["interface", "number", "command"] + asked.filter(\.isRequired).map(\.name)
      var properties: [String: JSONValue] = [
        "interface": ["const": .string(version)], "number": ["type": "string"],
        "command": ["const": .string(command.text)],
      ]
      for field in asked { properties[field.name] = ["description": .string(field.label.en)] }
      return [
        "type": "object", "title": .string(command.text), "properties": .object(properties),
        "required": .array(required.map { .string($0) }), "additionalProperties": false,
      ]
    }
    var responses = problems(400, 401, 404, 409, 422)
    responses["201"] = [
      "description": "The acknowledgement: number, version, entry, salt, receipt",
      "content": ["application/json": ["schema": ["type": "object"]]],
    ]
    return [
      "summary": "What a platform did, or its merchant said",
      "parameters": .array(
        [
          [
            "name": "platform", "in": "path", "required": true, "schema": ["type": "string"],
          ]
        ] + (signing.array ?? [])),
      "requestBody": [
        "required": true, "content": ["application/json": ["schema": ["oneOf": .array(bodies)]]],
      ], "responses": .object(responses),
    ]
  }

  private static let competence: JSONValue = [
    "summary": "Which court and which agency, with the reasons",
    "parameters": .array(
      ["right", "procedure", "defendant", "amount", "district", "on"].map { name in
        [
          "name": .string(name), "in": "query", "required": .bool(name == "right"),
          "schema": ["type": "string"],
        ]
      }),
    "responses": .object(
      problems(422).merging([
        "200": [
          "description": "Done", "content": ["application/json": ["schema": ["type": "object"]]],
        ]
      ]) { $1 }),
  ]

  private static let verification: JSONValue = [
    "summary": "Whether a packet holds; nothing is kept",
    "requestBody": [
      "required": true,
      "content": ["application/json": ["schema": ["$ref": "#/components/schemas/Packet"]]],
    ],
    "responses": .object(
      problems(400, 422).merging([
        "200": [
          "description": "Every check, and every factor that a court weighs",
          "content": ["application/json": ["schema": ["type": "object"]]],
        ]
      ]) { $1 }),
  ]

  private static let push: JSONValue = [
    "summary": "What a city tells a platform; the platform's own address",
    "parameters": signing,
    "requestBody": [
      "required": true,
      "content": ["application/json": ["schema": ["$ref": "#/components/schemas/Push"]]],
    ],
    "responses": .object(
      problems(400, 401, 409).merging([
        "200": [
          "description":
            "Taken: the platform's receipt. A repetition of the key gets the same one; another body under the key 409",
          "content": [
            "application/json": [
              "schema": [
                "type": "object", "required": ["receipt"],
                "properties": ["receipt": ["type": "string", "maxLength": 100]],
              ]
            ]
          ],
        ]
      ]) { $1 }),
  ]

  private static let pushSchema: JSONValue = {
    func text(_ meaning: String) -> JSONValue {
      ["type": "string", "description": .string(meaning)]
    }
    return [
      "type": "object",
      "required": ["interface", "id", "event", "number", "version", "platform", "links"],
      "properties": [
        "interface": ["const": .string(version)], "id": text("The same as the idempotency key"),
        "event": ["enum": .array(IPPush.events.map { .string($0) })],
        "number": text("The case"),
        "version": ["type": "integer", "description": "Later steps have greater versions"],
        "stage": text("Where the case stands"), "city": text("GB/T 2260 code"),
        "platform": text("The platform"), "at": text("When the step was recorded"),
        "right": text("A code of the list"), "right_number": text("Number of the right"),
        "links": ["type": "array", "items": ["type": "string", "format": "uri"]],
        "packets": ["type": "array", "items": text("SHA-256 of an evidence packet's content")],
        "holder": text("The right holder, with a notice"),
        "statement": text("Preliminary evidence, with a notice"),
        "measures": [
          "type": "array",
          "items": ["enum": .array(IPFields.kinds.map { .string($0.code) })],
        ],
        "outcome": text("With an outcome"), "text": text("With an order"),
      ],
    ]
  }()
}
