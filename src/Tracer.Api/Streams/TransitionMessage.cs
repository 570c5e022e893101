// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Tracer.Api.Fanout;
using Tracer.Api.Mapping;
using Proto = CloseWait.V1;

namespace Tracer.Api.Streams;

/// <summary>A WatchTransitionsResponse as it is sent: a page of bytes that were encoded before, or an ordinary message.</summary>
internal sealed class TransitionMessage
{
    private const int MaxHead = 1 + ProtoWriter.MaxVarint + 1 + ProtoWriter.MaxVarint;

    public ulong Sequence { get; set; }

    /// <summary>Not of interest when <see cref="Other"/> is set.</summary>
    public TransitionPage? Page { get; set; }

    public Proto.WatchTransitionsResponse? Other { get; set; }

    public static void Serialize(TransitionMessage message, SerializationContext context)
    {
        if (message.Other is { } other)
            WriteOther(other, message.Sequence, context);
        else
            WritePage(message, context);
        context.Complete();
    }

    private static void WriteOther(Proto.WatchTransitionsResponse other, ulong sequence, SerializationContext context)
    {
        other.Sequence = sequence;
        context.SetPayloadLength(other.CalculateSize());
        other.WriteTo(context.GetBufferWriter());
    }

    private static void WritePage(TransitionMessage message, SerializationContext context)
    {
        TransitionPage page = message.Page!;
        Span<byte> head = stackalloc byte[MaxHead];
        ProtoWriter writer = new(head);
        writer.Number(Proto.WatchTransitionsResponse.SequenceFieldNumber, message.Sequence);
        writer.Head(Proto.WatchTransitionsResponse.TransitionsFieldNumber, page.Bytes);
        context.SetPayloadLength(writer.Position + page.Bytes);
        IBufferWriter<byte> output = context.GetBufferWriter();
        output.Write(head[..writer.Position]);
        page.WriteTo(output);
    }
}
