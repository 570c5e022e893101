// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Linux;

namespace Tracer.Stacks.Java;

/// <summary>Which HotSpot it is.</summary>
/// <param name="Name">For people: "OpenJDK 17.0.15".</param>
/// <param name="Major">Feature release; 0 when it does not say.</param>
internal readonly record struct VmVersion(string Name, int Major)
{
    private const int MaxTextBytes = 64;
    private const int FirstWithoutZeros = 20; // JDK-8292758

    /// <summary>Compressed streams hold no zero bytes.</summary>
    internal bool ExcludesZero => Major >= FirstWithoutZeros;

    internal static VmVersion Read(VmMemory memory, VmStructs structs)
    {
        string text = ReadRelease(memory, structs);
        int end = text.AsSpan().IndexOfAny('+', '-');
        string number = end < 0 ? text : text[..end];
        int dot = number.IndexOf('.', StringComparison.Ordinal);
        return int.TryParse(dot < 0 ? number : number[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            ? new VmVersion($"OpenJDK {number}", major)
            : new VmVersion("HotSpot", 0);
    }

    private static string ReadRelease(VmMemory memory, VmStructs structs)
    {
        ulong release = new LayoutFinder(structs).Static("Abstract_VM_Version::_s_vm_release", "VM_Version::_s_vm_release");
        if (!memory.TryReadPointer(release, out ulong text))
            return "";
        Span<byte> bytes = stackalloc byte[MaxTextBytes];
        bytes = bytes[..memory.ReadSome(text, bytes)];
        int end = bytes.IndexOf((byte)0);
        return end < 0 ? "" : ControlText.Sanitize(bytes[..end]);
    }
}
