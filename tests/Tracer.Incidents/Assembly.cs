// SPDX-License-Identifier: Apache-2.0
using Xunit;

// Every incident looks at one machine: two at a time would see each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
