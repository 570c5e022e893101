// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using Tracer.Harness;

namespace Tracer.Bench.Streaming;

/// <summary>A client that takes messages and does not decode them: the server is what is measured.</summary>
internal static class RawReader
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>((message, context) => context.Complete(message), context => context.PayloadAsNewBuffer());

    private static readonly Method<byte[], byte[]> Watch =
        new(MethodType.ServerStreaming, "closewait.v1.TracerService", "WatchTransitions", Bytes, Bytes);

    /// <summary>Bytes per second of messages, after a warm-up of the same length.</summary>
    public static async Task<double> Rate(string socketPath, TimeSpan time)
    {
        long bytes = 0, began = Stopwatch.GetTimestamp();
        bool isWarm = false;
        await Read(socketPath, message =>
        {
            bytes += message.Length;
            if (Stopwatch.GetElapsedTime(began) < time)
                return true;
            if (isWarm)
                return false;
            (bytes, began, isWarm) = (0, Stopwatch.GetTimestamp(), true);
            return true;
        });
        return bytes / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>The longest of the first messages.</summary>
    public static async Task<byte[]> Sample(string socketPath)
    {
        const int enough = 100;
        List<byte[]> messages = [];
        await Read(socketPath, message =>
        {
            messages.Add(message);
            return messages.Count < enough;
        });
        return messages.MaxBy(message => message.Length)!;
    }

    private static async Task Read(string socketPath, Func<byte[], bool> take)
    {
        using GrpcChannel channel = Daemon.OpenChannel(socketPath);
        using AsyncServerStreamingCall<byte[]> call = channel.CreateCallInvoker().AsyncServerStreamingCall(Watch, null, new CallOptions(), []);
        while (await call.ResponseStream.MoveNext(CancellationToken.None) && take(call.ResponseStream.Current))
        {
        }
    }
}
