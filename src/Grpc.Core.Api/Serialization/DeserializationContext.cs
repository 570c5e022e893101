// SPDX-License-Identifier: Apache-2.0
using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a deserializer finds one message. Valid only during the deserializer's run.</summary>
public abstract class DeserializationContext
{
    /// <summary>Length in bytes.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>Returns a copy of the message.</summary>
    public abstract byte[] PayloadAsNewBuffer();

    /// <summary>Returns the message in place.</summary>
    public abstract ReadOnlySequence<byte> PayloadAsReadOnlySequence();
}
