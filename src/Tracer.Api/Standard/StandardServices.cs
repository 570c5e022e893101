// SPDX-License-Identifier: Apache-2.0
using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Tracer.Api.Standard;

/// <summary>Adds the services that gRPC clients expect of every server: reflection and health.</summary>
public static class StandardServices
{
    /// <summary>
    /// Registers what the standard services need. The descriptors are those of the server's own services; they are asked for when a client wants them:
    /// making them compiles a hundred methods.
    /// </summary>
    public static IServiceCollection AddStandardServices(
        this IServiceCollection services, HealthState health, Func<IEnumerable<ServiceDescriptor>> served)
    {
        services.AddSingleton(_ => new ServiceCatalog(
        [
            .. served(),
            Grpc.Reflection.V1.ServerReflection.Descriptor,
            Grpc.Reflection.V1Alpha.ServerReflection.Descriptor,
            Health.Descriptor,
        ]));
        services.AddSingleton<ReflectionAnswers>();
        services.AddSingleton(health);
        services.AddSingleton<ReflectionV1Service>();
        services.AddSingleton<ReflectionV1AlphaService>();
        services.AddSingleton<HealthService>();
        return services;
    }

    /// <summary>Maps the standard services.</summary>
    public static void MapStandardServices(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<ReflectionV1Service>();
        endpoints.MapGrpcService<ReflectionV1AlphaService>();
        endpoints.MapGrpcService<HealthService>();
    }
}
