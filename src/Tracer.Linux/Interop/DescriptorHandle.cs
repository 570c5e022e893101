// SPDX-License-Identifier: Apache-2.0
using Microsoft.Win32.SafeHandles;

namespace Tracer.Linux.Interop;

/// <summary>An open file descriptor that this process owns; 0 is a valid one.</summary>
public sealed class DescriptorHandle : SafeHandleMinusOneIsInvalid
{
    public DescriptorHandle() : base(ownsHandle: true) { }

    public DescriptorHandle(int descriptor) : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>The number itself, for calls that borrow it; never keep it.</summary>
    public int Number => (int)handle;

    // The kernel frees the descriptor even when close reports an error, so there is nothing to retry.
    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}
