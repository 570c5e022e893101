// SPDX-License-Identifier: Apache-2.0
using Microsoft.Win32.SafeHandles;

namespace Tracer.Linux.Interop;

/// <summary>Owns the descriptor of a netlink socket.</summary>
internal sealed class NetlinkSocketHandle : SafeHandleMinusOneIsInvalid
{
    public NetlinkSocketHandle()
        : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle() => LibCFiles.close(handle) == 0;
}
