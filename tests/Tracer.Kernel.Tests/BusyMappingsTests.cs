// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>A program whose threads change its mappings all the time: their lock is rarely free, and no stack is lost for that.</summary>
[Trait("Guest", "cookies")]
public sealed class BusyMappingsTests(DaemonFixture fixture) : SharedDaemonTest(fixture)
{
    private const int Connections = 50;

    [Fact]
    public async Task Stacks_are_complete_while_other_threads_change_the_mappings()
    {
        await using Target server = Target.Start();
        await using Target client = Target.Start();
        TargetSocket listener = await server.Listen();
        await client.Ask("protect-threads 4");
        await client.Ask($"crowd-connect 127.0.0.1 {listener.Port} {Connections}");
        await server.Ask($"crowd-accept {listener.Fd} {Connections}");
        await server.Ask("crowd-close");

        SocketFilter filter = new() { RemotePorts = { (uint)listener.Port } };
        List<SocketRecord> sockets = await Deadline.Until("all are listed with the stack of their connect", async () =>
            await Daemon.List(filter) is { Count: Connections } all && all.TrueForAll(socket => socket.Origin is { Stack.Count: > 0 }) ? all : null);
        Assert.All(sockets, socket => Assert.Equal(StackEnd.Complete, socket.Origin.StackEnd));
        Assert.All(sockets, socket => Stacks.AssertCalledFrom(socket.Origin, "connect_crowd", "run_line", "serve_forever"));
    }
}
