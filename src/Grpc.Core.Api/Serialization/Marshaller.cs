// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Turns messages into bytes and back.</summary>
public sealed class Marshaller<T>
{
    /// <summary>Creates a marshaller from a pair of functions.</summary>
    public Marshaller(Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        ArgumentNullException.ThrowIfNull(deserializer);
        ContextualSerializer = serializer;
        ContextualDeserializer = deserializer;
    }

    /// <summary>Writes a message.</summary>
    public Action<T, SerializationContext> ContextualSerializer { get; }

    /// <summary>Reads a message.</summary>
    public Func<DeserializationContext, T> ContextualDeserializer { get; }
}
