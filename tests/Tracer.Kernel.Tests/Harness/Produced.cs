// SPDX-License-Identifier: Apache-2.0
using Xunit;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>Compares what the tracer saw with what a load generator knows it did.</summary>
internal static class Produced
{
    /// <summary>
    /// Equal, or less by one in a hundred at most, and never more. Some sandboxed kernels run no tracing program at all while
    /// a softirq happens to interrupt a protected process: ftrace shows those changes, BPF does not, and nothing counts them
    /// (tcpstates misses the same ones). What is exact everywhere is the sum over the changes that the hook saw.
    /// </summary>
    public static void AssertAllBut(ulong seen, int produced) =>
        Assert.InRange(seen, (ulong)produced - (ulong)produced / 100, (ulong)produced);
}
