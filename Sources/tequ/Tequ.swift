import ArgumentParser
import CJemalloc

@main
struct Tequ: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tequ",
    abstract: "One program with which a city runs the 22 measures of the Shenzhen reform pilot.",
    subcommands: [
      Serve.self, Demo.self, Simulate.self, Import.self, Verify.self, ReceiptCommand.self,
      Deadline.self, RulesCommand.self, CasesCommand.self, CityCommand.self, DormancyCommand.self,
      AirspaceCommand.self,
      Backup.self, Restore.self, Copy.self, KeyCommand.self, KeysCommand.self, Arrivals.self,
      Bench.self, ProbeCommand.self, FlagsCommand.self, OCDSCommand.self, LogCommand.self,
      PacketCommand.self, OversightCommand.self, BidCommand.self,
      SecretCommand.self,
      CertificateCommand.self, SMCommand.self, TimestampCommand.self,
      WitnessCommand.self, TokenCommand.self,
    ])
}
