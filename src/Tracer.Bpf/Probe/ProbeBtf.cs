// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Bpf.Interop;
using Tracer.Linux.Interop;

namespace Tracer.Bpf.Probe;

/// <summary>
/// The smallest type information that the kernel accepts for a program with a callback: an int, and two functions that return one.
/// </summary>
internal sealed unsafe class ProbeBtf : IDisposable
{
    private const uint IntType = 1;
    private const uint PrototypeType = 2;
    private const uint MainType = 3;
    private const uint CallbackType = 4;

    /// <summary>Where the callback of a program with <see cref="Functions"/> begins; the main function begins at 0.</summary>
    internal const int CallbackInstruction = 8;

    private const uint KindInt = 1u << 24, KindFunction = 12u << 24, KindPrototype = 13u << 24;
    private const uint StaticLinkage = 0, GlobalLinkage = 1;
    private const uint SignedInt32 = 1u << 24 | 32; // BTF_INT_SIGNED, 32 bits

    private readonly DescriptorHandle _descriptor;

    private ProbeBtf(DescriptorHandle descriptor) => _descriptor = descriptor;

    internal static ReadOnlySpan<FunctionInfo> Functions => new FunctionInfo[] { new(0, MainType), new(CallbackInstruction, CallbackType) };

    internal int Fd => _descriptor.Number;

    /// <summary>Null when the kernel takes no BTF.</summary>
    internal static ProbeBtf? TryLoad(out int errorNumber)
    {
        ReadOnlySpan<byte> strings = "\0int\0main\0callback\0"u8;
        const uint intName = 1, mainName = 5, callbackName = 10;
        // struct btf_type of linux/btf.h: name, kind and count, size or type; an int has one word more.
        ReadOnlySpan<uint> types =
        [
            intName, KindInt, sizeof(int), SignedInt32,
            0, KindPrototype, IntType,
            mainName, KindFunction | GlobalLinkage, PrototypeType,
            callbackName, KindFunction | StaticLinkage, PrototypeType,
        ];
        uint typesSize = (uint)types.Length * sizeof(uint);
        // struct btf_header: magic, version 1, flags 0; header size; offset and size of types, offset and size of strings.
        ReadOnlySpan<uint> header = [0x0001eb9f, 24, 0, typesSize, typesSize, (uint)strings.Length];
        byte[] blob = [.. MemoryMarshal.AsBytes(header),
            .. MemoryMarshal.AsBytes(types), .. strings];
        fixed (byte* start = blob)
        {
            int fd = LibBpf.bpf_btf_load(start, (nuint)blob.Length, null);
            errorNumber = fd < 0 ? -fd : 0;
            return fd < 0 ? null : new ProbeBtf(new DescriptorHandle(fd));
        }
    }

    public void Dispose() => _descriptor.Dispose();
}
