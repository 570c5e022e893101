// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Tracer.Api.Streams;
using Proto = CloseWait.V1;

namespace Tracer.Api;

/// <summary>
/// Binds WatchTransitions to a response that the generated code does not know: bytes that are there already. The route of this binding goes before that
/// of the generated one.
/// </summary>
[BindServiceMethod(typeof(TransitionRpc), nameof(Bind))]
internal abstract class TransitionRpc
{
    private static readonly Method<Proto.WatchTransitionsRequest, TransitionMessage> s_watchTransitions = new(
        MethodType.ServerStreaming,
        "closewait.v1.TracerService", // its descriptor has the name too, and compiles a hundred methods for it
        nameof(WatchTransitions),
        Marshallers.Create<Proto.WatchTransitionsRequest>(
            static (_, _) => throw new NotSupportedException(),
            static context => Proto.WatchTransitionsRequest.Parser.ParseFrom(context.PayloadAsReadOnlySequence())),
        Marshallers.Create<TransitionMessage>(TransitionMessage.Serialize, static _ => throw new NotSupportedException()));

    /// <summary>Called by the server while it maps the service.</summary>
    public static void Bind(ServiceBinderBase binder, TransitionRpc? service) =>
        binder.AddMethod(
            s_watchTransitions,
            service is null ? null : new ServerStreamingServerMethod<Proto.WatchTransitionsRequest, TransitionMessage>(service.WatchTransitions));

    public abstract Task WatchTransitions(
        Proto.WatchTransitionsRequest request, IServerStreamWriter<TransitionMessage> responseStream, ServerCallContext context);
}
