// SPDX-License-Identifier: Apache-2.0
using Tracer.Incidents.Stage;
using Xunit;

// Every incident looks at one machine: two at a time would see each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: TestCollectionOrderer(typeof(CleanUpLast))]
[assembly: AssemblyFixture(typeof(MachineFixture))]
