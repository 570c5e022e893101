// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Tracer.Output;

namespace Tracer.Client;

/// <summary>A daemon that answered: one that was running, or one started for this command.</summary>
internal sealed class DaemonConnection : IAsyncDisposable
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(10);

    private readonly GrpcChannel _channel;
    private readonly OwnDaemon? _ownDaemon;

    private DaemonConnection(DaemonAddress address, GrpcChannel channel, OwnDaemon? ownDaemon)
    {
        Address = address;
        _channel = channel;
        _ownDaemon = ownDaemon;
        Service = new TracerService.TracerServiceClient(channel);
    }

    public DaemonAddress Address { get; }

    public TracerService.TracerServiceClient Service { get; }

    /// <summary>It was started for this command, and has seen nothing before.</summary>
    public bool IsOwnDaemon => _ownDaemon is not null;

    public static async Task<DaemonConnection> OpenAsync(DaemonAddress address, ClientHost host, CancellationToken cancellation)
    {
        string? obstacle = await DaemonReach.FindObstacleAsync(address, cancellation);
        if (obstacle is null)
            return await ConnectAsync(address, cancellation);
        if (address.Remote is not null)
            throw new CommandException(ExitCode.CannotConnect, $"no daemon on {address}: {obstacle}");
        if (!host.IsRoot)
        {
            throw new CommandException(
                ExitCode.CannotConnect,
                $"no daemon on {address}: {obstacle}; start 'closewait run' as root, or run this command as root");
        }
        OwnDaemon ownDaemon = await OwnDaemon.StartAsync(host, cancellation);
        host.Complain($"no daemon on {address}; started one for this command (pid {ownDaemon.ProcessId})");
        return new DaemonConnection(ownDaemon.Address, DaemonChannel.Create(ownDaemon.Address), ownDaemon);
    }

    /// <summary>What to say when a call failed; a daemon of our own that died speaks for itself.</summary>
    public async Task<CommandException> ExplainAsync(RpcException failure)
    {
        bool isBroken = failure.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unknown;
        CommandException? death = isBroken && _ownDaemon is not null ? await _ownDaemon.FindFailureAsync() : null;
        return death ?? RpcFailure.Explain(failure, Address);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        if (_ownDaemon is not null)
            await _ownDaemon.DisposeAsync();
    }

    private static async Task<DaemonConnection> ConnectAsync(DaemonAddress address, CancellationToken cancellation)
    {
        var connection = new DaemonConnection(address, DaemonChannel.Create(address), ownDaemon: null);
        try
        {
            // Proves that the listener speaks closewait.v1 and lets us in, before a stream is opened.
            await connection.Service.GetStatusAsync(
                new GetStatusRequest(), deadline: DateTime.UtcNow + AnswerPatience, cancellationToken: cancellation);
            return connection;
        }
        catch (Exception e)
        {
            await connection.DisposeAsync();
            cancellation.ThrowIfCancellationRequested();
            if (e is RpcException failure)
                throw RpcFailure.ExplainFirstCall(failure, address);
            throw;
        }
    }
}
