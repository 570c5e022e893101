// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>How messages are written.</summary>
public sealed class WriteOptions(WriteFlags flags = default)
{
    /// <summary>No flag is set.</summary>
    public static readonly WriteOptions Default = new();

    /// <summary>The flags.</summary>
    public WriteFlags Flags { get; } = flags;
}
