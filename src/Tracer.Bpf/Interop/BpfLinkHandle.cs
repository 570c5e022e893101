// SPDX-License-Identifier: Apache-2.0
using Microsoft.Win32.SafeHandles;

namespace Tracer.Bpf.Interop;

/// <summary>struct bpf_link; released means detached.</summary>
internal sealed class BpfLinkHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public BpfLinkHandle() : base(ownsHandle: true) { }

    protected override bool ReleaseHandle() => LibBpf.bpf_link__destroy(handle) == 0;
}
