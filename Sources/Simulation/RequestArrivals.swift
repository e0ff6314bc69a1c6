import CityProfiles
import Commons
import ServiceRequests

/// When people report what: a daily and weekly rhythm, few kinds of matter that are frequent and many
/// that are rare, some things that several people report.
struct RequestArrivals: Sendable {
  /// Somebody's wish.
  struct Wish: Sendable {
    let at: Instant
    let intake: Intake
    /// Whether the demonstration's own citizen files it.
    let isOfCitizen: Bool
  }

  private let profile: CityProfile
  private let seed: UInt64
  private let perDay: Int
  private let categoryWeights: [Int]
  private let itemsByCategory: [[CatalogueItem]]

  /// Requests by hour of the day, out of 1000: the morning and the afternoon peak of a hotline.
  private static let byHour = [
    9, 5, 4, 3, 3, 6, 16, 34, 66, 88, 92, 76, 50, 52, 74, 82, 76, 62, 46, 42, 40, 36, 24, 14,
  ]
  /// Requests by weekday, Monday first, out of 100 of the average day.
  private static let byWeekday = [118, 112, 108, 106, 104, 78, 74]

  init(_ profile: CityProfile, seed: UInt64, perDay: Int) {
    self.profile = profile
    self.seed = seed
    self.perDay = perDay
    categoryWeights = profile.categories.map(\.weight)
    itemsByCategory = profile.categories.map { profile.items(in: $0.id) }
  }

  /// The wishes of an hour, in order. Each hour has a generator of its own.
  func next(_ hour: Instant, until end: Instant, _ texts: CityTexts) -> [Wish] {
    var random = SeededRandom(seed: seed).fork("hour \(hour.seconds / 3600)")
    let zone = profile.zone
    let weekday = hour.date(in: zone).weekday
    let rate =
      Double(
        perDay * RequestArrivals.byHour[hour.secondOfDay(in: zone) / 3600]
          * RequestArrivals.byWeekday[weekday - 1]) / 100_000
    let count = RequestArrivals.poisson(rate, &random)
    let seconds = max(1, Int(end.seconds - hour.seconds))
    let moments = (0..<count).map { _ in
      hour.adding(microseconds: Int64(random.below(seconds * 1_000_000)))
    }.sorted()
    return moments.map { wish($0, texts, &random) }
  }

  private func wish(_ at: Instant, _ texts: CityTexts, _ random: inout SeededRandom) -> Wish {
    // Some matters are reported again and again within a day: the same draw of item and place.
    var topic = random
    if random.chance(0.12) {
      let day = at.date(in: profile.zone)
      topic = SeededRandom(seed: seed).fork("topic \(day) \(random.below(3))")
    }
    let item = item(&topic)
    let district = profile.districts[topic.below(profile.districts.count)]
    let address = texts.address(&topic)
    let latitude = district.latitude + (topic.unit() - 0.5) * 0.08
    let longitude = district.longitude + (topic.unit() - 0.5) * 0.08
    _ = random.next()
    let hasPlace = random.chance(0.7)
    let jitter = (random.unit() - 0.5) * 0.001
    let isOfCitizen = random.chance(0.01)
    let channel = isOfCitizen ? "web" : channel(&random)
    let intake = Intake(
      item: item.id, title: texts.title(item, address, &random),
      text: texts.text(item, address, &random), channel: channel, district: district.id,
      address: address, latitudeE6: hasPlace ? Int64((latitude + jitter) * 1e6) : nil,
      longitudeE6: hasPlace ? Int64((longitude + jitter) * 1e6) : nil,
      email: random.chance(0.02) ? "citizen\(random.below(9000))@example.cn" : "",
      isPublic: random.chance(0.4), isAnonymous: random.chance(0.1))
    return Wish(at: at, intake: intake, isOfCitizen: isOfCitizen)
  }

  /// A category by its weight, then an item by rank: the k-th item has 1/k of the first one's share.
  private func item(_ random: inout SeededRandom) -> CatalogueItem {
    var draw = random.below(max(1, categoryWeights.reduce(0, +)))
    var category = 0
    while category < categoryWeights.count - 1, draw >= categoryWeights[category] {
      draw -= categoryWeights[category]
      category += 1
    }
    let items = itemsByCategory[category]
    guard !items.isEmpty else { return profile.fallbackItem }
    let total = items.indices.reduce(0.0) { $0 + 1 / Double($1 + 1) }
    var left = random.unit() * total
    for (index, item) in items.enumerated() {
      left -= 1 / Double(index + 1)
      if left <= 0 { return item }
    }
    return items[items.count - 1]
  }

  private func channel(_ random: inout SeededRandom) -> String {
    let shares: [(String, Double)] = [
      ("phone", 0.52), ("mini", 0.17), ("app", 0.09), ("web", 0.06), ("wechat", 0.06),
      ("alipay", 0.03), ("grid", 0.03), ("letter", 0.01), ("visit", 0.01), ("sms", 0.01),
    ]
    var left = random.unit()
    for (id, share) in shares {
      left -= share
      if left <= 0, profile.channel(id) != nil { return id }
    }
    return "phone"
  }

  /// A Poisson draw by inversion; rates here are below 100.
  private static func poisson(_ rate: Double, _ random: inout SeededRandom) -> Int {
    guard rate > 0 else { return 0 }
    if rate > 60 {
      return poisson(rate / 2, &random) + poisson(rate / 2, &random)
    }
    var product = random.unit()
    let floor = exponential(-rate)
    var count = 0
    while product > floor {
      count += 1
      product *= random.unit()
    }
    return count
  }

  /// eˣ by scaling and series; the simulation has no C library.
  private static func exponential(_ x: Double) -> Double {
    let y = x / 64
    var (term, sum) = (1.0, 1.0)
    for n in 1...12 {
      term *= y / Double(n)
      sum += term
    }
    var out = sum
    for _ in 0..<6 { out *= out }
    return out
  }
}
