// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>Many processes behind one port: each socket belongs to the one that accepted it.</summary>
public sealed class WorkerTests(DaemonFixture fixture) : SharedDaemonTest(fixture)
{
    private const int Workers = 3;

    [Fact]
    public async Task Pre_forked_workers_are_told_apart()
    {
        using ScratchFolder scratch = new();
        await using Target master = Target.Start();
        TargetSocket listener = await master.Listen();
        List<Target> workers = [];
        try
        {
            for (int i = 0; i < Workers; i++)
                workers.Add(await master.Fork(scratch));
            await AssertEachHoldsItsOwn(workers, _ => listener, listener.Port, master.Pid);
        }
        finally
        {
            await DisposeAll(workers);
        }
    }

    [Fact]
    [Trait("Guest", "cookies")]
    public async Task Workers_that_share_a_port_by_reuseport_are_told_apart()
    {
        List<Target> workers = [];
        Dictionary<Target, TargetSocket> listeners = [];
        try
        {
            int port = 0;
            for (int i = 0; i < Workers; i++)
            {
                Target worker = Target.Start();
                workers.Add(worker);
                listeners[worker] = await worker.Listen(port: port, options: "reuseport");
                port = listeners[worker].Port;
            }

            await AssertUnacceptedBelongToTheirOwnListener(listeners, port);
        }
        finally
        {
            await DisposeAll(workers);
        }
    }

    private async Task AssertEachHoldsItsOwn(List<Target> workers, Func<Target, TargetSocket> listenerOf, int port, int openerPid)
    {
        await using Target client = Target.Start();
        List<TargetSocket> clients = [];
        Dictionary<ulong, (Target Worker, TargetSocket Socket)> accepted = [];
        for (int i = 0; i < 2 * Workers; i++)
        {
            clients.Add(await client.Connect(port));
            Target worker = workers[i % Workers];
            TargetSocket socket = await worker.Accept(listenerOf(worker));
            await client.Send(clients[^1], 10);
            await worker.Receive(socket);
            accepted[socket.Cookie] = (worker, socket);
        }

        foreach (TargetSocket socket in clients)
            await client.Close(socket);
        foreach ((ulong cookie, (Target worker, TargetSocket socket)) in accepted)
        {
            SocketRecord record = await Journal.UntilHeld(cookie);
            Holder holder = Assert.Single(record.Holders);
            Assert.Equal(((uint)worker.Pid, (uint)socket.Fd), (holder.Pid, holder.Fd));
            Assert.Equal((uint)worker.Pid, record.Origin.Pid);
            Assert.Equal((uint)openerPid, record.Listener.Opener.Pid);
        }
    }

    private async Task AssertUnacceptedBelongToTheirOwnListener(Dictionary<Target, TargetSocket> listeners, int port)
    {
        await using Target client = Target.Start();
        for (int i = 0; i < 30; i++)
            await client.Close(await client.Connect(port));

        List<SocketRecord> waiting = [];
        await Deadline.Until(
            "30 sockets wait, with their listeners' holders",
            async () =>
            {
                waiting = await Daemon.List(new SocketFilter { LocalPorts = { (uint)port } });
                return waiting.Count == 30 && waiting.TrueForAll(socket => socket.Listener is { Holders.Count: > 0 }) ? waiting : null;
            },
            evidence: () => string.Join('\n', waiting));

        foreach ((Target worker, TargetSocket listener) in listeners)
        {
            List<SocketRecord> own = waiting.FindAll(socket => socket.Listener.Cookie == listener.Cookie);
            Assert.NotEmpty(own); // 30 connections over 3 listeners by hash: none stays empty
            Assert.All(own, socket => Assert.Equal([(uint)worker.Pid], socket.Listener.Holders.Select(holder => holder.Pid)));
            Assert.All(own, socket => Assert.Equal((uint)worker.Pid, socket.Listener.Opener.Pid));
            TargetSocket accepted = await worker.Accept(listener);
            Assert.Contains(own, socket => socket.Cookie == accepted.Cookie);
            SocketRecord first = await Journal.UntilEntered(accepted.Cookie);
            Assert.Equal((listener.Cookie, (uint)worker.Pid), (first.Listener.Cookie, first.Listener.Opener.Pid)); // before any scan
            SocketRecord record = await Daemon.ListUntil(accepted.Cookie, "the worker holds it", socket => socket.Holders.Count == 1);
            Assert.Equal((uint)worker.Pid, record.Holders[0].Pid);
        }
    }

    private static async Task DisposeAll(List<Target> targets)
    {
        foreach (Target target in targets)
            await target.DisposeAsync();
    }
}
