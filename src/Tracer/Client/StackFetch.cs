// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using CloseWait.V1;
using Grpc.Core;

namespace Tracer.Client;

/// <summary>Asks for stacks by their ids.</summary>
internal static class StackFetch
{
    private const int CallsAtATime = 16;

    /// <summary>Stacks that the daemon no longer keeps are missing in the answer.</summary>
    public static async Task<IReadOnlyDictionary<ulong, Stack>> RunAsync(
        TracerService.TracerServiceClient service, IReadOnlyCollection<ulong> ids, CancellationToken stop)
    {
        var stacks = new ConcurrentDictionary<ulong, Stack>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = CallsAtATime, CancellationToken = stop };
        await Parallel.ForEachAsync(ids, options, async (id, cancellation) =>
        {
            try
            {
                GetStackResponse answer = await service.GetStackAsync(new GetStackRequest { StackId = id }, cancellationToken: cancellation);
                if (answer.Stack is { } stack)
                    stacks[id] = stack;
            }
            catch (RpcException failure) when (failure.StatusCode == StatusCode.NotFound)
            {
                // It has left the daemon's cache since the socket was listed.
            }
        });
        return stacks;
    }
}
