// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>The options of a machine that decide whether it may be sent a signal; null where it does not say.</summary>
internal readonly record struct VmFlags(bool? DisableAttachMechanism, bool? ReduceSignalUsage)
{
    private const int MaxFlags = 8192;
    private const int MaxNameBytes = 64;

    internal static VmFlags Read(VmMemory memory, VmStructs structs)
    {
        var find = new LayoutFinder(structs);
        // Flag until the class was renamed.
        ulong flags = find.Static("JVMFlag::flags", "Flag::flags");
        ulong count = find.Static("JVMFlag::numFlags", "Flag::numFlags");
        int name = find.Field("JVMFlag::_name", "Flag::_name").Offset;
        int address = find.Field("JVMFlag::_addr", "Flag::_addr").Offset;
        int size = find.Size("JVMFlag", "Flag");
        var result = new VmFlags(null, null);
        if (find.Missing.Length > 0 || !memory.TryReadPointer(flags, out ulong flag) || !memory.TryReadPointer(count, out ulong flagCount))
            return result;

        var pages = new VmPages(memory);
        for (ulong left = Math.Min(flagCount, MaxFlags); left > 0; left--, flag = unchecked(flag + (ulong)size))
        {
            string text = pages.ReadName(pages.ReadNumber(unchecked(flag + (ulong)name), sizeof(ulong)), MaxNameBytes);
            if (text == nameof(DisableAttachMechanism))
                result = result with { DisableAttachMechanism = ReadFlag(memory, pages.ReadNumber(unchecked(flag + (ulong)address), sizeof(ulong))) };
            else if (text == nameof(ReduceSignalUsage))
                result = result with { ReduceSignalUsage = ReadFlag(memory, pages.ReadNumber(unchecked(flag + (ulong)address), sizeof(ulong))) };
        }

        return result;
    }

    private static bool? ReadFlag(VmMemory memory, ulong address)
    {
        Span<byte> value = stackalloc byte[1];
        return memory.TryRead(address, value) ? value[0] != 0 : null;
    }
}
