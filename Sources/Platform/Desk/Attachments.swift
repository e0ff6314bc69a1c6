import Books
import Commons
import Storage

/// A place for an aggregate that does not exist yet, so that attachments can be staged for it
/// before the command that opens it. Unused ones leave nothing but staged bytes, which are swept.
public struct Reservation: Sendable {
  /// The key that the aggregate will have.
  public let aggregate: Int64
  let sealing: SealingKey
}

/// A file that somebody sent along.
public struct IncomingFile: Sendable {
  /// The name the sender gave it.
  public let name: String
  /// The media type, found by looking at the bytes.
  public let mediaType: String
  /// The bytes.
  public let bytes: [UInt8]

  /// A file.
  public init(name: String, mediaType: String, bytes: [UInt8]) {
    self.name = name
    self.mediaType = mediaType
    self.bytes = bytes
  }
}

extension CommandDesk {
  /// A key for an aggregate that a later command opens, see ``Terms/reservation``.
  public func reserve() async throws -> Reservation {
    let aggregate = try await cases.take()
    return Reservation(
      aggregate: aggregate, sealing: SealingKey(subject: aggregate, random: random))
  }

  /// Stages a file for an aggregate that is about to be opened; the answer is the key by which the
  /// command refers to it.
  public func stage(_ file: IncomingFile, for place: Reservation) async throws -> Int64 {
    try await stage(file, for: place.aggregate, place.sealing)
  }

  /// Stages a file for an aggregate that exists.
  public func stage(_ file: IncomingFile, for aggregate: Int64) async throws -> Int64 {
    try await stage(file, for: aggregate, keys.key(of: aggregate))
  }

  private func stage(
    _ file: IncomingFile, for aggregate: Int64, _ sealing: SealingKey
  ) async throws -> Int64 {
    guard file.bytes.count <= BlobBook.maximumBytes else {
      let megabytes = BlobBook.maximumBytes >> 20
      throw Problem.invalid([
        Problem.Field(
          "files",
          Phrase(
            "“\(file.name)”超过 \(megabytes) MB。请压缩后再传。",
            en: "“\(file.name)” has more than \(megabytes) MB. Make it smaller and try again."))
      ])
    }
    let key = try await files.take()
    let blob = BlobBook.Blob(
      key: key, aggregate: aggregate, entry: nil,
      name: sealing.seal(Array(file.name.utf8), at: key, random: random),
      mediaType: file.mediaType, size: Int64(file.bytes.count),
      digest: Digest.of(file.bytes).bytes, stagedAt: time.now)
    try await maintain(.stageBlob(blob, bytes: file.bytes, sealing: sealing))
    return key
  }

  /// The content of a certificate, opened; nil if its subject was forgotten.
  public func content(of certificate: CertificateBook.Certificate) async throws -> [UInt8]? {
    do {
      return certificate.content(try await keys.key(of: certificate.entry.aggregate))
    } catch let problem as Problem where problem.status == 404 { return nil }
  }

  /// An attachment's name and bytes, opened; nil if its subject was forgotten.
  public func open(_ blob: BlobBook.Blob) async throws -> IncomingFile? {
    let sealing = try await keys.key(of: blob.aggregate)
    guard let name = sealing.open(blob.name, at: blob.key) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(blob.size))
    for chunk in try await store.all(BlobBook.chunks(blob.key)) {
      guard let part = sealing.open(chunk.bytes, at: chunk.place) else { return nil }
      bytes += part
    }
    guard Digest.of(bytes).bytes == blob.digest else {
      throw StorageError("attachment \(blob.key) does not match its digest")
    }
    return IncomingFile(
      name: String(decoding: name, as: UTF8.self), mediaType: blob.mediaType, bytes: bytes)
  }
}
