// SPDX-License-Identifier: Apache-2.0
using Tracer.Kernel.Tests.Harness;
using Xunit;

// Every test measures one machine: two at a time would see each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: TestCollectionOrderer(typeof(CleanUpLast))]
[assembly: AssemblyFixture(typeof(SceneFixture))]
