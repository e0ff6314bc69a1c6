import Commons
import HTTPValues
import Markup
import MeasureKit
import SecrecyMeasures

/// How a firm takes stock on its own machine. The city has no form for it: an inventory of secrets is
/// itself a secret.
struct InventoryPage {
  private static let title = Phrase("商业秘密清单", en: "Inventory of secrets")
  private static let trail = [PageShell.Link(TradeSecretsMeasure.card.name, "/trade-secrets")]

  func render(_ visit: Visit) -> Response {
    visit.page(Self.title, trail: Self.trail) { h in
      h.heading(
        Self.title,
        lead: Phrase(
          "清单本身就是秘密，因此只保存在企业自己的电脑上，本市不设填报页面。",
          en:
            "An inventory is itself a secret: it stays on the firm's own machine, and the city has no form for it."
        ))
      h.element("ol", .class("flow")) { h in
        for (name, detail) in Self.steps {
          h.element("li") { h in
            h.element("strong", text: name)
            h.p(detail)
          }
        }
      }
      h.table(
        Phrase("类别与密级", en: "Classes and levels"),
        columns: [
          (Phrase("类别", en: "Class"), false), (Phrase("代码", en: "Code"), false),
        ]
      ) { table in
        for kind in AssetInventory.Class.allCases {
          table.row([
            { $0.text(kind.name) },
            { $0.element("span", .class("mono"), text: kind.rawValue) },
          ])
        }
      }
      h.p(
        Phrase(
          "密级：核心（core）、重要（important）、一般（general）。算法是单独的类别，须有版本号和存证。",
          en:
            "Levels: core, important, general. Algorithms are a class of their own, with version and deposit."
        ))
      h.element("p") { h in
        h.basis(SecretBasis.court(1))
        h.text("　")
        h.basis(SecretBasis.court(27))
      }
      h.details(Phrase("清单文件示例", en: "An example")) { h in
        h.element("pre", .class("mono"), text: AssetInventory.example.canonical)
      }
    }
  }

  private static let steps: [(Phrase, Phrase)] = [
    (
      Phrase("建立", en: "Begin"),
      Phrase("tequ secret inventory init 清单.json", en: "tequ secret inventory init FILE.json")
    ),
    (
      Phrase("核对", en: "Check"),
      Phrase(
        "tequ secret inventory check 清单.json：缺载体、未限岗位、未标密级、离职未交接等逐条列出。",
        en:
          "tequ secret inventory check FILE.json: names missing carriers, posts, marks, hand-overs of leavers."
      )
    ),
    (
      Phrase("离职", en: "Leavers"),
      Phrase(
        "tequ secret inventory leaver 清单.json 人员编号 --out 提醒函.html：列出其岗位可接触的秘密和载体。",
        en:
          "tequ secret inventory leaver FILE.json PERSON --out LETTER.html: what the person's posts could know."
      )
    ),
    (
      Phrase("存证", en: "Deposit"),
      Phrase(
        "tequ secret deposit 清单.json --record 存证.json --to 本市网址：证明清单当时的样子。",
        en:
          "tequ secret deposit FILE.json --record DEPOSIT.json --to CITY: proves what it was on that day."
      )
    ),
  ]
}

/// How a deposit is made, proven and verified.
struct ProofPage {
  private static let title = Phrase("存证与证明", en: "Deposit and proof")
  private static let trail = [PageShell.Link(TradeSecretsMeasure.card.name, "/trade-secrets")]

  func render(_ visit: Visit) -> Response {
    visit.page(Self.title, trail: Self.trail) { h in
      h.heading(
        Self.title,
        lead: Phrase(
          "三条命令，都在您自己的电脑上运行。离开电脑的只有一个64位的数值。",
          en:
            "Three commands, all on your own machine. One value of 64 digits is all that leaves it."
        ))
      h.element("ol", .class("flow")) { h in
        for (name, command, detail) in Self.steps {
          h.element("li") { h in
            h.element("strong", text: name)
            h.element("pre", .class("mono"), text: command)
            h.p(detail)
          }
        }
      }
      h.section(Phrase("什么在哪里", en: "What is where"))
      h.table(
        Phrase("什么在哪里", en: "What is where"),
        columns: [
          (Phrase("内容", en: "What"), false), (Phrase("您的电脑", en: "Your machine"), false),
          (Phrase("本市", en: "The city"), false), (Phrase("公开日志", en: "Public log"), false),
        ], isCaptionHidden: true
      ) { table in
        for (name, own, city, log) in Self.places {
          table.row([
            { $0.text(name) }, { Self.mark(&$0, own) }, { Self.mark(&$0, city) },
            { Self.mark(&$0, log) },
          ])
        }
      }
      h.element("div", .class("actions")) { h in
        h.buttonLink(
          Phrase("登记一个存证值", en: "Register a value"), "/trade-secrets/deposits/new")
      }
      h.element("p") { h in
        h.basis(SecretBasis.electronicSignature(8))
        h.text("　")
        h.basis(SecretBasis.court(27))
      }
    }
  }

  private static func mark(_ h: inout HTML, _ isThere: Bool) {
    h.tag(
      isThere ? Phrase("有", en: "yes") : Phrase("没有", en: "no"), isThere ? .info : .good)
  }

  private static let steps: [(Phrase, String, Phrase)] = [
    (
      Phrase("存证", en: "Deposit"),
      "tequ secret deposit FOLDER --record deposit.json --to https://CITY",
      Phrase(
        "逐个文件在本机加盐计算摘要，合成一棵树，只登记树根的摘要。deposit.json 请与文件一起妥善保管。",
        en:
          "Each file is hashed with a salt; the tree's root is hashed and registered. Keep deposit.json with the files."
      )
    ),
    (
      Phrase("证明", en: "Prove"),
      "tequ secret prove deposit.json FILE --out proof.json",
      Phrase(
        "只证明选定的文件，其余文件的内容、名称都不出现。",
        en: "Only the chosen file is proven; contents and names of the others do not appear.")
    ),
    (
      Phrase("核验", en: "Verify"),
      "tequ secret verify proof.json FILE --vkey KEY",
      Phrase(
        "法院或对方不用联网即可核验：文件未变，登记时间属实，记录在日志之内。",
        en: "A court or the other side verifies offline: file unchanged, time true, act in the log."
      )
    ),
  ]

  private static let places: [(Phrase, Bool, Bool, Bool)] = [
    (Phrase("文件内容", en: "Contents"), true, false, false),
    (Phrase("文件名、数量、大小", en: "Names, number, sizes"), true, false, false),
    (Phrase("盐和逐个摘要", en: "Salts, digests of files"), true, false, false),
    (Phrase("企业名称（存证时）", en: "Name of the firm (on depositing)"), true, false, false),
    (Phrase("一个加盐的数值", en: "One salted value"), true, true, true),
    (Phrase("登记时间", en: "Time of registration"), true, true, true),
  ]
}
