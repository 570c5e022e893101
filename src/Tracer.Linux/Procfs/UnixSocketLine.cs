// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Text;

namespace Tracer.Linux.Procfs;

/// <summary>A line of /proc/net/unix.</summary>
internal static class UnixSocketLine
{
    private const int ColumnsBeforeInode = 6; // number, references, protocol, flags, type, state

    internal static bool TryParse(ReadOnlySpan<byte> line, HashSet<ulong> wanted, out ulong inode, out string name)
    {
        name = "";
        var columns = new ColumnReader(line);
        columns.Skip(ColumnsBeforeInode);
        ReadOnlySpan<byte> digits = columns.Next();
        if (!Utf8Parser.TryParse(digits, out inode, out int used) || used != digits.Length || !wanted.Contains(inode))
            return false;
        // The path is whatever the program chose, blanks included; only the listening end has one.
        ReadOnlySpan<byte> path = columns.Rest();
        name = path.IsEmpty ? "unix" : $"unix {ControlText.Sanitize(path)}";
        return true;
    }
}
