// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Net.Sockets;
using Microsoft.Diagnostics.NETCore.Client;
using Tracer.Linux.Procfs;
using Tracer.Stacks.DotNet;
using Xunit;

namespace Tracer.Stacks.Tests.DotNet;

/// <summary>The port of a process that need not be what it says: here it is the test itself that listens.</summary>
public sealed class DiagnosticPortTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly TempFolder _folder = new();
    private readonly TargetProcess _self = Open(Environment.ProcessId);
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public void Dispose()
    {
        _listener.Dispose();
        _self.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Requests_are_those_of_the_official_client()
    {
        Listen(NameFor(_self));
        await using DiagnosticsClientConnector official = await DiagnosticsClientConnector.FromDiagnosticPort(
            $"{_folder[NameFor(_self)]},connect", TestContext.Current.CancellationToken);

        await AssertSame(() => official.Instance.EnablePerfMap(PerfMapType.JitDump), () => Port().EnableJitDump(Long));
        await AssertSame(() => official.Instance.DisablePerfMap(), () => Port().DisableJitDump(Long));
        var provider = new EventPipeProvider("Microsoft-Windows-DotNETRuntimeRundown", EventLevel.Verbose, 0x38);
        await AssertSame(
            () => official.Instance.StartEventPipeSession(provider, requestRundown: true, circularBufferMB: 64).EventStream.Dispose(),
            () =>
            {
                Assert.Equal(PortAnswer.Done, Port().StartTrace(Rundown.Configuration(), Long, out _, out DiagnosticConnection? events));
                events!.Dispose();
            });
    }

    [Fact]
    public async Task Answer_decides_what_a_request_did()
    {
        Listen(NameFor(_self));
        foreach ((byte command, PortAnswer expected) in new[] { ((byte)0, PortAnswer.Done), ((byte)0xff, PortAnswer.Refused) })
        {
            Task<byte[]> served = Serve(DiagnosticConnection.Compose(0xff, command, new byte[4]));
            Assert.Equal(expected, Port().EnableJitDump(Long));
            Assert.NotEmpty(await served);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("DOTNET_IPC_V1")]
    [InlineData("HTTP/1.1 400 Bad Request, and more of it")]
    public async Task Nonsense_for_an_answer_is_none(string answer)
    {
        Listen(NameFor(_self));
        Task<byte[]> served = Serve(System.Text.Encoding.ASCII.GetBytes(answer));
        Assert.Equal(PortAnswer.None, Port().EnableJitDump(Long));
        Assert.NotEmpty(await served);
    }

    [Fact]
    public void Listener_that_never_accepts_or_never_answers_holds_nobody_up()
    {
        Listen(NameFor(_self), backlog: 0);
        Assert.Equal(PortAnswer.None, Port().EnableJitDump(Short));
        // Its backlog is full now.
        Assert.Equal(PortAnswer.None, Port().EnableJitDump(Long));
        Assert.Equal(PortAnswer.None, Port().StartTrace(Rundown.Configuration(), Long, out _, out DiagnosticConnection? events));
        Assert.Null(events);
    }

    [Fact]
    public void Socket_on_which_another_process_listens_is_not_spoken_to()
    {
        using Process sleep = Process.Start("sleep", "60");
        try
        {
            using TargetProcess other = Open(sleep.Id);
            Listen(NameFor(other));
            var port = new DiagnosticPort(other, _folder.Path, other.StartTicks);
            Assert.True(port.Exists());
            Assert.Equal(PortAnswer.None, port.EnableJitDump(Long));
            using Socket accepted = _listener.Accept();
            Assert.Equal(0, accepted.Receive(new byte[1]));
        }
        finally
        {
            sleep.Kill();
            sleep.WaitForExit();
        }
    }

    [Fact]
    public void Link_or_file_in_place_of_the_socket_is_no_port()
    {
        Assert.False(Port().Exists());
        File.WriteAllText(_folder[NameFor(_self)], "");
        Assert.False(Port().Exists());
        File.Delete(_folder[NameFor(_self)]);

        Listen("elsewhere");
        File.CreateSymbolicLink(_folder[NameFor(_self)], _folder["elsewhere"]);
        Assert.False(Port().Exists());
    }

    private static TargetProcess Open(int pid)
    {
        new ProcessReader(new ProcfsRoot()).ReadStat((uint)pid, out ProcessStat stat);
        TargetProcess.Open(new ProcfsRoot(), (uint)pid, stat.StartBoottimeNs, out TargetProcess? process);
        return process!;
    }

    private static string NameFor(TargetProcess process) => $"dotnet-diagnostic-{process.NamespacePid}-{process.StartTicks}-socket";

    private DiagnosticPort Port() => new(_self, _folder.Path, _self.StartTicks);

    private void Listen(string name, int backlog = 8)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(_folder[name]));
        _listener.Listen(backlog);
    }

    private async Task AssertSame(Action official, Action ours)
    {
        var requests = new List<byte[]>();
        foreach (Action action in new[] { official, ours })
        {
            // Both take the session's number, or the result, from the first bytes.
            Task<byte[]> served = Serve(DiagnosticConnection.Compose(0xff, 0, new byte[8]));
            await Task.Run(action, TestContext.Current.CancellationToken);
            requests.Add(await served);
        }

        Assert.Equal(requests[0], requests[1]);
        Assert.True(requests[0].Length >= DiagnosticConnection.HeaderBytes);
    }

    // Accepts one connection, reads its request and answers.
    private Task<byte[]> Serve(byte[] answer) => Task.Run(() =>
    {
        using Socket connection = _listener.Accept();
        var request = new byte[1024];
        int length = connection.Receive(request);
        connection.Send(answer);
        return request[..length];
    });
}
