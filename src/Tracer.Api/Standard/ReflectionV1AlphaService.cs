// SPDX-License-Identifier: Apache-2.0
using Google.Protobuf;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;
using Microsoft.Extensions.Hosting;
using V1 = Grpc.Reflection.V1;

namespace Tracer.Api.Standard;

/// <summary>Serves <c>grpc.reflection.v1alpha</c>. Its messages are, byte for byte, those of v1.</summary>
internal sealed class ReflectionV1AlphaService(ReflectionAnswers answers, IHostApplicationLifetime lifetime)
    : ServerReflection.ServerReflectionBase
{
    public override Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context) =>
        EndlessStream.RunAsync(context, lifetime, async cancellationToken =>
        {
            await foreach (ServerReflectionRequest request in requestStream.ReadAllAsync(cancellationToken))
                await responseStream.WriteAsync(Answer(request), cancellationToken);
        });

    private ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        V1.ServerReflectionRequest sameRequest = V1.ServerReflectionRequest.Parser.ParseFrom(request.ToByteString());
        return ServerReflectionResponse.Parser.ParseFrom(answers.Answer(sameRequest).ToByteString());
    }
}
