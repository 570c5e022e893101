// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api.Tests.Given;

/// <summary>What work allocates that has been done before.</summary>
internal static class SteadyState
{
    private const int Rounds = 5;
    private const int Times = 200; // in a round

    /// <summary>
    /// Bytes, of the best of some rounds; it is done a thousand times in all. The runtime, too, allocates on this thread now and then, when it
    /// compiles a loop once more: in one round, never in all.
    /// </summary>
    public static long Allocated(Action work)
    {
        long least = long.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Times; i++)
                work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
