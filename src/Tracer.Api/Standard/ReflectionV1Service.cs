// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Grpc.Reflection.V1;
using Microsoft.Extensions.Hosting;

namespace Tracer.Api.Standard;

/// <summary>Serves <c>grpc.reflection.v1</c>.</summary>
internal sealed class ReflectionV1Service(ReflectionAnswers answers, IHostApplicationLifetime lifetime)
    : ServerReflection.ServerReflectionBase
{
    public override Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context) =>
        EndlessStream.RunAsync(context, lifetime, async cancellationToken =>
        {
            await foreach (ServerReflectionRequest request in requestStream.ReadAllAsync(cancellationToken))
                await responseStream.WriteAsync(answers.Answer(request), cancellationToken);
        });
}
