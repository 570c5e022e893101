// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using System.Text;
using Tracer.Linux.Rust;

namespace Tracer.Linux;

/// <summary>
/// Demangles Rust names, and C++ ones with the C++ runtime of the host, if it has one. Names come from files of observed processes: the
/// encoding lets a short name expand without limit, so names that could do that stay mangled. Stateless after construction.
/// </summary>
public sealed unsafe class Demangler
{
    /// <summary>Mangled names longer than this stay as they are.</summary>
    public const int MaxMangledBytes = 1024;

    // Measured: the worst names within this bound take a millisecond; of the 29055 names that libLLVM exports 51 are beyond it.
    private const double MaxExpandedBytes = 4_000_000;
    private const int MaxDemangledBytes = 4096;

    private readonly delegate* unmanaged<byte*, byte*, nuint*, int*, byte*> _demangle;

    private Demangler(delegate* unmanaged<byte*, byte*, nuint*, int*, byte*> demangle) => _demangle = demangle;

    /// <summary>True when the host has a C++ runtime.</summary>
    public bool IsAvailable => _demangle != null;

    /// <summary>Finds the C++ runtime. It stays loaded until the process ends.</summary>
    public static Demangler Load(string library = "libstdc++.so.6")
    {
        bool isFound = NativeLibrary.TryLoad(library, out nint handle);
        return isFound && NativeLibrary.TryGetExport(handle, "__cxa_demangle", out nint function)
            ? new Demangler((delegate* unmanaged<byte*, byte*, nuint*, int*, byte*>)function)
            : new Demangler(null);
    }

    /// <summary>The readable form of a name; the name itself when it is not mangled or cannot be read.</summary>
    public string Demangle(string name)
    {
        if (name.StartsWith("_R", StringComparison.Ordinal))
            return RustV0Demangler.Demangle(name) ?? name;
        // What LLVM appends to a Rust name that it made local to a part of the program would hide that it is one.
        int suffix = name.IndexOf(RustNames.LlvmSuffix, StringComparison.Ordinal);
        if (suffix > 0 && RustNames.IsLegacy(name[..suffix]))
            name = name[..suffix];
        if (!IsAvailable || !name.StartsWith("_Z", StringComparison.Ordinal) || name.Length > MaxMangledBytes
            || !Ascii.IsValid(name) || ExpansionBound(name) > MaxExpandedBytes)
            return name;

        string? readable = Call(name);
        if (readable is null)
            return name;
        return RustNames.IsLegacy(name) ? RustNames.Simplify(readable) : readable;
    }

    /// <summary>
    /// An upper bound for the length of the readable form. References to earlier parts (S_, S1_, T_ ...) form a graph without cycles: with r of
    /// them no part can appear more than 3^(r/3) times. A pack expansion repeats its pattern at most once per byte of the name.
    /// </summary>
    internal static double ExpansionBound(string name)
    {
        int references = 0, parameters = 0, packs = 0;
        for (int i = 2; i < name.Length; i++)
        {
            if (name[i] == 'p' && name[i - 1] is 'D' or 's')
                packs++;
            if (name[i] is not ('S' or 'T'))
                continue;
            int end = i + 1;
            while (end < name.Length && (char.IsAsciiDigit(name[end]) || char.IsAsciiLetterUpper(name[end])))
                end++;
            if (end == name.Length || name[end] != '_')
                continue;
            references++;
            parameters += name[i] == 'T' ? 1 : 0;
        }

        // Only a template parameter can stand for a pack.
        double repeats = parameters > 0 ? Math.Pow(name.Length, packs) : 1;
        return name.Length * Math.Pow(3, references / 3.0) * repeats;
    }

    private string? Call(string name)
    {
        byte* mangled = stackalloc byte[MaxMangledBytes + 1];
        int length = Encoding.ASCII.GetBytes(name, new Span<byte>(mangled, MaxMangledBytes));
        mangled[length] = 0;
        int status;
        byte* result = _demangle(mangled, null, null, &status);
        if (result == null)
            return null;
        try
        {
            ReadOnlySpan<byte> readable = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(result);
            bool isLong = readable.Length > MaxDemangledBytes;
            string text = ControlText.Sanitize(isLong ? readable[..MaxDemangledBytes] : readable);
            return isLong ? text + "..." : text;
        }
        finally
        {
            // The contract of __cxa_demangle: the caller frees with free().
            NativeMemory.Free(result);
        }
    }
}
