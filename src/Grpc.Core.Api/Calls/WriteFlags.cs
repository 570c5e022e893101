// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>How one message is written.</summary>
[Flags]
public enum WriteFlags
{
    /// <summary>The message may be buffered and need not be sent at once.</summary>
    BufferHint = 0x1,

    /// <summary>The message is sent uncompressed even if the call compresses.</summary>
    NoCompress = 0x2,
}
