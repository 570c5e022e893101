// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Elf;

/// <summary>A function symbol in 16 bytes: a large program has a million.</summary>
internal readonly struct ElfFunction : IComparable<ElfFunction>
{
    private const uint LocalBit = 0x8000_0000;
    private const uint MaxSize = 0x7fff_ffff;

    private readonly uint _sizeAndBinding;

    internal ElfFunction(ulong address, ulong size, uint name, bool isLocal)
    {
        Address = address;
        Name = name;
        _sizeAndBinding = (uint)Math.Min(size, MaxSize) | (isLocal ? LocalBit : 0);
    }

    internal ulong Address { get; }

    internal uint Name { get; }

    internal uint Size => _sizeAndBinding & MaxSize;

    internal bool IsLocal => (_sizeAndBinding & LocalBit) != 0;

    internal bool Covers(ulong address) => address >= Address && address - Address < Size;

    public int CompareTo(ElfFunction other) => Address.CompareTo(other.Address);
}
