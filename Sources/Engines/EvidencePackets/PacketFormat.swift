import Commons

/// The format of an evidence packet: one canonical JSON file (RFC 8785). Its members are what the rules
/// on online litigation (2021, arts 16–19) make a court look at.
public enum PacketFormat {
  /// The name of the format.
  public static let name = "tequ-evidence-packet-1"
  /// The media type under which packets are kept and served.
  public static let mediaType = "application/vnd.tequ.evidence-packet+json"
  /// Bytes in a packet at most, files included.
  public static let maximumBytes = 7 * 1024 * 1024

  /// Who may collect evidence, and hold it.
  public static let capacities = ["right-holder", "platform", "agency", "notary", "court", "other"]
  /// What happens to custody.
  public static let moves = ["collected", "received", "handed-over"]
  /// What stands beside the collector's own word.
  public static let supports = ["notary", "third-party", "corroboration"]

  private typealias Member = PacketShape.Member

  static let origin: PacketShape = .object([
    Member("system", .text(120), "The system in which the data came about"),
    Member("operator", .text(120), "Who runs it"),
    Member("address", .anyText(500), "Where the data stood, such as a URL"),
    Member("mechanism", .text(1000), "How the data came about there (art. 18(2))"),
    Member(
      "ordinary_course", .truth, "Whether it arose in the ordinary course of business"),
    Member(
      "interest", .word(["none", "party", "affiliate"]),
      "The operator's interest in the matter (art. 17(2))"),
  ])

  static let collector: PacketShape = .object([
    Member("id", .text(120), "Who collected, as the collector's own system names them"),
    Member("organisation", .text(120), "For whom"),
    Member("capacity", .word(capacities), "In which capacity"),
  ])

  static let tool: PacketShape = .object([
    Member("name", .text(120), "The tool or method"),
    Member("version", .text(60), "Its version"),
    Member("sha256", .hex(32), "The digest of its program file", required: false),
  ])

  static let environment: PacketShape = .object([
    Member("device", .text(200), "The device"),
    Member("system", .text(200), "Its system"),
    Member("network", .text(200), "The network"),
    Member(
      "checks",
      .list(
        .object([
          Member("name", .text(120), "What was checked, such as a clean cache"),
          Member("passed", .truth, "Whether it passed"),
          Member("detail", .anyText(500), "What was found"),
        ]), 0...40), "The self-check before collecting (art. 17(3))"),
  ])

  static let time: PacketShape = .object([
    Member("source", .text(200), "Where the time came from, such as an NTP server"),
    Member(
      "offset_milliseconds", .integer(-86_400_000...86_400_000),
      "The device's clock less that source"),
    Member("started", .instant, "When collecting began"),
    Member("ended", .instant, "When it ended"),
    Member("token", .base64, "A time-stamp token (RFC 3161) over the content", required: false),
  ])

  static let storage: PacketShape = .object([
    Member("platform", .text(200), "Where it was kept until it came into custody"),
    Member("filing", .anyText(200), "The platform's filing as a provider (art. 17(1))"),
    Member("process", .text(1000), "How it was kept and sent (arts 17(4), 18(2))"),
    Member(
      "standards", .list(.text(120), 0...20), "The standards that it meets (art. 17(3), (4))"),
  ])

  static let support: PacketShape = .object([
    Member("kind", .word(supports), "What kind"),
    Member("name", .text(200), "Whose, or what"),
    Member("reference", .text(300), "Number or place"),
  ])

  static let item: PacketShape = .object([
    Member("name", .text(200), "The file's name"),
    Member("media_type", .text(100), "Its media type"),
    Member("size", .integer(0...Int64(maximumBytes)), "Its bytes"),
    Member("sha256", .hex(32), "Its digest"),
    Member("meaning", .anyText(500), "What it shows"),
    Member("redacted", .truth, "Whether parts were taken out"),
  ])

  /// What was collected, by whom, how: what the digest stands for that custody begins with.
  public static let content: PacketShape = .object([
    Member("nonce", .hex(16), "Random bytes, so that the digest tells nothing"),
    Member("title", .text(200), "What the packet shows"),
    Member("origin", origin, "Where the data came from"),
    Member("collector", collector, "Who collected"),
    Member("tool", tool, "With what"),
    Member("environment", environment, "Where"),
    Member("time", time, "When"),
    Member("storage", storage, "How it was kept"),
    Member("support", .list(support, 0...20), "Notary, third parties, corroboration (art. 18(2))"),
    Member("items", .list(item, 1...50), "The files"),
  ])

  /// One step of custody.
  public static let event: PacketShape = .object([
    Member("content", .hex(32), "SHA-256 of the content's canonical JSON"),
    Member("previous", .anyText(64), "SHA-256 of the event before; empty for the first"),
    Member("nonce", .hex(16), "Random bytes"),
    Member("at", .instant, "When"),
    Member("move", .word(moves), "What happened"),
    Member("from", .anyText(120), "Who gave; empty for the first"),
    Member("to", .text(120), "Who holds it from now on"),
    Member("capacity", .word(capacities), "The holder's capacity"),
  ])

  /// The place of one step of custody in the log: an inclusion proof.
  public static let proof: PacketShape = .object([
    Member("event", .integer(0...199), "Which step of custody, from 0"),
    Member(
      "entry", .text(65_535), "The log's entry, canonical JSON; its public part names the step"),
    Member("index", .integer(0...(1 << 53)), "The entry's place in the log"),
    Member("proof", .list(.base64, 0...63), "The hashes beside its way to the root"),
    Member("checkpoint", .text(8000), "The signed checkpoint (C2SP tlog-checkpoint)"),
  ])

  /// The whole file.
  public static let packet: PacketShape = .object([
    Member("format", .word([name]), "The format"),
    Member("content", content, "What was collected"),
    Member("files", .list(.base64, 1...50), "The files, in the order of the items"),
    Member("custody", .list(event, 0...200), "Who held it, in order"),
    Member("proofs", .list(proof, 0...200), "Proofs that the steps stand in the log"),
    Member("key", .anyText(300), "The log's key (C2SP vkey); empty without proofs"),
  ])

  /// The format as JSON Schema.
  public static var schema: JSONValue {
    var schema = packet.schema.object ?? [:]
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$id"] = "urn:tequ:evidence-packet:1"
    schema["title"] = "Evidence packet 证据包"
    return .object(schema)
  }
}
