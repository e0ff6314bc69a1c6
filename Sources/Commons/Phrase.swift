/// A language the product speaks.
public enum Language: String, Sendable, CaseIterable {
  /// Simplified Chinese, the default.
  case zh = "zh-Hans"
  /// English.
  case en
}

/// A wording in both languages, side by side, so that neither can be forgotten.
public struct Phrase: Hashable, Sendable {
  /// Simplified Chinese.
  public let zh: String
  /// English.
  public let en: String

  /// A wording in Chinese and English.
  public init(_ zh: String, en: String) {
    self.zh = zh
    self.en = en
  }

  /// The wording in a language.
  public subscript(language: Language) -> String {
    switch language {
    case .zh: zh
    case .en: en
    }
  }

  /// One after the other.
  public static func + (a: Phrase, b: Phrase) -> Phrase { Phrase(a.zh + b.zh, en: a.en + b.en) }

  /// The same as a title or on a button: its English begins with a capital letter. Names of commands are lower case,
  /// since they also stand within sentences. What is the same in both languages is a name and stays as it is.
  public var titled: Phrase {
    guard zh != en, let first = en.first, first.isLowercase else { return self }
    return Phrase(zh, en: first.uppercased() + en.dropFirst())
  }

  /// A name that is the same in both languages: a number, a proper name.
  public static func same(_ text: String) -> Phrase { Phrase(text, en: text) }
}

/// Where a rule stands: an instrument in one edition, article, paragraph and item.
public struct Citation: Hashable, Sendable {
  /// The instrument's official title, such as 行政复议法.
  public let instrument: String
  /// Which edition: the date of adoption or amendment, or a document number.
  public let edition: String
  /// The article's number; nil for an instrument without articles.
  public let article: Int?
  /// Paragraph (款), from 1.
  public let paragraph: Int?
  /// Item (项), from 1.
  public let item: Int?
  /// False until a person has read the official text; shown wherever the citation is shown.
  public let isVerified: Bool
  /// Whose choice it is where no law but the city's own policy says so; nil for a place in the law.
  public let cityPolicy: Phrase?

  /// A place in an instrument.
  public init(
    _ instrument: String, edition: String, article: Int? = nil, paragraph: Int? = nil,
    item: Int? = nil, verified: Bool = true
  ) {
    self.instrument = instrument
    self.edition = edition
    self.article = article
    self.paragraph = paragraph
    self.item = item
    isVerified = verified
    cityPolicy = nil
  }

  /// A city's own policy, in the place of an instrument.
  public init(cityPolicy whose: Phrase) {
    instrument = whose.zh
    edition = ""
    article = nil
    paragraph = nil
    item = nil
    isVerified = true
    cityPolicy = whose
  }

  /// The instrument's title; in English a translation, where one is known.
  public var title: Phrase { Phrase(instrument, en: LawTitles.english(instrument)) }

  /// The short form, such as 《行政复议法》第62条 or “Administrative Reconsideration Law, art. 62”.
  public var phrase: Phrase {
    if let cityPolicy { return Basis.cityPolicy(cityPolicy).phrase }
    var zh = "《\(instrument)》"
    var en = title.en
    if let article {
      zh += "第\(article)条"
      en += ", art. \(article)"
    }
    if let paragraph {
      zh += "第\(paragraph)款"
      en += "(\(paragraph))"
    }
    if let item {
      zh += "第\(item)项"
      en += ", item \(item)"
    }
    return isVerified ? Phrase(zh, en: en) : Phrase(zh + "（未核对）", en: en + " (unverified)")
  }
}

/// What a deadline or threshold rests on.
public indirect enum Basis: Hashable, Sendable {
  /// A place in the law.
  case law(Citation)
  /// The city's own choice, within the law; the text says whose.
  case cityPolicy(Phrase)

  /// How it is shown.
  public var phrase: Phrase {
    switch self {
    case .law(let citation): citation.phrase
    case .cityPolicy(let whose):
      Phrase("本市规定：\(whose.zh)", en: "City policy: \(whose.en)")
    }
  }
}

extension [Phrase] {
  /// The phrases one after another.
  public var listed: Phrase {
    Phrase(map(\.zh).joined(separator: "、"), en: map(\.en).joined(separator: ", "))
  }
}
