// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Bpf.Interop;

/// <summary>Reads the variables of a data section out of BTF (struct btf_type, btf_var_secinfo; linux/btf.h).</summary>
internal static unsafe class DataSection
{
    private const uint KindDataSection = 15; // BTF_KIND_DATASEC

    [StructLayout(LayoutKind.Sequential)]
    private struct BtfType
    {
        internal uint NameOffset;
        internal uint Info; // bits 0-15: number of entries that follow
        internal uint SizeOrType;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct BtfVariable
    {
        internal uint Type;
        internal uint Offset;
        internal uint Size;
    }

    /// <summary>Empty when the object has no BTF or no such section.</summary>
    internal static Dictionary<string, DataVariable> Read(nint btf, string section)
    {
        var variables = new Dictionary<string, DataVariable>(StringComparer.Ordinal);
        int id = btf == 0 ? -1 : LibBpf.btf__find_by_name_kind(btf, section, KindDataSection);
        if (id < 0)
            return variables;
        var type = (BtfType*)LibBpf.btf__type_by_id(btf, (uint)id);
        var entries = (BtfVariable*)(type + 1);
        for (int i = 0; i < (type->Info & 0xffff); i++)
        {
            var variable = (BtfType*)LibBpf.btf__type_by_id(btf, entries[i].Type);
            string? name = Marshal.PtrToStringUTF8((nint)LibBpf.btf__name_by_offset(btf, variable->NameOffset));
            if (name is not null)
                variables[name] = new DataVariable((int)entries[i].Offset, (int)entries[i].Size);
        }
        return variables;
    }
}
