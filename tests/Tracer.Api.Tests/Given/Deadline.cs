// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Xunit;

namespace Tracer.Api.Tests.Given;

/// <summary>Waits for a condition, and fails by name when it does not come true.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static CancellationToken Token()
    {
        CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(Patience);
        return source.Token;
    }

    public static async Task UntilAsync(string what, Func<bool> condition)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < Patience, "did not happen in time: " + what);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
