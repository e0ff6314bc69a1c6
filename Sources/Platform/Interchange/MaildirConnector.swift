import Commons
import Dispatch
import Foundation

/// Delivers into a maildir (tmp, new, cur), from which any mail system takes it on.
///
/// The file's name follows from the message's id, so delivering it again replaces it. A message is
/// written to `tmp`, flushed, then moved to `new`: a reader never sees half of one.
public struct MaildirConnector: Connector {
  private let folder: String
  /// The word with which its proofs begin.
  public let name = "maildir"

  /// A connector to a folder, made at the first delivery.
  public init(folder: String) { self.folder = folder }

  /// Flushing waits for the disk, which no thread of Swift's concurrency may do.
  private static let disk = DispatchQueue(label: "maildir", qos: .utility)

  /// Writes one message; the proof is `maildir:new/` and the file's name.
  ///
  /// - Throws: ``DeliveryFailure``, never a lasting one, if the file cannot be written or moved.
  public func deliver(_ notice: Notice) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
      MaildirConnector.disk.async {
        continuation.resume(with: Result { try write(notice) })
      }
    }
  }

  private func write(_ notice: Notice) throws -> String {
    do {
      for part in ["tmp", "new", "cur"] {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(part)", withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700])
      }
      let file = "\(notice.date.seconds).\(notice.id).tequ"
      let temporary = "\(folder)/tmp/\(file)"
      // It names a person and the token of a case: for nobody but the owner.
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else {
        throw DeliveryFailure("cannot write \(temporary)", isLasting: false)
      }
      let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      try handle.write(contentsOf: Data(text(notice).utf8))
      try handle.synchronize()
      try handle.close()
      guard rename(temporary, "\(folder)/new/\(file)") == 0 else {
        throw DeliveryFailure("cannot move \(file) to new", isLasting: false)
      }
      return "maildir:new/\(file)"
    } catch let failure as DeliveryFailure { throw failure } catch {
      throw DeliveryFailure("\(error)", isLasting: false)
    }
  }

  /// An RFC 5322 message with RFC 2047 encoded subject and a base64 body.
  func text(_ notice: Notice) -> String {
    let recipient = notice.recipient.filter { !$0.isNewline }
    let body = Base64.encode(Array(notice.body.utf8))
    var lines = [
      "Message-ID: <\(notice.id)@tequ.invalid>", "Date: \(MaildirConnector.date(notice.date))",
      "From: Tequ <noreply@tequ.invalid>", "To: \(recipient)",
      "Subject: =?UTF-8?B?\(Base64.encode(Array(notice.subject.utf8)))?=", "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: base64", "",
    ]
    var rest = body[...]
    while !rest.isEmpty {
      lines.append(String(rest.prefix(76)))
      rest = rest.dropFirst(76)
    }
    return lines.joined(separator: "\r\n") + "\r\n"
  }

  private static func date(_ moment: Instant) -> String {
    let day = moment.date(in: .beijing)
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let second = moment.secondOfDay(in: .beijing)
    let time =
      "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
    return
      "\(names[day.weekday - 1]), \(day.day) \(months[day.month - 1]) \(day.year) \(time) +0800"
  }
}
