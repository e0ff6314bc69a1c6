import Commons
import Foundation
import SealedFiles
import Testing

@Suite struct SealedFilesTests {
  static let random = SeededBytes(seed: 5)
  static let words = Array("eine lange Reihe von Wörtern 口令".utf8)

  static func seal(_ plain: [UInt8], _ lock: SealedFile.Lock, steps: Int = 100_003) throws
    -> [UInt8]
  {
    var sealer = try FileSealer(lock, random: random)
    var out = sealer.header
    for start in stride(from: 0, to: plain.count, by: steps) {
      out += sealer.seal(Array(plain[start..<min(plain.count, start + steps)]))
    }
    return out + sealer.finish()
  }

  static func open(_ sealed: [UInt8], _ key: SealedFile.Key, steps: Int = 77_777) throws -> [UInt8]
  {
    var opener = FileOpener(key)
    var out: [UInt8] = []
    for start in stride(from: 0, to: sealed.count, by: steps) {
      out += try opener.open(Array(sealed[start..<min(sealed.count, start + steps)]))
    }
    return out + (try opener.finish())
  }

  static func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
  }

  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 131_072, 300_000])
  func whatIsSealedOpens(_ count: Int) throws {
    let plain = SealedFilesTests.bytes(count)
    let identity = SealedFile.Identity(random: SealedFilesTests.random)
    let file = try SealedFilesTests.seal(plain, .recipient(identity.recipient))
    #expect(try SealedFilesTests.open(file, .identity(identity)) == plain)
    let read = try #require(SealedFile.Identity(text: "# created: today\n\(identity.text)\n"))
    #expect(try SealedFilesTests.open(file, .identity(read), steps: 1 << 20) == plain)
    let other = SealedFile.Identity(random: SealedFilesTests.random)
    #expect(throws: Problem.self) { try SealedFilesTests.open(file, .identity(other)) }
  }

  @Test func aPassphraseOpensAndAnotherDoesNot() throws {
    let plain = SealedFilesTests.bytes(100_000)
    let lock = SealedFile.Lock.passphrase(SealedFilesTests.words, logRounds: 10)
    let file = try SealedFilesTests.seal(plain, lock)
    #expect(try SealedFilesTests.open(file, .passphrase(SealedFilesTests.words)) == plain)
    let refusal = #expect(throws: Problem.self) {
      try SealedFilesTests.open(file, .passphrase(Array("guess".utf8)))
    }
    #expect(refusal?.slug == "wrong-archive-key")
  }

  @Test func everyChangeCutAndExchangeIsFound() throws {
    let plain = SealedFilesTests.bytes(200_000)
    let identity = SealedFile.Identity(random: SealedFilesTests.random)
    let file = try SealedFilesTests.seal(plain, .recipient(identity.recipient))
    let body = file.count - 200_000 - 4 * 16
    func refused(_ altered: [UInt8], _ what: String) {
      #expect(throws: Problem.self, "\(what)") {
        try SealedFilesTests.open(altered, .identity(identity))
      }
    }
    for place in stride(from: 0, to: file.count, by: 997) {
      var altered = file
      altered[place] ^= 1
      refused(altered, "byte \(place)")
    }
    for count in [0, 10, body - 1, body, body + 65_552, body + 65_552 * 3, file.count - 1] {
      refused(Array(file.prefix(count)), "cut to \(count)")
    }
    refused(file + [0], "lengthened")
    let chunk = 65_536 + 16
    let first = body..<(body + chunk)
    let second = (body + chunk)..<(body + 2 * chunk)
    refused(
      Array(file[..<body] + file[second] + file[first] + file[second.upperBound...]), "swapped")
    refused(Array(file[..<body] + file[second.lowerBound...]), "first chunk left out")
  }

  @Test func whatIsNoSealedFileIsToldAtOnce() {
    let problem = #expect(throws: Problem.self) {
      try SealedFilesTests.open(Array("SQLite format 3".utf8), .passphrase([1]))
    }
    #expect(problem?.status == 400)
  }

  /// The vector of BIP 173's checksum over a key pair that `age-keygen` 1.1.1 made.
  @Test func keysAreThoseOfAge() throws {
    let text = "AGE-SECRET-KEY-1HK2NJYQLEZ64NUDX4LAEHU9R5VFDF9JKCKK2SFE3CNEVZ3K6EGQQ0GJ5NL"
    let wrong = SealedFile.Identity(text: text)
    #expect(wrong == nil)
    let own = SealedFile.Identity(random: SealedFilesTests.random)
    #expect(SealedFile.Recipient(text: own.recipient.text) == own.recipient)
    #expect(own.recipient.text.hasPrefix("age1") && own.recipient.text.count == 62)
  }

  @Test func tarsAreReadAsTheyAreWritten() throws {
    let files = [("keys.json", 37), ("city/city.json", 0), ("city.sqlite", 5000)]
    var stream: [UInt8] = []
    for (name, size) in files {
      stream += Tar.header(name, size: Int64(size), seconds: 1_700_000_000)
      stream += SealedFilesTests.bytes(size) + Tar.padding(size: Int64(size))
    }
    stream += Tar.end
    for step in [1, 511, 512, 100_000] {
      var reader = TarReader()
      var found: [String: [UInt8]] = [:]
      var name = ""
      for start in stride(from: 0, to: stream.count, by: step) {
        for event in try reader.read(Array(stream[start..<min(stream.count, start + step)])) {
          switch event {
          case .file(let next, _):
            name = next
            found[name] = []
          case .bytes(let bytes): found[name, default: []] += bytes
          }
        }
      }
      #expect(reader.isAtEnd)
      #expect(
        found == Dictionary(uniqueKeysWithValues: files.map { ($0, SealedFilesTests.bytes($1)) }))
    }
    for name in ["../x", "/etc/passwd", "a//b"] {
      var reader = TarReader()
      #expect(throws: Problem.self) { try reader.read(Tar.header(name, size: 1, seconds: 0)) }
    }
    var reader = TarReader()
    #expect(
      try reader.read(Tar.header("big", size: 9 << 30, seconds: 0))
        == [.file(name: "big", size: 9 << 30)])
  }
}

/// The same files with the `age` and `tar` tools of other hands, where they are installed.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/age")))
struct AgeToolTests {
  private func run(_ command: String, in folder: String) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  @Test func ageOpensOursAndWeOpenItsOwn() throws {
    let folder = "/tmp/tequ-age-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let plain = SealedFilesTests.bytes(150_000)
    let tar =
      Tar.header("a.bin", size: 150_000, seconds: 0) + plain
      + Tar.padding(size: 150_000) + Tar.end
    #expect(try run("age-keygen -o key.txt", in: folder).status == 0)
    let text = try String(contentsOfFile: folder + "/key.txt", encoding: .utf8)
    let identity = try #require(SealedFile.Identity(text: text))
    #expect(text.contains(identity.recipient.text))
    let sealed = try SealedFilesTests.seal(tar, .recipient(identity.recipient))
    try Data(sealed).write(to: URL(fileURLWithPath: folder + "/ours.age"))
    let opened = try run("age -d -i key.txt ours.age | tar -xf - && wc -c < a.bin", in: folder)
    #expect(opened.text.contains("150000"), "\(opened.text)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/a.bin")) == Data(plain))
    let made = try run("age -r \(identity.recipient.text) -o theirs.age a.bin", in: folder)
    #expect(made.status == 0, "\(made.text)")
    let theirs = try Data(contentsOf: URL(fileURLWithPath: folder + "/theirs.age"))
    #expect(try SealedFilesTests.open(Array(theirs), .identity(identity)) == plain)
  }
}
