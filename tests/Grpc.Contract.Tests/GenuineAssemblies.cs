// SPDX-License-Identifier: Apache-2.0
using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Compression;
using Xunit;

namespace Grpc.Contract.Tests;

/// <summary>The assemblies that come from the registry, and those that stand in for what it lacks.</summary>
public static class GenuineAssemblies
{
    public static Assembly Server { get; } = typeof(GrpcServiceOptions).Assembly;

    public static Assembly Client { get; } = typeof(GrpcChannel).Assembly;

    public static IReadOnlyList<Assembly> Contract { get; } = [typeof(Status).Assembly, typeof(ICompressionProvider).Assembly];

    public static TheoryData<string> Names { get; } = [Server.GetName().Name!, Client.GetName().Name!];

    public static Assembly Find(string name) => name == Server.GetName().Name ? Server : Client;
}
