// SPDX-License-Identifier: Apache-2.0
using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a serializer puts one message.</summary>
public abstract class SerializationContext
{
    /// <summary>Gives the whole message at once; instead of the buffer writer.</summary>
    public abstract void Complete(byte[] payload);

    /// <summary>Announces the length before the first byte is written.</summary>
    public abstract void SetPayloadLength(int payloadLength);

    /// <summary>Returns where to write the message.</summary>
    public abstract IBufferWriter<byte> GetBufferWriter();

    /// <summary>Ends a message that went through the buffer writer.</summary>
    public abstract void Complete();
}
