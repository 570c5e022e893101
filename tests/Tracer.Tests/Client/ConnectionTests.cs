// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;
using System.Text;
using Grpc.Core;
using Tracer.Commands;
using Tracer.Output;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Client;

/// <summary>Who cannot be reached is named in one line, with an exit code of its own.</summary>
public sealed class ConnectionTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task No_socket_file_means_no_daemon()
    {
        string path = _folder.PathOf("none.sock");
        (await CommandRun.StartAsync("list", "--socket", path)).AssertOneLine(
            ExitCode.CannotConnect,
            $"closewait: no daemon on {path}: no such socket; start 'closewait run' as root, or run this command as root");
    }

    [Fact]
    public async Task A_file_that_nobody_listens_on_means_no_daemon()
    {
        // What kill -9 of a daemon leaves answers in the same way; here .NET would remove it with the socket.
        string path = _folder.Write("stale.sock", "");
        CommandRun run = await CommandRun.StartAsync("watch", "--socket", path);
        run.AssertOneLine(
            ExitCode.CannotConnect,
            $"closewait: no daemon on {path}: Connection refused; start 'closewait run' as root, or run this command as root");
    }

    [Fact]
    public async Task Nobody_on_a_tcp_address_starts_no_daemon_even_for_root()
    {
        using var unused = new TcpListener(IPAddress.Loopback, 0);
        unused.Start();
        int port = ((IPEndPoint)unused.LocalEndpoint).Port;
        unused.Stop();
        CommandRun run = await CommandRun.StartAsync(context => context with { IsRoot = true }, ["list", "--address", $"localhost:{port}"]);
        run.AssertOneLine(ExitCode.CannotConnect, $"closewait: no daemon on localhost:{port}: Connection refused");
    }

    [Fact]
    public async Task A_daemon_on_loopback_tcp_is_reached()
    {
        await using FakeHost host = await FakeHost.StartTcpAsync(new FakeService { Sockets = Samples.All() });
        CommandRun run = await CommandRun.StartAsync("list", "--address", $"127.0.0.1:{host.Port}");
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        Assert.Equal(5, run.Out.TrimEnd().Split('\n').Length);
    }

    [Theory]
    [InlineData(StatusCode.PermissionDenied, "go away", ExitCode.NotPermitted, "{0}: not permitted: go away")]
    [InlineData(StatusCode.Unauthenticated, "who?", ExitCode.NotPermitted, "{0}: not permitted: who?")]
    [InlineData(StatusCode.InvalidArgument, "peers[0]\e[2J", ExitCode.Usage, "the daemon refused the request: peers[0]?[2J")]
    [InlineData(StatusCode.ResourceExhausted, "too many subscribers", ExitCode.Failure, "{0}: ResourceExhausted: too many subscribers")]
    [InlineData(StatusCode.Unimplemented, "", ExitCode.CannotConnect, "{0}: the server there does not offer closewait.v1")]
    [InlineData(StatusCode.Unavailable, "shutting down", ExitCode.CannotConnect, "{0}: the daemon is not available: shutting down")]
    public async Task A_refusal_has_its_line_and_code(StatusCode status, string detail, int exitCode, string line)
    {
        await using FakeHost host = await FakeHost.StartAsync(new FakeService { Refusal = new Status(status, detail) });
        await using FakeHost streamHost = await FakeHost.StartAsync(new FakeService { StreamRefusal = new Status(status, detail) });
        foreach (FakeHost each in (FakeHost[])[host, streamHost])
        {
            string expected = "closewait: " + line.Replace("{0}", each.SocketPath, StringComparison.Ordinal);
            (await CommandRun.AtAsync(each, "list")).AssertOneLine(exitCode, expected);
            (await CommandRun.AtAsync(each, "watch")).AssertOneLine(exitCode, expected);
        }
    }

    [Fact]
    public async Task A_listener_that_speaks_something_else_is_told_apart()
    {
        string path = _folder.PathOf("garbage.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        Task answering = AnswerAsync(listener, Encoding.ASCII.GetBytes("220 mail.example.org ESMTP\r\n"), TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.StartAsync("list", "--socket", path);
        run.AssertOneLine(ExitCode.CannotConnect, $"closewait: {path}: the server there does not speak gRPC");
        listener.Dispose();
        await answering;
    }

    [Fact]
    public async Task A_socket_without_permission_has_an_exit_code_of_its_own()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess && !File.Exists("/usr/bin/setpriv"), "root needs setpriv to lose its rights");
        string path = _folder.PathOf("closed.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        File.SetUnixFileMode(path, UnixFileMode.None);
        // Root passes every permission bit: become nobody.
        string drop = Environment.IsPrivilegedProcess ? "setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all" : "";
        Directory.CreateDirectory(_folder.PathOf("home"));
        File.SetUnixFileMode(Path.GetDirectoryName(path)!, (UnixFileMode)0b111_101_101);
        await using var child = ChildProcess.StartShell($"exec {drop} '{ChildProcess.CommandPath}' list --socket '{path}'");
        (await child.WaitAsync()).AssertOneLine(
            ExitCode.NotPermitted, $"closewait: {path}: permission denied; run as root or join the socket's group");
    }

    private static async Task AnswerAsync(Socket listener, byte[] answer, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                using Socket peer = await listener.AcceptAsync(cancellation);
                await peer.SendAsync(answer, cancellation);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.Shutdown or SocketError.ConnectionReset)
            {
                // The command only looked whether anybody listens.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
