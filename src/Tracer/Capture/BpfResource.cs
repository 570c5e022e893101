// SPDX-License-Identifier: Apache-2.0
using System.Reflection;
using System.Runtime.InteropServices;

namespace Tracer.Capture;

/// <summary>The compiled BPF programs that the executable carries.</summary>
internal static class BpfResource
{
    /// <summary>Null: there are none for that machine.</summary>
    internal static string? NameFor(Architecture machine, bool usesUnwindTables) => machine switch
    {
        Architecture.X64 when usesUnwindTables => "tracer.bpf.o",
        Architecture.X64 => "tracer_fp.bpf.o", // for kernels that refuse what the unwinder is made of
        Architecture.Arm64 => "arm64/tracer_fp.bpf.o", // the unwinder is about the registers of x86-64
        _ => null,
    };

    internal static byte[] Read(string name)
    {
        using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not in the executable");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
