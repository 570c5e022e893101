// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Net.Sockets;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Java;
using Xunit;

namespace Tracer.Stacks.Tests.Java;

/// <summary>The test process plays a hostile machine: it listens on the socket of its own pid.</summary>
public sealed class AttachConnectionTests : IDisposable
{
    private readonly string _path = string.Create(CultureInfo.InvariantCulture, $"/tmp/.java_pid{Environment.ProcessId}");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly TargetProcess _self;

    public AttachConnectionTests()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(_path));
        _listener.Listen(1);
        var root = new ProcfsRoot();
        new ProcessReader(root).ReadStat((uint)Environment.ProcessId, out ProcessStat stat);
        TargetProcess.Open(root, (uint)Environment.ProcessId, stat.StartBoottimeNs, out TargetProcess? self);
        _self = self!;
    }

    public void Dispose()
    {
        _self.Dispose();
        _listener.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public void The_answer_is_read_to_its_end()
    {
        Assert.Equal(JavaThreadDumpStatus.Ok, Ask(static peer => peer.Send("0\nhello"u8), out byte[] answer, out bool isTruncated));
        Assert.Equal("0\nhello"u8, answer);
        Assert.False(isTruncated);
    }

    [Fact]
    public void A_peer_that_hangs_up_has_refused() =>
        Assert.Equal(JavaThreadDumpStatus.Refused, Ask(static _ => { }, out _, out _));

    [Fact]
    public void A_peer_that_says_nothing_is_left() =>
        Assert.Equal(JavaThreadDumpStatus.TimedOut, Ask(WaitForEnd, out _, out _));

    [Fact]
    public void A_peer_that_never_ends_is_cut_off()
    {
        JavaThreadDumpStatus status = Ask(SendWithoutEnd, out byte[] answer, out bool isTruncated);
        Assert.Equal(JavaThreadDumpStatus.Ok, status);
        Assert.True(isTruncated);
        Assert.InRange(answer.Length, 1, 64 * 1024 * 1024);
    }

    [Fact]
    public void A_listener_with_a_full_queue_is_not_waited_for()
    {
        var waiting = new List<Socket>();
        try
        {
            for (int i = 0; i < 16; i++)
            {
                waiting.Add(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false });
                try
                {
                    waiting[i].Connect(new UnixDomainSocketEndPoint(_path));
                }
                catch (SocketException)
                {
                    break;
                }
            }

            using var attach = new AttachConnection(_self, new VmFlags(null, null), TimeSpan.FromMinutes(1));
            Assert.Equal(JavaThreadDumpStatus.NotListening, attach.Ask("threaddump", mayStartListener: false, out _, out _));
        }
        finally
        {
            waiting.ForEach(static socket => socket.Dispose());
        }
    }

    private JavaThreadDumpStatus Ask(Action<Socket> behave, out byte[] answer, out bool isTruncated)
    {
        Task serving = Task.Factory.StartNew(
            () =>
            {
                using Socket peer = _listener.Accept();
                var request = new byte[64];
                int got = peer.Receive(request);
                Assert.Equal("1\0threaddump\0\0\0\0"u8, request.AsSpan(0, got));
                behave(peer);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        JavaThreadDumpStatus status;
        using (var attach = new AttachConnection(_self, new VmFlags(null, null), answerTime: TimeSpan.FromSeconds(3)))
            status = attach.Ask("threaddump", mayStartListener: false, out answer, out isTruncated);
        serving.Wait(TimeSpan.FromSeconds(30), CancellationToken.None);
        return status;
    }

    private static void WaitForEnd(Socket peer) => peer.Receive(new byte[1]);

    private static void SendWithoutEnd(Socket peer)
    {
        var data = new byte[64 * 1024];
        try
        {
            while (true)
                peer.Send(data);
        }
        catch (SocketException)
        {
            // Cut off, as it should be.
        }
    }
}
