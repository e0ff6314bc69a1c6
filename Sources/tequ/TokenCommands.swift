import App
import ArgumentParser
import Commons
import Foundation
import LowAltitude

/// The city as an authorisation server.
struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Say which programs get access tokens of this city.",
    subcommands: [TokenClientCommand.self])
}

/// The programs that get tokens.
struct TokenClientCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "client", abstract: "Register, close and list programs that get tokens.",
    subcommands: [PutTokenClient.self, CloseTokenClient.self, ListTokenClients.self])
}

/// Registers a program.
struct PutTokenClient: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "put",
    abstract: "Register a program, or give a known one a new proof and new rights.",
    discussion: """
      Prints the secret, which is shown this once and kept nowhere, unless --public-key is given: then the program \
      proves itself with the private half (private_key_jwt). The city must not be running from this folder.
      """)

  @OptionGroup var data: FolderOptions
  @Argument(help: "Its name: the subject of its tokens.") var name: String
  @Option(help: "A scope that it may ask for; may be repeated.") var scope: [String]
  @Option(help: "A host name for which its tokens may be, or * for any; may be repeated.")
  var audience: [String]
  @Option(help: "A file with its public key (PEM).") var publicKey: String?

  func run() async throws {
    try await telling {
      let key = try publicKey.map { path in
        guard let bytes = FileManager.default.contents(atPath: path) else {
          throw Problem.refused(
            "token-key", Phrase("\(path) 无法读取。", en: "\(path) cannot be read."))
        }
        return String(decoding: bytes, as: UTF8.self)
      }
      let city = try await RunningCity(data.folder)
      let secret = try await city.tokenClients.register(
        name, scopes: Set(scope), audiences: Set(audience), key: key)
      city.close()
      if let secret { Say.line(secret) }
    }
  }
}

/// Closes a program.
struct CloseTokenClient: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "close", abstract: "Give a program no more tokens.")

  @OptionGroup var data: FolderOptions
  @Argument(help: "Its name.") var name: String

  func run() async throws {
    try await telling {
      let city = try await RunningCity(data.folder)
      try await city.tokenClients.close(name)
      city.close()
    }
  }
}

/// Lists programs.
struct ListTokenClients: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the programs that get tokens, one JSON object a line.")

  @OptionGroup var data: FolderOptions

  func run() async throws {
    try await telling {
      let city = try await RunningCity(data.folder, .reading())
      let clients = try await city.tokenClients.all()
      city.close()
      for client in clients {
        let value: JSONValue = [
          "acts": .integer(client.version), "name": .string(client.id),
          "audiences": .array(client.audiences.sorted().map(JSONValue.string)),
          "open": .bool(client.isOpen), "proof": client.hasKey ? "key" : "secret",
          "scopes": .array(client.scopes.sorted().map(JSONValue.string)),
        ]
        Say.line(value.canonical)
      }
    }
  }
}
