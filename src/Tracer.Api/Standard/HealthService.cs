// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Hosting;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Tracer.Api.Standard;

/// <summary>Serves <c>grpc.health.v1</c>. All services of the daemon are healthy together.</summary>
internal sealed class HealthService(HealthState state, ServiceCatalog catalog, IHostApplicationLifetime lifetime)
    : Health.HealthBase
{
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        ServingStatus status = StatusOf(request.Service, state.IsServing);
        return status == ServingStatus.ServiceUnknown
            ? throw new RpcException(new Status(StatusCode.NotFound, "no such service"))
            : Task.FromResult(new HealthCheckResponse { Status = status });
    }

    public override Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context) =>
        EndlessStream.RunAsync(context, lifetime, async cancellationToken =>
        {
            ServingStatus? sent = null;
            while (true)
            {
                HealthState.Moment now = state.Now;
                ServingStatus status = StatusOf(request.Service, now.IsServing);
                // Two changes in a row may bring back what was sent last; that is no news.
                if (status != sent)
                    await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, cancellationToken);
                sent = status;
                await now.Ended.WaitAsync(cancellationToken);
            }
        });

    private ServingStatus StatusOf(string service, bool isServing)
    {
        if (service.Length > 0 && !catalog.HasService(service))
            return ServingStatus.ServiceUnknown;
        return isServing ? ServingStatus.Serving : ServingStatus.NotServing;
    }
}
