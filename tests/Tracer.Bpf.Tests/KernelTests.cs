// SPDX-License-Identifier: Apache-2.0
using Xunit;

namespace Tracer.Bpf.Tests;

/// <summary>Tests that load programs run one after another: they count descriptors and share the tracepoint.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class KernelTests
{
    public const string Name = "kernel";
}
