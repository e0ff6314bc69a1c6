/// What a running board asks of the tables of a procedure.
extension MergeTables {
  /// How a group flies a level; levels as in ``levels``.
  public func flight(group: Int, level: Int) -> MergeFlight { flights[kind(group, level)] }

  /// Seconds from entry to landing without any of the arc.
  public func shortest_s(group: Int, level: Int) -> Double { shortest[kind(group, level)] }

  /// Seconds from entry to landing with the whole arc.
  public func longest_s(group: Int, level: Int) -> Double { longest[kind(group, level)] }

  /// How far along the arc a flight from entry to landing takes so long, in metres; nil if it would have to
  /// be shorter than none (by more than a second) or longer than the arc.
  public func along_m(group: Int, level: Int, seconds: Double) -> Double? {
    along_m(kind(group, level), seconds: seconds)
  }

  /// The least seconds between two landings of these groups whichever levels they come from: the distance
  /// holds from where both fly to the merge point down to the threshold, in the wind; buffer included.
  public func landingGap_s(_ leader: Int, _ follower: Int) -> Double {
    var most = 0.0
    for first in levels.indices {
      for second in levels.indices {
        most = max(most, gaps[kind(leader, first) * flights.count + kind(follower, second)])
      }
    }
    return most
  }

  /// The least seconds between two of these groups at one entry on one level.
  public func entryGap_s(_ leader: Int, _ follower: Int) -> Double { entryGaps[leader][follower] }
}
