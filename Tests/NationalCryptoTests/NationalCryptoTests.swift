import Commons
import EvidenceLog
import NationalCrypto
import Testing

/// Values that the standards print; gmssl as a second opinion is in Tests/independent/national_crypto.py.
@Suite struct SM3Tests {
  @Test func theTwoExamplesOfTheStandard() {
    // GB/T 32905-2016, annex A.
    #expect(
      Hex.encode(SM3.hash(Array("abc".utf8)))
        == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")
    let long = Array(String(repeating: "abcd", count: 16).utf8)
    #expect(
      Hex.encode(SM3.hash(long))
        == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")
  }

  @Test func partsAreOneText() {
    let random = SeededBytes(seed: 3)
    let bytes = random.bytes(150)
    let whole = SM3.hash(bytes)
    for cut in 0...150 { #expect(SM3.hash(Array(bytes[..<cut]), Array(bytes[cut...])) == whole) }
    #expect(
      Hex.encode(SM3.hash()) == "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b")
  }
}

@Suite struct SM2Tests {
  @Test func aSignatureThatTheStandardPrints() throws {
    // GB/T 32918.5-2017, annex A.2: the recommended curve, "message digest", the usual identifier.
    let x = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    let y = "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    let r = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    let s = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    let key = try SM2PublicKey(bytes: [4] + Hex.decode(x + y)!)
    let message = Array("message digest".utf8)
    #expect(key.isValid(Hex.decode(r + s)!, over: message))
    #expect(!key.isValid(Hex.decode(s + r)!, over: message))
    #expect(!key.isValid(Hex.decode(r + s)!, over: message + [0]))
    #expect(!key.isValid(Hex.decode(r + s)!, over: message, id: Array("ALICE123@YAHOO.COM".utf8)))
    let scalar = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
    #expect(try SM2PrivateKey(scalar: Hex.decode(scalar)!).publicKey == key)
  }

  @Test func signsWhatVerifiesAndNothingElse() throws {
    let key = try SM2PrivateKey(seed: Array("a city".utf8))
    let message = Array("特区".utf8)
    let signature = try key.sign(message)
    #expect(key.publicKey.isValid(signature, over: message))
    for bit in 0..<512 {
      var altered = signature
      altered[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!key.publicKey.isValid(altered, over: message), "bit \(bit)")
    }
    #expect(!key.publicKey.isValid([UInt8](repeating: 0, count: 64), over: message))
    #expect(!key.publicKey.isValid([], over: message))
    // Half of the random numbers begin with a zero or a high bit: the form must hold for all.
    for _ in 0..<300 { #expect(key.publicKey.isValid(try key.sign(message), over: message)) }
  }

  @Test func numbersThatAreNoKeysAreRefused() throws {
    let order = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123"
    #expect(throws: Problem.self) { try SM2PrivateKey(scalar: Hex.decode(order)!) }
    #expect(throws: Problem.self) { try SM2PrivateKey(scalar: [UInt8](repeating: 0, count: 32)) }
    #expect(throws: Problem.self) { try SM2PrivateKey(scalar: [1]) }
    let last = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122"
    #expect(throws: Problem.self) { try SM2PrivateKey(scalar: Hex.decode(last)!) }
    #expect(throws: Problem.self) { try SM2PublicKey(bytes: [UInt8](repeating: 4, count: 65)) }
    #expect(throws: Problem.self) {
      try SM2PublicKey(bytes: [2] + [UInt8](repeating: 0, count: 64))
    }
  }
}

@Suite struct SM2NoteTests {
  @Test func aSecondSignatureDisturbsNobody() throws {
    let log = try NoteSigner(name: "log.example/a", seed: [UInt8](repeating: 7, count: 32))
    let second = SM2NoteSigner(
      name: "log.example/a", key: try SM2PrivateKey(seed: [UInt8](repeating: 8, count: 32)))
    var tree = SM3Tree()
    tree.append([1, 2, 3])
    let point = Checkpoint(origin: "log.example/a", size: 1, root: MerkleTree.leafHash([1, 2, 3]))
    let text = point.text + SM3Head.line(tree.root)
    let signed = try log.sign(text).adding([try second.sign(text)])
    let note = try #require(SignedNote(signed.description))
    #expect(log.verifier.verifies(note))
    #expect(Checkpoint(text: note.text) == point)
    #expect(second.verifier.verifies(note))
    #expect(SM3Head.root(in: note.text) == tree.root)
    let read = try #require(SM2NoteVerifier(text: second.verifier.text))
    #expect(read == second.verifier && read.verifies(note))
    #expect(NoteVerifier(text: second.verifier.text) == nil)
    let altered = SignedNote(text: point.text, signatures: note.signatures)
    #expect(!second.verifier.verifies(altered) && !log.verifier.verifies(altered))
    #expect(SM2NoteVerifier(text: "log.example/b" + second.verifier.text.dropFirst(13)) == nil)
    #expect(SM3Head.root(in: point.text) == nil)
    #expect(SM3Head.root(in: text + SM3Head.line(tree.root)) == nil)
  }

  /// The tree as RFC 9162 §2.1.1 defines it, by recursion.
  private func root(_ entries: ArraySlice<[UInt8]>) -> [UInt8] {
    guard entries.count > 1 else { return entries.first.map(SM3Tree.leafHash) ?? SM3.hash() }
    var half = 1
    while half * 2 < entries.count { half *= 2 }
    let middle = entries.startIndex + half
    return SM3Tree.nodeHash(root(entries[..<middle]), root(entries[middle...]))
  }

  /// PATH(m, D[n]) of RFC 9162 §2.1.3.1.
  private func path(_ index: Int, _ entries: ArraySlice<[UInt8]>) -> [[UInt8]] {
    guard entries.count > 1 else { return [] }
    var half = 1
    while half * 2 < entries.count { half *= 2 }
    let middle = entries.startIndex + half
    return index < middle
      ? path(index, entries[..<middle]) + [root(entries[middle...])]
      : path(index, entries[middle...]) + [root(entries[..<middle])]
  }

  @Test func theSecondTreeIsTheOneOfTheDefinition() throws {
    var tree = SM3Tree()
    var entries: [[UInt8]] = []
    #expect(tree.root == root(entries[...]))
    for number in 0..<70 {
      let entry = [UInt8](repeating: UInt8(number), count: number)
      entries.append(entry)
      tree.append(entry)
      #expect(tree.root == root(entries[...]))
      #expect(SM3Tree(size: tree.size, peaks: tree.peaks) == tree)
      let index = (number * 7) % entries.count
      let proof = path(index, entries[...])
      let (size, at) = (Int64(entries.count), Int64(index))
      #expect(
        SM3Tree.includes(entries[index], at: at, size: size, root: tree.root, proof: proof))
      #expect(
        !SM3Tree.includes([9, 9], at: at, size: size, root: tree.root, proof: proof))
    }
    #expect(SM3Tree(size: 3, peaks: []) == nil)
  }
}
