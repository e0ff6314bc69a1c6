import Commons

/// A run of bits in a packed status.
struct BitField: Sendable {
  let shift: UInt64
  let mask: UInt64

  func value(_ word: UInt64) -> Int { Int(word >> shift & mask) }
  func setting(_ value: Int, in word: UInt64) -> UInt64 {
    word & ~(mask << shift) | UInt64(value) << shift
  }
}

/// Why a compiled condition failed.
enum Obstacle: Sendable {
  case declared(Guard)
  case full(counter: Int)
  case clock(Int, ClockEffect.Move)
}

/// A condition: the field's value is one of the allowed ones (bit n of `allowed` is value n).
struct CompiledGuard: Sendable {
  let field: BitField
  let allowed: UInt16
  let obstacle: Obstacle

  func holds(_ word: UInt64) -> Bool { allowed >> UInt16(field.value(word)) & 1 == 1 }
}

/// A change of one counter: the table gives the new value for each old one, four bits each.
struct CounterOperation: Sendable {
  let field: BitField
  let next: UInt64

  func apply(_ word: UInt64) -> UInt64 {
    field.setting(Int(next >> UInt64(4 * field.value(word)) & 15), in: word)
  }
}

/// A change of one clock: the new state for each old one, and for which old states it is told.
struct ClockOperation: Sendable {
  let field: BitField
  let next: [UInt8]
  let tells: UInt8
  let effect: ClockEffect
}

struct CompiledTransition: Sendable {
  let index: Int
  let from: UInt64
  let to: Int?
  let actors: UInt32
  let guards: [CompiledGuard]
  let counterOperations: [CounterOperation]
  let clockOperations: [ClockOperation]

  func isEnabled(_ word: UInt64) -> Bool {
    for condition in guards where !condition.holds(word) { return false }
    return true
  }
}

/// A case type in the form in which it is executed: small integers and bit masks.
struct CasePlan: Sendable {
  static let stageField = BitField(shift: 0, mask: 63)

  var stageIndex: [StageID: Int] = [:]
  var counterIndex: [CounterID: Int] = [:]
  var clockIndex: [ClockID: Int] = [:]
  var commandIndex: [CommandID: Int] = [:]
  var actors: [ActorKind] = []
  var counters: [BitField] = []
  var clocks: [BitField] = []
  /// Per command, its moves in order of declaration; openings apart.
  var moves: [[CompiledTransition]] = []
  var openings: [[CompiledTransition]] = []

  func stage(_ word: UInt64) -> Int { Int(word & 63) }

  func clockState(_ index: Int, _ word: UInt64) -> ClockState {
    ClockState(rawValue: UInt8(clocks[index].value(word))) ?? .off
  }

  func actorBit(_ actor: ActorKind) -> UInt32 {
    for (index, known) in actors.enumerated() where known == actor { return 1 << UInt32(index) }
    return 0
  }

  /// The status after an enabled transition, and what its clocks are told.
  func apply(_ transition: CompiledTransition, to word: UInt64) -> (UInt64, [ClockEffect]) {
    var word = word
    if let to = transition.to { word = CasePlan.stageField.setting(to, in: word) }
    for operation in transition.counterOperations { word = operation.apply(word) }
    var told: [ClockEffect] = []
    for operation in transition.clockOperations {
      let state = operation.field.value(word)
      if operation.tells >> UInt8(state) & 1 == 1 { told.append(operation.effect) }
      word = operation.field.setting(Int(operation.next[state]), in: word)
    }
    return (word, told)
  }
}
