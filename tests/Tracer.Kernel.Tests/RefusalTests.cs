// SPDX-License-Identifier: Apache-2.0
using System.Net.Sockets;
using System.Security.Cryptography;
using CloseWait.V1;
using Grpc.Core;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>What it refuses: one clear line, the right exit code, and the daemon lives on.</summary>
public sealed class RefusalTests(DaemonFixture fixture) : SharedDaemonTest(fixture)
{
    private const string Nobody = "65534";

    [Fact]
    public async Task Second_daemon_on_the_same_socket_is_refused_and_the_first_lives_on()
    {
        Command second = await Command.Run(TimeSpan.FromSeconds(15), Repository.Executable, "run", "--socket", Daemon.SocketPath);
        Assert.NotEqual(0, second.ExitCode);
        Assert.Contains(Daemon.SocketPath, AssertOneLine(second), StringComparison.Ordinal);
        Assert.True(File.Exists(Daemon.SocketPath));
        Assert.Equal((uint)Daemon.Pid, (await Daemon.Status()).Pid);
    }

    [Fact]
    public async Task Socket_file_is_roots_alone()
    {
        string mode = await Command.MustRun("stat", "-c", "%a %u", Daemon.SocketPath);
        Assert.Equal("600 0", mode.Trim());
        Assert.Equal((uint)Daemon.Pid, (await Daemon.Status()).Pid);
    }

    [Fact]
    public async Task Unprivileged_user_may_not_run_the_daemon()
    {
        using ScratchFolder scratch = new();
        Command result = await RunAsNobody("run", "--socket", scratch.PathOf("s"));
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("root", AssertOneLine(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unprivileged_user_may_not_read_roots_daemon()
    {
        // The folder lets everybody in: the socket itself is what refuses.
        await Command.MustRun("chmod", "755", Path.GetDirectoryName(Daemon.SocketPath)!);
        Command result = await RunAsNobody("list", "--socket", Daemon.SocketPath);
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("permission denied", AssertOneLine(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unprivileged_user_without_a_daemon_cannot_connect()
    {
        Command result = await RunAsNobody("list", "--socket", "/nonexistent/socket");
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("/nonexistent/socket", AssertOneLine(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_btf_is_told_in_one_line()
    {
        using ScratchFolder scratch = new();
        Command result = await Command.Run(Repository.Executable, "run", "--socket", scratch.PathOf("s"), "--btf", "/nonexistent");
        Assert.Contains(result.ExitCode, new[] { 2, 5 });
        Assert.Contains("/nonexistent", AssertOneLine(result), StringComparison.Ordinal);
        Assert.False(File.Exists(scratch.PathOf("s")));
    }

    [Fact]
    public async Task File_that_is_no_btf_is_told_in_one_line()
    {
        using ScratchFolder scratch = new();
        string file = scratch.PathOf("btf");
        await File.WriteAllBytesAsync(file, RandomNumberGenerator.GetBytes(4096), TestContext.Current.CancellationToken);
        Command result = await Command.Run(Repository.Executable, "run", "--socket", scratch.PathOf("s"), "--btf", file);
        Assert.Contains(result.ExitCode, new[] { 2, 5 });
        AssertOneLine(result);
    }

    [Theory]
    [InlineData("--no-such-flag")]
    [InlineData("--port=notaport")]
    [InlineData("--port=70000")]
    [InlineData("--peer=10.0.0.0/33")]
    [InlineData("--state=asleep")]
    [InlineData("--min-age=soon")]
    public async Task Bad_flags_are_a_usage_error(string flag)
    {
        Command result = await Command.Run(Repository.Executable, "list", "--socket", Daemon.SocketPath, flag);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(flag.Split('=')[0], result.ErrorLines[0], StringComparison.Ordinal);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public async Task Garbage_on_the_socket_is_survived()
    {
        for (int i = 0; i < 20; i++)
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Daemon.SocketPath), TestContext.Current.CancellationToken);
            try
            {
                await socket.SendAsync(RandomNumberGenerator.GetBytes(1 << i % 17), TestContext.Current.CancellationToken);
            }
            catch (SocketException)
            {
                // It may hang up on the first bytes already.
            }
        }

        Assert.Equal((uint)Daemon.Pid, (await Daemon.Status()).Pid);
    }

    [Fact]
    public async Task Oversized_request_is_refused_and_survived()
    {
        SocketFilter filter = new() { Comms = { new string('x', 8 << 20) } };
        RpcException refusal = await Assert.ThrowsAsync<RpcException>(() => Daemon.List(filter));
        Assert.Contains(refusal.StatusCode, new[] { StatusCode.ResourceExhausted, StatusCode.InvalidArgument });
        Assert.Equal((uint)Daemon.Pid, (await Daemon.Status()).Pid);
    }

    [Fact]
    public async Task Malformed_filter_is_an_invalid_argument()
    {
        foreach (SocketFilter filter in new SocketFilter[]
        {
            new() { Peers = { "10.0.0.0/33" } },
            new() { Peers = { "not an address" } },
            new() { Ports = { 65536 } },
            new() { States = { (TcpState)99 } },
        })
        {
            RpcException refusal = await Assert.ThrowsAsync<RpcException>(() => Daemon.List(filter));
            Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
            Assert.NotEmpty(refusal.Status.Detail);
        }
    }

    private static string AssertOneLine(Command result)
    {
        string line = Assert.Single(result.ErrorLines);
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
        return line;
    }

    private static async Task<Command> RunAsNobody(params string[] arguments)
    {
        string[] asNobody = [$"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups"];
        if ((await Command.Run("setpriv", [.. asNobody, "test", "-x", Repository.Executable])).ExitCode != 0)
            Assert.Skip($"nobody may not execute {Repository.Executable}: a folder above it is closed to other users");
        return await Command.Run(TimeSpan.FromSeconds(20), "setpriv", [.. asNobody, Repository.Executable, .. arguments]);
    }
}
