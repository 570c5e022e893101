// SPDX-License-Identifier: Apache-2.0
using Microsoft.Win32.SafeHandles;

namespace Tracer.Bpf.Interop;

/// <summary>Parsed BTF that we own.</summary>
internal sealed class BtfHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public BtfHandle() : base(ownsHandle: true) { }

    protected override bool ReleaseHandle()
    {
        LibBpf.btf__free(handle);
        return true;
    }
}
