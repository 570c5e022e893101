// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace Grpc.Contract.Tests;

/// <summary>The genuine assemblies hold enum values as numbers, so the walk over their references does not see them.</summary>
public sealed class WireNumberTests
{
    [Fact]
    public void Status_codes_are_numbered_as_in_the_protocol()
    {
        string[] names =
        [
            "OK", "Cancelled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists", "PermissionDenied",
            "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented", "Internal", "Unavailable",
            "DataLoss", "Unauthenticated",
        ];

        Assert.Equal(names, Enum.GetValues<StatusCode>().Select(code => code.ToString()));
        Assert.Equal(Enumerable.Range(0, names.Length), Enum.GetValues<StatusCode>().Select(code => (int)code));
    }

    [Fact]
    public void Kinds_of_call_and_flags_are_numbered_as_upstream()
    {
        Assert.Equal(
            [MethodType.Unary, MethodType.ClientStreaming, MethodType.ServerStreaming, MethodType.DuplexStreaming],
            Enumerable.Range(0, 4).Select(value => (MethodType)value));
        Assert.Equal(1, (int)WriteFlags.BufferHint);
        Assert.Equal(2, (int)WriteFlags.NoCompress);
    }

    [Fact]
    public async Task Channel_reports_its_state_by_the_right_names()
    {
        CancellationToken cancel = TestDeadline.Token;
        await using EchoHost host = await EchoHost.StartAsync(Transport.Tcp);
        using GrpcChannel channel = GrpcChannel.ForAddress($"http://{host.Channel.Target}");
        Assert.Equal(ConnectivityState.Idle, channel.State);

        await channel.ConnectAsync(cancel);
        Assert.Equal(ConnectivityState.Ready, channel.State);

        channel.Dispose();
        Assert.Equal(ConnectivityState.Shutdown, channel.State);
    }

    [Fact]
    public async Task Channel_to_nowhere_connects_and_fails_for_the_time_being()
    {
        CancellationToken cancel = TestDeadline.Token;
        await using EchoHost host = await EchoHost.StartAsync(Transport.Tcp);
        using GrpcChannel channel = GrpcChannel.ForAddress($"http://{host.Channel.Target}");
        await host.StopServerAsync();

        Task connecting = channel.ConnectAsync(cancel);
        while (channel.State != ConnectivityState.TransientFailure)
        {
            Assert.Contains(channel.State, (ConnectivityState[])[ConnectivityState.Idle, ConnectivityState.Connecting]);
            await channel.WaitForStateChangedAsync(channel.State, cancel);
        }

        channel.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => connecting);
    }
}
