// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Creates marshallers; what generated code calls.</summary>
public static class Marshallers
{
    /// <summary>Creates a marshaller from a pair of functions.</summary>
    public static Marshaller<T> Create<T>(Action<T, SerializationContext> serializer, Func<DeserializationContext, T> deserializer) =>
        new(serializer, deserializer);
}
