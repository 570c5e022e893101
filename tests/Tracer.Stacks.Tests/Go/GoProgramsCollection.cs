// SPDX-License-Identifier: Apache-2.0
using Xunit;

namespace Tracer.Stacks.Tests.Go;

/// <summary>The programs are built once for all classes that read them.</summary>
[CollectionDefinition(nameof(GoPrograms))]
public sealed class GoProgramsCollection : ICollectionFixture<GoPrograms>;
