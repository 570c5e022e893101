// SPDX-License-Identifier: Apache-2.0
using System.Buffers;

namespace Grpc.Contract.Tests.Messages;

/// <summary>A segment of one byte: the worst way in which bytes can arrive.</summary>
public sealed class ByteSegment : ReadOnlySequenceSegment<byte>
{
    private ByteSegment(byte value, long index)
    {
        Memory = new[] { value };
        RunningIndex = index;
    }

    public static ReadOnlySequence<byte> Split(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return ReadOnlySequence<byte>.Empty;
        var first = new ByteSegment(bytes[0], 0);
        ByteSegment last = first;
        for (int index = 1; index < bytes.Length; index++)
        {
            var next = new ByteSegment(bytes[index], index);
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, 1);
    }
}
