import AdministrativeReconsideration
import App
import ArrivalManagement
import Books
import BusinessDormancy
import CaseWork
import Commons
import IPProtection
import LowAltitude
import Desk
import LowAltitude
import ProcurementOversight
import Storage
import TradeSecrets

/// Everybody of a simulated city beside those of service requests, whose life is finer: what clocks call
/// for, what is done at night, and the people of each declared procedure, hour by hour.
public struct CityAgents: Sendable {
  private let city: RunningCity
  private let arrivals: ArrivalAgents?
  private let dormancy: DormancyAgents?
  private let flights: FlightAgents?
  private let procurement: ProcurementAgents?
  private let protection: IPAgents?
  private let reconsideration: ReconsiderationAgents?
  private let secrets: SecretAgents?
  private let networks: NetworkAgents?

  /// Agents of a city; `citizen` is the account of which some of the cases are.
  public init(_ city: RunningCity, seed: UInt64, citizen: Int64?) {
    self.city = city
    arrivals = city.measures.lazy.compactMap { $0 as? ArrivalMeasure }.first
      .map { ArrivalAgents($0, seed: seed) }
    dormancy = city.measures.lazy.compactMap { $0 as? DormancyMeasure }.first
      .map { DormancyAgents($0, seed: seed, citizen: citizen) }
    flights = city.measures.lazy.compactMap { $0 as? LowAltitudeMeasure }.first
      .map { FlightAgents($0, seed: seed, citizen: citizen) }
    procurement = city.measures.lazy.compactMap { $0 as? ProcurementMeasure }.first
      .map { ProcurementAgents($0, seed: seed) }
    protection = city.measures.lazy.compactMap { $0 as? IPMeasure }.first
      .map { IPAgents($0, seed: seed, citizen: citizen) }
    reconsideration = city.measures.lazy.compactMap { $0 as? ReconsiderationMeasure }.first
      .map { ReconsiderationAgents($0, seed: seed, citizen: citizen) }
    secrets = city.measures.lazy.compactMap { $0 as? TradeSecretsMeasure }.first
      .map { SecretAgents($0, seed: seed) }
    networks = city.measures.lazy.compactMap { $0 as? LowAltitudeMeasure }.first
      .map { NetworkAgents($0, seed: seed) }
  }

  /// What happens at a full hour.
  public func turn(at hour: Instant) async throws {
    try await CaseExpiry(desk: city.desk, city.offices.map(\.setting)).settle(at: hour)
    _ = try await city.night()
    _ = try await city.hear()
    try await arrivals?.turn(at: hour)
    try await dormancy?.turn(at: hour)
    try await flights?.turn(at: hour)
    try await procurement?.turn(at: hour)
    try await protection?.turn(at: hour)
    try await reconsideration?.turn(at: hour)
    try await secrets?.turn(at: hour)
    try await networks?.turn(at: hour)
  }
}
