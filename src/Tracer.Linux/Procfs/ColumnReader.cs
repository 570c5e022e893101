// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>The columns of a line, which are parted by any number of blanks.</summary>
internal ref struct ColumnReader(ReadOnlySpan<byte> line)
{
    private ReadOnlySpan<byte> _rest = line;

    /// <summary>The next column; empty behind the last.</summary>
    internal ReadOnlySpan<byte> Next()
    {
        _rest = _rest.TrimStart((byte)' ');
        int end = _rest.IndexOf((byte)' ');
        ReadOnlySpan<byte> column = end < 0 ? _rest : _rest[..end];
        _rest = _rest[column.Length..];
        return column;
    }

    internal void Skip(int columns)
    {
        for (; columns > 0; columns--)
            Next();
    }

    /// <summary>All that is left.</summary>
    internal readonly ReadOnlySpan<byte> Rest() => _rest.TrimStart((byte)' ');
}
