// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Runtimes;

/// <summary>
/// Collects pieces of generated code in the order in which the runtime made them. Memory of code is used again, so a piece is gone as soon as a
/// later one overlaps it. What is kept is bounded.
/// </summary>
internal sealed class CodeTableBuilder(int maxPieces = CodeTableBuilder.MaxPieces, int maxTextBytes = CodeTableBuilder.MaxTextBytes)
{
    internal const int MaxPieces = 256 * 1024;
    internal const int MaxTextBytes = 32 * 1024 * 1024;
    private const int MaxNameBytes = 1024;
    private const uint MaxPieceBytes = 256 * 1024 * 1024;

    // User addresses end below; nothing above is code of a process.
    private const ulong AddressEnd = 1ul << 56;

    private List<Piece> _pieces = [];
    private byte[] _text = new byte[64 * 1024];
    private int _textBytes;
    private bool _isComplete = true;

    private readonly record struct Piece(ulong Start, uint Size, int Name, int NameBytes)
    {
        internal ulong End => Start + Size;
    }

    internal int Count => _pieces.Count;

    /// <summary>Adds a piece that was made after all others; one that makes no sense is left out.</summary>
    internal void Add(ulong start, ulong size, ReadOnlySpan<byte> name)
    {
        if (size is 0 or > MaxPieceBytes || start is 0 or >= AddressEnd)
            return;
        if (name.Length > MaxNameBytes)
            name = name[..MaxNameBytes];
        if ((_pieces.Count >= maxPieces || _textBytes + name.Length > maxTextBytes) && !MakeRoom(name.Length))
            return;

        if (_textBytes + name.Length > _text.Length)
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _textBytes + name.Length));
        name.CopyTo(_text.AsSpan(_textBytes));
        _pieces.Add(new Piece(start, (uint)size, _textBytes, name.Length));
        _textBytes += name.Length;
    }

    internal CodeTable Build()
    {
        List<Piece> live = FindLive();
        live.Sort((left, right) => left.Start.CompareTo(right.Start));
        var starts = new ulong[live.Count];
        var sizes = new uint[live.Count];
        var names = new int[live.Count + 1];
        var text = new byte[live.Sum(piece => piece.NameBytes)];
        for (int i = 0; i < live.Count; i++)
        {
            (starts[i], sizes[i]) = (live[i].Start, live[i].Size);
            _text.AsSpan(live[i].Name, live[i].NameBytes).CopyTo(text.AsSpan(names[i]));
            names[i + 1] = names[i] + live[i].NameBytes;
        }

        return new CodeTable(starts, sizes, names, text, _isComplete);
    }

    // Drops what is overlapped already. When that does not free a good part, the bound is reached for good: sorting for each entry would take for ever.
    private bool MakeRoom(int needed)
    {
        if (!_isComplete)
            return false;
        List<Piece> live = FindLive();
        var text = new byte[_text.Length];
        int used = 0;
        for (int i = 0; i < live.Count; i++)
        {
            _text.AsSpan(live[i].Name, live[i].NameBytes).CopyTo(text.AsSpan(used));
            live[i] = live[i] with { Name = used };
            used += live[i].NameBytes;
        }

        (_pieces, _text, _textBytes) = (live, text, used);
        _isComplete = live.Count <= maxPieces / 4 * 3 && used <= maxTextBytes / 4 * 3;
        return _isComplete && used + needed <= maxTextBytes;
    }

    // One pass in address order. A piece is dead when a later one covers its start, or starts inside it.
    private List<Piece> FindLive()
    {
        var order = new int[_pieces.Count];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (left, right) => _pieces[left].Start.CompareTo(_pieces[right].Start));

        var isDead = new bool[_pieces.Count];
        var newest = new PriorityQueue<int, int>();
        var oldest = new PriorityQueue<int, int>();
        foreach (int index in order)
        {
            ulong start = _pieces[index].Start;
            while (newest.TryPeek(out int top, out _) && _pieces[top].End <= start)
                newest.Dequeue();
            isDead[index] = newest.TryPeek(out int covering, out _) && covering > index;
            while (oldest.TryPeek(out int first, out _) && first < index)
                isDead[oldest.Dequeue()] |= _pieces[first].End > start;
            newest.Enqueue(index, -index);
            oldest.Enqueue(index, index);
        }

        return [.. _pieces.Where((_, index) => !isDead[index])];
    }
}
