// SPDX-License-Identifier: Apache-2.0
using Tracer.Kernel.Tests.Runtimes;
using Xunit.Sdk;
using Xunit.v3;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>Runs the test that sums up what others noted after them, and the test that looks for leftovers after all.</summary>
public sealed class CleanUpLast : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => IsOf(nameof(CleanUpTests), collection))
            .ThenBy(collection => IsOf(nameof(RuntimeTableTests), collection))
            .ThenBy(collection => collection.TestCollectionDisplayName, StringComparer.Ordinal)];

    private static bool IsOf(string testClass, ITestCollection collection) => collection.TestCollectionDisplayName.Contains(testClass, StringComparison.Ordinal);
}
