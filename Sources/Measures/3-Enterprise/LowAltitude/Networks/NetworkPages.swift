import Airspace
import Books
import CaseWork
import CityProfiles
import Commons
import Desk
import HTTPValues
import Markup
import MeasureKit
import Storage

/// The pages of the registers.
extension LowAltitudeMeasure {
  static let networkTrail = [
    PageShell.Link(LowAltitudeMeasure.card.name, "/low-altitude")
  ]

  private func tone(_ state: NetworkAsset.State) -> Tone {
    switch state {
    case .inService: .good
    case .suspended: .warn
    case .closed: .plain
    default: .info
    }
  }

  func networksPage(_ visit: Visit) async throws -> Response {
    let shown = try await assets(visit)
    let all = try await desk.store.all(NetworkBook.all)
    let current = visit.request.query["network"] ?? ""
    let title = Phrase("四张网", en: "The four networks")
    return visit.page(title, trail: LowAltitudeMeasure.networkTrail) { h in
      h.heading(
        title,
        lead: Phrase(
          "设施、空联、航路、服务：每一项从规划到建成、验收、运行、暂停、关闭，都有记录可查。",
          en: "Facilities, air link, routes, services: each entry from plan to closing, on record.")
      )
      networkTiles(&h, all)
      h.tabs(networkTabs(all, current), label: Phrase("按网查看", en: "By network"))
      SkyMap(assets: shown, flights: [], middle: cityMiddle).render(
        &h, Phrase("在册位置", en: "Where they are"))
      assetTable(&h, shown.filter { $0.kind != .target }, visit)
      h.element("p") { h in
        h.text(Phrase("开放数据：", en: "Open data: "))
        h.a("/api/low-altitude/networks", .same("JSON"))
        h.text(" ")
        h.a("/api/low-altitude/networks.geojson", .same("GeoJSON"))
      }
    }
  }

  private func networkTiles(_ h: inout HTML, _ all: [NetworkAsset]) {
    h.tiles { h in
      for network in NetworkAsset.Network.four {
        let own = all.filter { $0.network == network }
        let running = own.filter { $0.state == .inService }.count
        h.tile(
          network.name, Figures.grouped(Int64(running)),
          note: Phrase("在册 \(own.count) 项", en: "of \(own.count) on the register"))
      }
    }
  }

  private func networkTabs(
    _ all: [NetworkAsset], _ current: String
  ) -> [(label: Phrase, count: String?, target: String, isCurrent: Bool)] {
    let networks = NetworkAsset.Network.four + [.airspace]
    let first = (
      label: Phrase("全部", en: "All"), count: Optional<String>.none,
      target: "/low-altitude/networks", isCurrent: current.isEmpty
    )
    return [first]
      + networks.map { network in
        (
          label: network.name, count: String(all.filter { $0.network == network }.count),
          target: "/low-altitude/networks?network=\(network.rawValue)",
          isCurrent: current == network.rawValue
        )
      }
  }

  private func assetTable(_ h: inout HTML, _ assets: [NetworkAsset], _ visit: Visit) {
    guard !assets.isEmpty else { return h.empty(Phrase("尚无登记。", en: "Nothing is registered yet.")) }
    h.table(
      Phrase("登记册", en: "Register"),
      columns: [
        (Phrase("名称", en: "Name"), false), (Phrase("种类", en: "Kind"), false),
        (Phrase("状态", en: "State"), false), (Phrase("更新", en: "Since"), false),
      ]
    ) { table in
      for asset in assets {
        table.row([
          { h in
            h.a("/low-altitude/networks/\(asset.code)", asset.name, class: "main")
            h.element("span", .class("sub mono"), text: asset.code)
          }, { $0.text(asset.kind.name) }, { $0.tag(asset.state.name, tone(asset.state)) },
          { $0.time(asset.updatedAt, in: profile.zone, .date) },
        ])
      }
    }
  }

  func assetPage(_ visit: Visit, _ problem: Problem? = nil) async throws -> Response {
    let asset = try await asset(visit["code"])
    let history = try await desk.store.all(JournalBook.history(asset.key))
    let (bookings, numbers) = try await booked(asset, visit.now)
    let trail =
      LowAltitudeMeasure.networkTrail + [
        PageShell.Link(Phrase("四张网", en: "The four networks"), "/low-altitude/networks")
      ]
    return visit.page(asset.name, trail: trail, status: problem?.status ?? 200) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(asset.name) { h in
        h.tag(asset.state.name, tone(asset.state))
        h.text(asset.kind.name)
        h.element("span", .class("mono"), text: asset.code)
      }
      SkyMap(assets: [asset], flights: [], middle: cityMiddle).render(
        &h, Phrase("位置", en: "Where it is"))
      assetSummary(&h, asset)
      slotTable(&h, asset, bookings, numbers, visit)
      assetSteps(&h, asset, visit)
      h.section(Phrase("经过", en: "What happened"))
      h.timeline { h in
        for act in history.reversed() {
          h.event(
            stepName(act.kind) ?? .same(act.kind), at: act.effectiveAt, in: profile.zone
          ) { _ in }
        }
      }
    }
  }

  private func assetSummary(_ h: inout HTML, _ asset: NetworkAsset) {
    var rows: [(name: Phrase, value: (inout HTML) -> Void)] = []
    for text in AssetFacts.texts(asset.kind) where !asset.text(text.name).isEmpty {
      let value = asset.text(text.name)
      rows.append((text.label, { $0.text(value) }))
    }
    for number in AssetFacts.numbers(asset.kind) {
      guard let value = asset.number(number.name) else { continue }
      rows.append((number.label, { $0.text(Figures.grouped(value)) }))
    }
    if let corridor = asset.corridor {
      let length = Figures.fixed(corridor.length / 1000, 2)
      rows.append((Phrase("长度（公里）", en: "Length (km)"), { $0.text(length) }))
    }
    let places = asset.points.map {
      Figures.fixed($0.latitude, 6) + ", " + Figures.fixed($0.longitude, 6)
    }
    if !places.isEmpty {
      rows.append(
        (
          Phrase("坐标（WGS84）", en: "Places (WGS84)"),
          { $0.element("span", .class("mono"), text: places.joined(separator: "; ")) }
        ))
    }
    h.summary(rows)
  }

  private func assetSteps(_ h: inout HTML, _ asset: NetworkAsset, _ visit: Visit) {
    let steps = AssetStep.open(for: asset).filter { visit.actor.may($0.permission) }
    guard !steps.isEmpty else { return }
    h.section(Phrase("办理", en: "Steps"))
    for step in steps {
      h.details(step.name, isOpen: steps.count == 1) { h in
        h.form(
          "/desk/low-altitude/networks/\(asset.code)/steps", csrf: visit.csrf,
          idempotencyKey: visit.freshKey
        ) { h in
          h.hidden("step", step.rawValue)
          h.hidden("version", String(asset.version))
          let state = FormState(prefix: step.rawValue + "-")
          if step == .amend { factFields(&h, asset.kind, amending(asset)) }
          h.textArea(
            "reason",
            [.suspend, .close].contains(step)
              ? Phrase("理由", en: "Why") : Phrase("说明（可不填）", en: "Remarks (optional)"), state,
            rows: 2)
          h.button(step.name)
        }
      }
    }
  }

  private func amending(_ asset: NetworkAsset) -> FormState {
    var values: [(String, String)] = []
    for (name, value) in asset.facts.object ?? [:] {
      if let text = value.string { values.append((name, text)) }
      if let number = value.integer { values.append((name, String(number))) }
    }
    let lines = asset.points.map {
      "\(Figures.fixed($0.latitude, 6)),\(Figures.fixed($0.longitude, 6))"
    }
    values.append(("points", lines.joined(separator: "\n")))
    return FormState(values: values, prefix: "amend-")
  }

  func factFields(_ h: inout HTML, _ kind: NetworkAsset.Kind, _ state: FormState) {
    for text in AssetFacts.texts(kind) {
      h.textField(text.name, text.label, state, isRequired: text.isRequired)
    }
    for number in AssetFacts.numbers(kind) {
      h.textField(
        number.name, number.label, state, inputMode: "numeric", isRequired: number.isRequired)
    }
    if AssetFacts.places(kind).upperBound > 0 {
      h.textArea(
        "points", Phrase("坐标（WGS84）", en: "Places (WGS84)"),
        hint: Phrase("每行一个“纬度,经度”。", en: "One “latitude,longitude” a line."), state, rows: 4)
    }
  }

  func networkDesk(_ visit: Visit, _ problem: Problem? = nil) async throws -> Response {
    let all = try await desk.store.all(NetworkBook.all)
    let state = visit.entered(problem)
    let chosen =
      NetworkAsset.Kind(rawValue: visit.request.query["kind"] ?? state.value("kind")) ?? .pad
    let title = Phrase("四张网登记台", en: "Desk of the networks")
    return visit.page(
      title, trail: LowAltitudeMeasure.networkTrail, status: problem?.status ?? 200
    ) { h in
      if let problem { h.errorSummary(problem) }
      h.heading(title)
      h.element("div", .class("actions")) { h in
        h.buttonLink(Phrase("航路设计", en: "Route designer"), "/desk/low-altitude/designer", .quiet)
        h.buttonLink(Phrase("实施方案", en: "Implementation plan"), "/low-altitude/plan", .quiet)
        if visit.actor.may(HandleAlarm.permission) {
          h.buttonLink(
            Phrase("飞行监控", en: "Flights and alarms"), "/desk/low-altitude/alarms", .quiet)
          h.buttonLink(Phrase("空域容量", en: "Capacity"), "/desk/low-altitude/density", .quiet)
        }
      }
      let steps = all.filter { asset in
        AssetStep.open(for: asset).contains { $0 != .close && visit.actor.may($0.permission) }
      }
      h.section(Phrase("待办", en: "To be done"))
      assetTable(&h, steps.filter { ![.inService, .suspended].contains($0.state) }, visit)
      if visit.actor.may(NetworkDuty.keep) { planForm(&h, chosen, state, visit) }
    }
  }

  private func planForm(
    _ h: inout HTML, _ chosen: NetworkAsset.Kind, _ state: FormState, _ visit: Visit
  ) {
    h.section(Phrase("新增登记", en: "New entry"))
    h.tabs(
      NetworkAsset.Kind.allCases.map { kind in
        (
          label: kind.name, count: nil,
          target: "/desk/low-altitude/networks?kind=\(kind.rawValue)", isCurrent: kind == chosen
        )
      }, label: Phrase("种类", en: "Kind"))
    h.form(
      "/desk/low-altitude/networks", csrf: visit.csrf, idempotencyKey: visit.freshKey
    ) { h in
      h.hidden("kind", chosen.rawValue)
      h.textField(
        "code", Phrase("代码", en: "Code"),
        hint: Phrase("大写字母、数字和短横，例如 PAD-001。", en: "Capitals, digits, dashes, such as PAD-001."),
        state,
        isRequired: true)
      h.textField("name", Phrase("名称", en: "Name in Chinese"), state, isRequired: true)
      h.textField("name_en", Phrase("英文名称", en: "Name in English"), state)
      factFields(&h, chosen, state)
      h.button(Phrase("列入规划", en: "Put on the register"))
    }
  }
}
