import App
import ArgumentParser
import Commons
import Foundation
import NationalCrypto

/// SM2 and SM3 on the command line, for comparison with other implementations.
struct SMCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sm", abstract: "Hash and sign with SM3 and SM2 (GB/T 32905, GB/T 32918).",
    subcommands: [HashSM.self, PublicSM.self, SignSM.self, VerifySM.self])
}

struct HashSM: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "hash", abstract: "SM3 of a file.")
  @Argument(help: "The file.") var file: String

  func run() async throws {
    try await telling { Say.line(Hex.encode(SM3.hash(try InputFile.bytes(file)))) }
  }
}

/// The private key: a file of 64 hexadecimal digits that only its owner can read.
struct SMKeyOption: ParsableArguments {
  @Option(help: "The private key: a file with 64 hexadecimal digits, mode 600.") var key: String

  func read() throws -> SM2PrivateKey {
    let text = try SecretFile.text(key).filter { !$0.isWhitespace }
    guard let scalar = Hex.decode(text) else {
      throw Problem.malformed(
        Phrase("\(key) 不是十六进制数。", en: "\(key) does not hold hexadecimal digits."))
    }
    return try SM2PrivateKey(scalar: scalar)
  }
}

struct PublicSM: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "public", abstract: "The public key of a private one, hexadecimal.")
  @OptionGroup var option: SMKeyOption

  func run() async throws {
    try await telling { Say.line(Hex.encode(try option.read().publicKey.bytes)) }
  }
}

struct SignSM: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Sign a file: r and s, hexadecimal.")
  @Argument(help: "The file.") var file: String
  @OptionGroup var option: SMKeyOption

  func run() async throws {
    try await telling {
      Say.line(Hex.encode(try option.read().sign(try InputFile.bytes(file))))
    }
  }
}

struct VerifySM: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check a signature over a file.",
    discussion: "Exit status: 0 it holds, 2 it does not, 1 it cannot be read.")
  @Argument(help: "The file.") var file: String
  @Option(help: "The public key: 65 bytes that begin with 04, hexadecimal.") var key: String
  @Option(help: "The signature: r and s, hexadecimal.") var signature: String

  func run() async throws {
    try await telling {
      guard let point = Hex.decode(key), let bytes = Hex.decode(signature) else {
        throw Problem.malformed(
          Phrase("公钥和签名应为十六进制数。", en: "Key and signature are hexadecimal digits."))
      }
      let holds = try SM2PublicKey(bytes: point).isValid(bytes, over: try InputFile.bytes(file))
      Say.line(holds ? "The signature holds." : "The signature does not hold.")
      if !holds { throw ExitCode(2) }
    }
  }
}
