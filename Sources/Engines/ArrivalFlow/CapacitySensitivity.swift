import Commons

extension CapacityStudy {
  /// What the predictions become if one assumption is another.
  public struct Sensitivity: Hashable, Sendable {
    /// The assumption and its change.
    public let name: Phrase
    /// Movements an hour predicted after the change.
    public let after: Double
    /// Movements an hour predicted for each expansion.
    public let expansions: [Double]
  }

  /// The predictions with one assumption changed at a time. Fixing the declared share anew each time, so
  /// that the figure before the change stays what was declared.
  public var sensitivities: [Sensitivity] {
    var all: [Sensitivity] = []
    func add(_ zh: String, _ en: String, _ change: (inout SpacingRules, inout SpacingRules) -> Void)
    {
      var (old, new) = (before, after)
      change(&old, &new)
      all.append(sensitivity(Phrase(zh, en: en), fleet, old, new))
    }
    for seconds in [-5.0, 5] {
      add("变化后的缓冲\(signed(seconds))秒", "buffer after the change \(signed(seconds)) s") {
        $1.buffer = CapacityStudy.moved($1.buffer, seconds)
      }
      add("变化前的缓冲\(signed(seconds))秒", "buffer before the change \(signed(seconds)) s") { old, _ in
        old.buffer = CapacityStudy.moved(old.buffer, seconds)
      }
      add("起飞间隔\(signed(seconds))秒", "time between take-offs \(signed(seconds)) s") {
        $0.departure_s = max(1, $0.departure_s + seconds)
        $1.departure_s = max(1, $1.departure_s + seconds)
      }
    }
    add("雷达间隔不变", "radar minimum as before") { $1.radarMinimum_m = $0.radarMinimum_m }
    add("尾流标准不变", "wake minima as before") { $1.scheme = $0.scheme }
    add("缓冲不变", "buffer as before") { $1.buffer = $0.buffer }
    for factor in [0.5, 2] {
      // The first group is the heaviest that a scenario lists.
      let mix = fleet.enumerated().map { index, group in
        FleetGroup(
          group.type, weight: group.weight * (index == 0 ? factor : 1), profile: group.profile,
          occupancy_s: group.occupancy_s)
      }
      let type = fleet.first?.type.designator ?? ""
      all.append(
        sensitivity(
          Phrase("\(type)的份额×\(factor)", en: "share of \(type) × \(factor)"), mix, before, after))
    }
    return all
  }

  private func signed(_ seconds: Double) -> String {
    seconds < 0 ? "−\(Int(-seconds))" : "+\(Int(seconds))"
  }

  private static func moved(_ buffer: SpacingBuffer, _ seconds: Double) -> SpacingBuffer {
    switch buffer {
    case .fixed(let fixed): .fixed(max(0, fixed + seconds))
    case .accuracy(let deviation, let deviations):
      .accuracy(
        deviation_s: deviations > 0 ? max(0, deviation + seconds / deviations) : deviation,
        deviations: deviations)
    }
  }

  private func sensitivity(
    _ name: Phrase, _ fleet: [FleetGroup], _ before: SpacingRules, _ after: SpacingRules
  ) -> Sensitivity {
    let study = CapacityStudy(
      fleet: fleet, before: before, after: after, runways: runways, declaredBefore: declaredBefore,
      peakHours: peakHours, expansions: expansions)
    return Sensitivity(
      name: name, after: study.predictedAfter, expansions: expansions.map(study.predicted))
  }
}
