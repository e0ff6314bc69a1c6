#if PostgreSQL
  import Foundation
  import Glibc
  import Synchronization

  /// A PostgreSQL server of the tests' own: a new data directory, a socket in it and no network. It
  /// ends with the process, however that ends.
  public final class PostgresServer: Sendable {
    static let programs = "/usr/lib/postgresql/15/bin"
    /// Whether the server's programs are on this machine.
    public static let isInstalled = FileManager.default.isExecutableFile(
      atPath: programs + "/initdb")
    /// In continuous integration an absent server is a failure, not a reason to skip.
    public static let isWanted = isInstalled || ProcessInfo.processInfo.environment["CI"] != nil

    /// The server that all tests share; every test has a schema of its own in it.
    public static let shared = Result { try PostgresServer() }

    /// Its folder: data, socket and log.
    public let folder: String
    private let schemas = Atomic<Int>(0)

    /// Why a program of the server failed.
    public struct Failure: Error, CustomStringConvertible {
      /// What it said.
      public let description: String
    }

    /// - Parameter settings: further settings of the server, as `name=value`.
    public init(settings: [String] = ["fsync=off", "max_connections=200"]) throws {
      guard PostgresServer.isInstalled else {
        throw Failure(description: "\(PostgresServer.programs) is absent: install postgresql-15")
      }
      folder = "/tmp/tequ-pg-\(UInt32.random(in: 0 ... .max))"
      let data = folder + "/data"
      let programs = PostgresServer.programs
      try PostgresServer.run(["mkdir", "-m", "755", folder])
      try PostgresServer.run([
        programs + "/initdb", "-k", "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
        "-A",
        "trust", "--no-sync",
      ])
      let options = (["listen_addresses=", "unix_socket_directories=\(folder)"] + settings)
        .map { "-c \($0)" }.joined(separator: " ")
      try PostgresServer.run([
        programs + "/pg_ctl", "-w", "-D", data, "-l", folder + "/log", "-o", options, "start",
      ])
      try guardServer(data)
    }

    /// Starts a process that waits for its input to end, which it does when this one is gone, and
    /// then tidies up.
    private func guardServer(_ data: String) throws {
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else { throw Failure(description: "no pipe: errno \(errno)") }
      _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
      _ = try PostgresServer.spawn(
        [
          "sh", "-c",
          "trap '' INT TERM; cat > /dev/null; \(PostgresServer.programs)/pg_ctl -D \(data) "
            + "-m immediate stop > /dev/null 2>&1; rm -rf \(folder)",
        ], input: ends[0], output: open("/dev/null", O_WRONLY | O_CLOEXEC))
      close(ends[0])
    }

    /// The address of a schema of one's own.
    public func newSchema() throws -> String {
      let name = "s\(schemas.add(1, ordering: .relaxed).newValue)"
      try execute("CREATE SCHEMA \(name)")
      return "postgresql:///postgres?host=\(folder)&user=postgres"
        + "&options=-c%20search_path%3D\(name)"
    }

    /// Runs SQL beside all stores.
    public func execute(_ sql: String) throws {
      try PostgresServer.run([
        "psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", "postgres", "-c", sql,
      ])
    }

    /// Ends the server at once, as a crash would.
    public func crash() throws {
      try PostgresServer.run([
        PostgresServer.programs + "/pg_ctl", "-D", folder + "/data", "-m", "immediate", "stop",
      ])
    }

    /// Starts it again with the settings it had.
    public func restart() throws {
      try PostgresServer.run([
        PostgresServer.programs + "/pg_ctl", "-w", "-D", folder + "/data", "-l", folder + "/log",
        "-o", "-c listen_addresses= -c unix_socket_directories=\(folder)", "start",
      ])
    }

    // The server refuses to run as root.
    private static func asServerUser(_ command: [String]) -> [String] {
      getuid() == 0 ? ["runuser", "-u", "postgres", "--"] + command : command
    }

    // Tests beside this one open pipes and wait for their end. A server that inherited the writing
    // end of one would keep it open, and that test waiting, for as long as the server lives.
    private static let closingDescriptors = [
      "bash", "-c",
      """
      for f in /proc/$$/fd/*; do n=${f##*/}; if (( n > 2 )); then exec {n}>&-; fi; done; exec "$@"
      """, "bash",
    ]

    private static func run(_ command: [String]) throws {
      // A server would keep a pipe open, so what is said goes to a file.
      let log = "/tmp/tequ-pg-\(getpid())-\(UInt32.random(in: 0 ... .max)).log"
      let output = open(log, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      let input = open("/dev/null", O_RDONLY | O_CLOEXEC)
      defer {
        close(output)
        close(input)
        unlink(log)
      }
      let child = try spawn(command, input: input, output: output)
      var status: Int32 = 0
      while waitpid(child, &status, 0) < 0, errno == EINTR {}
      guard status == 0 else {
        let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        throw Failure(description: "\(command.joined(separator: " ")): \(said)")
      }
    }

    // Not Foundation's Process: it waits for a descriptor to close that the server inherits.
    private static func spawn(
      _ command: [String], input: Int32, output: Int32
    ) throws -> pid_t {
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      posix_spawn_file_actions_adddup2(&actions, input, 0)
      posix_spawn_file_actions_adddup2(&actions, output, 1)
      posix_spawn_file_actions_adddup2(&actions, output, 2)
      let words = (closingDescriptors + asServerUser(command)).map { strdup($0) } + [nil]
      defer { for word in words { free(word) } }
      var child = pid_t()
      let code = posix_spawnp(&child, words[0]!, &actions, nil, words, environ)
      guard code == 0 else { throw Failure(description: "\(command[0]): error \(code)") }
      return child
    }
  }
#endif
