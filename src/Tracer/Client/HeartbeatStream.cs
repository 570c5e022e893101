// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using Grpc.Core;
using Tracer.Output;

namespace Tracer.Client;

/// <summary>Reads a stream that promises heartbeats and numbered messages, and tells quiet from broken.</summary>
internal sealed class HeartbeatStream<T>(IAsyncStreamReader<T> stream, Func<T, ulong> sequenceOf, ClientHost host, TimeProvider clock)
{
    // Four of the daemon's standard heartbeat periods.
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(20);

    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken end)
    {
        ulong expected = 1;
        while (await MoveNextAsync(end))
        {
            ulong sequence = sequenceOf(stream.Current);
            if (sequence != expected)
                host.Complain($"message {sequence} of the stream came where {expected} was expected");
            expected = sequence + 1;
            yield return stream.Current;
        }
        throw new CommandException(ExitCode.CannotConnect, "the daemon ended the stream");
    }

    private async Task<bool> MoveNextAsync(CancellationToken end)
    {
        using var silence = new CancellationTokenSource(SilenceLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end, silence.Token);
        try
        {
            return await stream.MoveNext(either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException && either.IsCancellationRequested)
        {
            end.ThrowIfCancellationRequested();
            throw new CommandException(ExitCode.CannotConnect, $"no heartbeat for {SilenceLimit.TotalSeconds:0} s: the daemon or the way to it hangs");
        }
    }
}
