// SPDX-License-Identifier: Apache-2.0
using Grpc.Contract.Tests.Echo;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Grpc.Contract.Tests;

/// <summary>A service definition can be mapped instead of a service type. The server reads it through an internal member.</summary>
public sealed class ServiceDefinitionTests
{
    [Fact]
    public async Task Every_method_of_a_definition_is_mapped()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddGrpc();
        await using WebApplication app = builder.Build();

        app.MapGrpcService(EchoService.BindService(new EchoServer()));

        IEnumerable<string?> routes = ((IEndpointRouteBuilder)app).DataSources
            .SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText);
        string service = EchoService.Descriptor.FullName;
        Assert.All(["Unary", "ServerStream", "ClientStream", "Duplex"], method => Assert.Contains($"/{service}/{method}", routes));
    }
}
