// SPDX-License-Identifier: Apache-2.0
using Xunit.Sdk;
using Xunit.v3;

namespace Tracer.Incidents.Stage;

/// <summary>Runs the test that looks for leftovers after all others.</summary>
public sealed class CleanUpLast : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections
            .OrderBy(collection => collection.TestCollectionDisplayName.Contains(nameof(CleanUpTests), StringComparison.Ordinal))
            .ThenBy(collection => collection.TestCollectionDisplayName, StringComparer.Ordinal)];
}
