// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Xunit;

namespace Grpc.Contract.Tests;

/// <summary>What a test runs over.</summary>
public static class Every
{
    public static MatrixTheoryData<Transport, MethodType> Call { get; } =
        new(Enum.GetValues<Transport>(), Enum.GetValues<MethodType>());
}
