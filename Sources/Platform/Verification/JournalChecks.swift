import Books
import Commons
import Storage

/// What must hold of the journal, the keys and whatever refers to acts.
public enum JournalChecks {
  /// All of them.
  public static let all = [
    versions, keys, commitments, references, chunks, keyBlocks, accessDigests, certificates,
  ]

  private static let journalKeys = Statement("SELECT entry_key FROM journal ORDER BY entry_key")
  private static let subjects = Statement(
    """
    SELECT DISTINCT j.entry_key / 65536 FROM journal j
    WHERE NOT EXISTS (SELECT 1 FROM subjects s WHERE s.subject = j.entry_key / 65536)
    """)
  private static let strays = Statement(
    """
    SELECT s.subject FROM subjects s WHERE NOT EXISTS (
      SELECT 1 FROM journal j WHERE j.entry_key = s.subject * 65536 + 1)
    """)
  private static let sealedActs = Statement(
    """
    SELECT j.entry_key, j.commitment, j.sealed, s.wrapped FROM journal j
    JOIN subjects s ON s.subject = j.entry_key / 65536
    WHERE j.entry_key > $1 ORDER BY j.entry_key LIMIT $2
    """)
  private static let caseVersions = Statement(
    """
    SELECT c.case_key, c.version,
      (SELECT max(j.entry_key) FROM journal j
       WHERE j.entry_key > c.case_key * 65536 AND j.entry_key < (c.case_key + 1) * 65536)
    FROM cases c ORDER BY c.case_key
    """)

  /// An aggregate's acts are numbered 1, 2, 3 … without a gap, and its case stands at the last of
  /// them.
  static let versions = StoreCheck("journal versions") { view, _ in
    var findings: [StoreFinding] = []
    var last = JournalKey(aggregate: -1, version: 0)
    for raw in try view.all(Query(journalKeys) { $0.integer(0) }) {
      let key = JournalKey(raw: raw)
      let isNext =
        key.aggregate == last.aggregate ? key.version == last.version + 1 : key.version == 1
      if !isNext {
        findings.append(
          StoreFinding(
            "journal", row: "\(raw)",
            Phrase("此前缺少记录（版本不连续）。", en: "an act before this one is missing")))
      }
      last = key
    }
    let cases = try view.all(
      Query(caseVersions) { ($0.integer(0), $0.integer(1), $0.optionalInteger(2)) })
    for (key, version, end) in cases where end.map({ $0 & 0xFFFF }) != version {
      findings.append(
        StoreFinding(
          "cases", row: "\(key)",
          Phrase(
            "版本 \(version) 与台账最后一条不符。", en: "version \(version) is not its last act's")))
    }
    return findings
  }

  /// Every aggregate has a key, and every key an aggregate.
  static let keys = StoreCheck("subject keys") { view, ring in
    var findings = try view.all(Query(subjects) { $0.integer(0) }).map {
      StoreFinding(
        "subjects", row: "\($0)", Phrase("缺少其密钥行。", en: "the row with its key is missing"))
    }
    findings += try view.all(Query(strays) { $0.integer(0) }).map {
      StoreFinding(
        "subjects", row: "\($0)", Phrase("没有对应的台账。", en: "no act belongs to this key"))
    }
    for subject in try view.all(SubjectBook.all)
    where !subject.isForgotten && subject.sealingKey(ring) == nil {
      findings.append(
        StoreFinding(
          "subjects", row: "\(subject.key)",
          Phrase(
            "密钥无法解开（被改动，或密钥文件不符）。",
            en: "its key cannot be unwrapped: altered, or made under another key file")))
    }
    return findings
  }

  /// What is sealed opens, and is what the public commitment says.
  static let commitments = StoreCheck("sealed parts and commitments") { view, ring in
    var findings: [StoreFinding] = []
    var current: (subject: Int64, key: SealingKey?) = (-1, nil)
    var after: Int64 = 0
    while true {
      let rows = try view.all(
        Query(sealedActs, [.integer(after), .integer(pageRows)]) {
          (raw: $0.integer(0), commitment: $0.blob(1), sealed: $0.blob(2), wrapped: $0.blob(3))
        })
      guard let last = rows.last else { return findings }
      // A damaged page may send a search back to where it came from, again and again.
      guard last.raw > after else {
        findings.append(
          StoreFinding(
            "journal", row: "\(after)",
            Phrase("其后的记录次序错乱，数据页已损坏。", en: "the rows after it are out of order: a damaged page")))
        return findings
      }
      after = last.raw
      for row in rows where !row.wrapped.isEmpty {
        if current.subject != row.raw >> 16 {
          let subject = row.raw >> 16
          current = (subject, SealingKey(subject: subject, wrapped: row.wrapped, ring))
        }
        guard let key = current.key else { continue }
        guard let opened = key.open(row.sealed, at: row.raw) else {
          findings.append(
            StoreFinding(
              "journal", row: "\(row.raw)",
              Phrase("密封内容无法解开。", en: "its sealed part does not open")))
          continue
        }
        if Digest.of(key.salt(at: row.raw), opened).bytes != row.commitment {
          findings.append(
            StoreFinding(
              "journal", row: "\(row.raw)",
              Phrase("密封内容与公开承诺不符。", en: "its sealed part is not what it committed to")))
        }
      }
    }
  }

  /// Rows that are held in memory at a time.
  static let pageRows: Int64 = 5000

  private static func dangling(_ table: String, _ key: String, _ column: String) -> Statement {
    Statement(
      """
      SELECT t.\(key) FROM \(table) t WHERE t.\(column) IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.entry_key = t.\(column))
      """)
  }
  private static let referring: [(String, Statement)] = [
    ("outbox", dangling("outbox", "entry_key", "entry_key")),
    ("deliveries", dangling("deliveries", "entry_key", "entry_key")),
    ("blobs", dangling("blobs", "blob_key", "entry_key")),
    ("log_entries", dangling("log_entries", "log_index", "entry_key")),
    ("idempotency", dangling("idempotency", "scope", "entry_key")),
  ]
  private static let unlogged = Statement(
    """
    SELECT j.entry_key FROM journal j
    WHERE NOT EXISTS (SELECT 1 FROM log_entries e WHERE e.entry_key = j.entry_key)
    """)
  private static let queued = Statement("SELECT place, entries FROM log_waiting ORDER BY place")

  /// Whatever names an act names one that is there; every act is in the log or waits for it.
  static let references = StoreCheck("references") { view, _ in
    var findings: [StoreFinding] = []
    for (table, statement) in referring {
      findings += try view.all(Query(statement) { $0.value(0) }).map {
        StoreFinding(
          table, row: [$0], Phrase("指向不存在的台账记录。", en: "it names an act that is not there"))
      }
    }
    // Few acts wait: the queue is what a running city's log has not taken yet.
    var waiting: Set<Int64> = []
    var last: [Int64: Int64] = [:]
    for list in try view.all(Query(queued) { (place: $0.integer(0), entries: $0.text(1)) }) {
      for text in list.entries.split(separator: ",") {
        func find(_ zh: String, en: String) {
          findings.append(
            StoreFinding("log_waiting", row: "\(list.place) \(text)", Phrase(zh, en: en)))
        }
        guard let raw = Int64(text), try view.first(JournalBook.entry(JournalKey(raw: raw))) != nil
        else {
          find("指向不存在的台账记录。", en: "it names an act that is not there")
          continue
        }
        if try view.first(LogBook.index(of: JournalKey(raw: raw))) != nil {
          find("已入日志却仍在排队。", en: "it waits but is in the log")
        }
        if !waiting.insert(raw).inserted {
          find("重复排队。", en: "it waits twice")
        } else if raw < last.updateValue(raw, forKey: raw >> 16) ?? 0 {
          find("排在同一事项其后记录之后。", en: "it waits behind a later act of the same matter")
        }
      }
    }
    findings += try view.all(Query(unlogged) { $0.integer(0) }).filter { !waiting.contains($0) }
      .map {
        StoreFinding(
          "journal", row: "\($0)",
          Phrase("既不在日志中，也不在待入队列。", en: "it is neither in the log nor waiting for it"))
      }
    return findings
  }

  private static let strayChunks = Statement(
    """
    SELECT c.chunk_key FROM blob_chunks c
    WHERE NOT EXISTS (SELECT 1 FROM blobs b WHERE b.blob_key = c.chunk_key / 65536)
    """)

  /// Attachments that acts refer to open and match their digests.
  static let chunks = StoreCheck("attachments") { view, ring in
    var findings = try view.all(Query(strayChunks) { $0.integer(0) }).map {
      StoreFinding(
        "blob_chunks", row: "\($0)", Phrase("不属于任何附件。", en: "it belongs to no attachment"))
    }
    for blob in try view.all(BlobBook.all) where blob.entry != nil {
      guard let key = try view.first(SubjectBook.find(blob.aggregate))?.sealingKey(ring) else {
        continue
      }
      var bytes: [UInt8] = []
      for chunk in try view.all(BlobBook.chunks(blob.key)) {
        guard let part = key.open(chunk.bytes, at: chunk.place) else {
          findings.append(
            StoreFinding(
              "blob_chunks", row: "\(chunk.place)", Phrase("无法解开。", en: "it does not open")))
          continue
        }
        bytes += part
      }
      if Digest.of(bytes).bytes != blob.digest || key.open(blob.name, at: blob.key) == nil {
        findings.append(
          StoreFinding(
            "blobs", row: "\(blob.key)",
            Phrase("附件内容与摘要不符或缺块。", en: "its bytes are not those of its digest")))
      }
    }
    return findings
  }

  private static let highestAggregate = Statement("SELECT max(entry_key) FROM journal")
  private static let highestBlob = Statement("SELECT max(blob_key) FROM blobs")

  /// Leased keys lie above all keys in use, so that none is given twice.
  static let keyBlocks = StoreCheck("key blocks") { view, _ in
    let blocks = Dictionary(try view.all(KeyBook.all).map { ($0.0, $0.1) }) { first, _ in first }
    func highest(_ statement: Statement) throws -> Int64 {
      try view.first(Query(statement) { $0.optionalInteger(0) ?? 0 }) ?? 0
    }
    let used = [
      "aggregate": try highest(highestAggregate) >> 16, "file": try highest(highestBlob),
    ]
    return used.compactMap { name, key in
      (blocks[name] ?? 1) > key
        ? nil
        : StoreFinding(
          "key_blocks", row: name,
          Phrase("下一个键不大于已用的 \(key)。", en: "the next key is not above \(key), which is used"))
    }
  }

  /// Reads of personal data are all there: each digest in the journal follows from its rows.
  static let accessDigests = StoreCheck("access log digests") { view, ring in
    var findings: [StoreFinding] = []
    var end: Int64 = 0
    for digest in try view.all(AccessBook.allDigests) {
      let rows = try view.all(
        AccessBook.recorded(after: digest.from, limit: Int(digest.count) + 1)
      ).filter { $0.key <= digest.through }
      if digest.from != end || Int64(rows.count) != digest.count
        || AccessBook.digest(rows, ring) != digest.digest
      {
        findings.append(
          StoreFinding(
            "access_digests", row: "\(digest.key)",
            Phrase("访问记录与摘要不符。", en: "the reads it covers are not those it was made of")))
      }
      end = digest.through
    }
    return findings
  }
}
