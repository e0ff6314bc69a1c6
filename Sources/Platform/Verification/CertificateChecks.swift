import Books
import Commons
import Storage

extension JournalChecks {
  private static let issued = Statement(
    """
    SELECT c.certificate, c.document, j.public_fields FROM certificates c
    LEFT JOIN journal j ON j.entry_key = c.entry_key ORDER BY c.certificate
    """)
  private static let lists = Statement(
    """
    SELECT l.list, l.version, l.bits, j.public_fields FROM status_lists l
    LEFT JOIN journal j ON j.entry_key = l.entry_key ORDER BY l.list
    """)

  /// Every certificate is one that its act names, none is missing, and every status list is what the act
  /// that changed it last says.
  static let certificates = StoreCheck("certificates and status lists") { view, _ in
    var findings: [StoreFinding] = []
    var expected: Int64 = 1
    let rows = try view.all(
      Query(issued) { (number: $0.integer(0), document: $0.text(1), fields: $0.optionalText(2)) })
    for row in rows {
      if row.number != expected {
        findings.append(
          StoreFinding(
            "certificates", row: "\(row.number)",
            Phrase("此前缺少证书（编号不连续）。", en: "a certificate before this one is missing")))
      }
      expected = row.number + 1
      let fields = row.fields.flatMap { try? JSONValue(parsing: $0) }
      if fields?["certificates"]?[row.document]?.string == nil {
        findings.append(
          StoreFinding(
            "certificates", row: "\(row.number)",
            Phrase("其出具记录没有载明这份证书。", en: "its act names no such certificate")))
      }
    }
    for row in try view.all(
      Query(lists) {
        (list: $0.text(0), version: $0.integer(1), bits: $0.blob(2), fields: $0.optionalText(3))
      })
    {
      let fields = row.fields.flatMap { try? JSONValue(parsing: $0) }
      guard
        fields?["list"]?.string != row.list || fields?["version"]?.integer != row.version
          || fields?["digest"]?.string != Digest.of(row.bits).hex
      else { continue }
      findings.append(
        StoreFinding(
          "status_lists", row: row.list,
          Phrase("与最后一次变更的记录不符。", en: "it is not what its last act says")))
    }
    return findings
  }
}
