// SPDX-License-Identifier: Apache-2.0
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Files;

namespace Tracer.Linux.Interop;

/// <summary>The debug information of one file, opened in libdw with its own descriptor.</summary>
internal sealed class DwarfHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly SafeFileHandle _file;
    private readonly nint _elf;

    private DwarfHandle(nint dwarf, nint elf, SafeFileHandle file) : base(ownsHandle: true)
    {
        _elf = elf;
        _file = file;
        SetHandle(dwarf);
    }

    /// <summary>Opens a file's debug information; null when libdw finds none that it can use.</summary>
    internal static DwarfHandle? Open(TargetFile target)
    {
        SafeFileHandle file = target.Duplicate();
        if (!file.IsInvalid && LibDw.elf_version(LibDw.EV_CURRENT) != 0)
        {
            // Read, not mapped, as dwarf_begin would do: a mapping of a file that its owner truncates kills the reader with SIGBUS.
            nint elf = LibDw.elf_begin(file, LibDw.ELF_C_READ, 0);
            nint dwarf = elf == 0 ? 0 : LibDw.dwarf_begin_elf(elf, LibDw.DWARF_C_READ, 0);
            if (dwarf != 0)
                return new DwarfHandle(dwarf, elf, file);
            if (elf != 0)
                LibDw.elf_end(elf);
        }

        file.Dispose();
        return null;
    }

    protected override bool ReleaseHandle()
    {
        int result = LibDw.dwarf_end(handle);
        LibDw.elf_end(_elf);
        _file.Dispose();
        return result == 0;
    }
}
