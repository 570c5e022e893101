// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Bpf.Interop;
using Tracer.Linux.Interop;

namespace Tracer.Bpf.Probe;

/// <summary>The kernel's own type information, read and parsed once.</summary>
internal sealed class KernelTypes : IDisposable
{
    internal const uint Typedef = 8; // BTF_KIND_TYPEDEF
    internal const uint Function = 12; // BTF_KIND_FUNC

    private readonly BtfHandle _btf;

    private KernelTypes(BtfHandle btf, int errorNumber)
    {
        _btf = btf;
        ErrorNumber = errorNumber;
    }

    /// <summary>Why there is none; 0 if there is.</summary>
    internal int ErrorNumber { get; }

    /// <summary>A kernel without BTF is an answer, an unreadable file named by the user is an error.</summary>
    internal static KernelTypes Read(string? path)
    {
        using LibBpfLog log = LibBpfLog.Begin();
        BtfHandle btf = path is null ? LibBpf.btf__load_vmlinux_btf() : ParseFile(path);
        int errno = Marshal.GetLastPInvokeError();
        if (btf.IsInvalid && path is not null)
            throw new BpfException($"read BTF from '{path}'", errno);
        return new KernelTypes(btf, btf.IsInvalid ? errno : 0);
    }

    /// <summary>The type's number, or 0 when the kernel has no such type.</summary>
    internal uint Find(string name, uint kind)
    {
        if (_btf.IsInvalid)
            return 0;
        bool leased = false;
        _btf.DangerousAddRef(ref leased);
        try
        {
            int id = LibBpf.btf__find_by_name_kind(_btf.DangerousGetHandle(), name, kind);
            return id > 0 ? (uint)id : 0;
        }
        finally
        {
            _btf.DangerousRelease();
        }
    }

    /// <summary>How many parameters a kernel function has; null when there is no such function.</summary>
    internal unsafe int? CountParameters(string function)
    {
        uint id = Find(function, Function);
        if (id == 0)
            return null;
        bool leased = false;
        _btf.DangerousAddRef(ref leased);
        try
        {
            // struct btf_type of linux/btf.h: name, count (low 16 bits) and kind, type. A FUNC's type is its FUNC_PROTO.
            nint btf = _btf.DangerousGetHandle();
            uint prototype = ((uint*)LibBpf.btf__type_by_id(btf, id))[2];
            return (int)(((uint*)LibBpf.btf__type_by_id(btf, prototype))[1] & 0xffff);
        }
        finally
        {
            _btf.DangerousRelease();
        }
    }

    public void Dispose() => _btf.Dispose();

    private static unsafe BtfHandle ParseFile(string path) => LibBpf.btf__parse(path, null);
}
