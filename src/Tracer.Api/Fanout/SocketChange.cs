// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;

namespace Tracer.Api.Fanout;

/// <summary>The newest that is known of one socket. Not written any more once a reader may see it.</summary>
internal sealed class SocketChange
{
    public LedgerChangeKind Kind;
    public TrackedSocket Socket;

    /// <summary>The replay in which it was last told.</summary>
    public uint Round;

    /// <summary>The board forgets the socket with this change.</summary>
    public bool IsLast => Kind == LedgerChangeKind.Released
        || (Kind == LedgerChangeKind.Exited && !Socket.DescriptorLeftOpen);
}
