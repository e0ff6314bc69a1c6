import Commons
import HTTPTypes
import HTTPValues
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// What the server takes from a client.
public struct ServerLimits: Sendable {
  /// Bytes of a body with files.
  public var bodyBytes = 44 << 20
  /// Bytes of any other body.
  public var plainBodyBytes = 1 << 20
  /// Seconds in which a body must have come in whole.
  public var bodySeconds = 30
  /// Seconds after which a silent connection is closed.
  public var idleSeconds: Int64 = 30
  /// Connections at the same time.
  public var connections = 4000

  /// The usual limits.
  public init() {}
}

/// Serves HTTP/1.1. The only file that knows Hummingbird: requests and answers are values of
/// ``HTTPValues``.
public struct HTTPServer: Sendable {
  private let host: String
  private let port: Int
  private let limits: ServerLimits
  private let logger: Logger
  private let handler: @Sendable (HTTPValues.Request) async -> HTTPValues.Response

  /// A server that is not running yet; port 0 takes any free one.
  public init(
    host: String, port: Int, limits: ServerLimits = ServerLimits(), logger: Logger,
    handler: @escaping @Sendable (HTTPValues.Request) async -> HTTPValues.Response
  ) {
    self.host = host
    self.port = port
    self.limits = limits
    self.logger = logger
    self.handler = handler
  }

  /// Serves until the process is told to stop; requests under way are answered first.
  ///
  /// - Throws: ``Problem`` 503 if the address cannot be listened on.
  public func run(onReady: @escaping @Sendable (Int) async -> Void) async throws {
    let responder = Adapter(limits: limits, logger: logger, handler: handler)
    var configuration = HTTP1Channel.Configuration(idleTimeout: .seconds(limits.idleSeconds))
    configuration.httpDecoder.maxHeaderFieldSize = 16 * 1024
    configuration.httpDecoder.maxHeaderListSize = 32 * 1024
    configuration.httpDecoder.maxHeaderFieldCount = 100
    let application = Application(
      responder: responder, server: .http1(configuration: configuration),
      configuration: .init(
        address: .hostname(host, port: port), serverName: nil, backlog: 1024,
        availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)),
      onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) },
      logger: logger)
    do { try await application.runService() } catch let error as IOError {
      throw HTTPServer.cannotListen("\(host):\(port)", error)
    }
  }

  private static func cannotListen(_ address: String, _ error: IOError) -> Problem {
    // Linux's numbers: EADDRINUSE, EACCES, EADDRNOTAVAIL.
    let reason =
      switch error.errnoCode {
      case 98: Phrase("端口已被占用", en: "another program uses this port")
      case 13: Phrase("没有权限", en: "it is not allowed to")
      case 99: Phrase("本机没有这个地址", en: "this machine has no such address")
      default: Phrase.same("\(error)")
      }
    return Problem(
      "cannot-listen", status: 503, title: Phrase("无法监听", en: "Cannot listen"),
      detail: Phrase(
        "无法在 \(address) 上监听：\(reason.zh)。请换一个 --port 或 --host。",
        en: "It cannot listen on \(address): \(reason.en). Choose another --port or --host."))
  }
}

/// The context of a request: where it comes from.
private struct Source: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    channel = source.channel
  }
}

/// Turns the server's requests into values and values into the server's answers.
private struct Adapter: HTTPResponder {
  typealias Context = Source
  let limits: ServerLimits
  let logger: Logger
  let handler: @Sendable (HTTPValues.Request) async -> HTTPValues.Response

  func respond(
    to request: Hummingbird.Request, context: Source
  ) async throws -> Hummingbird.Response {
    let answer: HTTPValues.Response
    do {
      let value = try await read(request, context)
      answer = await handler(value)
    } catch let problem as Problem {
      var refused = HTTPValues.Response.problem(problem, .zh)
      // What is left of a body that was not read cannot be told from the next request.
      if problem.status == 413 || problem.status == 408 {
        refused.headers.set("connection", "close")
      }
      answer = refused
    }
    return write(answer, isHead: request.method == .head)
  }

  private func read(
    _ request: Hummingbird.Request, _ context: Source
  ) async throws -> HTTPValues.Request {
    let method = Method(rawValue: request.method.rawValue) ?? .other
    var pairs: [(String, String)] = []
    pairs.reserveCapacity(request.headers.count + 1)
    for field in request.headers { pairs.append((field.name.canonicalName, field.value)) }
    // RFC 9112 §3.2: exactly one Host. The server library moves the first one out of the fields.
    guard let host = request.head.authority, !pairs.contains(where: { $0.0 == "host" }) else {
      throw Problem.malformed(
        Phrase("请求应有且只有一个 Host。", en: "A request must have exactly one Host."))
    }
    pairs.append(("host", host))
    let headers = Headers(pairs)
    let body = method == .get || method == .head ? [] : try await collect(request, headers)
    return try HTTPValues.Request(
      method: method, target: request.head.path ?? "/", headers: headers, body: body,
      remoteAddress: Adapter.client(context.channel.remoteAddress?.ipAddress ?? "", headers),
      requestID: context.id.description)
  }

  /// Who sent it. A proxy on this machine speaks for others; the last address that it names is the one
  /// that it saw itself. From anywhere else the field is the sender's own invention.
  private static func client(_ peer: String, _ headers: Headers) -> String {
    guard peer == "127.0.0.1" || peer == "::1",
      let last = headers.all("x-forwarded-for").last?.split(separator: ",").last
    else { return peer }
    let address = last.filter { $0 != " " }
    return address.isEmpty || address.utf8.count > 64 ? peer : String(address)
  }

  private func collect(
    _ request: Hummingbird.Request, _ headers: Headers
  ) async throws -> [UInt8] {
    let type = headers["content-type"] ?? ""
    let limit = type.hasPrefix("multipart/") ? limits.bodyBytes : limits.plainBodyBytes
    if let length = headers["content-length"] {
      guard let count = Int(length), count >= 0 else {
        throw Problem.malformed(
          Phrase("Content-Length 有误。", en: "The Content-Length is wrong."))
      }
      if count == 0 { return [] }
      guard count <= limit else { throw WebProblems.tooLarge(limit: limit) }
    } else if headers["transfer-encoding"] == nil {
      return []
    }
    // Looked at with every part that comes: a timer for each request would cost as much as its body,
    // and a client that sends nothing at all is cut off by the connection's own.
    let deadline = ContinuousClock.now + .seconds(limits.bodySeconds)
    var body: [UInt8] = []
    for try await part in request.body {
      guard body.count + part.readableBytes <= limit else {
        throw WebProblems.tooLarge(limit: limit)
      }
      body.append(contentsOf: part.readableBytesView)
      guard ContinuousClock.now < deadline else { throw Adapter.tooSlow(limits.bodySeconds) }
    }
    return body
  }

  private static func tooSlow(_ seconds: Int) -> Problem {
    Problem(
      "too-slow", status: 408, title: Phrase("接收超时", en: "Too slow"),
      detail: Phrase(
        "请求内容未能在 \(seconds) 秒内收完。",
        en: "The request did not arrive within \(seconds) seconds."))
  }

  private func write(_ answer: HTTPValues.Response, isHead: Bool) -> Hummingbird.Response {
    var fields = HTTPFields()
    for field in answer.headers.fields {
      if let name = HTTPField.Name(field.name) {
        fields.append(.init(name: name, value: field.value))
      }
    }
    if isHead {
      fields[.contentLength] = String(answer.body.count)
      return Response(status: .init(code: answer.status), headers: fields)
    }
    let body =
      answer.body.isEmpty
      ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
    return Response(status: .init(code: answer.status), headers: fields, body: body)
  }
}
