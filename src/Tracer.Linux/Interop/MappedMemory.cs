// SPDX-License-Identifier: Apache-2.0
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Tracer.Linux.Interop;

/// <summary>A shared memory mapping of a descriptor; unmapped when disposed.</summary>
public sealed unsafe class MappedMemory : SafeHandle
{
    private MappedMemory(nint address, nuint length) : base(-1, ownsHandle: true)
    {
        Length = length;
        SetHandle(address);
    }

    public override bool IsInvalid => handle == -1;

    public nuint Length { get; }

    /// <summary>The first byte; valid until the mapping is disposed.</summary>
    public byte* Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (byte*)handle;
        }
    }

    /// <summary>Maps part of a borrowed descriptor. The mapping stays valid after the descriptor is closed.</summary>
    public static MappedMemory Map(int descriptor, long offset, nuint length, bool writable)
    {
        int protection = writable ? LibC.PROT_READ | LibC.PROT_WRITE : LibC.PROT_READ;
        nint address = LibC.mmap(0, length, protection, LibC.MAP_SHARED, descriptor, (nint)offset);
        if (address == -1)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        return new MappedMemory(address, length);
    }

    protected override bool ReleaseHandle() => LibC.munmap(handle, Length) == 0;
}
