import Books
import CaseEngine
import CityProfiles
import Commons
import LegalTime
import Markup
import MeasureKit

extension Instant {
  /// The hour and minute of a moment that is not the end of a day, such as 21:00; nil at midnight, where periods of
  /// days end.
  public func hourWithinDay(in zone: ZoneOffset) -> String? {
    let second = secondOfDay(in: zone)
    return second == 0 ? nil : "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2))"
  }
}

extension Phrase {
  /// How long something takes, in the largest units that say enough: minutes, hours and minutes, days.
  public static func span(seconds: Int64) -> Phrase {
    let minutes = abs(seconds) / 60
    let hours = minutes / 60
    if hours >= 48 { return Phrase("\(hours / 24)天", en: "\(hours / 24) days") }
    if hours == 0 { return Phrase("\(minutes)分", en: "\(minutes) min") }
    return Phrase("\(hours)小时\(minutes % 60)分", en: "\(hours) h \(minutes % 60) min")
  }
}

// Parts of pages that every kind of case has, whether its pages follow from a declaration or are a
// measure's own.
extension HTML {
  /// A case's title, its number and where it stands.
  public mutating func caseHeading(_ row: CaseRow, tag: (inout HTML) -> Void) {
    heading(.same(row.title)) { h in
      h.element("span", .class("mono"), text: row.number.description)
      tag(&h)
    }
  }

  /// Who must act now and until when, as a sentence that a verb ends.
  public mutating func nowWith(
    _ who: Phrase, until due: Instant?, at now: Instant, in zone: ZoneOffset, verb: String
  ) {
    element("p", .class("now")) { h in
      h.text(Phrase("现在由", en: "Now with "))
      h.element("strong", text: who)
      guard let due else { return h.text(Phrase("\(verb)。", en: ".")) }
      // The period ends at 24:00 of its last day, which is 0:00 of the next; a moment that the law names has its hour.
      var last = due.adding(seconds: -1).date(in: zone).weekdayPhrase
      if let hour = due.hourWithinDay(in: zone) { last = last + .same(" \(hour)") }
      h.text(
        due <= now
          ? Phrase("\(verb)，期限\(last.zh)已过。", en: "; the period ended on \(last.en).")
          : Phrase("\(verb)，期限至\(last.zh)。", en: ", until \(last.en)."))
    }
  }

  /// A meter for each clock of a case, as far as `shows` asks for it.
  public mutating func clockMeters(
    _ clocks: CaseClocks, of type: CaseType, at now: Instant, in zone: ZoneOffset,
    _ calendar: WorkCalendar, where shows: (ClockID) -> Bool
  ) {
    let today = now.date(in: zone)
    for (id, clock) in clocks.all where shows(id) {
      guard let spec = type.clocks.first(where: { $0.id == id }) else { continue }
      let length = clock.used(by: today, calendar)
      let deadline = clock.deadline(calendar) ?? clock.deadline(calendar, resumedOn: today)
      let hour = deadline.flatMap { $0.instant.hourWithinDay(in: zone) }
      clockMeter(
        spec.name, used: length.used, total: length.total, unit: clock.unit.dayName,
        lastDay: deadline?.lastDay, isProvisional: deadline?.isProvisional ?? false,
        isLate: !clock.isSuspended && (deadline.map { $0.instant <= now } ?? false),
        isSuspended: clock.isSuspended, basis: spec.basis, hour: hour,
        left: hour.flatMap { _ in deadline.map { .span(seconds: $0.instant.seconds - now.seconds) }
        })
    }
  }

  /// The notices that went out, each with its proof; `subject` says what one was about.
  public mutating func deliveries(
    _ deliveries: [OutboxBook.Delivery], in zone: ZoneOffset,
    subject: (OutboxBook.Delivery) -> Phrase?
  ) {
    guard !deliveries.isEmpty else { return }
    element("div", .class("panel")) { h in
      h.element("h2", text: Phrase("通知与送达", en: "Notices and delivery"))
      h.element("ul", .class("rows")) { h in
        for delivery in deliveries {
          h.element("li") { h in
            if let words = subject(delivery) { h.text(words) }
            h.element("div", .class("sub")) { h in
              h.time(delivery.finishedAt, in: zone)
              if delivery.hadNobody {
                h.text(Phrase("未留联系方式，只在本页显示", en: "no address given; shown here only"))
              } else {
                h.element("span") { h in
                  h.text(Phrase("送达凭据 ", en: "proof "))
                  h.element("span", .class("mono"), text: delivery.proof)
                }
              }
              if let read = delivery.readAt {
                h.element("span") { h in
                  h.time(read, in: zone)
                  h.text(Phrase("已查看", en: " opened"))
                }
              }
            }
          }
        }
      }
    }
  }

  /// An agency's name and telephone.
  public mutating func agency(_ agency: CityProfile.Agency) {
    text(agency.name)
    text(Phrase("，", en: ", "))
    a("tel:\(agency.phone)", .same(agency.phone))
  }
}
