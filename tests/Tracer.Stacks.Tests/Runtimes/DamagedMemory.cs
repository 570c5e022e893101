// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tracer.Stacks.Tests.Runtimes;

/// <summary>
/// The memory of a process as it was when first read, with bytes changed by chance; counts what is read. The same seed gives the same damage.
/// Without a process every read succeeds with random bytes.
/// </summary>
internal sealed class DamagedMemory(ITargetMemory? original) : ITargetMemory
{
    private readonly Dictionary<(ulong Address, int Length), byte[]?> _seen = [];
    private Random _random = new(0);
    private double _damage;

    internal int Reads { get; private set; }

    internal long Bytes { get; private set; }

    /// <summary>Begins a round with that part of all reads damaged.</summary>
    internal void Begin(int seed, double damage)
    {
        _random = new Random(seed);
        _damage = damage;
        (Reads, Bytes) = (0, 0);
    }

    public bool TryRead(ulong address, Span<byte> buffer) => ReadSome(address, buffer) == buffer.Length;

    public bool TryRead<T>(ulong address, out T value)
        where T : unmanaged
    {
        Unsafe.SkipInit(out value);
        return TryRead(address, MemoryMarshal.AsBytes(new Span<T>(ref value)));
    }

    public int ReadSome(ulong address, Span<byte> buffer)
    {
        Reads++;
        Bytes += buffer.Length;
        int got = Fill(address, buffer);
        if (_random.NextDouble() < _damage)
            got = Damage(buffer, got);
        return got;
    }

    private int Fill(ulong address, Span<byte> buffer)
    {
        if (original is null)
        {
            _random.NextBytes(buffer);
            return buffer.Length;
        }

        ref byte[]? seen = ref CollectionsMarshal.GetValueRefOrAddDefault(_seen, (address, buffer.Length), out bool isKnown);
        if (!isKnown)
        {
            seen = new byte[buffer.Length];
            seen = seen[..original.ReadSome(address, seen)];
        }

        seen.CopyTo(buffer);
        return seen!.Length;
    }

    private int Damage(Span<byte> buffer, int got)
    {
        if (got == 0 || _random.Next(8) == 0)
            return got == 0 ? 0 : _random.Next(got);
        for (int flips = _random.Next(1, 4); flips > 0; flips--)
            buffer[_random.Next(got)] = _random.Next(3) switch { 0 => 0, 1 => 0xff, _ => (byte)_random.Next(256) };
        return got;
    }
}
